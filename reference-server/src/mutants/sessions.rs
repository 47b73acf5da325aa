//! Faults in the life of sessions: timelines, refunds, heartbeats.

use super::{Mutant, mutant};
use crate::domain::{LineItemState, MINUTE, SessionState, Tokens, session};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("session.refund", "none", &["DM-REF-001", "DM-SES-071", "DM-SES-046"], "Refunds nothing.", |r| {
        r.refund = |_charge, _unused, _period| Tokens::ZERO;
    }),
    mutant(
        "session.refund",
        "whole-charge",
        &["DM-REF-001", "DM-SES-071", "DM-SES-046"],
        "Refunds the whole charge.",
        |r| {
            r.refund = session::whole_charge;
        },
    ),
    mutant(
        "session.refund",
        "used-part",
        &["DM-REF-001", "DM-SES-071"],
        "Refunds the used part instead of the unused.",
        |r| {
            r.refund = |charge, unused, period| session::unused_part(charge, period - unused, period);
        },
    ),
    mutant(
        "session.refund_shares",
        "first-line-item-only",
        &["DM-REF-003", "WH-USAGE-078"],
        "Refunds into the first line item only.",
        |r| {
            r.share_refund = |charges, refund| {
                let first = std::iter::once(refund);
                first.chain(std::iter::repeat(Tokens::ZERO)).take(charges.len()).collect()
            };
        },
    ),
    mutant(
        "session.refundable",
        "deployed-only",
        &["DM-REF-005", "DM-LI-A10", "DM-LI-A11", "DM-LINE-012"],
        "Refunds into DEPLOYED line items only.",
        |r| {
            r.refundable = |item| item.state == LineItemState::Deployed;
        },
    ),
    mutant("heartbeat.missed_refund", "none", &["DM-TIME-005"], "A missed heartbeat refunds nothing.", |r| {
        r.missed_heartbeat_refund = |_charge, _unused, _period| Tokens::ZERO;
    }),
    mutant(
        "heartbeat.missed_refund",
        "unused-part",
        &["DM-TIME-005"],
        "A missed heartbeat refunds the unused part only.",
        |r| {
            r.missed_heartbeat_refund = session::unused_part;
        },
    ),
    mutant(
        "heartbeat.window",
        "whole-period",
        &["DM-TIME-005", "DM-TIME-004"],
        "Misses a heartbeat only when the next charge is due.",
        |r| {
            r.heartbeat_window = |period| period - 1;
        },
    ),
    mutant(
        "heartbeat.window",
        "ten-minutes",
        &["DM-TIME-004"],
        "Gives only ten minutes for a heartbeat.",
        |r| {
            r.heartbeat_window = |_period| 10 * MINUTE;
        },
    ),
    mutant("heartbeat.duty", "never", &["DM-TIME-005", "DM-TIME-003"], "Never asks for a heartbeat.", |r| {
        r.heartbeat_owed = |_last, _charge| false;
    }),
    mutant(
        "heartbeat.duty",
        "earlier-heartbeat-counts",
        &["DM-HB-010"],
        "Counts a heartbeat from before the charge.",
        |r| {
            r.heartbeat_owed = |last, charge| last + 30 * MINUTE < charge;
        },
    ),
    mutant("session.grant", "partly", &["DM-SES-041"], "Grants what it can of a session request.", |r| {
        r.session_stands = |granted| granted.iter().any(|granted| *granted);
    }),
    mutant("session.items", "added", &["DM-SES-040"], "Adds requested items to those in use.", |r| {
        r.requested_set = |in_use, requested| in_use.into_iter().chain(requested).collect();
    }),
    mutant(
        "session.timeline",
        "kept",
        &["DM-SES-044"],
        "Keeps the old schedule after a change of items.",
        |r| {
            r.new_anchor = |former, now| former.unwrap_or(now);
        },
    ),
    mutant("session.schedule", "drifts", &["DM-TIME-001"], "Charges a minute later each time.", |r| {
        r.next_charge = |anchor, charges, period, _now| anchor + charges * (period + MINUTE);
    }),
    mutant(
        "session.schedule",
        "never-again",
        &["DM-TIME-001", "DM-TIME-002"],
        "Makes no automatic charge.",
        |r| {
            r.next_charge = |anchor, _charges, period, _now| anchor + 1_000_000 * period;
        },
    ),
    mutant("session.schedule", "twice-as-often", &["DM-TIME-001"], "Charges every half period.", |r| {
        r.next_charge = |anchor, charges, period, _now| anchor + charges * period / 2;
    }),
    mutant(
        "session.denial",
        "always-terminates",
        &["DM-SES-048", "DM-SES-049"],
        "Ends the session although a rollback was asked for.",
        |r| {
            r.denial_keeps = |_rollback| false;
        },
    ),
    mutant(
        "session.denial",
        "never-terminates",
        &["DM-SES-050", "DM-SES-051"],
        "Keeps the session although no rollback was asked for.",
        |r| {
            r.denial_keeps = |_rollback| true;
        },
    ),
    mutant(
        "session.denial_refund",
        "none",
        &["DM-SES-050", "DM-REF-002"],
        "Ends a refused session without a refund.",
        |r| {
            r.denial_refund = |_charge, _unused, _period| Tokens::ZERO;
        },
    ),
    mutant(
        "session.without_tokens",
        "goes-idle",
        &["DM-TIME-003"],
        "Halts a session that runs out of tokens.",
        |r| {
            r.state_without_tokens = SessionState::Idle;
        },
    ),
    mutant(
        "session.without_tokens",
        "runs-on",
        &["DM-TIME-003"],
        "Lets a session run on without tokens.",
        |r| {
            r.state_without_tokens = SessionState::Active;
        },
    ),
    mutant(
        "session.detail",
        "counts-as-heartbeat",
        &["DM-SES-034", "DM-TIME-005"],
        "Takes reading the details for a heartbeat.",
        |r| {
            r.on_detail = |session, now| {
                session.last_heart_beat = now;
                if let Some(timeline) = &mut session.timeline {
                    timeline.heartbeat_due = None;
                }
            };
        },
    ),
    mutant("session.list", "ended-too", &["DM-SES-022"], "Lists sessions that have ended.", |r| {
        r.listed = |_state| true;
    }),
    mutant("session.list", "oldest-first", &["DM-SES-021"], "Lists the oldest session first.", |r| {
        r.list_order = |a, b| a.sequence.cmp(&b.sequence);
    }),
    mutant(
        "session.rollback_flag",
        "optional",
        &["DM-SES-054"],
        "Takes a missing rollbackOnDeny for true.",
        |r| {
            r.rollback_required = false;
        },
    ),
];
