//! What was asked and what was answered, operation by operation.
//!
//! The ledger is the harness's own account of a run. Workers write it; the audit takes what is there, again and
//! again, so that it never grows, and compares it with what the target says. An operation without an answer is
//! *indeterminate*: it may or may not have been charged, so it is booked as such and looked up in the rows by
//! its own ID, which every charging request carries in `metaData.op`.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rust_decimal::Decimal;

use super::schedule::Wanted;

/// Kinds of operations, as the figures name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A one-off access request.
    AccessRequest,
    /// Opening a session.
    SessionOpen,
    /// An access request in a session that uses nothing yet.
    SessionAccess,
    /// A heartbeat.
    SessionHeartbeat,
    /// An access request in a session that replaces what it uses.
    SessionChange,
    /// An empty access request, which halts a session.
    SessionHalt,
    /// Closing a session.
    SessionClose,
    /// An administrator who reads the line items of an instance, with what they have used.
    LineItemsRead,
    /// A rate table that takes effect while the load goes on.
    RateChange,
    /// A host that holds nothing asks for licenses.
    LicenseCheckout,
    /// A host asks for what it holds, so that its borrows begin anew.
    LicenseRenewal,
    /// A host gives back all that it holds, or a part of it.
    LicenseReturn,
    /// A host consumes a metered feature.
    LicenseConsume,
}

impl Kind {
    /// All kinds, in the order of their index.
    pub const ALL: [Self; 13] = [
        Self::AccessRequest,
        Self::SessionOpen,
        Self::SessionAccess,
        Self::SessionHeartbeat,
        Self::SessionChange,
        Self::SessionHalt,
        Self::SessionClose,
        Self::LineItemsRead,
        Self::RateChange,
        Self::LicenseCheckout,
        Self::LicenseRenewal,
        Self::LicenseReturn,
        Self::LicenseConsume,
    ];

    /// Name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessRequest => "access-request",
            Self::SessionOpen => "session-open",
            Self::SessionAccess => "session-access",
            Self::SessionHeartbeat => "session-heartbeat",
            Self::SessionChange => "session-change",
            Self::SessionHalt => "session-halt",
            Self::SessionClose => "session-close",
            Self::LineItemsRead => "line-items-read",
            Self::RateChange => "rate-change",
            Self::LicenseCheckout => "license-checkout",
            Self::LicenseRenewal => "license-renewal",
            Self::LicenseReturn => "license-return",
            Self::LicenseConsume => "license-consume",
        }
    }

    /// Whether it asks for items and so may be charged.
    pub fn charges(self) -> bool {
        matches!(self, Self::AccessRequest | Self::SessionAccess | Self::SessionChange)
    }

    /// Whether it is part of a session.
    pub fn in_session(self) -> bool {
        matches!(
            self,
            Self::SessionOpen
                | Self::SessionAccess
                | Self::SessionHeartbeat
                | Self::SessionChange
                | Self::SessionHalt
                | Self::SessionClose
        )
    }
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Number in the schedule; its ID in `metaData.op` ends with it.
    pub number: u64,
    /// Kind.
    pub kind: Kind,
    /// Index of the instance.
    pub instance: u32,
    /// The session that it belongs to, or that it opened.
    pub session: Option<Arc<str>>,
    /// What was asked for.
    pub wanted: Vec<Wanted>,
    /// When it was sent.
    pub sent: Instant,
    /// What became of it.
    pub fate: Fate,
}

/// What became of an operation.
#[derive(Clone, Debug)]
pub enum Fate {
    /// It was answered in a manner that makes sense.
    Answered(Answered),
    /// No answer came, so nobody knows whether it was done.
    Lost {
        /// Whether the client hung up on purpose.
        deliberate: bool,
        /// Why no answer came.
        why: String,
    },
    /// The answer makes no sense.
    Wrong {
        /// What is wrong with it.
        why: String,
    },
}

/// An answer that makes sense.
#[derive(Clone, Debug)]
pub struct Answered {
    /// When the end of its body was there.
    pub at: Instant,
    /// Correlation ID, if it has one.
    pub correlation: Option<String>,
    /// Per requested item, in the order asked; empty for operations that ask for none.
    pub items: Vec<ItemOutcome>,
}

/// What became of one requested item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemOutcome {
    /// Whether it was granted.
    pub granted: bool,
    /// What was charged to which line item.
    pub charges: Vec<Charge>,
}

/// Tokens charged to one line item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Charge {
    /// Index of the line item.
    pub line_item: u32,
    /// Tokens.
    pub tokens: Decimal,
}

impl Entry {
    /// The answer, if there is one that makes sense.
    pub fn answered(&self) -> Option<&Answered> {
        match &self.fate {
            Fate::Answered(answered) => Some(answered),
            Fate::Lost { .. } | Fate::Wrong { .. } => None,
        }
    }

    /// Whether nobody knows if the operation was done.
    pub fn is_lost(&self) -> bool {
        matches!(self.fate, Fate::Lost { .. })
    }

    /// Whether it asked for items and none of them was granted.
    pub fn is_refused(&self) -> bool {
        self.kind.charges()
            && self.answered().is_some_and(|answered| answered.items.iter().all(|item| !item.granted))
    }
}

/// The ID of an operation, as it stands in `metaData.op`.
pub fn operation_id(run: &str, number: u64) -> String {
    format!("{run}-{number}")
}

/// The number in an operation ID of this run.
pub fn operation_number(run: &str, id: &str) -> Option<u64> {
    id.strip_prefix(run)?.strip_prefix('-')?.parse().ok()
}

/// The account of a run: what has ended and was not taken yet, and what was promised so far.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    entries: Vec<Entry>,
    closed: Vec<Arc<str>>,
    /// Tokens of answered one-off requests, by line item.
    acknowledged: HashMap<u32, Decimal>,
    /// The latest answered heartbeat of each session, as sent and answered.
    heartbeats: HashMap<Arc<str>, (Instant, Instant)>,
    /// Instances on which sessions ran.
    with_sessions: HashSet<u32>,
}

impl Ledger {
    /// Books an operation.
    pub fn book(&self, entry: Entry) {
        let mut book = self.lock();
        if entry.kind.in_session() {
            book.with_sessions.insert(entry.instance);
        }
        if let Some(answered) = entry.answered() {
            for charge in answered.items.iter().flat_map(|item| &item.charges) {
                let sum = book.acknowledged.entry(charge.line_item).or_default();
                *sum = sum.saturating_add(charge.tokens);
            }
            match (entry.kind, &entry.session) {
                (Kind::SessionClose, Some(session)) => {
                    book.heartbeats.remove(session);
                    book.closed.push(Arc::clone(session));
                }
                (Kind::SessionHeartbeat, Some(session)) => {
                    book.heartbeats.insert(Arc::clone(session), (entry.sent, answered.at));
                }
                _ => {}
            }
        }
        book.entries.push(entry);
    }

    /// Notes that the target confirmed the end of a session.
    pub fn note_closed(&self, session: Arc<str>) {
        let mut book = self.lock();
        book.heartbeats.remove(&session);
        book.closed.push(session);
    }

    /// Forgets the heartbeats of a session that no client takes up again, which the target may end at any time.
    pub fn note_deserted(&self, session: &str) {
        self.lock().heartbeats.remove(session);
    }

    /// How many sessions are remembered for their heartbeats.
    #[cfg(test)]
    pub fn remembered(&self) -> usize {
        self.lock().heartbeats.len()
    }

    /// The operations that have ended since the last time, in that order, and the sessions that were closed.
    pub fn take(&self) -> (Vec<Entry>, Vec<Arc<str>>) {
        let mut book = self.lock();
        (std::mem::take(&mut book.entries), std::mem::take(&mut book.closed))
    }

    /// Tokens that were charged to these line items of an instance by requests that have been answered; nothing
    /// when sessions run on the instance, because they give tokens back.
    pub fn acknowledged(&self, instance: u32, line_items: &[u32]) -> Option<Vec<Decimal>> {
        let book = self.lock();
        let sum = |line_item: &u32| book.acknowledged.get(line_item).copied().unwrap_or_default();
        (!book.with_sessions.contains(&instance)).then(|| line_items.iter().map(sum).collect())
    }

    /// When the latest answered heartbeat of a session was sent and answered.
    pub fn heartbeat(&self, session: &str) -> Option<(Instant, Instant)> {
        self.lock().heartbeats.get(session).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: Kind, fate: Fate) -> Entry {
        let session: Option<Arc<str>> = kind.in_session().then(|| Arc::from("s-1"));
        Entry { number: 7, kind, instance: 0, session, wanted: Vec::new(), sent: Instant::now(), fate }
    }

    fn answered(items: Vec<ItemOutcome>) -> Fate {
        Fate::Answered(Answered { at: Instant::now(), correlation: Some("c".to_owned()), items })
    }

    #[test]
    fn operation_ids_read_back() {
        assert_eq!(operation_number("ab12", &operation_id("ab12", 99)), Some(99));
        assert_eq!(operation_number("ab12", "cd34-99"), None);
        assert_eq!(operation_number("ab12", "ab12-x"), None);
    }

    #[test]
    fn refused_means_that_nothing_was_granted() {
        let granted = ItemOutcome { granted: true, ..ItemOutcome::default() };
        let denied = ItemOutcome::default();
        assert!(entry(Kind::AccessRequest, answered(vec![denied.clone()])).is_refused());
        assert!(!entry(Kind::AccessRequest, answered(vec![denied, granted])).is_refused());
        assert!(!entry(Kind::SessionHeartbeat, answered(Vec::new())).is_refused());
        assert!(
            !entry(Kind::AccessRequest, Fate::Lost { deliberate: true, why: String::new() }).is_refused()
        );
    }

    #[test]
    fn a_confirmed_close_is_remembered_and_a_lost_one_is_not() {
        let ledger = Ledger::default();
        ledger.book(entry(Kind::SessionClose, Fate::Lost { deliberate: false, why: "reset".to_owned() }));
        assert!(ledger.take().1.is_empty());
        ledger.book(entry(Kind::SessionClose, answered(Vec::new())));
        let (entries, closed) = ledger.take();
        assert_eq!(entries.len(), 1);
        assert_eq!(closed, [Arc::from("s-1")]);
        assert!(ledger.take().0.is_empty());
    }

    #[test]
    fn what_was_answered_is_promised_from_then_on() {
        let ledger = Ledger::default();
        let item = |tokens: i64| ItemOutcome {
            granted: true,
            charges: vec![Charge { line_item: 3, tokens: Decimal::from(tokens) }],
        };
        ledger.book(entry(Kind::AccessRequest, answered(vec![item(4), item(5)])));
        drop(ledger.take());
        assert_eq!(ledger.acknowledged(0, &[3, 4]), Some(vec![Decimal::from(9), Decimal::ZERO]));
        ledger.book(entry(Kind::SessionHeartbeat, answered(Vec::new())));
        assert!(ledger.heartbeat("s-1").is_some());
        assert_eq!(ledger.acknowledged(0, &[3]), None);
        ledger.note_closed(Arc::from("s-1"));
        assert!(ledger.heartbeat("s-1").is_none());
        ledger.book(entry(Kind::SessionHeartbeat, answered(Vec::new())));
        assert_eq!(ledger.remembered(), 1);
        ledger.note_deserted("s-1");
        assert_eq!(ledger.remembered(), 0, "a session that nobody takes up again");
    }
}
