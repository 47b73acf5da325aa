//! Figures over the time of a load run, as inline SVG.

use std::fmt::Write as _;

use super::frame::{Frame, Pixel, Ticks, round_up};

// Two of these stand side by side on a desk, and one alone fills a phone: small enough that its letters can be read
// there.
const FRAME: Frame = Frame {
    width: Pixel(480.0),
    height: Pixel(252.0),
    left: Pixel(52.0),
    right: Pixel(468.0),
    top: Pixel(40.0),
    bottom: Pixel(214.0),
    legend_step: Pixel(106.0),
    legend_stroke: Pixel(24.0),
    legend_text: Pixel(30.0),
};

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
        Self { step, steps: (end / step).floor() as u32, end, from: FRAME.left, to: FRAME.right }
    }

    /// Upwards, up to a round number.
    fn up(values: impl Iterator<Item = f64>) -> Self {
        let highest = values.fold(0.0, f64::max);
        let step = round_up((highest / 5.0).max(0.001));
        // At most five steps and a part of one, so the number is small.
        let steps = ((highest / step).ceil() as u32).max(1);
        Self { step, steps, end: step * f64::from(steps), from: FRAME.bottom, to: FRAME.top }
    }

    fn at(&self, value: f64) -> Pixel {
        Pixel(self.from.0 + (self.to.0 - self.from.0) * (value / self.end).clamp(0.0, 1.0))
    }

    fn ticks(&self) -> Ticks {
        let decimals = match self.step {
            step if step >= 1.0 => 0,
            step if step >= 0.1 => 1,
            step if step >= 0.01 => 2,
            _ => 3,
        };
        let tick = |position: u32| {
            let value = self.step * f64::from(position);
            (self.at(value), format!("{value:.decimals$}"))
        };
        (0..=self.steps).map(tick).collect()
    }
}

impl Timeline<'_> {
    /// The drawing.
    pub(super) fn draw(&self) -> String {
        let values = || self.lines.iter().flat_map(|line| &line.points);
        let across = Axis::across(values().map(|point| point.0));
        let up = Axis::up(values().map(|point| point.1));
        let mut svg = FRAME.open(self.id, self.title, self.description);
        FRAME.axes(&mut svg, (up.ticks(), self.unit), (across.ticks(), "seconds"));
        for (position, line) in self.lines.iter().enumerate() {
            draw_line(&mut svg, line, &across, &up);
            FRAME.legend(&mut svg, position, line.class, line.name);
        }
        svg.push_str("</svg>");
        svg
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
        let labels: Vec<String> = axis.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "500", "1000", "1500", "2000"]);
        let axis = Axis::up([0.3].into_iter());
        assert_eq!(axis.ticks().pop().unwrap().1, "0.3");
        let axis = Axis::across([11.5].into_iter());
        assert_eq!(axis.ticks().into_iter().map(|(_, label)| label).collect::<Vec<_>>(), ["0", "5", "10"]);
    }
}
