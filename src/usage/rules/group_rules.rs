//! Rules across rows, as data. Their checks live in `groups`, because they need memory.

use super::super::knowledge::Need;
use super::{BOTH, Check, FIELDS, GUIDE, INFERRED, Rule};
use crate::report::events::Severity::{E, W};

const fn across(
    id: &'static str,
    level: crate::report::events::Severity,
    basis: &'static str,
    says: &'static str,
    advice: &'static str,
) -> Rule {
    Rule::new(id, level, basis, says, advice, Check::Across)
}

const fn needing(
    id: &'static str,
    basis: &'static str,
    need: Need,
    says: &'static str,
    advice: &'static str,
) -> Rule {
    Rule { needs: Some(need), ..Rule::new(id, W, basis, says, advice, Check::Across) }
}

pub(super) const RULES: &[Rule] = &[
    across(
        "WH-USAGE-055",
        E,
        BOTH,
        "A charge on one line item is METER_COST × ITEM_QUANTITY.",
        "Recompute the charge from the rate table; a formula item may differ and can be ignored.",
    ),
    across(
        "WH-USAGE-067",
        W,
        INFERRED,
        "A request has one row for each item and charged line item.",
        "Look for rows written twice; ignore this if the request listed the item twice.",
    ),
    across(
        "WH-USAGE-068",
        W,
        INFERRED,
        "All rows of a request agree in tenant, account, instance, consumer, session, meter and time.",
        "Check that correlation IDs are not used for two requests.",
    ),
    across(
        "WH-USAGE-070",
        W,
        GUIDE,
        "The shares of a split charge add up to the item quantity.",
        "Add up METER_QUANTITY ÷ METER_COST over the rows of the item: it must give ITEM_QUANTITY.",
    ),
    across(
        "WH-USAGE-072",
        W,
        BOTH,
        "USED is the former USED of the line item plus METER_QUANTITY.",
        "Look for lost, doubled or missing rows; a line item with a reset frequency can be ignored.",
    ),
    across(
        "WH-USAGE-076",
        W,
        GUIDE,
        "A terminated session is charged no more.",
        "Check that closing a session stops its automatic charges.",
    ),
    across(
        "WH-USAGE-077",
        W,
        GUIDE,
        "A refund is the unused part of the last charge, or all of it when a heartbeat was missed.",
        "Recompute it: charge × unused time ÷ charge period. Give the charge period if it is not one hour.",
    ),
    across(
        "WH-USAGE-078",
        E,
        GUIDE,
        "A refund goes to the line items that were charged.",
        "Give tokens back to the line item that paid; check what happens when line items change meanwhile.",
    ),
    across(
        "WH-USAGE-080",
        W,
        GUIDE,
        "The items of a session request are granted or denied together.",
        "Roll back the whole request when one item is denied.",
    ),
    across(
        "WH-USAGE-081",
        W,
        GUIDE,
        "A change of items within a session refunds the old ones and charges the new ones at one time.",
        "Look for the charges of the new items; a session that ends or halts says so in the state of its refund rows.",
    ),
    across(
        "WH-USAGE-094",
        W,
        FIELDS,
        "USED of metered use never falls.",
        "Look for lost updates; an undo operation can be ignored.",
    ),
    needing(
        "WH-USAGE-066",
        GUIDE,
        Need::LineItems,
        "A line item is charged between its start and its end.",
        "Check the dates of the line item, and whether the service is tolerant of time zones.",
    ),
    needing(
        "WH-USAGE-069",
        GUIDE,
        Need::ClientLog,
        "The correlation ID of every answer to a client is that of its rows.",
        "Look for requests that left no row, or rows that are still on their way to the warehouse.",
    ),
    needing(
        "WH-USAGE-071",
        GUIDE,
        Need::LineItems,
        "A split charge takes what is left of the line item that ends first.",
        "Check the order of line items; rules of access may pass over one, and can be ignored.",
    ),
    across(
        "WH-USAGE-073",
        W,
        GUIDE,
        "USED drops by refunds only.",
        "Look for a lost update; name the line items, so that those with a reset frequency are left out.",
    ),
    needing(
        "WH-USAGE-074",
        GUIDE,
        Need::LineItems,
        "The latest USED of a line item is what the API says is used.",
        "Fetch line items and rows of one moment; look for charges that left no row.",
    ),
    needing(
        "WH-USAGE-075",
        GUIDE,
        Need::ClientLog,
        "Automatic charges repeat the items of the charge before them, one charge period later.",
        "Give the charge period if it is not one hour; check the timer of the session.",
    ),
    needing(
        "WH-USAGE-082",
        GUIDE,
        Need::RateTables,
        "METER_COST is the rate of the item in the rate table that was in effect.",
        "Compare series, version and effective date of the rate table with the row.",
    ),
    needing(
        "WH-USAGE-083",
        INFERRED,
        Need::LineItems,
        "MAPPED_ENTITLED_COUNT is the quantity of the line item.",
        "Check whether the quantity was changed after the latest row.",
    ),
    needing(
        "WH-USAGE-097",
        FIELDS,
        Need::LineItems,
        "ACTIVATION_ID is that of a line item.",
        "Name the line items of all instances; a custom back office may have others.",
    ),
];
