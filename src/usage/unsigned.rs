//! Refunds without a sign, told only by a falling total (WH-USAGE-009).
//!
//! Rows are taken in the order of the input. A row of a session that takes tokens, while the total of its line item
//! falls by just as many, gives them back. It has to be later than the row before it: rows of one instant, and rows in
//! no order, fall by accident.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::columns::Column;
use super::groups::hash_of;
use super::numbers::close;
use super::row::Row;

/// The latest row of a line item.
#[derive(Clone, Copy)]
struct Last {
    at_ms: i64,
    used: Decimal,
    gave_back: bool,
}

/// The latest total of each line item.
#[derive(Default)]
pub(super) struct Totals {
    last: HashMap<u64, Last>,
}

impl Totals {
    /// Whether the row gives back what it seems to take.
    pub(super) fn gives_back(&mut self, row: &Row) -> bool {
        let (Some(activation), Some(at_ms)) = (row.activation_id(), row.usage_time_ms) else { return false };
        let (Some(used), Some(tokens)) = (row.used, row.meter_quantity) else { return false };
        let key = hash_of(&(&row.tenant_id, &row.instance_id, activation));
        let falls = |last: &Last| {
            let later = at_ms > last.at_ms || at_ms == last.at_ms && last.gave_back;
            let after = last.used.checked_sub(tokens);
            later && tokens > Decimal::ZERO && after.is_some_and(|after| close(after, used))
        };
        let gave_back = row.is_set(Column::SessionId) && self.last.get(&key).is_some_and(falls);
        self.last.insert(key, Last { at_ms, used, gave_back });
        gave_back
    }
}
