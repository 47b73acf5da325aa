//! Readings: the other legal values of decision points that the documents leave open.
//!
//! The default of each stands in [`super::rules`]; the conformance suite must accept either.

use super::rules::{up_to_capacity, up_to_quantity};
use super::{
    MINUTE, PerVersion, Rules, Wanted, access_readings, instance_rules, per_version, producer_readings,
    session_readings,
};

/// A legal alternative.
#[derive(Clone, Copy)]
pub struct Reading {
    /// Decision point.
    pub decision: &'static str,
    /// Requirement that leaves it open.
    pub requirement: &'static str,
    /// The value that holds when nobody chooses.
    pub default: &'static str,
    /// This value.
    pub value: &'static str,
    /// Makes it so.
    pub set: fn(&mut Rules),
}

pub(super) const fn reading(
    decision: &'static str,
    requirement: &'static str,
    default: &'static str,
    value: &'static str,
    set: fn(&mut Rules),
) -> Reading {
    Reading { decision, requirement, default, value, set }
}

/// Every reading that is not a default.
pub fn all() -> impl Iterator<Item = &'static Reading> {
    [
        READINGS,
        access_readings::READINGS,
        super::data_access::READINGS,
        producer_readings::READINGS,
        session_readings::READINGS,
        super::licensing::READINGS,
        super::usage_forms::READINGS,
    ]
    .into_iter()
    .flatten()
}

const READINGS: &[Reading] = &[
    reading("oneoff.all_denied.http", "DM-ACC-019", "200", "403", |r| r.statuses.oneoff_all_denied = 403),
    reading("oneoff.all_denied.http", "DM-ACC-019", "200", "409", |r| r.statuses.oneoff_all_denied = 409),
    reading("oneoff.mixed.http", "DM-ACC-018", "200", "207", |r| r.statuses.oneoff_mixed = 207),
    reading("oneoff.empty.http", "DM-ACC-024", "200", "400", |r| r.statuses.oneoff_empty = 400),
    reading("count.nonpositive.http", "DM-ACC-023", "400", "200", |r| r.statuses.count_nonpositive = 200),
    reading("instance.unknown.http", "DM-ACC-022", "404", "400", |r| r.statuses.instance_unknown = 400),
    reading("instance.malformed.http", "DM-GEN-011", "404", "400", |r| r.statuses.instance_malformed = 400),
    reading("session.denied.http", "DM-SES-053", "200", "403", |r| r.statuses.session_denied = 403),
    reading("session.denied.http", "DM-SES-053", "200", "409", |r| r.statuses.session_denied = 409),
    reading("session.ended.http", "DM-SES-057", "403", "409", |r| r.statuses.session_ended.v1_0 = 409),
    reading("session.unknown.http", "DM-SES-033", "404", "400", |r| r.statuses.session_unknown = 400),
    reading("session.close_again.http", "DM-SES-074", "403", "409", |r| {
        r.statuses.session_close_again = PerVersion::both(409)
    }),
    reading("session.close_again.http", "DM-SES-074", "403", "404", |r| {
        r.statuses.session_close_again = PerVersion::both(404)
    }),
    reading("session.close_again.http", "DM-SES-074", "403", "200", |r| {
        r.statuses.session_close_again = PerVersion::both(200)
    }),
    reading("session.empty_put_idle.http", "DM-SES-047", "200", "409", |r| {
        r.statuses.session_empty_put_idle = 409;
    }),
    reading("sessions.by_instance.http", "DM-SES-002", "404", "200", |r| r.sessions_by_instance = true),
    reading("session.ended_items", "DM-SES-032", "empty", "kept", |r| r.ended_keeps_items = true),
    reading("session.charged_until", "DM-SES-025", "paid-until", "last-charge", |r| {
        r.charged_until = |timeline| timeline.next_charge - timeline.period;
    }),
    reading("session.refund_pays", "DM-SES-058", "yes", "no", |r| r.refund_pays = false),
    reading("heartbeat.unknown.http", "DM-HB-007", "404", "403", |r| r.statuses.heartbeat_unknown = 403),
    reading("heartbeat.idle.http", "DM-HB-008", "204", "403", |r| r.statuses.heartbeat_idle = 403),
    reading("code.insufficient", "DM-CODE-004", "202", "203", |r| {
        r.codes.insufficient = per_version("203", "1203")
    }),
    reading("lineitem.put.http", "DM-LINE-007", "200", "201", |r| r.statuses.lineitem_put = 201),
    reading("lineitem.created_inactive.http", "DM-LINE-009", "400", "409", |r| {
        r.statuses.lineitem_created_inactive = 409;
    }),
    reading("lineitem.leave_obsolete.http", "DM-LINE-010", "409", "400", |r| {
        r.statuses.lineitem_leave_obsolete = 400;
    }),
    reading("lineitem.delete_deployed.http", "DM-LINE-034", "409", "400", |r| {
        r.statuses.lineitem_delete_deployed = 400;
    }),
    reading("lineitem.delete_deployed.http", "DM-LINE-034", "409", "403", |r| {
        r.statuses.lineitem_delete_deployed = 403;
    }),
    reading("lineitem.tie", "DM-LI-A22", "activation-id", "created", |r| {
        r.line_item_order = |item| (item.end, item.start, item.sequence, "".into());
    }),
    reading("lineitem.overdraft_first", "DM-OD-006", "yes", "no", |r| {
        r.passes = &[up_to_quantity, up_to_capacity];
    }),
    reading("table.tie", "DM-RATE-A10", "last-created", "first-created", |r| {
        r.applicable_table = |tables, series, now| {
            let effective = super::rate_table::effective(tables, series, now);
            effective.max_by_key(|table| (table.effective_from, std::cmp::Reverse(table.sequence)))
        };
    }),
    reading("token.wrong_kind.http", "DM-AUTH-012", "403", "401", |r| r.statuses.token_wrong_kind = 401),
    reading("token.other_instance.http", "DM-AUTH-013", "403", "401", |r| {
        r.statuses.token_other_instance = 401;
    }),
    reading("token.session_instance.http", "DM-AUTH-A05", "401", "403", |r| {
        r.statuses.token_session_instance = 403;
    }),
    reading("token.just_expired.http", "DM-AUTH-010", "401", "200", |r| {
        r.tokens.in_time = |not_before, expires, now| not_before <= now + 60 && now < expires + 60;
    }),
    reading("token.future_iat.http", "DM-AUTH-011", "200", "401", |r| {
        r.tokens.made_in_time = |issued, now| issued <= now;
    }),
    reading("token.header_not_of_session.http", "DM-AUTH-A07", "401", "403", |r| {
        r.tokens.header_not_of_session = 403;
    }),
    reading("token.header_not_of_body.http", "DM-AUTH-A07", "401", "400", |r| {
        r.tokens.header_not_of_body = 400;
    }),
    reading("token.administration_header.http", "DM-AUTH-A07", "200", "401", |r| {
        r.tokens.administration_header_counts = true;
    }),
    reading("key.list", "DM-AUTH-031", "array", "object", |r| r.keys.listed_in_object = true),
    reading("key.saved_at_once.http", "DM-AUTH-024", "200", "401", |r| {
        r.keys.comes_after = |_kind, _configured| 10 * MINUTE;
    }),
    reading("key.deleted_at_once.http", "DM-AUTH-025", "401", "200", |r| {
        r.keys.goes_after = |_kind, _configured| 10 * MINUTE;
    }),
    reading("key.written_line_breaks.http", "DM-AUTH-022", "200", "400", |r| {
        r.keys.form_accepted = |pem| !pem.contains("\\n");
    }),
    reading("key.id_of_other_kind.http", "DM-AUTH-030", "200", "409", |r| r.keys.id_of_other_kind = 409),
    reading("instance.created.http", "DM-INST-001", "200", "201", |r| r.instances.created = 201),
    reading("instance.given_fields.http", "DM-INST-006", "200", "400", |r| r.instances.given_fields = 400),
    reading("instance.same_name.http", "DM-INST-007", "200", "409", |r| r.instances.same_name = 409),
    reading("instances.account_alone.http", "DM-INST-018", "400", "200", |r| {
        r.instances.wanted = |account, default| match (account, default) {
            (Some(account), None) => Some(Wanted::Of(account.to_owned())),
            _ => instance_rules::wanted(account, default),
        };
    }),
    reading("instances.account_letters", "DM-INST-019", "exact", "any-case", |r| {
        r.instances.same_account = |one, other| one.eq_ignore_ascii_case(other);
    }),
    reading("instances.next", "DM-INST-011", "number", "text", |r| r.instances.next_as_text = true),
    reading("instances.order", "DM-INST-015", "oldest-first", "newest-first", |r| {
        r.instances.newest_first = true;
    }),
    reading("instances.page", "DM-INST-015", "100", "fewer", |r| {
        r.instances.page_size = |asked| Some(asked.unwrap_or(50).min(100));
    }),
    reading("instances.page", "DM-INST-015", "100", "more", |r| {
        r.instances.page_size = |asked| Some(asked.unwrap_or(1000).min(1000));
    }),
    reading("instances.size_word.http", "DM-INST-016", "400", "200", |r| r.instances.size_word = 200),
    reading("instances.size_zero.http", "DM-INST-016", "400", "200", |r| r.instances.size_zero = 200),
    reading("instances.next_word.http", "DM-INST-016", "400", "200", |r| r.instances.next_word = 200),
    reading("address.instances.http", "DM-GEN-002", "200", "404", |r| {
        r.turned_away = |arrival| {
            let second = arrival.below("/api/").is_some_and(|path| path.starts_with("instances"));
            (second && arrival.is_of_instances()).then_some(404)
        };
    }),
    reading("address.keys.http", "DM-GEN-002", "200", "404", |r| {
        r.turned_away = |arrival| {
            let second = arrival.below("/api/").is_some_and(|path| path.contains("-keys"));
            second.then_some(404)
        };
    }),
    reading("error.body", "DM-ERR-A01", "message", "error", |r| r.error_member = Some("error")),
    reading("error.body", "DM-ERR-A01", "message", "none", |r| r.error_member = None),
    reading("token.no_instance_header.http", "DM-AUTH-A06", "400", "401", |r| {
        r.statuses.token_no_instance_header = 401;
    }),
    reading("table.duplicate_item.http", "DM-RATE-024", "400", "201", |r| {
        r.statuses.table_duplicate_item = 201;
    }),
    reading("content_type.http", "DM-ERR-A03", "415", "400", |r| r.statuses.content_type = 400),
    reading("list.unknown_instance.http", "DM-GEN-011", "404", "400", |r| {
        r.statuses.list_unknown_instance = 400;
    }),
    reading("access.requested_version", "DM-ERR-A04", "ignored", "accepted", |r| {
        r.requested_version_counts = true;
    }),
    reading("usage.refund_correlation", "DM-USE-002", "own", "shared", |r| r.refund_own_correlation = false),
    reading("usage.denied_automatic", "WH-USAGE-063", "rows", "none", |r| r.denied_automatic_rows = false),
    reading("usage.split_quantity", "WH-USAGE-007", "repeat", "apportion", |r| {
        r.split_repeats_quantity = false;
    }),
    reading("rate_zero.lineitems", "DM-RATE-023", "entry", "empty", |r| r.free_item_shows_line_item = false),
    reading("token.no_instance_header.http", "DM-AUTH-A06", "400", "403", |r| {
        r.statuses.token_no_instance_header = 403;
    }),
    reading("token.header_not_of_session.http", "DM-AUTH-A07", "401", "400", |r| {
        r.tokens.header_not_of_session = 400;
    }),
    reading("token.header_not_of_session.http", "DM-AUTH-A07", "401", "404", |r| {
        r.tokens.header_not_of_session = 404;
    }),
    reading("token.header_not_of_body.http", "DM-AUTH-A07", "401", "403", |r| {
        r.tokens.header_not_of_body = 403;
    }),
    // A header that counts for both kinds of token is answered alike for both.
    reading("token.administration_header.http", "DM-AUTH-A07", "200", "400", |r| {
        r.tokens.administration_header_counts = true;
        r.tokens.header_not_of_session = 400;
    }),
    reading("token.administration_header.http", "DM-AUTH-A07", "200", "403", |r| {
        r.tokens.administration_header_counts = true;
        r.tokens.header_not_of_session = 403;
    }),
    reading("token.administration_header.http", "DM-AUTH-A07", "200", "404", |r| {
        r.tokens.administration_header_counts = true;
        r.tokens.header_not_of_session = 404;
    }),
    reading("address.instances.http", "DM-GEN-002", "200", "403", |r| {
        r.turned_away = |arrival| {
            let second = arrival.below("/api/").is_some_and(|path| path.starts_with("instances"));
            (second && arrival.is_of_instances()).then_some(403)
        };
    }),
    reading("address.instances.http", "DM-GEN-002", "200", "405", |r| {
        r.turned_away = |arrival| {
            let second = arrival.below("/api/").is_some_and(|path| path.starts_with("instances"));
            (second && arrival.is_of_instances()).then_some(405)
        };
    }),
    reading("address.keys.http", "DM-GEN-002", "200", "403", |r| {
        r.turned_away = |arrival| {
            let second = arrival.below("/api/").is_some_and(|path| path.contains("-keys"));
            second.then_some(403)
        };
    }),
    reading("address.keys.http", "DM-GEN-002", "200", "405", |r| {
        r.turned_away = |arrival| {
            let second = arrival.below("/api/").is_some_and(|path| path.contains("-keys"));
            second.then_some(405)
        };
    }),
    reading("error.body", "DM-ERR-A01", "message", "other", |r| r.error_member = Some("detail")),
    reading("code.insufficient", "DM-CODE-004", "202", "301", |r| {
        r.codes.insufficient = per_version("301", "1301");
    }),
    reading("code.four_digits", "DM-CODE-011", "prefixed", "other", |r| {
        r.codes.granted.v1_1 = "5000";
        r.codes.blocked.v1_1 = "5001";
        r.codes.not_found.v1_1 = "6001";
        r.codes.insufficient.v1_1 = "6002";
        r.codes.unpriceable.v1_1 = "6003";
    }),
    reading("oneoff.repeated_item", "DM-ACC-025", "independent", "merged", |r| {
        r.sale.repeated_items_merged = true;
    }),
];
