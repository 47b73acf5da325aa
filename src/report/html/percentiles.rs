//! The latency plot: percentiles against milliseconds, as inline SVG.
//!
//! The horizontal axis counts nines (90 % is one, 99 % two, 99.9 % three), since it is the tail that users
//! feel and an even scale would squeeze it into the last pixel. Lines differ in their dashes, too, for those who
//! do not see the colours.

use std::fmt::Write;

use super::frame::{Frame, Pixel, Ticks, round_up};

/// A latency.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Microsecond(pub(super) f64);

/// A share of the requests: 99 says that 99 of 100 were at least as fast.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Percentile(pub(super) f64);

/// A percentile counted in nines.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
struct Nines(f64);

impl Percentile {
    /// The maximum has no finite number of nines.
    fn nines(self) -> Option<Nines> {
        let rest = 1.0 - self.0 / 100.0;
        (rest > 0.0 && rest <= 1.0).then(|| Nines(-rest.log10()))
    }
}

/// One line of the plot.
pub(super) struct Series {
    /// Name in the legend.
    pub(super) name: &'static str,
    /// Class in the style sheet.
    pub(super) class: &'static str,
    /// The points from left to right.
    pub(super) points: Vec<(Percentile, Microsecond)>,
}

const FRAME: Frame = Frame {
    width: Pixel(560.0),
    height: Pixel(300.0),
    left: Pixel(64.0),
    right: Pixel(536.0),
    top: Pixel(40.0),
    bottom: Pixel(264.0),
    legend_step: Pixel(130.0),
    legend_stroke: Pixel(28.0),
    legend_text: Pixel(36.0),
};

/// More points than this cannot be told apart in the width of the plot.
const POINTS: usize = 400;

/// Where a percentile stands.
struct NinesAxis {
    end: Nines,
}

impl NinesAxis {
    /// An axis that reaches the highest percentile below the maximum, with room for the maximum beyond it.
    fn covering(series: &[Series]) -> Self {
        let percentiles =
            series.iter().flat_map(|line| &line.points).filter_map(|(percentile, _)| percentile.nines());
        let highest = percentiles.map(|nines| nines.0).fold(2.0, f64::max);
        Self { end: Nines(highest.min(6.0) + 0.4) }
    }

    fn at(&self, percentile: Percentile) -> Pixel {
        let nines = percentile.nines().map_or(self.end.0, |nines| nines.0.min(self.end.0));
        Pixel(FRAME.left.0 + (FRAME.right - FRAME.left).0 * nines / self.end.0)
    }

    fn ticks(&self) -> Ticks {
        let candidates = [
            (0.0, "0"),
            (50.0, "50 %"),
            (90.0, "90 %"),
            (99.0, "99 %"),
            (99.9, "99.9 %"),
            (99.99, "99.99 %"),
        ];
        let reached =
            |percentile: f64| Percentile(percentile).nines().is_some_and(|nines| nines.0 < self.end.0 - 0.2);
        let mut ticks: Vec<_> = candidates
            .into_iter()
            .filter(|&(percentile, _)| reached(percentile))
            .map(|(percentile, label)| (self.at(Percentile(percentile)), label.to_owned()))
            .collect();
        ticks.push((FRAME.right, "max".to_owned()));
        ticks
    }
}

/// Where a latency stands, from nought to a round number.
struct LatencyAxis {
    step: Microsecond,
    steps: u32,
}

impl LatencyAxis {
    fn covering(series: &[Series]) -> Self {
        let latencies = series.iter().flat_map(|line| &line.points).map(|(_, latency)| latency.0);
        let highest = latencies.fold(1.0, f64::max);
        let step = round_step(Microsecond(highest / 5.0));
        // At most five steps and a part of one, so the number is small.
        Self { step, steps: (highest / step.0).ceil() as u32 }
    }

    fn at(&self, latency: Microsecond) -> Pixel {
        let top = self.step.0 * f64::from(self.steps);
        Pixel(FRAME.bottom.0 - (FRAME.bottom - FRAME.top).0 * (latency.0 / top).clamp(0.0, 1.0))
    }

    fn ticks(&self) -> Ticks {
        let decimals = match self.step.0 {
            step if step >= 1_000.0 => 0,
            step if step >= 100.0 => 1,
            step if step >= 10.0 => 2,
            _ => 3,
        };
        let tick = |position: u32| {
            let latency = self.step.0 * f64::from(position);
            (self.at(Microsecond(latency)), format!("{:.decimals$}", latency / 1_000.0))
        };
        (0..=self.steps).map(tick).collect()
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below this, and no less than a microsecond.
fn round_step(at_least: Microsecond) -> Microsecond {
    Microsecond(round_up(at_least.0.max(1.0)))
}

/// The plot, with a title and a description for those who do not see it. `id` must be unique in the page.
pub(super) fn percentile_plot(id: &str, title: &str, description: &str, series: &[Series]) -> String {
    let across = NinesAxis::covering(series);
    let up = LatencyAxis::covering(series);
    let mut svg = FRAME.open(id, title, description);
    FRAME.axes(&mut svg, (up.ticks(), "ms"), (across.ticks(), "share of requests"));
    for (position, line) in series.iter().enumerate() {
        draw_line(&mut svg, line, &across, &up);
        FRAME.legend(&mut svg, position, line.class, line.name);
    }
    svg.push_str("</svg>");
    svg
}

fn draw_line(svg: &mut String, line: &Series, across: &NinesAxis, up: &LatencyAxis) {
    svg.push_str("<polyline fill=\"none\" class=\"line ");
    svg.push_str(line.class);
    svg.push_str("\" points=\"");
    for (percentile, latency) in thinned(&line.points) {
        let _ = write!(svg, "{},{} ", across.at(*percentile), up.at(*latency));
    }
    svg.push_str("\"/>");
}

/// At most about `POINTS` points, always with the first and the last.
fn thinned<T>(points: &[T]) -> impl Iterator<Item = &T> {
    let stride = points.len().div_ceil(POINTS).max(1);
    let last = points.len().saturating_sub(1);
    points
        .iter()
        .enumerate()
        .filter(move |(at, _)| at.is_multiple_of(stride) || *at == last)
        .map(|(_, point)| point)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(f64, f64)]) -> Vec<Series> {
        let points =
            points.iter().map(|&(percentile, latency)| (Percentile(percentile), Microsecond(latency)));
        vec![Series { name: "response", class: "response", points: points.collect() }]
    }

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-6
    }

    #[test]
    fn percentiles_are_counted_in_nines() {
        for (percentile, nines) in [(0.0, 0.0), (90.0, 1.0), (99.0, 2.0), (99.9, 3.0)] {
            assert!(close(Percentile(percentile).nines().unwrap().0, nines), "{percentile}");
        }
        assert!(Percentile(100.0).nines().is_none());
    }

    #[test]
    fn steps_are_round() {
        for (at_least, step) in [(1.0, 1.0), (170.0, 200.0), (201.0, 500.0), (9_642.0, 10_000.0), (0.2, 1.0)]
        {
            assert!(close(round_step(Microsecond(at_least)).0, step), "{at_least}");
        }
    }

    #[test]
    fn axes_reach_over_every_point() {
        let lines = series(&[(50.0, 3_420.0), (99.9, 21_300.0), (100.0, 48_211.0)]);
        let up = LatencyAxis::covering(&lines);
        let labels: Vec<String> = up.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "10", "20", "30", "40", "50"]);
        let across = NinesAxis::covering(&lines);
        let labels: Vec<String> = across.ticks().into_iter().map(|(_, label)| label).collect();
        assert_eq!(labels, ["0", "50 %", "90 %", "99 %", "99.9 %", "max"]);
        assert!(across.at(Percentile(99.9)) < across.at(Percentile(100.0)));
        assert_eq!(up.at(Microsecond(0.0)), FRAME.bottom);
    }

    #[test]
    fn a_plot_without_points_is_still_a_drawing() {
        let svg = percentile_plot("p", "empty", "nothing", &series(&[]));
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("NaN"), "{svg}");
    }

    #[test]
    fn titles_cannot_leave_their_element() {
        let svg = percentile_plot("p", "</title><script>", "\"&'", &series(&[(50.0, 1.0)]));
        assert!(svg.contains("&lt;/title&gt;&lt;script&gt;") && svg.contains("&quot;&amp;&#39;"), "{svg}");
    }

    #[test]
    fn long_curves_are_thinned_and_keep_their_ends() {
        let points: Vec<u32> = (0..1_001).collect();
        let kept: Vec<u32> = thinned(&points).copied().collect();
        assert!(kept.len() <= POINTS + 1);
        assert_eq!((kept.first(), kept.last()), (Some(&0), Some(&1_000)));
    }
}
