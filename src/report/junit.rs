//! `junit.xml`, for continuous integration.
//!
//! One suite a feature, with a case a scenario; one a load run, whose cases are its invariants, thresholds
//! and operations; one for usage rows, with a case a finding; one for the smoke test; and one for the run
//! itself, so that a partial run or a fault of the harness cannot look green. A scenario that was not tested
//! is skipped with its reason, and so is one whose failure is a declared deviation; a vacuous one is a failure,
//! a harness fault is an error. Declared deviations have a suite of their own.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::errors::ReportError;
use super::events::{
    Exchange, ExpectedDeviation, Finding, FindingExample, LoadFinished, Measurement, Outcome,
    ScenarioFinished, Severity, UsageChecked,
};
use super::expected::Deviations;
use super::failure::Failure;
use super::figures::{count, plural};
use super::model::RunModel;
use super::verdict::PARTIAL;

/// The text of `junit.xml`.
pub(super) fn junit_xml(model: &RunModel) -> Result<String, ReportError> {
    let mut report = Report::new("chargeproof");
    report.set_time(Duration::from_millis(model.duration_ms));
    report.add_test_suite(run_suite(model));
    if !model.smoke.is_empty() {
        report.add_test_suite(smoke_suite(model));
    }
    report.add_test_suites(feature_suites(model));
    let deviations = model.deviations();
    report.add_test_suites(model.loads.iter().map(|load| load_suite(load, &deviations)));
    report.add_test_suites(model.usage.iter().map(|usage| usage_suite(usage, &deviations)));
    if !model.expected.is_empty() {
        report.add_test_suite(deviation_suite(&deviations));
    }
    Ok(report.to_string()?)
}

/// The run itself: complete or not, and the faults of the harness that belong to no scenario.
fn run_suite(model: &RunModel) -> TestSuite {
    let mut suite = TestSuite::new("run");
    let target = model.target();
    suite.add_property(("target", clean(&target.name).as_str()));
    suite.add_property(("target-version", clean(&target.version).as_str()));
    suite.add_property(("target-profile", clean(&target.profile).as_str()));
    suite.add_property(("verdict", model.verdict().as_str()));
    let complete = if model.interrupted { error("partial", PARTIAL) } else { TestCaseStatus::success() };
    suite.add_test_case(TestCase::new("complete", complete));
    for (position, fault) in model.faults.iter().enumerate() {
        let name = format!("harness fault {}", position + 1);
        suite.add_test_case(TestCase::new(name, error("harness-fault", fault)));
    }
    suite
}

fn smoke_suite(model: &RunModel) -> TestSuite {
    let mut suite = TestSuite::new("smoke test");
    for check in &model.smoke {
        let status = if check.ok { TestCaseStatus::success() } else { error("unreachable", &check.detail) };
        suite.add_test_case(TestCase::new(clean(&check.name), status));
    }
    suite
}

fn feature_suites(model: &RunModel) -> Vec<TestSuite> {
    let failures = model.failures();
    let mut by_scenario: HashMap<&str, Vec<&Failure<'_>>> = HashMap::new();
    for failure in &failures {
        by_scenario.entry(failure.scenario).or_default().push(failure);
    }
    let mut features: BTreeMap<&str, TestSuite> = BTreeMap::new();
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    let deviations = model.deviations();
    for finished in &model.scenarios {
        let feature = finished.scenario.feature.as_str();
        let broken = by_scenario.remove(finished.scenario.id.as_str()).unwrap_or_default();
        let suite = features.entry(feature).or_insert_with(|| TestSuite::new(clean(feature)));
        suite.add_test_case(scenario_case(finished, &broken, deviations.of_scenario(finished)));
        *times.entry(feature).or_default() += finished.duration_ms;
    }
    for (feature, suite) in &mut features {
        suite.set_time(Duration::from_millis(times.get(feature).copied().unwrap_or(0)));
    }
    let mut suites: Vec<TestSuite> = features.into_values().collect();
    let mut stray: Vec<&Failure<'_>> = by_scenario.into_values().flatten().collect();
    if !stray.is_empty() {
        stray.sort_by_key(|failure| failure.number);
        suites.push(stray_suite(&stray));
    }
    suites
}

/// What failed outside every scenario.
fn stray_suite(stray: &[&Failure<'_>]) -> TestSuite {
    let mut suite = TestSuite::new("outside scenarios");
    for &failure in stray {
        let name = format!("{} {}", failure.scenario, failure.requirements.join(" "));
        suite.add_test_case(TestCase::new(clean(&name), failed(&[failure])));
    }
    suite
}

fn scenario_case(
    finished: &ScenarioFinished,
    broken: &[&Failure<'_>],
    expected: Option<&ExpectedDeviation>,
) -> TestCase {
    let status = match &finished.outcome {
        Outcome::Failed | Outcome::Warned if expected.is_some() => {
            expected.map_or_else(TestCaseStatus::skipped, known)
        }
        Outcome::Error(fault) => error("harness-fault", fault),
        Outcome::Failed | Outcome::Vacuous => failed(broken),
        // However the scenario ended, an assertion that failed in it must not be lost.
        _ if !broken.is_empty() => failed(broken),
        Outcome::Passed | Outcome::Warned => TestCaseStatus::success(),
        Outcome::NotTested(reason) => skipped(reason),
    };
    let mut case = TestCase::new(clean(&finished.scenario.name), status);
    case.set_classname(clean(&finished.scenario.id));
    case.set_time(Duration::from_millis(finished.duration_ms));
    case.set_assertions(usize::try_from(finished.checks).unwrap_or(usize::MAX));
    if finished.outcome == Outcome::Warned && expected.is_none() {
        case.set_system_out("warned: something that is inferred from the documents does not hold");
    }
    if !finished.scenario.requirements.is_empty() {
        let requirements = clean(&finished.scenario.requirements.join(" "));
        case.add_property(("requirements", requirements.as_str()));
    }
    case
}

/// The message is that of the first failure; the text holds them all.
fn failed(broken: &[&Failure<'_>]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = broken.first() {
        let requirements = first.requirements.join(", ");
        let message = format!("{requirements}: expected {}, was {}", first.expected, first.actual);
        status.set_message(clean(&message));
        status.set_type(clean(&requirements));
    }
    let texts: Vec<String> = broken.iter().map(|failure| describe(failure)).collect();
    status.set_description(clean(&texts.join("\n")));
    status
}

fn describe(failure: &Failure<'_>) -> String {
    let mut lines = vec![
        format!("requirements: {}", failure.requirements.join(", ")),
        format!("step: {}", failure.step),
        format!("at: {}", failure.location),
        format!("expected: {}", failure.expected),
        format!("actual: {}", failure.actual),
    ];
    if let Some(exchange) = failure.exchange {
        lines.push(exchanged(exchange));
    }
    if !failure.reproduce.is_empty() {
        lines.push(format!("reproduce: {}", failure.reproduce));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn exchanged(exchange: &Exchange) -> String {
    let sent = exchange.request_body.as_deref().unwrap_or("");
    let answer = match (exchange.status, &exchange.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    };
    format!(
        "request: {} {}\n{sent}\nanswer: {answer}\n{}",
        exchange.method, exchange.url, exchange.response_body
    )
}

fn load_suite(load: &LoadFinished, deviations: &Deviations<'_>) -> TestSuite {
    let mut suite = TestSuite::new(clean(&format!("load {}", load.scenario)));
    suite.set_time(Duration::from_millis(load.duration_ms));
    for invariant in &load.invariants {
        let status =
            if let Some(one) = deviations.of_invariant(invariant).filter(|_| invariant.violations > 0) {
                known(one)
            } else if invariant.violations > 0 {
                let examples = invariant.examples.join("\n");
                let times = plural(invariant.violations, "violation");
                let message = format!("{times} in {}", plural(invariant.exercised, "test"));
                failure_with("invariant", &message, &examples)
            } else if invariant.exercised == 0 {
                skipped("never exercised")
            } else {
                TestCaseStatus::success()
            };
        suite.add_test_case(TestCase::new(clean(&invariant.id), status));
    }
    for one in &load.thresholds {
        let message = format!("{}, where {} is the limit", one.measured, one.limit);
        let status =
            if one.held { TestCaseStatus::success() } else { failure_with("threshold", &message, "") };
        suite.add_test_case(TestCase::new(clean(&format!("{} {}", one.name, one.limit)), status));
    }
    for threshold in &load.thresholds_failed {
        suite.add_test_case(TestCase::new(clean(threshold), failure_with("threshold", threshold, "")));
    }
    for operation in load.operations.iter().filter(|operation| operation.wrong > 0) {
        let message = format!("{} that no document allows", plural(operation.wrong, "answer"));
        let name = format!("answers of {}", operation.name);
        suite.add_test_case(TestCase::new(clean(&name), failure_with("wrong-answer", &message, "")));
    }
    let measured = match load.verdict {
        Measurement::Valid => TestCaseStatus::success(),
        Measurement::Saturated => failure_with("saturated", &load.reason, ""),
        Measurement::Invalid => failure_with("invalid", &load.reason, ""),
    };
    suite.add_test_case(TestCase::new("measurement", measured));
    suite
}

fn usage_suite(usage: &UsageChecked, deviations: &Deviations<'_>) -> TestSuite {
    let mut suite = TestSuite::new(clean(&format!("usage rows from {}", usage.source)));
    for finding in usage.findings.iter().filter(|finding| finding.count > 0) {
        let expected = deviations.of_rule(&finding.rule).filter(|_| finding.level != Severity::I);
        let status = expected.map_or_else(|| finding_status(finding), known);
        suite.add_test_case(TestCase::new(clean(&finding.rule), status));
    }
    let name = format!("{} read against {}", plural(usage.rows, "row"), plural(usage.rules, "rule"));
    let read = if usage.rows == 0 { skipped("there were no rows") } else { TestCaseStatus::success() };
    suite.add_test_case(TestCase::new(name, read));
    suite
}

fn finding_status(finding: &Finding) -> TestCaseStatus {
    if finding.level != Severity::E {
        return TestCaseStatus::success();
    }
    let example = |example: &FindingExample| {
        format!("row {} ({}): {}", count(example.row), example.correlation_id, example.message)
    };
    let examples: Vec<String> = finding.examples.iter().map(example).collect();
    failure_with("usage-rule", &plural(finding.count, "row"), &examples.join("\n"))
}

fn failure_with(kind: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(kind).set_message(clean(message));
    if !text.is_empty() {
        status.set_description(clean(text));
    }
    status
}

fn error(kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(kind).set_message(clean(message));
    status
}

/// One case for each declared deviation: skipped while it is true, a failure once it is not.
fn deviation_suite(deviations: &Deviations<'_>) -> TestSuite {
    let mut suite = TestSuite::new("expected deviations");
    for (one, state) in deviations.judged() {
        let status = if state.fails() {
            failure_with("expected-deviation", state.words(), &one.in_words())
        } else {
            skipped(&format!("{}: {}", state.words(), one.in_words()))
        };
        suite.add_test_case(TestCase::new(clean(one.subject()), status));
    }
    suite
}

fn known(deviation: &ExpectedDeviation) -> TestCaseStatus {
    skipped(&format!("expected deviation: {}", deviation.in_words()))
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(clean(reason));
    status
}

/// The writer escapes markup and drops control characters, but XML knows two more characters that may not
/// occur.
fn clean(text: &str) -> String {
    text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::super::events::{Event, Level};
    use super::super::samples::{self, fold, scenario};
    use super::*;

    fn written(model: &RunModel) -> Report {
        Report::deserialize_from_str(&junit_xml(model).unwrap()).unwrap()
    }

    fn suite<'a>(report: &'a Report, name: &str) -> &'a TestSuite {
        report.test_suites.iter().find(|suite| suite.name.as_str() == name).unwrap()
    }

    #[test]
    fn outcomes_become_what_ci_knows() {
        let report = written(&samples::failing_run());
        let feature = suite(&report, "One-off access");
        assert_eq!((feature.tests, feature.failures, feature.skipped, feature.errors), (5, 1, 2, 0));
        let text = junit_xml(&samples::failing_run()).unwrap();
        assert!(text.contains("DM-CHG-011: expected 7, was 8"), "{text}");
        assert!(text.contains("<skipped message=\"no clock\""), "{text}");
    }

    #[test]
    fn vacuous_fails_and_a_fault_is_an_error() {
        let model = fold(vec![
            scenario("a.feature:1", &["DM-ACC-010"], Outcome::Vacuous),
            scenario("a.feature:2", &["DM-ACC-010"], Outcome::Error("a step panicked".to_owned())),
            samples::broken("usage", &["WH-USAGE-055"], Level::Must),
        ]);
        let report = written(&model);
        let feature = suite(&report, "One-off access");
        assert_eq!((feature.failures, feature.errors), (1, 1));
        assert_eq!(suite(&report, "outside scenarios").failures, 1);
    }

    #[test]
    fn a_known_deviation_is_skipped_and_one_that_is_not_true_fails() {
        let report = written(&samples::expected_run());
        let feature = suite(&report, "One-off access");
        assert_eq!((feature.failures, feature.skipped), (0, 3));
        let declared = suite(&report, "expected deviations");
        assert_eq!((declared.failures, declared.skipped), (1, 1));
        let text = junit_xml(&samples::expected_run()).unwrap();
        assert!(text.contains("expected deviation: the vendor has confirmed it"), "{text}");
    }

    #[test]
    fn a_partial_run_cannot_look_green() {
        let report = written(&fold(vec![Event::Interrupted]));
        assert_eq!(report.errors, 1);
    }

    #[test]
    fn loads_and_usage_rows_are_suites() {
        let mut load = samples::load(Measurement::Saturated);
        load.invariants[0].violations = 2;
        let model =
            fold(vec![Event::LoadFinished(load), Event::UsageChecked(samples::usage(7, Severity::E, 1))]);
        let report = written(&model);
        assert_eq!((suite(&report, "load steady").tests, suite(&report, "load steady").failures), (3, 2));
        let text = junit_xml(&fold(vec![Event::LoadFinished(samples::load(Measurement::Valid))])).unwrap();
        assert!(text.contains("name=\"lateness p99 at most 50 ms\""), "{text}");
        assert_eq!(suite(&report, "usage rows from control").failures, 1);
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = junit_xml(&samples::hostile_run()).unwrap();
        assert!(!text.contains("<script"), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
        let report = Report::deserialize_from_str(&text).unwrap();
        let names = report.test_suites.iter().flat_map(|suite| &suite.test_cases);
        assert!(
            names.map(|case| case.name.as_str()).any(|name| name.contains("<script>alert('x')</script>"))
        );
    }

    #[test]
    fn characters_that_xml_lacks_are_replaced() {
        assert_eq!(clean("a\u{ffff}b\u{fffe}"), "a\u{fffd}b\u{fffd}");
    }
}
