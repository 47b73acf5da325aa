//! One usage row after normalisation: the same typed fields whatever form it came in.

use rust_decimal::Decimal;
use serde_json::Value;

use super::columns::{Column, ColumnSet};
use super::findings::At;
use super::forms::FormSet;
use crate::report::events::Severity;

/// The rate table of a charge, as `METER_COST_LIST` names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeterCostList {
    /// Series of the rate table; absent where the rate table has none.
    pub series: Option<String>,
    /// Version of the rate table.
    pub version: Option<String>,
}

/// A value that a column cannot hold. The row is judged on without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The rule that says what the column holds.
    pub rule: &'static str,
    /// How severe it is.
    pub level: Severity,
    /// What is wrong.
    pub message: String,
}

/// A usage row. Fields are named like the columns; `None` is NULL, or a value that could not be used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Row number from 1, in the order of the input.
    pub number: u64,
    /// `_SEQ`, which the reference server adds: the order in which rows were written.
    pub sequence: Option<u64>,
    /// One access request, automatic charge or refund; on license servers one capability request.
    pub correlation_id: Option<String>,
    /// Producer that owns the instance.
    pub tenant_id: Option<String>,
    /// When the usage happened.
    pub usage_time_ms: Option<i64>,
    /// When the row reached the warehouse.
    pub write_time_ms: Option<i64>,
    /// Requester, or served device.
    pub consumer_id: Option<String>,
    /// Type of the requester, or of the device ID.
    pub consumer_type: Option<String>,
    /// Account that owns the instance.
    pub account_id: Option<String>,
    /// The instance.
    pub instance_id: Option<String>,
    /// Line items that served the request.
    pub activation_ids: Option<Vec<String>>,
    /// Quantity of the line items.
    pub mapped_entitled_count: Option<Decimal>,
    /// Charged so far, or in use now.
    pub used: Option<Decimal>,
    /// Requested item.
    pub item: Option<String>,
    /// Requested version.
    pub item_version: Option<String>,
    /// Requested count.
    pub item_quantity: Option<Decimal>,
    /// Elastic session.
    pub session_id: Option<String>,
    /// State of the session after the activity.
    pub session_state: Option<String>,
    /// Result code or status value.
    pub request_response: Option<String>,
    /// Feature partitions of license servers.
    pub controls_applied: Option<Value>,
    /// `elastic`, `concurrent` or `metered`.
    pub meter_type: Option<String>,
    /// Unit of the meter.
    pub meter: Option<String>,
    /// Rate table of the charge.
    pub meter_cost_list: Option<MeterCostList>,
    /// Rate of the item.
    pub meter_cost: Option<Decimal>,
    /// Tokens taken by this row, or the quantity requested.
    pub meter_quantity: Option<Decimal>,
    /// Client data; an object where the row keeps the rules.
    pub meta_data: Option<Value>,
    /// Partial capability request.
    pub partial: Option<bool>,
    /// Incremental capability request.
    pub incremental: Option<bool>,
    /// Overdraft of the line items; NULL is unlimited.
    pub overdraft_count: Option<Decimal>,
    /// Product names, in the order of the line items.
    pub entitled_articles: Option<Vec<String>>,
    /// Product versions, in the order of the line items.
    pub entitled_article_versions: Option<Vec<String>>,
    /// Expiry of concurrent use.
    pub borrowed_until_ms: Option<i64>,
    /// Status of the served client.
    pub served_client_status: Option<String>,
    pub(super) columns: ColumnSet,
    pub(super) set: ColumnSet,
    pub(super) forms: FormSet,
    pub(super) data_access: bool,
}

impl Row {
    /// The columns that the row has, NULL or not.
    #[must_use]
    pub fn columns(&self) -> ColumnSet {
        self.columns
    }

    /// Whether the column holds anything, be it usable or not.
    #[must_use]
    pub fn is_set(&self, column: Column) -> bool {
        self.set.contains(column)
    }

    /// Whether the row has any column of the 31-column form only.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        !self.columns.intersection(ColumnSet::EIGHT).is_empty()
    }

    /// The only activation ID, if there is exactly one.
    #[must_use]
    pub fn activation_id(&self) -> Option<&str> {
        match self.activation_ids.as_deref() {
            Some([only]) => Some(only),
            _ => None,
        }
    }

    /// Where findings on this row point to.
    pub(super) fn at(&self) -> At<'_> {
        At {
            row: self.number,
            correlation: self.correlation_id.as_deref().unwrap_or_default(),
            time_ms: self.usage_time_ms,
        }
    }
}
