//! Load runs as values for the template: invariants first, latencies only where the measurement is valid.

use minijinja::{Value, context};

use crate::report::events::{
    Invariant, Latencies, LoadFinished, LoadPart, Measurement, OperationFigures, Percentiles, Threshold,
};
use crate::report::figures::{count, milliseconds, plural, rate};
use crate::report::model::RunModel;
use crate::report::verdict;

use super::panels;
use super::percentiles::{Microsecond, Percentile, Series, percentile_plot};

/// One load run. `position` makes the IDs of its drawings unique.
pub(super) fn view(position: usize, load: &LoadFinished, model: &RunModel) -> Value {
    let valid = load.verdict == Measurement::Valid;
    let (measurement, tone) = match load.verdict {
        Measurement::Valid => ("VALID", "good"),
        Measurement::Saturated => ("SATURATED", "doubtful"),
        Measurement::Invalid => ("INVALID", "doubtful"),
    };
    let plots = if valid { plots(position, load) } else { Vec::new() };
    context! {
        scenario => load.scenario.as_str(),
        measurement,
        tone,
        valid,
        reason => load.reason.as_str(),
        requests => count(load.requests),
        planned => rate(load.rate.planned),
        achieved => rate(load.rate.achieved),
        invariants => load.invariants.iter().map(invariant).collect::<Vec<Value>>(),
        thresholds => load.thresholds.iter().map(threshold).collect::<Vec<Value>>(),
        missed => load.thresholds_failed.clone(),
        operations => load.operations.iter().map(operation).collect::<Vec<Value>>(),
        latencies => if valid { latency_rows(load) } else { Vec::new() },
        plots,
        panels => panels::panels(position, load, &model.seconds_of(&load.scenario)),
        tests => panels::invariants(position, &load.invariants),
        part => part(load, model),
    }
}

/// Which part of its plan the run was, where it was not all of it.
fn part(load: &LoadFinished, model: &RunModel) -> Option<String> {
    match model.plan_of(&load.scenario)?.part? {
        LoadPart::Segment { number, of } => Some(format!(
            "Segment {number} of {of}: one share of the plan. Its verdict is that of the merged run."
        )),
        LoadPart::Merged(segments) => {
            Some(format!("Merged from {}.", plural(u64::from(segments), "segment")))
        }
    }
}

fn invariant(invariant: &Invariant) -> Value {
    let (outcome, tone) = match (invariant.violations, invariant.exercised) {
        (0, 0) => ("never exercised", "doubtful"),
        (0, _) => ("held", "good"),
        _ => ("violated", "bad"),
    };
    context! {
        id => invariant.id.as_str(),
        exercised => count(invariant.exercised),
        violations => count(invariant.violations),
        requirements => invariant.requirements.join(", "),
        examples => invariant.examples.clone(),
        outcome,
        tone,
    }
}

fn threshold(one: &Threshold) -> Value {
    let (outcome, tone) = if one.held { ("held", "good") } else { ("missed", "bad") };
    context! {
        name => one.name.as_str(),
        limit => one.limit.as_str(),
        measured => one.measured.as_str(),
        outcome,
        tone,
    }
}

fn operation(operation: &OperationFigures) -> Value {
    context! {
        name => operation.name.as_str(),
        requests => count(operation.requests),
        refused => count(operation.refused),
        indeterminate => count(operation.indeterminate),
        wrong => count(operation.wrong),
        tone => if operation.wrong > 0 { "bad" } else { "" },
    }
}

/// The three latencies over all operations, then the response time of each operation.
fn latency_rows(load: &LoadFinished) -> Vec<Value> {
    let all = &load.latency_us;
    let mut rows = vec![
        latency_row("response, all operations", &all.response),
        latency_row("service, all operations", &all.service),
        latency_row("lateness, all operations", &all.lateness),
    ];
    rows.extend(load.operations.iter().map(|operation| {
        latency_row(&format!("response, {}", operation.name), &operation.latency_us.response)
    }));
    rows
}

fn latency_row(name: &str, latency: &Percentiles) -> Value {
    let values = [latency.p50, latency.p90, latency.p99, latency.p999, latency.max].map(milliseconds);
    context! { name, figures => Vec::from(values) }
}

fn plots(position: usize, load: &LoadFinished) -> Vec<Value> {
    let mut plots = vec![plot(&format!("load-{position}"), "all operations", &load.latency_us, &load.curve)];
    // One operation alone would repeat the plot of all.
    if load.operations.len() > 1 {
        plots.extend(load.operations.iter().enumerate().map(|(number, operation)| {
            let id = format!("load-{position}-{number}");
            plot(&id, &operation.name, &operation.latency_us, &operation.curve)
        }));
    }
    plots
}

fn plot(id: &str, name: &str, latencies: &Latencies, curve: &[(f64, u64)]) -> Value {
    let response = if curve.is_empty() { marks(&latencies.response) } else { points(curve) };
    let series = [
        Series { name: "response", class: "response", points: response },
        Series { name: "service", class: "service", points: marks(&latencies.service) },
        Series { name: "lateness", class: "lateness", points: marks(&latencies.lateness) },
    ];
    let title = format!("Latency by percentile: {name}");
    let drawing = percentile_plot(id, &title, &description(latencies), &series);
    context! { name, drawing => Value::from_safe_string(drawing) }
}

fn points(curve: &[(f64, u64)]) -> Vec<(Percentile, Microsecond)> {
    let sound = curve.iter().filter(|(percentile, _)| (0.0..=100.0).contains(percentile));
    sound.map(|&(percentile, latency)| (Percentile(percentile), Microsecond(latency as f64))).collect()
}

/// A line through the percentiles that are known, where there is no curve.
fn marks(latency: &Percentiles) -> Vec<(Percentile, Microsecond)> {
    points(&[
        (50.0, latency.p50),
        (90.0, latency.p90),
        (99.0, latency.p99),
        (99.9, latency.p999),
        (100.0, latency.max),
    ])
}

fn description(latencies: &Latencies) -> String {
    let part = |name: &str, latency: &Percentiles| {
        let [p50, p99, max] = [latency.p50, latency.p99, latency.max].map(milliseconds);
        format!("{name}: median {p50} ms, 99th percentile {p99} ms, largest {max} ms.")
    };
    [
        part("Response", &latencies.response),
        part("Service", &latencies.service),
        part("Lateness", &latencies.lateness),
    ]
    .join(" ")
}

/// The load run as one of the page's figures.
pub(super) fn figure(load: &LoadFinished) -> Value {
    let failed = verdict::load_failed(load);
    context! {
        label => format!("Load {}", load.scenario),
        value => plural(verdict::violations(load), "violation"),
        detail => format!("of {}", plural(load.invariants.len() as u64, "invariant")),
        tone => if failed { "bad" } else { "good" },
    }
}
