//! `run.json`, format `chargeproof-run/1`: the run for machines.
//!
//! Members are only ever added. The order of the members is that of the structures below, so that two files
//! can be compared with a text tool. A latency stands here only when its measurement is valid.

use std::collections::BTreeMap;

use serde::Serialize;

use super::coverage::{Coverage, NotTested};
use super::errors::ReportError;
use super::events::{
    ExpectedDeviation, Finding, GeneratorFigures, Invariant, Latencies, LoadFinished, LoadPart, Measurement,
    Rate, SmokeChecked, TargetInfo, Threshold,
};
use super::expected::DeviationState;
use super::failure::Failure;
use super::model::{RunModel, ScenarioCounts, VersionCounts};
use super::series::csv_name;
use super::system::System;
use super::traffic::{self, OperationSeen, TrafficCounts};
use super::verdict::Verdict;

const FORMAT: &str = "chargeproof-run/1";

/// The text of `run.json`.
pub(super) fn run_json(model: &RunModel) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(&Run::of(model))?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Run<'a> {
    format: &'static str,
    verdict: Verdict,
    exit_code: u8,
    interrupted: bool,
    command: &'a str,
    version: &'a str,
    started: &'a str,
    duration_ms: u64,
    target: TargetInfo,
    smoke: &'a [SmokeChecked],
    conformance: Conformance,
    loads: Vec<Load<'a>>,
    usage: Option<Usage<'a>>,
    failures: Vec<Broken<'a>>,
    warnings: Vec<Broken<'a>>,
    expected: Vec<Deviation<'a>>,
    not_tested: Vec<Reason>,
    faults: Vec<String>,
    notes: &'a [String],
}

impl<'a> Run<'a> {
    fn of(model: &'a RunModel) -> Self {
        let run = model.run.as_ref();
        let coverage = model.coverage();
        Self {
            format: FORMAT,
            verdict: model.verdict(),
            exit_code: model.exit_code(),
            interrupted: model.interrupted,
            command: run.map_or("", |run| run.command.as_str()),
            version: run.map_or("", |run| run.version.as_str()),
            started: run.map_or("", |run| run.started.as_str()),
            duration_ms: model.duration_ms,
            target: model.target(),
            smoke: &model.smoke,
            conformance: Conformance::of(model, &coverage),
            loads: model.loads.iter().map(|load| Load::of(load, model)).collect(),
            usage: Usage::of(model),
            failures: model.failures().iter().map(Broken::of).collect(),
            warnings: model.warnings().iter().map(Broken::of).collect(),
            expected: Deviation::all(model),
            not_tested: coverage.not_tested.into_iter().map(Reason::of).collect(),
            faults: model.all_faults(),
            notes: &model.notes,
        }
    }
}

#[derive(Serialize)]
struct Conformance {
    scenarios: ScenarioCounts,
    versions: BTreeMap<String, VersionCounts>,
    systems: BTreeMap<System, VersionCounts>,
    requirements: Requirements,
    readings: BTreeMap<String, String>,
    coverage: TrafficCounts,
    operations: Vec<OperationSeen>,
    checks: u64,
    duration_ms: u64,
    seed: Option<u64>,
    concurrency: Option<u16>,
    part: bool,
}

impl Conformance {
    fn of(model: &RunModel, coverage: &Coverage) -> Self {
        let readings = model.readings.iter().map(|(decision, seen)| (decision.clone(), seen.text()));
        let versions = model.version_counts().into_iter();
        Self {
            scenarios: model.scenario_counts(),
            versions: versions.map(|(version, counts)| (version.to_owned(), counts)).collect(),
            systems: model.system_counts(),
            requirements: Requirements {
                registered: coverage.registered(),
                must: coverage.must(),
                tested: coverage.tested(),
                passed: coverage.passed(),
                failed: coverage.failed.clone(),
                not_tested: coverage.untested(),
                expected: coverage.expected.clone(),
            },
            readings: readings.collect(),
            coverage: traffic::counts(&model.traffic),
            operations: model.traffic.clone(),
            checks: model.checks,
            duration_ms: model.suite_ms,
            seed: model.order.and_then(|order| order.seed),
            concurrency: model.order.map(|order| order.concurrency),
            part: model.is_part(),
        }
    }
}

#[derive(Serialize)]
struct Requirements {
    registered: usize,
    must: usize,
    tested: usize,
    passed: usize,
    failed: Vec<String>,
    not_tested: usize,
    expected: Vec<String>,
}

#[derive(Serialize)]
struct Load<'a> {
    scenario: &'a str,
    verdict: Measurement,
    reason: &'a str,
    seed: Option<u64>,
    requests: u64,
    rate: Rate,
    latency_us: Option<Latencies>,
    invariants: &'a [Invariant],
    thresholds_failed: &'a [String],
    operations: Vec<Operation<'a>>,
    duration_ms: u64,
    thresholds: &'a [Threshold],
    generator: Option<&'a GeneratorFigures>,
    part: Option<LoadPart>,
    series: Option<String>,
}

impl<'a> Load<'a> {
    fn of(load: &'a LoadFinished, model: &RunModel) -> Self {
        let valid = load.verdict == Measurement::Valid;
        let operations = load.operations.iter().map(|operation| Operation {
            name: &operation.name,
            requests: operation.requests,
            refused: operation.refused,
            indeterminate: operation.indeterminate,
            wrong: operation.wrong,
            latency_us: valid.then_some(operation.latency_us),
        });
        Self {
            scenario: &load.scenario,
            verdict: load.verdict,
            reason: &load.reason,
            seed: model.plan_of(&load.scenario).map(|plan| plan.seed),
            requests: load.requests,
            rate: Rate { planned: finite(load.rate.planned), achieved: finite(load.rate.achieved) },
            latency_us: valid.then_some(load.latency_us),
            invariants: &load.invariants,
            thresholds_failed: &load.thresholds_failed,
            operations: operations.collect(),
            duration_ms: load.duration_ms,
            thresholds: &load.thresholds,
            generator: load.generator.as_ref(),
            part: model.plan_of(&load.scenario).and_then(|plan| plan.part),
            series: (!model.seconds_of(&load.scenario).is_empty()).then(|| csv_name(&load.scenario)),
        }
    }
}

/// JSON has no infinity; a rate over no time at all is no rate.
fn finite(rate: f64) -> f64 {
    if rate.is_finite() { rate } else { 0.0 }
}

#[derive(Serialize)]
struct Operation<'a> {
    name: &'a str,
    requests: u64,
    refused: u64,
    indeterminate: u64,
    wrong: u64,
    latency_us: Option<Latencies>,
}

#[derive(Serialize)]
struct Usage<'a> {
    source: String,
    rows: u64,
    rules: u64,
    findings: Vec<&'a Finding>,
}

impl<'a> Usage<'a> {
    /// All the usage rows of the run as one; absent when none were judged.
    fn of(model: &'a RunModel) -> Option<Self> {
        if model.usage.is_empty() {
            return None;
        }
        let sources: Vec<&str> = model.usage.iter().map(|usage| usage.source.as_str()).collect();
        Some(Self {
            source: sources.join(", "),
            rows: model.usage.iter().map(|usage| usage.rows).sum(),
            rules: model.usage.iter().map(|usage| usage.rules).max().unwrap_or(0),
            findings: model.usage.iter().flat_map(|usage| &usage.findings).collect(),
        })
    }
}

#[derive(Serialize)]
struct Broken<'a> {
    requirements: &'a [String],
    scenario: &'a str,
    name: &'a str,
    step: &'a str,
    location: &'a str,
    expected: &'a str,
    actual: &'a str,
    exchange: Option<String>,
    reproduce: &'a str,
}

impl<'a> Broken<'a> {
    fn of(failure: &Failure<'a>) -> Self {
        Self {
            requirements: failure.requirements,
            scenario: failure.scenario,
            name: failure.name,
            step: failure.step,
            location: failure.location,
            expected: failure.expected,
            actual: failure.actual,
            exchange: failure.exchange_file(),
            reproduce: failure.reproduce,
        }
    }
}

/// A declared deviation, what became of it, and the failures that it covers.
#[derive(Serialize)]
struct Deviation<'a> {
    requirement: Option<&'a str>,
    scenario: Option<&'a str>,
    reason: &'a str,
    link: &'a str,
    expires: &'a str,
    state: DeviationState,
    failures: Vec<Broken<'a>>,
}

impl<'a> Deviation<'a> {
    fn all(model: &'a RunModel) -> Vec<Self> {
        let failures = model.expected_failures();
        let covered = |one: &ExpectedDeviation| {
            failures.iter().filter(|failure| failure.deviation == Some(one)).map(Broken::of).collect()
        };
        let declared = model.deviations().judged().into_iter();
        declared
            .map(|(one, state)| Self {
                requirement: one.requirement.as_deref(),
                scenario: one.scenario.as_deref(),
                reason: &one.reason,
                link: &one.link,
                expires: &one.expires,
                state,
                failures: covered(one),
            })
            .collect()
    }
}

#[derive(Serialize)]
struct Reason {
    reason: String,
    scenarios: u64,
    requirements: u64,
}

impl Reason {
    fn of(group: NotTested) -> Self {
        Self { reason: group.reason, scenarios: group.scenarios, requirements: group.requirements }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::events::{Event, Severity, Stamped};
    use super::super::samples::{self, fold};
    use super::*;

    fn written(model: &RunModel) -> Value {
        serde_json::from_str(&run_json(model).unwrap()).unwrap()
    }

    /// The published schema leaves room for new members; a test must not, or the schema would fall behind.
    fn closed(schema: &mut Value) {
        match schema {
            Value::Object(members) => {
                if members.contains_key("properties") && !members.contains_key("additionalProperties") {
                    members.insert("additionalProperties".to_owned(), Value::Bool(false));
                }
                members.values_mut().for_each(closed);
            }
            Value::Array(values) => values.iter_mut().for_each(closed),
            _ => {}
        }
    }

    fn complaints(schema: &str, instance: &Value) -> Vec<String> {
        let mut schema: Value = serde_json::from_str(schema).unwrap();
        closed(&mut schema);
        let validator = jsonschema::validator_for(&schema).unwrap();
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path)).collect()
    }

    const RUN_SCHEMA: &str = include_str!("../../docs/schemas/run.schema.json");
    const EVENT_SCHEMA: &str = include_str!("../../docs/schemas/event.schema.json");
    const NONE: [String; 0] = [];

    #[test]
    fn every_run_keeps_the_schema() {
        let mut saturated = samples::failing_run();
        saturated.loads = vec![samples::load(Measurement::Saturated)];
        let expected = samples::expected_run();
        for model in [RunModel::new(), samples::failing_run(), samples::hostile_run(), saturated, expected] {
            assert_eq!(complaints(RUN_SCHEMA, &written(&model)), NONE);
        }
    }

    #[test]
    fn every_event_keeps_the_schema() {
        let more = [
            Event::HarnessFault("the disk is full".to_owned()),
            Event::Interrupted,
            Event::DeviationsExpected(vec![samples::deviation("DM-ACC-010")]),
            samples::scenario("a.feature:1", &[], super::super::events::Outcome::Vacuous),
            samples::scenario(
                "a.feature:1",
                &[],
                super::super::events::Outcome::Error("panicked".to_owned()),
            ),
        ];
        let events: Vec<Stamped> = samples::failing_events();
        for stamped in events.into_iter().chain(more.map(samples::stamped)) {
            let event = serde_json::to_value(&stamped).unwrap();
            assert_eq!(complaints(EVENT_SCHEMA, &event), NONE, "{event}");
        }
    }

    #[test]
    fn the_schema_refuses_what_is_not_a_run() {
        let mut run = written(&samples::failing_run());
        run["verdict"] = json!("fine");
        run["conformance"]["requirements"]["failed"] = json!(1);
        assert_eq!(complaints(RUN_SCHEMA, &run).len(), 2);
    }

    #[test]
    fn a_failing_run_is_written_in_full() {
        let run = written(&samples::failing_run());
        assert_eq!(run["format"], "chargeproof-run/1");
        assert_eq!((&run["verdict"], &run["exit_code"]), (&json!("does-not-conform"), &json!(1)));
        assert_eq!(run["target"], json!({"name": "acme-uat", "version": "2026.1", "profile": "control"}));
        assert_eq!(
            run["conformance"],
            json!({
                "scenarios": {"selected": 3, "passed": 1, "failed": 1, "warned": 1, "not_tested": 2,
                    "vacuous": 0, "error": 0, "expected": 0},
                "versions": {"v1.0": {"scenarios": 5, "passed": 2, "failed": 1, "not_tested": 2}},
                "systems": {
                    "dynamic-monetization": {"scenarios": 5, "passed": 2, "failed": 1, "not_tested": 2},
                },
                "requirements": {"registered": 6, "must": 4, "tested": 3, "passed": 2,
                    "failed": ["DM-CHG-011"], "not_tested": 3, "expected": []},
                "readings": {"session.denied.http": "200"},
                "coverage": {"operations": 1, "documented": 3, "seen": 1, "excused": 1, "missing": 1},
                "operations": [samples::traffic()],
                "checks": 5,
                "duration_ms": 412,
                "seed": 7,
                "concurrency": 8,
                "part": false
            })
        );
        assert_eq!(
            run["not_tested"],
            json!([
                {"reason": "no clock", "scenarios": 2, "requirements": 2},
                {"reason": "no scenario names it", "scenarios": 0, "requirements": 1}
            ])
        );
        assert_eq!(run["failures"][0]["exchange"], "exchanges/001.json");
        assert_eq!(run["failures"][0]["location"], "client/one-off.feature:17");
        assert_eq!(run["warnings"][0]["exchange"], Value::Null);
        assert_eq!(run["loads"][0]["latency_us"]["response"]["p999"], json!(21_300));
        assert_eq!(run["loads"][0]["seed"], json!(7));
        assert_eq!(run["usage"]["findings"][0]["level"], "I");
    }

    #[test]
    fn a_known_deviation_is_written_with_what_it_covers() {
        let run = written(&samples::expected_run());
        assert_eq!((&run["verdict"], &run["exit_code"]), (&json!("does-not-conform"), &json!(1)));
        assert_eq!(run["failures"], json!([]));
        assert_eq!(run["conformance"]["requirements"]["expected"], json!(["DM-CHG-011"]));
        let (happened, gone) = (&run["expected"][0], &run["expected"][1]);
        assert_eq!((&happened["state"], &gone["state"]), (&json!("happened"), &json!("did-not-happen")));
        assert_eq!(happened["failures"][0]["exchange"], "exchanges/002.json");
    }

    #[test]
    fn no_latency_is_written_unless_the_measurement_is_valid() {
        for measurement in [Measurement::Saturated, Measurement::Invalid] {
            let run = written(&fold(vec![Event::LoadFinished(samples::load(measurement))]));
            assert_eq!(run["loads"][0]["latency_us"], Value::Null);
            assert_eq!(run["loads"][0]["operations"][0]["latency_us"], Value::Null);
        }
    }

    #[test]
    fn usage_of_several_sources_is_one() {
        let model = fold(vec![
            Event::UsageChecked(samples::usage(3, Severity::W, 1)),
            Event::UsageChecked(samples::usage(4, Severity::E, 2)),
        ]);
        let usage = &written(&model)["usage"];
        assert_eq!((&usage["rows"], usage["findings"].as_array().unwrap().len()), (&json!(7), 2));
        assert_eq!(written(&RunModel::new())["usage"], Value::Null);
    }
}
