//! Faults in how usage rows are spelt: forms that no document gives.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::Rules;
use crate::domain::usage_forms::{Cells, each_cell, each_of, spell};

/// A fault of spelling.
macro_rules! spelling {
    ($value:literal, $requirements:expr, $says:literal, $form:expr) => {
        mutant("rows.spelling", $value, $requirements, $says, |rules: &mut Rules| spell(rules, $form))
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    spelling!(
        "word-for-empty",
        &["WH-USAGE-001", "WH-USAGE-C01"],
        "Writes the word none for empty values.",
        |rows| {
            each_cell(rows, |_, cell| {
                if cell.is_null() {
                    *cell = json!("none");
                }
            });
        }
    ),
    spelling!(
        "line-item-object",
        &["WH-USAGE-002", "WH-USAGE-C02"],
        "Writes the line item as an object.",
        |rows| {
            each_of(rows, &["ACTIVATION_ID"], |cell| *cell = json!({ "activationId": cell[0] }));
        }
    ),
    spelling!("time-object", &["WH-USAGE-003", "WH-USAGE-C04"], "Writes times as objects.", |rows| {
        each_of(rows, &["USAGE_TIME", "WRITE_TIME"], |cell| *cell = json!({ "ms": *cell }));
    }),
    spelling!(
        "misprinted-table",
        &["WH-USAGE-004", "WH-USAGE-C05"],
        "Writes the rate table as the published example has it, with a stray quotation mark.",
        |rows| each_of(rows, &["METER_COST_LIST"], |cell| {
            *cell = json!(cell.to_string().replacen("\"version\":\"", "\"version\":", 1));
        })
    ),
    spelling!(
        "code-words",
        &["WH-USAGE-005", "WH-USAGE-C09"],
        "Writes words in place of result codes.",
        |rows| {
            each_of(rows, &["REQUEST_RESPONSE"], |cell| {
                *cell = json!(if *cell == "101" { "Successfully checked out" } else { "Denied" });
            });
        }
    ),
    spelling!(
        "version-array",
        &["WH-USAGE-006"],
        "Writes the version of the rate table as an array.",
        |rows| {
            each_of(rows, &["METER_COST_LIST"], |cell| {
                let version = cell["version"].take();
                cell["version"] = json!([version]);
            });
        }
    ),
    spelling!(
        "column-lost",
        &["WH-USAGE-010"],
        "Hands rows out without the column METER_COST_LIST.",
        |rows| {
            for row in rows {
                row.remove("METER_COST_LIST");
            }
        }
    ),
    spelling!(
        "lower-case-names",
        &["WH-USAGE-011"],
        "Writes the names of the columns in lower case.",
        |rows| {
            for row in rows {
                let cells = std::mem::take(row);
                *row = cells.into_iter().map(lower_case).collect();
            }
        }
    ),
    spelling!(
        "client-data-array",
        &["WH-USAGE-061", "WH-USAGE-042"],
        "Writes the client's data as an array.",
        |rows| {
            each_of(rows, &["META_DATA"], |cell| *cell = json!([*cell]));
        }
    ),
    spelling!(
        "controls-as-text",
        &["WH-USAGE-036"],
        "Writes words in place of the controls applied.",
        |rows| {
            for row in rows {
                row.insert("CONTROLS_APPLIED".into(), json!("no controls"));
            }
        }
    ),
    spelling!(
        "never-borrowed",
        &["WH-USAGE-048"],
        "Writes the word never in place of the end of a borrow.",
        |rows| {
            for row in rows {
                row.insert("BORROWED_UNTIL".into(), json!("never"));
            }
        }
    ),
    spelling!(
        "totals-backwards",
        &["WH-USAGE-008"],
        "Shows the totals of one request in the reverse order of its rows.",
        totals_backwards
    ),
    spelling!(
        "first-of-session",
        &["WH-USAGE-018", "WH-USAGE-019"],
        "Hands out all rows of a session under the correlation ID of its first request.",
        under_first_request
    ),
];

fn lower_case((name, cell): (String, Value)) -> (String, Value) {
    (if name.starts_with('_') { name } else { name.to_lowercase() }, cell)
}

fn under_first_request(rows: &mut [Cells]) {
    let mut first: HashMap<String, Value> = HashMap::new();
    for row in rows {
        let Some(session) = row.get("SESSION_ID").and_then(Value::as_str) else { continue };
        let own = row.get("CORRELATION_ID").cloned().unwrap_or_default();
        let id = first.entry(session.to_owned()).or_insert(own).clone();
        row.insert("CORRELATION_ID".into(), id);
    }
}

fn totals_backwards(rows: &mut [Cells]) {
    let mut requests: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let request = row.get("CORRELATION_ID").map(Value::to_string).unwrap_or_default();
        requests.entry(request).or_default().push(at);
    }
    for places in requests.into_values() {
        let totals: Vec<Option<Value>> = places.iter().map(|at| rows[*at].get("USED").cloned()).collect();
        for (at, used) in places.into_iter().zip(totals.into_iter().rev()) {
            rows[at].insert("USED".into(), used.unwrap_or_default());
        }
    }
}
