//! What went wrong, gathered so that every report can show it in the same manner.
//!
//! Most failures are assertions. Two kinds are not: a scenario that failed outside any assertion, and a
//! scenario that asserted nothing. They are failures all the same and must not be missing from a list of
//! failures.

use std::collections::{HashMap, HashSet};

use super::events::{Checked, Exchange, ExpectedDeviation, Level, Outcome, ScenarioFinished};
use super::model::RunModel;

/// One thing that went wrong, with all that is needed to understand and repeat it.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure<'a> {
    /// Position in the report from 1: failures first, then warnings.
    pub number: usize,
    /// The requirements that it speaks for.
    pub requirements: &'a [String],
    /// How binding the most binding of them is.
    pub level: Level,
    /// Scenario ID, or the part of the run that checked.
    pub scenario: &'a str,
    /// Name of the scenario, empty outside scenarios.
    pub name: &'a str,
    /// The step's text.
    pub step: &'a str,
    /// `file:line` of the step.
    pub location: &'a str,
    /// What was expected.
    pub expected: &'a str,
    /// What was seen.
    pub actual: &'a str,
    /// The exchange that showed it.
    pub exchange: Option<&'a Exchange>,
    /// A command that repeats the scenario, empty outside scenarios.
    pub reproduce: &'a str,
    /// The declaration that makes it a known deviation.
    pub deviation: Option<&'a ExpectedDeviation>,
}

impl<'a> Failure<'a> {
    /// Where the run folder keeps the exchange, if there is one.
    #[must_use]
    pub fn exchange_file(&self) -> Option<String> {
        self.exchange.map(|_| format!("exchanges/{:03}.json", self.number))
    }

    /// Name of the scenario, or its ID where it has none.
    #[must_use]
    pub fn title(&self) -> &'a str {
        if self.name.is_empty() { self.scenario } else { self.name }
    }

    fn of_check(checked: &'a Checked, finished: Option<&'a ScenarioFinished>) -> Self {
        Self {
            number: 0,
            requirements: &checked.requirements,
            level: checked.level,
            scenario: &checked.scenario,
            name: finished.map_or("", |finished| finished.scenario.name.as_str()),
            step: &checked.step,
            location: &checked.location,
            expected: &checked.expected,
            actual: &checked.actual,
            exchange: checked.exchange.as_ref(),
            reproduce: finished.map_or("", |finished| finished.reproduce.as_str()),
            deviation: None,
        }
    }

    /// A scenario that failed without an assertion that says why.
    fn of_scenario(finished: &'a ScenarioFinished, expected: &'static str, actual: &'static str) -> Self {
        Self {
            number: 0,
            requirements: &finished.scenario.requirements,
            level: Level::Must,
            scenario: &finished.scenario.id,
            name: &finished.scenario.name,
            step: "",
            location: &finished.scenario.id,
            expected,
            actual,
            exchange: None,
            reproduce: &finished.reproduce,
            deviation: None,
        }
    }
}

impl RunModel {
    /// Everything that makes the suite fail: each MUST that did not hold, and each scenario that failed
    /// without one. Declared deviations are not among them.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure<'_>> {
        let deviations = self.deviations();
        let mut failures = self.unexpected(|level| level == Level::Must);
        let explained: HashSet<&str> = failures.iter().map(|failure| failure.scenario).collect();
        for finished in &self.scenarios {
            let unexplained = !explained.contains(finished.scenario.id.as_str())
                && deviations.of_scenario(finished).is_none();
            match finished.outcome {
                Outcome::Vacuous => {
                    failures.push(Failure::of_scenario(finished, "at least one assertion", "none was made"));
                }
                Outcome::Failed if unexplained => failures.push(Failure::of_scenario(
                    finished,
                    "the scenario to run to its end",
                    "it failed outside any assertion",
                )),
                _ => {}
            }
        }
        number_from(1, failures)
    }

    /// Everything doubtful: what is inferred from the documents and did not hold.
    #[must_use]
    pub fn warnings(&self) -> Vec<Failure<'_>> {
        number_from(self.failures().len() + 1, self.unexpected(|level| level != Level::Must))
    }

    /// Every check that did not hold and is covered by a declared deviation.
    #[must_use]
    pub fn expected_failures(&self) -> Vec<Failure<'_>> {
        let first = self.failures().len() + self.warnings().len() + 1;
        let all = self.broken_at(|_| true);
        number_from(first, all.into_iter().filter(|failure| failure.deviation.is_some()).collect())
    }

    fn unexpected(&self, wanted: impl Fn(Level) -> bool) -> Vec<Failure<'_>> {
        let all = self.broken_at(wanted);
        all.into_iter().filter(|failure| failure.deviation.is_none()).collect()
    }

    fn broken_at(&self, wanted: impl Fn(Level) -> bool) -> Vec<Failure<'_>> {
        let deviations = self.deviations();
        let finished: HashMap<&str, &ScenarioFinished> =
            self.scenarios.iter().map(|finished| (finished.scenario.id.as_str(), finished)).collect();
        self.broken
            .iter()
            .filter(|checked| wanted(checked.level))
            .map(|checked| Failure {
                deviation: deviations.of_check(checked),
                ..Failure::of_check(checked, finished.get(checked.scenario.as_str()).copied())
            })
            .collect()
    }
}

fn number_from(first: usize, mut failures: Vec<Failure<'_>>) -> Vec<Failure<'_>> {
    for (position, failure) in failures.iter_mut().enumerate() {
        failure.number = first + position;
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::super::events::Event;
    use super::super::samples::{self, fold, scenario};
    use super::*;

    #[test]
    fn failures_come_before_warnings_and_share_one_count() {
        let model = samples::failing_run();
        let (failures, warnings) = (model.failures(), model.warnings());
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].exchange_file().as_deref(), Some("exchanges/001.json"));
        assert_eq!(failures[0].requirements, ["DM-CHG-011"]);
        assert!(failures[0].reproduce.starts_with("chargeproof conformance"));
        assert_eq!(warnings[0].number, 2);
        assert_eq!(warnings[0].exchange_file(), None);
    }

    #[test]
    fn scenarios_that_failed_without_an_assertion_are_listed() {
        let model = fold(vec![
            Event::ConformanceStarted(3),
            scenario("client/a.feature:3", &["DM-ACC-010"], Outcome::Vacuous),
            scenario("client/a.feature:9", &["DM-ACC-012"], Outcome::Failed),
            samples::broken("client/b.feature:3", &["DM-ACC-013"], Level::Must),
            scenario("client/b.feature:3", &["DM-ACC-013"], Outcome::Failed),
        ]);
        let failures = model.failures();
        let scenarios: Vec<&str> = failures.iter().map(|failure| failure.scenario).collect();
        assert_eq!(scenarios, ["client/b.feature:3", "client/a.feature:3", "client/a.feature:9"]);
        assert_eq!(failures[1].actual, "none was made");
    }
}
