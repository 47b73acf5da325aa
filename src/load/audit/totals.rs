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
        self.operations += 1;
        match &entry.fate {
            Fate::Answered(_) => self.answered += 1,
            Fate::Lost { deliberate: false, why } => {
                self.losses += 1;
                if self.reasons.len() < REASONS {
                    self.first.get_or_insert_with(|| why.clone());
                    self.reasons.insert(why.clone());
                }
            }
            Fate::Lost { .. } | Fate::Wrong { .. } => {}
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
