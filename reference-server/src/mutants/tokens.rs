//! Faults of tokens: who is let in, and how far.

use super::{Mutant, mutant};
use crate::domain::KeyKind;
use crate::http::wire::Operation;

const DAY_S: i64 = 24 * 3600;

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("token.time", "expiry-ignored", &["DM-AUTH-007", "DM-AUTH-A05"], "Accepts expired tokens.", |r| {
        r.tokens.in_time = |not_before, _expires, now| not_before <= now;
    }),
    mutant("token.time", "start-ignored", &["DM-AUTH-007"], "Accepts tokens that are not valid yet.", |r| {
        r.tokens.in_time = |_not_before, expires, now| now < expires;
    }),
    mutant("token.time", "two-months-at-most", &["DM-AUTH-008"], "Refuses long-lived tokens.", |r| {
        r.tokens.in_time = |not_before, expires, now| {
            not_before <= now && now < expires && expires - not_before <= 60 * DAY_S
        };
    }),
    mutant(
        "token.signature",
        "not-checked",
        &["DM-AUTH-007", "DM-AUTH-A05"],
        "Does not verify signatures.",
        |r| {
            r.tokens.signature_counts = false;
        },
    ),
    mutant(
        "token.algorithm",
        "none-passes",
        &["DM-AUTH-009", "DM-AUTH-007"],
        "Accepts unsigned tokens.",
        |r| {
            r.tokens.unsigned_passes = true;
        },
    ),
    mutant(
        "token.kind",
        "not-checked",
        &["DM-AUTH-012", "DM-AUTH-040"],
        "Lets client tokens administrate.",
        |r| {
            r.tokens.kind_allowed = |_token, _needed| true;
        },
    ),
    mutant(
        "token.audience",
        "not-checked",
        &["DM-AUTH-013", "DM-AUTH-015", "DM-AUTH-A02", "DM-AUTH-A04"],
        "Lets client tokens act on any instance.",
        |r| {
            r.tokens.audience_allows = |_audience, _instance| true;
        },
    ),
    mutant(
        "token.audience",
        "nobody",
        &["DM-AUTH-003", "DM-AUTH-A01", "DM-AUTH-A08"],
        "Lets client tokens act on no instance at all.",
        |r| {
            r.tokens.audience_allows = |_audience, _instance| false;
        },
    ),
    mutant(
        "token.audience",
        "needed-for-administration",
        &["DM-AUTH-014"],
        "Wants the instance in the `aud` of administration tokens too.",
        |r| {
            r.tokens.administration_reaches_all = false;
        },
    ),
    mutant(
        "token.claims",
        "without-exp",
        &["DM-AUTH-002", "DM-AUTH-007"],
        "Takes a token without `exp` for one that never ends.",
        |r| {
            r.tokens.required_claims = &["iss", "iat", "nbf", "aud"];
        },
    ),
    mutant("token.claims", "without-nbf", &["DM-AUTH-002", "DM-AUTH-007"], "Does not need `nbf`.", |r| {
        r.tokens.required_claims = &["iss", "iat", "exp", "aud"];
    }),
    mutant("token.claims", "without-iss", &["DM-AUTH-002", "DM-AUTH-007"], "Does not need `iss`.", |r| {
        r.tokens.required_claims = &["iat", "nbf", "exp", "aud"];
    }),
    mutant("token.claims", "without-iat", &["DM-AUTH-002", "DM-AUTH-007"], "Does not need `iat`.", |r| {
        r.tokens.required_claims = &["iss", "nbf", "exp", "aud"];
    }),
    mutant(
        "token.claims",
        "without-aud",
        &["DM-AUTH-003"],
        "Lets a client token without `aud` act on every instance.",
        |r| {
            r.tokens.required_claims = &["iss", "iat", "nbf", "exp"];
            r.tokens.audience_allows = |audience, instance| {
                audience.is_empty() || audience.iter().any(|allowed| allowed == instance)
            };
        },
    ),
    mutant("token.key_id", "of-the-header", &["DM-AUTH-005"], "Prefers the `kid` of the JOSE header.", |r| {
        r.tokens.key_id = |payload, header| header.unwrap_or(payload);
    }),
    mutant(
        "token.place",
        "not-the-header",
        &["DM-AUTH-A09", "DM-AUTH-001", "DM-AUTH-A01"],
        "Looks for the token elsewhere than in the `Authorization` header.",
        |r| {
            r.tokens.header_counts = false;
        },
    ),
    mutant(
        "token.place",
        "nowhere",
        &["DM-AUTH-001", "DM-AUTH-A05", "DM-AUTH-A09"],
        "Lets everybody in who brings no token.",
        |r| {
            r.tokens.strangers_pass = true;
        },
    ),
    mutant(
        "token.instance_header",
        "never-needed",
        &["DM-AUTH-015", "DM-AUTH-A03"],
        "Lets a client token act on a session without naming its instance.",
        |r| {
            r.tokens.needs_instance_header = |_kind| false;
        },
    ),
    mutant(
        "token.instance_header",
        "always-needed",
        &["DM-AUTH-A03"],
        "Wants `x-instance-id` with administration tokens too.",
        |r| {
            r.tokens.needs_instance_header = |_kind: KeyKind| true;
        },
    ),
    mutant(
        "token.instance_header",
        "also-beside-the-path",
        &["DM-AUTH-A08", "DM-AUTH-015"],
        "Wants `x-instance-id` where the path names the instance.",
        |r| {
            r.turned_away = |arrival| {
                (arrival.operation == Operation::AccessRequest && !arrival.names_instance).then_some(400)
            };
        },
    ),
];
