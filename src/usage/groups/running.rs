//! The running total of each elastic line item (WH-USAGE-072), and which form it has (WH-USAGE-008).
//!
//! `USED` after a row is `USED` before it plus `METER_QUANTITY`. That needs the rows in the order in which
//! they were booked: by `_SEQ`, which is the order of the input where rows carry it; otherwise by usage time,
//! then by the order of the input. Rows wait in a buffer until there are many, and the older half is then
//! settled. Small data sets are therefore put in order completely; a large one must come roughly in the order
//! of time, and a line item for which it does not is mentioned and not judged.

use std::collections::HashMap;

use rust_decimal::Decimal;

use super::super::cases::{Facts, Family};
use super::super::findings::At;
use super::super::forms::Form;
use super::super::numbers::close;
use super::super::row::Row;
use super::{Book, hash_of};
use crate::report::events::Severity::{I, W};

const RUNNING_TOTAL: &str = "WH-USAGE-072";

/// How many rows wait in all.
const BUFFER: usize = 131_072;
/// How many rows of one instant are tried in any order; more are taken in the order of the input.
const ANY_ORDER: usize = 64;
/// How many rows of a first instant are tried as its first one.
const ANY_START: usize = 16;
/// How many breaks of one line item are kept until it is known that its rows came in order.
const KEPT_BREAKS: usize = 5;

/// What is kept of a row.
struct Entry {
    /// Order before the row number: the time, or nothing where the input has an order of its own.
    rank: i64,
    row: u64,
    time_ms: i64,
    request: u64,
    correlation: String,
    /// `USED` and `METER_QUANTITY`; without both, the total is unknown after this row.
    step: Option<Step>,
}

#[derive(Clone, Copy)]
struct Step {
    used: Decimal,
    taken: Decimal,
}

impl Step {
    fn before(self) -> Option<Decimal> {
        self.used.checked_sub(self.taken)
    }

    fn follows(self, total: Decimal) -> bool {
        total.checked_add(self.taken).is_some_and(|sum| close(sum, self.used))
    }
}

struct Break {
    row: u64,
    correlation: String,
    message: String,
}

#[derive(Default)]
struct LineItem {
    waiting: Vec<Entry>,
    total: Option<Decimal>,
    settled_ms: Option<i64>,
    late_rows: u64,
    first_late: u64,
    break_count: u64,
    breaks: Vec<Break>,
}

/// The running totals of all line items.
#[derive(Default)]
pub(super) struct RunningTotals {
    line_items: HashMap<u64, LineItem>,
    waiting: usize,
}

impl RunningTotals {
    pub(super) fn take(&mut self, row: &Row, facts: &Facts, book: &mut Book) {
        if !facts.elastic() || facts.denied {
            return;
        }
        let (Some(activation), Some(time_ms)) = (row.activation_id(), row.usage_time_ms) else { return };
        let key = hash_of(&(&row.tenant_id, &row.instance_id, activation));
        let step = row.used.zip(row.meter_quantity).map(|(used, taken)| Step { used, taken });
        let correlation = row.correlation_id.clone().unwrap_or_default();
        let rank = if row.sequence.is_some() { i64::MIN } else { time_ms };
        let request = hash_of(correlation.as_str());
        let entry = Entry { rank, row: row.number, time_ms, request, correlation, step };
        self.line_items.entry(key).or_default().wait(entry);
        self.waiting += 1;
        if self.waiting >= BUFFER {
            self.settle_older_half(book);
        }
    }

    pub(super) fn finish(&mut self, book: &mut Book) {
        for line_item in self.line_items.values_mut() {
            line_item.settle(0, book);
            line_item.report(book);
        }
        self.line_items.clear();
        self.waiting = 0;
    }

    fn settle_older_half(&mut self, book: &mut Book) {
        self.waiting = 0;
        for line_item in self.line_items.values_mut() {
            line_item.settle(line_item.waiting.len() / 2, book);
            self.waiting += line_item.waiting.len();
        }
    }
}

impl LineItem {
    fn wait(&mut self, entry: Entry) {
        if entry.rank != i64::MIN && self.settled_ms.is_some_and(|settled| entry.time_ms < settled) {
            if self.late_rows == 0 {
                self.first_late = entry.row;
            }
            self.late_rows += 1;
        }
        self.waiting.push(entry);
    }

    /// Settles all but the `keep` latest rows, and never part of an instant.
    fn settle(&mut self, keep: usize, book: &mut Book) {
        self.waiting.sort_by_key(|entry| (entry.rank, entry.row));
        let mut due = self.waiting.len().saturating_sub(keep);
        while due > 0
            && due < self.waiting.len()
            && self.waiting[due].time_ms == self.waiting[due - 1].time_ms
        {
            due += 1;
        }
        let entries: Vec<Entry> = self.waiting.drain(..due).collect();
        for instant in entries.chunk_by(|left, right| left.time_ms == right.time_ms) {
            self.settle_instant(instant, book);
            self.settled_ms = instant.last().map(|entry| entry.time_ms);
        }
    }

    fn settle_instant(&mut self, instant: &[Entry], book: &mut Book) {
        let steps: Option<Vec<Step>> = instant.iter().map(|entry| entry.step).collect();
        let Some(steps) = steps else {
            self.total = None;
            return;
        };
        let starts = self.total.map_or_else(|| possible_starts(instant, &steps), |total| vec![total]);
        for start in &starts {
            if in_given_order(*start, &steps) {
                record_form(*start, instant, book);
                self.total = steps.last().map(|step| step.used);
                return;
            }
        }
        for start in &starts {
            if let Some(total) = as_final(*start, instant, &steps) {
                record_form(*start, instant, book);
                self.total = Some(total);
                return;
            }
            if let Some(total) = in_any_order(*start, &steps) {
                self.total = Some(total);
                return;
            }
        }
        self.note_breaks(instant, &steps);
    }

    /// No order explains the instant: every row that does not follow the one before it is a break.
    fn note_breaks(&mut self, instant: &[Entry], steps: &[Step]) {
        for (entry, step) in instant.iter().zip(steps) {
            if let Some(total) = self.total
                && !step.follows(total)
            {
                self.break_count += 1;
                if self.breaks.len() < KEPT_BREAKS {
                    let (taken, used) = (step.taken, step.used);
                    self.breaks.push(Break {
                        row: entry.row,
                        correlation: entry.correlation.clone(),
                        message: format!("USED is {used}; it was {total} before METER_QUANTITY {taken}"),
                    });
                }
            }
            self.total = Some(step.used);
        }
    }

    fn report(&mut self, book: &mut Book) {
        if self.late_rows > 0 {
            let message = format!(
                "the running total was not judged, because {} rows are out of order; sort by USAGE_TIME",
                self.late_rows
            );
            let at = At { row: self.first_late, correlation: "" };
            book.findings.add_counted(RUNNING_TOTAL, I, self.late_rows, at, message);
            return;
        }
        let unkept = self.break_count - self.breaks.len() as u64;
        for (index, broken) in self.breaks.drain(..).enumerate() {
            let count = if index == 0 { 1 + unkept } else { 1 };
            let at = At { row: broken.row, correlation: &broken.correlation };
            book.findings.add_counted(RUNNING_TOTAL, W, count, at, broken.message);
        }
    }
}

/// What the total may have been before the first rows of a line item: the first row tells, in either form;
/// where rows of one instant are in disorder, any of them may be the first.
fn possible_starts(instant: &[Entry], steps: &[Step]) -> Vec<Decimal> {
    let first_request: Option<Decimal> = instant
        .chunk_by(|left, right| left.request == right.request)
        .next()
        .and_then(|request| sum_of(&steps[..request.len()]));
    let as_final = first_request.and_then(|sum| steps[0].used.checked_sub(sum));
    let tried = if steps.len() <= ANY_START { steps } else { &steps[..1] };
    let mut starts: Vec<Decimal> = tried.iter().filter_map(|step| step.before()).chain(as_final).collect();
    starts.retain(|start| *start >= Decimal::ZERO);
    starts
}

fn sum_of(steps: &[Step]) -> Option<Decimal> {
    steps.iter().try_fold(Decimal::ZERO, |sum, step| sum.checked_add(step.taken))
}

fn in_given_order(start: Decimal, steps: &[Step]) -> bool {
    let mut total = start;
    steps.iter().all(|step| {
        let follows = step.follows(total);
        total = step.used;
        follows
    })
}

/// The form *final*: every row of a request shows the total after the request.
fn as_final(start: Decimal, instant: &[Entry], steps: &[Step]) -> Option<Decimal> {
    let mut total = start;
    let mut from = 0;
    for request in instant.chunk_by(|left, right| left.request == right.request) {
        let steps = &steps[from..from + request.len()];
        from += request.len();
        total = total.checked_add(sum_of(steps)?)?;
        if !steps.iter().all(|step| close(step.used, total)) {
            return None;
        }
    }
    Some(total)
}

/// Rows of one instant may come in any order: always take one that follows.
fn in_any_order(start: Decimal, steps: &[Step]) -> Option<Decimal> {
    if steps.len() > ANY_ORDER {
        return None;
    }
    let mut left = steps.to_vec();
    let mut total = start;
    while !left.is_empty() {
        let next = left.iter().position(|step| step.follows(total))?;
        total = left.swap_remove(next).used;
    }
    Some(total)
}

/// A request with several rows on the line item shows the form, unless both forms fit (S-27).
fn record_form(start: Decimal, instant: &[Entry], book: &mut Book) {
    if instant.len() == 1 {
        return;
    }
    let mut total = start;
    for request in instant.chunk_by(|left, right| left.request == right.request) {
        let steps: Vec<Step> = request.iter().filter_map(|entry| entry.step).collect();
        let running = in_given_order(total, &steps);
        let after = as_final(total, request, &steps);
        if request.len() > 1 && running != after.is_some() {
            let at = At { row: request[0].row, correlation: &request[0].correlation };
            let form = if running { Form::Running } else { Form::Final };
            book.forms.record(Family::Elastic, form, at);
        }
        total = steps.last().map_or(total, |step| step.used);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(taken: i64, used: i64) -> Step {
        Step { used: used.into(), taken: taken.into() }
    }

    #[test]
    fn refunds_subtract() {
        let v4 = [step(30, 30), step(30, 60), step(30, 90), step(-20, 70)];
        assert!(in_given_order(Decimal::ZERO, &v4));
        assert!(!in_given_order(Decimal::ONE, &v4));
    }

    #[test]
    fn rows_of_one_instant_may_come_in_any_order() {
        let shuffled = [step(14, 44), step(30, 30)];
        assert!(!in_given_order(Decimal::ZERO, &shuffled));
        assert_eq!(in_any_order(Decimal::ZERO, &shuffled), Some(Decimal::from(44)));
        assert_eq!(in_any_order(Decimal::from(5), &shuffled), None);
    }
}
