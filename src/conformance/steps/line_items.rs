//! Line items as the producer maps them and as producer and administrator see them.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::conformance::calls::to_the_letter;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::{plain, total};
use crate::conformance::numbers::{close, decimal};
use crate::conformance::stage::{Mapped, Stage};
use crate::conformance::tables::json as json_cell;
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r"^the producer maps the line item:$")]
async fn map(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let instance = world.instance(step).await?;
    let call = to_the_letter(Call::put(world.api.line_items(&instance), Value::Null), text.clone());
    let answer = world.as_producer(call).await?;
    if answer.ok()
        && let Ok(body) = serde_json::from_str::<Value>(&text)
        && let Some(id) = body.get("activationId").and_then(Value::as_str)
    {
        let name = world.names.shown(id).to_owned();
        world.line_items.insert(name, Mapped { instance, body });
    }
    world.keep(step, answer)
}

#[when(regex = r"^the producer maps the line item as it was read, with (\d+) tokens$")]
async fn map_as_read(world: &mut World, tokens: i64, step: &Step) -> Stepped {
    let mut body = world.last_json()?;
    body["quantity"] = Value::from(tokens);
    let instance = world.instance(step).await?;
    let call = Call::put(world.api.line_items(&instance), body);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the producer lists the line items$")]
async fn list(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::get(world.api.line_items(&instance));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// The customer's administrator may use a client token here, so one is used when the scenario has one.
#[when(regex = r"^the administrator lists the line items$")]
async fn administrator_lists(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::get(world.api.line_items(&instance));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the producer reads the line item "([^"]*)"$"#)]
async fn read(world: &mut World, name: String, step: &Step) -> Stepped {
    let address = address(world, step, &name).await?;
    let answer = world.as_producer(Call::get(address)).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the producer deletes the line item "([^"]*)"$"#)]
async fn delete(world: &mut World, name: String, step: &Step) -> Stepped {
    let address = address(world, step, &name).await?;
    let answer = world.as_producer(Call::delete(address)).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the line item "([^"]*)" becomes (DEPLOYED|INACTIVE|OBSOLETE)$"#)]
async fn becomes(world: &mut World, name: String, state: String, step: &Step) -> Stepped {
    change(world, step, &name, "state", json!(state)).await
}

#[when(regex = r#"^the line item "([^"]*)" is changed to (\d+(?:\.\d+)?) tokens?$"#)]
async fn is_changed(world: &mut World, name: String, tokens: String, step: &Step) -> Stepped {
    let quantity = json_cell(&tokens)?;
    change(world, step, &name, "quantity", quantity).await
}

#[then(regex = r#"^"([^"]*)" has used (-?\d+(?:\.\d+)?) tokens?$"#)]
async fn has_used(world: &mut World, name: String, tokens: Decimal, step: &Step) -> Stepped {
    let address = address(world, step, &name).await?;
    let answer = world.as_producer(Call::get(address)).await?;
    let used = answer.json().and_then(|body| body.get("used").cloned());
    let held = used.as_ref().and_then(decimal).is_some_and(|used| close(used, tokens, world.tolerance()));
    let seen = used.as_ref().map_or_else(|| answer.summary(), |used| format!("{name} used {}", plain(used)));
    world.assert(step, format!("{name} used {tokens}"), seen, held)
}

/// An answer that refuses has charged nothing, whatever else it says (DM-ERR-A02).
#[then(regex = r#"^"([^"]*)" has used what the answer charges$"#)]
async fn has_used_what_is_charged(world: &mut World, name: String, step: &Step) -> Stepped {
    let charged = if world.last()?.ok() { total(&world.last_json()?) } else { Decimal::ZERO };
    has_used(world, name, charged, step).await
}

/// A line item is looked for on the instance that it was mapped to.
async fn address(stage: &mut Stage, step: &Step, name: &str) -> Result<String, StepError> {
    let instance = match stage.line_items.get(name) {
        Some(mapped) => mapped.instance.clone(),
        None => stage.instance(step).await?,
    };
    Ok(stage.api.line_item(&instance, &stage.names.real(name)))
}

/// The same PUT again with one member changed.
async fn change(stage: &mut Stage, step: &Step, name: &str, member: &str, value: Value) -> Stepped {
    let Some(mut mapped) = stage.line_items.get(name).cloned() else {
        return Err(StepError::fault(format!("no line item {name:?} was mapped before this step")));
    };
    mapped.body[member] = value;
    let answer = stage.put_line_item(name, mapped).await?;
    stage.keep(step, answer)
}
