//! Decision points of rate tables that show in how they are listed.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::Value;

use crate::conformance::calls::to_the_letter;
use crate::conformance::check::Stepped;
use crate::conformance::world::World;
use crate::target::Call;

/// No document offers these operations, so that only what they change matters, not how they are refused.
#[when(regex = r"^the producer tries to change the rate table by (PUT|PATCH|POST):$")]
async fn tries_to_change(world: &mut World, method: String, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let address = world.api.rate_tables();
    let call = match method.as_str() {
        "PUT" => Call::put(address, Value::Null),
        "PATCH" => Call::patch(address, Value::Null),
        _ => Call::post(address, Value::Null),
    };
    let answer = world.as_producer(to_the_letter(call, text)).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the producer lists the rate tables with "([^"]*)"$"#)]
async fn list_with(world: &mut World, query: String, step: &Step) -> Stepped {
    let call = Call::get(format!("{}?{query}", world.api.rate_tables()));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[then(regex = r"^the parameters hide none of the (\d+) rate tables$")]
async fn all_are_listed(world: &mut World, number: usize, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let value = match body.as_array() {
        Some(tables) if tables.len() == number => "ignored",
        None if world.last()?.is(400) => "refused",
        _ => "filtered",
    };
    world.reading(step, "table.list_parameters", value)
}

/// Of tables that were created as `2`, `1` and `3` and apply from later on in this order: `1`, `2`, `3`.
#[then(regex = r"^the order of the listed rate tables is read$")]
async fn list_order(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let versions: Vec<&str> =
        body.as_array().into_iter().flatten().filter_map(|table| table.get("version")?.as_str()).collect();
    let value = match versions.as_slice() {
        ["2", "1", "3"] => "creation",
        ["3", "2", "1"] => "newest-first",
        [_, _, _] => "other",
        _ => "not three tables",
    };
    world.reading(step, "table.list_order", value)
}

#[then(regex = r"^the series of a table without series is read$")]
async fn no_series(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let value = match body.pointer("/0/series") {
        Some(Value::Null) => "null",
        Some(Value::String(text)) if text.is_empty() => "empty",
        Some(_) => "something else",
        None => "left out",
    };
    world.reading(step, "table.no_series", value)
}

#[then(regex = r"^the listed formula of v1.0 is read$")]
async fn formula_in_v1_0(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let items = body.pointer("/0/items").and_then(Value::as_array);
    let value = match items.map(Vec::as_slice).unwrap_or_default() {
        [item] if item.get("formula").is_some_and(Value::is_string) => "formula",
        [item] if item.get("rate").is_some_and(Value::is_number) => "rate",
        [_] => "bare",
        _ => "left-out",
    };
    world.reading(step, "formula.in_v1_0", value)
}
