//! The running total of each elastic line item (WH-USAGE-072, -073), and which form it has (WH-USAGE-008).
//!
//! `USED` after a row is `USED` before it plus `METER_QUANTITY`. Rows come in the order in which they were booked; the
//! rows of one instant may be in any, so that an instant is settled when the next one begins.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::cases::Family;
use super::super::compact::hash::HashedMap;
use super::super::compact::{Compact, Correlation};
use super::super::findings::At;
use super::super::forms::Form;
use super::super::knowledge::Knowledge;
use super::super::numbers::close;
use super::super::unsigned::Last;
use super::Book;
use super::trail::trail;
use crate::report::events::Severity::W;

const RUNNING_TOTAL: &str = "WH-USAGE-072";
const DROP: &str = "WH-USAGE-073";

/// How many rows of a first instant are tried as its first one.
const ANY_START: usize = 16;
/// How many rows of one instant are kept; with more the total is taken anew.
const INSTANT: usize = 16_384;

/// What is kept of a row.
struct Entry {
    row: u64,
    request: u64,
    correlation: Correlation,
    /// `USED` and `METER_QUANTITY`; without both, the total is unknown after this row.
    step: Option<Step>,
}

/// How one row changes the total of its line item.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The total after the row.
    pub(super) used: Decimal,
    /// What the row adds.
    pub(super) taken: Decimal,
}

impl Step {
    pub(super) fn before(self) -> Option<Decimal> {
        self.used.checked_sub(self.taken)
    }

    fn follows(self, total: Decimal) -> bool {
        total.checked_add(self.taken).is_some_and(|sum| close(sum, self.used))
    }
}

#[derive(Default)]
struct LineItem {
    at_ms: i64,
    instant: Vec<Entry>,
    total: Option<Decimal>,
    last: Option<Last>,
    /// Its total may start anew.
    resets: bool,
}

/// The running totals of all line items.
pub(super) struct RunningTotals {
    line_items: HashedMap<LineItem>,
    unsigned: Vec<u64>,
    knowledge: Arc<Knowledge>,
}

impl RunningTotals {
    pub(super) fn new(knowledge: Arc<Knowledge>) -> Self {
        Self { line_items: HashedMap::default(), unsigned: Vec::new(), knowledge }
    }

    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        if !row.facts.elastic() || row.facts.denied {
            return;
        }
        let (key, Some(time_ms)) = (row.line_item, row.time_ms) else { return };
        if key == 0 {
            return;
        }
        let line_item = self.line_items.entry(key).or_insert_with(|| {
            let known = self.knowledge.line_items.as_ref().and_then(|items| items.get(&row.activation));
            LineItem { resets: known.is_some_and(|known| known.resets), ..LineItem::default() }
        });
        if let (Some(used), Some(tokens)) = (row.used, row.tokens) {
            let session = row.session() != 0;
            if Last::advance(&mut line_item.last, time_ms, used, tokens, session) {
                self.unsigned.push(row.row);
            }
        }
        if time_ms != line_item.at_ms || line_item.instant.len() >= INSTANT {
            line_item.settle(book);
            line_item.at_ms = time_ms;
        }
        let step = row.used.zip(row.tokens).map(|(used, taken)| Step { used, taken });
        let request = row.correlation.key();
        line_item.instant.push(Entry { row: row.row, request, correlation: row.correlation.clone(), step });
    }

    /// No more rows come. Returns the rows that seem to be refunds without a sign.
    pub(super) fn finish(&mut self, book: &mut Book) -> Vec<u64> {
        for line_item in self.line_items.values_mut() {
            line_item.settle(book);
        }
        self.line_items.clear();
        std::mem::take(&mut self.unsigned)
    }
}

impl LineItem {
    fn settle(&mut self, book: &mut Book) {
        if let ([Entry { step: Some(step), .. }], Some(total)) = (self.instant.as_slice(), self.total)
            && step.follows(total)
        {
            self.total = Some(step.used);
        } else {
            let instant = std::mem::take(&mut self.instant);
            self.settle_instant(&instant, book);
            self.instant = instant;
        }
        self.instant.clear();
    }

    fn settle_instant(&mut self, instant: &[Entry], book: &mut Book) {
        if instant.is_empty() {
            return;
        }
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
        if let Some(total) = starts.iter().find_map(|start| trail(*start, &steps)) {
            self.total = Some(total);
            return;
        }
        for start in &starts {
            if let Some(total) = as_final(*start, instant, &steps) {
                record_form(*start, instant, book);
                self.total = Some(total);
                return;
            }
        }
        self.note_breaks(instant, &steps, book);
    }

    fn note_break(&self, entry: &Entry, step: Step, total: Decimal, book: &mut Book) {
        let (taken, used) = (step.taken, step.used);
        let correlation = entry.correlation.to_string();
        let at = At { row: entry.row, correlation: &correlation, time_ms: Some(self.at_ms) };
        let drops = used < total && taken >= Decimal::ZERO;
        if drops && self.resets {
            return;
        }
        let message = format!("USED is {used}; it was {total} before METER_QUANTITY {taken}");
        book.findings.add(RUNNING_TOTAL, W, at, message);
        if drops {
            book.findings.add(DROP, W, at, format!("USED drops from {total} to {used} without a refund"));
        }
    }

    /// No order explains the instant: every row that does not follow the one before it is a break.
    fn note_breaks(&mut self, instant: &[Entry], steps: &[Step], book: &mut Book) {
        for (entry, step) in instant.iter().zip(steps) {
            if let Some(total) = self.total
                && !step.follows(total)
            {
                self.note_break(entry, *step, total, book);
            }
            self.total = Some(step.used);
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
            let correlation = request[0].correlation.to_string();
            let at = At { row: request[0].row, correlation: &correlation, time_ms: None };
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
}
