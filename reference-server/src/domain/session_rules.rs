//! The decision points in the life of a session, by name; part of [`super::Rules`].

use rust_decimal::Decimal;
use uuid::Uuid;

use super::session::{self, Session};
use super::{ApiVersion, Millis, Requester, SessionState, Tokens};
use crate::http::wire::Operation;

/// The part of a charge that comes back: charge, what is unused of its period, the period.
pub type RefundPart = fn(Tokens, Millis, Millis) -> Tokens;

/// How sessions are opened, reached, charged and ended.
#[derive(Clone, Copy)]
pub struct SessionRules {
    // Reaching a session.
    /// State of a session that was just opened (DM-SES-011).
    pub opening_state: SessionState,
    /// Most live sessions of an instance (DM-SES-015).
    pub most_live: usize,
    /// Whether a session that was opened in the first version can be reached in the second (DM-SES-009).
    pub reachable: fn(ApiVersion, ApiVersion) -> bool,
    /// Whether the second base of v1.0 serves an operation (DM-SES-007, DM-SES-008).
    pub second_base: fn(Operation) -> bool,
    /// How many sessions a list holds when `size` asks for so many (DM-SES-026).
    pub page: fn(usize) -> usize,
    /// What a request does to a session that another request is working on, before its own turn (DM-SES-062).
    pub on_overlap: fn(&mut Session),

    // Requests.
    /// Whether a session in this state takes requests (DM-SES-056, DM-SES-073).
    pub takes_requests: fn(SessionState) -> bool,
    /// Whether a request that is invalid ends its session (DM-SES-055).
    pub invalid_request_ends: bool,
    /// Whether a request is noted as the last one, given whether it was granted (DM-SES-061).
    pub notes_request: fn(bool) -> bool,
    /// Who stands on later automatic charges: the former requester, the latest one (DM-SES-060).
    pub requester: fn(Option<Requester>, Requester) -> Requester,
    /// Whether a granted request is charged at once (DM-SES-042).
    pub charged_at_once: bool,
    /// The refund of the items that a request replaces (DM-SES-043).
    pub change_refund: RefundPart,
    /// Whether asking for the items in use again is a request like any other (DM-SES-059).
    pub same_items_start_anew: bool,

    // Heartbeats.
    /// The end of the heartbeat window that a granted request leaves open, given the end of the one that was open and
    /// that of one that would open now (DM-TIME-006, DM-HB-009).
    pub window_after_request: fn(Option<Millis>, Millis) -> Option<Millis>,
    /// Whether a denied request that keeps the session counts as a heartbeat (DM-TIME-007).
    pub denial_is_heartbeat: bool,
    /// Status of a heartbeat while none is owed (DM-HB-009, DM-HB-011).
    pub needless_heartbeat: u16,
    /// What a heartbeat does to its session (DM-HB-012).
    pub on_heartbeat: fn(&mut Session, Millis),

    // Time.
    /// How long a session that was never used may be idle (DM-TIME-010).
    pub unused_idle_limit: Millis,
    /// Whether a session of this age may go on (DM-TIME-011).
    pub may_go_on: fn(Millis) -> bool,
    /// Whose rates an automatic charge takes: those of the timeline's start, or those of now (DM-TIME-016).
    pub automatic_rates_of: fn(Millis, Millis) -> Millis,
    /// What a unit costs for a period, from the rate and the length of the period (DM-TIME-013).
    pub period_rate: fn(Decimal, Millis) -> Decimal,

    // The end.
    /// Whether a close ends a session in this state (DM-SES-071, DM-SES-072).
    pub closes: fn(SessionState) -> bool,
    /// The refund of a session that is halted while it owes a heartbeat (DM-TIME-008).
    pub owed_halt_refund: RefundPart,
    /// The refund of a session that is closed while it owes a heartbeat (DM-TIME-009).
    pub owed_close_refund: RefundPart,
    /// What a refund takes off a line item's total: the refund, the total (DM-REF-004, DM-REF-008, DM-REF-010).
    pub refunded: fn(Tokens, Tokens) -> Tokens,

    // Rows.
    /// The correlation ID of an automatic charge of this session (DM-USE-002).
    pub automatic_correlation: fn(Uuid) -> String,
    /// How long a row takes until it can be read (DM-USE-001).
    pub row_delay: Millis,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self {
            opening_state: SessionState::Idle,
            most_live: usize::MAX,
            reachable: |_opened, _spoken| true,
            second_base: |_operation| true,
            page: |_size| usize::MAX,
            on_overlap: |_session| {},
            takes_requests: SessionState::live,
            invalid_request_ends: false,
            notes_request: |_granted| true,
            requester: |_former, latest| latest,
            charged_at_once: true,
            change_refund: session::unused_part,
            same_items_start_anew: true,
            window_after_request: |_open, _opening| None,
            denial_is_heartbeat: false,
            needless_heartbeat: 204,
            on_heartbeat: session::keep_alive,
            unused_idle_limit: session::IDLE_LIMIT,
            may_go_on: |_age| true,
            automatic_rates_of: |_anchor, now| now,
            period_rate: |rate, _period| rate,
            closes: SessionState::live,
            owed_halt_refund: session::unused_part,
            owed_close_refund: session::unused_part,
            refunded: |refund, _total| refund,
            automatic_correlation: |_session| Uuid::new_v4().to_string(),
            row_delay: 0,
        }
    }
}
