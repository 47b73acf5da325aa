//! Access requests to license servers, and previews of them.

use cucumber::gherkin::Step;
use cucumber::when;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::conformance::check::Stepped;
use crate::conformance::stage::{Stage, Verdict};
use crate::conformance::tables::{docstring, json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::{Answer, Call};

const ACCESS: &str = "access_request";
const PREVIEW: &str = "preview_request";

/// A complete request: what it names is what the host wants to hold.
#[when(regex = r#"^host (\w+) requests (\d+) of "([^"]*)"(?: "([^"]*)")?(?: for "([^"]*)")?$"#)]
async fn requests(
    world: &mut World,
    host: String,
    count: i64,
    feature: String,
    version: String,
    interval: String,
    step: &Step,
) -> Stepped {
    let mut body = body(&host, vec![wanted(&feature, &version, count)]);
    if !interval.is_empty() {
        body["borrow-interval"] = json!(interval);
    }
    ask(world, step, ACCESS, body).await
}

/// Adding and giving back are incremental; taking at most accepts a part.
#[when(regex = r#"^host (\w+) (adds|gives back|takes at most) (\d+) of "([^"]*)"$"#)]
async fn changes(
    world: &mut World,
    host: String,
    how: String,
    count: i64,
    feature: String,
    step: &Step,
) -> Stepped {
    let count = if how == "gives back" { -count } else { count };
    let mut body = body(&host, vec![wanted(&feature, "", count)]);
    let member = if how == "takes at most" { "partial" } else { "incremental" };
    body[member] = json!(true);
    ask(world, step, ACCESS, body).await
}

#[when(regex = r"^host (\w+) gives everything back$")]
async fn gives_everything_back(world: &mut World, host: String, step: &Step) -> Stepped {
    ask(world, step, ACCESS, body(&host, Vec::new())).await
}

/// An incremental request for nothing: the check whether a host is licensed.
#[when(regex = r"^host (\w+) asks what it holds$")]
async fn asks(world: &mut World, host: String, step: &Step) -> Stepped {
    let mut body = body(&host, Vec::new());
    body["incremental"] = json!(true);
    ask(world, step, ACCESS, body).await
}

#[when(regex = r"^host (\w+) requests together:$")]
async fn requests_together(world: &mut World, host: String, step: &Step) -> Stepped {
    let rows = rows(step, &["feature", "version", "count"])?;
    let mut features = Vec::new();
    for row in &rows {
        let count = row.json("count")?.unwrap_or(json!(1));
        let version = row.filled("version").unwrap_or("1.0");
        features.push(json!({ "name": row.required("feature")?, "version": version, "count": count }));
    }
    ask(world, step, ACCESS, body(&host, features)).await
}

/// The text block is the body; `hostId` is filled in unless it says otherwise.
#[when(regex = r"^host (\w+) sends the request:$")]
async fn sends_request(world: &mut World, host: String, step: &Step) -> Stepped {
    let mut body = body(&host, Vec::new());
    if let Value::Object(members) = json_cell(docstring(step)?)? {
        for (name, value) in members {
            body[name.as_str()] = value;
        }
    }
    ask(world, step, ACCESS, body).await
}

#[when(regex = r#"^host (\w+) previews (\d+) of "([^"]*)"(?: for the region "([^"]*)")?$"#)]
async fn previews(
    world: &mut World,
    host: String,
    count: i64,
    feature: String,
    region: String,
    step: &Step,
) -> Stepped {
    let mut body = json!({ "hostId": host_id(&host), "features": [wanted(&feature, "", count)] });
    if !region.is_empty() {
        body["selectorsDictionary"] = json!({ "region": region });
    }
    ask(world, step, PREVIEW, body).await
}

#[when(regex = r"^host (\w+) previews everything$")]
async fn previews_everything(world: &mut World, host: String, step: &Step) -> Stepped {
    let body = json!({ "hostId": host_id(&host), "features": [] });
    ask(world, step, PREVIEW, body).await
}

#[when(regex = r#"^(\d+) hosts each request (\d+) of "([^"]*)" at the same time$"#)]
async fn at_the_same_time(
    world: &mut World,
    hosts: usize,
    count: i64,
    feature: String,
    step: &Step,
) -> Stepped {
    let (url, token) = (world.licensing_url(0, ACCESS), world.client_jwt()?);
    let calls = (1..=hosts).map(|host| {
        let body = body(&format!("Host{host}"), vec![wanted(&feature, "", count)]);
        Call::post(url.clone(), body).bearer(&token)
    });
    let client = world.context.access.client.clone();
    let answers = join_all(calls.map(|call| client.send(call))).await;
    world.batch = answers.iter().map(verdict).collect();
    for answer in answers {
        world.shown = Some(answer.exchange.clone());
        world.keep(step, answer)?;
    }
    Ok(())
}

/// Sends a request as the client application and keeps the answer.
async fn ask(stage: &mut Stage, step: &Step, path: &str, body: Value) -> Stepped {
    let answer = stage.as_licensed_client(0, path, body).await?;
    stage.keep(step, answer)
}

/// A complete request of a host.
pub(super) fn body(host: &str, features: Vec<Value>) -> Value {
    json!({ "hostId": host_id(host), "features": features })
}

fn host_id(host: &str) -> Value {
    json!({ "type": "string", "value": host })
}

fn wanted(feature: &str, version: &str, count: i64) -> Value {
    let version = if version.is_empty() { "1.0" } else { version };
    json!({ "name": feature, "version": version, "count": count })
}

/// Whether a host got all that it asked for; answers of license servers show no correlation ID.
fn verdict(answer: &Answer) -> Verdict {
    let body = answer.json().unwrap_or_default();
    let none = |name: &str| body.get(name).and_then(Value::as_array).is_none_or(Vec::is_empty);
    let granted = answer.is(200) && none("statusList") && !none("features");
    Verdict { status: answer.status, granted, correlation: None }
}
