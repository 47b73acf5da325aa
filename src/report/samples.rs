//! Runs for the tests of the reports: small, complete, and with every kind of event.

use super::events::{
    CalibrationFigures, Checked, Cores, Event, Exchange, ExpectedDeviation, Finding, FindingExample,
    GeneratorFigures, Invariant, Latencies, Level, LoadFinished, LoadPart, LoadProgress, LoadSecond,
    LoadStarted, Measurement, OperationFigures, Outcome, Percentiles, Rate, ReadingSeen,
    RegisteredRequirement, RunStarted, ScenarioFinished, ScenarioRef, Severity, SmokeChecked, Stamped,
    SuiteOrdered, TargetInfo, Threshold, UsageChecked,
};
use super::model::RunModel;
use super::system::System;
use super::traffic::{OperationSeen, StatusSeen};

/// What hostile text looks like: markup, a control sequence, a reversed direction, a broken fence.
pub(super) const HOSTILE: &str = "<script>alert('x')</script>\"&\u{1b}[31m\u{202e}```|]]>";

/// The event at the first millisecond.
pub(super) fn stamped(event: Event) -> Stamped {
    Stamped { at_ms: 1, event }
}

/// The model of these events.
pub(super) fn fold(events: Vec<Event>) -> RunModel {
    let mut model = RunModel::new();
    for event in events {
        model.apply(&stamped(event));
    }
    model
}

/// Six requirements, four of them a MUST.
pub(super) fn registry() -> Vec<RegisteredRequirement> {
    let entries = [
        ("DM-ACC-010", Level::Must, "Tokens are taken from the line item that ends first."),
        ("DM-ACC-012", Level::Must, "A refused request charges nothing."),
        ("DM-CHG-011", Level::Must, "A session is charged at the start of each charge period."),
        ("DM-LINE-015", Level::Should, "All violations are reported together."),
        ("DM-SES-053", Level::Reading, "The status of a denied session request is left open."),
        ("WH-USAGE-055", Level::Must, "Cost is quantity times rate."),
    ];
    let requirement = |(id, level, text): (&str, Level, &str)| RegisteredRequirement {
        id: id.to_owned(),
        level,
        text: text.to_owned(),
        source: "10 §3.3, documented".to_owned(),
        system: System::DynamicMonetization,
    };
    Vec::from(entries.map(requirement))
}

/// A scenario that ended.
pub(super) fn scenario(id: &str, requirements: &[&str], outcome: Outcome) -> Event {
    named_scenario(id, "Tokens come from the line item that ends first", requirements, outcome)
}

/// A scenario with a name of its own that ended.
pub(super) fn named_scenario(id: &str, name: &str, requirements: &[&str], outcome: Outcome) -> Event {
    Event::ScenarioFinished(ScenarioFinished {
        scenario: ScenarioRef {
            id: id.to_owned(),
            feature: "One-off access".to_owned(),
            name: name.to_owned(),
            requirements: owned(requirements),
            version: "v1.0".to_owned(),
            system: System::DynamicMonetization,
        },
        outcome,
        checks: 2,
        duration_ms: 31,
        reproduce: format!(
            "chargeproof conformance --target target.toml --scenario '{id}' --out reports/again"
        ),
    })
}

/// An operation with a status of every kind.
pub(super) fn traffic() -> OperationSeen {
    let status = |status, documented, seen, excuse: Option<&str>| StatusSeen {
        status,
        documented,
        seen,
        excuse: excuse.map(str::to_owned),
    };
    OperationSeen {
        operation: "heartbeat".to_owned(),
        version: "v1.1".to_owned(),
        system: System::DynamicMonetization,
        method: "GET".to_owned(),
        path: "/api/{version}/sessions/{}/heartbeat".to_owned(),
        statuses: vec![
            status(204, true, 12, None),
            status(404, true, 0, None),
            status(429, false, 1, None),
            status(500, true, 0, Some("a server that works has none to show")),
        ],
    }
}

/// A deviation from this requirement that is declared known, with one scenario about it.
pub(super) fn deviation(requirement: &str) -> ExpectedDeviation {
    ExpectedDeviation {
        requirement: Some(requirement.to_owned()),
        scenario: None,
        reason: "the vendor has confirmed it".to_owned(),
        link: "https://issues.example/17".to_owned(),
        expires: "2026-12-31".to_owned(),
        expired: false,
        scenarios: 1,
    }
}

/// An assertion that held.
pub(super) fn held(scenario: &str, requirements: &[&str]) -> Event {
    Event::Checked(check(scenario, requirements, Level::Must, true))
}

/// An assertion that did not hold, without an exchange.
pub(super) fn broken(scenario: &str, requirements: &[&str], level: Level) -> Event {
    Event::Checked(check(scenario, requirements, level, false))
}

/// An assertion.
pub(super) fn check(scenario: &str, requirements: &[&str], level: Level, held: bool) -> Checked {
    Checked {
        scenario: scenario.to_owned(),
        step: "Then \"ACT01\" has used 7 tokens".to_owned(),
        location: "client/one-off.feature:17".to_owned(),
        requirements: owned(requirements),
        level,
        held,
        expected: "7".to_owned(),
        actual: "8".to_owned(),
        exchange: None,
    }
}

/// A request and its answer.
pub(super) fn exchange() -> Exchange {
    Exchange {
        method: "POST".to_owned(),
        url:
            "http://127.0.0.1:8080/sites/s1/dynamicmonetization/elastic/api/v1.0/instances/i1/access-request"
                .to_owned(),
        request_headers: vec![("authorization".to_owned(), "Bearer <redacted>".to_owned())],
        request_body: Some(r#"{"items":[{"name":"PhotoPrint","version":"1.0","count":1}]}"#.to_owned()),
        status: Some(200),
        response_headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        response_body: r#"{"totalTokensCharged":8}"#.to_owned(),
        error: None,
        duration_us: 3_420,
    }
}

/// A legal alternative that was seen.
pub(super) fn reading(decision: &str, value: &str) -> Event {
    Event::ReadingSeen(ReadingSeen {
        scenario: "client/sessions.feature:9".to_owned(),
        decision: decision.to_owned(),
        requirement: "DM-SES-053".to_owned(),
        value: value.to_owned(),
        version: "v1.0".to_owned(),
    })
}

/// A load run without a fault of its own.
pub(super) fn load(verdict: Measurement) -> LoadFinished {
    LoadFinished {
        scenario: "steady".to_owned(),
        verdict,
        reason: "99.9 % of the requests were sent within 5 ms of their instant".to_owned(),
        requests: 12_000,
        rate: Rate { planned: 200.0, achieved: 199.8 },
        latency_us: latencies(),
        curve: curve(),
        operations: vec![OperationFigures {
            name: "access-request".to_owned(),
            requests: 12_000,
            refused: 31,
            indeterminate: 0,
            wrong: 0,
            latency_us: latencies(),
            curve: curve(),
        }],
        invariants: vec![Invariant {
            id: "conservation".to_owned(),
            exercised: 12_000,
            violations: 0,
            requirements: vec!["DM-CHG-011".to_owned()],
            examples: Vec::new(),
        }],
        thresholds: vec![Threshold {
            name: "lateness p99".to_owned(),
            limit: "at most 50 ms".to_owned(),
            measured: "0.4 ms".to_owned(),
            held: true,
        }],
        thresholds_failed: Vec::new(),
        duration_ms: 60_000,
        generator: Some(GeneratorFigures {
            workers: 96,
            found_no_worker: 0,
            handed_out_late: 3,
            held_up_ms: 0,
            lateness_us: latencies().lateness,
            cores: Some(Cores { busy: 0.4, available: 2.0 }),
            calibration: CalibrationFigures {
                verdict: Measurement::Valid,
                rate: Rate { planned: 200.0, achieved: 200.0 },
                lateness_us: latencies().lateness,
                cores: None,
            },
        }),
    }
}

/// A second of the load run.
pub(super) fn second(number: u64) -> LoadSecond {
    LoadSecond {
        scenario: "steady".to_owned(),
        second: number,
        lasted_ms: 1_000,
        planned: 200,
        completed: 199,
        refused: 3,
        indeterminate: 1,
        wrong: 0,
        latency_us: latencies(),
    }
}

/// Usage rows that were judged, with one finding.
pub(super) fn usage(rows: u64, level: Severity, count: u64) -> UsageChecked {
    let example = FindingExample {
        row: 2,
        correlation_id: "6f9c".to_owned(),
        message: "cost 8, quantity 1 times rate 7 is 7".to_owned(),
    };
    let finding = Finding { rule: "WH-USAGE-055".to_owned(), level, count, examples: vec![example] };
    UsageChecked { source: "control".to_owned(), rows, rules: 90, findings: vec![finding] }
}

/// A run with one scenario that passed, one that failed, one that warned and two left out.
pub(super) fn failing_events() -> Vec<Stamped> {
    let (passed, failed, warned) =
        ("client/one-off.feature:3", "client/one-off.feature:12", "producer/lines.feature:5");
    let mut failure = check(failed, &["DM-CHG-011"], Level::Must, false);
    failure.exchange = Some(exchange());
    let events = vec![
        Event::RunStarted(RunStarted {
            command: "verify".to_owned(),
            version: "0.1.0".to_owned(),
            started: "2026-01-15T00:00:00Z".to_owned(),
            target: TargetInfo {
                name: "acme-uat".to_owned(),
                version: "2026.1".to_owned(),
                profile: "control".to_owned(),
            },
        }),
        Event::Registry(registry()),
        Event::SmokeChecked(SmokeChecked {
            name: "reachable".to_owned(),
            ok: true,
            detail: "answered in 2 ms".to_owned(),
        }),
        Event::SuiteOrdered(SuiteOrdered { seed: Some(7), concurrency: 8, part: false }),
        Event::ConformanceStarted(3),
        held(passed, &["DM-ACC-010"]),
        held(passed, &["DM-ACC-010"]),
        reading("session.denied.http", "200"),
        scenario(passed, &["DM-ACC-010"], Outcome::Passed),
        held(failed, &["DM-CHG-011"]),
        Event::Checked(failure),
        scenario(failed, &["DM-CHG-011"], Outcome::Failed),
        broken(warned, &["DM-LINE-015"], Level::Should),
        scenario(warned, &["DM-LINE-015"], Outcome::Warned),
        scenario("client/sessions.feature:9", &["DM-SES-053"], Outcome::NotTested("no clock".to_owned())),
        scenario("client/sessions.feature:21", &["DM-ACC-012"], Outcome::NotTested("no clock".to_owned())),
        Event::TrafficCounted(vec![traffic()]),
        Event::ConformanceFinished(412),
        Event::LoadStarted(LoadStarted {
            scenario: "steady".to_owned(),
            planned: 12_000,
            duration_s: 60.0,
            seed: 7,
            part: Some(LoadPart::Segment { number: 2, of: 3 }),
        }),
        Event::LoadProgress(LoadProgress {
            scenario: "steady".to_owned(),
            elapsed_ms: 1_000,
            completed: 200,
            planned: 12_000,
        }),
        Event::LoadSecond(second(0)),
        Event::LoadFinished(load(Measurement::Valid)),
        Event::UsageChecked(usage(1_204, Severity::I, 3)),
        Event::Note("usage rows were read from the control protocol".to_owned()),
        Event::RunFinished(61_500),
    ];
    events.into_iter().enumerate().map(|(at, event)| Stamped { at_ms: at as u64, event }).collect()
}

/// The model of `failing_events`.
pub(super) fn failing_run() -> RunModel {
    let mut model = RunModel::new();
    for stamped in failing_events() {
        model.apply(&stamped);
    }
    model
}

/// The failing run with its failure declared known, and a declaration that is not true any more.
pub(super) fn expected_run() -> RunModel {
    let mut model = failing_run();
    let declared = vec![deviation("DM-CHG-011"), deviation("DM-ACC-010")];
    model.apply(&stamped(Event::DeviationsExpected(declared)));
    model
}

/// A run in which every text that comes from outside is hostile.
pub(super) fn hostile_run() -> RunModel {
    let text = HOSTILE.to_owned();
    let id = "client/a.feature:3";
    let mut failure = check(id, &["DM-ACC-010"], Level::Must, false);
    failure.step.clone_from(&text);
    failure.expected.clone_from(&text);
    failure.actual.clone_from(&text);
    failure.exchange = Some(Exchange {
        method: "POST".to_owned(),
        url: format!("http://127.0.0.1/{text}"),
        request_headers: vec![(text.clone(), text.clone())],
        request_body: Some(text.clone()),
        status: Some(500),
        response_headers: vec![("x-evil".to_owned(), text.clone())],
        response_body: text.clone(),
        error: Some(text.clone()),
        duration_us: 1,
    });
    let mut judged = usage(1, Severity::E, 1);
    judged.source.clone_from(&text);
    judged.findings[0].rule.clone_from(&text);
    judged.findings[0].examples[0].message.clone_from(&text);
    judged.findings[0].examples[0].correlation_id.clone_from(&text);
    let mut loaded = load(Measurement::Valid);
    loaded.scenario.clone_from(&text);
    loaded.reason.clone_from(&text);
    loaded.operations[0].name.clone_from(&text);
    loaded.invariants[0].id.clone_from(&text);
    loaded.invariants[0].violations = 1;
    loaded.invariants[0].examples.push(text.clone());
    loaded.thresholds_failed.push(text.clone());
    loaded.thresholds[0] =
        Threshold { name: text.clone(), limit: text.clone(), measured: text.clone(), held: false };
    let target = TargetInfo { name: text.clone(), version: text.clone(), profile: text.clone() };
    let mut hostile_registry = registry();
    hostile_registry[0].text.clone_from(&text);
    hostile_registry[0].source.clone_from(&text);
    fold(vec![
        Event::RunStarted(RunStarted {
            command: text.clone(),
            version: text.clone(),
            started: text.clone(),
            target,
        }),
        Event::Registry(hostile_registry),
        Event::SmokeChecked(SmokeChecked { name: text.clone(), ok: false, detail: text.clone() }),
        Event::ConformanceStarted(3),
        Event::Checked(failure),
        named_scenario(id, &text, &["DM-ACC-010", &text], Outcome::Failed),
        named_scenario("client/a.feature:9", &text, &["DM-ACC-012"], Outcome::NotTested(text.clone())),
        named_scenario("client/a.feature:15", &text, &["DM-CHG-011"], Outcome::Error(text.clone())),
        reading(&text, &text),
        Event::LoadFinished(loaded),
        Event::UsageChecked(judged),
        Event::Note(text.clone()),
        Event::DeviationsExpected(vec![ExpectedDeviation {
            reason: text.clone(),
            link: text.clone(),
            expires: text.clone(),
            ..deviation(&text)
        }]),
        Event::HarnessFault(text),
        Event::Interrupted,
    ])
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn latencies() -> Latencies {
    Latencies {
        response: Percentiles { p50: 3_420, p90: 5_100, p99: 9_870, p999: 21_300, max: 48_211 },
        service: Percentiles { p50: 3_300, p90: 4_900, p99: 9_500, p999: 20_800, max: 47_990 },
        lateness: Percentiles { p50: 90, p90: 180, p99: 410, p999: 1_950, max: 4_312 },
    }
}

fn curve() -> Vec<(f64, u64)> {
    vec![(0.0, 1_200), (50.0, 3_420), (90.0, 5_100), (99.0, 9_870), (99.9, 21_300), (100.0, 48_211)]
}
