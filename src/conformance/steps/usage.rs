//! The rows that usage leaves in the data warehouse.

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::Value;

use crate::conformance::check::{Place, StepError, Stepped};
use crate::conformance::items::{code_fits, items, plain};
use crate::conformance::judge::judge;
use crate::conformance::names::Names;
use crate::conformance::numbers::{TOLERANCE, close, parse, same};
use crate::conformance::stage::Stage;
use crate::conformance::tables::{Row, rows as table_rows};
use crate::conformance::world::World;
use crate::usage::canonical;

/// How a cell is compared with a column of the warehouse.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Code,
    LineItem,
    Json,
}

/// The columns that tables may have, with those of the warehouse that they stand for.
const COLUMNS: [(&str, &str, Kind); 11] = [
    ("item", "ITEM", Kind::Text),
    ("quantity", "ITEM_QUANTITY", Kind::Number),
    ("cost", "METER_COST", Kind::Number),
    ("line item", "ACTIVATION_ID", Kind::LineItem),
    ("tokens", "METER_QUANTITY", Kind::Number),
    ("used", "USED", Kind::Number),
    ("code", "REQUEST_RESPONSE", Kind::Code),
    ("session state", "SESSION_STATE", Kind::Text),
    ("consumer", "CONSUMER_ID", Kind::Text),
    ("entitled", "MAPPED_ENTITLED_COUNT", Kind::Number),
    ("metadata", "META_DATA", Kind::Json),
];

#[then(regex = r"^the usage rows are:$")]
async fn rows_are(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    compare(world, step, &expected(step)?, &rows)
}

#[then(regex = r"^the last usage rows are:$")]
async fn last_rows_are(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let expected = expected(step)?;
    let from = rows.len().saturating_sub(expected.len());
    compare(world, step, &expected, &rows[from..])
}

#[then(regex = r"^there are no usage rows$")]
async fn no_rows(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    world.assert(step, "no usage rows", format!("{} rows", rows.len()), rows.is_empty())
}

/// Every item of the answer has a row under its correlation ID, and after a single request no other ID
/// occurs.
#[then(regex = r"^the usage rows carry the correlation ID of the answer$")]
async fn carry_correlation_id(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let id = body.get("correlationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let wanted = items(&body).map_or(1, |items| items.len().max(1));
    let rows = read(world, step).await?;
    let carrying = rows
        .iter()
        .filter(|row| row.get("CORRELATION_ID").map(plain).as_deref() == Some(id.as_str()))
        .count();
    let alone = world.requests.len() > 1 || carrying == rows.len();
    let held = !id.is_empty() && carrying >= wanted && alone;
    let seen = format!("{carrying} of {} rows carry {id:?}", rows.len());
    world.assert(step, format!("at least {wanted} rows with the correlation ID of the answer"), seen, held)
}

#[then(regex = r#"^the usage rows name the series "([^"]*)" and the version "([^"]*)"$"#)]
async fn name_rate_table(world: &mut World, series: String, version: String, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let tables: Vec<Value> = rows.iter().filter_map(|row| structured(row.get("METER_COST_LIST"))).collect();
    let text =
        |table: &Value, key: &str| table.get(key).filter(|v| !v.is_null()).map(plain).unwrap_or_default();
    let fits = |table: &Value| text(table, "series") == series && text(table, "version") == version;
    let held = !tables.is_empty() && tables.iter().all(fits);
    let seen = tables.iter().map(Value::to_string).collect::<Vec<_>>().join(", ");
    let expected = format!("rate table {version:?} of series {series:?} in every charged row");
    world.assert(step, expected, format!("[{seen}]"), held)
}

#[then(regex = r"^every usage row keeps the usage rules$")]
async fn keeps_rules(world: &mut World, step: &Step) -> Stepped {
    let text = world.rows_text(step).await?;
    let (checked, _) = judge(&text, &world.usage);
    world.rules_checked = true;
    world.assert_rules(&Place::from(step), &checked)?;
    let seen = format!("{} rows under {} rules, no contradiction", checked.rows, checked.rules);
    world.assert(step, "usage rows that keep every rule", seen, checked.rows > 0)
}

fn expected(step: &Step) -> Result<Vec<Row<'_>>, StepError> {
    table_rows(step, &COLUMNS.map(|(name, _, _)| name))
}

/// All rows of the scenario's site, in the order of their sequence numbers and in the default form of every topic.
pub(super) async fn read(stage: &mut Stage, step: &Step) -> Result<Vec<Value>, StepError> {
    let text = stage.rows_text(step).await?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let rows: Result<Vec<Value>, _> = lines.map(serde_json::from_str).collect();
    match rows {
        Ok(rows) => Ok(canonical(&rows)),
        Err(error) => {
            stage.assert(step, "usage rows in JSON, one a line", error.to_string(), false)?;
            Ok(Vec::new())
        }
    }
}

fn compare(stage: &Stage, step: &Step, expected: &[Row<'_>], rows: &[Value]) -> Stepped {
    let number = |count: usize| format!("{count} usage rows");
    stage.assert(step, number(expected.len()), number(rows.len()), expected.len() == rows.len())?;
    for (at, (wanted, row)) in expected.iter().zip(rows).enumerate() {
        let mut held = true;
        for (name, column, kind) in COLUMNS {
            if let Some(cell) = wanted.cell(name) {
                let fits = cell_fits(cell, row.get(column), kind, stage)?;
                held &= fits || no_tokens(name, cell, row);
            }
        }
        let at = at + 1;
        let (wanted, seen) = (wanted.in_words(), in_words(wanted, row));
        stage.assert(step, format!("row {at}: {wanted}"), format!("row {at}: {seen}"), held)?;
    }
    Ok(())
}

/// A denied row may leave the tokens open in place of saying 0 (WH-USAGE-C06).
fn no_tokens(name: &str, cell: &str, row: &Value) -> bool {
    let open = |column: &str| row.get(column).is_none_or(is_null);
    name == "tokens" && cell == "0" && open("METER_QUANTITY") && open("ACTIVATION_ID")
}

fn cell_fits(cell: &str, found: Option<&Value>, kind: Kind, stage: &Stage) -> Result<bool, StepError> {
    fits_in(cell, found, kind, &stage.names, &stage.api.version)
}

fn fits_in(
    cell: &str,
    found: Option<&Value>,
    kind: Kind,
    names: &Names,
    version: &str,
) -> Result<bool, StepError> {
    let Some(found) = found.filter(|found| !is_null(found)) else { return Ok(cell.is_empty()) };
    if cell.is_empty() {
        return Ok(false);
    }
    Ok(match kind {
        Kind::Text => plain(found) == cell,
        Kind::Code => code_fits(cell, Some(&plain(found)), version),
        Kind::LineItem => line_item(found).is_some_and(|id| names.shown(&id) == cell),
        Kind::Number => {
            let wanted = parse(cell).ok_or_else(|| StepError::fault(format!("{cell:?} is no number")))?;
            parse(&plain(found)).is_some_and(|found| close(found, wanted, TOLERANCE))
        }
        Kind::Json => {
            let wanted = crate::conformance::tables::json(cell)?;
            structured(Some(found)).is_some_and(|found| same(&found, &wanted))
        }
    })
}

/// NULL in every form that the documents give it.
pub(super) fn is_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        _ => false,
    }
}

/// A JSON column, native or as text.
fn structured(value: Option<&Value>) -> Option<Value> {
    match value? {
        Value::Null => None,
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

/// The line item of a row: an array of one, the same as text, or the bare name.
pub(super) fn line_item(value: &Value) -> Option<String> {
    let array = match structured(Some(value)) {
        Some(Value::Array(elements)) => elements,
        _ => return value.as_str().map(str::to_owned),
    };
    match array.as_slice() {
        [Value::String(id)] => Some(id.clone()),
        _ => None,
    }
}

/// The columns of a row that the table speaks of.
fn in_words(wanted: &Row<'_>, row: &Value) -> String {
    let asked = COLUMNS.iter().filter(|(name, _, _)| wanted.cell(name).is_some());
    let cells = asked.map(|(name, column, _)| match row.get(*column).filter(|found| !is_null(found)) {
        Some(found) => format!("{name} {}", plain(found)),
        None => format!("{name} NULL"),
    });
    cells.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(cell: &str, found: &Value, kind: Kind) -> bool {
        fits_in(cell, Some(found), kind, &Names::default(), "v1.0").unwrap()
    }

    #[test]
    fn an_empty_cell_is_null_in_every_form() {
        assert!(fits("", &Value::Null, Kind::Number));
        assert!(fits("", &json!(""), Kind::Text));
        assert!(!fits("", &json!("ACT01"), Kind::LineItem));
        assert!(fits_in("", None, Kind::Text, &Names::default(), "v1.0").unwrap());
        assert!(!fits("0", &Value::Null, Kind::Number));
    }

    #[test]
    fn line_items_come_as_array_text_or_name() {
        for found in [json!(["ACT01"]), json!("[\"ACT01\"]"), json!("ACT01")] {
            assert!(fits("ACT01", &found, Kind::LineItem), "{found}");
        }
        assert!(!fits("ACT01", &json!(["ACT01", "ACT02"]), Kind::LineItem));
    }

    #[test]
    fn numbers_codes_and_client_data_compare_by_meaning() {
        assert!(fits("30", &json!("30.0"), Kind::Number));
        assert!(fits("-20", &json!(-20), Kind::Number));
        assert!(fits("101", &json!(101), Kind::Code));
        assert!(fits("insufficient", &json!("202"), Kind::Code));
        assert!(fits("{\"a\": 1}", &json!("{\"a\":1}"), Kind::Json));
    }
}
