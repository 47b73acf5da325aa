//! Single columns of the usage rows, under their database names.

use cucumber::gherkin::Step;
use cucumber::then;
use rust_decimal::Decimal;
use serde_json::Value;

use super::usage::{is_null, read};
use crate::conformance::check::Stepped;
use crate::conformance::items::plain;
use crate::conformance::numbers::parse;
use crate::conformance::stage::Stage;
use crate::conformance::tables::rows as table_rows;
use crate::conformance::world::World;
use crate::usage::ColumnSet;

/// How far two readings of one clock may lie apart.
const SAME_MOMENT_MS: i64 = 2_000;
/// How much earlier than the usage another clock may date the writing of its row (WH-USAGE-085).
const SKEW_MS: i64 = 60_000;
/// How much later a row may be written for all that stated text says.
const LATE_MS: i64 = 3_600_000;

/// An empty cell means NULL, `*` anything else.
#[then(regex = r"^every usage row holds:$")]
async fn every_row_holds(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    world.assert(step, "at least one usage row", format!("{} rows", rows.len()), !rows.is_empty())?;
    for expected in table_rows(step, &["column", "value"])? {
        let column = expected.required("column")?;
        let wanted = world.fill(expected.cell("value").unwrap_or_default());
        if !wanted.is_empty() {
            needs_column(world, column, &rows)?;
        }
        for row in &rows {
            let found = row.get(column).filter(|found| !is_null(found));
            let held = match (found, wanted.as_str()) {
                (found, "") => found.is_none(),
                (found, "*") => found.is_some(),
                (Some(found), wanted) => holds(world, column, found, wanted),
                (None, _) => false,
            };
            let seen = found.map_or_else(|| "NULL".to_owned(), plain);
            world.assert(step, format!("{column} is {wanted:?}"), format!("{column} is {seen}"), held)?;
        }
    }
    Ok(())
}

/// Eight columns are missing where a target offers the 23 of the Elastic Access page (WH-USAGE-010), and the tenant
/// where its rows come from the Data Access API (WH-USAGE-020).
pub(super) fn needs_column(stage: &Stage, column: &str, rows: &[Value]) -> Stepped {
    if lacks_column(column, rows) {
        return Err(stage.not_tested(&format!("the target's usage rows have no column {column}")));
    }
    Ok(())
}

/// Whether the rows are of a table that may do without this column.
pub(super) fn lacks_column(column: &str, rows: &[Value]) -> bool {
    let eight = ColumnSet::EIGHT.names();
    let has = |name: &str| rows.iter().any(|row| row.get(name).is_some());
    let narrow = eight.contains(&column) && !eight.iter().any(|name| has(name));
    !rows.is_empty() && (narrow || column == "TENANT_ID" && !has(column))
}

fn holds(stage: &Stage, column: &str, found: &Value, wanted: &str) -> bool {
    let text = plain(found);
    let after = || Some(text.parse::<i64>().ok()?.saturating_sub(wanted.parse::<i64>().ok()?));
    match column {
        "USAGE_TIME" => after().is_some_and(|after| (-SAME_MOMENT_MS..=SAME_MOMENT_MS).contains(&after)),
        "WRITE_TIME" => after().is_some_and(|after| (-SKEW_MS..=LATE_MS).contains(&after)),
        _ => {
            let equal = parse(&text).zip(parse(wanted)).is_some_and(|(found, wanted)| found == wanted);
            stage.names.shown(&text) == wanted || found.is_number() && equal
        }
    }
}

/// All 23 columns that every form of the data has, on rows that leave none of them empty.
#[then(regex = r"^the usage rows have the columns of elastic usage$")]
async fn have_columns(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let has = |name: &str| rows.iter().any(|row| row.get(name).is_some());
    // The Data Access API does not offer the tenant (WH-USAGE-020).
    let missing: Vec<&str> =
        ColumnSet::NARROW.names().into_iter().filter(|name| *name != "TENANT_ID" && !has(name)).collect();
    let seen =
        if missing.is_empty() { "all of them".to_owned() } else { format!("no {}", missing.join(", ")) };
    world.assert(step, "the documented columns", seen, missing.is_empty())
}

/// The last rows carry a correlation ID that no answer has named.
#[then(regex = r"^the last (\d+) usage rows? (?:were|was) left without a request$")]
async fn without_request(world: &mut World, count: usize, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let last = &rows[rows.len().saturating_sub(count)..];
    let answered = |id: &str| world.requests.iter().any(|request| request.correlation.as_deref() == Some(id));
    let ids: Vec<String> = last
        .iter()
        .filter_map(|row| row.get("CORRELATION_ID"))
        .filter(|id| !is_null(id))
        .map(plain)
        .collect();
    let held = ids.len() == count && !ids.iter().any(|id| answered(id));
    let seen = ids.join(", ");
    world.assert(step, format!("{count} correlation IDs that no answer carried"), seen, held)
}

#[then(regex = r"^the tokens of denied rows are read$")]
async fn denied_tokens(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let mut denied = rows.iter().filter(|row| row.get("ACTIVATION_ID").is_none_or(is_null));
    let tokens = denied.next().and_then(|row| row.get("METER_QUANTITY")).filter(|tokens| !is_null(tokens));
    let value = match tokens.map(|tokens| parse(&plain(tokens))) {
        None => "null",
        Some(Some(tokens)) if tokens.is_zero() => "zero",
        Some(_) => "tokens",
    };
    world.reading(step, "usage.denied_tokens", value)
}

/// What the row shows as the rate; the tokens have to be right whatever it is.
#[then(regex = r"^the cost of an item with a formula is read$")]
async fn formula_cost(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let Some(row) = rows.last() else { return world.reading(step, "usage.formula_cost", "no usage row") };
    let number =
        |column: &str| row.get(column).filter(|cell| !is_null(cell)).and_then(|cell| parse(&plain(cell)));
    let (quantity, tokens) = (number("ITEM_QUANTITY"), number("METER_QUANTITY"));
    let product = |cost: Decimal| quantity.and_then(|quantity| cost.checked_mul(quantity));
    let value = match number("METER_COST") {
        None => "null",
        Some(cost) if product(cost) == tokens => "unit-price",
        Some(_) => "other",
    };
    world.reading(step, "usage.formula_cost", value)
}
