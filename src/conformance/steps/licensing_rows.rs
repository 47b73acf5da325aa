//! The rows that license servers leave in the data warehouse.

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::Value;

use super::licensing_answers::{expires, features};
use super::usage::{is_null, read};
use super::usage_columns::{lacks_column, needs_column};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::numbers::{decimal, parse};
use crate::conformance::stage::Stage;
use crate::conformance::tables::{json as json_cell, rows as table_rows};
use crate::conformance::world::World;

/// The columns that tables may have, with those of the warehouse that they stand for.
const COLUMNS: [(&str, &str); 18] = [
    ("feature", "ITEM"),
    ("version", "ITEM_VERSION"),
    ("quantity", "ITEM_QUANTITY"),
    ("counted", "METER_QUANTITY"),
    ("used", "USED"),
    ("entitled", "MAPPED_ENTITLED_COUNT"),
    ("overdraft", "OVERDRAFT_COUNT"),
    ("host", "CONSUMER_ID"),
    ("account", "ACCOUNT_ID"),
    ("instance", "INSTANCE_ID"),
    ("line items", "ACTIVATION_ID"),
    ("products", "ENTITLED_ARTICLES"),
    ("response", "REQUEST_RESPONSE"),
    ("meter type", "METER_TYPE"),
    ("dictionary", "META_DATA"),
    ("partial", "PARTIAL"),
    ("until", "BORROWED_UNTIL"),
    ("status", "SERVED_CLIENT_STATUS"),
];

/// An empty cell is NULL. `response` is empty for granted, `denied`, or `the code of the answer`; `until` may be `the end
/// of the answer`; `line items` and `products` are lists. A table of 23 columns is compared by those that it has; what the
/// others would have told is not tested then.
#[then(regex = r"^the license rows are:$")]
async fn rows_are(world: &mut World, step: &Step) -> Stepped {
    let wanted = table_rows(step, &COLUMNS.map(|(name, _)| name))?;
    let rows = read(world, step).await?;
    let number = |count: usize| format!("{count} usage rows");
    world.assert(step, number(wanted.len()), number(rows.len()), wanted.len() == rows.len())?;
    let lacking = |(_, column): &(&str, &str)| lacks_column(column, &rows);
    let (lacking, there): (Vec<_>, Vec<_>) = COLUMNS.into_iter().partition(lacking);
    for (at, (wanted, row)) in wanted.iter().zip(&rows).enumerate() {
        let mut held = true;
        let mut seen = Vec::new();
        for (name, column) in there.iter().copied() {
            let Some(cell) = wanted.cell(name) else { continue };
            let found = row.get(column).unwrap_or(&Value::Null);
            held &= fits(world, name, cell, found)?;
            seen.push(format!("{name} {found}"));
        }
        let (at, wanted) = (at + 1, wanted.in_words());
        world.assert(step, format!("row {at}: {wanted}"), format!("row {at}: {}", seen.join(", ")), held)?;
    }
    let told = |name: &str| wanted.iter().any(|row| row.cell(name).is_some_and(|cell| !cell.is_empty()));
    match lacking.into_iter().find(|(name, _)| told(name)) {
        Some((_, column)) => needs_column(world, column, &rows),
        None => Ok(()),
    }
}

/// One request, whatever it names, is one correlation ID, and two are two.
#[then(regex = r"^the license rows belong to (\d+) requests?$")]
async fn belong_to(world: &mut World, requests: usize, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let mut ids: Vec<String> = rows.iter().map(|row| plain(row.get("CORRELATION_ID"))).collect();
    ids.sort();
    ids.dedup();
    let held = !rows.is_empty() && ids.len() == requests && ids.iter().all(|id| !id.is_empty());
    let seen = format!("{} correlation IDs in {} rows", ids.len(), rows.len());
    world.assert(step, format!("{requests} correlation IDs"), seen, held)
}

fn fits(stage: &Stage, name: &str, cell: &str, found: &Value) -> Result<bool, StepError> {
    if is_null(found) {
        return Ok(cell.is_empty());
    }
    Ok(match (name, cell) {
        (_, "") => false,
        ("response", "denied") => true,
        ("response", "the code of the answer") => plain(Some(found)) == code(&stage.last_json()?),
        ("until", "the end of the answer") => {
            let body = stage.last_json()?;
            let ends: Vec<i64> = features(&body).iter().filter_map(expires).collect();
            ends.iter().any(|end| end.to_string() == plain(Some(found)))
        }
        ("line items" | "products", cell) => listed(found) == cell,
        ("dictionary", cell) => structured(found) == json_cell(cell)?,
        ("instance", "this") => plain(Some(found)) == stage.license_server(0),
        (_, cell) => match (parse(cell), decimal(found)) {
            (Some(wanted), Some(found)) => wanted == found,
            _ => plain(Some(found)) == cell,
        },
    })
}

fn code(body: &Value) -> String {
    body.pointer("/statusList/0/code").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn plain(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A list in the order of its names.
fn listed(found: &Value) -> String {
    let list = structured(found);
    let mut names: Vec<String> = list.as_array().into_iter().flatten().map(|one| plain(Some(one))).collect();
    names.sort();
    names.join(", ")
}

/// JSON, native or as text.
fn structured(found: &Value) -> Value {
    match found {
        Value::String(text) => serde_json::from_str(text).unwrap_or_else(|_| found.clone()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_compared_as_sets() {
        assert_eq!(listed(&json!(["b", "a"])), "a, b");
        assert_eq!(listed(&json!("[\"a\"]")), "a");
    }
}
