//! Deviations that somebody has declared known: which failures they cover, and which of them did not happen.
//!
//! A declaration covers failures until the day on which it expires. One that has expired, or that was put to the
//! test and did not happen, fails the run: a list of known deviations that is not true any more hides new ones.

use std::collections::HashMap;

use serde::Serialize;

use super::events::{Checked, ExpectedDeviation, Invariant, Level, Outcome, ScenarioFinished, Severity};
use super::model::RunModel;

/// What became of a declared deviation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviationState {
    /// It was seen again.
    Happened,
    /// What it is about was tested, and held.
    DidNotHappen,
    /// The day until which it was accepted is over.
    Expired,
    /// This run says nothing about it.
    NotTested,
}

impl DeviationState {
    /// The state in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Happened => "happened as expected",
            Self::DidNotHappen => "did not happen; remove it from the list",
            Self::Expired => "expired; mend the target or decide again",
            Self::NotTested => "not tested in this run",
        }
    }

    /// Whether it fails the run.
    #[must_use]
    pub fn fails(self) -> bool {
        matches!(self, Self::DidNotHappen | Self::Expired)
    }
}

impl ExpectedDeviation {
    /// The requirement or scenario that it is about.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.requirement.as_deref().or(self.scenario.as_deref()).unwrap_or_default()
    }

    /// Reason, link and last day in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("{} ({}), until {}", self.reason, self.link, self.expires)
    }

    fn about_requirement(&self, ids: &[String]) -> bool {
        self.requirement.as_ref().is_some_and(|id| ids.contains(id))
    }

    fn about_scenario(&self, id: &str, name: &str) -> bool {
        self.scenario.as_deref().is_some_and(|scenario| scenario == id || scenario == name)
    }
}

/// The declared deviations of a run, ready to be asked.
pub(super) struct Deviations<'a> {
    model: &'a RunModel,
    // Declarations may name a scenario by its name, checks know its ID only.
    names: HashMap<&'a str, &'a str>,
}

impl RunModel {
    /// The declared deviations.
    pub(super) fn deviations(&self) -> Deviations<'_> {
        let scenarios = if self.expected.is_empty() { &[][..] } else { self.scenarios.as_slice() };
        let names = scenarios.iter().map(|f| (f.scenario.id.as_str(), f.scenario.name.as_str())).collect();
        Deviations { model: self, names }
    }
}

impl<'a> Deviations<'a> {
    /// The declaration that covers a check that did not hold.
    pub(super) fn of_check(&self, checked: &Checked) -> Option<&'a ExpectedDeviation> {
        self.covering(|one| self.is_about(one, checked))
    }

    /// The declaration that covers findings of a usage rule.
    pub(super) fn of_rule(&self, rule: &str) -> Option<&'a ExpectedDeviation> {
        self.covering(|one| one.requirement.as_deref() == Some(rule))
    }

    /// The declaration that covers a violated invariant.
    pub(super) fn of_invariant(&self, invariant: &Invariant) -> Option<&'a ExpectedDeviation> {
        self.covering(|one| one.about_requirement(&invariant.requirements))
    }

    /// The declaration that covers a scenario: every check that failed it is covered.
    pub(super) fn of_scenario(&self, finished: &ScenarioFinished) -> Option<&'a ExpectedDeviation> {
        if self.model.expected.is_empty() || !matches!(finished.outcome, Outcome::Failed | Outcome::Warned) {
            return None;
        }
        let broken = self.model.broken.iter().filter(|checked| checked.scenario == finished.scenario.id);
        let (failing, warning): (Vec<&Checked>, Vec<&Checked>) =
            broken.partition(|checked| checked.level != Level::Should);
        // In a strict run a SHOULD fails its scenario.
        let decisive = if failing.is_empty() { warning } else { failing };
        let covered: Option<Vec<_>> = decisive.into_iter().map(|checked| self.of_check(checked)).collect();
        covered?.into_iter().next()
    }

    /// Every declaration with what became of it.
    pub(super) fn judged(&self) -> Vec<(&'a ExpectedDeviation, DeviationState)> {
        self.model.expected.iter().map(|one| (one, self.state(one))).collect()
    }

    /// Whether a declaration fails the run.
    pub(super) fn fail(&self) -> bool {
        self.judged().iter().any(|(_, state)| state.fails())
    }

    fn covering(&self, about: impl Fn(&ExpectedDeviation) -> bool) -> Option<&'a ExpectedDeviation> {
        self.model.expected.iter().find(|one| !one.expired && about(one))
    }

    fn is_about(&self, one: &ExpectedDeviation, checked: &Checked) -> bool {
        let name = self.names.get(checked.scenario.as_str()).copied().unwrap_or_default();
        one.about_requirement(&checked.requirements) || one.about_scenario(&checked.scenario, name)
    }

    fn state(&self, one: &ExpectedDeviation) -> DeviationState {
        if one.expired {
            DeviationState::Expired
        } else if self.happened(one) {
            DeviationState::Happened
        } else if self.put_to_the_test(one) {
            DeviationState::DidNotHappen
        } else {
            DeviationState::NotTested
        }
    }

    fn happened(&self, one: &ExpectedDeviation) -> bool {
        let mut invariants = self.model.loads.iter().flat_map(|load| &load.invariants);
        let mut findings = self.model.usage.iter().flat_map(|usage| &usage.findings);
        self.model.broken.iter().any(|checked| self.is_about(one, checked))
            || invariants.any(|each| each.violations > 0 && one.about_requirement(&each.requirements))
            || findings.any(|finding| {
                finding.count > 0
                    && finding.level != Severity::I
                    && one.requirement.as_ref() == Some(&finding.rule)
            })
    }

    /// Whether the run can say that it did not happen: every scenario that could have shown it is accounted for,
    /// and at least one of them came to a conclusion. A part of the suite proves no repair.
    fn put_to_the_test(&self, one: &ExpectedDeviation) -> bool {
        let about = |finished: &&ScenarioFinished| {
            let scenario = &finished.scenario;
            one.about_requirement(&scenario.requirements) || one.about_scenario(&scenario.id, &scenario.name)
        };
        let accounted: Vec<_> = self.model.scenarios.iter().filter(about).collect();
        let conclusive = |finished: &&ScenarioFinished| match &finished.outcome {
            Outcome::NotTested(_) | Outcome::Error(_) => false,
            // A scenario that failed on something else may have stopped before the assertion in question.
            Outcome::Failed => {
                one.requirement.as_ref().is_none_or(|id| self.model.showed(&finished.scenario.id, id))
            }
            Outcome::Passed | Outcome::Warned | Outcome::Vacuous => true,
        };
        let in_scenarios = accounted.iter().any(conclusive)
            && u64::try_from(accounted.len()).unwrap_or(u64::MAX) >= one.scenarios;
        let mut invariants = self.model.loads.iter().flat_map(|load| &load.invariants);
        let in_loads = one.scenarios == 0
            && invariants.any(|each| each.exercised > 0 && one.about_requirement(&each.requirements));
        !self.model.interrupted && (in_scenarios || in_loads)
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::Event;
    use super::super::samples::{self, deviation, fold, scenario};
    use super::*;
    use crate::report::{CoverageStatus, Verdict};

    const ID: &str = "client/a.feature:3";

    fn run(declared: Vec<ExpectedDeviation>, outcome: Outcome) -> RunModel {
        let mut events = vec![
            Event::Registry(samples::registry()),
            Event::DeviationsExpected(declared),
            Event::ConformanceStarted(1),
        ];
        match outcome {
            Outcome::Failed => events.push(samples::broken(ID, &["DM-ACC-010"], Level::Must)),
            Outcome::Warned => events.push(samples::broken(ID, &["DM-ACC-010"], Level::Should)),
            _ => events.push(samples::held(ID, &["DM-ACC-010"])),
        }
        events.push(scenario(ID, &["DM-ACC-010"], outcome));
        fold(events)
    }

    fn states(model: &RunModel) -> Vec<DeviationState> {
        model.deviations().judged().into_iter().map(|(_, state)| state).collect()
    }

    #[test]
    fn a_known_deviation_is_neither_failed_nor_passed() {
        let by_name = ExpectedDeviation {
            requirement: None,
            scenario: Some("Tokens come from the line item that ends first".to_owned()),
            ..deviation("")
        };
        let by_id = ExpectedDeviation { scenario: Some(ID.to_owned()), ..by_name.clone() };
        for declared in [deviation("DM-ACC-010"), by_name, by_id] {
            let model = run(vec![declared], Outcome::Failed);
            assert_eq!(states(&model), [DeviationState::Happened]);
            assert_eq!((model.verdict(), model.exit_code()), (Verdict::DeviatesAsExpected, 0));
            assert_eq!((model.failures().len(), model.expected_failures().len()), (0, 1));
            let counts = model.scenario_counts();
            assert_eq!((counts.failed, counts.passed, counts.expected), (0, 0, 1));
            let coverage = model.coverage();
            let status = coverage.requirements.iter().find(|one| one.requirement.id == "DM-ACC-010").unwrap();
            assert_eq!(status.status, CoverageStatus::Expected);
            assert_eq!((coverage.passed(), coverage.failed.len()), (0, 0));
        }
    }

    #[test]
    fn what_nobody_expects_still_fails() {
        let mut model = run(vec![deviation("DM-ACC-010")], Outcome::Failed);
        model.apply(&samples::stamped(samples::broken("client/b.feature:3", &["DM-ACC-012"], Level::Must)));
        model.apply(&samples::stamped(scenario("client/b.feature:3", &["DM-ACC-012"], Outcome::Failed)));
        assert_eq!(model.exit_code(), 1);
        assert_eq!((model.failures().len(), model.expected_failures().len()), (1, 1));
        // A scenario that fails in two respects needs both of them to be known.
        let mut model = run(vec![deviation("DM-ACC-010")], Outcome::Failed);
        model.apply(&samples::stamped(samples::broken(ID, &["DM-ACC-012"], Level::Must)));
        assert_eq!((model.exit_code(), model.scenario_counts().failed), (1, 1));
    }

    #[test]
    fn a_deviation_that_did_not_happen_fails() {
        let model = run(vec![deviation("DM-ACC-010")], Outcome::Passed);
        assert_eq!(states(&model), [DeviationState::DidNotHappen]);
        assert_eq!(model.exit_code(), 1);
    }

    #[test]
    fn a_part_of_the_suite_proves_no_repair() {
        let declared = ExpectedDeviation { scenarios: 2, ..deviation("DM-ACC-010") };
        let model = run(vec![declared], Outcome::Passed);
        assert_eq!((states(&model), model.exit_code()), (vec![DeviationState::NotTested], 0));
        let left_out = run(vec![deviation("DM-ACC-010")], Outcome::NotTested("no clock".to_owned()));
        assert_eq!(states(&left_out), [DeviationState::NotTested]);
    }

    #[test]
    fn an_expired_deviation_fails_and_covers_nothing() {
        let declared = ExpectedDeviation { expired: true, ..deviation("DM-ACC-010") };
        let model = run(vec![declared], Outcome::Failed);
        assert_eq!(states(&model), [DeviationState::Expired]);
        assert_eq!((model.exit_code(), model.failures().len()), (1, 1));
    }

    #[test]
    fn warnings_rules_and_invariants_can_be_expected_too() {
        let warned = run(vec![deviation("DM-ACC-010")], Outcome::Warned);
        assert_eq!((warned.warnings().len(), warned.scenario_counts().expected), (0, 1));
        let mut load = samples::load(super::super::events::Measurement::Valid);
        load.invariants[0].violations = 2;
        let model = fold(vec![
            Event::Registry(samples::registry()),
            Event::DeviationsExpected(vec![deviation("DM-CHG-011"), deviation("WH-USAGE-055")]),
            Event::LoadFinished(load),
            Event::UsageChecked(samples::usage(7, Severity::E, 1)),
        ]);
        assert_eq!(states(&model), [DeviationState::Happened; 2]);
        assert_eq!((model.verdict(), model.coverage().failed.len()), (Verdict::DeviatesAsExpected, 0));
    }
}
