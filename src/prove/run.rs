//! Runs the suite once for each reading and each mutant.

use std::collections::{BTreeSet, HashSet};
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::watch;

use super::collect::{Collector, Seen};
use super::error::ProveError;
use super::load;
use super::matrix::{MutantOutcome, MutantResult, ProveReport, ReadingResult};
use crate::conformance::{self, Selection, Suite};
use crate::report::events::{Events, Level, System};
use crate::spec::Registry;
use crate::target::{Client, ControlClient, Decision, Mutant, Profile};

/// Runs of the suite at a time. Harness and server take turns in one run, so that two of them keep two cores busy.
const AT_ONCE: usize = 2;

type Readings<'a> = Vec<(&'a Decision, &'a str)>;
type Mutants<'a> = Vec<(&'a Decision, &'a Mutant)>;

/// Which mutants and readings to prove; all when both are empty.
#[derive(Clone, Debug, Default)]
pub struct ProveFilter {
    /// Mutants by `decision=value`, value or decision.
    pub mutants: Vec<String>,
    /// Readings by `decision=value`.
    pub readings: Vec<String>,
}

impl ProveFilter {
    fn mutant(&self, decision: &str, value: &str) -> bool {
        let name = format!("{decision}={value}");
        let named = |asked: &String| *asked == name || asked == value || asked == decision;
        self.everything() || self.mutants.iter().any(named)
    }

    fn reading(&self, decision: &str, value: &str) -> bool {
        let name = format!("{decision}={value}");
        self.everything() || self.readings.contains(&name)
    }

    const fn everything(&self) -> bool {
        self.mutants.is_empty() && self.readings.is_empty()
    }
}

/// Shows how far a proof has come.
pub struct Progress(indicatif::ProgressBar);

impl Progress {
    /// A bar on a terminal, nothing in a pipe.
    #[must_use]
    pub fn to_standard_error() -> Self {
        let bar = if std::io::stderr().is_terminal() {
            indicatif::ProgressBar::new(0)
        } else {
            indicatif::ProgressBar::hidden()
        };
        Self(bar)
    }

    fn next(&self, name: &str) {
        self.0.inc(1);
        self.0.set_message(name.to_owned());
    }
}

/// Proves the suite against a target that offers decision points, and load against a target that is meant for it.
///
/// # Errors
/// When the target offers none, the suite cannot run, or the unchanged target does not pass.
pub async fn run(
    (profile, loaded): (&Profile, &Profile),
    registry: Arc<Registry>,
    suite: &Suite,
    filter: &ProveFilter,
    progress: Progress,
) -> Result<ProveReport, ProveError> {
    let control = profile.control.as_ref().ok_or(ProveError::NoControl)?;
    let client = Client::new(Duration::from_secs(10))?;
    let decisions = ControlClient::new(client, &control.base, control.token.expose())
        .policy()
        .await
        .map_err(ProveError::Control)?;
    let mutants = chosen_mutants(&decisions, filter);
    let readings = chosen_readings(&decisions, filter);
    if mutants.is_empty() && readings.is_empty() {
        let names = [filter.mutants.as_slice(), filter.readings.as_slice()].concat().join(", ");
        return Err(ProveError::NothingSelected { names });
    }
    progress.0.set_length((mutants.len() + readings.len() + 1) as u64);
    progress.next("the unchanged target");
    let (under_load, in_suite): (Vec<_>, Vec<_>) =
        mutants.into_iter().partition(|(decision, _)| load::is_revealed_by_load(decision));
    // A load run mostly waits for its schedule, which leaves the machine to the suite.
    let (by_load, (readings, by_suite)) = tokio::try_join!(
        prove_under_load(loaded, under_load, &progress),
        prove_in_suite(profile, &registry, suite, (readings, in_suite), &progress)
    )?;
    progress.0.finish_and_clear();
    Ok(ProveReport { readings, mutants: [by_load, by_suite].concat() })
}

/// One after the other: there is one load run at a time in a process.
async fn prove_under_load(
    loaded: &Profile,
    mutants: Mutants<'_>,
    progress: &Progress,
) -> Result<Vec<MutantResult>, ProveError> {
    let mut proof = load::LoadProof::new(loaded);
    let mut results = Vec::new();
    for (decision, mutant) in mutants {
        results.push(proof.of(decision, mutant).await?);
        progress.next(&format!("{}={}", decision.name, mutant.value));
    }
    Ok(results)
}

async fn prove_in_suite(
    profile: &Profile,
    registry: &Arc<Registry>,
    suite: &Suite,
    (readings, mutants): (Readings<'_>, Mutants<'_>),
    progress: &Progress,
) -> Result<(Vec<ReadingResult>, Vec<MutantResult>), ProveError> {
    if readings.is_empty() && mutants.is_empty() {
        return Ok(Default::default());
    }
    require_green(&run_once(profile, registry, suite).await?)?;
    let read = async |(decision, value): (&Decision, &str)| {
        let changed = profile.clone().with_policy(&decision.name, value);
        let part = part_for(decision, registry, suite);
        let seen = run_once(&changed, registry, &part).await?;
        progress.next(&format!("{}={value}", decision.name));
        Ok::<_, ProveError>(judge_reading(decision, value, &seen))
    };
    let tried = async |(decision, mutant): (&Decision, &Mutant)| {
        let changed = profile.clone().with_policy(&decision.name, &mutant.value);
        let result = try_mutant(&changed, registry, suite, decision, mutant).await?;
        progress.next(&format!("{}={}", decision.name, mutant.value));
        Ok::<_, ProveError>(result)
    };
    let readings = stream::iter(readings).map(read).buffered(AT_ONCE).try_collect().await?;
    let mutants = stream::iter(mutants).map(tried).buffered(AT_ONCE).try_collect().await?;
    Ok((readings, mutants))
}

fn chosen_mutants<'a>(decisions: &'a [Decision], filter: &ProveFilter) -> Mutants<'a> {
    let all =
        decisions.iter().flat_map(|decision| decision.mutants.iter().map(move |mutant| (decision, mutant)));
    all.filter(|(decision, mutant)| filter.mutant(&decision.name, &mutant.value)).collect()
}

fn chosen_readings<'a>(decisions: &'a [Decision], filter: &ProveFilter) -> Readings<'a> {
    // The first reading is the default, which the unchanged target shows.
    let others = decisions
        .iter()
        .flat_map(|decision| decision.readings.iter().skip(1).map(move |value| (decision, value.as_str())));
    others.filter(|(decision, value)| filter.reading(&decision.name, value)).collect()
}

/// Tries to kill a mutant. Only a scenario that is about one of its requirements can, so that those run first; the
/// whole suite runs when they do not, and shows whether something else has noticed.
async fn try_mutant(
    changed: &Profile,
    registry: &Arc<Registry>,
    suite: &Suite,
    decision: &Decision,
    mutant: &Mutant,
) -> Result<MutantResult, ProveError> {
    let about = suite.about(&mutant.requirements);
    let inferred = suite.inferred();
    let level = registry.level(&mutant.requirements);
    // Most faults show in either version, so that the other one is only asked when the first has seen nothing.
    for part in [about.once(), about.clone()] {
        if part.is_empty() {
            continue;
        }
        let seen = run_once(changed, registry, &part).await?;
        let result = judge_mutant(decision, mutant, (level, &inferred), &seen);
        if result.outcome == MutantOutcome::Killed {
            return Ok(result);
        }
    }
    let seen = run_once(changed, registry, suite).await?;
    Ok(judge_mutant(decision, mutant, (level, &inferred), &seen))
}

/// The part of the suite that a reading has to pass: that of the system which leaves the choice. The two versions share
/// their rules, so that each scenario runs in one of them, the one that the decision is about, and all scenarios about
/// the decision in both.
fn part_for(decision: &Decision, registry: &Registry, suite: &Suite) -> Suite {
    let requirement = registry.get(&decision.requirement);
    let versions = requirement.map(|requirement| requirement.versions.as_slice()).unwrap_or_default();
    let version = versions.first().map_or("v1.0", String::as_str);
    let system = requirement.map_or(System::DynamicMonetization, |requirement| requirement.system);
    suite
        .of_system(system_of(&decision.name, system))
        .mainly_in(version, std::slice::from_ref(&decision.requirement))
}

/// The system that a decision point belongs to. A requirement on usage rows may leave a choice to the rows of one system,
/// which the name of the decision begins with then.
fn system_of(decision: &str, of_requirement: System) -> System {
    match decision.split('.').next() {
        Some("cmapi") => System::Cmapi,
        Some("data_access") => System::DataAccess,
        _ => of_requirement,
    }
}

async fn run_once(profile: &Profile, registry: &Arc<Registry>, suite: &Suite) -> Result<Seen, ProveError> {
    let collector = Collector::default();
    let events = Events::new(vec![Box::new(collector.clone())]);
    let (_never, stop) = watch::channel(false);
    conformance::run(profile, registry.clone(), suite, &Selection::default(), &events, stop).await?;
    Ok(collector.seen())
}

fn require_green(seen: &Seen) -> Result<(), ProveError> {
    match (seen.failed.keys().next(), seen.faults.first()) {
        (Some(scenario), _) => Err(ProveError::NotGreen(scenario.clone())),
        (None, Some(fault)) => Err(ProveError::NotGreen(fault.clone())),
        (None, None) => Ok(()),
    }
}

fn judge_reading(decision: &Decision, value: &str, seen: &Seen) -> ReadingResult {
    let mut rejected_by: Vec<String> = seen.failed.keys().cloned().collect();
    rejected_by.extend(seen.faults.iter().cloned());
    // A reading that no scenario saw was not accepted but overlooked.
    match seen.readings.get(&decision.name) {
        Some(read) if read.contains(value) => {}
        Some(read) => {
            let read: Vec<&str> = read.iter().map(String::as_str).collect();
            rejected_by.push(format!("a scenario that read it as {}", read.join(", ")));
        }
        None => rejected_by.push("the lack of a scenario that reads it".to_owned()),
    }
    ReadingResult { decision: decision.name.clone(), value: value.to_owned(), rejected_by }
}

/// A mutant that breaks a MUST has to fail a scenario. One that breaks nothing but what a document leaves to inference
/// is caught by a warning, because a warning is all that such a requirement can give; so is one that a scenario about the
/// inferred part of a requirement catches.
fn judge_mutant(
    decision: &Decision,
    mutant: &Mutant,
    (level, inferred): (Level, &HashSet<String>),
    seen: &Seen,
) -> MutantResult {
    // Only an assertion that names one of the mutant's requirements counts: a crash or a failure elsewhere would
    // kill it by accident.
    let by: BTreeSet<String> = seen
        .broken
        .iter()
        .filter(|checked| checked.level >= level || inferred.contains(&checked.scenario))
        .filter(|checked| checked.requirements.iter().any(|id| mutant.requirements.contains(id)))
        .map(|checked| checked.scenario.clone())
        .collect();
    let outcome = match (by.is_empty(), seen.faults.is_empty()) {
        (false, _) => MutantOutcome::Killed,
        (true, true) => MutantOutcome::Survived,
        (true, false) => MutantOutcome::Error,
    };
    MutantResult {
        name: format!("{}={}", decision.name, mutant.value),
        says: mutant.says.clone(),
        requirements: mutant.requirements.clone(),
        outcome,
        by: by.into_iter().collect(),
        elsewhere: seen.failed.keys().cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::events::Checked;

    fn judge(read: Option<&str>) -> ReadingResult {
        let decision = Decision {
            name: "oneoff.mixed.http".to_owned(),
            requirement: "DM-ACC-018".to_owned(),
            readings: vec!["200".to_owned(), "207".to_owned()],
            mutants: Vec::new(),
        };
        let mut seen = Seen::default();
        seen.readings.extend(read.map(|value| (decision.name.clone(), BTreeSet::from([value.to_owned()]))));
        judge_reading(&decision, "207", &seen)
    }

    #[test]
    fn a_reading_is_accepted_only_when_it_was_seen() {
        assert!(judge(Some("207")).rejected_by.is_empty());
        assert!(!judge(Some("200")).rejected_by.is_empty());
        assert!(!judge(None).rejected_by.is_empty());
    }

    #[test]
    fn a_decision_point_belongs_to_the_system_that_it_names() {
        let table = System::UsageTable;
        assert_eq!(system_of("cmapi.row.meter", table), System::Cmapi);
        assert_eq!(system_of("data_access.date_to", System::DataAccess), System::DataAccess);
        assert_eq!(system_of("usage.columns", table), table);
    }

    fn judged(required: Level, seen: Level) -> MutantOutcome {
        judged_with(&HashSet::new(), required, seen)
    }

    fn judged_with(inferred: &HashSet<String>, required: Level, seen: Level) -> MutantOutcome {
        let mutant = Mutant {
            value: "written-late".to_owned(),
            requirements: vec!["WH-USAGE-086".to_owned()],
            says: String::new(),
        };
        let decision = Decision {
            name: "rows.column".to_owned(),
            requirement: String::new(),
            readings: Vec::new(),
            mutants: Vec::new(),
        };
        let checked = Checked {
            scenario: "usage/columns.feature:1".to_owned(),
            step: String::new(),
            location: String::new(),
            requirements: mutant.requirements.clone(),
            level: seen,
            held: false,
            expected: String::new(),
            actual: String::new(),
            exchange: None,
        };
        let seen = Seen { broken: vec![checked], ..Seen::default() };
        judge_mutant(&decision, &mutant, (required, inferred), &seen).outcome
    }

    #[test]
    fn a_warning_kills_only_what_can_merely_warn() {
        assert_eq!(judged(Level::Should, Level::Should), MutantOutcome::Killed);
        assert_eq!(judged(Level::Must, Level::Should), MutantOutcome::Survived);
        assert_eq!(judged(Level::Must, Level::Must), MutantOutcome::Killed);
        let inferred = HashSet::from(["usage/columns.feature:1".to_owned()]);
        assert_eq!(judged_with(&inferred, Level::Must, Level::Should), MutantOutcome::Killed);
    }
}
