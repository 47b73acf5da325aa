//! A load run in the summary: correctness before speed, and speed only where the measurement is valid.

use crate::report::events::{LoadFinished, Measurement, OperationFigures, Percentiles};
use crate::report::figures::{count, milliseconds, plural, rate, size};
use crate::report::series::spelled;
use crate::report::verdict;

use super::colour::Tone;
use super::page::Page;
use super::wrap::{fit, shorten};

/// Columns for names in tables.
const NAME: usize = 24;

/// The load run in one line: what held, then what the measurement is worth.
pub(super) fn in_a_line(load: &LoadFinished) -> String {
    let exercised = load.invariants.iter().filter(|invariant| invariant.exercised > 0).count();
    format!(
        "{}: {} of {} invariants exercised, {}; {}, {}",
        load.scenario,
        size(exercised),
        size(load.invariants.len()),
        plural(verdict::violations(load), "violation"),
        plural(load.requests, "request"),
        spelled(load.verdict)
    )
}

/// The section of one load run.
pub(super) fn show(page: &mut Page, load: &LoadFinished) {
    page.heading(&format!("LOAD {}", load.scenario));
    invariants(page, load);
    operations(page, load);
    for missed in &load.thresholds_failed {
        page.field(2, "Missed", Tone::Bad, missed);
    }
    let tone = if load.verdict == Measurement::Valid { Tone::Good } else { Tone::Doubtful };
    page.field(2, "Measurement", tone, &format!("{}: {}", spelled(load.verdict), load.reason));
    let (planned, achieved) = (rate(load.rate.planned), rate(load.rate.achieved));
    let requests = plural(load.requests, "request");
    let speed = format!("{achieved}/s of {planned}/s planned, {requests}");
    page.field(2, "Rate", Tone::Plain, &speed);
    if load.verdict == Measurement::Valid {
        latencies(page, load);
    } else {
        page.paragraph(2, Tone::Doubtful, "No latency is quoted: the plan was not held.");
    }
}

fn invariants(page: &mut Page, load: &LoadFinished) {
    page.row(2, Tone::Quiet, &format!("{:<NAME$} {:>12} {:>12}", "Invariant", "exercised", "violations"));
    for invariant in &load.invariants {
        let tone = match (invariant.violations, invariant.exercised) {
            (0, 0) => Tone::Doubtful,
            (0, _) => Tone::Plain,
            _ => Tone::Bad,
        };
        let name = named(&invariant.id);
        let (exercised, violations) = (count(invariant.exercised), count(invariant.violations));
        page.row(2, tone, &format!("{name} {exercised:>12} {violations:>12}"));
        for example in invariant.examples.iter().take(3) {
            page.paragraph(4, Tone::Bad, &shorten(example, 300));
        }
    }
}

fn operations(page: &mut Page, load: &LoadFinished) {
    page.blank();
    let head = format!(
        "{:<NAME$} {:>11} {:>9} {:>14} {:>7}",
        "Operation", "requests", "refused", "indeterminate", "wrong"
    );
    page.row(2, Tone::Quiet, &head);
    for operation in &load.operations {
        let tone = if operation.wrong > 0 { Tone::Bad } else { Tone::Plain };
        page.row(2, tone, &operation_row(operation));
    }
    page.blank();
}

fn operation_row(operation: &OperationFigures) -> String {
    format!(
        "{} {:>11} {:>9} {:>14} {:>7}",
        named(&operation.name),
        count(operation.requests),
        count(operation.refused),
        count(operation.indeterminate),
        count(operation.wrong)
    )
}

fn latencies(page: &mut Page, load: &LoadFinished) {
    page.blank();
    page.row(2, Tone::Quiet, &percentile_row("Latency in ms", ["p50", "p90", "p99", "p99.9", "max"]));
    let all = &load.latency_us;
    for (name, percentiles) in
        [("response", all.response), ("service", all.service), ("lateness", all.lateness)]
    {
        page.row(2, Tone::Plain, &latency_row(name, &percentiles));
    }
    for operation in &load.operations {
        page.row(2, Tone::Quiet, &latency_row(&operation.name, &operation.latency_us.response));
    }
}

fn latency_row(name: &str, latency: &Percentiles) -> String {
    let values = [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map(milliseconds);
    percentile_row(name, values.each_ref().map(String::as_str))
}

fn percentile_row(name: &str, values: [&str; 5]) -> String {
    let [p50, p90, p99, p999, max] = values;
    format!("{} {p50:>9} {p90:>9} {p99:>9} {p999:>9} {max:>9}", named(name))
}

/// A name in its column, counted in columns and not in characters.
fn named(name: &str) -> String {
    let mut name = fit(name, NAME);
    let missing = NAME.saturating_sub(super::wrap::columns(&name));
    name.push_str(&" ".repeat(missing));
    name
}
