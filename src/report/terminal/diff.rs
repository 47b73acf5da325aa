//! Two runs side by side, for people: what got worse first.

use crate::report::diff::{CountChange, RunDiff, RunSide, ScenarioSeen};
use crate::report::figures::{count, plural};

use super::colour::Tone;
use super::diff_load::{gate, load_run};
use super::page::Page;

/// The differences in lines of at most `width` columns.
#[must_use]
pub fn terminal_diff(diff: &RunDiff, colour: bool, width: usize) -> String {
    let mut page = Page::new(colour, width);
    page.field(0, "Before", Tone::Plain, &side(&diff.before));
    page.field(0, "After", Tone::Plain, &side(&diff.after));
    scenarios(&mut page, "LOST SCENARIOS", &diff.lost);
    assertions(&mut page, diff);
    changed(&mut page, diff);
    requirements(&mut page, diff);
    scenarios(&mut page, "NEW SCENARIOS", &diff.added);
    readings(&mut page, diff);
    usage(&mut page, diff);
    for load in &diff.loads {
        load_run(&mut page, load);
    }
    gate(&mut page, diff);
    page.blank();
    let (tone, says) = match diff.regressions {
        0 if diff.is_empty() => (Tone::Good, "No difference.".to_owned()),
        0 => (Tone::Good, "Different, and nothing got worse.".to_owned()),
        some => (Tone::Bad, format!("{}.", plural(some, "regression"))),
    };
    page.paragraph(0, tone, &says);
    page.finish()
}

fn side(side: &RunSide) -> String {
    let runs = if side.runs > 1 { format!("last of {}, ", plural(side.runs, "run")) } else { String::new() };
    format!(
        "{runs}{}: {} of {} at {}, {}; {}, {}",
        side.folder,
        side.command,
        side.target,
        side.started,
        side.verdict,
        plural(side.scenarios, "scenario"),
        plural(side.assertions, "assertion")
    )
}

fn tone(regression: bool) -> Tone {
    if regression { Tone::Bad } else { Tone::Plain }
}

fn title(page: &mut Page, name: &str, number: usize) {
    page.heading(&format!("{name} ({})", count(number as u64)));
}

fn scenarios(page: &mut Page, name: &str, all: &[ScenarioSeen]) {
    if all.is_empty() {
        return;
    }
    title(page, name, all.len());
    for one in all {
        page.paragraph(2, tone(one.regression), &format!("{} ({}), {}", one.name, one.id, one.outcome));
    }
}

fn assertions(page: &mut Page, diff: &RunDiff) {
    if diff.assertions_lost.is_empty() {
        return;
    }
    title(page, "LOST ASSERTIONS", diff.assertions_lost.len());
    for one in &diff.assertions_lost {
        let numbers = format!("{} -> {}", count(one.before), count(one.after));
        page.paragraph(2, Tone::Bad, &format!("{} ({}): {numbers}", one.name, one.id));
        fallen(page, "Requirement", &one.requirements);
        fallen(page, "Step", &one.steps);
    }
}

fn fallen(page: &mut Page, label: &str, all: &[CountChange]) {
    for one in all {
        let numbers = format!("{} -> {}", count(one.before), count(one.after));
        page.field(5, label, Tone::Plain, &format!("{}: {numbers}", one.name));
    }
}

fn changed(page: &mut Page, diff: &RunDiff) {
    if diff.changed.is_empty() {
        return;
    }
    title(page, "OTHER OUTCOMES", diff.changed.len());
    let (worse, others): (Vec<_>, Vec<_>) = diff.changed.iter().partition(|one| one.regression);
    for one in worse.into_iter().chain(others) {
        let outcomes = format!("{} -> {}", one.before, one.after);
        page.paragraph(2, tone(one.regression), &format!("{outcomes}: {} ({})", one.name, one.id));
        if let Some(reason) = &one.reason {
            page.field(5, "Because", Tone::Quiet, reason);
        }
    }
}

fn requirements(page: &mut Page, diff: &RunDiff) {
    if diff.requirements.is_empty() {
        return;
    }
    title(page, "REQUIREMENTS", diff.requirements.len());
    for one in &diff.requirements {
        let (before, after) = (one.before.unwrap_or("unknown"), one.after.unwrap_or("unknown"));
        page.paragraph(2, tone(one.regression), &format!("{}: {before} -> {after}", one.id));
    }
}

fn readings(page: &mut Page, diff: &RunDiff) {
    if diff.readings.is_empty() {
        return;
    }
    title(page, "READINGS", diff.readings.len());
    for one in &diff.readings {
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "not seen".to_owned());
        let line = format!("{}: {} -> {}", one.decision, shown(&one.before), shown(&one.after));
        page.paragraph(2, Tone::Doubtful, &line);
    }
}

fn usage(page: &mut Page, diff: &RunDiff) {
    if diff.usage.is_empty() {
        return;
    }
    title(page, "USAGE FINDINGS", diff.usage.len());
    for one in &diff.usage {
        let line = format!("{} {}: {} -> {} rows", one.level, one.rule, count(one.before), count(one.after));
        page.paragraph(2, tone(one.regression), &line);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::wrap::columns;
    use super::*;
    use crate::report::recorded::Recorded;
    use crate::report::samples;

    #[test]
    fn everything_fits_eighty_columns_and_colour_is_a_choice() {
        let recorded = |model| Recorded { model, ..Recorded::default() };
        let (before, after) = (recorded(samples::failing_run()), recorded(samples::hostile_run()));
        let diff = RunDiff::between((Path::new("before"), &before), (Path::new("after"), &after));
        let text = terminal_diff(&diff, false, 80);
        assert!(text.lines().all(|line| columns(line) <= 80), "{text}");
        assert!(!text.contains('\u{1b}') && terminal_diff(&diff, true, 80).contains('\u{1b}'));
        assert!(text.contains("LOST SCENARIOS (5)") && text.contains("LOAD steady"), "{text}");
    }
}
