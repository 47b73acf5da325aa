//! Faults of validation: what should be refused is answered as if it were good, or refused in other words.
//!
//! They change answers on their way out. Which mistake was made is read from the messages of the refusal.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("table.version", "optional", &["DM-RATE-021"], "Accepts rate tables without version.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, "'version' not found");
    }),
    mutant("table.version", "may-be-blank", &["DM-RATE-021"], "Accepts blank versions.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, "$.version: must not be blank");
    }),
    mutant("table.item_name", "optional", &["DM-RATE-022"], "Accepts items without name.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, "'name' not found");
    }),
    mutant("table.rate", "may-be-text", &["DM-RATE-022"], "Accepts rates in words.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, ".rate: string found");
    }),
    mutant("table.rate", "may-be-negative", &["DM-RATE-023"], "Accepts negative rates.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, ".rate: must have a minimum");
    }),
    mutant("table.formula", "not-parsed", &["DM-RATE-046"], "Accepts any text as a formula.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, "is no formula");
    }),
    mutant("table.price", "neither-accepted", &["DM-RATE-026"], "Accepts items without a price.", |r| {
        r.wire = |answer| forgives(answer, Operation::CreateRateTable, 201, "'rate' not found");
    }),
    mutant("table.deletion", "without-version", &["DM-RATE-019"], "Deletes without a version.", |r| {
        r.wire = |answer| pretends(answer, Operation::DeleteRateTable, 400, 204);
    }),
    mutant("table.deletion", "unknown-is-done", &["DM-RATE-018"], "Answers 204 for unknown tables.", |r| {
        r.wire = |answer| pretends(answer, Operation::DeleteRateTable, 404, 204);
    }),
    mutant("lineitem.required", "not-checked", &["DM-LINE-013"], "Accepts what lacks a property.", |r| {
        r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "required property");
    }),
    mutant("lineitem.types", "not-checked", &["DM-LINE-013"], "Accepts quantities in words.", |r| {
        r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "$.quantity: string found");
    }),
    mutant("lineitem.quantity", "may-be-zero", &["DM-LINE-013"], "Accepts a quantity of 0.", |r| {
        r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "$.quantity: must have a minimum");
    }),
    mutant("lineitem.state", "any-word", &["DM-LINE-013"], "Accepts any state.", |r| {
        r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "$.state: does not have");
    }),
    mutant("lineitem.unknown_property", "ignored", &["DM-LINE-014"], "Ignores what no schema knows.", |r| {
        r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "is not defined in the schema");
    }),
    mutant("lineitem.overdraft", "limit-alone", &["DM-LINE-021"], "Accepts a limit without type.", |r| {
        r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "needs overdraftType Number");
    }),
    mutant(
        "lineitem.reset_frequency",
        "may-be-a-number",
        &["DM-LINE-019"],
        "Accepts a reset frequency that is no text.",
        |r| {
            r.wire = |answer| forgives(answer, Operation::PutLineItem, 200, "resetFrequency: integer found");
        },
    ),
    mutant("wire.violations", "without-path", &["DM-LINE-017"], "Does not say where a type is wrong.", |r| {
        r.wire = |answer| loses_paths(answer, |message| message.contains(" found, "));
    }),
    mutant(
        "wire.violations",
        "extra-without-path",
        &["DM-LINE-017"],
        "Does not say where a property is too many.",
        |r| {
            r.wire = |answer| loses_paths(answer, |message| message.contains("is not defined"));
        },
    ),
    mutant(
        "wire.violations",
        "others-without-path",
        &["DM-LINE-018"],
        "Does not say where anything else is wrong.",
        |r| {
            r.wire = |answer| {
                loses_paths(answer, |message| {
                    !message.contains(" found, ") && !message.contains("is not defined")
                })
            };
        },
    ),
    mutant("wire.line_item_unknown", "empty", &["DM-LINE-032"], "Answers 200 for unknown ones.", |r| {
        r.wire = |answer| pretends(answer, Operation::ReadLineItem, 404, 200);
    }),
    mutant(
        "wire.line_item_deleted",
        "unknown-is-done",
        &["DM-LINE-036"],
        "Answers 204 for unknown ones.",
        |r| {
            r.wire = |answer| pretends(answer, Operation::DeleteLineItem, 404, 204);
        },
    ),
    mutant("access.body", "not-checked", &["DM-ACC-020"], "Answers 200 to any request.", |r| {
        r.wire = |answer| {
            if !says(answer, "metaData") {
                pretends(answer, Operation::AccessRequest, 400, 200);
            }
        };
    }),
    mutant("access.metadata", "any-value", &["DM-ACC-021"], "Accepts client data of any type.", |r| {
        r.wire = |answer| forgives(answer, Operation::AccessRequest, 200, "metaData");
    }),
];

/// Answers one mistake as if there were none.
fn forgives(answer: &mut WireAnswer, operation: Operation, status: u16, mistake: &str) {
    if says(answer, mistake) {
        pretends(answer, operation, 400, status);
    }
}

/// Answers a refusal as if it were a success.
fn pretends(answer: &mut WireAnswer, operation: Operation, right: u16, wrong: u16) {
    if answer.operation == operation && answer.status == right {
        answer.status = wrong;
        answer.body = if wrong == 204 { None } else { Some(json!({})) };
    }
}

fn says(answer: &WireAnswer, text: &str) -> bool {
    // Messages are texts in one object, so that quotes in them are escaped in its JSON.
    let quoted = text.replace('"', "\\\"");
    answer.status >= 400 && answer.body.as_ref().is_some_and(|body| body.to_string().contains(&quoted))
}

/// Cuts the path off the violations that are meant.
fn loses_paths(answer: &mut WireAnswer, meant: fn(&str) -> bool) {
    let lists = ["errors", "message"];
    let Some(body) = answer.body.as_mut().filter(|_| answer.operation == Operation::PutLineItem) else {
        return;
    };
    for name in lists {
        for message in body.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            let text = message.as_str().unwrap_or_default();
            if let Some((_, rest)) = text.split_once(": ").filter(|_| meant(text)) {
                *message = json!(rest);
            }
        }
    }
}
