//! Which requirements the run proved, which it found broken, and which it did not touch, with the reason.
//!
//! A tag proves its requirement only if the scenario came through. Where the scenario failed on something else
//! before an assertion spoke for the requirement, it counts as not tested, and the reason says so.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::events::{Level, Outcome, RegisteredRequirement, ScenarioFinished, ScenarioRef, Severity};
use super::model::RunModel;

/// What the run says about one requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoverageStatus {
    /// Tested, and nothing contradicts it.
    Passed,
    /// A check that speaks for it failed.
    Failed,
    /// A check that speaks for it failed, as a declared deviation expects.
    Expected,
    /// An assertion below a MUST that speaks for it did not hold.
    Warned,
    /// Not tested, with the reason.
    NotTested(String),
}

impl CoverageStatus {
    /// The status in one word, for tables.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Expected => "expected",
            Self::Warned => "warned",
            Self::NotTested(_) => "not tested",
        }
    }
}

/// One registered requirement and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct RequirementCoverage {
    /// The requirement.
    pub requirement: RegisteredRequirement,
    /// What became of it.
    pub status: CoverageStatus,
    /// The scenarios that name it.
    pub scenarios: Vec<ScenarioRef>,
}

/// One reason for which something was not tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotTested {
    /// The reason.
    pub reason: String,
    /// How many scenarios it kept from running to their end.
    pub scenarios: u64,
    /// How many requirements it left untested.
    pub requirements: u64,
}

/// What the run says about every registered requirement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// Every registered requirement, in the order of the registry.
    pub requirements: Vec<RequirementCoverage>,
    /// Every requirement ID that a failing check names, sorted; registered or not.
    pub failed: Vec<String>,
    /// Every requirement ID that fails only as declared deviations expect, sorted.
    pub expected: Vec<String>,
    /// Why scenarios and requirements were not tested; the reason that cost most comes first.
    pub not_tested: Vec<NotTested>,
}

impl Coverage {
    /// How many requirements exist.
    #[must_use]
    pub fn registered(&self) -> usize {
        self.requirements.len()
    }

    /// How many of them are a MUST.
    #[must_use]
    pub fn must(&self) -> usize {
        self.requirements.iter().filter(|entry| entry.requirement.level == Level::Must).count()
    }

    /// How many were tested, whatever came of it.
    #[must_use]
    pub fn tested(&self) -> usize {
        self.registered() - self.untested()
    }

    /// How many were tested and did not fail.
    #[must_use]
    pub fn passed(&self) -> usize {
        let good =
            |status: &CoverageStatus| matches!(status, CoverageStatus::Passed | CoverageStatus::Warned);
        self.requirements.iter().filter(|entry| good(&entry.status)).count()
    }

    /// How many were not tested.
    #[must_use]
    pub fn untested(&self) -> usize {
        let untested = |status: &CoverageStatus| matches!(status, CoverageStatus::NotTested(_));
        self.requirements.iter().filter(|entry| untested(&entry.status)).count()
    }
}

impl RunModel {
    /// What the run says about every registered requirement.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let evidence = Evidence::of(self);
        let requirements: Vec<RequirementCoverage> = self
            .registry
            .iter()
            .map(|requirement| RequirementCoverage {
                requirement: requirement.clone(),
                status: evidence.status(&requirement.id),
                scenarios: evidence.scenarios(&requirement.id),
            })
            .collect();
        let not_tested = group_reasons(self, &requirements);
        let owned = |ids: &BTreeSet<&str>| ids.iter().map(|&id| id.to_owned()).collect();
        let (failed, expected) = (owned(&evidence.failed), owned(&evidence.expected));
        Coverage { requirements, failed, expected, not_tested }
    }
}

/// Everything that speaks for or against requirements, by ID.
struct Evidence<'a> {
    model: &'a RunModel,
    by_requirement: HashMap<&'a str, Vec<&'a ScenarioFinished>>,
    failed: BTreeSet<&'a str>,
    expected: BTreeSet<&'a str>,
    doubted: BTreeSet<&'a str>,
}

impl<'a> Evidence<'a> {
    fn of(model: &'a RunModel) -> Self {
        let mut by_requirement: HashMap<&str, Vec<&ScenarioFinished>> = HashMap::new();
        for finished in &model.scenarios {
            for id in &finished.scenario.requirements {
                by_requirement.entry(id.as_str()).or_default().push(finished);
            }
        }
        let Against { failed, mut expected, doubted } = against(model);
        expected.retain(|id| !failed.contains(id));
        Self { model, by_requirement, failed, expected, doubted }
    }

    fn naming(&self, id: &str) -> &[&'a ScenarioFinished] {
        self.by_requirement.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    fn scenarios(&self, id: &str) -> Vec<ScenarioRef> {
        self.naming(id).iter().map(|finished| finished.scenario.clone()).collect()
    }

    fn status(&self, id: &str) -> CoverageStatus {
        if self.failed.contains(id) {
            return CoverageStatus::Failed;
        }
        if self.expected.contains(id) {
            return CoverageStatus::Expected;
        }
        if self.doubted.contains(id) {
            return CoverageStatus::Warned;
        }
        if self.naming(id).iter().any(|finished| self.speaks_for(finished, id)) {
            return CoverageStatus::Passed;
        }
        CoverageStatus::NotTested(self.reason(id))
    }

    /// Whether this scenario is evidence for the requirement: one of its assertions spoke for it and held. A tag
    /// alone proves nothing, and a scenario that failed on something else still proves what it saw before.
    fn speaks_for(&self, finished: &ScenarioFinished, id: &str) -> bool {
        match finished.outcome {
            Outcome::Passed | Outcome::Warned | Outcome::Failed => {
                self.model.showed(&finished.scenario.id, id)
            }
            Outcome::NotTested(_) | Outcome::Vacuous | Outcome::Error(_) => false,
        }
    }

    fn reason(&self, id: &str) -> String {
        let Some(finished) = self.naming(id).first() else {
            return self.reason_without_scenario().to_owned();
        };
        match &finished.outcome {
            Outcome::NotTested(reason) => reason.clone(),
            Outcome::Failed => "its scenario failed before an assertion spoke for it".to_owned(),
            Outcome::Vacuous => "its scenario asserted nothing".to_owned(),
            Outcome::Error(_) => "the harness failed in its scenario".to_owned(),
            Outcome::Passed | Outcome::Warned => "no assertion of its scenario spoke for it".to_owned(),
        }
    }

    fn reason_without_scenario(&self) -> &'static str {
        if !self.model.suite_ran() {
            return "the suite did not run";
        }
        if self.model.interrupted {
            return "no scenario that names it had ended when the run was ended";
        }
        if self.model.is_part() {
            "not in the part of the suite that was chosen"
        } else {
            "no scenario names it"
        }
    }
}

/// Requirement IDs that speak against the target, by how much that counts.
#[derive(Default)]
struct Against<'a> {
    failed: BTreeSet<&'a str>,
    expected: BTreeSet<&'a str>,
    doubted: BTreeSet<&'a str>,
}

/// Requirement IDs that failing checks name, those that only declared deviations name, and those that doubtful
/// checks name. A violated invariant is a failing check, and so is a usage rule of level E; the rule has to be
/// registered to count as a requirement.
fn against(model: &RunModel) -> Against<'_> {
    let deviations = model.deviations();
    let mut against = Against::default();
    for checked in &model.broken {
        let side = match (deviations.of_check(checked), checked.level) {
            (Some(_), _) => &mut against.expected,
            (None, Level::Must) => &mut against.failed,
            (None, _) => &mut against.doubted,
        };
        side.extend(checked.requirements.iter().map(String::as_str));
    }
    let invariants = model.loads.iter().flat_map(|load| &load.invariants);
    for invariant in invariants.filter(|invariant| invariant.violations > 0) {
        let expected = deviations.of_invariant(invariant).is_some();
        let side = if expected { &mut against.expected } else { &mut against.failed };
        side.extend(invariant.requirements.iter().map(String::as_str));
    }
    let registered: BTreeSet<&str> =
        model.registry.iter().map(|requirement| requirement.id.as_str()).collect();
    let findings = model.usage.iter().flat_map(|usage| &usage.findings);
    for finding in findings.filter(|finding| finding.count > 0 && registered.contains(finding.rule.as_str()))
    {
        let expected = deviations.of_rule(&finding.rule).is_some();
        match finding.level {
            Severity::E | Severity::W if expected => against.expected.insert(finding.rule.as_str()),
            Severity::E => against.failed.insert(finding.rule.as_str()),
            Severity::W => against.doubted.insert(finding.rule.as_str()),
            Severity::I => false,
        };
    }
    against
}

fn group_reasons(model: &RunModel, requirements: &[RequirementCoverage]) -> Vec<NotTested> {
    let mut groups: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for finished in &model.scenarios {
        if let Outcome::NotTested(reason) = &finished.outcome {
            groups.entry(reason.as_str()).or_default().0 += 1;
        }
    }
    for entry in requirements {
        if let CoverageStatus::NotTested(reason) = &entry.status {
            groups.entry(reason.as_str()).or_default().1 += 1;
        }
    }
    let mut reasons: Vec<NotTested> = groups
        .into_iter()
        .map(|(reason, (scenarios, requirements))| NotTested {
            reason: reason.to_owned(),
            scenarios,
            requirements,
        })
        .collect();
    // The sort is stable, so equal counts stay in the order of their reasons.
    reasons.sort_by_key(|group| std::cmp::Reverse((group.scenarios, group.requirements)));
    reasons
}

#[cfg(test)]
mod tests {
    use super::super::events::{Event, SuiteOrdered};
    use super::super::samples::{self, fold, scenario};
    use super::*;

    fn status(model: &RunModel, id: &str) -> CoverageStatus {
        let coverage = model.coverage();
        coverage.requirements.into_iter().find(|entry| entry.requirement.id == id).unwrap().status
    }

    #[test]
    fn every_requirement_counts_once() {
        let coverage = samples::failing_run().coverage();
        assert_eq!((coverage.registered(), coverage.must()), (6, 4));
        assert_eq!((coverage.tested(), coverage.passed(), coverage.untested()), (3, 2, 3));
        assert_eq!(coverage.failed, ["DM-CHG-011"]);
    }

    #[test]
    fn a_tag_alone_proves_nothing_once_the_scenario_failed() {
        let id = "client/a.feature:3";
        let tags = ["DM-ACC-010", "DM-ACC-012", "DM-CHG-011"];
        let model = fold(vec![
            Event::Registry(samples::registry()),
            Event::ConformanceStarted(1),
            samples::held(id, &["DM-ACC-010"]),
            samples::broken(id, &["DM-CHG-011"], Level::Must),
            scenario(id, &tags, Outcome::Failed),
        ]);
        assert_eq!(status(&model, "DM-ACC-010"), CoverageStatus::Passed);
        assert_eq!(status(&model, "DM-CHG-011"), CoverageStatus::Failed);
        let reason = "its scenario failed before an assertion spoke for it".to_owned();
        assert_eq!(status(&model, "DM-ACC-012"), CoverageStatus::NotTested(reason));
    }

    #[test]
    fn a_tag_for_which_no_assertion_spoke_is_not_tested() {
        let id = "client/a.feature:3";
        let model = fold(vec![
            Event::Registry(samples::registry()),
            Event::ConformanceStarted(1),
            samples::held(id, &["DM-ACC-010"]),
            scenario(id, &["DM-ACC-010", "DM-ACC-012"], Outcome::Passed),
        ]);
        assert_eq!(status(&model, "DM-ACC-010"), CoverageStatus::Passed);
        let reason = "no assertion of its scenario spoke for it".to_owned();
        assert_eq!(status(&model, "DM-ACC-012"), CoverageStatus::NotTested(reason));
    }

    #[test]
    fn violated_invariants_and_usage_errors_fail_their_requirements() {
        let mut load = samples::load(super::super::events::Measurement::Valid);
        load.invariants[0].violations = 3;
        let model = fold(vec![
            Event::Registry(samples::registry()),
            Event::LoadFinished(load),
            Event::UsageChecked(samples::usage(10, Severity::E, 2)),
        ]);
        assert_eq!(model.coverage().failed, ["DM-CHG-011", "WH-USAGE-055"]);
    }

    #[test]
    fn reasons_are_grouped_and_the_costliest_comes_first() {
        let left_out = |line: u32, reason: &str| {
            scenario(
                &format!("client/a.feature:{line}"),
                &["DM-SES-053"],
                Outcome::NotTested(reason.to_owned()),
            )
        };
        let model = fold(vec![
            Event::Registry(samples::registry()),
            left_out(1, "a reason"),
            left_out(2, "no clock"),
            left_out(3, "no clock"),
        ]);
        let groups = model.coverage().not_tested;
        let counts: Vec<_> = groups.iter().map(|group| (group.reason.as_str(), group.scenarios)).collect();
        assert_eq!(counts, [("no clock", 2), ("a reason", 1), ("no scenario names it", 0)]);
        assert_eq!(groups.iter().map(|group| group.requirements).sum::<u64>(), 6);
    }

    #[test]
    fn a_part_of_the_suite_does_not_blame_the_suite() {
        let part = SuiteOrdered { seed: None, concurrency: 1, part: true };
        let model = fold(vec![
            Event::Registry(samples::registry()),
            Event::SuiteOrdered(part),
            Event::ConformanceStarted(9),
        ]);
        let groups = model.coverage().not_tested;
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].reason, "not in the part of the suite that was chosen");
    }

    #[test]
    fn an_interrupted_run_gives_that_as_the_reason() {
        let model = fold(vec![
            Event::Registry(samples::registry()),
            Event::ConformanceStarted(9),
            Event::Interrupted,
        ]);
        let groups = model.coverage().not_tested;
        assert_eq!(groups.len(), 1);
        assert!(groups[0].reason.contains("when the run was ended"));
    }
}
