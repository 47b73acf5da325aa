//! `metrics.txt`: the run in the OpenMetrics text format, for whatever scrapes or pushes such files.
//!
//! A latency stands here only when its measurement is valid, and the verdict stands beside it as a label.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::events::{LoadFinished, Measurement, OperationFigures, Percentiles};
use super::model::RunModel;
use super::series::spelled;

/// The text of `metrics.txt`.
pub(super) fn metrics_txt(model: &RunModel) -> String {
    let mut text = String::new();
    run(&mut text, model);
    // A scenario that ran twice is told once, as it was the last time: a sample may not stand twice.
    let loads: BTreeMap<&str, &LoadFinished> =
        model.loads.iter().map(|load| (load.scenario.as_str(), load)).collect();
    let loads: Vec<&LoadFinished> = loads.into_values().collect();
    if !loads.is_empty() {
        measurements(&mut text, &loads);
        outcomes(&mut text, &loads);
        latencies(&mut text, &loads);
        invariants(&mut text, &loads);
    }
    text.push_str("# EOF\n");
    text
}

/// Begins a family: its samples follow.
fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a string cannot fail, so the results say nothing.
    let _ = writeln!(text, "# TYPE {name} {kind}");
    if let Some(unit) = name.rsplit_once('_').map(|(_, unit)| unit).filter(|unit| *unit == "seconds") {
        let _ = writeln!(text, "# UNIT {name} {unit}");
    }
    let _ = writeln!(text, "# HELP {name} {help}");
}

fn sample(text: &mut String, name: &str, labels: &[(&str, &str)], value: f64) {
    let labels: Vec<String> =
        labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escaped(value))).collect();
    let value = if value.is_finite() { value } else { 0.0 };
    let _ = writeln!(text, "{name}{{{}}} {value}", labels.join(","));
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn run(text: &mut String, model: &RunModel) {
    let target = model.target();
    let (command, version) =
        model.run.as_ref().map_or(("", ""), |run| (run.command.as_str(), run.version.as_str()));
    family(text, "chargeproof_run", "info", "The run and its verdict.");
    let labels = [
        ("command", command),
        ("version", version),
        ("target", target.name.as_str()),
        ("target_version", target.version.as_str()),
        ("verdict", model.verdict().as_str()),
    ];
    sample(text, "chargeproof_run_info", &labels, 1.0);
    if model.suite_ran() {
        let counts = model.scenario_counts();
        family(text, "chargeproof_scenarios", "gauge", "Scenarios of the suite by outcome.");
        for (outcome, number) in [
            ("passed", counts.passed),
            ("failed", counts.failed),
            ("warned", counts.warned),
            ("not-tested", counts.not_tested),
            ("vacuous", counts.vacuous),
            ("error", counts.error),
            ("expected", counts.expected),
        ] {
            sample(text, "chargeproof_scenarios", &[("outcome", outcome)], number as f64);
        }
    }
}

fn measurements(text: &mut String, loads: &[&LoadFinished]) {
    let name = "chargeproof_load_measurement";
    family(text, name, "stateset", "The verdict on the measurement of a load run.");
    for load in loads {
        for state in [Measurement::Valid, Measurement::Saturated, Measurement::Invalid] {
            let labels = [("scenario", load.scenario.as_str()), (name, spelled(state))];
            sample(text, name, &labels, f64::from(u8::from(state == load.verdict)));
        }
    }
    let name = "chargeproof_load_rate";
    family(text, name, "gauge", "Requests a second, as planned and as achieved.");
    for load in loads {
        for (kind, rate) in [("planned", load.rate.planned), ("achieved", load.rate.achieved)] {
            sample(text, name, &[("scenario", load.scenario.as_str()), ("kind", kind)], rate);
        }
    }
}

fn outcomes(text: &mut String, loads: &[&LoadFinished]) {
    let name = "chargeproof_load_requests";
    family(text, name, "gauge", "Requests by operation and outcome.");
    for load in loads {
        for one in &load.operations {
            let granted = one.requests.saturating_sub(one.refused + one.indeterminate + one.wrong);
            for (outcome, number) in [
                ("granted", granted),
                ("refused", one.refused),
                ("indeterminate", one.indeterminate),
                ("wrong", one.wrong),
            ] {
                let labels = [
                    ("scenario", load.scenario.as_str()),
                    ("operation", one.name.as_str()),
                    ("outcome", outcome),
                ];
                sample(text, name, &labels, number as f64);
            }
        }
    }
    let name = "chargeproof_load_thresholds_missed";
    family(text, name, "gauge", "Thresholds missed, and declared invariants never put to the test.");
    for load in loads {
        sample(text, name, &[("scenario", load.scenario.as_str())], load.thresholds_failed.len() as f64);
    }
}

fn latencies(text: &mut String, loads: &[&LoadFinished]) {
    let valid: Vec<_> = loads.iter().filter(|load| load.verdict == Measurement::Valid).collect();
    if valid.is_empty() {
        return;
    }
    let name = "chargeproof_load_latency_seconds";
    family(
        text,
        name,
        "summary",
        "Latencies: response counts from the intended instant, service from sending.",
    );
    for load in valid {
        let of_operation = |one: &OperationFigures| (one.name.clone(), one.latency_us);
        let all = std::iter::once(("all".to_owned(), load.latency_us));
        for (operation, latencies) in all.chain(load.operations.iter().map(of_operation)) {
            for (latency, percentiles) in [
                ("response", latencies.response),
                ("service", latencies.service),
                ("lateness", latencies.lateness),
            ] {
                let Percentiles { p50, p90, p99, p999, max } = percentiles;
                for (quantile, us) in
                    [("0.5", p50), ("0.9", p90), ("0.99", p99), ("0.999", p999), ("1.0", max)]
                {
                    let labels = [
                        ("scenario", load.scenario.as_str()),
                        ("operation", operation.as_str()),
                        ("latency", latency),
                        ("measurement", spelled(load.verdict)),
                        ("quantile", quantile),
                    ];
                    sample(text, name, &labels, us as f64 / 1e6);
                }
            }
        }
    }
}

fn invariants(text: &mut String, loads: &[&LoadFinished]) {
    type Figure = fn(&super::events::Invariant) -> u64;
    let families: [(&str, &str, Figure); 2] = [
        ("chargeproof_load_invariant_exercised", "How often an invariant was put to the test.", |one| {
            one.exercised
        }),
        ("chargeproof_load_invariant_violations", "How often an invariant did not hold.", |one| {
            one.violations
        }),
    ];
    for (name, help, figure) in families {
        family(text, name, "gauge", help);
        for load in loads {
            for one in &load.invariants {
                let labels = [("scenario", load.scenario.as_str()), ("invariant", one.id.as_str())];
                sample(text, name, &labels, figure(one) as f64);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::events::Event;
    use super::super::samples::{self, fold};
    use super::*;

    /// The name and the labels of a sample, by a reading that knows nothing of the writer.
    fn parsed(line: &str) -> (String, BTreeMap<String, String>, f64) {
        let (name, rest) = line.split_once('{').expect("a sample has labels");
        let mut labels = BTreeMap::new();
        let mut rest = rest;
        while !rest.starts_with('}') {
            let (label, after) = rest.split_once("=\"").expect("a label has a value");
            let mut value = String::new();
            let mut letters = after.char_indices();
            let end = loop {
                match letters.next().expect("a value has an end") {
                    (at, '"') => break at + 1,
                    (_, '\\') => value.push(match letters.next().expect("an escape has a letter").1 {
                        'n' => '\n',
                        letter => letter,
                    }),
                    (_, letter) => value.push(letter),
                }
            };
            let label = label.trim_start_matches(',').to_owned();
            assert!(labels.insert(label, value).is_none(), "a label stands twice: {line}");
            rest = &after[end..];
        }
        let value = rest.strip_prefix("} ").expect("a space before the value").parse().expect("a number");
        (name.to_owned(), labels, value)
    }

    /// What the format demands: families in one piece, known types, no sample twice, and an end.
    fn check(text: &str) -> Vec<(String, BTreeMap<String, String>, f64)> {
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
        let (mut families, mut current, mut samples, mut keys) =
            (BTreeSet::new(), (String::new(), String::new()), Vec::new(), BTreeSet::new());
        for line in text.lines().filter(|line| *line != "# EOF") {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').unwrap();
                assert!(families.insert(name.to_owned()), "{name} is in two pieces");
                current = (name.to_owned(), kind.to_owned());
            } else if let Some(rest) = line.strip_prefix("# UNIT ").or_else(|| line.strip_prefix("# HELP ")) {
                assert!(rest.starts_with(&format!("{} ", current.0)), "{line} is out of place");
            } else {
                let (name, labels, value) = parsed(line);
                let ending = if current.1 == "info" { "_info" } else { "" };
                assert_eq!(name, format!("{}{ending}", current.0), "{line}");
                assert!(current.1 != "summary" || labels.contains_key("quantile"));
                assert!(keys.insert((name.clone(), labels.clone())), "{line} stands twice");
                samples.push((name, labels, value));
            }
        }
        samples
    }

    #[test]
    fn every_run_can_be_parsed() {
        let mut twice = samples::failing_run();
        twice.loads.push(samples::load(Measurement::Saturated));
        for model in [RunModel::new(), samples::failing_run(), samples::hostile_run(), twice] {
            check(&metrics_txt(&model));
        }
    }

    #[test]
    fn figures_are_those_of_the_run() {
        let samples = check(&metrics_txt(&samples::failing_run()));
        let p99 = samples.iter().find(|(name, labels, _)| {
            name.ends_with("latency_seconds")
                && labels["quantile"] == "0.99"
                && labels["latency"] == "response"
                && labels["operation"] == "all"
        });
        let (_, labels, value) = p99.unwrap();
        assert!((value - 0.009_87).abs() < 1e-9);
        assert_eq!(labels["measurement"], "VALID");
    }

    #[test]
    fn no_latency_unless_the_measurement_is_valid() {
        let text = metrics_txt(&fold(vec![Event::LoadFinished(samples::load(Measurement::Saturated))]));
        assert!(!text.contains("latency_seconds"));
        assert!(text.contains("chargeproof_load_measurement=\"SATURATED\"} 1\n"), "{text}");
    }
}
