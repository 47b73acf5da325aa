//! Decision points that show in numbers rather than in a status: each step finds out which legal alternative
//! the target follows and records it.

use cucumber::gherkin::Step;
use cucumber::then;
use rust_decimal::Decimal;
use serde_json::Value;

use super::usage::{line_item, read};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::{code, code_fits, granted, items, parts, plain};
use crate::conformance::numbers::parse;
use crate::conformance::stage::Stage;
use crate::conformance::world::World;

#[then(regex = r"^the tie between line items is read$")]
async fn line_item_tie(world: &mut World, step: &Step) -> Stepped {
    let charged = charged_line_items(world)?;
    let value = match charged.as_slice() {
        [(name, _)] if name == "A-second" => "activation-id",
        [(name, _)] if name == "B-first" => "created",
        _ => "neither",
    };
    world.reading(step, "lineitem.tie", value)
}

#[then(regex = r"^the tie between rate tables is read$")]
async fn table_tie(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let rate = items(&body)
        .and_then(|items| items.first())
        .and_then(|item| parts(item, &world.names).first().and_then(|(_, _, rate)| *rate));
    let value = match rate {
        Some(rate) if rate == Decimal::from(4) => "last-created",
        Some(rate) if rate == Decimal::from(3) => "first-created",
        _ => "neither",
    };
    world.reading(step, "table.tie", value)
}

#[then(regex = r"^the refund is seen to pay or not to pay the new charge$")]
async fn refund_pays(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let value = match items(&body) {
        Some(items) if !items.is_empty() && items.iter().all(granted) => "yes",
        Some(items) if !items.iter().any(granted) => "no",
        _ => "neither",
    };
    world.reading(step, "session.refund_pays", value)
}

#[then(regex = r"^the overdraft is seen to be spent before or after other line items$")]
async fn overdraft_first(world: &mut World, step: &Step) -> Stepped {
    let charged = charged_line_items(world)?;
    let of = |name: &str| charged.iter().find(|(id, _)| id == name).map(|(_, tokens)| *tokens);
    let whole = |amount: i64| Some(Decimal::from(amount));
    let value = match (of("ACT01"), of("ACT02")) {
        (first, None) if first == whole(14) => "yes",
        (first, second) if first == whole(7) && second == whole(7) => "no",
        _ => "neither",
    };
    world.reading(step, "lineitem.overdraft_first", value)
}

#[then(regex = r"^the items of the ended session are read$")]
async fn ended_items(world: &mut World, step: &Step) -> Stepped {
    let url = world.api.session(&world.session()?);
    let answer = world.in_session(crate::target::Call::get(url)).await?;
    let listed = answer.json().and_then(|body| body.get("items")?.as_array().map(Vec::len));
    let value = match listed {
        Some(0) => "empty",
        Some(_) => "kept",
        None => "no list",
    };
    world.reading(step, "session.ended_items", value)
}

#[then(regex = r"^the code for too few tokens is read$")]
async fn insufficient_code(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let first = items(&body).and_then(|items| items.first());
    let seen = first.and_then(code).unwrap_or("no code").to_owned();
    world.reading(step, "code.insufficient", &seen)
}

#[then(regex = r"^the tutorial's name for the version is read$")]
async fn requested_version(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let first = items(&body).and_then(|items| items.first());
    let value = match first {
        Some(item) if granted(item) => "accepted",
        // That of v1.1 is not published, but it refuses.
        Some(item) if code_fits("201", code(item), &world.scenario.version) => "ignored",
        _ => "neither",
    };
    world.reading(step, "access.requested_version", value)
}

#[then(regex = r"^the line items of a free item are read$")]
async fn free_line_items(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let first = items(&body).and_then(|items| items.first());
    let listed = first.and_then(|item| item.get("lineItems")).and_then(Value::as_array);
    let value = match listed {
        Some(list) if list.is_empty() => "empty",
        Some(_) => "entry",
        None => "no list",
    };
    world.reading(step, "rate_zero.lineitems", value)
}

#[then(regex = r"^the split quantity is read$")]
async fn split_quantity(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let quantities: Vec<Decimal> = rows.iter().filter_map(|row| amount(row, "ITEM_QUANTITY")).collect();
    let value = match quantities.as_slice() {
        [first, second] if first == second => "repeat",
        [_, _] => "apportion",
        _ => "not two rows",
    };
    world.reading(step, "usage.split_quantity", value)
}

#[then(regex = r"^the correlation IDs of refunds are read$")]
async fn refund_correlation(world: &mut World, step: &Step) -> Stepped {
    let answered = world.last_json()?.get("correlationId").map(plain).unwrap_or_default();
    let rows = read(world, step).await?;
    let refunds: Vec<&Value> =
        rows.iter().filter(|row| amount(row, "METER_QUANTITY").is_some_and(|a| a < Decimal::ZERO)).collect();
    let shared = refunds.iter().filter(|row| row.get("CORRELATION_ID").map(plain) == Some(answered.clone()));
    let value = match (shared.count(), refunds.len()) {
        (_, 0) => "no refund rows",
        (0, _) => "own",
        (shared, all) if shared == all => "shared",
        _ => "mixed",
    };
    world.reading(step, "usage.refund_correlation", value)
}

#[then(regex = r"^the rows of the failed automatic charge are read$")]
async fn denied_automatic(world: &mut World, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let after_charges = rows.iter().rev().take_while(|row| row.get("ACTIVATION_ID").is_none_or(is_nothing));
    let value = if after_charges.count() > 0 { "rows" } else { "none" };
    world.reading(step, "usage.denied_automatic", value)
}

/// The line items that the last answer charged, over all its items.
fn charged_line_items(stage: &Stage) -> Result<Vec<(String, Decimal)>, StepError> {
    let body = stage.last_json()?;
    let charged = items(&body).into_iter().flatten().flat_map(|item| parts(item, &stage.names));
    Ok(charged.map(|(name, tokens, _)| (name.to_owned(), tokens.unwrap_or_default())).collect())
}

fn amount(row: &Value, column: &str) -> Option<Decimal> {
    row.get(column).and_then(|value| parse(&plain(value)))
}

/// Whether a row names no line item.
fn is_nothing(value: &Value) -> bool {
    line_item(value).is_none_or(|name| name.is_empty())
}
