//! To whom a row belongs.

use super::super::ledger::operation_number;
use super::super::population::Population;
use super::super::rows::Row;
use super::open::OpenOperations;
use super::sessions::{OwnDoing, Sessions};

/// Where a row belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// To the operation with this number.
    Operation(u64),
    /// To a session of the run, to which it gives tokens back.
    Refund,
    /// To a session of the run, which charges another period by itself.
    Automatic,
    /// To a session of the run, in which nothing was in use.
    Stray,
    /// To a session that had ended.
    Ended,
    /// To a session of the run in which heartbeats were sent, and to none of its requests.
    Heartbeat,
    /// To nobody, for this reason.
    Nobody(String),
}

/// The owner of a row; none while its operation may still be under way, unless `now_or_never`.
pub fn owner(
    population: &Population,
    open: &OpenOperations,
    sessions: &Sessions,
    row: &Row,
    now_or_never: bool,
) -> Option<Owner> {
    if let Some(activation) = &row.activation
        && !population.by_activation.contains_key(activation)
    {
        return Some(Owner::Nobody(format!("is on {activation}, which is no line item of the run")));
    }
    let session = row.session.as_deref();
    if row.is_refund() {
        return match session {
            Some(session) if sessions.knows(session) => Some(Owner::Refund),
            Some(session) if sessions.has_ended(session) => Some(Owner::Ended),
            _ if !now_or_never => None,
            _ => Some(Owner::Nobody("gives tokens back outside the sessions of the run".to_owned())),
        };
    }
    if let Some(number) = open.by_correlation(&row.correlation) {
        return Some(Owner::Operation(number));
    }
    let number = row.operation.as_deref().and_then(|id| operation_number(&population.run, id));
    let known = number.and_then(|number| open.get(number));
    if let Some(known) = known
        && known.entry.answered().is_none()
    {
        return Some(Owner::Operation(known.entry.number));
    }
    // Charges that a session makes by itself may carry what its last request carried.
    if let Some(session) = session {
        if number.is_some_and(|number| sessions.repeats(session, row, number)) {
            return Some(Owner::Automatic);
        }
        if sessions.has_ended(session) && !row.quantity.is_zero() {
            return Some(Owner::Ended);
        }
        match sessions.own_doing(session, row) {
            OwnDoing::Automatic if now_or_never => return Some(Owner::Automatic),
            OwnDoing::Stray if now_or_never || known.is_some() => return Some(Owner::Stray),
            OwnDoing::Heartbeat if now_or_never && known.is_none() => return Some(Owner::Heartbeat),
            _ => {}
        }
    }
    if open.was_reconciled(&row.correlation) {
        return Some(Owner::Nobody("comes again, or late: its request was reconciled before".to_owned()));
    }
    if known.is_some() {
        return Some(Owner::Nobody("repeats an answered operation under another correlation ID".to_owned()));
    }
    now_or_never.then(|| Owner::Nobody("belongs to no operation of the run".to_owned()))
}
