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

/// What only sessions reveal is looked for there first.
const OF_SESSIONS: [&str; 3] = ["load.refund", "load.session", "load.heartbeat"];

/// The same for license servers.
const LICENSE_SCENARIOS: [&str; 2] = ["cmapi-checkout", "cmapi-last-license"];

/// Requests a second, few enough for an unoptimised build.
const RATE: f64 = 800.0;

/// The decision point that only a comparison of users with strangers tells.
const OF_USERS: &str = "load.license_accounts";

/// And the one that only a race for the last license tells.
const OF_RACES: (&str, &str) = ("load.licenses", "granted-twice");

/// How long a load takes, and how long where the comparison of users comes after it.
const DURATION: Duration = Duration::from_secs(2);
const SHORT: Duration = Duration::from_secs(1);

/// A race may not come about in one load, so that a mutant that lives is tried again.
const ATTEMPTS: usize = 3;

/// An invariant that broke.
struct Broken {
    trial: Trial,
    invariant: Invariant,
}

impl Broken {
    fn name(&self) -> String {
        format!("load {}: {}", self.trial.scenario, self.invariant.id)
    }

    /// Only an invariant that stands for one of the mutant's requirements counts.
    fn kills(&self, mutant: &Mutant) -> bool {
        self.invariant.requirements.iter().any(|id| mutant.requirements.contains(id))
    }
}

/// Whether a mutant is one that only load reveals.
pub(super) fn is_revealed_by_load(decision: &Decision) -> bool {
    decision.name.starts_with(ONLY_UNDER_LOAD)
}

/// A short load.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Trial {
    scenario: &'static str,
    /// Users are compared with strangers afterwards, which takes longer than the load.
    tries_users: bool,
}

impl Trial {
    /// The invariants that break in it.
    async fn run(self, profile: &Profile) -> Result<Vec<Broken>, ProveError> {
        let duration = if self.tries_users { SHORT } else { DURATION };
        let options = LoadOptions { rate: Some(RATE), duration: Some(duration), ..LoadOptions::default() };
        let (_never, stop) = watch::channel(false);
        let events = Events::new(Vec::new());
        let mut scenario = LoadScenario::embedded(self.scenario)?;
        if !self.tries_users {
            scenario = scenario.without_trying_users();
        }
        let report = load::run(profile, &scenario, &options, &events, None, stop).await?;
        let invariants = report.finished.invariants.into_iter();
        let broken = invariants.filter(|invariant| invariant.violations > 0);
        Ok(broken.map(|invariant| Broken { trial: self, invariant }).collect())
    }
}

/// The trials that reveal a mutant of a decision point, the likeliest first.
fn trials(decision: &Decision, mutant: &Mutant) -> [Trial; 2] {
    let [one_off, sessions] = SCENARIOS;
    let [checkouts, races] = LICENSE_SCENARIOS;
    let scenarios = match decision.name.as_str() {
        name if (name, mutant.value.as_str()) == OF_RACES => [races, checkouts],
        name if name.starts_with(OF_LICENSES) => LICENSE_SCENARIOS,
        name if OF_SESSIONS.contains(&name) => [sessions, one_off],
        _ => SCENARIOS,
    };
    scenarios.map(|scenario| Trial { scenario, tries_users: decision.name == OF_USERS })
}

/// Proves mutants by load, one after the other.
pub(super) struct LoadProof<'a> {
    /// The unchanged target.
    unchanged: &'a Profile,
    /// Trials in which no invariant breaks on it.
    green: Vec<Trial>,
}

impl<'a> LoadProof<'a> {
    /// Nothing is known yet of this target.
    pub(super) const fn new(unchanged: &'a Profile) -> Self {
        Self { unchanged, green: Vec::new() }
    }

    /// Tries to kill a mutant. What breaks in a scenario says something about the mutant only if nothing breaks in it on
    /// the unchanged target, which is asked once for each scenario, and only when a kill stands on it.
    pub(super) async fn of(
        &mut self,
        decision: &Decision,
        mutant: &Mutant,
    ) -> Result<MutantResult, ProveError> {
        let changed = self.unchanged.clone().with_policy(&decision.name, &mutant.value);
        let (result, killed_in) = try_mutant(&changed, decision, mutant).await?;
        for trial in killed_in {
            if !self.green.contains(&trial) {
                require_green(self.unchanged, trial).await?;
                self.green.push(trial);
            }
        }
        Ok(result)
    }
}

/// Requires that no invariant breaks on the unchanged target in a trial.
async fn require_green(profile: &Profile, trial: Trial) -> Result<(), ProveError> {
    let Some(broken) = trial.run(profile).await?.into_iter().next() else { return Ok(()) };
    let example = broken.invariant.examples.first().map_or("", String::as_str);
    Err(ProveError::NotGreen(format!("{}: {example}", broken.name())))
}

/// Each trial runs when those before it have not killed the mutant. Returns those that killed it, too.
async fn try_mutant(
    changed: &Profile,
    decision: &Decision,
    mutant: &Mutant,
) -> Result<(MutantResult, Vec<Trial>), ProveError> {
    let mut seen = Vec::new();
    for trial in std::iter::repeat_n(trials(decision, mutant), ATTEMPTS).flatten() {
        seen.extend(trial.run(changed).await?);
        if judge(decision, mutant, &seen).outcome == MutantOutcome::Killed {
            break;
        }
    }
    let killed_in = seen.iter().filter(|broken| broken.kills(mutant)).map(|broken| broken.trial).collect();
    Ok((judge(decision, mutant, &seen), killed_in))
}

fn judge(decision: &Decision, mutant: &Mutant, seen: &[Broken]) -> MutantResult {
    let by: Vec<String> = seen.iter().filter(|broken| broken.kills(mutant)).map(Broken::name).collect();
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
            trial: Trial { scenario: "steady-access", tries_users: false },
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
