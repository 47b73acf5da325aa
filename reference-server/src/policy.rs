//! The table of decision points: which readings and mutants exist, and how a site's policy picks among them.

use std::collections::BTreeMap;

use crate::domain::Rules;
use crate::domain::readings::{self, Reading};
use crate::mutants::{self, Mutant};

/// One decision point with its legal and illegal values.
#[derive(Clone, Debug)]
pub struct DecisionPoint {
    /// Name, for example `session.denied.http`.
    pub name: &'static str,
    /// The requirement that leaves it open, or that its mutants break.
    pub requirement: &'static str,
    /// Legal values, the default first.
    pub readings: Vec<&'static str>,
    /// Single faults.
    pub mutants: Vec<&'static Mutant>,
}

/// Why a policy cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No such decision point.
    #[error("there is no decision point `{0}`; GET /policy lists them all")]
    UnknownDecision(String),
    /// The decision point has no such value.
    #[error("the decision point `{decision}` has no value `{value}`; it knows {known}")]
    UnknownValue {
        /// The decision point.
        decision: String,
        /// The value asked for.
        value: String,
        /// The values that exist.
        known: String,
    },
}

/// Every decision point, by name.
#[must_use]
pub fn decisions() -> Vec<DecisionPoint> {
    let mut points: BTreeMap<&'static str, DecisionPoint> = BTreeMap::new();
    for reading in readings::all() {
        let point = points.entry(reading.decision).or_insert_with(|| DecisionPoint {
            name: reading.decision,
            requirement: reading.requirement,
            readings: vec![reading.default],
            mutants: Vec::new(),
        });
        point.readings.push(reading.value);
    }
    for mutant in mutants::all() {
        let point = points.entry(mutant.decision).or_insert_with(|| DecisionPoint {
            name: mutant.decision,
            requirement: mutant.requirements.first().copied().unwrap_or_default(),
            readings: vec!["as-documented"],
            mutants: Vec::new(),
        });
        point.mutants.push(mutant);
    }
    points.into_values().collect()
}

/// The rules under a policy.
///
/// # Errors
/// When it names a decision point or a value that does not exist.
pub fn rules(policy: &BTreeMap<String, String>) -> Result<Rules, PolicyError> {
    let mut rules = Rules::default();
    for (decision, value) in policy {
        apply(&mut rules, decision, value)?;
    }
    Ok(rules)
}

fn apply(rules: &mut Rules, decision: &str, value: &str) -> Result<(), PolicyError> {
    let named = |reading: &&Reading| reading.decision == decision && reading.value == value;
    if let Some(reading) = readings::all().find(named) {
        (reading.set)(rules);
        return Ok(());
    }
    if let Some(mutant) = mutants::all().find(|mutant| mutant.decision == decision && mutant.value == value) {
        (mutant.set)(rules);
        return Ok(());
    }
    let points = decisions();
    let Some(point) = points.iter().find(|point| point.name == decision) else {
        return Err(PolicyError::UnknownDecision(decision.to_owned()));
    };
    if point.readings.first() == Some(&value) {
        return Ok(());
    }
    let known: Vec<&str> =
        point.readings.iter().copied().chain(point.mutants.iter().map(|mutant| mutant.value)).collect();
    Err(PolicyError::UnknownValue {
        decision: decision.to_owned(),
        value: value.to_owned(),
        known: known.join(", "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_enough_of_both_kinds() {
        let points = decisions();
        assert!(points.iter().filter(|point| point.readings.len() > 1).count() >= 12);
        assert!(points.iter().map(|point| point.mutants.len()).sum::<usize>() >= 24);
    }

    #[test]
    fn no_value_is_declared_twice() {
        for point in decisions() {
            let mut values: Vec<&str> = point.readings.clone();
            values.extend(point.mutants.iter().map(|mutant| mutant.value));
            let count = values.len();
            values.sort_unstable();
            values.dedup();
            assert_eq!(values.len(), count, "{}", point.name);
        }
    }

    #[test]
    fn unknown_names_are_told_apart() {
        let policy = |decision: &str, value: &str| BTreeMap::from([(decision.to_owned(), value.to_owned())]);
        assert!(rules(&policy("session.denied.http", "200")).is_ok());
        assert!(matches!(rules(&policy("nonsense", "x")), Err(PolicyError::UnknownDecision(_))));
        assert!(matches!(
            rules(&policy("session.denied.http", "418")),
            Err(PolicyError::UnknownValue { .. })
        ));
    }
}
