//! Configuration: values that hold for the whole site.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::{Value, json};

use crate::conformance::check::Stepped;
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r#"^the producer sets "([^"]*)" to "([^"]*)"$"#)]
async fn sets(world: &mut World, name: String, value: String, step: &Step) -> Stepped {
    let body = json!([{"name": name, "value": value}]);
    let call = Call::patch(world.api.configuration(), body);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
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
    let recent = |modified: i64| (modified - now).abs() <= 60_000;
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
