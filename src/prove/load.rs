//! Mutants that only load reveals: a short load on the changed target, in which an invariant must break that stands
//! for one of the mutant's requirements.

use std::time::Duration;

use tokio::sync::watch;

use super::error::ProveError;
use super::matrix::{MutantOutcome, MutantResult};
use crate::load::{self, LoadOptions, LoadScenario};
use crate::report::events::{Events, Invariant};
use crate::target::{Decision, Mutant, Profile};

/// Decision points of which the suite need not see anything, because one request after the other shows no fault.
const ONLY_UNDER_LOAD: &str = "load.";

/// Those of license servers among them.
const OF_LICENSES: &str = "load.license";

/// One-off requests and sessions, one after the other.
const SCENARIOS: [&str; 2] = ["steady-access", "session-heartbeats"];

/// The same for license servers.
const LICENSE_SCENARIOS: [&str; 2] = ["cmapi-checkout", "cmapi-last-license"];

/// Requests a second, few enough for an unoptimised build.
const RATE: f64 = 800.0;

/// Seconds.
const DURATION: Duration = Duration::from_secs(3);

/// A race may not come about in one load, so that a mutant that lives is tried again.
const ATTEMPTS: usize = 3;

/// An invariant that broke.
struct Broken {
    scenario: &'static str,
    invariant: Invariant,
}

impl Broken {
    fn name(&self) -> String {
        format!("load {}: {}", self.scenario, self.invariant.id)
    }
}

/// Whether a mutant is one that only load reveals.
pub(super) fn is_revealed_by_load(decision: &Decision) -> bool {
    decision.name.starts_with(ONLY_UNDER_LOAD)
}

/// The scenarios that reveal the mutants of a decision point.
fn scenarios(decision: &Decision) -> [&'static str; 2] {
    if decision.name.starts_with(OF_LICENSES) { LICENSE_SCENARIOS } else { SCENARIOS }
}

/// Proves mutants by load, one after the other.
pub(super) struct LoadProof<'a> {
    /// The unchanged target.
    unchanged: &'a Profile,
    /// Scenarios in which no invariant breaks on it.
    green: Vec<&'static str>,
}

impl<'a> LoadProof<'a> {
    /// Nothing is known yet of this target.
    pub(super) const fn new(unchanged: &'a Profile) -> Self {
        Self { unchanged, green: Vec::new() }
    }

    /// Tries to kill a mutant. What breaks in a scenario says something about the mutant only if nothing breaks in it on
    /// the unchanged target, which is asked once for each scenario, and only when it matters.
    pub(super) async fn of(
        &mut self,
        decision: &Decision,
        mutant: &Mutant,
    ) -> Result<MutantResult, ProveError> {
        let changed = self.unchanged.clone().with_policy(&decision.name, &mutant.value);
        let (result, broken_in) = try_mutant(&changed, decision, mutant).await?;
        for scenario in broken_in {
            if !self.green.contains(&scenario) {
                require_green(self.unchanged, scenario).await?;
                self.green.push(scenario);
            }
        }
        Ok(result)
    }
}

/// Requires that no invariant breaks on the unchanged target in a scenario.
async fn require_green(profile: &Profile, scenario: &'static str) -> Result<(), ProveError> {
    let Some(broken) = broken_under_load(profile, scenario).await?.into_iter().next() else { return Ok(()) };
    let example = broken.invariant.examples.first().map_or("", String::as_str);
    Err(ProveError::NotGreen(format!("{}: {example}", broken.name())))
}

/// Each scenario runs when those before it have not killed the mutant. Returns those in which something broke, too.
async fn try_mutant(
    changed: &Profile,
    decision: &Decision,
    mutant: &Mutant,
) -> Result<(MutantResult, Vec<&'static str>), ProveError> {
    let mut seen = Vec::new();
    let scenarios = scenarios(decision);
    for scenario in std::iter::repeat_n(scenarios, ATTEMPTS).flatten() {
        seen.extend(broken_under_load(changed, scenario).await?);
        if judge(decision, mutant, &seen).outcome == MutantOutcome::Killed {
            break;
        }
    }
    Ok((judge(decision, mutant, &seen), seen.iter().map(|broken| broken.scenario).collect()))
}

async fn broken_under_load(profile: &Profile, scenario: &'static str) -> Result<Vec<Broken>, ProveError> {
    let options = LoadOptions { rate: Some(RATE), duration: Some(DURATION), ..LoadOptions::default() };
    let (_never, stop) = watch::channel(false);
    let events = Events::new(Vec::new());
    let loaded = LoadScenario::embedded(scenario)?;
    let report = load::run(profile, &loaded, &options, &events, None, stop).await?;
    let invariants = report.finished.invariants.into_iter();
    let broken = invariants.filter(|invariant| invariant.violations > 0);
    Ok(broken.map(|invariant| Broken { scenario, invariant }).collect())
}

/// Only an invariant that stands for one of the mutant's requirements counts.
fn judge(decision: &Decision, mutant: &Mutant, seen: &[Broken]) -> MutantResult {
    let stands_for =
        |broken: &&Broken| broken.invariant.requirements.iter().any(|id| mutant.requirements.contains(id));
    let by: Vec<String> = seen.iter().filter(stands_for).map(Broken::name).collect();
    let outcome = if by.is_empty() { MutantOutcome::Survived } else { MutantOutcome::Killed };
    MutantResult {
        name: format!("{}={}", decision.name, mutant.value),
        says: mutant.says.clone(),
        requirements: mutant.requirements.clone(),
        outcome,
        by,
        elsewhere: seen.iter().map(Broken::name).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_invariant_that_stands_for_a_requirement_kills() {
        let decision = Decision {
            name: "load.rows".to_owned(),
            requirement: String::new(),
            readings: Vec::new(),
            mutants: Vec::new(),
        };
        assert!(is_revealed_by_load(&decision));
        let mutant = Mutant {
            value: "lost".to_owned(),
            requirements: vec!["WH-USAGE-067".to_owned()],
            says: String::new(),
        };
        let broken = |id: &str, requirement: &str| Broken {
            scenario: "steady-access",
            invariant: Invariant {
                id: id.to_owned(),
                exercised: 9,
                violations: 1,
                requirements: vec![requirement.to_owned()],
                examples: Vec::new(),
            },
        };
        let elsewhere = judge(&decision, &mutant, &[broken("running-total", "WH-USAGE-072")]);
        assert_eq!(elsewhere.outcome, MutantOutcome::Survived);
        assert_eq!(elsewhere.elsewhere, ["load steady-access: running-total"]);
        let killed = judge(&decision, &mutant, &[broken("one-set-of-rows", "WH-USAGE-067")]);
        assert_eq!(killed.by, ["load steady-access: one-set-of-rows"]);
    }
}
