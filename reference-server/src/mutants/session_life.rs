//! Faults in how sessions are opened, reached, kept alive, changed and ended.

use super::{Mutant, mutant};
use crate::domain::{SessionState, Tokens, session};
use crate::http::wire::Operation;

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("session.opening", "active", &["DM-SES-011"], "Opens sessions as ACTIVE.", |r| {
        r.sessions.opening_state = SessionState::Active;
    }),
    mutant("session.unknown_instance", "404", &["DM-SES-013"], "Answers 404 for an unknown instance.", |r| {
        r.statuses.session_of_unknown_instance = 404;
    }),
    mutant("session.listing", "unlimited", &["DM-SES-020"], "Lists every live session, however many.", |r| {
        r.list_limit = usize::MAX;
    }),
    mutant(
        "session.listing",
        "paged",
        &["DM-SES-026"],
        "Cuts the list to the size that is asked for.",
        |r| {
            r.sessions.page = |size| size;
        },
    ),
    mutant(
        "sessions.second_base",
        "without-heartbeats",
        &["DM-SES-007"],
        "Serves no heartbeats below the second base.",
        |r| r.sessions.second_base = |operation| operation != Operation::Heartbeat,
    ),
    mutant(
        "session.overlap",
        "forgets-the-former-charge",
        &["DM-SES-062"],
        "Lets a request that comes while another is at work start from the idle session.",
        |r| {
            r.sessions.on_overlap = |session| {
                session.state = SessionState::Idle;
                session.timeline = None;
            };
        },
    ),
    mutant(
        "session.locked",
        "423",
        &["DM-HB-003", "DM-SES-062"],
        "Refuses what meets another request at its session with 423.",
        |r| {
            r.busy_session_refuses = true;
            r.statuses.session_locked = 423;
        },
    ),
    mutant(
        "session.takes_requests",
        "terminated-too",
        &["DM-SES-056", "DM-SES-073"],
        "Lets a terminated session be used again.",
        |r| r.sessions.takes_requests = |state| state != SessionState::Failed,
    ),
    mutant("session.takes_requests", "failed-too", &["DM-SES-056"], "Lets a failed session be used.", |r| {
        r.sessions.takes_requests = |state| state != SessionState::Terminated;
    }),
    mutant(
        "session.invalid_request",
        "ends-the-session",
        &["DM-SES-055", "DM-SES-054"],
        "Ends a session whose request is invalid.",
        |r| r.sessions.invalid_request_ends = true,
    ),
    mutant("session.last_request", "granted-only", &["DM-SES-061"], "Does not note denied requests.", |r| {
        r.sessions.notes_request = |granted| granted;
    }),
    mutant("session.last_request", "denied-only", &["DM-SES-061"], "Does not note granted requests.", |r| {
        r.sessions.notes_request = |granted| !granted;
    }),
    mutant(
        "session.first_charge",
        "none",
        &["DM-SES-042"],
        "Does not book the charge of a granted request.",
        |r| r.sessions.charged_at_once = false,
    ),
    mutant("session.change_refund", "none", &["DM-SES-043"], "Refunds nothing when items change.", |r| {
        r.sessions.change_refund = |_charge, _unused, _period| Tokens::ZERO;
    }),
    mutant("session.change_refund", "whole", &["DM-SES-043"], "Refunds all when items change.", |r| {
        r.sessions.change_refund = session::whole_charge;
    }),
    mutant(
        "session.same_items",
        "ignored",
        &["DM-SES-059"],
        "Ignores a request for the items in use.",
        |r| {
            r.sessions.same_items_start_anew = false;
        },
    ),
    mutant("session.close", "active-only", &["DM-SES-072"], "Leaves a halted session open.", |r| {
        r.sessions.closes = |state| state == SessionState::Active;
    }),
    mutant("session.close", "idle-only", &["DM-SES-071"], "Leaves a session in use open.", |r| {
        r.sessions.closes = |state| state == SessionState::Idle;
    }),
    mutant(
        "refund.booked",
        "whole-total",
        &["DM-REF-010"],
        "Takes everything off the total at a refund, one-off charges too.",
        |r| r.sessions.refunded = |_refund, total| total,
    ),
    mutant("refund.booked", "nothing", &["DM-REF-004"], "Does not lower the total at a refund.", |r| {
        r.sessions.refunded = |_refund, _total| Tokens::ZERO;
    }),
    mutant("refund.booked", "twice", &["DM-REF-008", "DM-REF-011"], "Takes each refund off twice.", |r| {
        r.sessions.refunded = |refund, _total| refund + refund;
    }),
];
