//! The verdict on a run and the exit code that goes with it.
//!
//! The order of the questions is the point: a harness that failed may not blame the target, a target that
//! does not answer may not be called wrong, and only then does a failure count. What proves nothing (a
//! partial run, a load plan that was not held, a run that tested nothing) is never called conforming.

use std::fmt;

use serde::Serialize;

use super::events::{
    Checked, Finding, Invariant, Level, LoadFinished, Measurement, Outcome, ScenarioFinished, Severity,
    UsageChecked,
};
use super::expected::{DeviationState, Deviations};
use super::model::RunModel;

/// The verdict on a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything that was tested holds.
    Conforms,
    /// What does not hold is declared known, and nothing else.
    DeviatesAsExpected,
    /// A requirement, an invariant, a threshold or a usage rule does not hold.
    DoesNotConform,
    /// A load plan was not held, so its measurement is worth nothing.
    Saturated,
    /// Nothing was tested.
    NothingTested,
    /// The target did not pass the smoke test.
    Unreachable,
    /// The harness itself failed.
    HarnessFault,
    /// The user ended the run early, and nothing had failed by then.
    Interrupted,
}

impl Verdict {
    /// The name in `run.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::DeviatesAsExpected => "deviates-as-expected",
            Self::DoesNotConform => "does-not-conform",
            Self::Saturated => "saturated",
            Self::NothingTested => "nothing-tested",
            Self::Unreachable => "unreachable",
            Self::HarnessFault => "harness-fault",
            Self::Interrupted => "interrupted",
        }
    }

    /// The exit code of the process.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Conforms | Self::DeviatesAsExpected => 0,
            Self::DoesNotConform => 1,
            Self::Unreachable => 3,
            Self::NothingTested | Self::Interrupted => 4,
            Self::Saturated => 5,
            Self::HarnessFault => 70,
        }
    }

    /// The verdict as a heading.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Conforms => "Conforms",
            Self::DeviatesAsExpected => "Deviates as expected",
            Self::DoesNotConform => "Does not conform",
            Self::Saturated => "Saturated",
            Self::NothingTested => "Nothing tested",
            Self::Unreachable => "Target unreachable",
            Self::HarnessFault => "Harness fault",
            Self::Interrupted => "Interrupted",
        }
    }

    /// What the verdict means, in a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Conforms => "Everything that was tested holds.",
            Self::DeviatesAsExpected => {
                "What does not hold is declared a known deviation; everything else that was tested holds."
            }
            Self::DoesNotConform => {
                "At least one requirement, invariant, threshold, usage rule or declared deviation does not hold."
            }
            Self::Saturated => {
                "Nothing failed, but the load plan was not held: the measurement says nothing about speed."
            }
            Self::NothingTested => "Nothing was tested, so nothing is proved.",
            Self::Unreachable => {
                "The smoke test did not pass, so nothing was tested. Check that the target runs, and the address and \
                 token in its target file."
            }
            Self::HarnessFault => "The harness itself failed; that says nothing about the target.",
            Self::Interrupted => "Nothing had failed when the run was ended; a partial run proves nothing.",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What every report of an interrupted run says.
pub(super) const PARTIAL: &str =
    "This report is partial: the run was ended early. What it does not show was not reached.";

impl RunModel {
    /// The verdict on the run so far.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.harness_failed() {
            return Verdict::HarnessFault;
        }
        if self.smoke.iter().any(|check| !check.ok) {
            return Verdict::Unreachable;
        }
        if self.something_failed() {
            return Verdict::DoesNotConform;
        }
        if self.interrupted {
            return Verdict::Interrupted;
        }
        if self.loads.iter().any(|load| load.verdict != Measurement::Valid) {
            return Verdict::Saturated;
        }
        if self.nothing_tested() {
            return Verdict::NothingTested;
        }
        if self.deviations().judged().iter().any(|(_, state)| *state == DeviationState::Happened) {
            return Verdict::DeviatesAsExpected;
        }
        Verdict::Conforms
    }

    /// The exit code that goes with the verdict.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.verdict().exit_code()
    }

    fn harness_failed(&self) -> bool {
        let in_a_scenario = |outcome: &Outcome| matches!(outcome, Outcome::Error(_));
        !self.faults.is_empty() || self.scenarios.iter().any(|finished| in_a_scenario(&finished.outcome))
    }

    fn something_failed(&self) -> bool {
        let deviations = self.deviations();
        let bad = |outcome: &Outcome| matches!(outcome, Outcome::Failed | Outcome::Vacuous);
        let must = |checked: &Checked| checked.level == Level::Must && deviations.of_check(checked).is_none();
        let scenario = |one: &ScenarioFinished| bad(&one.outcome) && deviations.of_scenario(one).is_none();
        let rule = |one: &Finding| {
            one.level == Severity::E && one.count > 0 && deviations.of_rule(&one.rule).is_none()
        };
        deviations.fail()
            || self.scenarios.iter().any(scenario)
            // A MUST that an assertion outside every scenario found broken is just as broken.
            || self.broken.iter().any(must)
            || self.loads.iter().any(|load| unexpectedly_failed(load, &deviations))
            || self.usage.iter().flat_map(|usage| &usage.findings).any(rule)
    }

    /// A suite in which nothing came to a conclusion proves nothing, whatever else ran; and neither does a
    /// usage check that read no row.
    fn nothing_tested(&self) -> bool {
        let suite_was_empty = self.suite_ran() && self.scenario_counts().conclusive() == 0;
        let rows_were_read = self.usage.iter().any(|usage| usage.rows > 0);
        suite_was_empty || (!self.suite_ran() && self.loads.is_empty() && !rows_were_read)
    }
}

fn unexpectedly_failed(load: &LoadFinished, deviations: &Deviations<'_>) -> bool {
    let violated = |one: &Invariant| one.violations > 0 && deviations.of_invariant(one).is_none();
    load.invariants.iter().any(violated) || wrong_answers(load) > 0 || !load.thresholds_failed.is_empty()
}

/// Whether a load run found something wrong, whatever the measurement is worth.
pub(super) fn load_failed(load: &LoadFinished) -> bool {
    violations(load) > 0 || wrong_answers(load) > 0 || !load.thresholds_failed.is_empty()
}

/// How often an invariant of the load run did not hold.
pub(super) fn violations(load: &LoadFinished) -> u64 {
    load.invariants.iter().map(|invariant| invariant.violations).sum()
}

/// How many answers of the load run no document allows.
pub(super) fn wrong_answers(load: &LoadFinished) -> u64 {
    load.operations.iter().map(|operation| operation.wrong).sum()
}

/// How many rows break rules of this severity.
pub(super) fn findings(usage: &UsageChecked, level: Severity) -> u64 {
    usage.findings.iter().filter(|finding| finding.level == level).map(|finding| finding.count).sum()
}

#[cfg(test)]
mod tests {
    use super::super::events::{Event, SmokeChecked};
    use super::super::samples::{self, fold, scenario};
    use super::*;

    fn judge(events: Vec<Event>) -> (&'static str, u8) {
        let model = fold(events);
        (model.verdict().as_str(), model.exit_code())
    }

    fn suite(outcome: Outcome) -> Vec<Event> {
        vec![Event::ConformanceStarted(1), scenario("client/a.feature:3", &["DM-ACC-010"], outcome)]
    }

    fn suite_and(outcome: Outcome, event: Event) -> Vec<Event> {
        let mut events = suite(outcome);
        events.push(event);
        events
    }

    fn smoke(ok: bool) -> Event {
        Event::SmokeChecked(SmokeChecked { name: "reachable".to_owned(), ok, detail: "refused".to_owned() })
    }

    #[test]
    fn a_suite_that_passed_conforms() {
        assert_eq!(judge(suite(Outcome::Passed)), ("conforms", 0));
        assert_eq!(judge(suite(Outcome::Warned)), ("conforms", 0));
        assert_eq!(judge(suite_and(Outcome::Passed, smoke(true))), ("conforms", 0));
    }

    #[test]
    fn failed_and_vacuous_scenarios_do_not_conform() {
        assert_eq!(judge(suite(Outcome::Failed)), ("does-not-conform", 1));
        assert_eq!(judge(suite(Outcome::Vacuous)), ("does-not-conform", 1));
    }

    #[test]
    fn a_broken_must_outside_scenarios_does_not_conform() {
        let stray = samples::broken("usage", &["WH-USAGE-055"], Level::Must);
        assert_eq!(judge(suite_and(Outcome::Passed, stray)), ("does-not-conform", 1));
        let stray = samples::broken("usage", &["WH-USAGE-055"], Level::Should);
        assert_eq!(judge(suite_and(Outcome::Passed, stray)), ("conforms", 0));
    }

    #[test]
    fn a_fault_comes_before_everything() {
        let fault = Event::HarnessFault("the disk is full".to_owned());
        let mut events = suite_and(Outcome::Failed, fault);
        events.push(smoke(false));
        assert_eq!(judge(events), ("harness-fault", 70));
        assert_eq!(judge(suite(Outcome::Error("a step panicked".to_owned()))), ("harness-fault", 70));
    }

    #[test]
    fn an_unreachable_target_comes_before_failures() {
        assert_eq!(judge(suite_and(Outcome::Failed, smoke(false))), ("unreachable", 3));
    }

    #[test]
    fn an_interrupted_run_proves_nothing_but_its_failures() {
        assert_eq!(judge(suite_and(Outcome::Passed, Event::Interrupted)), ("interrupted", 4));
        assert_eq!(judge(suite_and(Outcome::Failed, Event::Interrupted)), ("does-not-conform", 1));
        let saturated = Event::LoadFinished(samples::load(Measurement::Saturated));
        assert_eq!(judge(vec![saturated, Event::Interrupted]), ("interrupted", 4));
    }

    #[test]
    fn a_plan_that_was_not_held_is_saturated() {
        for measurement in [Measurement::Saturated, Measurement::Invalid] {
            assert_eq!(judge(vec![Event::LoadFinished(samples::load(measurement))]), ("saturated", 5));
        }
        assert_eq!(judge(vec![Event::LoadFinished(samples::load(Measurement::Valid))]), ("conforms", 0));
    }

    #[test]
    fn a_load_that_found_something_wrong_does_not_conform() {
        let mut violated = samples::load(Measurement::Saturated);
        violated.invariants[0].violations = 1;
        let mut missed = samples::load(Measurement::Valid);
        missed.thresholds_failed.push("renewal was never exercised".to_owned());
        let mut wrong = samples::load(Measurement::Valid);
        wrong.operations[0].wrong = 2;
        for load in [violated, missed, wrong] {
            assert_eq!(judge(vec![Event::LoadFinished(load)]), ("does-not-conform", 1));
        }
    }

    #[test]
    fn only_errors_in_usage_rows_fail() {
        for (level, expected) in [(Severity::E, 1), (Severity::W, 0), (Severity::I, 0)] {
            assert_eq!(judge(vec![Event::UsageChecked(samples::usage(7, level, 1))]).1, expected);
        }
        assert_eq!(judge(vec![Event::UsageChecked(samples::usage(7, Severity::E, 0))]).1, 0);
    }

    #[test]
    fn a_run_that_tested_nothing_says_so() {
        assert_eq!(judge(Vec::new()), ("nothing-tested", 4));
        assert_eq!(judge(vec![smoke(true)]), ("nothing-tested", 4));
        assert_eq!(judge(vec![Event::ConformanceStarted(0)]), ("nothing-tested", 4));
        assert_eq!(judge(suite(Outcome::NotTested("no clock".to_owned()))), ("nothing-tested", 4));
        assert_eq!(
            judge(vec![Event::UsageChecked(samples::usage(0, Severity::I, 0))]),
            ("nothing-tested", 4)
        );
    }

    #[test]
    fn names_are_those_of_the_format() {
        let json = serde_json::to_string(&Verdict::DoesNotConform).unwrap();
        assert_eq!(json, format!("\"{}\"", Verdict::DoesNotConform));
    }
}
