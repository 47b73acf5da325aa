//! Refunds without a sign, told only by a falling total (WH-USAGE-009).
//!
//! Rows are taken in the order of the input. A row of a session that takes tokens, while the total of its line item
//! falls by just as many, gives them back. It has to be later than the row before it: rows of one instant, and rows in
//! no order, fall by accident.

use rust_decimal::Decimal;

use super::columns::Column;
use super::compact::hash::{self, HashedMap};
use super::numbers::close;
use super::row::Row;

/// The latest row of a line item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    at_ms: i64,
    used: Decimal,
    gave_back: bool,
}

impl Last {
    /// Goes on to the next row of the line item. True if that row gives back what it seems to take.
    pub(super) fn advance(
        last: &mut Option<Self>,
        at_ms: i64,
        used: Decimal,
        tokens: Decimal,
        session: bool,
    ) -> bool {
        let falls = |last: &Self| {
            // A total that did not fall needs no arithmetic, and that is nearly every one.
            let later = at_ms > last.at_ms || at_ms == last.at_ms && last.gave_back;
            let after = || last.used.checked_sub(tokens);
            used < last.used
                && later
                && tokens > Decimal::ZERO
                && after().is_some_and(|after| close(after, used))
        };
        let gave_back = session && last.as_ref().is_some_and(falls);
        *last = Some(Self { at_ms, used, gave_back });
        gave_back
    }
}

/// The latest total of each line item.
#[derive(Default)]
pub(super) struct Totals {
    last: HashedMap<Option<Last>>,
}

impl Totals {
    /// Whether the row gives back what it seems to take.
    pub(super) fn gives_back(&mut self, row: &Row) -> bool {
        let (Some(activation), Some(at_ms)) = (row.activation_id(), row.usage_time_ms) else { return false };
        let (Some(used), Some(tokens)) = (row.used, row.meter_quantity) else { return false };
        let place = [row.tenant_id.as_deref(), row.instance_id.as_deref(), Some(activation)];
        let key = place.into_iter().fold(0, |key, text| hash::mix(key, hash::optional(text)));
        let last = self.last.entry(key).or_default();
        Last::advance(last, at_ms, used, tokens, row.is_set(Column::SessionId))
    }
}
