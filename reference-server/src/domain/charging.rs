//! What an access request is charged, and to which line items.
//!
//! A [`Pool`] is the view of an instance's line items that one request works on. Items are priced one after the
//! other; what one takes is gone for the next (DM-ACC-014). The pool only proposes: the site books its shares when
//! the request as a whole is granted.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{LineItem, Millis, RateTable, Rules, Tokens};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// Kind of requester, free text.
    #[serde(rename = "type")]
    pub kind: String,
    /// Unique ID of the requester.
    pub value: String,
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
    #[serde(default)]
    pub meta_data: Option<Map<String, Value>>,
}

/// What one line item pays for one requested item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The line item.
    pub activation_id: String,
    /// Rate applied.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub rate: Decimal,
    /// Part of the count that this line item pays.
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub count: Decimal,
    /// Tokens taken.
    pub tokens: Tokens,
    /// Series of the rate table.
    pub series: String,
    /// Version of the rate table.
    pub table_version: String,
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

    /// The code and description of the answer (DM-CODE-001 to DM-CODE-004).
    #[must_use]
    pub const fn code(&self, rules: &Rules) -> (&'static str, &'static str) {
        match self {
            Self::Granted(_) => (rules.codes.granted, "Successfully checked out"),
            Self::NotFound => (rules.codes.not_found, "Item not found in any effective rate table"),
            Self::Insufficient => (rules.codes.insufficient, "Insufficient tokens"),
            Self::Blocked => (rules.codes.blocked, "No Status"),
        }
    }
}

/// `count × rate`, rounded once to the unit of account (DM-ACC-010, DM-ACC-017).
#[must_use]
pub fn count_times_rate(count: Decimal, rate: Decimal) -> Option<Tokens> {
    count.checked_mul(rate).map(Tokens::rounded)
}

/// The line items of one instance as one request sees them.
pub struct Pool<'a> {
    rules: &'a Rules,
    tables: &'a [RateTable],
    now: Millis,
    mapped: Vec<&'a LineItem>,
    usable: Vec<&'a LineItem>,
    taken: HashMap<&'a str, Tokens>,
}

impl<'a> Pool<'a> {
    /// The pool of the line items mapped to an instance, in the order of charging.
    pub fn new(
        rules: &'a Rules,
        tables: &'a [RateTable],
        now: Millis,
        line_items: impl Iterator<Item = &'a LineItem>,
    ) -> Self {
        let mapped: Vec<_> = line_items.collect();
        let mut usable: Vec<_> = mapped.iter().copied().filter(|item| (rules.usable)(item, now)).collect();
        usable.sort_by(|a, b| (rules.line_item_order)(a, b));
        Self { rules, tables, now, mapped, usable, taken: HashMap::new() }
    }

    /// Makes a refund available to what is priced next. One into a line item that is no longer usable does not
    /// help (DM-SES-058).
    pub fn credit(&mut self, activation_id: &str, refund: Tokens) {
        if let Some(item) = self.usable.iter().find(|item| item.activation_id == activation_id) {
            *self.taken.entry(&item.activation_id).or_default() -= refund;
        }
    }

    /// Prices one item and, when it can be paid, takes its tokens out of the pool. An item is granted whole or not
    /// at all (DM-ACC-026, DM-LI-A26).
    pub fn price(&mut self, requested: &RequestedItem) -> ItemVerdict {
        let candidates: Vec<_> = self
            .usable
            .iter()
            .filter_map(|line_item| self.rate_at(line_item, requested).map(|priced| (*line_item, priced)))
            .collect();
        if candidates.is_empty() {
            // An item that a line item could price, were it usable, lacks tokens; one that none could price is
            // unknown (DM-CODE-006).
            let known = self.mapped.iter().any(|item| self.rate_at(item, requested).is_some());
            return if known { ItemVerdict::Insufficient } else { ItemVerdict::NotFound };
        }
        match self.split(requested.count, &candidates) {
            Some(shares) => {
                for share in &shares {
                    if let Some((item, _)) =
                        candidates.iter().find(|(item, _)| item.activation_id == share.activation_id)
                    {
                        *self.taken.entry(&item.activation_id).or_default() += share.tokens;
                    }
                }
                ItemVerdict::Granted(shares)
            }
            None => ItemVerdict::Insufficient,
        }
    }

    /// The rate of an item on a line item, with the table that says so.
    fn rate_at(&self, line_item: &LineItem, requested: &RequestedItem) -> Option<(Decimal, &'a RateTable)> {
        let table = (self.rules.applicable_table)(self.tables, line_item.series(), self.now)?;
        let item = (self.rules.find_item)(table, &requested.item, &requested.version)?;
        Some((item.rate, table))
    }

    /// Spreads a count over the candidates in order; what the first cannot cover goes to the next (DM-LI-A23). A
    /// cut may pass through a single count (DM-LI-A25).
    fn split(
        &self,
        count: Decimal,
        candidates: &[(&'a LineItem, (Decimal, &'a RateTable))],
    ) -> Option<Vec<Share>> {
        let mut remaining = count;
        let mut shares: Vec<Share> = Vec::new();
        for pass in self.rules.passes {
            for (line_item, (rate, table)) in candidates {
                let wanted = (self.rules.charge)(remaining, *rate)?;
                let already = shares.iter().find(|share| share.activation_id == line_item.activation_id);
                let available = self.available(line_item, *pass, already);
                let tokens = available.map_or(wanted, |available| wanted.min(available));
                if !wanted.is_zero() && (tokens.is_zero() || tokens.is_negative()) {
                    continue;
                }
                let covers_all = tokens == wanted;
                let part = if covers_all { remaining } else { tokens.decimal() / *rate };
                remaining -= part;
                add_share(&mut shares, line_item, *rate, part, tokens, table);
                if covers_all {
                    return Some(shares);
                }
            }
        }
        None
    }

    /// What a line item can still give to this request; nothing means without bound.
    fn available(
        &self,
        item: &LineItem,
        limit: super::rules::Limit,
        already: Option<&Share>,
    ) -> Option<Tokens> {
        let limit = limit(self.rules, item)?;
        let taken = self.taken.get(item.activation_id.as_str()).copied().unwrap_or_default();
        Some(limit - item.used - taken - already.map_or(Tokens::ZERO, |share| share.tokens))
    }
}

fn add_share(
    shares: &mut Vec<Share>,
    line_item: &LineItem,
    rate: Decimal,
    count: Decimal,
    tokens: Tokens,
    table: &RateTable,
) {
    if let Some(share) = shares.iter_mut().find(|share| share.activation_id == line_item.activation_id) {
        share.tokens += tokens;
        share.count += count;
        return;
    }
    shares.push(Share {
        activation_id: line_item.activation_id.clone(),
        rate,
        count,
        tokens,
        series: table.series.clone(),
        table_version: table.version.clone(),
    });
}

#[cfg(test)]
mod tests {
    use super::super::RateItem;
    use super::super::line_item::tests::line_item;
    use super::*;

    fn table() -> RateTable {
        let item = |name: &str, version: &str, rate: i64| RateItem {
            name: name.into(),
            version: version.into(),
            rate: Decimal::from(rate),
        };
        RateTable {
            series: "PublicationApps".into(),
            version: "1".into(),
            effective_from: 0,
            items: vec![
                item("PhotoPrint", "1.0", 3),
                item("SignPrint", "1.0", 4),
                item("CADPrint", "2.0", 7),
                item("Free", "1.0", 0),
            ],
            created: 0,
            sequence: 0,
        }
    }

    fn ask(item: &str, version: &str, count: i64) -> RequestedItem {
        RequestedItem {
            item: item.into(),
            version: version.into(),
            count: Decimal::from(count),
            meta_data: None,
        }
    }

    fn tokens_by_line_item(verdict: &ItemVerdict) -> Vec<(String, Tokens)> {
        verdict.shares().iter().map(|share| (share.activation_id.clone(), share.tokens)).collect()
    }

    #[test]
    fn w3_a_charge_is_split_over_line_items() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 10, 0, 50), line_item("ACT02", 100, 0, 60)];
        let mut pool = Pool::new(&rules, &tables, 1, items.iter());
        let photo = pool.price(&ask("PhotoPrint", "1.0", 1));
        let cad = pool.price(&ask("CADPrint", "2.0", 8));
        assert_eq!(tokens_by_line_item(&photo), [("ACT01".into(), Tokens::from(3))]);
        assert_eq!(
            tokens_by_line_item(&cad),
            [("ACT01".into(), Tokens::from(7)), ("ACT02".into(), Tokens::from(49))]
        );
        assert_eq!(cad.shares()[1].count, Decimal::from(7));
    }

    #[test]
    fn w5_a_cheaper_item_is_still_granted() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 20, 0, 50)];
        let mut pool = Pool::new(&rules, &tables, 1, items.iter());
        assert_eq!(pool.price(&ask("CADPrint", "2.0", 3)), ItemVerdict::Insufficient);
        assert!(pool.price(&ask("PhotoPrint", "1.0", 5)).granted());
    }

    #[test]
    fn an_unusable_line_item_that_knows_the_item_means_too_few_tokens() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 20, 0, 50)];
        let mut pool = Pool::new(&rules, &tables, 99, items.iter());
        assert_eq!(pool.price(&ask("CADPrint", "2.0", 1)), ItemVerdict::Insufficient);
        assert_eq!(pool.price(&ask("PhotoAlbum", "1.0", 1)), ItemVerdict::NotFound);
    }

    #[test]
    fn a_free_item_needs_no_capacity() {
        let rules = Rules::default();
        let tables = [table()];
        let mut spent = line_item("ACT01", 20, 0, 50);
        spent.used = Tokens::from(20);
        let items = [spent];
        let mut pool = Pool::new(&rules, &tables, 1, items.iter());
        assert_eq!(
            tokens_by_line_item(&pool.price(&ask("Free", "1.0", 4))),
            [("ACT01".into(), Tokens::ZERO)]
        );
    }

    #[test]
    fn a_cut_through_a_count_adds_up() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 10, 0, 50), line_item("ACT02", 100, 0, 60)];
        let mut pool = Pool::new(&rules, &tables, 1, items.iter());
        let verdict = pool.price(&ask("PhotoPrint", "1.0", 5));
        assert_eq!(verdict.shares().iter().map(|share| share.tokens).sum::<Tokens>(), Tokens::from(15));
    }
}
