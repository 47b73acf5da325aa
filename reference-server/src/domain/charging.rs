//! Access requests and what becomes of each requested item.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::access_rules::Dictionary;
use super::formula::Variables;
use super::{ApiVersion, Rules, Tokens};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// Kind of requester, free text.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unique ID of the requester.
    pub value: String,
    /// Facts about the requester, for rules of access.
    #[serde(default, skip_serializing_if = "Dictionary::is_empty")]
    pub dictionary: Dictionary,
}

/// One item of an access request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedItem {
    /// Item name.
    pub item: String,
    /// Version; empty when the request left it out (DM-RATE-A06).
    pub version: String,
    /// How many; may be fractional (DM-ACC-017).
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub count: Decimal,
    /// Client data that travels with the usage rows (DM-USE-003).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta_data: Option<Map<String, Value>>,
    /// What the variables of a formula stand for (DM-RATE-A13).
    #[serde(default, skip_serializing_if = "Variables::is_empty")]
    pub variables: Variables,
}

/// What one line item pays for one requested item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The line item.
    pub activation_id: Arc<str>,
    /// The action that allowed it, whose count goes along (DM-RULE-045).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Arc<str>>,
    /// Rate applied.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub rate: Decimal,
    /// Part of the count that this line item pays.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub count: Decimal,
    /// Tokens taken.
    pub tokens: Tokens,
    /// Series of the rate table.
    pub series: Arc<str>,
    /// Version of the rate table.
    pub table_version: Arc<str>,
}

/// What becomes of one requested item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemVerdict {
    /// Granted, paid by these line items.
    Granted(Vec<Share>),
    /// In no rate table that applies to a usable line item (DM-CODE-003).
    NotFound,
    /// Too few tokens on usable line items (DM-CODE-004).
    Insufficient,
    /// Refused by the rules of access of every usable line item that could price it (DM-CODE-005).
    Barred,
    /// Its formula cannot be evaluated (DM-RATE-047).
    Unpriceable,
    /// Not processed because another item failed the whole request (DM-CODE-002).
    Blocked,
}

impl ItemVerdict {
    /// Whether the item is granted.
    #[must_use]
    pub const fn granted(&self) -> bool {
        matches!(self, Self::Granted(_))
    }

    /// The line items that pay; none when the item is not granted.
    #[must_use]
    pub fn shares(&self) -> &[Share] {
        match self {
            Self::Granted(shares) => shares,
            _ => &[],
        }
    }

    /// The code and description of the answer (DM-CODE-001 to DM-CODE-004, DM-CODE-010).
    #[must_use]
    pub const fn code(&self, rules: &Rules, version: ApiVersion) -> (&'static str, &'static str) {
        let codes = &rules.codes;
        let (code, description) = match self {
            Self::Granted(_) => (codes.granted, "Successfully checked out"),
            Self::NotFound => (codes.not_found, "Item not found in any effective rate table"),
            Self::Insufficient => (codes.insufficient, "Insufficient tokens"),
            Self::Barred => match codes.barred {
                Some(own) => (own, "Refused by rules of access"),
                None => (codes.insufficient, "Insufficient tokens"),
            },
            Self::Unpriceable => (codes.unpriceable, "Price formula cannot be evaluated"),
            Self::Blocked => (codes.blocked, "No Status"),
        };
        (code.of(version), description)
    }
}

/// `count × rate`, rounded once to the unit of account (DM-ACC-010, DM-ACC-017).
#[must_use]
pub fn count_times_rate(count: Decimal, rate: Decimal) -> Option<Tokens> {
    count.checked_mul(rate).map(Tokens::rounded)
}
