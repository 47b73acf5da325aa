//! Readings: the second and third other values of decision points, and those that say no more than "other"; part of
//! [`super::readings`].

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::formula::Variables;
use super::readings::{Reading, reading};
use super::{Arithmetic, RateItem, per_version};
use crate::http::wire::{Operation, WireAnswer};

/// Every one of them.
pub(super) const READINGS: &[Reading] = &[
    // Statuses.
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
    reading("lineitem.created_inactive.http", "DM-LINE-009", "400", "403", |r| {
        r.statuses.lineitem_created_inactive = 403;
    }),
    reading("lineitem.created_inactive.http", "DM-LINE-009", "400", "422", |r| {
        r.statuses.lineitem_created_inactive = 422;
    }),
    reading("lineitem.leave_obsolete.http", "DM-LINE-010", "409", "403", |r| {
        r.statuses.lineitem_leave_obsolete = 403;
    }),
    reading("lineitem.leave_obsolete.http", "DM-LINE-010", "409", "422", |r| {
        r.statuses.lineitem_leave_obsolete = 422;
    }),
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
    reading("key.id_of_other_kind.http", "DM-AUTH-030", "200", "400", |r| r.keys.id_of_other_kind = 400),
    reading("instance.same_name.http", "DM-INST-007", "200", "400", |r| r.instances.same_name = 400),
    // Where a new instance is answered with 201, one with such a body is so too.
    reading("instance.same_name.http", "DM-INST-007", "200", "201", |r| r.instances.created = 201),
    reading("instance.given_fields.http", "DM-INST-006", "200", "201", |r| r.instances.created = 201),
    reading("actions.unknown.http", "DM-RULE-030", "400", "409", |r| r.statuses.action_unknown = 409),
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
    // Shapes.
    reading("error.body", "DM-ERR-A01", "message", "other", |r| r.error_member = Some("detail")),
    reading("heartbeat.message", "DM-HB-006", "message", "elsewhere", |r| r.wire = state_in_detail),
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
    // Orders.
    reading("table.list_order", "DM-RATE-013", "creation", "other", |r| {
        r.tables.list_order = |table| (table.effective_from, table.sequence);
    }),
    reading("lineitem.list_order", "DM-LINE-030", "creation", "other", |r| {
        r.line_items.list_order = |item| (u64::MAX - item.sequence, "".into());
    }),
    // Formulas and items.
    reading("formula.in_v1_0", "DM-RATE-027", "formula", "rate", |r| {
        r.tables.shown_to_v1_0 = |item| Some(with_rate(item));
    }),
    reading("formula.argument_count", "DM-RATE-040", "refused", "accepted", |r| {
        r.tables.formula_fault = |_formula| None;
    }),
    reading("usage.formula_cost", "WH-USAGE-098", "unit-price", "other", |r| {
        r.formula_cost = Some(|_rate| Some(Decimal::ZERO));
    }),
    reading("oneoff.repeated_item", "DM-ACC-025", "independent", "merged", |r| {
        r.sale.repeated_items_merged = true;
    }),
];

/// Names the state of the session where nobody has published it.
fn state_in_detail(answer: &mut WireAnswer) {
    if answer.operation == Operation::Heartbeat
        && let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
        && let Some(text) = body.remove("message")
    {
        body.insert("detail".to_owned(), text);
    }
}

/// An item as a client that knows no formulas can read it: with what the formula comes to without variables.
fn with_rate(item: &RateItem) -> RateItem {
    let Some(formula) = &item.formula else { return item.clone() };
    let rate = formula.evaluate(&Variables::default(), &Arithmetic::default()).unwrap_or_default();
    RateItem { rate: Some(rate), formula: None, ..item.clone() }
}
