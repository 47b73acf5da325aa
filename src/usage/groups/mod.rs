//! Rules across rows. Each group keeps only what its rules still need, and forgets it when the group closes.
//!
//! | group | state | bound |
//! | --- | --- | --- |
//! | request | a line of numbers and hashes for each row | the 65,536 latest requests |
//! | session | last charges, refunds of one instant, charged line items | the 65,536 latest sessions |
//! | running total | rows that wait to be put in order | 131,072 rows in all, one number a line item |
//! | metered use | the last USED | one number for each feature and line item |
//!
//! Memory therefore grows with line items, not with rows. IDs are kept as 64-bit hashes; what a bound costs
//! is said where it is set, and it never turns a right row into an error.

mod metered;
mod requests;
mod running;
mod sessions;

use std::hash::{DefaultHasher, Hash, Hasher};

use super::cases::Facts;
use super::findings::Findings;
use super::forms::FormBook;
use super::row::Row;
use metered::Metered;
use requests::Requests;
use running::RunningTotals;
use sessions::Sessions;

/// How many requests, and how many sessions, are open at a time.
const OPEN_GROUPS: usize = 65_536;

/// Where groups write what they find.
pub(super) struct Book {
    pub(super) findings: Findings,
    pub(super) forms: FormBook,
}

/// All groups that are open.
pub(super) struct Groups {
    requests: Requests,
    sessions: Sessions,
    running: RunningTotals,
    metered: Metered,
}

impl Groups {
    pub(super) fn new(charge_period_ms: Option<i64>) -> Self {
        Self {
            requests: Requests::default(),
            sessions: Sessions::new(charge_period_ms),
            running: RunningTotals::default(),
            metered: Metered::default(),
        }
    }

    /// Takes a row into the groups that it belongs to.
    pub(super) fn take(&mut self, row: &Row, facts: &Facts, book: &mut Book) {
        self.requests.take(row, facts, book);
        self.sessions.take(row, facts, book);
        self.running.take(row, facts, book);
        self.metered.take(row, facts, book);
    }

    /// No more rows come: closes every group.
    pub(super) fn finish(&mut self, book: &mut Book) {
        self.requests.finish(book);
        self.sessions.finish(book);
        self.running.finish(book);
    }
}

/// A hash that is the same on every run, so that findings are too.
pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
