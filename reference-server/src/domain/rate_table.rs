//! Rate tables: what one unit of an item costs, by series and effective time.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::formula::{Formula, Variables};
use super::producer_rules::Pricing;
use super::{Millis, RequestedItem, Rules};

/// The price of one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateItem {
    /// Name that an access request asks for.
    pub name: String,
    /// Version that it asks for; empty means "no version".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Tokens for one unit; may be fractional or 0 (DM-RATE-023).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub rate: Option<Decimal>,
    /// In place of a rate: what computes it; v1.1 only (DM-RATE-A12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formula: Option<Formula>,
}

impl RateItem {
    /// The rate for a requested item; nothing when its formula cannot be evaluated, or comes out negative
    /// (DM-RATE-047). A formula gives the rate of one unit (DM-RATE-A14).
    #[must_use]
    pub fn price(&self, rules: &Rules, requested: &RequestedItem) -> Option<Decimal> {
        let Some(formula) = &self.formula else { return self.rate };
        let none = Variables::default();
        let variables = if rules.sale.variables_with_items { &requested.variables } else { &none };
        let value = formula.evaluate(variables, &rules.arithmetic).ok()?;
        let rate = if rules.formula_gives_whole_charge { value.checked_div(requested.count)? } else { value };
        (rate >= Decimal::ZERO).then_some(rate)
    }
}

/// An immutable price list, identified by series and version (DM-RATE-002, DM-RATE-006).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateTable {
    /// Groups the versions of one price list; empty means "no series" (DM-RATE-004).
    pub series: Arc<str>,
    /// For the producer's records only: it plays no part in the choice (DM-RATE-A03).
    pub version: Arc<str>,
    /// When the table starts to apply.
    #[serde(rename = "effectiveFrom")]
    pub effective_from: Millis,
    /// The prices in the order given.
    pub items: Vec<RateItem>,
    /// When the table was saved.
    pub created: Millis,
    /// Order of creation within the site, which decides ties.
    #[serde(default)]
    pub sequence: u64,
}

/// The table that prices a series now: the newest whose effective time has come (DM-RATE-A02, DM-RATE-028).
/// Of two that are effective from the same instant the last created applies (DM-RATE-A10, DM-RATE-005,
/// DM-RATE-029, DM-RATE-030, DM-RATE-031, DM-RATE-033).
#[must_use]
pub fn newest_effective<'a>(tables: &'a [RateTable], series: &str, now: Millis) -> Option<&'a RateTable> {
    effective(tables, series, now).max_by_key(|table| (table.effective_from, table.sequence))
}

/// What prices an item: the one table that applies, whatever older tables say of the item (DM-RATE-A04).
#[must_use]
pub fn priced_by_the_one_table<'a>(
    rules: &Rules,
    tables: &'a [RateTable],
    series: &str,
    now: Millis,
    requested: &RequestedItem,
) -> Pricing<'a> {
    let table = (rules.applicable_table)(tables, series, now)?;
    let item = (rules.find_item)(table, &requested.item, &requested.version)?;
    Some((table, item))
}

/// The tables of a series whose effective time has come (DM-RATE-A01, DM-RATE-A02).
pub fn effective<'a>(
    tables: &'a [RateTable],
    series: &str,
    now: Millis,
) -> impl Iterator<Item = &'a RateTable> {
    tables.iter().filter(move |table| *table.series == *series && table.effective_from <= now)
}

/// The item with exactly this name and version; an empty version matches an empty version only
/// (DM-RATE-A05, DM-RATE-A06, DM-RATE-A07, DM-RATE-032).
#[must_use]
pub fn exact_item<'a>(table: &'a RateTable, name: &str, version: &str) -> Option<&'a RateItem> {
    table.items.iter().find(|item| item.name == name && item.version == version)
}

/// Whether a table may be deleted: only while its effective time lies ahead (DM-RATE-016, DM-RATE-017).
#[must_use]
pub fn not_yet_effective(table: &RateTable, now: Millis) -> bool {
    table.effective_from > now
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(series: &str, version: &str, effective_from: Millis) -> RateTable {
        let items = vec![RateItem {
            name: "PhotoPrint".into(),
            version: "1.0".into(),
            rate: Some(Decimal::from(3)),
            formula: None,
        }];
        RateTable {
            series: series.into(),
            version: version.into(),
            effective_from,
            items,
            created: 0,
            sequence: 0,
        }
    }

    #[test]
    fn the_effective_time_decides_and_the_version_does_not() {
        let tables = [table("X", "2", 10), table("X", "1", 20), table("Y", "9", 15)];
        assert_eq!(newest_effective(&tables, "X", 15).unwrap().version, "2".into());
        assert_eq!(newest_effective(&tables, "X", 20).unwrap().version, "1".into());
        assert!(newest_effective(&tables, "X", 9).is_none());
    }

    #[test]
    fn a_blank_version_is_no_wildcard() {
        assert!(exact_item(&table("X", "1", 0), "PhotoPrint", "").is_none());
        assert!(exact_item(&table("X", "1", 0), "PhotoPrint", "1.0").is_some());
    }
}
