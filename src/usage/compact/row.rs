//! What rules across rows need of a row, in little space: texts as hashes, numbers as exact decimals.

use rust_decimal::Decimal;

use super::super::cases::Facts;
use super::super::knowledge::rate_table_key;
use super::super::row::{MeterCostList, Row};
use super::correlation::Correlation;
use super::hash;

/// Columns in which the rows of a request agree, in the order of [`Compact::agreement`].
pub(in crate::usage) const AGREEING: [&str; 7] =
    ["TENANT_ID", "ACCOUNT_ID", "INSTANCE_ID", "CONSUMER_ID", "CONSUMER_TYPE", "SESSION_ID", "METER_TYPE"];

/// A row, reduced. A hash of 0 is NULL.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::usage) struct Compact {
    /// Row number from 1, in the order of the input.
    pub(in crate::usage) row: u64,
    /// Whether the input says in which order rows were booked (`_SEQ`).
    pub(in crate::usage) sequenced: bool,
    pub(in crate::usage) facts: Facts,
    /// The session is over after the row.
    pub(in crate::usage) ended: bool,
    /// `SESSION_STATE` is `IDLE`.
    pub(in crate::usage) idle: bool,
    /// What was held is given back.
    pub(in crate::usage) returned: bool,
    pub(in crate::usage) correlation: Correlation,
    pub(in crate::usage) time_ms: Option<i64>,
    pub(in crate::usage) agreement: [u64; 7],
    pub(in crate::usage) item: u64,
    /// All activation IDs.
    pub(in crate::usage) activation: u64,
    /// The line item, where there is exactly one activation ID.
    pub(in crate::usage) line_item: u64,
    pub(in crate::usage) response: u64,
    /// Series and version of the rate table.
    pub(in crate::usage) rate_table: u64,
    pub(in crate::usage) used: Option<Decimal>,
    pub(in crate::usage) tokens: Option<Decimal>,
    pub(in crate::usage) cost: Option<Decimal>,
    pub(in crate::usage) quantity: Option<Decimal>,
    pub(in crate::usage) entitled: Option<Decimal>,
}

impl Compact {
    /// Reduces a row that was read in full.
    pub(in crate::usage) fn of(row: &Row, facts: &Facts) -> Self {
        let agreement = [
            &row.tenant_id,
            &row.account_id,
            &row.instance_id,
            &row.consumer_id,
            &row.consumer_type,
            &row.session_id,
            &row.meter_type,
        ]
        .map(|text| hash::optional(text.as_deref()));
        let item = item_of(hash::optional(row.item.as_deref()), hash::optional(row.item_version.as_deref()));
        let activation =
            row.activation_ids.as_ref().map_or(0, |ids| hash::texts(ids.iter().map(String::as_str)));
        let single = row.activation_id().is_some();
        Self {
            row: row.number,
            sequenced: row.sequence.is_some(),
            facts: *facts,
            ended: matches!(row.session_state.as_deref(), Some("TERMINATED" | "FAILED")),
            idle: row.session_state.as_deref() == Some("IDLE"),
            returned: matches!(row.served_client_status.as_deref(), Some("RETURNED" | "EXPIRED")),
            correlation: row.correlation_id.as_deref().map_or(Correlation::None, Correlation::of),
            time_ms: row.usage_time_ms,
            line_item: line_item_of(&agreement, activation, single),
            agreement,
            item,
            activation,
            response: hash::optional(row.request_response.as_deref()),
            rate_table: row.meter_cost_list.as_ref().map_or(0, rate_table_of),
            used: row.used,
            tokens: row.meter_quantity,
            cost: row.meter_cost,
            quantity: row.item_quantity,
            entitled: row.mapped_entitled_count,
        }
    }

    pub(in crate::usage) const HASHES: usize = 12;
    pub(in crate::usage) const NUMBERS: usize = 5;

    /// All hashes, to be kept on disk.
    pub(in crate::usage) fn hashes(&self) -> [u64; Self::HASHES] {
        let [a, b, c, d, e, f, g] = self.agreement;
        [a, b, c, d, e, f, g, self.item, self.activation, self.line_item, self.response, self.rate_table]
    }

    /// All numbers, to be kept on disk.
    pub(in crate::usage) fn numbers(&self) -> [Option<Decimal>; Self::NUMBERS] {
        [self.used, self.tokens, self.cost, self.quantity, self.entitled]
    }

    /// The row of its parts.
    pub(in crate::usage) fn from_parts(
        row: u64,
        facts: Facts,
        correlation: Correlation,
        hashes: [u64; Self::HASHES],
        numbers: [Option<Decimal>; Self::NUMBERS],
    ) -> Self {
        let [a, b, c, d, e, f, g, item, activation, line_item, response, rate_table] = hashes;
        let [used, tokens, cost, quantity, entitled] = numbers;
        Self {
            row,
            sequenced: false,
            facts,
            ended: false,
            idle: false,
            returned: false,
            correlation,
            time_ms: None,
            agreement: [a, b, c, d, e, f, g],
            item,
            activation,
            line_item,
            response,
            rate_table,
            used,
            tokens,
            cost,
            quantity,
            entitled,
        }
    }

    /// The session and its tenant; 0 where there is none.
    pub(in crate::usage) fn session(&self) -> u64 {
        if self.agreement[5] == 0 { 0 } else { hash::mix(self.agreement[0], self.agreement[5]).max(1) }
    }

    /// Tenant, instance, item and all activation IDs: what the use of a license server is counted by.
    pub(in crate::usage) fn feature(&self) -> u64 {
        let place = hash::mix(hash::mix(self.agreement[0], self.agreement[2]), self.activation);
        hash::mix(place, self.item).max(1)
    }

    /// Everything that makes two rows of a request alike.
    pub(in crate::usage) fn print(&self) -> u64 {
        let texts = hash::mix(hash::mix(self.item, self.activation), self.response);
        [self.quantity, self.tokens, self.used].into_iter().fold(texts, |print, number| {
            let number = number.map(|number| number.normalize());
            let bytes = number.map_or(u128::MAX, |number| u128::from_le_bytes(number.serialize()));
            hash::mix(hash::mix(print, bytes as u64), (bytes >> 64) as u64)
        })
    }
}

pub(in crate::usage) fn item_of(item: u64, version: u64) -> u64 {
    hash::mix(item, version).max(1)
}

pub(super) fn line_item_of(agreement: &[u64; 7], activation: u64, single: bool) -> u64 {
    if !single {
        return 0;
    }
    hash::mix(hash::mix(agreement[0], agreement[2]), activation).max(1)
}

fn rate_table_of(table: &MeterCostList) -> u64 {
    table.version.as_deref().map_or(0, |version| rate_table_key(table.series.as_deref(), version))
}
