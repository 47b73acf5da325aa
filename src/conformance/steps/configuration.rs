//! Configuration: values that hold for the whole site.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::conformance::calls::to_the_letter;
use crate::conformance::check::Stepped;
use crate::conformance::items::plain;
use crate::conformance::period::PERIOD;
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r#"^the producer sets "([^"]*)" to "([^"]*)"$"#)]
async fn sets(world: &mut World, name: String, value: String, step: &Step) -> Stepped {
    set(world, step, json!({"name": name, "value": value})).await?;
    if name == PERIOD && world.last()?.ok() {
        // Sessions that were there before keep the former period for a while, so that no one period holds.
        let period =
            value.parse::<SignedDuration>().ok().and_then(|period| i64::try_from(period.as_millis()).ok());
        world.usage.charge_period_ms = period.filter(|_| world.opened.is_empty());
    }
    Ok(())
}

/// A list of values is what one expects; a target may take a single value only (`20` Q-25).
async fn set(world: &mut World, step: &Step, single: Value) -> Stepped {
    let call = Call::patch(world.api.configuration(), json!([single]));
    let listed = world.as_producer(call).await?;
    if listed.ok() {
        return world.keep(step, listed);
    }
    let call = Call::patch(world.api.configuration(), single);
    let answer = world.as_producer(call).await?;
    world.keep(step, if answer.ok() { answer } else { listed })
}

#[when(regex = r"^the producer changes the configuration:$")]
async fn changes(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let call = to_the_letter(Call::patch(world.api.configuration(), Value::Null), text);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// In the form that the target takes, whichever that is.
#[when(regex = r#"^the producer sets "([^"]*)" to the boolean (true|false)$"#)]
async fn sets_boolean(world: &mut World, name: String, value: bool, step: &Step) -> Stepped {
    set(world, step, json!({"name": name, "value": value})).await
}

#[when(regex = r"^the client reads the configuration$")]
async fn client_reads(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.configuration());
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the client sets "([^"]*)" to "([^"]*)"$"#)]
async fn client_sets(world: &mut World, name: String, value: String, step: &Step) -> Stepped {
    let call = Call::patch(world.api.configuration(), json!([{"name": name, "value": value}]));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[then(regex = r#"^the configuration lists "([^"]*)"$"#)]
async fn lists(world: &mut World, names: String, step: &Step) -> Stepped {
    let call = Call::get(world.api.configuration());
    let answer = world.as_producer(call).await?;
    let listed = answer.json().unwrap_or_default();
    let found = listed.as_array().into_iter().flatten().filter_map(|value| value.get("name")?.as_str());
    let found: BTreeSet<&str> = found.collect();
    let expected: BTreeSet<&str> = names.split(", ").collect();
    world.assert(step, format!("exactly {expected:?}"), answer.summary(), found == expected)
}

#[then(regex = r#"^the value of "([^"]*)" follows the reading "([^"]*)"$"#)]
async fn value_is_read(world: &mut World, name: String, decision: String, step: &Step) -> Stepped {
    let found = setting(world, step, &name).await?;
    let value = found.get("value").map(plain).unwrap_or_default();
    world.reading(step, &decision, &value)
}

#[then(regex = r#"^the provenance of the default of "([^"]*)" is read$"#)]
async fn default_again(world: &mut World, name: String, step: &Step) -> Stepped {
    let found = setting(world, step, &name).await?;
    let value = match (found.get("modified").is_some(), found.get("updatedBy").is_some()) {
        (true, true) => "kept",
        (false, false) => "gone",
        _ => "in part",
    };
    world.reading(step, "configuration.default_again", value)
}

/// A list of values and a single one, each with a value of its own, so that what is shown tells which was taken.
#[then(regex = r#"^the form of a change to "([^"]*)" is read$"#)]
async fn form(world: &mut World, name: String, step: &Step) -> Stepped {
    let mut taken = Vec::new();
    for (form, value) in [("list", "true"), ("single", "false")] {
        let single = json!({"name": name, "value": value});
        let body = if form == "list" { json!([single]) } else { single };
        let call = Call::patch(world.api.configuration(), body);
        let answer = world.as_producer(call).await?;
        let found = setting(world, step, &name).await?;
        if answer.ok() && found.get("value") == Some(&json!(value)) {
            taken.push(form);
        }
    }
    let value = match taken.as_slice() {
        [] => "neither",
        [only] => only,
        _ => "both",
    };
    world.reading(step, "configuration.body", value)
}

/// A session that was charged every hour when half an hour became the period.
#[then(regex = r#"^the period of the running session is read from "([^"]*)"$"#)]
async fn running_session(world: &mut World, name: String, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let address = world.api.line_item(&instance, &world.names.real(&name));
    let answer = world.as_producer(Call::get(address)).await?;
    let used = answer.json().and_then(|body| body.get("used").map(plain)).unwrap_or_default();
    let value = match used.as_str() {
        "90" => "next-period",
        "60" => "new-sessions",
        // The documents do not exclude that a period that is running changes its length.
        _ => "other",
    };
    world.reading(step, "configuration.running_session", value)
}

#[then(regex = r#"^"([^"]*)" is configured as "([^"]*)"$"#)]
async fn is_configured(world: &mut World, name: String, value: String, step: &Step) -> Stepped {
    let found = setting(world, step, &name).await?;
    let held = found.get("value").and_then(Value::as_str) == Some(&value);
    world.assert(step, format!("{name} = {value}"), found.to_string(), held)
}

#[then(regex = r#"^"([^"]*)" is shown with the key that changed it just now$"#)]
async fn is_changed(world: &mut World, name: String, step: &Step) -> Stepped {
    let found = setting(world, step, &name).await?;
    let now = world.now_ms;
    let recent = |modified: i64| modified.abs_diff(now) <= 60_000;
    let held = found.get("modified").and_then(Value::as_i64).is_some_and(recent)
        && found.get("updatedBy").and_then(Value::as_str).is_some_and(|key| !key.is_empty());
    world.assert(step, format!("modified about {now}, updatedBy a key"), found.to_string(), held)
}

#[then(regex = r#"^"([^"]*)" is shown as never changed$"#)]
async fn is_default(world: &mut World, name: String, step: &Step) -> Stepped {
    let found = setting(world, step, &name).await?;
    let held = found.is_object() && found.get("modified").is_none() && found.get("updatedBy").is_none();
    world.assert(step, "neither modified nor updatedBy", found.to_string(), held)
}

/// A value as it is read now, null when it is not listed.
async fn setting(
    world: &mut World,
    step: &Step,
    name: &str,
) -> Result<Value, crate::conformance::check::StepError> {
    let call = Call::get(world.api.configuration());
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)?;
    let listed = world.last_json()?;
    let found = listed.as_array().into_iter().flatten().find(|value| value.get("name") == Some(&json!(name)));
    Ok(found.cloned().unwrap_or(Value::Null))
}
