//! What holds for every operation alike: who is let in, and what an address or a body must not be.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use reqwest::Method;
use serde_json::{Value, json};

use super::tokens::another_instance;
use crate::conformance::calls::{access_request, requested_item, to_the_letter};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::world::World;
use crate::spec::Operations;
use crate::target::{Body, Call};

/// A well-formed ID that no target has given out.
const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

/// What stands in an address in place of every ID.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ids {
    /// What the scenario has made, where it has made any.
    Known,
    /// Well-formed IDs of nothing.
    Unknown,
    /// Text that can be no ID.
    Malformed,
}

#[when(regex = r#"^"([^"]*)" is asked for without a token$"#)]
async fn without_token(world: &mut World, operation: String, step: &Step) -> Stepped {
    let call = call(world, step, &operation, Ids::Known).await?;
    let answer = world.send(call).await;
    world.keep(step, answer)
}

/// It is right in every respect but that it is a client's, and of another instance.
#[when(regex = r#"^"([^"]*)" is asked for with the client token of another instance$"#)]
async fn as_another_client(world: &mut World, operation: String, step: &Step) -> Stepped {
    let call = call(world, step, &operation, Ids::Known).await?;
    world.register_client(step).await?;
    let current = world.instance(step).await?;
    let another = another_instance(world, step, &current).await?;
    let token = world.client_token(&another)?;
    let answer = world.send(call.bearer(&token).header("x-instance-id", &current)).await;
    world.keep(step, answer)
}

#[when(regex = r#"^"([^"]*)" is asked for with a client token and no instance in the header$"#)]
async fn without_header(world: &mut World, operation: String, step: &Step) -> Stepped {
    let call = call(world, step, &operation, Ids::Known).await?;
    world.register_client(step).await?;
    let instance = world.instance(step).await?;
    let token = world.client_token(&instance)?;
    let answer = world.send(call.bearer(&token)).await;
    world.keep(step, answer)
}

#[when(regex = r#"^"([^"]*)" is asked for by an ID that nobody has$"#)]
async fn of_nobody(world: &mut World, operation: String, step: &Step) -> Stepped {
    let call = call(world, step, &operation, Ids::Unknown).await?;
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^"([^"]*)" is asked for by an ID that is none$"#)]
async fn of_no_id(world: &mut World, operation: String, step: &Step) -> Stepped {
    let call = call(world, step, &operation, Ids::Malformed).await?;
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^"([^"]*)" is asked for with a body that is cut off$"#)]
async fn cut_off(world: &mut World, operation: String, step: &Step) -> Stepped {
    let call = call(world, step, &operation, Ids::Known).await?;
    let Body::Json(body) = &call.body else {
        return Err(StepError::fault(format!("\"{operation}\" has no body")));
    };
    let mut text = body.to_string();
    text.pop();
    let answer = world.as_producer(to_the_letter(call, text)).await?;
    world.keep(step, answer)
}

/// An ID that leads nowhere may be called wrong or unknown.
#[then(regex = r"^nothing is found there$")]
async fn nothing_there(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    world.assert(step, "status 404 or 400", answer.summary(), answer.is(404) || answer.is(400))
}

/// A call of an operation that would be right with an administration token, except for its IDs.
async fn call(stage: &mut Stage, step: &Step, name: &str, ids: Ids) -> Result<Call, StepError> {
    let instance = stage.instance(step).await?;
    let version = stage.api.version.clone();
    let operations = Operations::embedded().map_err(|error| StepError::fault(error.to_string()))?;
    let found = operations.all.iter().find(|one| one.name == name && one.versions.contains(&version));
    let Some((path, method)) = found.and_then(|one| Some((one.paths.first()?, &one.method))) else {
        return Err(StepError::fault(format!("operations.toml has no \"{name}\" in {version}")));
    };
    let mut url = stage.api.base.clone();
    let mut before = "";
    for part in path.split('/').skip(1) {
        url.push('/');
        match part {
            "{version}" => url.push_str(&version),
            "{}" => url.push_str(&id_after(stage, before, &instance, ids)),
            word => url.push_str(word),
        }
        before = part;
    }
    url.push_str(&query(name, &instance));
    let method =
        Method::from_bytes(method.as_bytes()).map_err(|error| StepError::fault(error.to_string()))?;
    // The instance that a session is of stands in the body.
    let of = if ids == Ids::Known { instance.as_str() } else { NOBODY };
    let body = body(stage, name, of).map_or(Body::None, Body::Json);
    Ok(Call::new(method, url, body))
}

/// The ID that follows a word of the address. Of nested things only the outermost one is unknown or malformed.
fn id_after(stage: &Stage, word: &str, instance: &str, ids: Ids) -> String {
    let made = match word {
        "instances" => Some(instance.to_owned()),
        "sessions" => stage.session.clone(),
        "line-items" => stage.line_items.keys().next().map(|name| stage.names.real(name)),
        _ => None,
    };
    match ids {
        Ids::Unknown => NOBODY.to_owned(),
        Ids::Malformed => "no-such-id".to_owned(),
        Ids::Known => made.unwrap_or_else(|| NOBODY.to_owned()),
    }
}

fn query(operation: &str, instance: &str) -> String {
    match operation {
        "list live sessions" => format!("?instanceId={instance}"),
        "delete a rate table" => "?version=none".to_owned(),
        _ => String::new(),
    }
}

/// A body that the operation takes.
fn body(stage: &Stage, operation: &str, instance: &str) -> Option<Value> {
    let one = || vec![requested_item("PhotoPrint", "1.0", json!(1))];
    let key = &stage.context.client_key;
    let condition = json!({"name": "Sales", "key": "department", "operator": "IN", "values": ["Sales"]});
    let real = |name: &str| stage.names.real(name);
    Some(match operation {
        "open a session" => json!({"instanceId": instance}),
        "request access in a session" => access_request("LisaBarry", one(), Some(true)),
        "one-off access request" => access_request("LisaBarry", one(), None),
        "save administration keys" | "save client keys" => {
            json!([{"id": "not-to-be", "publicKey": key.public_pem()}])
        }
        "change the configuration" => json!([{"name": "timezone.tolerant", "value": "true"}]),
        "create an instance" => json!({"shortName": real("not-to-be"), "accountId": real("NOBODY")}),
        "create conditions" | "change conditions" => json!({"conditions": [condition]}),
        "map a line item" => json!({
            "activationId": real("not-to-be"), "state": "DEPLOYED", "quantity": 1, "start": stage.start_ms,
            "end": stage.start_ms + 1_000, "attributes": {}
        }),
        "create actions" | "replace actions" => json!([{"action": "ALLOW"}]),
        "create a rate table" => json!({
            "series": real("not-to-be"), "version": "1", "effectiveFrom": stage.start_ms,
            "items": [{"name": "PhotoPrint", "version": "1.0", "rate": 1}]
        }),
        _ => return None,
    })
}
