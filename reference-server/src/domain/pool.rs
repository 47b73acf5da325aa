//! What an access request is charged, and to which line items.
//!
//! A [`Pool`] is the view of an instance's line items that one request works on. Items are priced one after the
//! other; what one takes is gone for the next (DM-ACC-014). The pool only proposes: the site books its shares when
//! the request as a whole is granted.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::access_points::Admit;
use super::access_rules::{Action, Admission, Conditions, Dictionary};
use super::rules::Limit;
use super::{ChargedItem, ItemVerdict, LineItem, Millis, RateTable, RequestedItem, Rules, Share, Tokens};

/// What a request is held against.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// The rules in force.
    pub rules: &'a Rules,
    /// Every rate table of the site.
    pub tables: &'a [RateTable],
    /// Every condition of the site.
    pub conditions: &'a Conditions,
    /// The time of the request.
    pub now: Millis,
    /// What its prices are taken from.
    pub pricing: Pricing,
    /// How far the validity of line items gives way (DM-LI-A05).
    pub tolerance: Millis,
}

/// Where the prices of a request come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pricing {
    /// The time whose rate tables apply.
    pub at: Millis,
    /// The length of the period that is paid; none for a one-off charge.
    pub period: Option<Millis>,
}

/// Whom the line items are asked for.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// What the request tells of its requester.
    pub dictionary: &'a Dictionary,
    /// How a line item stands to the requester.
    pub admits: Admit,
    /// Charges whose actions admit without being asked again (DM-TIME-017).
    pub as_granted: &'a [ChargedItem],
}

/// The line items of one instance as one request sees them.
pub struct Pool<'a, L> {
    ground: Ground<'a>,
    asking: Asking<'a>,
    line_items: L,
    taken: BTreeMap<&'a str, Tokens>,
    taken_under: BTreeMap<&'a str, Tokens>,
}

/// The price of an item on a line item.
enum Price<'a> {
    /// The table that applies does not have the item.
    Unknown,
    /// It has a formula that cannot be evaluated with what the request says (DM-RATE-047).
    Unpriceable,
    /// It has a rate.
    Rate(Decimal, &'a RateTable),
}

impl<'a, L: Iterator<Item = &'a LineItem> + Clone> Pool<'a, L> {
    /// The pool of the line items mapped to an instance, which come in the order of charging.
    pub fn new(ground: Ground<'a>, asking: Asking<'a>, line_items: L) -> Self {
        Self { ground, asking, line_items, taken: BTreeMap::new(), taken_under: BTreeMap::new() }
    }

    /// Makes a refund available to what is priced next. One into a line item that is no longer usable does not
    /// help (DM-SES-058).
    pub fn credit(&mut self, activation_id: &'a str, action: Option<&'a str>, refund: Tokens) {
        *self.taken.entry(activation_id).or_default() -= refund;
        if let Some(action) = action.filter(|_| self.ground.rules.access.refund_restores_allocation) {
            *self.taken_under.entry(action).or_default() -= refund;
        }
    }

    /// Prices one item and, when it can be paid, takes its tokens out of the pool. An item is granted whole or not
    /// at all (DM-ACC-026, DM-LI-A26).
    pub fn price(&mut self, requested: &RequestedItem) -> ItemVerdict {
        let mut offer =
            Offer { remaining: requested.count, shares: Vec::new(), verdict: ItemVerdict::NotFound };
        for pass in self.ground.rules.passes {
            if self.collect(requested, *pass, &mut offer) {
                return self.granted(offer);
            }
        }
        if self.ground.rules.sale.partial_grants && !offer.shares.is_empty() {
            return self.granted(offer);
        }
        offer.verdict
    }

    fn granted(&mut self, offer: Offer<'a>) -> ItemVerdict {
        self.take(&offer.shares);
        ItemVerdict::Granted(kept(offer.shares))
    }

    /// Goes through the line items in order until the count is paid; what the first cannot cover goes to the next
    /// (DM-LI-A23). An item that a line item could price, were it usable, lacks tokens; one that none could price
    /// is unknown (DM-CODE-006, DM-RATE-A08). One that only rules of access keep from it is barred (DM-CODE-005).
    fn collect(&self, requested: &RequestedItem, pass: Limit, offer: &mut Offer<'a>) -> bool {
        let Ground { rules, now, tolerance, .. } = self.ground;
        for line_item in self.line_items.clone() {
            let usable = (rules.usable)(line_item, now, tolerance);
            let tells = rules.sale.unusable_counts && matches!(offer.verdict, ItemVerdict::NotFound);
            if !usable && !tells {
                continue;
            }
            match self.rate_at(line_item, requested) {
                Price::Unknown => {}
                Price::Unpriceable => offer.verdict = ItemVerdict::Unpriceable,
                Price::Rate(rate, table) => {
                    let barred = usable && self.admission(line_item, 0) == Admission::Refused;
                    offer.lacks(if barred { ItemVerdict::Barred } else { ItemVerdict::Insufficient });
                    if usable && self.collect_from(line_item, rate, table, pass, offer) {
                        return true;
                    }
                    if barred && !rules.access.others_after_refusal {
                        return false;
                    }
                }
            }
        }
        false
    }

    /// Takes what a line item gives to this requester: nothing, or up to what its limits and the allocation of the
    /// action that admits the requester leave (DM-ROA-010, DM-LI-A08, DM-RULE-044).
    fn collect_from(
        &self,
        line_item: &'a LineItem,
        rate: Decimal,
        table: &'a RateTable,
        pass: Limit,
        offer: &mut Offer<'a>,
    ) -> bool {
        let rules = self.ground.rules;
        let mut from = 0;
        loop {
            let action = match self.admission(line_item, from) {
                Admission::Refused => return false,
                Admission::Open => None,
                Admission::Allowed(index) => Some(index),
            };
            let lane = Lane { line_item, action: action.map(|index| &line_item.actions[index]) };
            if offer.take(rules, lane, self.available(lane, pass, offer), rate, table) {
                return true;
            }
            // What an allocation cannot give is sought from other line items (DM-RULE-046).
            match action {
                Some(index) if rules.access.spent_allocation_passes_on => from = index + 1,
                _ => return false,
            }
        }
    }

    fn admission(&self, line_item: &LineItem, from: usize) -> Admission {
        let Ground { rules, conditions, .. } = self.ground;
        let Asking { dictionary, admits, .. } = self.asking;
        let actions = &line_item.actions;
        if from == 0 {
            return match self.admitted_before(line_item) {
                Some(index) => Admission::Allowed(index),
                None => admits(rules, actions, dictionary, conditions),
            };
        }
        match actions.get(from..) {
            None | Some([]) => Admission::Refused,
            Some(later) => match admits(rules, later, dictionary, conditions) {
                Admission::Allowed(index) => Admission::Allowed(from + index),
                other => other,
            },
        }
    }

    /// The action of a line item that an earlier charge was taken under.
    fn admitted_before(&self, line_item: &LineItem) -> Option<usize> {
        let shares = self.asking.as_granted.iter().flat_map(|charged| &charged.shares);
        let mut under = shares.filter_map(|share| share.action.as_deref());
        under.find_map(|id| line_item.actions.iter().position(|action| &*action.id == id))
    }

    /// What is left to this request. Without a limit it is what can still be counted exactly (DM-LI-A06,
    /// DM-OD-007, DM-ROA-007, DM-ROA-013, DM-RULE-048).
    fn available(&self, lane: Lane<'a>, limit: Limit, offer: &Offer<'a>) -> Tokens {
        let item = lane.line_item;
        let taken = |taken: &BTreeMap<&str, Tokens>, id: &str| taken.get(id).copied().unwrap_or_default();
        let limit = limit(self.ground.rules, item).unwrap_or(Tokens::MOST);
        let capacity = limit - item.used - taken(&self.taken, &item.activation_id) - offer.of_line_item(item);
        let allocation = lane.action.and_then(|action| {
            let ceiling = (self.ground.rules.access.ceiling)(action)?.min(Tokens::MOST);
            Some(ceiling - action.used - taken(&self.taken_under, &action.id) - offer.under(action))
        });
        (self.ground.rules.access.left_of_both)(Some(capacity), allocation).unwrap_or(capacity)
    }

    /// The price of an item on a line item, from the one table that applies (DM-RATE-A04, DM-LI-A07,
    /// DM-RATE-034).
    fn rate_at(&self, line_item: &LineItem, requested: &RequestedItem) -> Price<'a> {
        let Ground { rules, tables, pricing, .. } = self.ground;
        let Some(series) = (rules.line_items.series)(line_item) else { return Price::Unknown };
        let Some((table, item)) = (rules.tables.priced_by)(rules, tables, series, pricing.at, requested)
        else {
            return Price::Unknown;
        };
        match item.price(rules, requested) {
            Some(rate) => {
                let of_period = |period| (rules.sessions.period_rate)(rate, period);
                Price::Rate(pricing.period.map_or(rate, of_period), table)
            }
            None => Price::Unpriceable,
        }
    }

    fn take(&mut self, shares: &[(Lane<'a>, Share)]) {
        for (lane, share) in shares {
            *self.taken.entry(&lane.line_item.activation_id).or_default() += share.tokens;
            if let Some(action) = lane.action {
                *self.taken_under.entry(&action.id).or_default() += share.tokens;
            }
        }
    }
}

/// The shares alone. Sessions keep them for hours, by the hundred thousand, so that no spare room is kept along.
fn kept(shares: Vec<(Lane<'_>, Share)>) -> Vec<Share> {
    let mut kept = Vec::with_capacity(shares.len());
    kept.extend(shares.into_iter().map(|(_, share)| share));
    kept
}

/// A line item under the action that admits the requester, if there is one.
#[derive(Clone, Copy)]
struct Lane<'a> {
    line_item: &'a LineItem,
    action: Option<&'a Action>,
}

/// What has been collected for one item.
struct Offer<'a> {
    remaining: Decimal,
    shares: Vec<(Lane<'a>, Share)>,
    /// What becomes of the item if it is not paid.
    verdict: ItemVerdict,
}

impl<'a> Offer<'a> {
    /// Notes why a line item does not pay; that tokens are lacking outweighs that rules bar the requester.
    fn lacks(&mut self, reason: ItemVerdict) {
        if matches!(self.verdict, ItemVerdict::NotFound | ItemVerdict::Barred) {
            self.verdict = reason;
        }
    }

    /// Takes what is still wanted, as far as there is some; says whether that was all. A cut may pass through a
    /// single count (DM-LI-A25, DM-OD-004).
    fn take(
        &mut self,
        rules: &Rules,
        lane: Lane<'a>,
        available: Tokens,
        rate: Decimal,
        table: &RateTable,
    ) -> bool {
        let rate = (rules.sale.rate_of_part)(self.shares.first().map(|(_, share)| share.rate), rate);
        let Some(wanted) = (rules.charge)(self.remaining, rate) else { return false };
        let tokens = (rules.sale.part)(wanted, available, rate);
        if !wanted.is_zero() && (tokens.is_zero() || tokens.is_negative()) {
            return false;
        }
        let covers_all = tokens == wanted;
        let count = if covers_all { self.remaining } else { tokens.decimal() / rate };
        self.remaining -= count;
        self.add(lane, rate, count, tokens, table);
        covers_all
    }

    /// DM-RATE-A09.
    fn add(&mut self, lane: Lane<'a>, rate: Decimal, count: Decimal, tokens: Tokens, table: &RateTable) {
        let action = lane.action.map(|action| &*action.id);
        let same = |(_, share): &&mut (Lane<'_>, Share)| {
            share.activation_id == lane.line_item.activation_id && share.action.as_deref() == action
        };
        if let Some((_, share)) = self.shares.iter_mut().find(same) {
            share.tokens += tokens;
            share.count += count;
            return;
        }
        let share = Share {
            activation_id: lane.line_item.activation_id.clone(),
            action: lane.action.map(|action| Arc::clone(&action.id)),
            rate,
            count,
            tokens,
            series: table.series.clone(),
            table_version: table.version.clone(),
        };
        self.shares.push((lane, share));
    }

    fn of_line_item(&self, item: &LineItem) -> Tokens {
        let of_item = |(lane, _): &&(Lane<'_>, Share)| lane.line_item.activation_id == item.activation_id;
        self.shares.iter().filter(of_item).map(|(_, share)| share.tokens).sum()
    }

    fn under(&self, action: &Action) -> Tokens {
        let of_action = |(_, share): &&(Lane<'_>, Share)| share.action.as_deref() == Some(&action.id);
        self.shares.iter().filter(of_action).map(|(_, share)| share.tokens).sum()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::super::charging::RequestedItem;
    use super::super::line_item::tests::line_item;
    use super::super::{RateItem, Variables};
    use super::*;

    fn table() -> RateTable {
        let item = |name: &str, version: &str, rate: i64| RateItem {
            name: name.into(),
            version: version.into(),
            rate: Some(Decimal::from(rate)),
            formula: None,
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
            variables: Variables::default(),
        }
    }

    static NOBODY: LazyLock<(Dictionary, Conditions)> = LazyLock::new(Default::default);

    fn pool<'a>(
        rules: &'a Rules,
        tables: &'a [RateTable],
        now: Millis,
        items: &'a [LineItem],
    ) -> Pool<'a, std::slice::Iter<'a, LineItem>> {
        let ground = Ground {
            rules,
            tables,
            conditions: &NOBODY.1,
            now,
            pricing: Pricing { at: now, period: None },
            tolerance: 0,
        };
        let asking = Asking { dictionary: &NOBODY.0, admits: rules.access.admits_once, as_granted: &[] };
        Pool::new(ground, asking, items.iter())
    }

    fn tokens_by_line_item(verdict: &ItemVerdict) -> Vec<(String, Tokens)> {
        verdict.shares().iter().map(|share| (share.activation_id.to_string(), share.tokens)).collect()
    }

    #[test]
    fn w3_a_charge_is_split_over_line_items() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 10, 0, 50), line_item("ACT02", 100, 0, 60)];
        let mut pool = pool(&rules, &tables, 1, &items);
        let photo = pool.price(&ask("PhotoPrint", "1.0", 1));
        let cad = pool.price(&ask("CADPrint", "2.0", 8));
        assert_eq!(tokens_by_line_item(&photo), [("ACT01".into(), Tokens::from(3))]);
        assert_eq!(
            tokens_by_line_item(&cad),
            [("ACT01".into(), Tokens::from(7)), ("ACT02".into(), Tokens::from(49))]
        );
        assert_eq!(cad.shares()[1].count, Decimal::from(7));
    }

    /// DM-ACC-016.
    #[test]
    fn w5_a_cheaper_item_is_still_granted() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 20, 0, 50)];
        let mut pool = pool(&rules, &tables, 1, &items);
        assert_eq!(pool.price(&ask("CADPrint", "2.0", 3)), ItemVerdict::Insufficient);
        assert!(pool.price(&ask("PhotoPrint", "1.0", 5)).granted());
    }

    /// DM-LI-A14.
    #[test]
    fn an_unusable_line_item_that_knows_the_item_means_too_few_tokens() {
        let rules = Rules::default();
        let tables = [table()];
        let items = [line_item("ACT01", 20, 0, 50)];
        let mut pool = pool(&rules, &tables, 99, &items);
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
        let mut pool = pool(&rules, &tables, 1, &items);
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
        let mut pool = pool(&rules, &tables, 1, &items);
        let verdict = pool.price(&ask("PhotoPrint", "1.0", 5));
        assert_eq!(verdict.shares().iter().map(|share| share.tokens).sum::<Tokens>(), Tokens::from(15));
    }
}
