//! What each column holds (WH-USAGE-019 to -049). Types are judged while a row is read; the functions here
//! judge values that depend on the kind of row.

use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::super::cases::{Facts, gave_back};
use super::super::findings::Sheet;
use super::super::reading::{is_code, quote};
use super::super::row::Row;
use super::{BOTH, Check, FIELDS, GUIDE, Rule};
use crate::report::events::Severity::E;

const TYPE: &str = "Correct the export or the writer: the message shows the value and what belongs there.";

const fn typed(id: &'static str, basis: &'static str, says: &'static str) -> Rule {
    Rule::new(id, E, basis, says, TYPE, Check::Reading)
}

const fn valued(
    id: &'static str,
    basis: &'static str,
    says: &'static str,
    check: fn(&Row, &Facts, &mut Sheet<'_>),
) -> Rule {
    Rule::new(id, E, basis, says, TYPE, Check::Row(check))
}

pub(super) const RULES: &[Rule] = &[
    typed("WH-USAGE-019", BOTH, "CORRELATION_ID is text."),
    typed("WH-USAGE-020", FIELDS, "TENANT_ID is text, and absent from the Data Access API."),
    typed("WH-USAGE-021", BOTH, "USAGE_TIME is a time."),
    typed("WH-USAGE-022", BOTH, "WRITE_TIME is a time."),
    typed("WH-USAGE-023", BOTH, "CONSUMER_ID is text."),
    typed("WH-USAGE-024", BOTH, "CONSUMER_TYPE is text."),
    typed("WH-USAGE-025", BOTH, "ACCOUNT_ID is text."),
    typed("WH-USAGE-026", BOTH, "INSTANCE_ID is text."),
    typed("WH-USAGE-027", FIELDS, "ACTIVATION_ID is an array of activation IDs."),
    typed("WH-USAGE-028", BOTH, "MAPPED_ENTITLED_COUNT is a whole number, zero or more."),
    typed("WH-USAGE-029", FIELDS, "USED is a number, zero or more."),
    typed("WH-USAGE-030", BOTH, "ITEM is text."),
    typed("WH-USAGE-031", BOTH, "ITEM_VERSION is text."),
    valued(
        "WH-USAGE-032",
        BOTH,
        "ITEM_QUANTITY is a number above zero, but for refunds and returns.",
        item_quantity,
    ),
    valued("WH-USAGE-033", BOTH, "SESSION_ID is the UUID of a session.", session_id),
    valued("WH-USAGE-034", GUIDE, "SESSION_STATE is IDLE, ACTIVE, TERMINATED or FAILED.", session_state),
    valued(
        "WH-USAGE-035",
        BOTH,
        "REQUEST_RESPONSE of elastic rows has three or four digits.",
        request_response,
    ),
    valued("WH-USAGE-036", FIELDS, "CONTROLS_APPLIED is an object with an array of partitions.", controls),
    valued("WH-USAGE-037", BOTH, "METER_TYPE is elastic, concurrent or metered.", meter_type),
    typed("WH-USAGE-038", BOTH, "METER is text."),
    typed("WH-USAGE-039", BOTH, "METER_COST_LIST is JSON."),
    typed("WH-USAGE-040", BOTH, "METER_COST is a number, zero or more."),
    typed("WH-USAGE-041", BOTH, "METER_QUANTITY is a number."),
    valued(
        "WH-USAGE-042",
        BOTH,
        "META_DATA is JSON; on license servers, the vendor dictionary.",
        vendor_dictionary,
    ),
    typed("WH-USAGE-043", FIELDS, "PARTIAL is a boolean."),
    typed("WH-USAGE-044", FIELDS, "INCREMENTAL is a boolean."),
    typed("WH-USAGE-045", FIELDS, "OVERDRAFT_COUNT is a number, zero or more; NULL is unlimited."),
    typed("WH-USAGE-046", FIELDS, "ENTITLED_ARTICLES is an array of texts."),
    typed("WH-USAGE-047", FIELDS, "ENTITLED_ARTICLE_VERSIONS is an array of texts."),
    typed("WH-USAGE-048", FIELDS, "BORROWED_UNTIL is a time."),
    valued(
        "WH-USAGE-049",
        FIELDS,
        "SERVED_CLIENT_STATUS is NORMAL, RETURNED, EXPIRED or DROPPED.",
        served_client_status,
    ),
];

/// Zero or less may have been asked for and denied; what was granted is above zero (S-15, S-36).
fn item_quantity(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let Some(quantity) = row.item_quantity.filter(|quantity| *quantity <= Decimal::ZERO) else { return };
    let returned = facts.license_server() && gave_back(row);
    if facts.refund || returned || facts.may_give_back(row) && !quantity.is_zero() {
        return;
    }
    let message = format!("ITEM_QUANTITY is {quantity}");
    if facts.denied { sheet.warn(message) } else { sheet.error(message) }
}

fn session_id(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    if let Some(session) = row.session_id.as_deref()
        && Uuid::try_parse(session).is_err()
    {
        sheet.warn(format!("SESSION_ID is {}, which is no UUID", quote(session)));
    }
}

fn session_state(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    if let Some(state) = row.session_state.as_deref()
        && !matches!(state, "IDLE" | "ACTIVE" | "TERMINATED" | "FAILED")
    {
        sheet.warn(format!("SESSION_STATE is {}", quote(state)));
    }
}

fn request_response(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if let Some(response) = row.request_response.as_deref()
        && facts.elastic()
        && !is_code(response)
    {
        sheet.error(format!("REQUEST_RESPONSE is {}", quote(response)));
    }
}

/// Partitions belong to license servers. What the column shows of rules of access is not documented.
fn controls(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let Some(controls) = row.controls_applied.as_ref().filter(|_| !facts.elastic()) else { return };
    match controls.get("partition") {
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => {}
        Some(_) => sheet.error("the partitions in CONTROLS_APPLIED are no array of names"),
        None => sheet.warn("CONTROLS_APPLIED names no partition"),
    }
}

fn meter_type(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    if let Some(kind) = row.meter_type.as_deref()
        && !matches!(kind, "elastic" | "concurrent" | "metered")
    {
        sheet.warn(format!("METER_TYPE is {}", quote(kind)));
    }
}

fn vendor_dictionary(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if !facts.license_server() {
        return;
    }
    let Some(Value::Object(dictionary)) = &row.meta_data else { return };
    for (key, value) in dictionary {
        let right = match value {
            Value::Array(values) => values.iter().all(is_plain),
            single => is_plain(single),
        };
        if !right {
            let key = quote(key);
            sheet.error(format!("{key} in META_DATA is no text, 32-bit integer or array of these"));
            return;
        }
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        _ => false,
    }
}

fn served_client_status(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    if let Some(status) = row.served_client_status.as_deref()
        && !matches!(status, "NORMAL" | "RETURNED" | "EXPIRED" | "DROPPED")
    {
        sheet.error(format!("SERVED_CLIENT_STATUS is {}", quote(status)));
    }
}
