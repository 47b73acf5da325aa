//! Rules across rows. Rows come in the order of time; each group keeps only what its rules still need, and forgets
//! it when the group closes.
//!
//! | group | state | bound |
//! | --- | --- | --- |
//! | request | its rows, reduced | the 65,536 latest requests |
//! | session | last charges, refunds of one instant, charged line items | the 65,536 latest sessions |
//! | running total | rows of one instant, one number | one for each line item |
//! | metered use | the last USED | one for each feature and line item |
//!
//! Memory therefore grows with line items, not with rows. IDs are kept as 64-bit hashes.

mod few;
mod metered;
mod requests;
mod running;
mod sessions;

use super::compact::Compact;
use super::findings::{At, Findings};
use super::forms::FormBook;
use crate::report::events::Severity;
use metered::Metered;
use requests::Requests;
use running::RunningTotals;
use sessions::Sessions;

/// How many requests, and how many sessions, are open at a time.
const OPEN_GROUPS: usize = 65_536;

/// Where groups write what they find.
#[derive(Default)]
pub(super) struct Book {
    pub(super) findings: Findings,
    pub(super) forms: FormBook,
}

impl Book {
    /// A row breaks a rule.
    fn add(&mut self, rule: &'static str, level: Severity, row: &Compact, message: String) {
        let correlation = row.correlation.to_string();
        self.findings.add(rule, level, At { row: row.row, correlation: &correlation }, message);
    }
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
    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        self.requests.take(row, book);
        self.sessions.take(row, book);
        self.running.take(row, book);
        self.metered.take(row, book);
    }

    /// No more rows come: closes every group. Returns the refunds that carry no sign, by their row number.
    pub(super) fn finish(&mut self, book: &mut Book) -> Vec<u64> {
        self.requests.finish(book);
        self.sessions.finish(book);
        self.running.finish(book)
    }
}
