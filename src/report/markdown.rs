//! `summary.md`, short enough for a comment on a pull request.
//!
//! Text from outside stands in code spans whose fence is longer than any run of backticks inside, so that it
//! can neither format, link, mention anybody nor end the span.

use super::coverage::Coverage;
use super::events::{ExpectedDeviation, LoadFinished, Measurement, Severity, UsageChecked};
use super::expected::DeviationState;
use super::failure::Failure;
use super::figures::{count, duration, milliseconds, plural, rate, size};
use super::model::{RunModel, VersionCounts};
use super::verdict::{self, PARTIAL};

/// A comment that lists hundreds of failures is read by nobody; the report has them all.
const LISTED: usize = 20;

/// The text of `summary.md`.
pub(super) fn summary_md(model: &RunModel) -> String {
    let coverage = model.coverage();
    let mut lines = head(model);
    lines.extend(figures(model, &coverage));
    lines.extend(list(
        "Faults of the harness",
        &model.all_faults().iter().map(|fault| code(fault)).collect::<Vec<_>>(),
    ));
    lines.extend(list("Smoke test", &smoke(model)));
    let failures: Vec<String> = model.failures().iter().map(failure_line).collect();
    lines.extend(list("Failures", &failures));
    let warnings: Vec<String> = model.warnings().iter().map(failure_line).collect();
    lines.extend(list("Warnings", &warnings));
    lines.extend(list("Expected deviations", &deviations(model)));
    lines.extend(list("Load", &model.loads.iter().flat_map(load_lines).collect::<Vec<_>>()));
    lines.extend(list("Usage findings", &model.usage.iter().flat_map(finding_lines).collect::<Vec<_>>()));
    lines.extend(list("Not tested, and why", &not_tested(&coverage)));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn head(model: &RunModel) -> Vec<String> {
    let verdict = model.verdict();
    let target = model.target();
    let mut lines = vec![
        format!("## chargeproof: {}", verdict.heading().to_lowercase()),
        String::new(),
        format!("{} Exit code {}.", verdict.meaning(), verdict.exit_code()),
    ];
    if !target.name.is_empty() {
        lines.push(format!("Target {}, run in {}.", code(&target.name), duration(model.duration_ms)));
    }
    if model.interrupted {
        lines.extend([String::new(), format!("**{PARTIAL}**")]);
    }
    lines
}

fn figures(model: &RunModel, coverage: &Coverage) -> Vec<String> {
    let mut rows = vec![String::new(), "| | |".to_owned(), "| --- | --- |".to_owned()];
    if model.suite_ran() {
        let counts = model.scenario_counts();
        let bad = counts.failed + counts.vacuous;
        rows.push(format!(
            "| Scenarios | {} passed, {} failed, {} warned, {} not tested{} |",
            count(counts.passed),
            count(bad),
            count(counts.warned),
            count(counts.not_tested),
            as_expected(counts.expected)
        ));
    }
    let systems = model.system_counts();
    // A run about one system says nothing new by naming it.
    for (system, counts) in systems.iter().filter(|_| systems.len() > 1) {
        let VersionCounts { passed, failed, not_tested, .. } = *counts;
        let [passed, failed, not_tested] = [passed, failed, not_tested].map(count);
        rows.push(format!(
            "| – {system} | {passed} did not fail, {failed} failed, {not_tested} not tested |"
        ));
    }
    if coverage.registered() > 0 {
        rows.push(format!(
            "| Requirements | {} of {} tested, {} hold, {} failed{} |",
            size(coverage.tested()),
            size(coverage.registered()),
            size(coverage.passed()),
            size(coverage.failed.len()),
            as_expected(coverage.expected.len() as u64)
        ));
    }
    for usage in &model.usage {
        rows.push(format!(
            "| Usage rows | {} read, {}, {} |",
            count(usage.rows),
            plural(verdict::findings(usage, Severity::E), "error"),
            plural(verdict::findings(usage, Severity::W), "warning")
        ));
    }
    // A table without rows would be an empty frame.
    if rows.len() > 3 { rows } else { Vec::new() }
}

/// How many deviate as declared, where any do.
fn as_expected(number: u64) -> String {
    if number > 0 { format!(", {} as expected", count(number)) } else { String::new() }
}

fn smoke(model: &RunModel) -> Vec<String> {
    let broken = model.smoke.iter().filter(|check| !check.ok);
    broken.map(|check| format!("{}: {}", code(&check.name), code(&check.detail))).collect()
}

fn failure_line(failure: &Failure<'_>) -> String {
    let requirements: Vec<String> = failure.requirements.iter().map(|id| code(id)).collect();
    format!(
        "{} {} at {}: expected {}, was {}",
        requirements.join(", "),
        code(failure.title()),
        code(failure.location),
        code(failure.expected),
        code(failure.actual)
    )
}

fn deviations(model: &RunModel) -> Vec<String> {
    let line = |(one, state): (&ExpectedDeviation, DeviationState)| {
        let (subject, about) = (code(one.subject()), code(&one.in_words()));
        if state.fails() {
            format!("**{subject} {}**: {about}", state.words())
        } else {
            format!("{subject} {}: {about}", state.words())
        }
    };
    model.deviations().judged().into_iter().map(line).collect()
}

fn load_lines(load: &LoadFinished) -> Vec<String> {
    let name = code(&load.scenario);
    let violations = verdict::violations(load);
    let exercised = load.invariants.iter().filter(|invariant| invariant.exercised > 0).count();
    let mut lines = vec![format!(
        "{name}: {} of {} invariants exercised, {}",
        size(exercised),
        size(load.invariants.len()),
        plural(violations, "violation")
    )];
    lines.extend(load.thresholds_failed.iter().map(|missed| format!("{name}: missed {}", code(missed))));
    let wrong = verdict::wrong_answers(load);
    if wrong > 0 {
        lines.push(format!("{name}: {} that no document allows", plural(wrong, "answer")));
    }
    let (planned, achieved) = (rate(load.rate.planned), rate(load.rate.achieved));
    let speed = match load.verdict {
        Measurement::Valid => {
            let response = load.latency_us.response;
            format!(
                "valid, {achieved} of {planned} requests a second, response p50 {} ms, p99 {} ms",
                milliseconds(response.p50),
                milliseconds(response.p99)
            )
        }
        Measurement::Saturated => format!("saturated, no latency is quoted: {}", code(&load.reason)),
        Measurement::Invalid => format!("invalid, no latency is quoted: {}", code(&load.reason)),
    };
    lines.push(format!("{name}: {speed}"));
    lines
}

fn finding_lines(usage: &UsageChecked) -> Vec<String> {
    let bad = usage.findings.iter().filter(|finding| finding.count > 0 && finding.level != Severity::I);
    bad.map(|finding| {
        let example = finding.examples.first().map_or_else(String::new, |example| {
            format!(", first in row {}: {}", count(example.row), code(&example.message))
        });
        format!("{} ({:?}): {}{example}", code(&finding.rule), finding.level, plural(finding.count, "row"))
    })
    .collect()
}

fn not_tested(coverage: &Coverage) -> Vec<String> {
    let line = |group: &super::coverage::NotTested| {
        let scenarios = plural(group.scenarios, "scenario");
        let requirements = plural(group.requirements, "requirement");
        format!("{}: {scenarios}, {requirements}", code(&group.reason))
    };
    coverage.not_tested.iter().map(line).collect()
}

/// A section with a list, or nothing where there is nothing to list.
fn list(title: &str, entries: &[String]) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("### {title}"), String::new()];
    lines.extend(entries.iter().take(LISTED).map(|entry| format!("- {entry}")));
    if entries.len() > LISTED {
        lines.push(format!("- and {} more in the report", size(entries.len() - LISTED)));
    }
    lines
}

/// Text from outside as a code span on one line.
fn code(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.trim().is_empty() {
        return "(nothing)".to_owned();
    }
    let longest_run = line.split(|c: char| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest_run + 1);
    // A space inside the fence keeps a backtick at the edge of the text apart from it; renderers drop it.
    let space = if longest_run > 0 { " " } else { "" };
    format!("{fence}{space}{line}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::super::events::Event;
    use super::super::samples::{self, fold};
    use super::*;

    #[test]
    fn says_what_matters_in_few_lines() {
        let text = summary_md(&samples::failing_run());
        assert!(text.starts_with("## chargeproof: does not conform\n"), "{text}");
        assert!(text.contains("| Requirements | 3 of 6 tested, 2 hold, 1 failed |"), "{text}");
        assert!(text.contains("- `DM-CHG-011` "), "{text}");
        assert!(text.contains("response p50 3.420 ms"), "{text}");
        assert!(text.contains("- `no clock`: 2 scenarios, 2 requirements"), "{text}");
        assert!(text.lines().count() < 40, "{text}");
    }

    #[test]
    fn no_latency_is_quoted_unless_the_measurement_is_valid() {
        let text = summary_md(&fold(vec![Event::LoadFinished(samples::load(Measurement::Saturated))]));
        assert!(text.contains("saturated, no latency is quoted"), "{text}");
        assert!(!text.contains("p50"), "{text}");
    }

    #[test]
    fn known_deviations_are_listed_with_what_became_of_them() {
        let text = summary_md(&samples::expected_run());
        assert!(text.contains("- `DM-CHG-011` happened as expected: `the vendor has confirmed it"), "{text}");
        assert!(text.contains("- **`DM-ACC-010` did not happen; remove it from the list**: "), "{text}");
        assert!(text.contains("1 passed, 0 failed, 1 warned, 2 not tested, 1 as expected"), "{text}");
    }

    #[test]
    fn a_partial_run_says_so() {
        assert!(summary_md(&fold(vec![Event::Interrupted])).contains(PARTIAL));
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let entries: Vec<String> = (0..25).map(|number| number.to_string()).collect();
        assert_eq!(list("Failures", &entries).last().unwrap(), "- and 5 more in the report");
        assert!(list("Failures", &[]).is_empty());
    }

    #[test]
    fn code_spans_cannot_be_left() {
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("two\nlines"), "`two lines`");
        assert_eq!(code(" \n"), "(nothing)");
    }
}
