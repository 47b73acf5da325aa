//! Faults in what happens by the passing of time: heartbeats that are owed, idle limits, periods.

use super::{Mutant, mutant};
use crate::domain::{DAY, HOUR, MINUTE, Millis, session};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "heartbeat.after_request",
        "owed",
        &["DM-HB-009", "DM-TIME-004"],
        "Asks for a heartbeat after the first charge already.",
        |r| r.sessions.window_after_request = |_open, opening| Some(opening),
    ),
    mutant(
        "heartbeat.after_request",
        "still-owed",
        &["DM-TIME-006"],
        "Goes on asking for the heartbeat of a timeline that a request replaced.",
        |r| r.sessions.window_after_request = |open, _opening| open,
    ),
    mutant(
        "heartbeat.needless",
        "refused",
        &["DM-HB-009", "DM-HB-011"],
        "Refuses a heartbeat while none is due.",
        |r| r.sessions.needless_heartbeat = 403,
    ),
    mutant(
        "heartbeat.effect",
        "delays-the-charge",
        &["DM-HB-012"],
        "Puts the next charge off to an hour after each heartbeat.",
        |r| {
            r.sessions.on_heartbeat = |session, now| {
                session::keep_alive(session, now);
                if let Some(timeline) = &mut session.timeline {
                    timeline.next_charge = now + timeline.period;
                }
            };
        },
    ),
    mutant(
        "heartbeat.owed_at_halt",
        "whole-charge",
        &["DM-TIME-008"],
        "Refunds the whole charge of a session that is halted while it owes a heartbeat.",
        |r| r.sessions.owed_halt_refund = session::whole_charge,
    ),
    mutant(
        "heartbeat.owed_at_close",
        "whole-charge",
        &["DM-TIME-009"],
        "Refunds the whole charge of a session that is closed while it owes a heartbeat.",
        |r| r.sessions.owed_close_refund = session::whole_charge,
    ),
    mutant("session.idle_limit", "a-week", &["DM-TIME-010"], "Ends a halted session after a week.", |r| {
        r.idle_limit = 7 * DAY;
    }),
    mutant("session.idle_limit", "none", &["DM-TIME-010"], "Never ends a halted session.", |r| {
        r.idle_limit = Millis::MAX;
    }),
    mutant(
        "session.lifetime",
        "a-day",
        &["DM-TIME-011"],
        "Ends sessions a day after they were opened.",
        |r| {
            r.sessions.may_go_on = |age| age < DAY;
        },
    ),
    mutant(
        "session.period",
        "whole-hours",
        &["DM-TIME-012"],
        "Cuts the charge period to whole hours.",
        |r| {
            r.charge_period = |configured| (configured / HOUR).max(1) * HOUR;
        },
    ),
    mutant(
        "session.period",
        "half-an-hour-at-least",
        &["DM-TIME-012"],
        "Charges every half hour at most, whatever is configured.",
        |r| r.charge_period = |configured| configured.max(30 * MINUTE),
    ),
    mutant("session.period", "an-hour-at-most", &["DM-TIME-012"], "Charges at least once an hour.", |r| {
        r.charge_period = |configured| configured.min(HOUR);
    }),
    mutant(
        "rows.automatic_correlation",
        "session-id",
        &["DM-USE-002"],
        "Puts the session's ID on its automatic charges as their correlation ID.",
        |r| r.sessions.automatic_correlation = |session| session.to_string(),
    ),
    mutant("rows.delay", "ten-minutes", &["DM-USE-001"], "Shows rows after ten minutes only.", |r| {
        r.sessions.row_delay = 10 * MINUTE;
    }),
];
