//! Metered use of license servers never falls (WH-USAGE-094).

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::super::cases::{Case, Facts};
use super::super::numbers::at_most;
use super::super::row::Row;
use super::{Book, hash_of};
use crate::report::events::Severity::W;

const NEVER_FALLS: &str = "WH-USAGE-094";

#[derive(Clone, Copy)]
struct Last {
    at_ms: i64,
    used: Decimal,
}

/// The last USED of each feature and its line items.
#[derive(Default)]
pub(super) struct Metered {
    last: HashMap<u64, Last>,
}

impl Metered {
    pub(super) fn take(&mut self, row: &Row, facts: &Facts, book: &mut Book) {
        if facts.case != Case::MeteredGranted {
            return;
        }
        let (Some(used), Some(at_ms)) = (row.used, row.usage_time_ms) else { return };
        let place = (&row.tenant_id, &row.instance_id, &row.activation_ids);
        let key = hash_of(&(place, &row.item, &row.item_version));
        let last = self.last.insert(key, Last { at_ms, used });
        let Some(last) = last.filter(|last| last.at_ms <= at_ms) else { return };
        // A reusable metered feature is given back with a negative quantity (S-36).
        let returned = row.meter_quantity.is_some_and(|quantity| quantity < Decimal::ZERO)
            || matches!(row.served_client_status.as_deref(), Some("RETURNED" | "EXPIRED"));
        if !returned && !at_most(last.used, used) {
            let message = format!("USED falls from {} to {used}", last.used);
            book.findings.add(NEVER_FALLS, W, row.at(), message);
        }
    }
}
