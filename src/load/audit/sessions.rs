//! Sessions: what they are charged comes back exactly, and nothing is charged after the end.
//!
//! What must come back is computed by the model: the pure rules of the reference server.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::super::ledger::{Entry, Kind};
use super::super::model::{HOUR, MINUTE, Millis, Tokens, half_period, unused_part};
use super::super::rows::Row;
use super::duties::{Clock, Duties, Sign};
use super::recent::Recent;
use super::{InvariantId, Tallies};

/// The charge period of a site that was not told otherwise.
pub const PERIOD: Millis = HOUR;

/// A request that is given up may be carried out for so long.
const LONGEST: Millis = MINUTE;

/// How far apart two times may be that are meant to be one.
pub const CLOSE_BY: Millis = 1000;

/// The sessions of a run that have not ended, or not been reconciled since.
#[derive(Debug)]
pub struct Sessions {
    books: HashMap<Arc<str>, SessionBook>,
    /// Closed, until all that belongs to them has come.
    closing: Vec<(Instant, Arc<str>)>,
    ended: Recent,
    clock: Clock,
    /// How long what belongs to a session may take to come.
    patience: Duration,
    swept: Instant,
}

/// What is known of one session.
#[derive(Debug, Default)]
struct SessionBook {
    /// Charges that have neither been given back nor used up.
    charges: Vec<Charge>,
    /// The request that they were made for.
    operation: Option<u64>,
    duties: Duties,
    /// Operations that are not reconciled yet.
    under_way: usize,
    beats: bool,
    closed: bool,
    charged: bool,
    /// Whether all had come a round ago.
    done: bool,
    /// Rows that charge although nothing was in use.
    strays: Vec<String>,
    /// When an operation of it ended, or a row of it was read.
    touched: Option<Instant>,
}

#[derive(Debug)]
struct Charge {
    activation: String,
    item: String,
    quantity: Decimal,
    at: Option<Millis>,
    automatic: bool,
}

/// What a row of a session may be that belongs to no request and gives nothing back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnDoing {
    /// The charge of another period, or the refusal of one.
    Automatic,
    /// A charge although nothing is in use.
    Stray,
    /// Nothing that a session does by itself, and heartbeats were sent.
    Heartbeat,
    /// Nothing that a session does by itself.
    Nothing,
}

impl Sessions {
    /// No sessions; times in rows are compared with those of heartbeats by this clock.
    pub fn new(clock: Clock, patience: Duration) -> Self {
        Self {
            books: HashMap::new(),
            closing: Vec::new(),
            ended: Recent::default(),
            clock,
            patience,
            swept: Instant::now(),
        }
    }

    /// Takes an operation in.
    pub fn enter(&mut self, entry: &Entry) {
        let Some(session) = entry.session.as_ref().filter(|_| entry.kind.in_session()) else { return };
        let book = self.books.entry(Arc::clone(session)).or_default();
        book.under_way += 1;
        book.touched = Some(Instant::now());
        let answered = entry.answered();
        let (sent, beat) = (self.clock.millis(entry.sent), entry.kind == Kind::SessionHeartbeat);
        let given_up = sent.saturating_add(LONGEST);
        let done = answered.map_or(given_up, |answered| self.clock.millis(answered.at));
        book.duties.note(Sign { sent, done, sure: beat && answered.is_some() });
        book.beats |= beat;
        if entry.kind == Kind::SessionClose && answered.is_some() {
            self.note_closed(session);
        }
    }

    /// Notes that the target confirmed the end of a session.
    pub fn note_closed(&mut self, session: &Arc<str>) {
        if let Some(book) = self.books.get_mut(session)
            && !book.closed
        {
            book.closed = true;
            self.closing.push((Instant::now() + self.patience, Arc::clone(session)));
        }
    }

    /// Notes that an operation has been reconciled.
    pub fn reconciled(&mut self, entry: &Entry) {
        if let Some(book) = entry.session.as_ref().and_then(|session| self.books.get_mut(session)) {
            book.under_way = book.under_way.saturating_sub(1);
        }
    }

    /// Whether the session is one of the run and has not been forgotten.
    pub fn knows(&self, session: &str) -> bool {
        self.books.contains_key(session)
    }

    /// Whether the session was forgotten a short while ago.
    pub fn has_ended(&self, session: &str) -> bool {
        self.ended.knows(session)
    }

    /// Whether a row with the mark of this request is what the session does by itself for it, again and again.
    pub fn repeats(&self, session: &str, row: &Row, operation: u64) -> bool {
        let of_operation = self.books.get(session).is_some_and(|book| book.operation == Some(operation));
        of_operation && self.own_doing(session, row) == OwnDoing::Automatic
    }

    /// What a row may be that belongs to no request and gives nothing back.
    pub fn own_doing(&self, session: &str, row: &Row) -> OwnDoing {
        let Some(book) = self.books.get(session) else { return OwnDoing::Nothing };
        let last = book.charges.iter().filter_map(|charge| charge.at).max();
        let periodic = last.zip(row.usage_time_ms).is_some_and(|(last, at)| at >= last + PERIOD - CLOSE_BY);
        let takes = row.quantity > Decimal::ZERO;
        if periodic && (takes || row.is_denied()) {
            OwnDoing::Automatic
        } else if takes && book.charges.is_empty() {
            OwnDoing::Stray
        } else if book.beats {
            OwnDoing::Heartbeat
        } else {
            OwnDoing::Nothing
        }
    }

    /// Takes a charge that was made for a request, or by the session itself.
    pub fn charge(&mut self, session: &str, row: &Row, operation: Option<u64>, tallies: &mut Tallies) {
        let automatic = operation.is_none();
        let Some(activation) = row.activation.clone() else { return };
        let Some(book) = self.books.get_mut(session) else { return };
        book.charged = true;
        book.touched = Some(Instant::now());
        book.operation = operation.or(book.operation);
        if let Some(now) = row.usage_time_ms {
            // What was paid for is used up, and no longer comes back.
            book.charges.retain(|charge| charge.at.is_none_or(|at| at + PERIOD - CLOSE_BY > now));
            if automatic {
                book.duties.charged_again(session, now, tallies);
            } else {
                book.duties.started_anew();
            }
        }
        let (item, quantity, at) = (row.item.clone(), row.quantity, row.usage_time_ms);
        book.charges.push(Charge { activation, item, quantity, at, automatic });
    }

    /// Takes a charge in a session in which nothing was in use.
    pub fn stray(&mut self, session: &str, row: &Row) {
        if let Some(book) = self.books.get_mut(session) {
            book.strays.push(row.place());
        }
    }

    /// Takes a refund: it is a charge of this session times the unused share of its period, to a millionth of a
    /// token.
    pub fn refund(&mut self, session: &str, row: &Row, tallies: &mut Tallies) {
        let Some(book) = self.books.get_mut(session) else { return };
        // A change of items writes refunds and charges at one time in no stated order, so the oldest goes first.
        let activation = row.activation.as_deref();
        let reverses =
            |charge: &Charge| Some(charge.activation.as_str()) == activation && charge.item == row.item;
        let charge = book.charges.iter().position(reverses).map(|index| book.charges.remove(index));
        let fault = match &charge {
            Some(charge) => fault_of_refund(charge, row),
            None => Some("there is no charge that it could reverse".to_owned()),
        };
        tallies.check(InvariantId::RefundExact, fault.is_none(), || {
            format!("{}: {}", row.place(), fault.unwrap_or_default())
        });
        if let Some((charge, at)) = charge.filter(|charge| charge.automatic).zip(row.usage_time_ms)
            && charge.at.is_some_and(|from| at.abs_diff(from + half_period(PERIOD)) <= CLOSE_BY as u64)
            && -row.quantity == charge.quantity
        {
            book.duties.ended_for_want_of_one(session, tallies);
            let is_over = book.charges.is_empty();
            let ended = self.books.get_key_value(session).filter(|_| is_over);
            if let Some(session) = ended.map(|(session, _)| Arc::clone(session)) {
                self.note_closed(&session);
            }
        }
    }

    /// Forgets the sessions that are closed and reconciled; with `all`, judges those that are left, too.
    pub fn forget(&mut self, now: Instant, all: bool, tallies: &mut Tallies) {
        let (books, ended) = (&mut self.books, &mut self.ended);
        self.closing.retain(|(deadline, session)| {
            let Some(book) = books.get_mut(session) else { return false };
            let ready = book.under_way == 0 && book.charges.is_empty();
            let was_ready = std::mem::replace(&mut book.done, ready);
            if !(all || *deadline <= now || ready && was_ready) {
                return true;
            }
            book.judge_end(session, tallies);
            ended.remember(session);
            books.remove(session);
            false
        });
        if now.saturating_duration_since(self.swept) > self.patience {
            self.swept = now;
            self.sweep(now);
        }
        if all {
            for (session, book) in &self.books {
                for row in &book.strays {
                    tallies.violate(InvariantId::OneSetOfRows, || {
                        format!("{row} charges session {session}, in which nothing was in use")
                    });
                }
            }
        }
    }

    /// Forgets sessions that nobody has done anything in for long and that use nothing: whoever takes one up again
    /// finds it as it is remembered, with nothing in use. Clients that went away leave many of them behind.
    fn sweep(&mut self, now: Instant) {
        let patience = self.patience;
        let rests = |book: &SessionBook| {
            let idle = book.under_way == 0 && book.charges.is_empty() && book.strays.is_empty();
            let long_ago =
                book.touched.is_none_or(|touched| now.saturating_duration_since(touched) > patience);
            idle && !book.closed && long_ago
        };
        self.books.retain(|_, book| !rests(book));
    }

    /// How many sessions are remembered.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.books.len()
    }
}

impl SessionBook {
    /// A session that was closed has nothing left to give back, and is not charged any more.
    fn judge_end(&self, session: &str, tallies: &mut Tallies) {
        if self.charged {
            tallies.exercise(InvariantId::NeverChargedAfterEnd, 1);
        }
        for row in &self.strays {
            tallies.violate(InvariantId::NeverChargedAfterEnd, || {
                format!("{row} charges session {session}, which had ended")
            });
        }
        if let Some(charge) = self.charges.first() {
            tallies.check(InvariantId::RefundExact, false, || {
                format!(
                    "session {session} was closed and {} charges were kept, the first of {} on {}",
                    self.charges.len(),
                    charge.item,
                    charge.activation
                )
            });
        }
    }
}

/// What is wrong with a refund of this charge, if anything is.
fn fault_of_refund(charge: &Charge, refund: &Row) -> Option<String> {
    let (Some(from), Some(to)) = (charge.at, refund.usage_time_ms) else {
        return Some("charge or refund has no time".to_owned());
    };
    let back = -refund.quantity;
    let elapsed = to.saturating_sub(from);
    let unused = PERIOD.saturating_sub(elapsed);
    let due = unused_part(Tokens::rounded(charge.quantity), unused, PERIOD).decimal();
    let close = |due: Decimal| back.saturating_sub(due).abs() <= Decimal::new(1, 6);
    // The end of a heartbeat window gives the whole charge back.
    let window = half_period(PERIOD);
    let missed = charge.automatic && elapsed.abs_diff(window) <= CLOSE_BY as u64 && close(charge.quantity);
    if back > charge.quantity || !(close(due) || missed) {
        let due = due.round_dp(9).normalize();
        return Some(format!("gives back {back} of {} after {elapsed} ms, due is {due}", charge.quantity));
    }
    None
}
