//! Usage rows in the 31-column form of the warehouse table (WH-USAGE-019 to WH-USAGE-049).

use std::borrow::Cow;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Millis, Tokens};

/// The rate table that a row was priced by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterCostList {
    /// Its series.
    pub series: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
}

/// One row of the usage table, under the names of the database columns. Columns that never apply to elastic usage
/// are there and NULL, as in the warehouse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct UsageRow {
    /// One access request, automatic charge or refund.
    pub correlation_id: String,
    /// The producer's site.
    pub tenant_id: Arc<str>,
    /// When the usage happened, ms.
    pub usage_time: Millis,
    /// When the row was written, ms.
    pub write_time: Millis,
    /// `requester.value`.
    pub consumer_id: Option<String>,
    /// `requester.type`.
    pub consumer_type: Option<String>,
    /// Account that owns the instance.
    pub account_id: Arc<str>,
    /// The instance.
    pub instance_id: Arc<str>,
    /// The charged line item, in an array of one; the line items of a license server; NULL when nothing was charged.
    pub activation_id: Option<Vec<Arc<str>>>,
    /// Whole quantity of the line item.
    pub mapped_entitled_count: Option<i64>,
    /// Running total of the line item after this row.
    pub used: Option<Tokens>,
    /// Requested item.
    pub item: String,
    /// Requested version.
    pub item_version: Option<String>,
    /// Requested count.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub item_quantity: Decimal,
    /// The session, if any.
    pub session_id: Option<String>,
    /// Its state after the activity.
    pub session_state: Option<Cow<'static, str>>,
    /// Result code.
    pub request_response: Option<Cow<'static, str>>,
    /// Partitions of license servers; there are none here.
    pub controls_applied: Option<Value>,
    /// `elastic`, `concurrent` or `metered`.
    pub meter_type: Cow<'static, str>,
    /// `elastic token`, or the unit of a license server.
    pub meter: Cow<'static, str>,
    /// Series and version of the rate table.
    pub meter_cost_list: Option<MeterCostList>,
    /// Rate of the item.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub meter_cost: Option<Decimal>,
    /// Tokens taken by this row; negative for a refund.
    pub meter_quantity: Tokens,
    /// Client data.
    pub meta_data: Option<Map<String, Value>>,
    /// Whether fewer counts would have done; NULL for elastic usage.
    pub partial: Option<bool>,
    /// Whether the request added and subtracted; NULL for elastic usage.
    pub incremental: Option<bool>,
    /// Overdraft of the line item; NULL when unlimited.
    pub overdraft_count: Option<i64>,
    /// Products behind the activation IDs; NULL for elastic usage.
    pub entitled_articles: Option<Vec<String>>,
    /// Their versions.
    pub entitled_article_versions: Option<Vec<String>>,
    /// End of the borrow of concurrent use.
    pub borrowed_until: Option<Millis>,
    /// Status of the served client; NULL for elastic usage.
    pub served_client_status: Option<Cow<'static, str>>,
}

/// What is behind a row, for rules that decide whether and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// A granted access request.
    Charge,
    /// An item that was not granted.
    Denied,
    /// A charge that the server made by itself.
    AutomaticCharge,
    /// A refund.
    Refund,
    /// Counts that a license server has granted, charged or renewed.
    LicenseGranted,
    /// An entry that a license server has not granted.
    LicenseDenied,
    /// Counts that came back to a license server.
    LicenseReturned,
    /// Counts that came back because their borrow had ended.
    LicenseExpired,
}

impl RowKind {
    /// Every kind with the word that stands for it in metrics, in the order of declaration.
    pub const WORDS: [(Self, &'static str); 8] = [
        (Self::Charge, "charge"),
        (Self::Denied, "denied"),
        (Self::AutomaticCharge, "automatic_charge"),
        (Self::Refund, "refund"),
        (Self::LicenseGranted, "license_granted"),
        (Self::LicenseDenied, "license_denied"),
        (Self::LicenseReturned, "license_returned"),
        (Self::LicenseExpired, "license_expired"),
    ];
}

/// Changes how the rows of a site are spelt when they are handed out.
pub type Export = fn(&mut [Map<String, Value>]);

/// Writes a row as it is.
#[must_use]
pub fn as_it_is(_kind: RowKind, row: UsageRow) -> Vec<UsageRow> {
    vec![row]
}
