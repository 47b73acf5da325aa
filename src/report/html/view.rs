//! The model as values for the template, and the page made from them.

use std::collections::HashMap;

use minijinja::{Environment, HtmlEscape, UndefinedBehavior, Value, context};

use crate::report::coverage::{Coverage, CoverageStatus, NotTested, RequirementCoverage};
use crate::report::errors::ReportError;
use crate::report::events::{
    Exchange, ExpectedDeviation, FindingExample, Level, RegisteredRequirement, Severity, SmokeChecked,
    UsageChecked,
};
use crate::report::expected::DeviationState;
use crate::report::failure::Failure;
use crate::report::figures::{count, duration, milliseconds, plural, size};
use crate::report::model::{ReadingValues, RunModel, VersionCounts};
use crate::report::system::System;
use crate::report::traffic::{OperationSeen, StatusSeen};
use crate::report::verdict::{self, PARTIAL, Verdict};

use super::load;

/// The ending of the name switches escaping on.
const NAME: &str = "report.html";
const TEMPLATE: &str = include_str!("template.html");

/// The text of `report.html`.
pub(in crate::report) fn report_html(model: &RunModel) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    // A misspelt name in the template must be an error, not an empty place in the report.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("codes", |text: String| Value::from_safe_string(with_code(&text)));
    environment.add_template(NAME, TEMPLATE)?;
    Ok(environment.get_template(NAME)?.render(page(model))?)
}

/// Escapes a text and sets what stands between backticks as code.
fn with_code(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    let parts: Vec<&str> = text.split('`').collect();
    for (position, part) in parts.iter().enumerate() {
        let escaped = HtmlEscape(part).to_string();
        // A backtick without a partner is left as it is.
        let paired = position % 2 == 1 && position + 1 < parts.len();
        match (paired, position % 2) {
            (true, _) => html.push_str(&format!("<code>{escaped}</code>")),
            (false, 1) => html.push_str(&format!("`{escaped}")),
            _ => html.push_str(&escaped),
        }
    }
    html
}

fn page(model: &RunModel) -> Value {
    let coverage = model.coverage();
    let registry: HashMap<&str, &RegisteredRequirement> =
        model.registry.iter().map(|requirement| (requirement.id.as_str(), requirement)).collect();
    let group = |id: &str, title: &str, tone: &str, failures: Vec<Failure<'_>>| {
        let broken: Vec<Value> = failures.iter().map(|failure| broken(failure, &registry)).collect();
        context! { id, title, tone, broken }
    };
    let loads = model.loads.iter().enumerate().map(|(position, load)| load::view(position, load, model));
    context! {
        verdict => verdict_view(model.verdict()),
        partial => model.interrupted.then_some(PARTIAL),
        run => run(model),
        figures => figures(model, &coverage),
        systems => systems(model),
        faults => model.all_faults(),
        smoke => smoke(model),
        groups => vec![
            group("failures", "Failures", "bad", model.failures()),
            group("warnings", "Warnings", "doubtful", model.warnings()),
            group("expected", "Failures that are expected", "doubtful", model.expected_failures()),
        ],
        requirements => requirement_rows(model, &coverage),
        operations => operations(model),
        readings => readings(model),
        not_tested => not_tested(&coverage),
        deviations => deviations(model),
        loads => loads.collect::<Vec<Value>>(),
        usage => model.usage.iter().map(usage).collect::<Vec<Value>>(),
        notes => model.notes.clone(),
    }
}

fn verdict_view(verdict: Verdict) -> Value {
    let tone = match verdict {
        Verdict::Conforms => "good",
        Verdict::DoesNotConform | Verdict::Unreachable | Verdict::HarnessFault => "bad",
        Verdict::Saturated | Verdict::NothingTested | Verdict::Interrupted | Verdict::DeviatesAsExpected => {
            "doubtful"
        }
    };
    context! {
        heading => verdict.heading(),
        meaning => verdict.meaning(),
        exit_code => verdict.exit_code(),
        tone,
    }
}

fn run(model: &RunModel) -> Value {
    let target = model.target();
    let run = model.run.as_ref();
    context! {
        target => target.name,
        target_version => target.version,
        profile => target.profile,
        command => run.map_or("", |run| run.command.as_str()),
        version => run.map_or("", |run| run.version.as_str()),
        started => run.map_or("", |run| run.started.as_str()),
        duration => duration(model.duration_ms),
    }
}

fn figures(model: &RunModel, coverage: &Coverage) -> Vec<Value> {
    let mut figures = Vec::new();
    if model.suite_ran() {
        let counts = model.scenario_counts();
        let bad = counts.failed + counts.vacuous + counts.error;
        let [failed, warned, not_tested] = [bad, counts.warned, counts.not_tested].map(count);
        let expected = match counts.expected {
            0 => String::new(),
            some => format!(", {} as expected", count(some)),
        };
        figures.push(context! {
            label => "Scenarios passed",
            value => count(counts.passed),
            detail => format!("{failed} failed, {warned} warned, {not_tested} not tested{expected}"),
            tone => if bad > 0 { "bad" } else { "good" },
        });
    }
    if coverage.registered() > 0 && model.suite_ran() {
        let [failed, untested, registered] =
            [coverage.failed.len(), coverage.untested(), coverage.registered()].map(size);
        figures.push(context! {
            label => "Requirements proved",
            value => size(coverage.passed()),
            detail => format!("{failed} failed, {untested} of {registered} not tested"),
            tone => if coverage.failed.is_empty() { "good" } else { "bad" },
        });
    }
    figures.extend(model.loads.iter().map(load::figure));
    figures.extend(model.usage.iter().map(usage_figure));
    figures
}

fn usage_figure(usage: &UsageChecked) -> Value {
    let errors = verdict::findings(usage, Severity::E);
    context! {
        label => format!("Usage rows, {}", usage.source),
        value => count(usage.rows),
        detail => format!("{} by {}", plural(errors, "error"), plural(usage.rules, "rule")),
        tone => if errors > 0 { "bad" } else { "good" },
    }
}

fn smoke(model: &RunModel) -> Vec<Value> {
    let check = |check: &SmokeChecked| {
        context! {
            name => check.name.as_str(),
            detail => check.detail.as_str(),
            outcome => if check.ok { "held" } else { "failed" },
            tone => if check.ok { "good" } else { "bad" },
        }
    };
    model.smoke.iter().map(check).collect()
}

fn broken(failure: &Failure<'_>, registry: &HashMap<&str, &RegisteredRequirement>) -> Value {
    let requirement = |id: &String| {
        let known = registry.get(id.as_str());
        context! {
            id => id.as_str(),
            level => known.map_or("", |known| level(known.level)),
            text => known.map_or("", |known| known.text.as_str()),
            source => known.map_or("", |known| known.source.as_str()),
        }
    };
    context! {
        number => failure.number,
        title => failure.title(),
        scenario => failure.scenario,
        requirements => failure.requirements.iter().map(requirement).collect::<Vec<Value>>(),
        step => failure.step,
        location => failure.location,
        expected => failure.expected,
        actual => failure.actual,
        exchange => failure.exchange.map(exchange),
        file => failure.exchange_file(),
        reproduce => failure.reproduce,
    }
}

fn exchange(exchange: &Exchange) -> Value {
    let headers = |headers: &[(String, String)]| {
        let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.join("\n")
    };
    let status = match (exchange.status, &exchange.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => format!("no answer: {error}"),
        (None, None) => "no answer".to_owned(),
    };
    context! {
        method => exchange.method.as_str(),
        url => exchange.url.as_str(),
        request_headers => headers(&exchange.request_headers),
        request_body => exchange.request_body.clone().unwrap_or_default(),
        status,
        response_headers => headers(&exchange.response_headers),
        response_body => exchange.response_body.as_str(),
        duration => format!("{} ms", milliseconds(exchange.duration_us)),
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::Reading => "READING",
    }
}

/// Where no suite ran, a list of all that was not tested would only stand in the way of what was.
/// How the scenarios ended, system by system, where there are several.
fn systems(model: &RunModel) -> Vec<Value> {
    let counts = model.system_counts();
    if counts.len() < 2 {
        return Vec::new();
    }
    let row = |(system, one): (System, VersionCounts)| {
        let [scenarios, passed, failed, not_tested] =
            [one.scenarios, one.passed, one.failed, one.not_tested].map(count);
        context! { name => system.name(), scenarios, passed, failed, not_tested, bad => one.failed > 0 }
    };
    counts.into_iter().map(row).collect()
}

fn requirement_rows(model: &RunModel, coverage: &Coverage) -> Vec<Value> {
    if model.suite_ran() { coverage.requirements.iter().map(requirement_row).collect() } else { Vec::new() }
}

fn requirement_row(entry: &RequirementCoverage) -> Value {
    let (tone, reason) = match &entry.status {
        CoverageStatus::Passed => ("good", ""),
        CoverageStatus::Failed => ("bad", ""),
        CoverageStatus::Expected => ("doubtful", "a declared deviation"),
        CoverageStatus::Warned => ("doubtful", ""),
        CoverageStatus::NotTested(reason) => ("quiet", reason.as_str()),
    };
    let scenarios = entry.scenarios.iter().map(|scenario| {
        context! { id => scenario.id.as_str(), name => scenario.name.as_str() }
    });
    context! {
        id => entry.requirement.id.as_str(),
        level => level(entry.requirement.level),
        text => entry.requirement.text.as_str(),
        source => entry.requirement.source.as_str(),
        system => entry.requirement.system.name(),
        outcome => entry.status.as_str(),
        tone,
        reason,
        scenarios => scenarios.collect::<Vec<Value>>(),
    }
}

fn operations(model: &RunModel) -> Vec<Value> {
    let part = model.is_part();
    let status = |one: &StatusSeen| {
        let tone = match (one.documented, one.seen, &one.excuse) {
            (true, 0, None) if part => "soft",
            (true, 0, None) => "bad",
            (true, 0, Some(_)) => "soft",
            (true, ..) => "good",
            (false, ..) => "doubtful",
        };
        let note = match (one.documented, one.seen) {
            (false, _) => "not documented".to_owned(),
            (true, 0) if part && one.excuse.is_none() => "not seen in this part of the suite".to_owned(),
            (true, 0) => one.excuse.clone().unwrap_or_else(|| "documented and not seen".to_owned()),
            (true, _) => String::new(),
        };
        context! { status => one.status, seen => one.seen, tone, note }
    };
    let row = |one: &OperationSeen| {
        context! {
            name => one.operation.as_str(),
            // A system without versions is named instead.
            version => if one.version.is_empty() { one.system.name() } else { one.version.as_str() },
            call => format!("{} {}", one.method, one.path.replace("{version}", &one.version)),
            statuses => one.statuses.iter().map(status).collect::<Vec<Value>>(),
        }
    };
    model.traffic.iter().map(row).collect()
}

fn readings(model: &RunModel) -> Vec<Value> {
    let reading = |(decision, seen): (&String, &ReadingValues)| {
        context! {
            decision => decision.as_str(),
            value => seen.text(),
            requirement => seen.requirement.as_str(),
            wavers => !seen.consistent(),
        }
    };
    model.readings.iter().map(reading).collect()
}

fn deviations(model: &RunModel) -> Vec<Value> {
    let declared = model.deviations().judged().into_iter();
    let view = |(one, state): (&ExpectedDeviation, DeviationState)| {
        context! {
            subject => one.subject(),
            reason => one.reason.as_str(),
            link => one.link.as_str(),
            expires => one.expires.as_str(),
            state => state.words(),
            tone => if state.fails() { "bad" } else { "doubtful" },
        }
    };
    declared.map(view).collect()
}

fn not_tested(coverage: &Coverage) -> Vec<Value> {
    let group = |group: &NotTested| {
        context! {
            reason => group.reason.as_str(),
            scenarios => count(group.scenarios),
            requirements => count(group.requirements),
        }
    };
    coverage.not_tested.iter().map(group).collect()
}

fn usage(usage: &UsageChecked) -> Value {
    let example = |example: &FindingExample| {
        context! {
            row => count(example.row),
            correlation_id => example.correlation_id.as_str(),
            message => example.message.as_str(),
        }
    };
    let findings = usage.findings.iter().map(|finding| {
        let (level, tone) = match finding.level {
            Severity::E => ("E", "bad"),
            Severity::W => ("W", "doubtful"),
            Severity::I => ("I", "quiet"),
        };
        context! {
            rule => finding.rule.as_str(),
            level,
            tone,
            rows => plural(finding.count, "row"),
            examples => finding.examples.iter().map(example).collect::<Vec<Value>>(),
        }
    });
    context! {
        source => usage.source.as_str(),
        rows => plural(usage.rows, "row"),
        rules => plural(usage.rules, "rule"),
        findings => findings.collect::<Vec<Value>>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::events::{Event, Measurement};
    use crate::report::samples::{self, fold};

    #[test]
    fn backticks_become_code_and_nothing_else_gets_through() {
        assert_eq!(with_code("state is `IDLE`."), "state is <code>IDLE</code>.");
        assert_eq!(with_code("a ` b"), "a ` b");
        assert!(!with_code("`<script>`").contains("<script>"));
    }

    fn html(model: &RunModel) -> String {
        report_html(model).unwrap()
    }

    #[test]
    fn every_run_renders() {
        assert!(html(&RunModel::new()).contains("Nothing tested"));
        let page = html(&samples::failing_run());
        let parts = [
            "Does not conform",
            "DM-CHG-011",
            "A session is charged at the start",
            "one-off.feature:17",
            "Bearer &lt;redacted&gt;",
            "no clock",
            "session.denied.http",
            "conservation",
            "<svg class=\"plot\"",
            "usage rows were read from the control protocol",
        ];
        for part in parts {
            assert!(page.contains(part), "lacks {part}");
        }
    }

    #[test]
    fn hostile_text_stays_text() {
        let page = html(&samples::hostile_run());
        // The page has one script of its own, and nothing else may begin one.
        assert_eq!(page.matches("<script").count(), 1);
        assert_eq!(page.matches("</script").count(), 1);
        assert!(!page.contains("alert('x')"));
        assert!(page.contains("&lt;script&gt;alert("));
    }

    #[test]
    fn the_page_needs_nothing_from_outside() {
        let page = html(&samples::failing_run());
        for reference in ["src=", "href=\"http", "@import", "url(", "<link"] {
            assert!(!page.contains(reference), "refers to {reference}");
        }
    }

    #[test]
    fn known_deviations_are_shown_as_such() {
        let page = html(&samples::expected_run());
        for part in [
            "Expected deviations",
            "the vendor has confirmed it",
            "happened as expected",
            "a declared deviation",
        ] {
            assert!(page.contains(part), "lacks {part}");
        }
        assert!(!page.contains("id=\"failures\""));
    }

    #[test]
    fn latency_is_quoted_only_when_valid() {
        let shown = |measurement| html(&fold(vec![Event::LoadFinished(samples::load(measurement))]));
        assert!(shown(Measurement::Valid).contains("48.211"));
        for measurement in [Measurement::Saturated, Measurement::Invalid] {
            let page = shown(measurement);
            assert!(!page.contains("48.211") && !page.contains("Latency by percentile"));
            assert!(page.contains("No latency is quoted"));
        }
    }

    #[test]
    fn a_partial_run_says_so() {
        assert!(html(&fold(vec![Event::Interrupted])).contains(PARTIAL));
    }
}
