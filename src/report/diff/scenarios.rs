//! Scenarios of two runs, matched by file and name: lines move whenever somebody edits the file.

use std::collections::{BTreeMap, HashMap};

use super::changes::{AssertionsLost, CountChange, OutcomeChange, ScenarioSeen};
use crate::report::events::{Outcome, ScenarioFinished};
use crate::report::expected::Deviations;
use crate::report::recorded::{Asserted, Recorded};
use crate::report::scenario::without_version;

/// File, name, and which of those with the same name: the examples of an outline may share one.
type Key<'a> = (&'a str, &'a str, usize);

/// What differs between the scenarios of two runs.
#[derive(Default)]
pub(super) struct Scenarios {
    pub(super) added: Vec<ScenarioSeen>,
    pub(super) lost: Vec<ScenarioSeen>,
    pub(super) changed: Vec<OutcomeChange>,
    pub(super) assertions_lost: Vec<AssertionsLost>,
}

impl Scenarios {
    pub(super) fn compare(before: &Recorded, after: &Recorded) -> Self {
        let (was, is) = (keyed(before), keyed(after));
        let (expected_before, expected_after) = (before.model.deviations(), after.model.deviations());
        let mut result = Self::default();
        for (key, first) in &was {
            let outcome = word(first, &expected_before);
            match is.get(key) {
                None => result.lost.push(seen(first, outcome, true)),
                Some(second) => {
                    let now = word(second, &expected_after);
                    result.changed.extend(change(second, outcome, now));
                    if comparable(outcome) && comparable(now) {
                        result.assertions_lost.extend(lost(before, first, after, second));
                    }
                }
            }
        }
        for (_, second) in is.iter().filter(|(key, _)| !was.contains_key(*key)) {
            let outcome = word(second, &expected_after);
            result.added.push(seen(second, outcome, is_bad(outcome)));
        }
        result
    }
}

fn keyed(recorded: &Recorded) -> BTreeMap<Key<'_>, &ScenarioFinished> {
    // Scenarios end in any order; the lines say which of equal names comes first.
    let place = |finished: &&ScenarioFinished| {
        let (file, line) = split(&finished.scenario.id);
        (file.to_owned(), line)
    };
    let mut all: Vec<&ScenarioFinished> = recorded.model.scenarios.iter().collect();
    all.sort_by_key(place);
    let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
    all.into_iter()
        .map(|finished| {
            let (file, name) = (split(&finished.scenario.id).0, finished.scenario.name.as_str());
            let nth = counts.entry((file, name)).and_modify(|count| *count += 1).or_insert(0);
            ((file, name, *nth), finished)
        })
        .collect()
}

fn split(id: &str) -> (&str, u64) {
    let place = without_version(id);
    place.rsplit_once(':').map_or((place, 0), |(file, line)| (file, line.parse().unwrap_or(0)))
}

fn word(finished: &ScenarioFinished, deviations: &Deviations<'_>) -> &'static str {
    match &finished.outcome {
        _ if deviations.of_scenario(finished).is_some() => "expected",
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Warned => "warned",
        Outcome::NotTested(_) => "not-tested",
        Outcome::Vacuous => "vacuous",
        Outcome::Error(_) => "error",
    }
}

fn is_bad(outcome: &str) -> bool {
    matches!(outcome, "failed" | "vacuous" | "error")
}

/// A scenario that failed stopped early, so that only those that came through can be compared.
fn comparable(outcome: &str) -> bool {
    matches!(outcome, "passed" | "warned")
}

fn seen(finished: &ScenarioFinished, outcome: &'static str, regression: bool) -> ScenarioSeen {
    let scenario = &finished.scenario;
    ScenarioSeen { id: scenario.id.clone(), name: scenario.name.clone(), outcome, regression }
}

fn change(finished: &ScenarioFinished, before: &'static str, after: &'static str) -> Option<OutcomeChange> {
    let reason = match &finished.outcome {
        Outcome::NotTested(reason) | Outcome::Error(reason) => Some(reason.clone()),
        _ => None,
    };
    (before != after).then(|| OutcomeChange {
        id: finished.scenario.id.clone(),
        name: finished.scenario.name.clone(),
        before,
        after,
        reason,
        regression: (is_bad(after) && !is_bad(before)) || after == "not-tested",
    })
}

fn lost(
    before: &Recorded,
    first: &ScenarioFinished,
    after: &Recorded,
    second: &ScenarioFinished,
) -> Option<AssertionsLost> {
    let none = Asserted::default();
    let was = before.asserted.get(&first.scenario.id).unwrap_or(&none);
    let is = after.asserted.get(&second.scenario.id).unwrap_or(&none);
    let requirements = fallen(&was.by_requirement, &is.by_requirement);
    if was.total <= is.total && requirements.is_empty() {
        // A step with another text and as many assertions is no loss.
        return None;
    }
    Some(AssertionsLost {
        id: second.scenario.id.clone(),
        name: second.scenario.name.clone(),
        before: was.total,
        after: is.total,
        requirements,
        steps: fallen(&was.by_step, &is.by_step),
    })
}

fn fallen(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> Vec<CountChange> {
    let change = |(name, before): (&String, &u64)| CountChange {
        name: name.clone(),
        before: *before,
        after: after.get(name).copied().unwrap_or(0),
    };
    before.iter().map(change).filter(|change| change.after < change.before).collect()
}
