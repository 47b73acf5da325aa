//! Rows of one request (WH-USAGE-055, -067, -068, -070, -080).
//!
//! Whether a charge is right can only be said once all rows of its item are there: a share of a split charge
//! is less than rate × quantity. A request is judged when it closes, at the end or when too many are open.
//! Rows of a request carry one time, so that input in the order of time is judged in full. When requests had
//! to be closed early on input in no order, charges that may be shares are left out and counted.

use std::collections::{HashMap, VecDeque};

use rust_decimal::Decimal;

use super::super::cases::{Facts, Family};
use super::super::findings::At;
use super::super::forms::Form;
use super::super::numbers::close;
use super::super::row::Row;
use super::{Book, OPEN_GROUPS, hash_of};
use crate::report::events::Severity::{self, E, I, W};

const COST: &str = "WH-USAGE-055";
const GRAIN: &str = "WH-USAGE-067";
const AGREEMENT: &str = "WH-USAGE-068";
const SPLIT: &str = "WH-USAGE-070";
const TOGETHER: &str = "WH-USAGE-080";

/// Lines that one request keeps; more than a request can reasonably have, so that a data set in which every
/// row carries the same ID needs no more memory than others.
const LINES: usize = 16_384;
/// A row that is this much older than the newest one shows that the input is in no order of time.
const DISORDER_MS: i64 = 600_000;
/// Rows of a request lie within this time.
const SAME_TIME_MS: i64 = 1_000;

/// The columns in which the rows of a request agree, in the order of [`Agreement`].
const AGREEING: [&str; 7] =
    ["TENANT_ID", "ACCOUNT_ID", "INSTANCE_ID", "CONSUMER_ID", "CONSUMER_TYPE", "SESSION_ID", "METER_TYPE"];

type Agreement = [u64; 7];

/// What is kept of a row.
struct Line {
    row: u64,
    /// Item and version.
    item: u64,
    activation: u64,
    /// Everything that makes two rows alike.
    print: u64,
    charge: Option<Charge>,
    /// How bad a wrong product is: what formulas cost is not documented (WH-USAGE-098).
    level: Severity,
}

/// The three numbers of a charge.
#[derive(Clone, Copy)]
struct Charge {
    cost: Decimal,
    quantity: Decimal,
    tokens: Decimal,
}

impl Charge {
    fn of(row: &Row, facts: &Facts) -> Option<Self> {
        if !facts.charge {
            return None;
        }
        Some(Self { cost: row.meter_cost?, quantity: row.item_quantity?, tokens: row.meter_quantity? })
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

struct Request {
    correlation: String,
    agreement: Agreement,
    time_ms: Option<i64>,
    granted: bool,
    denied: bool,
    lines: Vec<Line>,
}

/// All open requests.
#[derive(Default)]
pub(super) struct Requests {
    open: HashMap<u64, Request>,
    order: VecDeque<u64>,
    newest_ms: Option<i64>,
    disordered: bool,
    left_out: u64,
    first_left_out: u64,
}

impl Requests {
    pub(super) fn take(&mut self, row: &Row, facts: &Facts, book: &mut Book) {
        let Some(correlation) = row.correlation_id.as_deref() else { return };
        self.watch_order(row.usage_time_ms);
        let key = hash_of(correlation);
        if let Some(request) = self.open.get_mut(&key) {
            request.compare(row, facts, book);
            request.add(row, facts, book);
            if request.lines.len() >= LINES {
                self.close_early(key, book);
            }
            return;
        }
        let mut request = Request::start(correlation, row);
        request.add(row, facts, book);
        self.open.insert(key, request);
        self.order.push_back(key);
        if self.open.len() > OPEN_GROUPS
            && let Some(oldest) = self.order.pop_front()
        {
            self.close_early(oldest, book);
            self.open.remove(&oldest);
        }
    }

    pub(super) fn finish(&mut self, book: &mut Book) {
        for request in self.open.values_mut() {
            request.close(true, book);
        }
        if self.left_out > 0 {
            let message = format!(
                "{} charges were not judged, as their requests are spread too far; sort by CORRELATION_ID",
                self.left_out
            );
            let at = At { row: self.first_left_out, correlation: "" };
            book.findings.add_counted(SPLIT, I, self.left_out, at, message);
        }
        self.open.clear();
        self.order.clear();
    }

    fn watch_order(&mut self, time_ms: Option<i64>) {
        let Some(time) = time_ms else { return };
        let newest = self.newest_ms.map_or(time, |newest| newest.max(time));
        self.disordered |= newest.saturating_sub(time) > DISORDER_MS;
        self.newest_ms = Some(newest);
    }

    /// Judges a request of which more rows might come.
    fn close_early(&mut self, key: u64, book: &mut Book) {
        let Some(request) = self.open.get_mut(&key) else { return };
        let complete = !self.disordered && request.lines.len() < LINES;
        let rows = request.close(complete, book);
        if let Some(first) = rows.first() {
            if self.left_out == 0 {
                self.first_left_out = *first;
            }
            self.left_out += rows.len() as u64;
        }
    }
}

impl Request {
    fn start(correlation: &str, row: &Row) -> Self {
        Self {
            correlation: correlation.to_owned(),
            agreement: agreement(row),
            time_ms: row.usage_time_ms,
            granted: false,
            denied: false,
            lines: Vec::new(),
        }
    }

    fn at(&self, row: u64) -> At<'_> {
        At { row, correlation: &self.correlation }
    }

    fn add(&mut self, row: &Row, facts: &Facts, book: &mut Book) {
        let item = hash_of(&(row.item.as_deref(), row.item_version.as_deref()));
        let activation = hash_of(&row.activation_ids);
        let numbers = (row.item_quantity, row.meter_quantity, row.used);
        let print = hash_of(&(item, activation, row.request_response.as_deref(), numbers));
        let level = if facts.formula { W } else { E };
        let charge = Charge::of(row, facts);
        self.lines.push(Line { row: row.number, item, activation, print, charge, level });
        if facts.elastic() && row.session_id.is_some() && !facts.refund {
            self.granted_or_denied(row.number, facts.denied, book);
        }
    }

    /// WH-USAGE-080, told once a request, at the first row that differs.
    fn granted_or_denied(&mut self, row: u64, denied: bool, book: &mut Book) {
        let mixed = self.granted && self.denied;
        self.granted |= !denied;
        self.denied |= denied;
        if self.granted && self.denied && !mixed {
            let message = "the session request has granted and denied items".to_owned();
            book.findings.add(TOGETHER, W, self.at(row), message);
        }
    }

    /// WH-USAGE-068: a row against the first one of its request.
    fn compare(&self, row: &Row, facts: &Facts, book: &mut Book) {
        let mine = agreement(row);
        let mut differs: Vec<&str> = AGREEING
            .iter()
            .zip(self.agreement.iter().zip(mine.iter()))
            .filter(|(_, (first, mine))| first != mine)
            .map(|(name, _)| *name)
            .filter(|name| facts.elastic() || *name != "METER_TYPE")
            .collect();
        if let (Some(first), Some(time)) = (self.time_ms, row.usage_time_ms)
            && first.abs_diff(time) > SAME_TIME_MS.unsigned_abs()
        {
            differs.push("USAGE_TIME");
        }
        if !differs.is_empty() {
            let message = format!("differs from the first row of its request in {}", differs.join(", "));
            book.findings.add(AGREEMENT, W, row.at(), message);
        }
    }

    /// Judges the lines and forgets them. Returns the rows that cannot be judged because more may come.
    fn close(&mut self, complete: bool, book: &mut Book) -> Vec<u64> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.sort_by_key(|line| (line.print, line.row));
        for pair in lines.windows(2) {
            if pair[0].print == pair[1].print {
                let message = format!("the same as row {}", pair[0].row);
                book.findings.add(GRAIN, W, self.at(pair[1].row), message);
            }
        }
        let mut charges: Vec<(&Line, Charge)> =
            lines.iter().filter_map(|line| line.charge.map(|charge| (line, charge))).collect();
        charges.sort_by_key(|(line, _)| (line.item, line.row));
        let mut open = Vec::new();
        for item in charges.chunk_by(|left, right| left.0.item == right.0.item) {
            open.extend(self.judge_item(item, complete, book));
        }
        open
    }

    fn judge_item(&self, item: &[(&Line, Charge)], complete: bool, book: &mut Book) -> Vec<u64> {
        let wrong: Vec<&(&Line, Charge)> = item.iter().filter(|(_, charge)| !charge.matches()).collect();
        let split = item.iter().any(|(line, _)| line.activation != item[0].0.activation);
        if split {
            self.judge_split(item, &wrong, complete, book);
            return Vec::new();
        }
        let mut open = Vec::new();
        for (line, charge) in wrong {
            let may_be_share = charge.product().is_some_and(|product| charge.tokens < product);
            if complete || !may_be_share {
                book.findings.add(COST, line.level, self.at(line.row), charge.says());
            } else {
                open.push(line.row);
            }
        }
        open
    }

    /// WH-USAGE-070. With every row right by itself, the rows show their shares; otherwise they repeat the
    /// quantity.
    fn judge_split(
        &self,
        item: &[(&Line, Charge)],
        wrong: &[&(&Line, Charge)],
        complete: bool,
        book: &mut Book,
    ) {
        let first = item[0].1.quantity;
        let Some((line, charge)) = wrong.first() else {
            if item.iter().any(|(_, charge)| charge.quantity != first) {
                book.forms.record(Family::Elastic, Form::Apportion, self.at(item[0].0.row));
            }
            return;
        };
        if shares_add_up(item) {
            book.forms.record(Family::Elastic, Form::Repeat, self.at(item[0].0.row));
        } else if complete {
            let message = format!("{}, and the shares do not add up to the quantity", charge.says());
            book.findings.add(SPLIT, W, self.at(line.row), message);
        }
    }
}

/// Whether the shares of rows that repeat a quantity make that quantity, once for each time it was requested.
fn shares_add_up(item: &[(&Line, Charge)]) -> bool {
    let mut charges: Vec<Charge> = item.iter().map(|(_, charge)| *charge).collect();
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

fn agreement(row: &Row) -> Agreement {
    [
        &row.tenant_id,
        &row.account_id,
        &row.instance_id,
        &row.consumer_id,
        &row.consumer_type,
        &row.session_id,
        &row.meter_type,
    ]
    .map(hash_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(cost: i64, quantity: i64, tokens: i64) -> Charge {
        Charge { cost: cost.into(), quantity: quantity.into(), tokens: tokens.into() }
    }

    fn line(row: u64) -> Line {
        Line { row, item: 0, activation: row, print: row, charge: None, level: E }
    }

    fn adds_up(charges: &[Charge]) -> bool {
        let lines: Vec<Line> = (1..).map(line).take(charges.len()).collect();
        let item: Vec<(&Line, Charge)> = lines.iter().zip(charges.iter().copied()).collect();
        shares_add_up(&item)
    }

    #[test]
    fn shares_of_different_rates_add_up_to_the_quantity() {
        assert!(adds_up(&[charge(7, 8, 7), charge(7, 8, 49)]));
        assert!(adds_up(&[charge(7, 8, 28), charge(5, 8, 20)]));
        assert!(!adds_up(&[charge(7, 8, 7), charge(7, 8, 42)]));
    }

    #[test]
    fn an_item_that_is_listed_twice_may_be_split_too() {
        assert!(adds_up(&[charge(7, 8, 7), charge(7, 8, 49), charge(7, 8, 56)]));
        assert!(adds_up(&[charge(7, 8, 7), charge(7, 8, 49), charge(7, 4, 28)]));
    }

    #[test]
    fn free_shares_and_zero_quantities_do_not_divide() {
        assert!(!adds_up(&[charge(0, 8, 7), charge(7, 8, 49)]));
        assert!(!adds_up(&[charge(7, 0, 7), charge(7, 0, 49)]));
    }
}
