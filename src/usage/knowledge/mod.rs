//! What rows alone do not tell: line items, rate tables and the log of a client, in the shapes of the API.
//!
//! A rule that needs one of them is not applied without it, and the report says so.

mod load;

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::compact::hash::{self, HashedMap};

/// What a rule may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Line items, as the API lists them.
    LineItems,
    /// Rate tables, as the API lists them.
    RateTables,
    /// Correlation IDs that a client was answered with.
    ClientLog,
}

impl Need {
    /// The flag that names it.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::LineItems => "--line-items",
            Self::RateTables => "--rate-tables",
            Self::ClientLog => "--client-log",
        }
    }
}

/// A line item as the API lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LineItem {
    pub(super) activation_id: String,
    pub(super) quantity: Option<Decimal>,
    pub(super) used: Option<Decimal>,
    pub(super) start_ms: Option<i64>,
    /// Without an end it is permanent.
    pub(super) end_ms: Option<i64>,
    pub(super) series: String,
    pub(super) resets: bool,
}

/// When a rate table starts to apply, its version, and its rates by item; an item with a formula has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RateTable {
    pub(super) effective_ms: i64,
    pub(super) key: u64,
    pub(super) version: String,
    pub(super) rates: HashedMap<Option<Decimal>>,
    /// An item without version may stand for all versions.
    pub(super) versionless: bool,
}

/// All that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// By the hash of the activation ID.
    pub(super) line_items: Option<HashedMap<LineItem>>,
    /// By the hash of the series, the earliest first.
    pub(super) rate_tables: Option<HashedMap<Vec<RateTable>>>,
    /// Keys of correlation IDs.
    pub(super) logged: Option<HashSet<u64>>,
    /// The correlation IDs themselves, to name those that left no row.
    pub(super) log: Vec<String>,
}

impl Knowledge {
    /// Whether there is what a rule needs.
    #[must_use]
    pub fn has(&self, need: Need) -> bool {
        match need {
            Need::LineItems => self.line_items.is_some(),
            Need::RateTables => self.rate_tables.is_some(),
            Need::ClientLog => self.logged.is_some(),
        }
    }

    /// Whether any item is priced by a formula.
    #[must_use]
    pub fn has_formulas(&self) -> bool {
        let mut tables = self.rate_tables.iter().flat_map(|series| series.values().flatten());
        tables.any(|table| table.rates.values().any(Option::is_none))
    }
}

/// What tells a rate table from others: its series, which may be none, and its version.
pub(super) fn rate_table_key(series: Option<&str>, version: &str) -> u64 {
    hash::mix(hash::optional(series.filter(|series| !series.is_empty())), hash::text(version)).max(1)
}
