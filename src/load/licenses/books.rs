//! Answers and usage rows of license servers side by side, while the run goes on.
//!
//! A request is compared with its rows when they are there, and both are forgotten. What is kept does not grow with the
//! run: the features, what hosts hold, and what is on its way.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::super::audit::{InvariantId, Tallies, Tally, Totals};
use super::super::ground::REQUEST_TIMEOUT;
use super::super::ledger::operation_number;
use super::hall::Hall;
use super::journal::{Begun, LicenseFate, Note};
use super::race::Races;
use super::reconcile::reconcile;
use super::rows::LicenseRow;

/// A request whose rows are awaited.
#[derive(Debug)]
pub struct Open {
    /// What was asked.
    pub begun: Begun,
    /// What became of it; nothing while it is under way.
    pub fate: Option<LicenseFate>,
    /// Its rows so far.
    pub rows: Vec<LicenseRow>,
}

impl Open {
    /// How many rows its answer demands: one for each entry, and one for each feature that was left out.
    fn demanded(&self) -> Option<usize> {
        let Some(LicenseFate::Answered(outcomes)) = &self.fate else { return None };
        Some(outcomes.len() + self.begun.released()?.count())
    }
}

impl Begun {
    /// What the host held and does not ask for any more; nothing when it is not certain what it held.
    pub fn released(&self) -> Option<impl Iterator<Item = (u16, i64)> + '_> {
        let before = self.before.as_ref()?;
        let asked = |feature: u16| self.wanted.iter().any(|(other, _)| *other == feature);
        Some(before.iter().copied().filter(move |(feature, _)| !asked(*feature)))
    }
}

/// What the rows and answers say of one feature.
#[derive(Clone, Debug, Default)]
struct FeatureBook {
    /// In use or consumed, by the rows so far.
    total: i64,
    /// Granted by answers: for metered features, all that was consumed.
    answered: i64,
    /// Asked for in requests without an answer.
    in_doubt: i64,
}

/// Answers and rows of a run.
#[derive(Debug)]
pub struct LicenseBooks {
    hall: Arc<Hall>,
    offers_rows: bool,
    patience: Duration,
    features: Vec<FeatureBook>,
    /// What each host holds by the rows so far.
    held: HashMap<String, Vec<(u16, i64)>>,
    open: HashMap<u64, Open>,
    deadlines: VecDeque<(Instant, u64)>,
    /// Complete since this round, and since the one before: a row too many is seen with the others.
    complete: (Vec<u64>, Vec<u64>),
    last_seq: u64,
    races: Races,
    totals: Totals,
    tallies: Tallies,
}

impl LicenseBooks {
    /// Empty books; rows may take `patience` to appear.
    pub fn new(hall: &Arc<Hall>, contenders: u64, offers_rows: bool, patience: Duration) -> Self {
        Self {
            offers_rows,
            patience: patience + REQUEST_TIMEOUT,
            features: vec![FeatureBook::default(); hall.accounts()],
            held: HashMap::new(),
            open: HashMap::new(),
            deadlines: VecDeque::new(),
            complete: (Vec::new(), Vec::new()),
            last_seq: 0,
            races: Races::new(contenders),
            totals: Totals::default(),
            tallies: Tallies::of_licenses(),
            hall: Arc::clone(hall),
        }
    }

    /// How the invariants fare.
    pub fn tallies(&mut self) -> &mut Tallies {
        &mut self.tallies
    }

    /// How many requests and hosts are remembered.
    #[cfg(test)]
    pub fn remembered(&self) -> (usize, usize) {
        (self.open.len(), self.held.len())
    }

    /// Whether no answered request lacks a row.
    pub fn is_complete(&self) -> bool {
        let lacks = |open: &Open| open.demanded().is_some_and(|demanded| open.rows.len() < demanded);
        !self.offers_rows || !self.open.values().any(lacks)
    }

    /// Takes a note of the workers.
    pub fn enter(&mut self, note: Note) {
        match note {
            Note::Begun(begun) => {
                self.open.insert(begun.number, Open { begun, fate: None, rows: Vec::new() });
            }
            Note::Ended { number, fate, seen } => {
                for seen in seen {
                    self.tallies.check(seen.id, seen.fault.is_none(), || seen.fault.unwrap_or_default());
                }
                self.ended(number, fate);
            }
        }
    }

    fn ended(&mut self, number: u64, fate: LicenseFate) {
        let Some(open) = self.open.get_mut(&number) else { return };
        match &fate {
            LicenseFate::Answered(outcomes) => {
                self.totals.answered();
                self.tallies.exercise(InvariantId::AnswersMakeSense, 1);
                for ((feature, count), outcome) in open.begun.wanted.iter().zip(outcomes) {
                    let book = &mut self.features[self.hall.account(open.begun.server, *feature)];
                    book.answered += if outcome.is_granted() { *count } else { 0 };
                }
            }
            LicenseFate::Wrong { why } => {
                self.totals.wrong();
                let says = || format!("request {number}: {why}");
                self.tallies.check(InvariantId::AnswersMakeSense, false, says);
            }
            LicenseFate::Lost { deliberate, why } => self.totals.lost(*deliberate, why),
        }
        if !matches!(fate, LicenseFate::Answered(_)) {
            for (feature, count) in &open.begun.wanted {
                self.features[self.hall.account(open.begun.server, *feature)].in_doubt += *count;
            }
        }
        self.races.ended(&self.hall, &open.begun, &fate, &mut self.tallies);
        open.fate = Some(fate);
        self.deadlines.push_back((Instant::now() + self.patience, number));
        self.note_complete(number);
    }

    /// Notes that the last row of an answered request is there, or that there are none to wait for.
    fn note_complete(&mut self, number: u64) {
        let Some(open) = self.open.get(&number) else { return };
        let complete = open.demanded().is_some_and(|demanded| open.rows.len() == demanded);
        if complete || (open.fate.is_some() && !self.offers_rows) {
            self.complete.0.push(number);
        }
    }

    /// Takes rows in their order, and what is wrong with lines that could not be read.
    pub fn read(&mut self, rows: Vec<LicenseRow>, unreadable: &[String]) {
        for line in unreadable {
            self.tallies.violate(InvariantId::OneSetOfRows, || format!("a row cannot be read: {line}"));
        }
        for row in rows {
            let (after, seq) = (self.last_seq, row.seq);
            if after + 1 < seq {
                self.tallies.violate(InvariantId::OneSetOfRows, || {
                    format!("the rows from {} to before {seq} are missing", after + 1)
                });
            }
            self.last_seq = seq;
            self.take_row(row);
        }
    }

    fn take_row(&mut self, row: LicenseRow) {
        let number = row.operation.as_deref().and_then(|id| operation_number(&self.hall.run, id));
        let server = self.hall.servers.iter().position(|server| *server == row.instance);
        let feature = self.hall.feature_named(&row.feature);
        let open = number.and_then(|number| self.open.get_mut(&number));
        let (Some(open), Some(server), Some(feature)) = (open, server, feature) else {
            return self.tallies.violate(InvariantId::OneSetOfRows, || {
                format!("{} belongs to no request whose rows are awaited", row.place())
            });
        };
        let number = open.begun.number;
        let asked = open.begun.wanted.iter().any(|(other, _)| *other == feature);
        open.rows.push(row.clone());
        if row.code.is_none() {
            let account = self.hall.account(u32::try_from(server).unwrap_or(0), feature);
            self.move_total(&row, account, feature, asked);
        }
        self.note_complete(number);
    }

    /// Holds `USED` of a row without a denial against what it must be after the rows before it.
    fn move_total(&mut self, row: &LicenseRow, account: usize, feature: u16, asked: bool) {
        let Some(quantity) = whole(row.quantity) else { return };
        let (of, before) = (self.hall.feature(account), self.features[account].total);
        let (id, total) = if of.metered {
            (InvariantId::MeteredOnlyGrows, before + quantity)
        } else if asked {
            let held = self.held.entry(row.host.clone()).or_default();
            let former = held.iter().find(|(other, _)| *other == feature).map_or(0, |(_, count)| *count);
            held.retain(|(other, _)| *other != feature);
            held.push((feature, quantity));
            (InvariantId::RunningTotal, before + quantity - former)
        } else {
            if let Some(held) = self.held.get_mut(&row.host) {
                held.retain(|(other, _)| *other != feature);
                if held.is_empty() {
                    self.held.remove(&row.host);
                }
            }
            (InvariantId::ReturnsRestore, before - quantity)
        };
        let said = row.used.and_then(whole);
        self.tallies.check(id, said == Some(total), || {
            format!("{}: USED is {:?} after {before}, it must be {total}", row.place(), row.used)
        });
        // What the target says is what it goes on from.
        let total = said.unwrap_or(total);
        self.features[account].total = total;
        self.tallies.check(InvariantId::HeldWithinEntitled, total <= of.capacity, || {
            format!("{} brings {} to {total} of {}", row.place(), self.hall.name(account), of.capacity)
        });
    }

    /// Reconciles what can be, and forgets it. With `all`, everything that is left.
    pub fn reconcile(&mut self, now: Instant, all: bool) {
        let complete = std::mem::take(&mut self.complete.0);
        let mut due = std::mem::replace(&mut self.complete.1, complete);
        while let Some((deadline, number)) = self.deadlines.front() {
            if self.open.contains_key(number) && *deadline > now {
                break;
            }
            due.push(*number);
            self.deadlines.pop_front();
        }
        if all {
            due = self.open.keys().copied().collect();
            due.sort_unstable();
        }
        for number in due {
            let Some(open) = self.open.remove(&number) else { continue };
            if self.offers_rows {
                reconcile(&self.hall, &open, &mut self.tallies);
            }
        }
    }

    /// Holds a look at a feature against what was certain and possible meanwhile, and against the look before.
    pub fn look(&mut self, account: usize, used: i64, [floor, peak]: [i64; 2]) {
        let name = || self.hall.name(account);
        if self.hall.feature(account).is_canary {
            return self.tallies.check(InvariantId::CanaryUntouched, used == 0, || {
                format!("{}, for which nobody asked, shows {used} in use", name())
            });
        }
        if peak > 0 || used != 0 {
            self.tallies.check(InvariantId::ReadYourWrites, (floor..=peak).contains(&used), || {
                format!("{}: between {floor} and {peak} were in use, and {used} are shown", name())
            });
        }
    }

    /// Compares everything with what the license servers show in the end, when everything was returned.
    pub fn close(mut self, after: &[(usize, i64)]) -> (Vec<Tally>, Totals) {
        self.reconcile(Instant::now(), true);
        self.races.close(&self.hall, &mut self.tallies);
        for (account, used) in after {
            let (of, book) = (self.hall.feature(*account), &self.features[*account]);
            let name = || self.hall.name(*account);
            if of.is_canary {
                self.tallies.check(InvariantId::CanaryUntouched, *used == 0, || {
                    format!("{}, for which nobody asked, shows {used} in use", name())
                });
            } else if of.metered {
                let (least, most) = (book.answered, book.answered + book.in_doubt);
                let held = (least..=most).contains(used) && (!self.offers_rows || book.total == *used);
                let total = book.total;
                self.tallies.check(InvariantId::MeteredOnlyGrows, held, || {
                    format!("{}: {used} is shown, answers say {least} to {most}, rows {total}", name())
                });
            } else if book.answered > 0 {
                self.tallies.check(InvariantId::ReturnsRestore, *used == 0, || {
                    format!("{}: all is returned, and {used} are in use", name())
                });
            }
        }
        (self.tallies.into_all(), self.totals)
    }
}

/// A count, which has no fraction.
fn whole(count: Decimal) -> Option<i64> {
    count.is_integer().then(|| count.to_i64()).flatten()
}
