//! Rules across rows. Rows come in the order of time; each group keeps only what its rules still need, and forgets
//! it when the group closes.
//!
//! | group | state | bound |
//! | --- | --- | --- |
//! | request | its rows, reduced; later its ID | the 8,192 latest requests, 524,288 rows; at least the 65,536 before them |
//! | session | last charges, refunds of one instant, charged line items | 131,072 sessions, those that ended go first; the IDs of at least 1,048,576 that had to go before |
//! | running total | rows of one instant, one number | one for each line item |
//! | metered use | the last USED | one for each feature and line item |
//! | line items, rate tables, client log | the latest row of each line item | as large as they are |
//!
//! Memory therefore grows with line items, not with rows. IDs are kept as 64-bit hashes.

mod charges;
mod few;
mod kept;
mod known;
mod metered;
mod open_sessions;
mod remembered;
mod requests;
mod running;
mod sessions;
mod trail;

use std::sync::Arc;

use super::compact::Compact;
use super::findings::{At, Findings};
use super::forms::FormBook;
use super::knowledge::Need;
use super::settings::Settings;
use crate::report::events::Severity;
use known::Known;
use metered::Metered;
use requests::Requests;
use running::RunningTotals;
use sessions::Sessions;

/// How many requests are open at a time. Rows come in the order of time, and those of a request have one time.
const OPEN_REQUESTS: usize = 8_192;
/// How many requests are remembered once they are judged.
const PAST_REQUESTS: usize = 65_536;

/// Where groups write what they find.
pub(super) struct Book {
    pub(super) findings: Findings,
    pub(super) forms: FormBook,
}

impl Book {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { findings: Findings::keeping(settings.examples), forms: FormBook::default() }
    }

    /// A row breaks a rule.
    fn add(&mut self, rule: &'static str, level: Severity, row: &Compact, message: String) {
        let correlation = row.correlation.to_string();
        self.findings.add(
            rule,
            level,
            At { row: row.row, correlation: &correlation, time_ms: row.time_ms },
            message,
        );
    }
}

/// All groups that are open.
pub(super) struct Groups {
    requests: Requests,
    sessions: Sessions,
    running: RunningTotals,
    metered: Metered,
    known: Option<Known>,
}

impl Groups {
    pub(super) fn new(settings: &Settings) -> Self {
        let knowledge = &settings.knowledge;
        let anything =
            [Need::LineItems, Need::RateTables, Need::ClientLog].iter().any(|need| knowledge.has(*need));
        Self {
            requests: Requests::new(Arc::clone(knowledge)),
            sessions: Sessions::new(settings.charge_period_ms, Arc::clone(knowledge)),
            running: RunningTotals::new(Arc::clone(knowledge)),
            metered: Metered::default(),
            known: anything.then(|| Known::new(Arc::clone(knowledge), settings.timezone_tolerant)),
        }
    }

    /// Takes rows into the groups that they belong to.
    pub(super) fn take(&mut self, rows: Vec<Compact>, book: &mut Book) {
        for row in &rows {
            self.sessions.take(row, book);
            self.running.take(row, book);
            self.metered.take(row, book);
            if let Some(known) = &mut self.known {
                known.take(row, book);
            }
        }
        self.requests.take(rows, book);
    }

    /// Memory of rows that are not needed any more, to be filled again.
    pub(super) fn emptied(&mut self) -> Option<Vec<Compact>> {
        self.requests.emptied()
    }

    /// No more rows come: closes every group. Returns the refunds that carry no sign, by their row number.
    pub(super) fn finish(&mut self, book: &mut Book) -> Vec<u64> {
        self.requests.finish(book);
        self.sessions.finish(book);
        if let Some(known) = &mut self.known {
            known.finish(book);
        }
        self.running.finish(book)
    }
}
