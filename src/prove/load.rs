//! Mutants that only load reveals: a short load on the changed target, in which an invariant must break that stands
//! for one of the mutant's requirements.

use std::collections::BTreeSet;
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

/// Requires that no invariant breaks on the unchanged target in the scenarios of these decision points.
pub(super) async fn require_green<'a>(
    profile: &Profile,
    decisions: impl Iterator<Item = &'a Decision>,
) -> Result<(), ProveError> {
    let needed: BTreeSet<&str> = decisions.flat_map(scenarios).collect();
    for scenario in needed {
        if let Some(broken) = broken_under_load(profile, scenario).await?.first() {
            let example = broken.invariant.examples.first().map_or("", String::as_str);
            return Err(ProveError::NotGreen(format!("{}: {example}", broken.name())));
        }
    }
    Ok(())
}

/// Tries to kill a mutant; each scenario runs when those before it have not.
pub(super) async fn try_mutant(
    changed: &Profile,
    decision: &Decision,
    mutant: &Mutant,
) -> Result<MutantResult, ProveError> {
    let mut seen = Vec::new();
    let scenarios = scenarios(decision);
    for scenario in std::iter::repeat_n(scenarios, ATTEMPTS).flatten() {
        seen.extend(broken_under_load(changed, scenario).await?);
        let result = judge(decision, mutant, &seen);
        if result.outcome == MutantOutcome::Killed {
            return Ok(result);
        }
    }
    Ok(judge(decision, mutant, &seen))
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
