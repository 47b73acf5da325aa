//! What the drawings of a report have in common: their measures, title, axes with labels, and legend.
//!
//! Units are types here, so that a pixel cannot be added to a microsecond. Colours come from the page's style sheet, so
//! that a drawing follows its light or dark scheme.

use std::fmt::{self, Write};
use std::ops::{Add, Sub};

/// A position or a length in a drawing.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Pixel(pub(super) f64);

impl Add for Pixel {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Pixel {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl fmt::Display for Pixel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1}", self.0)
    }
}

/// The measures of a drawing.
pub(super) struct Frame {
    pub(super) width: Pixel,
    pub(super) height: Pixel,
    /// The edges of the field within the axes.
    pub(super) left: Pixel,
    pub(super) right: Pixel,
    pub(super) top: Pixel,
    pub(super) bottom: Pixel,
    /// From one entry of the legend to the next.
    pub(super) legend_step: Pixel,
    /// The stroke before an entry of the legend.
    pub(super) legend_stroke: Pixel,
    /// From the beginning of that stroke to the text.
    pub(super) legend_text: Pixel,
}

/// Where the lines of an axis stand, with their labels.
pub(super) type Ticks = Vec<(Pixel, String)>;

// Writing to a string cannot fail, so the results of all these say nothing.
impl Frame {
    /// The beginning of a drawing, with a title and a description for those who do not see it. `id` must be unique in
    /// the page.
    pub(super) fn open(&self, id: &str, title: &str, description: &str) -> String {
        format!(
            "<svg class=\"plot\" viewBox=\"0 0 {} {}\" font-size=\"12\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            self.width,
            self.height,
            escape(title),
            escape(description)
        )
    }

    /// Both axes, each with what it counts.
    pub(super) fn axes(&self, svg: &mut String, up: (Ticks, &str), across: (Ticks, &str)) {
        let Self { left, right, bottom, .. } = self;
        for (y, label) in up.0 {
            let (text_x, text_y) = (*left - Pixel(8.0), y + Pixel(4.0));
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{left}\" y1=\"{y}\" x2=\"{right}\" y2=\"{y}\"/>\
                 <text class=\"tick\" text-anchor=\"end\" x=\"{text_x}\" y=\"{text_y}\">{label}</text>"
            );
        }
        for (x, label) in across.0 {
            let (foot, text_y) = (*bottom + Pixel(5.0), *bottom + Pixel(20.0));
            let _ = write!(
                svg,
                "<line class=\"axis\" x1=\"{x}\" y1=\"{bottom}\" x2=\"{x}\" y2=\"{foot}\"/>\
                 <text class=\"tick\" text-anchor=\"middle\" x=\"{x}\" y=\"{text_y}\">{label}</text>"
            );
        }
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{left}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{bottom}\"/>\
             <text class=\"tick\" x=\"8\" y=\"20\">{}</text>\
             <text class=\"tick\" text-anchor=\"end\" x=\"{right}\" y=\"{}\">{}</text>",
            up.1,
            self.height - Pixel(2.0),
            across.1
        );
    }

    /// An entry of the legend; there are four at most, so the position is small.
    pub(super) fn legend(&self, svg: &mut String, position: usize, class: &str, name: &str) {
        let left = self.left + Pixel(position as f64 * self.legend_step.0);
        let (right, text) = (left + self.legend_stroke, left + self.legend_text);
        let _ = write!(
            svg,
            "<line class=\"line {class}\" x1=\"{left}\" y1=\"16\" x2=\"{right}\" y2=\"16\"/>\
             <text class=\"tick\" x=\"{text}\" y=\"20\">{}</text>",
            escape(name)
        );
    }
}

/// A text that can stand in markup.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below this number, which is above zero.
pub(super) fn round_up(at_least: f64) -> f64 {
    let power = 10_f64.powf(at_least.log10().floor());
    let factor = match at_least / power {
        ratio if ratio <= 1.0 => 1.0,
        ratio if ratio <= 2.0 => 2.0,
        ratio if ratio <= 5.0 => 5.0,
        _ => 10.0,
    };
    factor * power
}
