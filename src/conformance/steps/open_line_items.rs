//! Decision points of line items that show in how they are confirmed and listed.

use cucumber::gherkin::Step;
use cucumber::then;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::conformance::check::Stepped;
use crate::conformance::items::total;
use crate::conformance::numbers::decimal;
use crate::conformance::world::World;
use crate::target::Call;

#[then(regex = r"^the body of the confirmation is read$")]
async fn put_body(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let has_id = answer.json().is_some_and(|body| body.get("activationId").is_some());
    let value = match answer.status {
        Some(200..=299) if has_id => "line-item",
        Some(200..=299) => "other",
        _ => "refused",
    };
    world.reading(step, "lineitem.put_body", value)
}

/// Of line items that were mapped as `ACT02`, `ACT01` and `ACT03`.
#[then(regex = r"^the order of the listed line items is read$")]
async fn list_order(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let listed = body.as_array().into_iter().flatten();
    let ids = listed.filter_map(|item| item.get("activationId")?.as_str());
    let names: Vec<&str> = ids.map(|id| world.names.shown(id)).collect();
    let value = match names.as_slice() {
        ["ACT02", "ACT01", "ACT03"] => "creation",
        ["ACT01", "ACT02", "ACT03"] => "activation-id",
        [_, _, _] => "other",
        _ => "not three line items",
    };
    world.reading(step, "lineitem.list_order", value)
}

/// Stored and shown, or refused: no values are published (`20` Q-19).
#[then(regex = r#"^the reset frequency "([^"]*)" of "([^"]*)" is read$"#)]
async fn reset_frequency(world: &mut World, frequency: String, name: String, step: &Step) -> Stepped {
    let refused = world.last()?.is(400);
    let instance = world.instance(step).await?;
    let id = world.names.real(&name);
    let call = Call::get(world.api.line_item(&instance, &id));
    let answer = world.as_producer(call).await?;
    let shown = answer.json().and_then(|body| {
        body.pointer("/attributes/resetFrequency").and_then(Value::as_str).map(str::to_owned)
    });
    let value = match shown {
        Some(shown) if shown == frequency => "stored",
        None if refused => "refused",
        _ => "lost",
    };
    world.reading(step, "lineitem.reset_frequency", value)
}

#[then(regex = r"^each error begins with a JSONPath$")]
async fn errors_have_paths(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let body = answer.json().unwrap_or_default();
    let errors = body.get("errors").or_else(|| body.get("message")).and_then(Value::as_array);
    let path = |error: &Value| error.as_str().is_some_and(|text| text.starts_with('$'));
    let held = errors.is_some_and(|errors| !errors.is_empty() && errors.iter().all(path));
    world.assert(step, "texts that begin with $", answer.summary(), held)
}

/// Whatever the target chose: a charge is made whole, or the request is refused.
#[then(regex = r"^no part of (\d+) tokens is charged alone$")]
async fn all_or_nothing(world: &mut World, tokens: Decimal, step: &Step) -> Stepped {
    let charged = total(&world.last_json()?);
    let held = charged == tokens || charged.is_zero();
    world.assert(step, format!("{tokens} tokens or none"), world.last()?.summary(), held)
}

#[then(regex = r"^a removed line item has used nothing if it is there again$")]
async fn anew(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::get(world.api.line_items(&instance));
    let answer = world.as_producer(call).await?;
    let listed = answer.json().unwrap_or_default();
    let fresh = |item: &Value| item.get("used").and_then(decimal).is_some_and(|used| used.is_zero());
    let held = listed.as_array().is_some_and(|items| items.iter().all(fresh));
    world.assert(step, "no tokens used", answer.summary(), held)
}
