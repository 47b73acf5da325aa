//! Metered use of license servers never falls (WH-USAGE-094).

use rust_decimal::Decimal;

use super::super::cases::Case;
use super::super::compact::Compact;
use super::super::compact::hash::HashedMap;
use super::super::numbers::{at_most, close};
use super::Book;
use crate::report::events::Severity::W;

const NEVER_FALLS: &str = "WH-USAGE-094";

/// The last USED of each feature and its line items.
#[derive(Default)]
pub(super) struct Metered {
    last: HashedMap<Decimal>,
}

impl Metered {
    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        if row.facts.case != Case::MeteredGranted {
            return;
        }
        let Some(used) = row.used.filter(|_| row.time_ms.is_some()) else { return };
        let Some(last) = self.last.insert(row.feature(), used) else { return };
        // A reusable metered feature is given back with a negative quantity (S-36), or with an unsigned one by which the
        // total falls (WH-USAGE-009).
        let unsigned = |tokens: Decimal| last.checked_sub(tokens).is_some_and(|after| close(after, used));
        let given_back = |tokens: Decimal| tokens < Decimal::ZERO || unsigned(tokens);
        let returned = row.returned || row.tokens.is_some_and(given_back);
        if !returned && !at_most(last, used) {
            book.add(NEVER_FALLS, W, row, format!("USED falls from {last} to {used}"));
        }
    }
}
