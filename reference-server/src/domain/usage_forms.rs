//! Forms of usage rows: the spellings that the documents leave open (WH-USAGE-001 to WH-USAGE-011), each a way to hand
//! out rows that were written in the default form.
//!
//! The functions change a row as JSON, because a form is how a value is spelt and not what it is.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::Rules;
use super::readings::{Reading, reading};

/// One row as it is handed out.
pub(crate) type Cells = Map<String, Value>;

/// The columns that hold times.
const TIMES: [&str; 3] = ["USAGE_TIME", "WRITE_TIME", "BORROWED_UNTIL"];
/// The columns that hold JSON, but for `ACTIVATION_ID`, which has forms of its own.
const JSON: [&str; 5] =
    ["METER_COST_LIST", "META_DATA", "CONTROLS_APPLIED", "ENTITLED_ARTICLES", "ENTITLED_ARTICLE_VERSIONS"];
/// The columns that the page on usage data of Elastic Access lacks (WH-USAGE-010).
const EIGHT: [&str; 8] = [
    "CONTROLS_APPLIED",
    "PARTIAL",
    "INCREMENTAL",
    "OVERDRAFT_COUNT",
    "ENTITLED_ARTICLES",
    "ENTITLED_ARTICLE_VERSIONS",
    "BORROWED_UNTIL",
    "SERVED_CLIENT_STATUS",
];
/// Names of the Data Access API that are not the database name in camel case (WH-USAGE-011).
const NAMES: [(&str, &str); 5] = [
    ("ITEM", "Item"),
    ("METER", "Meter"),
    ("META_DATA", "metadata"),
    ("PARTIAL", "isPartial"),
    ("INCREMENTAL", "isIncremental"),
];

/// The forms that are not the default.
pub(super) const READINGS: &[Reading] = &[
    reading("usage.empty", "WH-USAGE-001", "null", "empty-text", |r| {
        spell(r, |rows| each_cell(rows, |_, cell| replace_null(cell)));
    }),
    reading("usage.empty", "WH-USAGE-001", "null", "key-absent", |r| {
        spell(r, |rows| rows.iter_mut().for_each(|row| row.retain(|_, cell| !cell.is_null())));
    }),
    reading("usage.line_item", "WH-USAGE-002", "array", "array-as-text", |r| {
        spell(r, |rows| each_of(rows, &["ACTIVATION_ID"], as_text));
    }),
    reading("usage.line_item", "WH-USAGE-002", "array", "bare-text", |r| {
        spell(r, |rows| each_of(rows, &["ACTIVATION_ID"], only_element));
    }),
    reading("usage.time", "WH-USAGE-003", "milliseconds", "milliseconds-as-text", |r| {
        spell(r, |rows| each_of(rows, &TIMES, as_text));
    }),
    reading("usage.time", "WH-USAGE-003", "milliseconds", "iso-8601", |r| {
        spell(r, |rows| each_of(rows, &TIMES, |cell| timestamp(cell, 'T', "Z")));
    }),
    reading("usage.time", "WH-USAGE-003", "milliseconds", "timestamp-with-a-space", |r| {
        spell(r, |rows| each_of(rows, &TIMES, |cell| timestamp(cell, ' ', "")));
    }),
    reading("usage.json", "WH-USAGE-004", "native-json", "json-as-text", |r| {
        spell(r, |rows| each_of(rows, &JSON, as_text));
    }),
    reading("usage.code", "WH-USAGE-005", "text", "number", |r| {
        spell(r, |rows| each_of(rows, &["REQUEST_RESPONSE"], as_number));
    }),
    reading("usage.table_version", "WH-USAGE-006", "text", "number", |r| {
        spell(r, |rows| each_of(rows, &["METER_COST_LIST"], number_version));
    }),
    reading("usage.used", "WH-USAGE-008", "running", "final", |r| spell(r, final_totals)),
    reading("usage.refund", "WH-USAGE-009", "negative-quantity", "negative-item", |r| {
        spell(r, |rows| refunds(rows, |row| sign(row, "ITEM_QUANTITY", true)));
    }),
    reading("usage.refund", "WH-USAGE-009", "negative-quantity", "unsigned", |r| {
        spell(r, |rows| {
            refunds(rows, |row| {
                sign(row, "METER_QUANTITY", false);
                sign(row, "ITEM_QUANTITY", false);
            });
        });
    }),
    reading("usage.columns", "WH-USAGE-010", "31-columns", "23-columns", |r| {
        spell(r, |rows| {
            rows.iter_mut().for_each(|row| row.retain(|name, _| !EIGHT.contains(&name.as_str())))
        });
    }),
    reading("usage.names", "WH-USAGE-011", "database-names", "data-access-names", |r| {
        spell(r, |rows| rows.iter_mut().for_each(data_access_names));
    }),
    reading("usage.formula_cost", "WH-USAGE-098", "unit-price", "null", |r| {
        r.formula_cost = Some(|_rate| None)
    }),
    reading("usage.denied_tokens", "WH-USAGE-C06", "zero", "null", |r| {
        spell(r, |rows| denied(rows, |row| row.insert("METER_QUANTITY".into(), Value::Null)));
    }),
];

/// Hands rows out in this form.
pub(crate) fn spell(rules: &mut Rules, form: fn(&mut [Cells])) {
    rules.export = Some(form);
}

/// Changes every cell of every row.
pub(crate) fn each_cell(rows: &mut [Cells], change: fn(&str, &mut Value)) {
    for row in rows {
        row.iter_mut().for_each(|(name, cell)| change(name, cell));
    }
}

/// Changes the cells of some columns where they hold anything.
pub(crate) fn each_of(rows: &mut [Cells], columns: &[&str], change: fn(&mut Value)) {
    for row in rows {
        for column in columns {
            if let Some(cell) = row.get_mut(*column).filter(|cell| !cell.is_null()) {
                change(cell);
            }
        }
    }
}

/// Changes the rows of what was not granted.
fn denied<R>(rows: &mut [Cells], change: fn(&mut Cells) -> R) {
    for row in rows.iter_mut().filter(|row| row.get("ACTIVATION_ID").is_none_or(Value::is_null)) {
        change(row);
    }
}

/// Changes the rows of refunds, and those of what was given back to a license server.
fn refunds(rows: &mut [Cells], change: fn(&mut Cells)) {
    let negative = |row: &&mut Cells| {
        row.get("METER_QUANTITY").is_some_and(|quantity| quantity.to_string().starts_with('-'))
    };
    rows.iter_mut().filter(negative).for_each(change);
}

fn replace_null(cell: &mut Value) {
    if cell.is_null() {
        *cell = Value::from("");
    }
}

fn as_text(cell: &mut Value) {
    *cell = Value::from(cell.to_string());
}

/// Several line items, which only license servers have in one row, cannot be written as a bare name.
fn only_element(cell: &mut Value) {
    if let Some([only]) = cell.as_array().map(Vec::as_slice) {
        *cell = only.clone();
    }
}

fn as_number(cell: &mut Value) {
    if let Some(number) = cell.as_str().and_then(|text| text.parse::<u64>().ok()) {
        *cell = Value::from(number);
    }
}

fn number_version(table: &mut Value) {
    if let Some(version) = table.get_mut("version") {
        as_number(version);
    }
}

/// A time in words; one without an offset is UTC.
fn timestamp(cell: &mut Value, between: char, offset: &str) {
    let Some(time) = cell.as_i64().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()) else { return };
    *cell = Value::from(time.strftime(&format!("%Y-%m-%d{between}%H:%M:%S.%3f{offset}")).to_string());
}

/// Gives a number the sign of the form, whichever it had.
fn sign(row: &mut Cells, column: &str, negative: bool) {
    let Some(cell) = row.get_mut(column) else { return };
    let text = cell.to_string();
    let size = text.strip_prefix('-').unwrap_or(&text);
    let signed = if negative { format!("-{size}") } else { size.to_owned() };
    if let Ok(number) = serde_json::from_str(&signed) {
        *cell = number;
    }
}

/// All rows of a request show the total after the request, line item by line item.
fn final_totals(rows: &mut [Cells]) {
    let group = |row: &Cells| {
        let text = |column: &str| row.get(column).map(Value::to_string).unwrap_or_default();
        (text("CORRELATION_ID"), text("ACTIVATION_ID"))
    };
    let last: HashMap<_, _> =
        rows.iter().map(|row| (group(row), row.get("USED").cloned().unwrap_or_default())).collect();
    for row in rows {
        if let Some(used) = last.get(&group(row)) {
            row.insert("USED".into(), used.clone());
        }
    }
}

fn data_access_names(row: &mut Cells) {
    let cells = std::mem::take(row);
    for (name, cell) in cells.into_iter().filter(|(name, _)| name != "TENANT_ID") {
        row.insert(data_access_name(&name), cell);
    }
}

fn data_access_name(name: &str) -> String {
    if name.starts_with('_') {
        return name.to_owned();
    }
    if let Some((_, other)) = NAMES.iter().find(|(database, _)| *database == name) {
        return (*other).to_owned();
    }
    let mut words = name.split('_').map(str::to_ascii_lowercase);
    let mut camel = words.next().unwrap_or_default();
    for word in words {
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}
