//! What a token must say and be, and how far it reaches: the decision points of callers.

use super::KeyKind;

/// Every rule of tokens in force at a site.
#[derive(Clone, Copy)]
pub struct TokenRules {
    /// Whether the token is read from the `Authorization` header (DM-AUTH-A09).
    pub header_counts: bool,
    /// Whether a caller without a token that can be read is let in as the producer.
    pub strangers_pass: bool,
    /// The claims that must be there, beside `cnf` (DM-AUTH-002, DM-AUTH-003).
    pub required_claims: &'static [&'static str],
    /// The key that signed, by the `kid` of the payload and the one of the header (DM-AUTH-005).
    pub key_id: for<'t> fn(&'t str, Option<&'t str>) -> &'t str,
    /// Whether a token is in time: `nbf`, `exp`, now; all in seconds.
    pub in_time: fn(i64, i64, i64) -> bool,
    /// Whether a token may have been made then: `iat`, now; in seconds (DM-AUTH-011).
    pub made_in_time: fn(i64, i64) -> bool,
    /// Whether the signature must verify.
    pub signature_counts: bool,
    /// Whether `alg: none` is let through.
    pub unsigned_passes: bool,
    /// Whether a token of this kind may call an operation for that kind.
    pub kind_allowed: fn(KeyKind, KeyKind) -> bool,
    /// Whether an administration token reaches every instance (DM-AUTH-014).
    pub administration_reaches_all: bool,
    /// Whether a token for these instances may act on this one.
    pub audience_allows: fn(&[String], &str) -> bool,
    /// Whether a token of this kind needs `x-instance-id` on session operations (DM-AUTH-A03).
    pub needs_instance_header: fn(KeyKind) -> bool,
    /// Whether `x-instance-id` binds an administration token as it binds a client token (DM-AUTH-A07).
    pub administration_header_counts: bool,
    /// The status when the header names another instance than the session's (DM-AUTH-A07).
    pub header_not_of_session: u16,
    /// The status when the header names another instance than the body (DM-AUTH-A07).
    pub header_not_of_body: u16,
}

impl Default for TokenRules {
    fn default() -> Self {
        Self {
            header_counts: true,
            strangers_pass: false,
            required_claims: &["iss", "iat", "nbf", "exp", "aud"],
            key_id: |payload, _header| payload,
            in_time: |not_before, expires, now| not_before <= now && now < expires,
            made_in_time: |_issued, _now| true,
            signature_counts: true,
            unsigned_passes: false,
            kind_allowed: |token, needed| token == needed,
            administration_reaches_all: true,
            audience_allows: |audience, instance| audience.iter().any(|allowed| allowed == instance),
            needs_instance_header: |kind| kind == KeyKind::Client,
            administration_header_counts: false,
            header_not_of_session: 401,
            header_not_of_body: 401,
        }
    }
}
