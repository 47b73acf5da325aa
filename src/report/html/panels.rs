//! The panels of a load run over time: rate, response time, lateness, and what the ledger booked.

use std::fmt::Write as _;

use minijinja::{Value, context};

use crate::report::events::{Invariant, LoadFinished, LoadSecond, Measurement};
use crate::report::figures::{count, milliseconds, rate};
use crate::report::series::{Stretch, spelled, stretches};

use super::frame::{Pixel, escape};
use super::timeline::{Line, Timeline};

/// More stretches than this cannot be told apart in the width of a drawing.
const MOST: usize = 300;

/// The panels of a load run. `position` makes the IDs of its drawings unique. A run whose plan was not held shows
/// how that came about, and no response time.
pub(super) fn panels(position: usize, load: &LoadFinished, seconds: &[&LoadSecond]) -> Vec<Value> {
    let drawn = stretches(seconds, MOST);
    if drawn.is_empty() {
        return Vec::new();
    }
    let verdict = spelled(load.verdict);
    let mut panels = vec![rates(position, load, &drawn)];
    if load.verdict == Measurement::Valid {
        let caption = format!("Response time by second, measurement {verdict}");
        panels.push(latency(position, "response", &caption, &drawn, |one| one.response));
    }
    let caption = format!("Lateness of the generator by second, measurement {verdict}");
    panels.push(latency(position, "lateness", &caption, &drawn, |one| one.lateness));
    panels.push(ledger(position, &drawn));
    panels
}

fn panel(
    position: usize,
    name: &str,
    caption: &str,
    unit: &'static str,
    says: &str,
    lines: Vec<Line>,
) -> Value {
    let id = format!("time-{position}-{name}");
    let drawing = Timeline { id: &id, title: caption, description: says, unit, lines }.draw();
    context! { name => caption, drawing => Value::from_safe_string(drawing) }
}

fn line(name: &'static str, class: &'static str, drawn: &[Stretch], value: impl Fn(&Stretch) -> f64) -> Line {
    Line { name, class, points: drawn.iter().map(|one| (one.at_s, value(one))).collect() }
}

fn rates(position: usize, load: &LoadFinished, drawn: &[Stretch]) -> Value {
    let says =
        format!("{} a second were planned, {} achieved.", rate(load.rate.planned), rate(load.rate.achieved));
    let lines = vec![
        line("planned", "planned", drawn, |one| one.planned),
        line("completed", "achieved", drawn, |one| one.completed),
    ];
    panel(position, "rate", "Requests a second", "/s", &says, lines)
}

fn latency(
    position: usize,
    name: &str,
    caption: &str,
    drawn: &[Stretch],
    of: fn(&Stretch) -> [u64; 3],
) -> Value {
    let worst = drawn.iter().map(|one| of(one)[1]).max().unwrap_or(0);
    let says = format!("The 99th percentile of the worst second is {} ms.", milliseconds(worst));
    let lines = [("p50", "service"), ("p99", "response"), ("max", "lateness")];
    let lines = lines.into_iter().enumerate();
    let lines = lines.map(|(at, (name, class))| line(name, class, drawn, |one| of(one)[at] as f64 / 1_000.0));
    panel(position, name, caption, "ms", &says, lines.collect())
}

fn ledger(position: usize, drawn: &[Stretch]) -> Value {
    let names =
        [("granted", "granted"), ("refused", "refused"), ("no answer", "lateness"), ("wrong", "wrong")];
    let lines = names.into_iter().enumerate();
    let lines = lines.map(|(at, (name, class))| line(name, class, drawn, |one| one.outcomes[at]));
    let says = "Requests a second by how they ended.";
    panel(position, "ledger", "Booked in the ledger a second, by outcome", "/s", says, lines.collect())
}

/// How often each invariant was put to the test, on a logarithmic scale: a hundred tests and a million must both be
/// seen.
pub(super) fn invariants(position: usize, invariants: &[Invariant]) -> Option<Value> {
    const ROW: f64 = 24.0;
    const WIDTH: f64 = 480.0;
    const BARS: f64 = 170.0;
    let most = invariants.iter().map(|one| one.exercised).max().filter(|most| *most > 0)?;
    let scale = (WIDTH - BARS - 80.0) / ((most + 1) as f64).log10();
    let height = Pixel(ROW * invariants.len() as f64 + 8.0);
    let mut svg = format!(
        "<svg class=\"plot\" viewBox=\"0 0 {WIDTH} {height}\" font-size=\"12\" role=\"img\" \
         aria-labelledby=\"invariants-{position}\"><title id=\"invariants-{position}\">How often each invariant was \
         put to the test</title>"
    );
    for (row, one) in invariants.iter().enumerate() {
        let class = match (one.violations, one.exercised) {
            (0, 0) => "idle",
            (0, _) => "held",
            _ => "violated",
        };
        let top = ROW * row as f64 + 6.0;
        let width = Pixel((((one.exercised + 1) as f64).log10() * scale).max(2.0));
        let [name_x, bar_y, text_y] = [BARS - 10.0, top, top + 12.0].map(Pixel);
        let figure_x = Pixel(BARS + width.0 + 8.0);
        let figure = match one.violations {
            0 => count(one.exercised),
            some => format!("{} ({} violated)", count(one.exercised), count(some)),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<text class=\"tick\" text-anchor=\"end\" x=\"{name_x}\" y=\"{text_y}\">{}</text>\
             <rect class=\"bar {class}\" x=\"{BARS}\" y=\"{bar_y}\" width=\"{width}\" height=\"16\" rx=\"2\"/>\
             <text class=\"tick\" x=\"{figure_x}\" y=\"{text_y}\">{figure}</text>",
            escape(&one.id)
        );
    }
    svg.push_str("</svg>");
    Some(Value::from_safe_string(svg))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    fn drawings(verdict: Measurement) -> String {
        let seconds: Vec<LoadSecond> = (0..10).map(samples::second).collect();
        let panels = panels(0, &samples::load(verdict), &seconds.iter().collect::<Vec<_>>());
        panels.iter().map(|panel| format!("{}\n", panel.get_attr("drawing").unwrap())).collect()
    }

    #[test]
    fn response_times_are_drawn_only_when_valid() {
        assert_eq!(drawings(Measurement::Valid).lines().count(), 4);
        let saturated = drawings(Measurement::Saturated);
        assert_eq!(saturated.lines().count(), 3);
        assert!(!saturated.contains("Response time") && saturated.contains("measurement SATURATED"));
        assert!(panels(0, &samples::load(Measurement::Valid), &[]).is_empty());
    }

    #[test]
    fn an_invariant_that_is_violated_stands_out() {
        let mut one = samples::load(Measurement::Valid).invariants.remove(0);
        (one.id, one.violations) = ("<b>".to_owned(), 3);
        let drawing = invariants(0, &[one]).unwrap().to_string();
        assert!(drawing.contains("bar violated") && drawing.contains("(3 violated)"), "{drawing}");
        assert!(drawing.contains("&lt;b&gt;"));
        assert!(invariants(0, &[]).is_none());
    }
}
