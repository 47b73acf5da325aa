//! Rules within a row of elastic usage (WH-USAGE-052 to -065, -079), some of which hold for every row.

use rust_decimal::Decimal;

use super::super::cases::{self, Facts};
use super::super::columns::Column;
use super::super::findings::Sheet;
use super::super::numbers::{at_most, close};
use super::super::reading::quote;
use super::super::row::Row;
use super::{BOTH, Check, ELASTIC, FIELDS, GUIDE, INFERRED, Rule};
use crate::report::events::Severity::{E, I, W};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "WH-USAGE-052",
        E,
        ELASTIC,
        "Elastic rows have METER \"elastic token\" and METER_TYPE \"elastic\", granted or not.",
        "Write both columns on every elastic row, denied ones too.",
        Check::Row(meter),
    ),
    Rule::new(
        "WH-USAGE-053",
        E,
        BOTH,
        "A denied elastic row has no line item, counts or costs, and METER_QUANTITY 0.",
        "Leave these columns NULL on denial, and set METER_QUANTITY to 0.",
        Check::Row(denied_is_empty),
    ),
    Rule::new(
        "WH-USAGE-054",
        W,
        INFERRED,
        "Response code, activation ID and meter quantity agree on whether the item was granted.",
        "Find out which of the three is wrong; the code is what the client was told.",
        Check::Row(signs_agree),
    ),
    Rule::new(
        "WH-USAGE-056",
        W,
        INFERRED,
        "A charge takes tokens unless its rate is 0.",
        "Check whether the charge was lost or should have been denied.",
        Check::Row(charge_takes_tokens),
    ),
    Rule::new(
        "WH-USAGE-057",
        E,
        FIELDS,
        "An elastic row names exactly one line item.",
        "Write one row for each charged line item.",
        Check::Row(one_activation_id),
    ),
    Rule::new(
        "WH-USAGE-058",
        E,
        BOTH,
        "USED stays within entitled count and overdraft.",
        "Look for a lost update: concurrent charges that each saw the same balance.",
        Check::Row(within_entitlement),
    ),
    Rule::new(
        "WH-USAGE-059",
        W,
        INFERRED,
        "USED is at least what the charge itself took.",
        "Check that USED is the total after the charge, not before it.",
        Check::Row(used_covers_charge),
    ),
    Rule::new(
        "WH-USAGE-060",
        E,
        GUIDE,
        "METER_COST_LIST is an object with the version, and where there is one the series, of a rate table.",
        "Write {\"series\":\"…\",\"version\":\"…\"} with the rate table that priced the item.",
        Check::Reading,
    ),
    Rule::new(
        "WH-USAGE-061",
        E,
        BOTH,
        "META_DATA is a JSON object.",
        "Pass the client's object through as it came; leave the column NULL where none came.",
        Check::Row(meta_data_is_object),
    ),
    Rule::new(
        "WH-USAGE-062",
        W,
        INFERRED,
        "SESSION_ID and SESSION_STATE are set together, and only on elastic rows.",
        "Write both for every activity of a session, and neither otherwise.",
        Check::Row(session_pair),
    ),
    Rule::new(
        "WH-USAGE-063",
        W,
        GUIDE,
        "After a granted charge the session is ACTIVE.",
        "Write the state after the activity, not the one before it.",
        Check::Row(state_after_charge),
    ),
    Rule::new(
        "WH-USAGE-065",
        W,
        INFERRED,
        "A refund gives back no more than its item costs for a full period.",
        "Check the unused part of the period that the refund was computed from.",
        Check::Row(refund_within_charge),
    ),
    Rule::new(
        "WH-USAGE-079",
        E,
        GUIDE,
        "One-off requests are never refunded.",
        "Refund sessions only; if this belongs to a session, write its ID.",
        Check::Row(refund_has_session),
    ),
];

/// WH-USAGE-064, listed with the forms: it records and never fails.
pub(super) fn known_code(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let Some(code) = row.request_response.as_deref() else { return };
    if facts.elastic() && facts.denied && !matches!(code, "102" | "201") {
        sheet.note(I, format!("code {}", quote(code)));
    }
}

fn meter(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if !facts.elastic() {
        return;
    }
    for (column, value, wanted) in [
        ("METER", row.meter.as_deref(), "elastic token"),
        ("METER_TYPE", row.meter_type.as_deref(), "elastic"),
    ] {
        if value != Some(wanted) {
            let found = value.map_or_else(|| "NULL".to_owned(), quote);
            sheet.error(format!("{column} is {found}, not \"{wanted}\""));
        }
    }
}

fn denied_is_empty(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if facts.granted_code && !row.is_set(Column::ActivationId) {
        sheet.warn("the code says granted, but ACTIVATION_ID is NULL");
    }
    if !(facts.elastic() && facts.denied) {
        return;
    }
    if row.is_set(Column::ActivationId) {
        sheet.error("denied, but ACTIVATION_ID is set");
    }
    let kept: Vec<&str> =
        [Column::MappedEntitledCount, Column::Used, Column::MeterCostList, Column::MeterCost]
            .into_iter()
            .filter(|column| row.is_set(*column))
            .map(Column::name)
            .collect();
    if !kept.is_empty() {
        sheet.note(cases::disputed(facts), format!("denied, but set: {}", kept.join(", ")));
    }
    match row.meter_quantity {
        Some(quantity) if !quantity.is_zero() => {
            sheet.note(cases::disputed(facts), format!("denied, but METER_QUANTITY is {quantity}"));
        }
        None if !row.is_set(Column::MeterQuantity) => sheet.note(I, "denied, and METER_QUANTITY is NULL"),
        _ => {}
    }
}

fn signs_agree(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if !facts.elastic() || facts.refund || !row.is_set(Column::RequestResponse) {
        return;
    }
    let free = row.meter_cost.is_some_and(|cost| cost.is_zero());
    let nothing = row.meter_quantity.is_some_and(|quantity| quantity.is_zero());
    let no_line_item = !row.is_set(Column::ActivationId);
    let agree = if facts.denied { no_line_item && nothing } else { !no_line_item && (!nothing || free) };
    if !agree {
        let says = if facts.denied { "denied" } else { "granted" };
        let line_item = if no_line_item { "NULL" } else { "set" };
        let taken = if nothing { "0" } else { "not 0" };
        sheet.warn(format!(
            "the code says {says}, but ACTIVATION_ID is {line_item} and METER_QUANTITY is {taken}"
        ));
    }
}

fn charge_takes_tokens(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let nothing = row.meter_quantity.is_some_and(|quantity| quantity.is_zero());
    let priced = row.meter_cost.is_some_and(|cost| !cost.is_zero());
    if facts.charge && nothing && priced {
        sheet.warn("METER_QUANTITY is 0 on a charge at a rate above 0");
    }
}

fn one_activation_id(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if let Some(ids) = &row.activation_ids
        && facts.elastic()
        && ids.len() != 1
    {
        sheet.error(format!("ACTIVATION_ID has {} elements", ids.len()));
    }
}

/// A quantity may be lowered below what is used. Only a row that takes something proves that too much was
/// granted.
fn within_entitlement(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let (Some(used), Some(entitled)) = (row.used, row.mapped_entitled_count) else { return };
    if facts.denied || at_most(used, entitled) {
        return;
    }
    let taking = row.meter_quantity.is_some_and(|quantity| quantity > Decimal::ZERO)
        && !matches!(row.served_client_status.as_deref(), Some("RETURNED" | "EXPIRED"));
    let level = if facts.wide && taking && row.activation_id().is_some() { E } else { W };
    let overdraft = match row.overdraft_count {
        Some(overdraft) => overdraft,
        None if facts.wide => return,
        None => Decimal::ZERO,
    };
    let Some(limit) = entitled.checked_add(overdraft) else { return };
    if !at_most(used, limit) {
        sheet.note(level, format!("USED is {used}, entitled are {entitled} and {overdraft} overdraft"));
    }
}

fn used_covers_charge(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let (Some(used), Some(quantity)) = (row.used, row.meter_quantity) else { return };
    if facts.charge && !at_most(quantity, used) {
        sheet.warn(format!("USED is {used} after a charge of {quantity}"));
    }
}

fn meta_data_is_object(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    let Some(data) = &row.meta_data else { return };
    if !data.is_object() {
        let kind = match data {
            serde_json::Value::Array(_) => "an array",
            serde_json::Value::String(_) => "text",
            serde_json::Value::Number(_) => "a number",
            _ => "a boolean",
        };
        sheet.error(format!("META_DATA is {kind}"));
    }
}

fn session_pair(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let (id, state) = (row.is_set(Column::SessionId), row.is_set(Column::SessionState));
    match (id, state) {
        (true, false) => sheet.warn("SESSION_ID is set without SESSION_STATE"),
        (false, true) => sheet.warn("SESSION_STATE is set without SESSION_ID"),
        (true, true) if facts.license_server() => sheet.warn("a license-server row has a session"),
        _ => {}
    }
}

fn state_after_charge(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let Some(state) = row.session_state.as_deref() else { return };
    if facts.charge && row.session_id.is_some() && state != "ACTIVE" {
        sheet.warn(format!("SESSION_STATE is {} after a granted charge", quote(state)));
    }
}

/// The row repeats the item quantity or shows a share of it; either way its product bounds the refund.
fn refund_within_charge(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if !facts.refund {
        return;
    }
    let (Some(cost), Some(quantity), Some(refund)) = (row.meter_cost, row.item_quantity, row.meter_quantity)
    else {
        return;
    };
    let Some(full) = cost.checked_mul(quantity.abs()) else { return };
    let back = refund.abs();
    if back > full && !close(back, full) {
        sheet.warn(format!("{back} are refunded, a full period costs {full}"));
    }
}

fn refund_has_session(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if facts.refund && !row.is_set(Column::SessionId) {
        sheet.error("a refund without session");
    }
}
