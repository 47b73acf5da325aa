//! What is printed at the end of a run: the verdict first, then what was proved, what failed, what was not
//! tested and why, and what was seen besides.

use std::collections::HashMap;

use crate::report::coverage::Coverage;
use crate::report::events::{Exchange, Level, RegisteredRequirement, Severity, UsageChecked};
use crate::report::failure::Failure;
use crate::report::figures::{count, duration, milliseconds, plural, size};
use crate::report::model::RunModel;
use crate::report::traffic;
use crate::report::verdict::{self, PARTIAL, Verdict};

use super::colour::Tone;
use super::load;
use super::page::Page;
use super::wrap::shorten;

/// How much of a body is printed; the run folder has it whole.
const BODY: usize = 480;

/// The summary of a run, in lines of at most `width` columns, but never less than 40.
#[must_use]
pub fn terminal_summary(model: &RunModel, colour: bool, width: usize) -> String {
    let coverage = model.coverage();
    let mut page = Page::new(colour, width);
    banner(&mut page, model);
    proved(&mut page, model, &coverage);
    faults(&mut page, model);
    broken(&mut page, model, "FAILURES", &model.failures(), Tone::Bad);
    broken(&mut page, model, "WARNINGS", &model.warnings(), Tone::Doubtful);
    super::deviations::show(&mut page, model);
    not_tested(&mut page, &coverage);
    readings(&mut page, model);
    for load in &model.loads {
        load::show(&mut page, load);
    }
    for usage in &model.usage {
        findings(&mut page, usage);
    }
    notes(&mut page, model);
    page.finish()
}

fn tone_of(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Conforms => Tone::Good,
        Verdict::DoesNotConform | Verdict::Unreachable | Verdict::HarnessFault => Tone::Bad,
        Verdict::Saturated | Verdict::NothingTested | Verdict::Interrupted | Verdict::DeviatesAsExpected => {
            Tone::Doubtful
        }
    }
}

fn banner(page: &mut Page, model: &RunModel) {
    let verdict = model.verdict();
    page.blank();
    page.paragraph(0, tone_of(verdict), &verdict.heading().to_uppercase());
    page.paragraph(0, Tone::Plain, &format!("{} Exit code {}.", verdict.meaning(), verdict.exit_code()));
    if model.interrupted {
        page.paragraph(0, Tone::Doubtful, PARTIAL);
    }
    let Some(run) = &model.run else {
        return;
    };
    let target = &run.target;
    let named = [target.name.as_str(), target.version.as_str()].join(" ");
    let about = format!(
        "chargeproof {} {} against {} ({}), {}",
        run.version,
        run.command,
        named.trim(),
        target.profile,
        duration(model.duration_ms)
    );
    page.paragraph(0, Tone::Quiet, &about);
}

fn proved(page: &mut Page, model: &RunModel, coverage: &Coverage) {
    page.heading("PROVED");
    if let Some(broken) = model.smoke.iter().find(|check| !check.ok) {
        page.field(2, "Smoke test", Tone::Bad, &format!("{}: {}", broken.name, broken.detail));
    }
    if model.suite_ran() {
        page.field(2, "Scenarios", Tone::Plain, &scenarios(model));
    }
    if coverage.registered() > 0 {
        page.field(2, "Requirements", Tone::Plain, &requirements(coverage));
    }
    if !model.traffic.is_empty() {
        page.field(2, "Answers", Tone::Plain, &answers(model));
    }
    for load in &model.loads {
        page.field(2, "Load", Tone::Plain, &load::in_a_line(load));
    }
    for usage in &model.usage {
        page.field(2, "Usage rows", Tone::Plain, &usage_in_a_line(usage));
    }
    if !model.suite_ran() && model.loads.is_empty() && model.usage.is_empty() {
        page.paragraph(2, Tone::Plain, "Nothing: no suite, no load and no usage rows.");
    }
}

fn scenarios(model: &RunModel) -> String {
    let counts = model.scenario_counts();
    let outcomes = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.vacuous, "vacuous"),
        (counts.error, "in error"),
        (counts.warned, "warned"),
        (counts.expected, "as expected"),
        (counts.not_tested, "not tested"),
    ];
    // What did not happen is left out, except that nothing passed.
    let shown = outcomes.iter().filter(|(number, name)| *number > 0 || *name == "passed");
    let parts: Vec<String> = shown.map(|(number, name)| format!("{} {name}", count(*number))).collect();
    let kinds = kinds(model);
    let spoken = if kinds.len() > 1 { format!(" ({})", kinds.join(", ")) } else { String::new() };
    format!("{}{spoken}; {}", parts.join(", "), plural(model.checks, "assertion"))
}

/// How many scenarios spoke in which version, and how many were about a system without versions.
fn kinds(model: &RunModel) -> Vec<String> {
    let versions = model.version_counts().into_iter();
    let versions = versions.map(|(version, counts)| format!("{} in {version}", count(counts.scenarios)));
    let systems = model.system_counts().into_iter().filter(|(system, _)| !system.has_versions());
    let systems = systems.map(|(system, counts)| format!("{} about the {system}", count(counts.scenarios)));
    versions.chain(systems).collect()
}

/// How many of the documented answers were seen; a part of the suite cannot see them all.
fn answers(model: &RunModel) -> String {
    let sums = traffic::counts(&model.traffic);
    let excused = match sums.excused {
        0 => String::new(),
        excused => format!(", {} cannot be", count(excused)),
    };
    let seen = format!(
        "{} of {} documented statuses of {} seen",
        count(sums.seen),
        count(sums.documented),
        plural(sums.operations, "operation")
    );
    if model.is_part() { seen } else { format!("{seen}{excused}, {} missing", count(sums.missing)) }
}

fn requirements(coverage: &Coverage) -> String {
    format!(
        "{} of {} tested: {} hold, {} failed{}; {} not tested",
        size(coverage.tested()),
        size(coverage.registered()),
        size(coverage.passed()),
        size(coverage.failed.len()),
        if coverage.expected.is_empty() {
            String::new()
        } else {
            format!(", {} expected", size(coverage.expected.len()))
        },
        size(coverage.untested())
    )
}

fn usage_in_a_line(usage: &UsageChecked) -> String {
    format!(
        "{} from {} against {}: {}, {}",
        count(usage.rows),
        usage.source,
        plural(usage.rules, "rule"),
        plural(verdict::findings(usage, Severity::E), "error"),
        plural(verdict::findings(usage, Severity::W), "warning")
    )
}

fn faults(page: &mut Page, model: &RunModel) {
    let faults = model.all_faults();
    if faults.is_empty() {
        return;
    }
    page.heading(&format!("HARNESS FAULTS ({})", size(faults.len())));
    for fault in faults {
        page.paragraph(2, Tone::Bad, &fault);
    }
}

fn broken(page: &mut Page, model: &RunModel, title: &str, failures: &[Failure<'_>], tone: Tone) {
    if failures.is_empty() {
        return;
    }
    let registry: HashMap<&str, &RegisteredRequirement> =
        model.registry.iter().map(|requirement| (requirement.id.as_str(), requirement)).collect();
    page.heading(&format!("{title} ({})", size(failures.len())));
    for (position, failure) in failures.iter().enumerate() {
        if position > 0 {
            page.blank();
        }
        page.paragraph(2, tone, &format!("{}. {}", failure.number, failure.title()));
        for id in failure.requirements {
            page.field(5, "Requirement", Tone::Plain, &requirement(id, registry.get(id.as_str()).copied()));
        }
        explain(page, failure);
    }
}

fn requirement(id: &str, registered: Option<&RegisteredRequirement>) -> String {
    let Some(requirement) = registered else {
        return id.to_owned();
    };
    let level = match requirement.level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::Reading => "READING",
    };
    format!("{id} ({level}): {} [{}]", requirement.text, requirement.source)
}

fn explain(page: &mut Page, failure: &Failure<'_>) {
    if !failure.step.is_empty() {
        page.field(5, "Step", Tone::Plain, failure.step);
    }
    page.field(5, "At", Tone::Plain, failure.location);
    page.field(5, "Expected", Tone::Good, &shorten(failure.expected, BODY));
    page.field(5, "Actual", Tone::Bad, &shorten(failure.actual, BODY));
    if let Some(exchange) = failure.exchange {
        page.field(5, "Exchange", Tone::Quiet, &exchanged(exchange));
    }
    if let Some(file) = failure.exchange_file() {
        page.field(5, "In full", Tone::Quiet, &file);
    }
    if !failure.reproduce.is_empty() {
        page.command(5, "Reproduce", failure.reproduce);
    }
}

/// Request line, body, status and answer, each on lines of its own.
fn exchanged(exchange: &Exchange) -> String {
    let mut lines = vec![format!("{} {}", exchange.method, exchange.url)];
    if let Some(body) = &exchange.request_body {
        lines.push(shorten(body, BODY));
    }
    let after = format!("after {} ms", milliseconds(exchange.duration_us));
    lines.push(match (exchange.status, &exchange.error) {
        (Some(status), _) => format!("-> {status} {after}"),
        (None, Some(error)) => format!("-> no answer {after}: {}", shorten(error, BODY)),
        (None, None) => format!("-> no answer {after}"),
    });
    if !exchange.response_body.is_empty() {
        lines.push(shorten(&exchange.response_body, BODY));
    }
    lines.join("\n")
}

fn not_tested(page: &mut Page, coverage: &Coverage) {
    if coverage.not_tested.is_empty() {
        return;
    }
    page.heading("NOT TESTED, AND WHY");
    page.row(2, Tone::Quiet, "Scenarios  Requirements  Reason");
    for group in &coverage.not_tested {
        let counts = format!("{:>9}  {:>12}", count(group.scenarios), count(group.requirements));
        // The reason hangs beside the counts.
        let lines = super::wrap::wrap(&group.reason, page.room(27));
        for (position, line) in lines.iter().enumerate() {
            let left = if position == 0 { counts.as_str() } else { "" };
            page.row(2, Tone::Plain, &format!("{left:<23}  {line}"));
        }
    }
}

fn readings(page: &mut Page, model: &RunModel) {
    if model.readings.is_empty() {
        return;
    }
    page.heading("READINGS SEEN");
    for (decision, seen) in &model.readings {
        let line = format!("{decision} = {} ({})", seen.text(), seen.requirement);
        if seen.consistent() {
            page.paragraph(2, Tone::Plain, &line);
        } else {
            page.paragraph(2, Tone::Doubtful, &format!("{line}: not the same all run long"));
        }
    }
}

fn findings(page: &mut Page, usage: &UsageChecked) {
    if usage.findings.is_empty() {
        return;
    }
    page.heading("USAGE FINDINGS");
    for finding in &usage.findings {
        let tone = match finding.level {
            Severity::E => Tone::Bad,
            Severity::W => Tone::Doubtful,
            Severity::I => Tone::Quiet,
        };
        let rows = plural(finding.count, "row");
        page.paragraph(2, tone, &format!("{:?} {}: {rows}", finding.level, finding.rule));
        for example in finding.examples.iter().take(3) {
            let row = count(example.row);
            let id = match example.correlation_id.as_str() {
                "" => "no correlation ID",
                id => id,
            };
            page.paragraph(5, Tone::Plain, &format!("row {row} ({id}): {}", shorten(&example.message, BODY)));
        }
    }
}

fn notes(page: &mut Page, model: &RunModel) {
    if model.notes.is_empty() {
        return;
    }
    page.heading("NOTES");
    for note in &model.notes {
        page.paragraph(2, Tone::Plain, note);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::wrap::columns;
    use super::*;
    use crate::report::events::{Event, Measurement, Outcome, SuiteOrdered};
    use crate::report::samples::{self, fold};

    fn too_wide(text: &str, width: usize) -> Option<&str> {
        text.lines().find(|line| columns(line) > width)
    }

    #[test]
    fn the_verdict_comes_first_and_failures_are_complete() {
        let text = terminal_summary(&samples::failing_run(), false, 80);
        assert!(text.trim_start().starts_with("DOES NOT CONFORM\n"), "{text}");
        let parts = [
            "3 of 6 tested: 2 hold, 1 failed; 3 not tested",
            "FAILURES (1)",
            "DM-CHG-011 (MUST): A session is charged",
            "client/one-off.feature:17",
            "Expected     7\n",
            "Actual       8\n",
            "POST http://127.0.0.1:8080/sites/s1/",
            "-> 200 after 3.420 ms",
            "{\"totalTokensCharged\":8}",
            "Reproduce    chargeproof conformance",
            "NOT TESTED, AND WHY",
            "session.denied.http = 200 (DM-SES-053)",
            "USAGE FINDINGS",
        ];
        for part in parts {
            assert!(text.contains(part), "lacks {part:?}:\n{text}");
        }
    }

    #[test]
    fn a_part_of_the_suite_misses_no_answers() {
        let mut model = samples::failing_run();
        assert!(answers(&model).ends_with("1 missing"), "{}", answers(&model));
        model.order = Some(SuiteOrdered { seed: None, concurrency: 1, part: true });
        assert_eq!(answers(&model), "1 of 3 documented statuses of 1 operation seen");
    }

    #[test]
    fn everything_fits_eighty_columns() {
        for model in [RunModel::new(), samples::failing_run(), samples::hostile_run()] {
            let text = terminal_summary(&model, false, 80);
            assert_eq!(too_wide(&text, 80), None, "{text}");
        }
    }

    #[test]
    fn hostile_text_cannot_command_the_terminal() {
        let text = terminal_summary(&samples::hostile_run(), false, 80);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
        assert!(text.contains("\\u{1b}"), "{text}");
    }

    #[test]
    fn codes_appear_only_with_colour() {
        let model = samples::failing_run();
        assert!(terminal_summary(&model, true, 80).contains('\u{1b}'));
        assert!(!terminal_summary(&model, false, 80).contains('\u{1b}'));
    }

    #[test]
    fn latency_is_quoted_only_when_valid() {
        let shown = |measurement| {
            let load = Event::LoadFinished(samples::load(measurement));
            terminal_summary(&fold(vec![load]), false, 80)
        };
        assert!(shown(Measurement::Valid).contains("48.211"));
        for measurement in [Measurement::Saturated, Measurement::Invalid] {
            let text = shown(measurement);
            assert!(!text.contains("48.211") && text.contains("No latency is quoted"), "{text}");
        }
    }

    #[test]
    fn correctness_stands_before_speed() {
        let text = terminal_summary(&samples::failing_run(), false, 80);
        assert!(text.find("conservation").unwrap() < text.find("p99.9").unwrap(), "{text}");
    }

    #[test]
    fn a_partial_run_says_so() {
        assert!(
            terminal_summary(&fold(vec![Event::Interrupted]), false, 80).contains("This report is partial")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_text_is_too_wide(text in ".{0,400}", width in 40_usize..120) {
            let mut failure = samples::check("a.feature:1", &[&text], Level::Must, false);
            failure.expected.clone_from(&text);
            failure.actual.clone_from(&text);
            let model = fold(vec![
                Event::Checked(failure),
                samples::scenario(&text, &[&text], Outcome::NotTested(text.clone())),
                samples::reading(&text, &text),
                Event::Note(text),
            ]);
            let summary = terminal_summary(&model, false, width);
            prop_assert_eq!(too_wide(&summary, width), None);
        }
    }
}
