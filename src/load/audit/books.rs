//! Ledger and rows side by side, while the run goes on.
//!
//! Operations come as they end, rows as they are read. Rows are taken in their order, each as soon as it is
//! known to whom it belongs; an operation is compared with its rows when they are there, and both are forgotten.
//! What is kept does not grow with the run: line items, instances, live sessions, and what is on its way.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::super::amount;
use super::super::ground::REQUEST_TIMEOUT;
use super::super::ledger::{Entry, Fate, Kind};
use super::super::population::Population;
use super::super::rows::Row;
use super::duties::Clock;
use super::instance::InstanceBook;
use super::line_item::{LineItemBook, overspend};
use super::open::OpenOperations;
use super::operation::reconcile;
use super::owners::{Owner, owner};
use super::prices::prices;
use super::sessions::Sessions;
use super::totals::Totals;
use super::{InvariantId, Tallies, Tally};

/// A row may be read this long before the answer of its operation is booked.
const HORIZON: Duration = Duration::from_secs(REQUEST_TIMEOUT.as_secs() + 1);

/// Ledger and rows of a run.
#[derive(Debug)]
pub struct Books {
    population: Arc<Population>,
    offers_rows: bool,
    patience: Duration,
    line_items: Vec<LineItemBook>,
    instances: Vec<InstanceBook>,
    sessions: Sessions,
    open: OpenOperations,
    /// Rows that were read of a site at these instants and belong to nobody yet, and those behind them.
    rows: VecDeque<(Instant, usize, Row)>,
    /// The last row of each site.
    last_seq: Vec<u64>,
    any_session: bool,
    totals: Totals,
    tallies: Tallies,
}

impl Books {
    /// Empty books for a population whose line items had used this much; rows may take `patience` to appear.
    pub fn new(
        population: Arc<Population>,
        before: &[Decimal],
        offers_rows: bool,
        patience: Duration,
        clock: Clock,
        sites: usize,
    ) -> Self {
        Self {
            line_items: before.iter().copied().map(LineItemBook::new).collect(),
            instances: population.instances.iter().map(|_| InstanceBook::default()).collect(),
            population,
            offers_rows,
            patience: patience + HORIZON,
            sessions: Sessions::new(clock, patience + HORIZON),
            open: OpenOperations::default(),
            rows: VecDeque::new(),
            last_seq: vec![0; sites],
            any_session: false,
            totals: Totals::default(),
            tallies: Tallies::new(),
        }
    }

    /// Takes an operation that has ended.
    pub fn enter(&mut self, entry: Entry) {
        self.totals.enter(&entry);
        match &entry.fate {
            Fate::Answered(_) => self.tallies.exercise(InvariantId::AnswersMakeSense, 1),
            Fate::Wrong { why } => self
                .tallies
                .check(InvariantId::AnswersMakeSense, false, || format!("operation {}: {why}", entry.number)),
            Fate::Lost { .. } => {}
        }
        self.any_session |= entry.kind.in_session();
        if entry.kind.charges() || entry.kind.in_session() {
            self.note_at_instance(&entry);
        }
        if let Some(answered) = entry.answered() {
            if entry.kind == Kind::SessionHeartbeat && self.offers_rows {
                self.tallies.exercise(InvariantId::HeartbeatsAreFree, 1);
            }
            for charge in answered.items.iter().flat_map(|item| &item.charges) {
                let sum = &mut self.line_items[charge.line_item as usize].answered;
                *sum = sum.saturating_add(charge.tokens);
            }
        }
        self.sessions.enter(&entry);
        let patience = self.offers_rows.then_some(self.patience);
        if let Some(correlation) = self.open.enter(entry, patience) {
            self.tallies.violate(InvariantId::OneSetOfRows, || {
                format!("two answers carry the correlation ID {correlation}")
            });
        }
    }

    fn note_at_instance(&mut self, entry: &Entry) {
        let Some(instance) = self.instances.get_mut(entry.instance as usize) else { return };
        instance.touched = true;
        instance.sessions |= entry.kind.in_session();
        if entry.answered().is_none() {
            let highest =
                entry.wanted.iter().filter_map(|wanted| prices(&self.population, entry, wanted).pop());
            instance.in_doubt = instance.in_doubt.saturating_add(amount::sum(highest));
        }
    }

    /// Notes that the target confirmed the end of a session.
    pub fn note_closed(&mut self, session: &Arc<str>) {
        self.sessions.note_closed(session);
    }

    /// Takes rows that were read of a site at this instant, in their order, and what is wrong with lines that could not be.
    pub fn read(&mut self, rows: Vec<Row>, unreadable: &[String], site: usize, at: Instant) {
        self.rows.extend(rows.into_iter().map(|row| (at, site, row)));
        for line in unreadable {
            self.tallies.violate(InvariantId::OneSetOfRows, || format!("a row cannot be read: {line}"));
        }
    }

    /// Counts a look at something that had been answered before.
    pub fn look(&mut self, held: bool, describe: impl FnOnce() -> String) {
        self.tallies.check(InvariantId::ReadYourWrites, held, describe);
    }

    /// Reconciles what can be, and forgets it.
    pub fn reconcile(&mut self, now: Instant) {
        self.go_on(now, false);
    }

    /// How many operations and sessions are remembered.
    #[cfg(test)]
    pub fn remembered(&self) -> (usize, usize) {
        (self.open.len(), self.sessions.len())
    }

    /// Whether no answered operation lacks a row.
    pub fn is_complete(&self) -> bool {
        self.open.incomplete() == 0
    }

    fn go_on(&mut self, now: Instant, all: bool) {
        while let Some((read_at, site, row)) = self.rows.pop_front() {
            let now_or_never = all || now.saturating_duration_since(read_at) > HORIZON;
            let Some(owner) = owner(&self.population, &self.open, &self.sessions, &row, now_or_never) else {
                self.rows.push_front((read_at, site, row));
                break;
            };
            self.take_row(row, site, owner);
        }
        for open in self.open.take_due(now, all) {
            if self.offers_rows {
                reconcile(&self.population, &open, &mut self.tallies);
            }
            self.sessions.reconciled(&open.entry);
            if let Some(instance) = self.instances.get_mut(open.entry.instance as usize) {
                instance.reconciled(&self.population, &open, self.offers_rows);
            }
        }
        self.sessions.forget(now, all, &mut self.tallies);
    }

    fn take_row(&mut self, row: Row, site: usize, owner: Owner) {
        let (from, to) = (self.last_seq[site] + 1, row.seq);
        if from < to {
            self.tallies.violate(InvariantId::OneSetOfRows, || {
                format!("the rows from {from} to before {to} are missing")
            });
        }
        self.last_seq[site] = to;
        let line_item = row.activation.as_ref().and_then(|id| self.population.by_activation.get(id));
        if let Some(index) = line_item.map(|index| *index as usize) {
            let entry = match &owner {
                Owner::Operation(number) => self.open.get(*number).map(|open| &open.entry),
                _ => None,
            };
            let item = &self.population.line_items[index];
            self.line_items[index].row(item, &row, entry, &mut self.tallies);
        }
        let session = row.session.clone().unwrap_or_default();
        match owner {
            Owner::Operation(number) => {
                self.sessions.charge(&session, &row, Some(number), &mut self.tallies);
                self.open.add_row(number, row);
            }
            Owner::Refund => self.sessions.refund(&session, &row, &mut self.tallies),
            Owner::Automatic => self.sessions.charge(&session, &row, None, &mut self.tallies),
            Owner::Stray => self.sessions.stray(&session, &row),
            Owner::Ended => self.tallies.violate(InvariantId::NeverChargedAfterEnd, || {
                format!("{} is of session {session}, which had ended", row.place())
            }),
            Owner::Heartbeat => self.tallies.violate(InvariantId::HeartbeatsAreFree, || {
                format!(
                    "{} in session {session} belongs to no request, only heartbeats were sent",
                    row.place()
                )
            }),
            Owner::Nobody(why) => {
                self.tallies.violate(InvariantId::OneSetOfRows, || format!("{} {why}", row.place()));
            }
        }
    }

    /// Reconciles what is left, given what the line items have used in the end.
    pub fn close(mut self, after: &[Decimal]) -> (Vec<Tally>, Totals) {
        self.go_on(Instant::now(), true);
        for (index, used) in after.iter().enumerate() {
            let item = &self.population.line_items[index];
            self.line_items[index].close_request(item, &mut self.tallies);
            overspend(item, *used, || "after the run".to_owned(), &mut self.tallies);
            self.conserve(index, *used);
        }
        self.count_winners(after);
        (self.tallies.into_all(), self.totals)
    }

    fn count_winners(&mut self, after: &[Decimal]) {
        let mut sums = vec![[Decimal::ZERO; 3]; self.instances.len()];
        for ((item, book), after) in self.population.line_items.iter().zip(&self.line_items).zip(after) {
            let own = [item.capacity(), book.before, *after];
            for (sum, amount) in sums[item.instance as usize].iter_mut().zip(own) {
                *sum = sum.saturating_add(amount);
            }
        }
        for ((book, instance), sums) in self.instances.iter().zip(&self.population.instances).zip(sums) {
            book.settle(&instance.id, sums, &mut self.tallies);
        }
    }

    /// What was taken from a line item is what was charged: its rows sum to the change of `used`. One that nobody
    /// asked for must not have changed at all.
    fn conserve(&mut self, index: usize, after: Decimal) {
        let (book, item) = (&self.line_items[index], &self.population.line_items[index]);
        let instance = &self.instances[item.instance as usize];
        let used = after.saturating_sub(book.before);
        let id = &item.activation_id;
        if !instance.touched {
            let untouched = used.is_zero() && book.rows == 0;
            self.tallies.check(InvariantId::CanaryUntouched, untouched, || {
                format!("{id}: nobody asked for it, its used count changed by {used} in {} rows", book.rows)
            });
            return;
        }
        if self.offers_rows {
            if book.rows > 0 || !used.is_zero() {
                let taken = book.taken;
                self.tallies.check(InvariantId::Conservation, amount::same(taken, used), || {
                    format!("{id}: its rows sum to {taken}, its used count changed by {used}")
                });
            }
            return;
        }
        // Without rows the answers have to do: what was answered was taken, and beyond it at most what was asked for
        // in requests without an answer. Sessions are left out, because answers do not tell refunds.
        let (least, most) = (book.answered, book.answered.saturating_add(instance.in_doubt));
        if self.any_session || (used.is_zero() && least.is_zero()) {
            return;
        }
        let held = (used >= least && used <= most) || amount::same(used, least) || amount::same(used, most);
        self.tallies.check(InvariantId::Conservation, held, || {
            format!("{id}: the answers charge between {least} and {most}, its used count changed by {used}")
        });
    }
}
