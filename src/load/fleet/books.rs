//! What a fleet should be charged, and what its usage rows say.
//!
//! On a virtual clock nothing is left to chance: time stands still while clients do something, so that the instant
//! and the amount of every charge and refund are known to the last digit before its rows are read. What is expected
//! and what is seen are held against each other by session, instant and sign, and both are forgotten.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::amount;
use super::super::audit::{InvariantId, Tallies, Tally};
use super::super::model::{HOUR, MINUTE, Millis};
use super::super::population::Population;
use super::super::rows::Row;

/// A session is watched for so long after its end: the next charge would have come by then.
const AFTERMATH: Millis = 2 * HOUR;

/// A heartbeat at the very end of its window still counts, so that a session ends a moment later; whether its rows
/// tell that moment or the end of the window is for the target to choose.
const MOMENT: Millis = MINUTE;

/// Why tokens move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A client asked for its items.
    Access,
    /// A period has begun on a session that is kept alive.
    Period,
    /// A session was halted or closed on the way through its period.
    Left,
    /// A heartbeat was not sent.
    Missed,
}

impl Reason {
    /// What does not hold when the rows are missing.
    fn invariant(self) -> InvariantId {
        match self {
            Self::Access => InvariantId::OneSetOfRows,
            Self::Period => InvariantId::KeptAlive,
            Self::Left => InvariantId::RefundExact,
            Self::Missed => InvariantId::EndedWithoutHeartbeat,
        }
    }

    /// How much later than expected the rows may say that it happened.
    fn slack(self) -> Millis {
        if self == Self::Missed { MOMENT } else { 0 }
    }

    fn says(self) -> &'static str {
        match self {
            Self::Access => "the items that it asked for",
            Self::Period => "the period that begins",
            Self::Left => "the rest of the period that it left",
            Self::Missed => "the charge after which no heartbeat came",
        }
    }
}

/// Tokens that must move.
#[derive(Clone, Debug)]
pub struct Due {
    /// The session.
    pub session: Arc<str>,
    /// When.
    pub at: Millis,
    /// How many; negative when they go back.
    pub tokens: Decimal,
    /// Why.
    pub reason: Reason,
    /// Whether the session is over then.
    pub ends: bool,
}

/// Rows of one session that move tokens in one direction at one instant.
#[derive(Debug)]
struct Seen {
    at: Millis,
    back: bool,
    tokens: Decimal,
    correlation: String,
}

#[derive(Debug, Default)]
struct SessionBook {
    due: Vec<Due>,
    seen: Vec<Seen>,
    ended: Option<Millis>,
}

/// The account of a fleet.
#[derive(Debug)]
pub struct FleetBooks {
    population: Arc<Population>,
    used: Vec<Decimal>,
    sessions: HashMap<Arc<str>, SessionBook>,
    /// The last row of each site.
    last_seq: Vec<u64>,
    rows: u64,
    tallies: Tallies,
}

impl FleetBooks {
    /// Books in which nothing has happened.
    pub fn new(population: Arc<Population>, sites: usize) -> Self {
        Self {
            used: vec![Decimal::ZERO; population.line_items.len()],
            population,
            sessions: HashMap::new(),
            last_seq: vec![0; sites],
            rows: 0,
            tallies: Tallies::new(),
        }
    }

    /// How the invariants fare.
    pub fn tallies(&mut self) -> &mut Tallies {
        &mut self.tallies
    }

    /// Notes what must happen.
    pub fn expect(&mut self, due: Due) {
        let book = self.sessions.entry(Arc::clone(&due.session)).or_default();
        if due.ends {
            book.ended = Some(due.at);
        }
        book.due.push(due);
    }

    /// Notes that a session is over at this time, with nothing to pay back.
    pub fn note_end(&mut self, session: &Arc<str>, at: Millis) {
        self.sessions.entry(Arc::clone(session)).or_default().ended = Some(at);
    }

    /// Takes rows of a site in their order, and what is wrong with lines that cannot be read.
    pub fn read(&mut self, rows: Vec<Row>, unreadable: &[String], site: usize) {
        for line in unreadable {
            self.tallies.violate(InvariantId::OneSetOfRows, || format!("a row cannot be read: {line}"));
        }
        for row in rows {
            self.rows += 1;
            let last_seq = &mut self.last_seq[site];
            self.tallies.check(InvariantId::OneSetOfRows, row.seq == *last_seq + 1, || {
                format!("{} follows row {last_seq}", row.place())
            });
            *last_seq = row.seq;
            self.charge_line_item(&row);
            self.note_seen(row);
        }
    }

    fn charge_line_item(&mut self, row: &Row) {
        let index = row.activation.as_ref().and_then(|id| self.population.by_activation.get(id).copied());
        let Some(index) = index else {
            let held = row.quantity.is_zero();
            return self.tallies.check(InvariantId::Conservation, held, || {
                format!("{} takes {} from no line item of the run", row.place(), row.quantity)
            });
        };
        let (used, capacity) =
            (&mut self.used[index as usize], self.population.line_items[index as usize].capacity());
        *used = used.saturating_add(row.quantity);
        let right = row.used.is_some_and(|said| amount::same(said, *used));
        self.tallies.check(InvariantId::RunningTotal, right, || {
            format!("{} says {:?} are used, its line item has given out {used}", row.place(), row.used)
        });
        self.tallies.check(InvariantId::NoOverspend, *used <= capacity, || {
            format!("{} brings its line item to {used} of {capacity}", row.place())
        });
    }

    fn note_seen(&mut self, row: Row) {
        let book = row.session.as_deref().and_then(|session| self.sessions.get_mut(session));
        let (Some(at), Some(book)) = (row.usage_time_ms, book) else {
            return self.tallies.violate(InvariantId::NeverChargedAfterEnd, || {
                format!("{} has no time, or belongs to no session that is open", row.place())
            });
        };
        let back = row.is_refund();
        match book.seen.last_mut().filter(|seen| (seen.at, seen.back) == (at, back)) {
            Some(seen) => {
                seen.tokens = seen.tokens.saturating_add(row.quantity);
                let one = seen.correlation == row.correlation;
                self.tallies.check(InvariantId::OneSetOfRows, one, || {
                    format!(
                        "{} has another correlation ID than the rows of its charge before it",
                        row.place()
                    )
                });
            }
            None => {
                book.seen.push(Seen { at, back, tokens: row.quantity, correlation: row.correlation });
            }
        }
    }

    /// Holds what was expected until this time against what was seen.
    pub fn settle(&mut self, until: Millis) {
        let Self { sessions, tallies, .. } = self;
        sessions.retain(|session, book| {
            settle_session(session, book, until, tallies);
            let over = book.ended.is_some_and(|end| end + AFTERMATH <= until) && book.due.is_empty();
            if over {
                tallies.exercise(InvariantId::NeverChargedAfterEnd, 1);
            }
            !over
        });
    }

    /// Compares the rows with what the line items say in the end.
    pub fn close(mut self, after: &[Decimal]) -> (Vec<Tally>, u64) {
        self.settle(Millis::MAX / 2);
        for (index, (line_item, said)) in self.population.line_items.iter().zip(after).enumerate() {
            let used = self.used[index];
            self.tallies.check(InvariantId::Conservation, amount::same(used, *said), || {
                format!("{}: used is {said}, its rows add up to {used}", line_item.activation_id)
            });
            if index + 1 == after.len() {
                self.tallies.check(InvariantId::CanaryUntouched, said.is_zero(), || {
                    format!("{}, of which nobody asked anything, has used {said}", line_item.activation_id)
                });
            }
        }
        (self.tallies.into_all(), self.rows)
    }
}

fn settle_session(session: &str, book: &mut SessionBook, until: Millis, tallies: &mut Tallies) {
    for due in book.due.extract_if(.., |due| due.at + due.reason.slack() <= until) {
        let back = due.tokens.is_sign_negative();
        let when = due.at..=due.at + due.reason.slack();
        let place = book.seen.iter().position(|seen| seen.back == back && when.contains(&seen.at));
        let (what, tokens) = (due.reason.says(), due.tokens);
        let Some(seen) = place.map(|index| book.seen.remove(index)) else {
            tallies.check(due.reason.invariant(), false, || {
                format!("session {session} at {}: no row moves {tokens} tokens for {what}", due.at)
            });
            continue;
        };
        // A refund is one test: that it is there, and that it is as much as it must be.
        let invariant = if back { due.reason.invariant() } else { InvariantId::Conservation };
        if !back {
            tallies.exercise(due.reason.invariant(), 1);
        }
        tallies.check(invariant, amount::same(seen.tokens, tokens), || {
            format!("session {session} at {}: {} tokens for {what}, it must be {tokens}", due.at, seen.tokens)
        });
    }
    for seen in book.seen.extract_if(.., |seen| seen.at + MOMENT <= until) {
        let late = book.ended.is_some_and(|end| end <= seen.at);
        let invariant = if late { InvariantId::NeverChargedAfterEnd } else { InvariantId::OneSetOfRows };
        tallies.violate(invariant, || {
            let Seen { at, tokens, correlation, .. } = &seen;
            format!(
                "session {session} at {at}: {tokens} tokens under {correlation}, for which there is no reason"
            )
        });
    }
}

#[cfg(test)]
mod tests;
