//! Load runs side by side, for people: what was measured, and how much of a difference is noise.

use crate::report::diff::{Judgement, LoadChange, LoadFigures, RunDiff, SpeedChange};
use crate::report::figures::{count, milliseconds, plural, rate};

use super::colour::Tone;
use super::page::Page;

/// One load scenario.
pub(super) fn load_run(page: &mut Page, load: &LoadChange) {
    page.heading(&format!("LOAD {}", load.scenario));
    page.row(2, Tone::Quiet, &format!("{:<22} {:>14} {:>14}", "", "before", "after"));
    let row = |page: &mut Page, name: &str, figure: &dyn Fn(&LoadFigures) -> String| {
        let shown = |side: &Option<LoadFigures>| side.as_ref().map_or_else(|| "-".to_owned(), figure);
        let line = format!("{name:<22} {:>14} {:>14}", shown(&load.before), shown(&load.after));
        page.row(2, Tone::Plain, &line);
    };
    let latency = |figure: Option<u64>| figure.map_or_else(|| "-".to_owned(), milliseconds);
    row(page, "measurement", &|one| one.verdict.to_owned());
    row(page, "requests", &|one| count(one.requests));
    row(page, "requests a second", &|one| rate(one.rate));
    row(page, "response p50, ms", &|one| latency(one.p50_us));
    row(page, "response p99, ms", &|one| latency(one.p99_us));
    row(page, "response p99.9, ms", &|one| latency(one.p999_us));
    row(page, "violations", &|one| count(one.violations));
    row(page, "wrong answers", &|one| count(one.wrong));
    row(page, "thresholds missed", &|one| count(one.missed));
    let all_runs = format!("{:<22} {:>14} {:>14}", "runs", count(load.before_runs), count(load.after_runs));
    page.row(2, Tone::Quiet, &all_runs);
    speed(page, load);
    for worse in &load.worse {
        page.paragraph(2, Tone::Bad, worse);
    }
}

/// Repeated runs show what is noise; single runs do not, and then one line says so.
fn speed(page: &mut Page, load: &LoadChange) {
    let told = load.speed.iter().filter(|one| one.judgement != Judgement::TooFewRuns);
    let told: Vec<&SpeedChange> = told.collect();
    if told.is_empty() && !load.speed.is_empty() {
        let says =
            "Too few valid runs to tell a difference of speed from noise: three of each side are the fewest.";
        page.paragraph(2, Tone::Quiet, says);
    }
    for one in told {
        let (tone, verdict) = match one.judgement {
            Judgement::Worse if one.regression => (Tone::Bad, "worse, beyond the gate"),
            Judgement::Worse => (Tone::Doubtful, "worse"),
            Judgement::Better => (Tone::Good, "better"),
            Judgement::Noise | Judgement::TooFewRuns => (Tone::Plain, "inside the noise"),
        };
        page.row(2, tone, &format!("{:<22} {:>+13.1} %  {verdict}", one.figure, one.change_percent));
        let figure = |value: f64| match one.unit {
            // A latency is a whole number above zero, or the middle between two of them.
            "us" => milliseconds(value.round() as u64),
            _ => rate(value),
        };
        let range = |side: &crate::report::diff::Spread| {
            format!("{} to {} in {}", figure(side.least), figure(side.most), plural(side.runs, "run"))
        };
        let chance =
            one.chance.map_or_else(String::new, |chance| format!("; by chance {:.1} %", chance * 100.0));
        page.paragraph(
            5,
            Tone::Quiet,
            &format!("{}, then {}{chance}", range(&one.before), range(&one.after)),
        );
    }
}

/// What the gate could not judge. A gate that passes because nobody can know must say so.
pub(super) fn gate(page: &mut Page, diff: &RunDiff) {
    let Some(gate) = &diff.gate else { return };
    page.heading("GATE");
    let rule = format!("Load fails when it is clearly worse by more than {} %.", gate.percent);
    page.paragraph(2, Tone::Plain, &rule);
    if diff.has_nothing_to_gate() {
        page.paragraph(2, Tone::Doubtful, "The first side ran no load, so there is nothing to judge.");
    }
    for scenario in &gate.undecided {
        let says =
            format!("{scenario}: undecided, for want of valid runs; three of each side are the fewest.");
        page.paragraph(2, Tone::Doubtful, &says);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::terminal_diff;
    use super::super::wrap::columns;
    use super::*;
    use crate::report::events::{Event, Measurement};
    use crate::report::recorded::Recorded;
    use crate::report::samples;

    fn recorded(p99: u64) -> Recorded {
        let mut load = samples::load(Measurement::Valid);
        load.latency_us.response.p99 = p99;
        let mut recorded = Recorded::default();
        recorded.apply(&samples::stamped(Event::LoadFinished(load)));
        recorded
    }

    fn shown(before: &[u64], after: &[u64]) -> String {
        let (before, after): (Vec<Recorded>, Vec<Recorded>) = (
            before.iter().map(|p99| recorded(*p99)).collect(),
            after.iter().map(|p99| recorded(*p99)).collect(),
        );
        let (was, is): (Vec<&Recorded>, Vec<&Recorded>) = (before.iter().collect(), after.iter().collect());
        let diff = RunDiff::of_sides(
            ((Path::new("before"), was[was.len() - 1]), &was[..was.len() - 1]),
            ((Path::new("after"), is[is.len() - 1]), &is[..is.len() - 1]),
            Some(10.0),
        );
        terminal_diff(&diff, false, 80)
    }

    #[test]
    fn repeated_runs_are_judged_in_eighty_columns() {
        let text = shown(&[10_000, 10_200, 9_900], &[13_000, 13_300, 12_900]);
        assert!(text.lines().all(|line| columns(line) <= 80), "{text}");
        assert!(text.contains("response p99") && text.contains("+30.0 %  worse, beyond the gate"), "{text}");
        assert!(text.contains("9.900 to 10.200 in 3 runs, then 12.900 to 13.300 in 3 runs; by chance 5.0 %"));
        assert!(text.contains("response p50                    +0.0 %  inside the noise"), "{text}");
    }

    #[test]
    fn single_runs_leave_the_gate_undecided() {
        let text = shown(&[10_000], &[90_000]);
        assert!(text.contains("Too few valid runs") && text.contains("steady: undecided"), "{text}");
    }
}
