//! License servers: what a scenario finds of them, and calls that need no words of their own.

use cucumber::gherkin::Step;
use cucumber::{given, when};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::licensing::{ADMIN_PASSWORD, server};
use crate::conformance::moments::offset_ms;
use crate::conformance::stage::Stage;
use crate::conformance::tables::{Row, docstring, json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::{Body, Call};

/// The columns of features, with the members that they stand for.
const COLUMNS: [(&str, &str); 14] = [
    ("feature", "name"),
    ("version", "version"),
    ("type", "type"),
    ("count", "count"),
    ("overdraft", "overdraft"),
    ("start", "start"),
    ("end", "end"),
    ("borrow", "borrowInterval"),
    ("line item", "activationId"),
    ("product", "productName"),
    ("product version", "productVersion"),
    ("reusable", "reusable"),
    ("selectors", "selectors"),
    ("uncounted", "uncounted"),
];

#[given(regex = r"^a license server with the features:$")]
async fn with_features(world: &mut World, step: &Step) -> Stepped {
    let features = features(world, step)?;
    world.make_license_server(step, 0, features).await?;
    world.upload_client_key(step, 0).await
}

#[given(regex = r#"^a license server with (\d+) of "([^"]*)"$"#)]
async fn with_one(world: &mut World, count: i64, feature: String, step: &Step) -> Stepped {
    world.make_license_server(step, 0, json!([{ "name": feature, "count": count }])).await?;
    world.upload_client_key(step, 0).await
}

#[given(regex = r"^a license server without a licensing key$")]
async fn without_key(world: &mut World, step: &Step) -> Stepped {
    world.make_license_server(step, 0, json!([{ "name": "f1", "count": 3 }])).await
}

/// It belongs to the same tenant and knows no licensing key. Its administrator has another password.
#[given(regex = r"^a second license server$")]
async fn second(world: &mut World, step: &Step) -> Stepped {
    let features = json!([{ "name": "f1", "count": 3 }]);
    let settings = json!({ "accountId": "ACME", "adminPassword": "Other-3!secret", "features": features });
    world.put_license_server(step, 1, settings).await
}

#[given(regex = r"^the license server is set to:$")]
async fn set_to(world: &mut World, step: &Step) -> Stepped {
    // What is not sent stays as it is, but for the features.
    let mut settings = world.licensing.settings.clone();
    if let Value::Object(members) = json_cell(docstring(step)?)? {
        for (name, value) in members {
            settings[name.as_str()] = value;
        }
    }
    world.put_license_server(step, 0, settings).await
}

/// `the token` is that of the last `authorize`. A text block is sent as JSON.
#[when(
    regex = r#"^(the Producer User|the instance administrator|the client|nobody|the token) sends (GET|POST|PATCH|DELETE) "([^"]*)"( to the second license server)?:?$"#
)]
async fn sends(
    world: &mut World,
    who: String,
    method: String,
    path: String,
    second: String,
    step: &Step,
) -> Stepped {
    let body = match &step.docstring {
        Some(text) => Body::Json(json_cell(&world.fill(text.trim()))?),
        None => Body::None,
    };
    let path = first_id(world, path);
    let call = Call::new(method_of(&method), world.licensing_url(server(&second), &path), body);
    let call = as_caller(world, &who, server(&second), call).await?;
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^(the client|the Producer User) sends to "([^"]*)" as "([^"]*)":$"#)]
async fn sends_raw(
    world: &mut World,
    who: String,
    path: String,
    content_type: String,
    step: &Step,
) -> Stepped {
    let text = docstring(step)?.to_owned();
    let body = Body::Text { content_type, text };
    let call = Call::new(Method::POST, world.licensing_url(0, &path), body);
    let call = as_caller(world, &who, 0, call).await?;
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^(GET|POST|DELETE) "([^"]*)" is sent to an instance that does not exist$"#)]
async fn to_unknown_instance(world: &mut World, method: String, path: String, step: &Step) -> Stepped {
    let token = world.producer_token(0).await?;
    let url = world.licensing_url(0, &path).replace(world.license_server(0), "0NOBODYKNOWS");
    let call = Call::new(method_of(&method), url, Body::None);
    let answer = world.send(call.bearer(&token)).await;
    world.keep(step, answer)
}

#[when(regex = r"^a token is asked for at an instance that does not exist$")]
async fn authorizes_nowhere(world: &mut World, step: &Step) -> Stepped {
    let url = world.licensing_url(0, "authorize").replace(world.license_server(0), "0NOBODYKNOWS");
    let answer = world.send(Call::post(url, json!({ "user": "producer", "password": "Aa1!aaaa" }))).await;
    world.keep(step, answer)
}

#[when(regex = r#"^"([^"]*)" sends GET "([^"]*)" of the site$"#)]
async fn of_the_site(world: &mut World, who: String, path: String, step: &Step) -> Stepped {
    let call = Call::get(format!("{}/{path}", world.licensing.base));
    let call = as_caller(world, &who, 0, call).await?;
    let answer = world.send(call).await;
    world.keep(step, answer)
}

async fn as_caller(stage: &mut Stage, who: &str, server: usize, call: Call) -> Result<Call, StepError> {
    let token = match who {
        "the Producer User" => stage.producer_token(server).await?,
        "the instance administrator" => stage.token_of(server, "admin", ADMIN_PASSWORD).await?,
        "the client" => stage.client_jwt()?,
        "the token" => kept(stage)?,
        _ => return Ok(call),
    };
    Ok(call.bearer(&token))
}

/// The token of the last answer to `authorize`.
pub(super) fn kept(stage: &Stage) -> Result<String, StepError> {
    let kept = stage.licensing.kept_token.clone();
    kept.ok_or_else(|| StepError::fault("no step has got a token before this one"))
}

/// `$FIRST` stands for the ID of the first element of the last answer, or of the answer itself.
fn first_id(stage: &Stage, path: String) -> String {
    if !path.contains("$FIRST") {
        return path;
    }
    let body = stage.last_json().unwrap_or_default();
    let id = body.pointer("/0/id").or_else(|| body.get("id")).map(Value::to_string);
    path.replace("$FIRST", id.as_deref().unwrap_or("none").trim_matches('"'))
}

fn method_of(name: &str) -> Method {
    Method::from_bytes(name.as_bytes()).unwrap_or(Method::GET)
}

fn features(stage: &Stage, step: &Step) -> Result<Value, StepError> {
    let known = COLUMNS.map(|(column, _)| column);
    let all: Result<Vec<Value>, StepError> =
        rows(step, &known)?.iter().map(|row| feature(stage, row)).collect();
    Ok(Value::Array(all?))
}

fn feature(stage: &Stage, row: &Row<'_>) -> Result<Value, StepError> {
    let mut feature = Map::new();
    for (column, member) in COLUMNS {
        let Some(cell) = row.filled(column) else { continue };
        let value = match column {
            "start" | "end" => json!(moment(stage, cell)?),
            "count" | "reusable" | "selectors" | "uncounted" => json_cell(cell)?,
            "overdraft" => serde_json::from_str(cell).unwrap_or_else(|_| json!(cell)),
            _ => json!(cell),
        };
        feature.insert(member.to_owned(), value);
    }
    Ok(Value::Object(feature))
}

fn moment(stage: &Stage, cell: &str) -> Result<i64, StepError> {
    let offset = offset_ms(cell).ok_or_else(|| StepError::fault(format!("{cell:?} is no moment")))?;
    Ok(stage.start_ms + offset)
}
