//! Figures over the time of a load run, as inline SVG.

use std::fmt::Write as _;

use super::svg::{Pixel, escape, round_up};

// Two of these stand side by side on a desk, and one alone fills a phone: small enough that its letters can be read
// there.
const WIDTH: Pixel = Pixel(480.0);
const HEIGHT: Pixel = Pixel(252.0);
const LEFT: Pixel = Pixel(52.0);
const RIGHT: Pixel = Pixel(468.0);
const TOP: Pixel = Pixel(40.0);
const BOTTOM: Pixel = Pixel(214.0);

/// One line of a drawing.
pub(super) struct Line {
    /// Name in the legend.
    pub(super) name: &'static str,
    /// Class in the style sheet.
    pub(super) class: &'static str,
    /// Seconds since the beginning, and the figure.
    pub(super) points: Vec<(f64, f64)>,
}

/// A drawing of figures over time.
pub(super) struct Timeline<'a> {
    /// Unique in the page.
    pub(super) id: &'a str,
    /// For those who do not see it.
    pub(super) title: &'a str,
    /// What it shows, in words.
    pub(super) description: &'a str,
    /// What the figures are, at the head of their axis.
    pub(super) unit: &'static str,
    /// The lines, at most four.
    pub(super) lines: Vec<Line>,
}

/// From nought to the end, with round numbers on the way.
struct Axis {
    step: f64,
    steps: u32,
    end: f64,
    from: Pixel,
    to: Pixel,
}

impl Axis {
    /// From left to right, up to the last second.
    fn across(seconds: impl Iterator<Item = f64>) -> Self {
        let end = seconds.fold(1.0, f64::max).ceil();
        let step = round_up((end / 5.0).max(1.0));
        // At most five steps, so the number is small.
        Self { step, steps: (end / step).floor() as u32, end, from: LEFT, to: RIGHT }
    }

    /// Upwards, up to a round number.
    fn up(values: impl Iterator<Item = f64>) -> Self {
        let highest = values.fold(0.0, f64::max);
        let step = round_up((highest / 5.0).max(0.001));
        // At most five steps and a part of one, so the number is small.
        let steps = ((highest / step).ceil() as u32).max(1);
        Self { step, steps, end: step * f64::from(steps), from: BOTTOM, to: TOP }
    }

    fn at(&self, value: f64) -> Pixel {
        Pixel(self.from.0 + (self.to.0 - self.from.0) * (value / self.end).clamp(0.0, 1.0))
    }

    fn ticks(&self) -> impl Iterator<Item = (Pixel, String)> {
        let decimals = match self.step {
            step if step >= 1.0 => 0,
            step if step >= 0.1 => 1,
            step if step >= 0.01 => 2,
            _ => 3,
        };
        (0..=self.steps).map(move |position| {
            let value = self.step * f64::from(position);
            (self.at(value), format!("{value:.decimals$}"))
        })
    }
}

impl Timeline<'_> {
    /// The drawing.
    pub(super) fn draw(&self) -> String {
        let values = || self.lines.iter().flat_map(|line| &line.points);
        let across = Axis::across(values().map(|point| point.0));
        let up = Axis::up(values().map(|point| point.1));
        let mut svg = String::new();
        // Writing to a string cannot fail, so the results say nothing.
        let _ = write!(
            svg,
            "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-size=\"12\" role=\"img\" \
             aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            escape(self.title),
            escape(self.description),
            id = self.id,
        );
        self.draw_axes(&mut svg, &across, &up);
        for (position, line) in self.lines.iter().enumerate() {
            draw_line(&mut svg, line, &across, &up);
            draw_legend(&mut svg, line, position);
        }
        svg.push_str("</svg>");
        svg
    }

    fn draw_axes(&self, svg: &mut String, across: &Axis, up: &Axis) {
        for (y, label) in up.ticks() {
            let (text_x, text_y) = (LEFT - Pixel(8.0), y + Pixel(4.0));
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y}\" x2=\"{RIGHT}\" y2=\"{y}\"/>\
                 <text class=\"tick\" text-anchor=\"end\" x=\"{text_x}\" y=\"{text_y}\">{label}</text>"
            );
        }
        for (x, label) in across.ticks() {
            let (foot, text_y) = (BOTTOM + Pixel(5.0), BOTTOM + Pixel(20.0));
            let _ = write!(
                svg,
                "<line class=\"axis\" x1=\"{x}\" y1=\"{BOTTOM}\" x2=\"{x}\" y2=\"{foot}\"/>\
                 <text class=\"tick\" text-anchor=\"middle\" x=\"{x}\" y=\"{text_y}\">{label}</text>"
            );
        }
        let _ = write!(
            svg,
            "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{BOTTOM}\"/>\
             <text class=\"tick\" x=\"8\" y=\"20\">{}</text>\
             <text class=\"tick\" text-anchor=\"end\" x=\"{RIGHT}\" y=\"{}\">seconds</text>",
            self.unit,
            HEIGHT - Pixel(2.0)
        );
    }
}

fn draw_line(svg: &mut String, line: &Line, across: &Axis, up: &Axis) {
    let at = |(second, value): &(f64, f64)| (across.at(*second), up.at(*value));
    // A line through one point is invisible.
    if let [only] = line.points.as_slice() {
        let (x, y) = at(only);
        let _ = write!(svg, "<circle class=\"dot {}\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>", line.class);
        return;
    }
    let _ = write!(svg, "<polyline fill=\"none\" class=\"line {}\" points=\"", line.class);
    for point in &line.points {
        let (x, y) = at(point);
        let _ = write!(svg, "{x},{y} ");
    }
    svg.push_str("\"/>");
}

fn draw_legend(svg: &mut String, line: &Line, position: usize) {
    // There are four lines at most, so the position is small.
    let left = LEFT + Pixel(position as f64 * 106.0);
    let (right, text) = (left + Pixel(24.0), left + Pixel(30.0));
    let _ = write!(
        svg,
        "<line class=\"line {}\" x1=\"{left}\" y1=\"16\" x2=\"{right}\" y2=\"16\"/>\
         <text class=\"tick\" x=\"{text}\" y=\"20\">{}</text>",
        line.class,
        escape(line.name)
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(points: &[(f64, f64)]) -> String {
        let lines = vec![Line { name: "achieved", class: "achieved", points: points.to_vec() }];
        Timeline { id: "t", title: "a & b", description: "<d>", unit: "/s", lines }.draw()
    }

    #[test]
    fn every_drawing_is_whole() {
        for points in [&[][..], &[(0.5, 7.0)], &[(0.5, 0.0), (1.5, 0.0)], &[(0.5, 1.0), (9.5, 2_000.0)]] {
            let svg = drawing(points);
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("NaN"), "{svg}");
            assert!(svg.contains("a &amp; b") && svg.contains("&lt;d&gt;"));
        }
        assert!(drawing(&[(0.5, 7.0)]).contains("<circle"));
    }

    #[test]
    fn axes_are_labelled_with_round_numbers() {
        let axis = Axis::up([1_998.0].into_iter());
        let labels: Vec<String> = axis.ticks().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "500", "1000", "1500", "2000"]);
        let axis = Axis::up([0.3].into_iter());
        assert_eq!(axis.ticks().last().unwrap().1, "0.3");
        let axis = Axis::across([11.5].into_iter());
        assert_eq!(axis.ticks().map(|(_, label)| label).collect::<Vec<_>>(), ["0", "5", "10"]);
    }
}
