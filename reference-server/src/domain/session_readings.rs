//! Readings of what the documents leave open about sessions, their time and their refunds; part of
//! [`super::readings`].

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::readings::{Reading, reading};
use super::session::{half_period, unused_part};
use super::session_rules::RefundPart;
use super::{HOUR, MINUTE, Millis, Rules, Tokens};
use crate::http::wire::{Operation, WireAnswer};

/// Every one that is not a default.
pub const READINGS: &[Reading] = &[
    reading("sessions.second_base", "DM-SES-008", "served", "absent", |r| {
        r.sessions.second_base = |_operation| false;
    }),
    reading("sessions.versions", "DM-SES-009", "shared", "apart", |r| {
        r.sessions.reachable = |opened, spoken| opened == spoken;
    }),
    reading("sessions.limit", "DM-SES-015", "none", "limited", |r| r.sessions.most_live = 100),
    reading("session.busy", "DM-SES-062", "waits", "refuses", |r| r.busy_session_refuses = true),
    reading("session.requester", "DM-SES-060", "latest", "first", |r| {
        r.sessions.requester = |former, latest| former.unwrap_or(latest);
    }),
    reading("session.never_used", "DM-TIME-010", "ends", "stays", |r| {
        r.sessions.unused_idle_limit = Millis::MAX;
    }),
    reading("session.empty_put_idle", "DM-SES-047", "restarts", "goes-on", |r| {
        r.empty_put_restarts_idle = false;
    }),
    reading("session.period_price", "DM-TIME-013", "of-the-period", "of-an-hour", |r| {
        r.sessions.period_rate = |rate, period| rate * Decimal::from(period) / Decimal::from(HOUR);
    }),
    reading("session.period_change", "DM-TIME-015", "next-charge", "next-request", |r| {
        r.next_period = |running, _configured| running;
    }),
    reading("session.automatic_rate", "DM-TIME-016", "afresh", "frozen", |r| {
        r.sessions.automatic_rates_of = |anchor, _now| anchor;
    }),
    reading("heartbeat.window", "DM-TIME-014", "half-period", "half-hour", |r| {
        r.heartbeat_window = |period| half_period(period).min(30 * MINUTE);
    }),
    reading("heartbeat.denied_request", "DM-TIME-007", "does-not-count", "counts", |r| {
        r.sessions.denial_is_heartbeat = true;
    }),
    reading("heartbeat.message", "DM-HB-006", "message", "error", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::Heartbeat
                && let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
                && let Some(text) = body.remove("message")
            {
                body.insert("error".to_owned(), text);
            }
        };
    }),
    reading("refund.rounding", "DM-REF-006", "none", "hundredths", |r| {
        every_refund(r, |charge, unused, period| rounded(unused_part(charge, unused, period), 2));
    }),
    reading("refund.rounding", "DM-REF-006", "none", "whole", |r| {
        every_refund(r, |charge, unused, period| rounded(unused_part(charge, unused, period), 0));
    }),
    reading("list.unknown_instance.http", "DM-GEN-011", "404", "200", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListSessions && answer.status == 404 {
                answer.status = 200;
                answer.body = Some(json!([]));
            }
        };
    }),
    reading("session.empty_put_idle.http", "DM-SES-047", "200", "403", |r| {
        r.statuses.session_empty_put_idle = 403;
    }),
    reading("sessions.by_instance.http", "DM-SES-002", "404", "400", |r| r.statuses.session_unknown = 400),
    reading("heartbeat.message", "DM-HB-006", "message", "elsewhere", |r| r.wire = state_in_detail),
];

fn every_refund(rules: &mut Rules, part: RefundPart) {
    rules.refund = part;
    rules.denial_refund = part;
    rules.sessions.change_refund = part;
    rules.sessions.owed_halt_refund = part;
    rules.sessions.owed_close_refund = part;
}

fn rounded(refund: Tokens, places: u32) -> Tokens {
    Tokens::rounded(refund.decimal().round_dp(places))
}

/// Names the state of the session where nobody has published it.
fn state_in_detail(answer: &mut WireAnswer) {
    if answer.operation == Operation::Heartbeat
        && let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
        && let Some(text) = body.remove("message")
    {
        body.insert("detail".to_owned(), text);
    }
}
