//! Scenarios about the inferred part of a requirement that is documented otherwise.
//!
//! A level belongs to a requirement, and one sentence may hold both: what a document states and what follows from it. Such
//! a scenario has a tag, and its assertions warn where the requirement alone would let them fail.

use std::collections::HashSet;

use super::suite::{Entry, Suite};

/// The tag.
const INFERRED: &str = "inferred";

impl Suite {
    /// The IDs of the scenarios that can only warn.
    #[must_use]
    pub fn inferred(&self) -> HashSet<String> {
        let is_inferred = |entry: &&Entry| entry.tags.iter().any(|tag| tag == INFERRED);
        self.entries().iter().filter(is_inferred).map(|entry| entry.scenario.id.clone()).collect()
    }
}
