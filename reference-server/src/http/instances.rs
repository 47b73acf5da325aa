//! Instances (`20` §3).

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::json;

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::reply::{Reply, json};
use super::router::{INSTANCE_BASES, Route};
use super::schema;
use super::wire::Operation;
use crate::site::Refusal;

/// Page size when none is asked for, and the most that is given (DM-INST-015).
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 500;

pub(super) fn routes() -> Vec<Route> {
    let route = |path, methods| Route { bases: INSTANCE_BASES, path, methods };
    vec![route("/instances", get(list).post(create)), route("/instances/{instanceId}", get(read))]
}

async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let new = body.read(schema::new_instance);
    api.answer(
        &call,
        Operation::CreateInstance,
        |site, caller| {
            caller.administration(site.rules())?;
            let new = new.map_err(|fault| fault.refusal(site.rules()))?;
            Ok(site.create_instance(new))
        },
        |instance| Reply::ok(json(&instance)),
    )
    .await
}

/// What a list is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Page { next: usize, size: usize },
    DefaultOf(String),
}

/// DM-INST-010, DM-INST-011.
async fn list(State(api): State<Api>, call: Call) -> Response {
    let wanted = wanted(&call);
    api.answer(
        &call,
        Operation::ListInstances,
        |site, caller| {
            caller.administration(site.rules())?;
            Ok(match wanted? {
                Wanted::Page { next, size } => site.list_instances(next, size),
                Wanted::DefaultOf(account) => (site.default_instance_of(&account).into_iter().collect(), 0),
            })
        },
        |(content, next)| Reply::ok(json!({ "content": content, "next": next })),
    )
    .await
}

/// Reads the query: a page, or the default instance of an account (DM-INST-012 to DM-INST-018).
fn wanted(call: &Call) -> Result<Wanted, Refusal> {
    let query = call.query()?;
    let next = query.number("next")?.unwrap_or(0);
    let size = query.number("size")?.unwrap_or(PAGE);
    if size == 0 {
        return Err(Refusal::invalid("query parameter `size` must be at least 1"));
    }
    match (query.text("accountId"), query.boolean("default")?) {
        (None, None) => Ok(Wanted::Page { next, size: size.min(LARGEST_PAGE) }),
        (Some(account), Some(true)) => Ok(Wanted::DefaultOf(account.to_owned())),
        _ => Err(Refusal::invalid("query parameter `accountId` and `default=true` go together")),
    }
}

/// DM-INST-020.
async fn read(State(api): State<Api>, call: Call) -> Response {
    let id = call.path("instanceId");
    api.answer(
        &call,
        Operation::ReadInstance,
        |site, caller| {
            caller.instance_in_path(site.rules(), id)?;
            site.instance(id)
        },
        |instance| Reply::ok(json(&instance)),
    )
    .await
}
