//! How many operations there were, and how they ended.

use std::collections::BTreeSet;

use super::super::ledger::{Entry, Fate};

/// Reasons for losses that are told apart.
const REASONS: usize = 100;

/// Counts of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Operations that ended.
    pub operations: u64,
    /// Those of them with an answer that makes sense.
    pub answered: u64,
    /// Those without an answer although nobody hung up.
    pub losses: u64,
    first: Option<String>,
    reasons: BTreeSet<String>,
}

impl Totals {
    /// Counts an operation.
    pub fn enter(&mut self, entry: &Entry) {
        match &entry.fate {
            Fate::Answered(_) => self.answered(),
            Fate::Lost { deliberate, why } => self.lost(*deliberate, why),
            Fate::Wrong { .. } => self.wrong(),
        }
    }

    /// Counts an operation whose answer makes sense.
    pub fn answered(&mut self) {
        self.operations += 1;
        self.answered += 1;
    }

    /// Counts one whose answer makes none.
    pub fn wrong(&mut self) {
        self.operations += 1;
    }

    /// Counts one without an answer.
    pub fn lost(&mut self, deliberate: bool, why: &str) {
        self.operations += 1;
        if deliberate {
            return;
        }
        self.losses += 1;
        if self.reasons.len() < REASONS {
            self.first.get_or_insert_with(|| why.to_owned());
            self.reasons.insert(why.to_owned());
        }
    }

    /// What is to be said of the losses, if there are any.
    pub fn complaint(&self) -> Option<String> {
        let first = self.first.as_ref()?;
        Some(format!(
            "{} requests had no answer although the client did not hang up ({} reasons, first: {first})",
            self.losses,
            self.reasons.len()
        ))
    }
}
