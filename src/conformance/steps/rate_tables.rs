//! Rate tables as the producer keeps them.

use cucumber::gherkin::Step;
use cucumber::when;
use serde_json::Value;

use crate::conformance::calls::to_the_letter;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r"^the producer creates the rate table:$")]
async fn create(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    world.usage.formulas |= text.contains("\"formula\"");
    let call = to_the_letter(Call::post(world.api.rate_tables(), Value::Null), text);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// As real producers do it: the listed table less what the server added, under the next version.
#[when(regex = r#"^the producer creates the first listed rate table again as version "([^"]*)"$"#)]
async fn create_again(world: &mut World, version: String, step: &Step) -> Stepped {
    let mut table = world.last_json()?.get(0).cloned().unwrap_or_default();
    if let Some(members) = table.as_object_mut() {
        members.remove("created");
        members.insert("version".to_owned(), Value::from(version));
    }
    let call = Call::post(world.api.rate_tables(), table);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the producer lists the rate tables$")]
async fn list(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.rate_tables());
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the producer deletes the rate table "([^"]*)" of series "([^"]*)"$"#)]
async fn delete(world: &mut World, version: String, series: String, step: &Step) -> Stepped {
    delete_with(world, step, &series, Some(&version)).await
}

#[when(regex = r"^the producer deletes the rate tables without naming a version$")]
async fn delete_all(world: &mut World, step: &Step) -> Stepped {
    let series = world.series.clone();
    delete_with(world, step, &series, None).await
}

async fn delete_with(stage: &mut Stage, step: &Step, series: &str, version: Option<&str>) -> Stepped {
    let mut query = Vec::new();
    if !series.is_empty() {
        query.push(("series", stage.names.real(series)));
    }
    if let Some(version) = version {
        query.push(("version", version.to_owned()));
    }
    let address = reqwest::Url::parse_with_params(&stage.api.rate_tables(), &query)
        .map_err(|error| StepError::fault(format!("no address: {error}")))?;
    let answer = stage.as_producer(Call::delete(address.to_string())).await?;
    stage.keep(step, answer)
}
