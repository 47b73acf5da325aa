//! Puts two runs side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::changes::{Gate, LoadChange, ReadingChange, RequirementChange, RunDiff, RunSide, UsageChange};
use super::loads::loads;
use super::noise::Judgement;
use super::scenarios::Scenarios;
use crate::report::coverage::CoverageStatus;
use crate::report::events::Severity;
use crate::report::model::RunModel;
use crate::report::recorded::Recorded;

impl RunDiff {
    /// The differences between two recorded runs; the folders are named in the result.
    #[must_use]
    pub fn between(before: (&Path, &Recorded), after: (&Path, &Recorded)) -> Self {
        Self::of_sides((before, &[]), (after, &[]), None)
    }

    /// The differences between two sides, each of which was run once or more: the last run, and those before it.
    /// Load is compared by all of them, everything else by the last. With a gate, load that got slower by more than
    /// so many percent is a regression.
    #[must_use]
    pub fn of_sides(before: Side<'_>, after: Side<'_>, gate: Option<f64>) -> Self {
        let ((before, earlier_before), (after, earlier_after)) = (before, after);
        let (a, b) = (&before.1.model, &after.1.model);
        let was: Vec<&RunModel> = earlier_before.iter().map(|run| &run.model).chain([a]).collect();
        let is: Vec<&RunModel> = earlier_after.iter().map(|run| &run.model).chain([b]).collect();
        let scenarios = Scenarios::compare(before.1, after.1);
        let loads = loads(&was, &is, gate);
        let mut diff = Self {
            format: "chargeproof-diff/1",
            regressions: 0,
            before: side(before.0, a, was.len()),
            after: side(after.0, b, is.len()),
            requirements: requirements(a, b),
            added: scenarios.added,
            lost: scenarios.lost,
            changed: scenarios.changed,
            assertions_lost: scenarios.assertions_lost,
            readings: readings(a, b),
            gate: gate.map(|percent| Gate { percent, undecided: undecided(&loads) }),
            loads,
            usage: usage(a, b),
        };
        diff.count();
        diff
    }
}

/// The last run of a side with its folder, and the runs before it.
pub type Side<'a> = ((&'a Path, &'a Recorded), &'a [&'a Recorded]);

/// Load scenarios of which there are too few valid runs to know whether they got slower.
fn undecided(loads: &[LoadChange]) -> Vec<String> {
    // What got worse otherwise fails anyway, and what was not run before has nothing to be slower than.
    let known = |load: &&LoadChange| {
        load.speed.iter().any(|figure| figure.judgement != Judgement::TooFewRuns)
            || !load.worse.is_empty()
            || load.before.is_none()
    };
    loads.iter().filter(|load| !known(load)).map(|load| load.scenario.clone()).collect()
}

fn side(folder: &Path, model: &RunModel, runs: usize) -> RunSide {
    let target = model.target();
    let run = model.run.as_ref();
    RunSide {
        folder: folder.display().to_string(),
        command: run.map(|run| run.command.clone()).unwrap_or_default(),
        version: run.map(|run| run.version.clone()).unwrap_or_default(),
        started: run.map(|run| run.started.clone()).unwrap_or_default(),
        target: format!("{} {}", target.name, target.version).trim().to_owned(),
        verdict: model.verdict().as_str(),
        scenarios: model.scenarios.len() as u64,
        assertions: model.checks,
        runs: runs as u64,
    }
}

fn requirements(before: &RunModel, after: &RunModel) -> Vec<RequirementChange> {
    let statuses = |model: &RunModel| -> Vec<(String, &'static str)> {
        let all = model.coverage().requirements.into_iter();
        all.map(|one| (one.requirement.id, one.status.as_str())).collect()
    };
    let (first, second) = (statuses(before), statuses(after));
    let was: BTreeMap<&str, &'static str> = first.iter().map(|(id, status)| (id.as_str(), *status)).collect();
    let is: BTreeMap<&str, &'static str> = second.iter().map(|(id, status)| (id.as_str(), *status)).collect();
    let mut seen = BTreeSet::new();
    let ids = first.iter().chain(&second).map(|(id, _)| id.as_str()).filter(|id| seen.insert(*id));
    ids.filter(|id| was.get(id) != is.get(id))
        .map(|id| {
            let (before, after) = (was.get(id).copied(), is.get(id).copied());
            RequirementChange { id: id.to_owned(), before, after, regression: worse(before, after) }
        })
        .collect()
}

/// A requirement got worse when it fails now, or was tested and is not any more. A new warning is shown, but does
/// not fail a run and so is none of these.
fn worse(before: Option<&str>, after: Option<&str>) -> bool {
    let untested = CoverageStatus::NotTested(String::new());
    let tested = |status: Option<&str>| status.is_some_and(|status| status != untested.as_str());
    after == Some(CoverageStatus::Failed.as_str()) || (tested(before) && !tested(after))
}

fn readings(before: &RunModel, after: &RunModel) -> Vec<ReadingChange> {
    let decisions: BTreeSet<&String> = before.readings.keys().chain(after.readings.keys()).collect();
    let changes = decisions.into_iter().map(|decision| ReadingChange {
        decision: decision.clone(),
        before: before.readings.get(decision).map(|seen| seen.text()),
        after: after.readings.get(decision).map(|seen| seen.text()),
    });
    changes.filter(|change| change.before != change.after).collect()
}

fn usage(before: &RunModel, after: &RunModel) -> Vec<UsageChange> {
    let (was, is) = (found(before), found(after));
    let rules: BTreeSet<&(String, Severity)> = was.keys().chain(is.keys()).collect();
    let changes = rules.into_iter().map(|key| {
        let (before, now) = (was.get(key).copied().unwrap_or(0), is.get(key).copied().unwrap_or(0));
        let expected = after.deviations().of_rule(&key.0).is_some();
        UsageChange {
            rule: key.0.clone(),
            level: format!("{:?}", key.1),
            before,
            after: now,
            regression: key.1 == Severity::E && before == 0 && now > 0 && !expected,
        }
    });
    // How many rows a form has depends on how many rows there are; only faults are compared by number.
    let matters = |change: &UsageChange| change.level != "I" || (change.before == 0) != (change.after == 0);
    changes.filter(|change| change.before != change.after && matters(change)).collect()
}

fn found(model: &RunModel) -> BTreeMap<(String, Severity), u64> {
    let mut found = BTreeMap::new();
    for finding in model.usage.iter().flat_map(|usage| &usage.findings) {
        *found.entry((finding.rule.clone(), finding.level)).or_default() += finding.count;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::events::{Event, Level, Measurement, Outcome};
    use crate::report::samples::{self, scenario, stamped};

    const ID: &str = "client/a.feature:3";

    fn recorded(events: Vec<Event>) -> Recorded {
        let mut recorded = Recorded::default();
        recorded.apply(&stamped(Event::Registry(samples::registry())));
        recorded.apply(&stamped(Event::ConformanceStarted(1)));
        events.into_iter().for_each(|event| recorded.apply(&stamped(event)));
        recorded
    }

    fn between(before: Vec<Event>, after: Vec<Event>) -> RunDiff {
        let (before, after) = (recorded(before), recorded(after));
        RunDiff::between((Path::new("a"), &before), (Path::new("b"), &after))
    }

    fn passing(id: &str, checks: usize) -> Vec<Event> {
        let mut events = vec![samples::held(id, &["DM-ACC-010"]); checks];
        events.push(scenario(id, &["DM-ACC-010"], Outcome::Passed));
        events
    }

    #[test]
    fn the_same_run_has_no_difference() {
        let diff = between(passing(ID, 2), passing(ID, 2));
        assert!(diff.is_empty());
        assert_eq!(diff.exit_code(), 0);
        // A scenario may move within its file.
        assert!(between(passing(ID, 2), passing("client/a.feature:9", 2)).is_empty());
    }

    #[test]
    fn a_new_failure_is_a_regression() {
        let failing = vec![
            samples::broken(ID, &["DM-ACC-010"], Level::Must),
            scenario(ID, &["DM-ACC-010"], Outcome::Failed),
        ];
        let diff = between(passing(ID, 1), failing.clone());
        assert_eq!((diff.changed[0].before, diff.changed[0].after), ("passed", "failed"));
        assert_eq!(
            (diff.requirements[0].before, diff.requirements[0].after),
            (Some("passed"), Some("failed"))
        );
        assert_eq!((diff.regressions, diff.exit_code(), diff.assertions_lost.len()), (2, 1, 0));
        let mended = between(failing, passing(ID, 1));
        assert_eq!((mended.changed.len(), mended.exit_code()), (1, 0));
    }

    #[test]
    fn a_scenario_that_asserts_less_is_a_regression() {
        let diff = between(passing(ID, 3), passing(ID, 2));
        let lost = &diff.assertions_lost[0];
        assert_eq!((lost.before, lost.after, diff.exit_code()), (3, 2, 1));
        assert_eq!((lost.requirements[0].name.as_str(), lost.requirements[0].after), ("DM-ACC-010", 2));
        assert_eq!(lost.steps[0].before, 3);
        assert_eq!(between(passing(ID, 2), passing(ID, 3)).exit_code(), 0);
    }

    #[test]
    fn a_lost_scenario_is_a_regression_and_a_new_one_is_not() {
        let two = [passing(ID, 1), passing("client/b.feature:3", 1)].concat();
        let diff = between(two.clone(), passing(ID, 1));
        assert_eq!((diff.lost[0].id.as_str(), diff.exit_code()), ("client/b.feature:3", 1));
        let diff = between(passing(ID, 1), two);
        assert_eq!((diff.added.len(), diff.exit_code()), (1, 0));
        let left_out = vec![scenario(ID, &["DM-ACC-010"], Outcome::NotTested("no clock".to_owned()))];
        let diff = between(passing(ID, 1), left_out);
        assert_eq!((diff.changed[0].reason.as_deref(), diff.exit_code()), (Some("no clock"), 1));
    }

    #[test]
    fn readings_are_shown_and_speed_is_no_regression() {
        let load = |measurement, p99| {
            let mut load = samples::load(measurement);
            load.latency_us.response.p99 = p99;
            Event::LoadFinished(load)
        };
        let first = vec![samples::reading("d", "200"), load(Measurement::Valid, 1)];
        let diff = between(first.clone(), vec![samples::reading("d", "403"), load(Measurement::Valid, 900)]);
        assert_eq!(
            (diff.readings[0].before.as_deref(), diff.readings[0].after.as_deref()),
            (Some("200"), Some("403"))
        );
        assert_eq!((diff.exit_code(), diff.loads[0].regression), (0, false));
        let saturated = vec![samples::reading("d", "200"), load(Measurement::Saturated, 1)];
        let diff = between(first, saturated);
        assert_eq!((diff.exit_code(), diff.loads[0].after.as_ref().unwrap().p50_us), (1, None));
    }

    #[test]
    fn new_errors_in_usage_rows_are_a_regression() {
        let rows = |level| vec![Event::UsageChecked(samples::usage(7, level, 1))];
        assert_eq!(between(Vec::new(), rows(Severity::E)).exit_code(), 1);
        assert_eq!(between(rows(Severity::E), rows(Severity::E)).exit_code(), 0);
        assert_eq!(between(Vec::new(), rows(Severity::W)).exit_code(), 0);
    }
}
