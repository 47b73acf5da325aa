//! Rows of one request (WH-USAGE-055, -067, -068, -070, -071, -080).
//!
//! Whether a charge is right can only be said once all rows of its item are there: a share of a split charge is less
//! than rate × quantity. Rows come in the order of time and those of a request carry one time, so that a request is
//! complete when 8,192 others have begun after it. It is judged then, or at the end, and its ID is remembered for a while:
//! it must not come again.

use std::collections::VecDeque;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::cases::Family;
use super::super::compact::hash::HashedMap;
use super::super::compact::{AGREEING, Compact};
use super::super::findings::At;
use super::super::forms::Form;
use super::super::knowledge::{Knowledge, LineItem};
use super::super::numbers::{at_most, close};
use super::super::reading::quote;
use super::remembered::Remembered;
use super::{Book, OPEN_REQUESTS, PAST_REQUESTS};
use crate::report::events::Severity::{self, E, W};

const COST: &str = "WH-USAGE-055";
const GRAIN: &str = "WH-USAGE-067";
const AGREEMENT: &str = "WH-USAGE-068";
const SPLIT: &str = "WH-USAGE-070";
const ORDER: &str = "WH-USAGE-071";
const TOGETHER: &str = "WH-USAGE-080";

/// Lines that one request keeps; more than a request can reasonably have, so that a data set in which every
/// row carries the same ID needs no more memory than others.
const LINES: usize = 16_384;
/// Rows of a request lie within this time.
const SAME_TIME_MS: u64 = 1_000;

/// The three numbers of a charge.
#[derive(Clone, Copy)]
struct Charge {
    cost: Decimal,
    quantity: Decimal,
    tokens: Decimal,
}

impl Charge {
    fn of(row: &Compact) -> Option<Self> {
        if !row.facts.charge {
            return None;
        }
        Some(Self { cost: row.cost?, quantity: row.quantity?, tokens: row.tokens? })
    }

    fn product(self) -> Option<Decimal> {
        self.cost.checked_mul(self.quantity)
    }

    fn matches(self) -> bool {
        self.product().is_some_and(|product| close(product, self.tokens))
    }

    /// The part of the item quantity that these tokens pay for.
    fn share(self) -> Option<Decimal> {
        self.tokens.checked_div(self.cost)
    }

    fn says(self) -> String {
        let (cost, quantity, tokens) = (self.cost, self.quantity, self.tokens);
        let product = self.product().map_or_else(|| "too much".to_owned(), |product| product.to_string());
        format!("METER_QUANTITY is {tokens}, but {cost} × {quantity} make {product}")
    }
}

/// A request, by its rows. Nearly all have one or two.
struct Request {
    key: u64,
    first: Compact,
    more: Vec<Compact>,
    granted: bool,
    denied: bool,
}

/// All open requests, the oldest first.
pub(super) struct Requests {
    open: VecDeque<Request>,
    /// How many requests have been closed: where the oldest open one stands in all of them.
    closed: u64,
    places: HashedMap<u64>,
    /// The first rows of requests that are closed, by their IDs; the oldest first.
    past: Remembered<u64>,
    knowledge: Arc<Knowledge>,
}

impl Requests {
    pub(super) fn new(knowledge: Arc<Knowledge>) -> Self {
        Self {
            open: VecDeque::new(),
            closed: 0,
            places: HashedMap::default(),
            past: Remembered::new(PAST_REQUESTS),
            knowledge,
        }
    }

    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        if row.correlation.is_none() {
            return;
        }
        let key = row.correlation.key();
        if let Some(place) = self.places.get(&key)
            && let Some(request) = self.open.get_mut((place - self.closed) as usize)
        {
            request.compare(row, book);
            request.granted_or_denied(row, book);
            request.more.push(row.clone());
            if request.more.len() >= LINES {
                request.close(&self.knowledge, book);
                request.more.clear();
            }
            return;
        }
        if let Some(first) = self.past.get(key) {
            let message = format!("row {first}, of another time, has the same CORRELATION_ID");
            book.add(AGREEMENT, W, row, message);
        }
        let mut request =
            Request { key, first: row.clone(), more: Vec::new(), granted: false, denied: false };
        request.granted_or_denied(row, book);
        self.places.insert(key, self.closed + self.open.len() as u64);
        self.open.push_back(request);
        if self.open.len() > OPEN_REQUESTS {
            self.close_oldest(book);
        }
    }

    pub(super) fn finish(&mut self, book: &mut Book) {
        while !self.open.is_empty() {
            self.close_oldest(book);
        }
    }

    fn close_oldest(&mut self, book: &mut Book) {
        let Some(request) = self.open.pop_front() else { return };
        self.closed += 1;
        self.places.remove(&request.key);
        request.close(&self.knowledge, book);
        self.past.insert(request.key, request.first.row);
    }
}

impl Request {
    /// WH-USAGE-080, told once a request, at the first row that differs.
    fn granted_or_denied(&mut self, row: &Compact, book: &mut Book) {
        let denied = row.facts.denied;
        if !row.facts.elastic() || row.session() == 0 || row.facts.refund {
            return;
        }
        let mixed = self.granted && self.denied;
        self.granted |= !denied;
        self.denied |= denied;
        if self.granted && self.denied && !mixed {
            let message = "the session request has granted and denied items".to_owned();
            book.add(TOGETHER, W, row, message);
        }
    }

    /// WH-USAGE-068: a row against the first one of its request.
    fn compare(&self, row: &Compact, book: &mut Book) {
        let late = self
            .first
            .time_ms
            .zip(row.time_ms)
            .is_some_and(|(first, time)| first.abs_diff(time) > SAME_TIME_MS);
        if self.first.agreement == row.agreement && !late {
            return;
        }
        let mut differs: Vec<&str> = AGREEING
            .iter()
            .zip(self.first.agreement.iter().zip(row.agreement.iter()))
            .filter(|(_, (first, mine))| first != mine)
            .map(|(name, _)| *name)
            .filter(|name| row.facts.elastic() || *name != "METER_TYPE")
            .collect();
        if late {
            differs.push("USAGE_TIME");
        }
        if !differs.is_empty() {
            let message = format!("differs from the first row of its request in {}", differs.join(", "));
            book.add(AGREEMENT, W, row, message);
        }
    }

    /// Judges the rows that are there.
    fn close(&self, knowledge: &Knowledge, book: &mut Book) {
        if self.more.is_empty() {
            if let Some(charge) = Charge::of(&self.first)
                && !charge.matches()
            {
                book.add(COST, level_of(&self.first), &self.first, charge.says());
            }
            return;
        }
        let mut rows: Vec<&Compact> = std::iter::once(&self.first).chain(&self.more).collect();
        note_twins(&rows, book);
        rows.sort_by_key(|row| (row.item, row.row));
        for item in rows.chunk_by(|left, right| left.item == right.item) {
            let charges: Vec<(&Compact, Charge)> =
                item.iter().filter_map(|row| Charge::of(row).map(|charge| (*row, charge))).collect();
            if !charges.is_empty() {
                judge_item(&charges, knowledge, book);
            }
        }
    }
}

/// How bad a wrong product is: what formulas cost is not documented (WH-USAGE-098).
fn level_of(row: &Compact) -> Severity {
    if row.facts.formula { W } else { E }
}

/// WH-USAGE-067.
fn note_twins(rows: &[&Compact], book: &mut Book) {
    let mut prints: Vec<(u64, &Compact)> = rows.iter().map(|row| (row.print(), *row)).collect();
    prints.sort_by_key(|(print, row)| (*print, row.row));
    for pair in prints.windows(2) {
        if pair[0].0 == pair[1].0 {
            book.add(GRAIN, W, pair[1].1, format!("the same as row {}", pair[0].1.row));
        }
    }
}

fn judge_item(item: &[(&Compact, Charge)], knowledge: &Knowledge, book: &mut Book) {
    let wrong: Vec<&(&Compact, Charge)> = item.iter().filter(|(_, charge)| !charge.matches()).collect();
    let split = item.iter().any(|(row, _)| row.activation != item[0].0.activation);
    if split {
        judge_order(item, knowledge, book);
        return judge_split(item, &wrong, book);
    }
    for (row, charge) in wrong {
        book.add(COST, level_of(row), row, charge.says());
    }
}

/// WH-USAGE-071: what ends first is charged first, and until it is used up. A line item of another series may have
/// been passed over.
fn judge_order(item: &[(&Compact, Charge)], knowledge: &Knowledge, book: &mut Book) {
    let Some(line_items) = &knowledge.line_items else { return };
    let known = item.iter().filter_map(|(row, _)| Some((*row, line_items.get(&row.activation)?)));
    let mut charged: Vec<(&Compact, &LineItem)> = known.collect();
    charged.sort_by_key(|(_, line_item)| (line_item.end_ms.unwrap_or(i64::MAX), line_item.start_ms));
    for pair in charged.windows(2) {
        let ((earlier, first), (later, second)) = (pair[0], pair[1]);
        let left =
            earlier.used.zip(earlier.entitled).is_some_and(|(used, entitled)| !at_most(entitled, used));
        if left && first.series == second.series && earlier.activation != later.activation {
            let message = format!("charged while {} had tokens left", quote(&first.activation_id));
            book.add(ORDER, W, later, message);
        }
    }
}

/// WH-USAGE-070. With every row right by itself, the rows show their shares; otherwise they repeat the quantity.
fn judge_split(item: &[(&Compact, Charge)], wrong: &[&(&Compact, Charge)], book: &mut Book) {
    let first = item[0].1.quantity;
    let correlation = item[0].0.correlation.to_string();
    let at = At { row: item[0].0.row, correlation: &correlation, time_ms: None };
    let Some((row, charge)) = wrong.first() else {
        if item.iter().any(|(_, charge)| charge.quantity != first) {
            book.forms.record(Family::Elastic, Form::Apportion, at);
        }
        return;
    };
    if shares_add_up(item) {
        book.forms.record(Family::Elastic, Form::Repeat, at);
    } else {
        let message = format!("{}, and the shares do not add up to the quantity", charge.says());
        book.add(SPLIT, W, row, message);
    }
}

/// Whether the shares of rows that repeat a quantity make that quantity, once for each time it was requested.
fn shares_add_up(item: &[(&Compact, Charge)]) -> bool {
    let charges: Vec<Charge> = item.iter().map(|(_, charge)| *charge).collect();
    add_up(charges)
}

fn add_up(mut charges: Vec<Charge>) -> bool {
    charges.sort_by_key(|charge| charge.quantity);
    charges.chunk_by(|left, right| left.quantity == right.quantity).all(|same| {
        if same.iter().all(|charge| charge.matches()) {
            return true;
        }
        let sum = same
            .iter()
            .try_fold(Decimal::ZERO, |sum, charge| sum.checked_add(charge.share()?))
            .unwrap_or_default();
        let Some(times) = sum.checked_div(same[0].quantity).map(|times| times.round()) else { return false };
        let whole = times.checked_mul(same[0].quantity).is_some_and(|whole| close(whole, sum));
        whole && times >= Decimal::ONE && times <= Decimal::from(same.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(cost: i64, quantity: i64, tokens: i64) -> Charge {
        Charge { cost: cost.into(), quantity: quantity.into(), tokens: tokens.into() }
    }

    #[test]
    fn shares_of_different_rates_add_up_to_the_quantity() {
        assert!(add_up(vec![charge(7, 8, 7), charge(7, 8, 49)]));
        assert!(add_up(vec![charge(7, 8, 28), charge(5, 8, 20)]));
        assert!(!add_up(vec![charge(7, 8, 7), charge(7, 8, 42)]));
    }

    #[test]
    fn an_item_that_is_listed_twice_may_be_split_too() {
        assert!(add_up(vec![charge(7, 8, 7), charge(7, 8, 49), charge(7, 8, 56)]));
        assert!(add_up(vec![charge(7, 8, 7), charge(7, 8, 49), charge(7, 4, 28)]));
    }

    #[test]
    fn free_shares_and_zero_quantities_do_not_divide() {
        assert!(!add_up(vec![charge(0, 8, 7), charge(7, 8, 49)]));
        assert!(!add_up(vec![charge(7, 0, 7), charge(7, 0, 49)]));
    }
}
