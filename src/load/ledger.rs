//! What was asked and what was answered, operation by operation.
//!
//! The ledger is the harness's own account of a run. It is written while the run goes and judged afterwards,
//! against the usage rows and the `used` counts of the target. An operation without an answer is
//! *indeterminate*: it may or may not have been charged, so it is booked as such and looked up in the rows by
//! its own ID, which every charging request carries in `metaData.op`.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
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
}

impl Kind {
    /// All kinds, in the order of their index.
    pub const ALL: [Self; 9] = [
        Self::AccessRequest,
        Self::SessionOpen,
        Self::SessionAccess,
        Self::SessionHeartbeat,
        Self::SessionChange,
        Self::SessionHalt,
        Self::SessionClose,
        Self::LineItemsRead,
        Self::RateChange,
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
        }
    }

    /// Whether it asks for items and so may be charged.
    pub fn charges(self) -> bool {
        matches!(self, Self::AccessRequest | Self::SessionAccess | Self::SessionChange)
    }

    /// Whether it is part of a session.
    pub fn in_session(self) -> bool {
        !matches!(self, Self::AccessRequest | Self::LineItemsRead | Self::RateChange)
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
    /// What line items were said to have used, by a read of the administrator.
    pub used: Vec<Charge>,
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

/// The account of a run.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Vec<Entry>>,
    closed: Mutex<HashSet<Arc<str>>>,
}

impl Ledger {
    /// Books an operation.
    pub fn book(&self, entry: Entry) {
        if let (Kind::SessionClose, Some(session), Some(_)) = (entry.kind, &entry.session, entry.answered()) {
            self.note_closed(Arc::clone(session));
        }
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
    }

    /// Notes that the target confirmed the end of a session.
    pub fn note_closed(&self, session: Arc<str>) {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
    }

    /// The operations so far in the order of their ends, leaving the ledger empty, and the sessions that were
    /// closed.
    pub fn take(&self) -> (Vec<Entry>, HashSet<Arc<str>>) {
        let entries = std::mem::take(&mut *self.entries.lock().unwrap_or_else(PoisonError::into_inner));
        let closed = std::mem::take(&mut *self.closed.lock().unwrap_or_else(PoisonError::into_inner));
        (entries, closed)
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
        Fate::Answered(Answered {
            at: Instant::now(),
            correlation: Some("c".to_owned()),
            items,
            used: Vec::new(),
        })
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
        assert!(closed.contains("s-1"));
    }
}
