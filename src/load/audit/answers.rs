//! Every answer makes sense.

use super::super::ledger::Fate;
use super::{Books, InvariantId, Tally};

/// Every answer can be read, and what it says is possible.
pub fn make_sense(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::AnswersMakeSense);
    for entry in books.entries {
        match &entry.fate {
            Fate::Answered(_) => tally.check(true, String::new),
            Fate::Wrong { why } => tally.check(false, || format!("operation {}: {why}", entry.number)),
            Fate::Lost { .. } => {}
        }
    }
    tally
}
