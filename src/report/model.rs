//! The run as every report sees it: a fold over the events, and nothing else.
//!
//! Because the fold is the only way in, a report made while the run goes on and one made later from
//! `events.ndjson` cannot differ. Assertions that held are counted, not kept; those that did not hold are
//! kept whole, with their exchange. So the model grows with what failed, not with how long the run took.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::events::{
    Checked, Event, ExpectedDeviation, Listener, LoadFinished, LoadSecond, LoadStarted, Outcome, ReadingSeen,
    RegisteredRequirement, RunStarted, ScenarioFinished, ScenarioRef, SmokeChecked, Stamped, SuiteOrdered,
    TargetInfo, UsageChecked,
};
use super::series::{MOST_SECONDS, halved};
use super::system::System;
use super::traffic::OperationSeen;

/// The values seen at one decision point.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadingValues {
    /// The requirement that leaves the point open.
    pub requirement: String,
    /// Every value seen, with the first scenario that saw it. More than one means that the target wavers.
    pub values: BTreeMap<String, String>,
    /// The values by version of the API, each of which may be read in its own way.
    pub by_version: BTreeMap<String, BTreeSet<String>>,
}

impl ReadingValues {
    /// The value, or all of them where the target was not the same all run long.
    #[must_use]
    pub fn text(&self) -> String {
        let mut kinds: Vec<&BTreeSet<String>> = self.by_version.values().collect();
        kinds.dedup();
        if kinds.len() <= 1 {
            return self.values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        }
        let in_version = |(version, values): (&String, &BTreeSet<String>)| {
            let values = values.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("{values} in {version}")
        };
        self.by_version.iter().map(in_version).collect::<Vec<_>>().join(", ")
    }

    /// Whether the target was the same all run long.
    #[must_use]
    pub fn consistent(&self) -> bool {
        self.by_version.values().all(|values| values.len() <= 1)
    }
}

/// How many scenarios ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScenarioCounts {
    /// How many were selected to run.
    pub selected: u64,
    /// Every assertion held.
    pub passed: u64,
    /// A MUST did not hold.
    pub failed: u64,
    /// Only SHOULDs did not hold.
    pub warned: u64,
    /// Left out or given up.
    pub not_tested: u64,
    /// Asserted nothing.
    pub vacuous: u64,
    /// The harness itself failed.
    pub error: u64,
    /// Failed or warned, and nothing but declared deviations did it.
    pub expected: u64,
}

impl ScenarioCounts {
    /// Scenarios that say something about the target.
    #[must_use]
    pub fn conclusive(&self) -> u64 {
        self.passed + self.failed + self.warned + self.expected
    }
}

/// How the scenarios of one version of the API, or of one system, ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VersionCounts {
    /// All of them.
    pub scenarios: u64,
    /// Every assertion held, or what did not was a SHOULD or a declared deviation.
    pub passed: u64,
    /// Failed, asserted nothing, or ended in a fault of the harness.
    pub failed: u64,
    /// Left out or given up.
    pub not_tested: u64,
}

/// Everything that a report shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunModel {
    /// Command, version, start and target; absent until the run has begun.
    pub run: Option<RunStarted>,
    /// The requirements that exist.
    pub registry: Vec<RegisteredRequirement>,
    /// The deviations that are declared known.
    pub expected: Vec<ExpectedDeviation>,
    /// The checks of the smoke test.
    pub smoke: Vec<SmokeChecked>,
    /// In which order the suite ran; absent when none did.
    pub order: Option<SuiteOrdered>,
    /// How many scenarios were to run; absent when no suite ran.
    pub selected: Option<u64>,
    /// Wall time of the suite in milliseconds.
    pub suite_ms: u64,
    /// Every scenario that ended, and every one left out.
    pub scenarios: Vec<ScenarioFinished>,
    /// How many assertions were made.
    pub checks: u64,
    /// The assertions that did not hold, in the order of the run.
    pub broken: Vec<Checked>,
    /// Requirements that an assertion which held spoke for, by scenario ID.
    pub held: BTreeMap<String, BTreeSet<String>>,
    /// What was seen at each decision point.
    pub readings: BTreeMap<String, ReadingValues>,
    /// What was answered in the suite, by operation.
    pub traffic: Vec<OperationSeen>,
    /// The load runs that were begun.
    pub plans: Vec<LoadStarted>,
    /// What each second of the load runs was like; several are one in runs of many hours.
    pub seconds: Vec<LoadSecond>,
    /// The load runs that ended.
    pub loads: Vec<LoadFinished>,
    /// The usage rows that were judged.
    pub usage: Vec<UsageChecked>,
    /// What the user should know.
    pub notes: Vec<String>,
    /// What failed in the harness outside scenarios.
    pub faults: Vec<String>,
    /// Whether the user ended the run early.
    pub interrupted: bool,
    /// Wall time of the run in milliseconds, so far or in all.
    pub duration_ms: u64,
}

impl RunModel {
    /// A run of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether only a part of the suite was asked for.
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.order.is_some_and(|order| order.part)
    }

    /// Takes in one event.
    pub fn apply(&mut self, stamped: &Stamped) {
        self.duration_ms = self.duration_ms.max(stamped.at_ms);
        match &stamped.event {
            Event::RunStarted(run) => self.run = Some(run.clone()),
            Event::Registry(requirements) => self.register(requirements),
            Event::DeviationsExpected(expected) => self.expected.extend(expected.iter().cloned()),
            Event::SmokeChecked(check) => self.smoke.push(check.clone()),
            Event::SuiteOrdered(order) => self.order = Some(*order),
            Event::ConformanceStarted(count) => self.selected = Some(self.selected.unwrap_or(0) + count),
            Event::Checked(checked) => self.check(checked),
            Event::ReadingSeen(seen) => self.read(seen),
            Event::ScenarioFinished(finished) => self.scenarios.push(finished.clone()),
            Event::ConformanceFinished(duration_ms) => self.suite_ms += duration_ms,
            Event::TrafficCounted(seen) => self.traffic.clone_from(seen),
            Event::LoadStarted(plan) => self.begin_load(plan),
            Event::LoadProgress(_) => {}
            Event::LoadSecond(second) => self.note_second(second),
            Event::LoadFinished(load) => self.loads.push(load.clone()),
            Event::UsageChecked(usage) => self.usage.push(usage.clone()),
            Event::Note(note) => self.notes.push(note.clone()),
            Event::HarnessFault(fault) => self.faults.push(fault.clone()),
            Event::Interrupted => self.interrupted = true,
            Event::RunFinished(duration_ms) => self.duration_ms = *duration_ms,
        }
    }

    /// The implementation under test; empty names until the run has begun.
    #[must_use]
    pub fn target(&self) -> TargetInfo {
        self.run.as_ref().map(|run| run.target.clone()).unwrap_or_default()
    }

    /// The plan of the load run with this name.
    #[must_use]
    pub fn plan_of(&self, scenario: &str) -> Option<&LoadStarted> {
        self.plans.iter().rev().find(|plan| plan.scenario == scenario)
    }

    /// Whether there was a suite to run, even if nothing of it was selected.
    #[must_use]
    pub fn suite_ran(&self) -> bool {
        self.selected.is_some() || !self.scenarios.is_empty()
    }

    /// How many scenarios ended how.
    #[must_use]
    pub fn scenario_counts(&self) -> ScenarioCounts {
        let mut counts = ScenarioCounts { selected: self.selected.unwrap_or(0), ..ScenarioCounts::default() };
        let deviations = self.deviations();
        for finished in &self.scenarios {
            if deviations.of_scenario(finished).is_some() {
                counts.expected += 1;
                continue;
            }
            match &finished.outcome {
                Outcome::Passed => counts.passed += 1,
                Outcome::Failed => counts.failed += 1,
                Outcome::Warned => counts.warned += 1,
                Outcome::NotTested(_) => counts.not_tested += 1,
                Outcome::Vacuous => counts.vacuous += 1,
                Outcome::Error(_) => counts.error += 1,
            }
        }
        counts
    }

    /// Whether an assertion of this scenario held for this requirement.
    pub(super) fn showed(&self, scenario: &str, requirement: &str) -> bool {
        self.held.get(scenario).is_some_and(|held| held.contains(requirement))
    }

    /// How the scenarios ended, by version of the API; those of a system without versions are left out.
    #[must_use]
    pub fn version_counts(&self) -> BTreeMap<&str, VersionCounts> {
        self.counts_by(|scenario| Some(scenario.version.as_str()).filter(|version| !version.is_empty()))
    }

    /// How the scenarios ended, by the system that they are about.
    #[must_use]
    pub fn system_counts(&self) -> BTreeMap<System, VersionCounts> {
        self.counts_by(|scenario| Some(scenario.system))
    }

    fn counts_by<'a, K: Ord>(
        &'a self,
        key: impl Fn(&'a ScenarioRef) -> Option<K>,
    ) -> BTreeMap<K, VersionCounts> {
        let deviations = self.deviations();
        let mut all: BTreeMap<K, VersionCounts> = BTreeMap::new();
        for finished in &self.scenarios {
            let Some(key) = key(&finished.scenario) else { continue };
            let counts = all.entry(key).or_default();
            counts.scenarios += 1;
            match &finished.outcome {
                Outcome::Passed | Outcome::Warned => counts.passed += 1,
                Outcome::NotTested(_) => counts.not_tested += 1,
                _ if deviations.of_scenario(finished).is_some() => counts.passed += 1,
                Outcome::Failed | Outcome::Vacuous | Outcome::Error(_) => counts.failed += 1,
            }
        }
        all
    }

    /// Everything that failed in the harness, inside scenarios and outside.
    #[must_use]
    pub fn all_faults(&self) -> Vec<String> {
        let in_scenarios = self.scenarios.iter().filter_map(|finished| match &finished.outcome {
            Outcome::Error(fault) => Some(format!("{}: {fault}", finished.scenario.id)),
            _ => None,
        });
        self.faults.iter().cloned().chain(in_scenarios).collect()
    }

    /// However long a run lasts, what is kept of its seconds stays within bounds.
    fn note_second(&mut self, second: &LoadSecond) {
        self.seconds.push(second.clone());
        if self.seconds.len() > MOST_SECONDS {
            self.seconds = halved(std::mem::take(&mut self.seconds));
        }
    }

    /// A search carries out its scenario at one rate after another; what is reported is the last one.
    fn begin_load(&mut self, plan: &LoadStarted) {
        self.seconds.retain(|second| second.scenario != plan.scenario);
        self.plans.push(plan.clone());
    }

    /// Parts of a run may each send the registry; an ID counts once.
    fn register(&mut self, requirements: &[RegisteredRequirement]) {
        let mut known: HashSet<String> = self.registry.iter().map(|known| known.id.clone()).collect();
        for requirement in requirements {
            if known.insert(requirement.id.clone()) {
                self.registry.push(requirement.clone());
            }
        }
    }

    fn check(&mut self, checked: &Checked) {
        self.checks += 1;
        if !checked.held {
            self.broken.push(checked.clone());
            return;
        }
        let held = self.held.entry(checked.scenario.clone()).or_default();
        for requirement in &checked.requirements {
            if !held.contains(requirement) {
                held.insert(requirement.clone());
            }
        }
    }

    fn read(&mut self, seen: &ReadingSeen) {
        let reading = self.readings.entry(seen.decision.clone()).or_default();
        if reading.requirement.is_empty() {
            reading.requirement.clone_from(&seen.requirement);
        }
        reading.by_version.entry(seen.version.clone()).or_default().insert(seen.value.clone());
        reading.values.entry(seen.value.clone()).or_insert_with(|| seen.scenario.clone());
    }
}

/// Folds the events of a run into a model that others can read at any time.
#[derive(Debug)]
pub struct ModelListener {
    model: Arc<Mutex<RunModel>>,
}

impl ModelListener {
    /// A listener, and the model that it fills.
    #[must_use]
    pub fn new() -> (Self, Arc<Mutex<RunModel>>) {
        let model = Arc::new(Mutex::new(RunModel::new()));
        (Self { model: Arc::clone(&model) }, model)
    }
}

impl Listener for ModelListener {
    fn hear(&mut self, stamped: &Stamped) {
        // A reader that panicked cannot have harmed the model: only this listener writes.
        self.model.lock().unwrap_or_else(PoisonError::into_inner).apply(stamped);
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::Events;
    use super::super::samples;
    use super::*;

    #[test]
    fn counts_scenarios_and_assertions() {
        let model = samples::failing_run();
        let counts = model.scenario_counts();
        assert_eq!((counts.passed, counts.failed, counts.warned, counts.not_tested), (1, 1, 1, 2));
        assert_eq!(counts.conclusive(), 3);
        assert_eq!(model.checks, 5);
        assert_eq!(model.broken.len(), 2);
    }

    #[test]
    fn a_requirement_registered_twice_counts_once() {
        let mut model = samples::failing_run();
        let before = model.registry.len();
        model.apply(&samples::stamped(Event::Registry(samples::registry())));
        assert_eq!(model.registry.len(), before);
    }

    #[test]
    fn a_wavering_reading_keeps_every_value() {
        let mut model = RunModel::new();
        for value in ["200", "403", "200"] {
            model.apply(&samples::stamped(samples::reading("session.denied.http", value)));
        }
        let reading = &model.readings["session.denied.http"];
        assert!(!reading.consistent());
        assert_eq!(reading.text(), "200, 403");
    }

    #[test]
    fn the_listener_fills_the_shared_model() {
        let (listener, model) = ModelListener::new();
        let events = Events::new(vec![Box::new(listener)]);
        events.send(Event::Note("one site for every scenario".to_owned()));
        events.send(Event::Interrupted);
        let model = model.lock().unwrap();
        assert_eq!(model.notes, ["one site for every scenario"]);
        assert!(model.interrupted);
    }
}
