//! Access requests of the client application outside sessions.

use cucumber::gherkin::Step;
use cucumber::when;
use futures::future::join_all;
use serde_json::Value;

use crate::conformance::calls::{access_request, requested_item, to_the_letter, verdict};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::{Asked, Stage};
use crate::conformance::tables::{json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r#"^(\w+) requests (-?\d+(?:\.\d+)?) of "([^"]*)"(?: "([^"]*)")?$"#)]
async fn requests_one(
    world: &mut World,
    requester: String,
    count: String,
    item: String,
    version: String,
    step: &Step,
) -> Stepped {
    let requested = requested_item(&item, &version, json_cell(&count)?);
    request(world, step, &requester, vec![requested]).await
}

#[when(regex = r"^(\w+) requests:$")]
async fn requests(world: &mut World, requester: String, step: &Step) -> Stepped {
    let requested = requested_items(step)?;
    request(world, step, &requester, requested).await
}

#[when(regex = r"^the client sends the access request:$")]
async fn raw_request(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let asked = Asked::OneOff(item_count(&text));
    let instance = world.instance(step).await?;
    let call = to_the_letter(Call::post(world.api.access_request(&instance), Value::Null), text);
    let answer = world.as_client(call).await?;
    world.keep_request(step, answer, asked)
}

#[when(
    regex = r#"^(\d+) clients each request (\d+(?:\.\d+)?) of "([^"]*)"(?: "([^"]*)")? at the same time$"#
)]
async fn at_the_same_time(
    world: &mut World,
    clients: usize,
    count: String,
    item: String,
    version: String,
    step: &Step,
) -> Stepped {
    let instance = world.instance(step).await?;
    let token = match world.client_of.clone() {
        Some(instance) => world.client_token(&instance)?,
        None => world.context.admin_token(world.now_s()).map_err(StepError::fault)?,
    };
    let requested = requested_item(&item, &version, json_cell(&count)?);
    let calls = (1..=clients).map(|client| {
        let body = access_request(&format!("Client{client}"), vec![requested.clone()], None);
        Call::post(world.api.access_request(&instance), body).bearer(&token)
    });
    let client = world.context.access.client.clone();
    let answers = join_all(calls.map(|call| client.send(call))).await;
    world.batch = answers.iter().map(verdict).collect();
    for answer in answers {
        world.shown = Some(answer.exchange.clone());
        world.keep_request(step, answer, Asked::OneOff(Some(1)))?;
    }
    Ok(())
}

/// A one-off request for these items.
pub(super) async fn request(
    stage: &mut Stage,
    step: &Step,
    requester: &str,
    requested: Vec<Value>,
) -> Stepped {
    let asked = Asked::OneOff(Some(requested.len()));
    let instance = stage.instance(step).await?;
    let call = Call::post(stage.api.access_request(&instance), access_request(requester, requested, None));
    stage.requester = requester.to_owned();
    let answer = stage.as_client(call).await?;
    stage.keep_request(step, answer, asked)
}

/// The items of a table, each with the client's data when there is a column for it.
pub(super) fn requested_items(step: &Step) -> Result<Vec<Value>, StepError> {
    let mut requested = Vec::new();
    for row in rows(step, &["item", "version", "count", "metaData"])? {
        let version = row.cell("version").unwrap_or_default();
        let mut item = requested_item(row.required("item")?, version, json_cell(row.required("count")?)?);
        if let Some(data) = row.json("metaData")? {
            item["metaData"] = data;
        }
        requested.push(item);
    }
    Ok(requested)
}

/// How many items a raw request asks for, if it can be read.
pub(super) fn item_count(text: &str) -> Option<usize> {
    let body: Value = serde_json::from_str(text).ok()?;
    Some(body.get("requestedItems")?.as_array()?.len())
}
