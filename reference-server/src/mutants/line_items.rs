//! Faults of line items and of how they are charged.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::{ItemVerdict, LineItem, LineItemState, line_item};
use crate::http::wire::Operation;

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "lineitem.list",
        "used-ones-only",
        &["DM-LINE-001"],
        "Lists a line item only when something was charged to it.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::ListLineItems
                    && let Some(items) = answer.body.as_mut().and_then(Value::as_array_mut)
                {
                    items.retain(|item| item["used"] != json!(0));
                }
            };
        },
    ),
    mutant("lineitem.life", "begins-anyhow", &["DM-LINE-009"], "Creates line items in any state.", |r| {
        r.line_items.may_start_as = |_state| true;
    }),
    mutant("lineitem.life", "deleted-anyhow", &["DM-LINE-034"], "Deletes DEPLOYED line items.", |r| {
        r.line_items.deletable = |_state| true;
    }),
    mutant(
        "lineitem.replace",
        "keeps-quantity",
        &["DM-LINE-028"],
        "Does not take over a new quantity.",
        |r| {
            r.replace =
                |old, new, used| LineItem { quantity: old.quantity, ..line_item::replaced(old, new, used) };
        },
    ),
    mutant(
        "lineitem.replace",
        "adds-quantity",
        &["DM-LINE-006"],
        "Adds the quantity of a second PUT to the first.",
        |r| {
            r.replace = |old, new, used| {
                let quantity = old.quantity.saturating_add(new.quantity);
                LineItem { quantity, ..line_item::replaced(old, new, used) }
            };
        },
    ),
    mutant(
        "lineitem.refundable",
        "not-when-deleted",
        &["DM-LINE-035"],
        "Loses refunds into deleted line items.",
        |r| r.refundable = |item| !item.deleted,
    ),
    mutant(
        "lineitem.refundable",
        "not-when-overdrawn",
        &["DM-OD-007"],
        "Gives nothing back to a line item that is used beyond its capacity.",
        |r| {
            r.refundable = |item| line_item::capacity(item).is_none_or(|capacity| item.used <= capacity);
        },
    ),
    mutant(
        "lineitem.usable",
        "deleted-too",
        &["DM-LI-A12"],
        "Charges deleted line items while a session still uses them.",
        |r| {
            r.usable = |item, now, tolerance| {
                let state = if item.deleted { LineItemState::Deployed } else { item.state };
                line_item::usable(&LineItem { state, deleted: false, ..item.clone() }, now, tolerance)
            };
        },
    ),
    mutant(
        "lineitem.capacity",
        "overdrawn-is-unlimited",
        &["DM-OD-007"],
        "Takes a line item that is used beyond its capacity for unlimited.",
        |r| {
            r.capacity = |item| line_item::capacity(item).filter(|capacity| item.used <= *capacity);
        },
    ),
    mutant(
        "lineitem.used",
        "never-beyond-quantity",
        &["DM-OD-005"],
        "Shows no more tokens used than were bought.",
        |r| {
            r.wire = |answer| {
                let shown = matches!(answer.operation, Operation::ReadLineItem | Operation::ListLineItems);
                if let Some(body) = answer.body.as_mut().filter(|_| shown) {
                    each_line_item(body, |item| {
                        let number = |name: &str| item[name].to_string().parse::<f64>().unwrap_or_default();
                        if number("used") > number("quantity") {
                            item["used"] = item["quantity"].clone();
                        }
                    });
                }
            };
        },
    ),
    mutant(
        "lineitem.mapping",
        "not-checked",
        &["DM-LI-A01"],
        "Charges the line items of other instances first.",
        |r| r.line_items.other_instances_pay = true,
    ),
    mutant(
        "charge.part",
        "granted",
        &["DM-LI-A26", "DM-ACC-026"],
        "Grants an item for the part of its count that can be paid.",
        |r| r.sale.partial_grants = true,
    ),
    mutant(
        "charge.order",
        "stops-at-the-first-refusal",
        &["DM-ACC-016"],
        "Tries no item after one that found too few tokens.",
        |r| r.sale.goes_on_after = |verdict| !matches!(verdict, ItemVerdict::Insufficient),
    ),
    mutant(
        "charge.oneoff",
        "leaves-a-session",
        &["DM-ACC-013"],
        "Opens a session for a one-off request.",
        |r| r.sale.oneoff_leaves_session = true,
    ),
    mutant(
        "code.refused_session",
        "all-blocked",
        &["DM-CODE-013"],
        "Answers 102 for every item of a refused session request.",
        |r| r.sale.refused_session_items = |verdicts| verdicts.fill(ItemVerdict::Blocked),
    ),
    mutant(
        "code.refused_session",
        "all-at-fault",
        &["DM-CODE-013"],
        "Answers the code of the item at fault for every item of a refused session request.",
        |r| {
            r.sale.refused_session_items = |verdicts| {
                let at_fault = verdicts.iter().find(|verdict| !verdict.granted()).cloned();
                if let Some(at_fault) = at_fault {
                    verdicts.fill(at_fault);
                }
            };
        },
    ),
    mutant("code.class", "refused-is-4xx", &["DM-CODE-012"], "Answers 404 for unknown items.", |r| {
        r.codes.not_found.v1_0 = "404";
    }),
];

fn each_line_item(body: &mut Value, change: fn(&mut Value)) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(change),
        item => change(item),
    }
}
