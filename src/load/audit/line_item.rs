//! One line item: what its rows take, where its total stands, and in which order its requests came.

use std::time::Instant;

use rust_decimal::Decimal;

use super::super::amount;
use super::super::ledger::Entry;
use super::super::population::LineItem;
use super::super::rows::Row;
use super::{InvariantId, Tallies};

/// What is known of a line item so far.
#[derive(Debug)]
pub struct LineItemBook {
    /// `used` before the run.
    pub before: Decimal,
    /// What its rows take together.
    pub taken: Decimal,
    /// What answers say was charged to it.
    pub answered: Decimal,
    /// How many rows there are.
    pub rows: u64,
    /// Where its total stood before the rows in `request`.
    total: Decimal,
    /// The latest rows, which have one correlation ID.
    request: Vec<Step>,
    correlation: String,
    /// When the latest of its requests was sent, and a row of it.
    latest: Option<(Instant, u64)>,
}

#[derive(Debug)]
struct Step {
    seq: u64,
    quantity: Decimal,
    used: Option<Decimal>,
}

impl LineItemBook {
    /// A line item that had used this much.
    pub fn new(before: Decimal) -> Self {
        Self {
            before,
            taken: Decimal::ZERO,
            answered: Decimal::ZERO,
            rows: 0,
            total: before,
            request: Vec::new(),
            correlation: String::new(),
            latest: None,
        }
    }

    /// Takes the next row on this line item, which belongs to this operation if to any.
    pub fn row(&mut self, item: &LineItem, row: &Row, entry: Option<&Entry>, tallies: &mut Tallies) {
        self.rows += 1;
        self.taken = self.taken.saturating_add(row.quantity);
        overspend(item, row.used.unwrap_or_default(), || row.place(), tallies);
        if row.correlation != self.correlation {
            self.close_request(item, tallies);
            self.correlation.clone_from(&row.correlation);
        }
        self.request.push(Step { seq: row.seq, quantity: row.quantity, used: row.used });
        if let Some(entry) = entry {
            self.order(row, entry, tallies);
        }
    }

    /// On each line item, a request that was answered before another was sent has its rows before the other's.
    ///
    /// It is enough to know the latest sending among the rows so far: if any of them was sent after this row's
    /// request had been answered, it stands too early.
    fn order(&mut self, row: &Row, entry: &Entry, tallies: &mut Tallies) {
        if let (Some((sent, earlier)), Some(answered)) = (self.latest, entry.answered()) {
            tallies.check(InvariantId::RealTimeOrder, answered.at >= sent, || {
                let ahead_us = sent.saturating_duration_since(answered.at).as_micros();
                format!(
                    "{} stands behind row {earlier}, whose request was sent {ahead_us} µs after its answer",
                    row.place()
                )
            });
        }
        if self.latest.is_none_or(|(sent, _)| entry.sent > sent) {
            self.latest = Some((entry.sent, row.seq));
        }
    }

    /// `USED` of each row is that of the row before plus what the row takes.
    ///
    /// Two forms are legal where one request has several rows on a line item: each with the total so far, or all
    /// with the total after the request.
    pub fn close_request(&mut self, item: &LineItem, tallies: &mut Tallies) {
        let taken = amount::sum(self.request.iter().map(|step| step.quantity));
        let after = self.total.saturating_add(taken);
        let mut so_far = self.total;
        for step in &self.request {
            so_far = so_far.saturating_add(step.quantity);
            let held = step.used.is_some_and(|used| amount::same(used, so_far) || amount::same(used, after));
            tallies.check(InvariantId::RunningTotal, held, || {
                let used = step.used.map_or_else(|| "nothing".to_owned(), |used| used.to_string());
                format!("row {}: {} should stand at {so_far} and shows {used}", step.seq, item.activation_id)
            });
        }
        self.total = self.request.last().and_then(|step| step.used).unwrap_or(after);
        self.request.clear();
    }
}

/// No line item gives out more than quantity and overdraft. Only line items that are meant to run out count as a
/// test: the others prove nothing.
pub fn overspend(item: &LineItem, used: Decimal, place: impl FnOnce() -> String, tallies: &mut Tallies) {
    if item.small && !used.is_zero() {
        tallies.exercise(InvariantId::NoOverspend, 1);
    }
    let capacity = item.capacity();
    if used > capacity && !amount::same(used, capacity) {
        tallies.violate(InvariantId::NoOverspend, || {
            format!("{}: {} has given out {used} of {capacity} tokens", place(), item.activation_id)
        });
    }
}
