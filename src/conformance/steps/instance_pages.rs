//! Lists of instances: what the documents leave open about their order, their pages and their search.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{given, then};
use serde_json::Value;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::world::World;

#[given(regex = r#"^(\d+) instances of account "([^"]*)"$"#)]
async fn many_instances(world: &mut World, number: usize, account: String, step: &Step) -> Stepped {
    for _ in 0..number {
        world.make_instance(step, &account).await?;
    }
    Ok(())
}

/// No document gives an order.
#[then(regex = r"^the list holds our instances and no others$")]
async fn holds_ours(world: &mut World, step: &Step) -> Stepped {
    let listed = listed_ids(world)?;
    let (seen, ours) = (set(&listed), set(&world.instances));
    let held = seen == ours && listed.len() == ours.len();
    world.assert(step, format!("{} instances, each once", ours.len()), world.last()?.summary(), held)
}

#[then(regex = r"^the order of the instances is read$")]
async fn order(world: &mut World, step: &Step) -> Stepped {
    let listed = listed_ids(world)?;
    let newest_first: Vec<String> = world.instances.iter().rev().cloned().collect();
    let value = match &listed {
        listed if *listed == world.instances => "oldest-first",
        listed if *listed == newest_first => "newest-first",
        _ => "other",
    };
    world.reading(step, "instances.order", value)
}

#[then(regex = r"^the size of the first page of (\d+) instances is read$")]
async fn page_size(world: &mut World, all: usize, step: &Step) -> Stepped {
    let value = match listed_ids(world)?.len() {
        0 => "none",
        100 => "100",
        size if size < 100 => "fewer",
        size if size <= all => "more",
        _ => "too many",
    };
    world.reading(step, "instances.page", value)
}

#[then(regex = r"^the form of the next page is read$")]
async fn next_form(world: &mut World, step: &Step) -> Stepped {
    let value = match world.last_json()?.get("next") {
        Some(Value::Number(next)) if next.is_i64() || next.is_u64() => "number",
        Some(Value::String(next)) if next.parse::<u64>().is_ok() => "text",
        Some(_) => "no number",
        None => "missing",
    };
    world.reading(step, "instances.next", value)
}

#[then(regex = r"^it is read whether capitals in account IDs matter$")]
async fn account_letters(world: &mut World, step: &Step) -> Stepped {
    let listed = listed_ids(world)?;
    let value = match listed.as_slice() {
        [] => "exact",
        [found] if world.instances.contains(found) => "any-case",
        _ => "neither",
    };
    world.reading(step, "instances.account_letters", value)
}

/// The answer to an account without `default=true` is an error or the list of that account.
#[then(regex = r"^a list of the account alone follows the reading$")]
async fn account_alone(world: &mut World, step: &Step) -> Stepped {
    if world.last()?.is(200) {
        let (listed, ours) = (listed_ids(world)?, set(&world.instances));
        let held = !listed.is_empty() && listed.iter().all(|id| ours.contains(id.as_str()));
        world.assert(step, "instances of the account alone", world.last()?.summary(), held)?;
    }
    let status = world.last()?.status.map(|status| status.to_string()).unwrap_or_default();
    world.reading(step, "instances.account_alone.http", &status)
}

fn listed_ids(stage: &Stage) -> Result<Vec<String>, StepError> {
    let body = stage.last_json()?;
    let content = body.get("content").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(content.iter().filter_map(|instance| Some(instance.get("id")?.as_str()?.to_owned())).collect())
}

fn set(ids: &[String]) -> BTreeSet<&str> {
    ids.iter().map(String::as_str).collect()
}
