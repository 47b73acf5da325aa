//! Instances (`20` §3).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::{Call, Parameters};
use super::openapi;
use super::reply::{Reply, json};
use super::router::{Route, route};
use super::schema;
use super::wire::Operation;
use crate::domain::{InstanceRules, Wanted};
use crate::site::Refusal;

/// What the server gives an instance, whatever a body says of it (DM-INST-006).
const GIVEN: [&str; 4] = ["id", "defaultInstance", "created", "modified"];

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(&openapi::LIST_INSTANCES, list),
        route(&openapi::CREATE_INSTANCE, create),
        route(&openapi::READ_INSTANCE, read),
    ]
}

async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let new = body.read(|body| {
        let gives = GIVEN.iter().any(|member| body.get(member).is_some());
        Ok((schema::new_instance(body)?, gives))
    });
    api.answer(
        &call,
        Operation::CreateInstance,
        |site, caller| {
            caller.administration(site.rules())?;
            let (new, gives) = new.map_err(|fault| fault.refusal(site.rules()))?;
            let status = site.rules().instances.given_fields;
            if gives && status >= 400 {
                return Err(Refusal::new(status, "ID, default and times of an instance cannot be given"));
            }
            site.check_name(&new)?;
            let status = site.rules().instances.created;
            Ok((status, site.create_instance(new)))
        },
        |(status, instance)| Reply::new(status, json(&instance)),
    )
    .await
}

/// A page of a list: from which place on, and how many.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    next: usize,
    size: usize,
}

/// DM-INST-010, DM-INST-011.
async fn list(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ListInstances,
        |site, caller| {
            let rules = &site.rules().instances;
            caller.administration(site.rules())?;
            let (wanted, page) = wanted(&call, rules)?;
            let (content, next) = match wanted {
                Wanted::All => site.list_instances(page.next, page.size),
                Wanted::DefaultOf(account) => (site.default_instance_of(&account).into_iter().collect(), 0),
                Wanted::Of(account) => (site.instances_of(&account), 0),
            };
            Ok((content, if rules.next_as_text { json!(next.to_string()) } else { json!(next) }))
        },
        |(content, next): (Vec<_>, Value)| Reply::ok(json!({ "content": content, "next": next })),
    )
    .await
}

/// Reads the query: which instances, and which page of them (DM-INST-012 to DM-INST-018).
fn wanted(call: &Call, rules: &InstanceRules) -> Result<(Wanted, Page), Refusal> {
    let query = call.query()?;
    let next = number(&query, "next", rules.next_word)?.unwrap_or(0);
    let size = match number(&query, "size", rules.size_word)? {
        Some(0) if rules.size_zero >= 400 => {
            return Err(Refusal::new(rules.size_zero, "query parameter `size` must be at least 1"));
        }
        asked => asked.filter(|size| *size > 0),
    };
    let size = (rules.page_size)(size)
        .ok_or_else(|| Refusal::invalid("query parameter `size` is larger than a page can be"))?;
    let default = match query.text("default") {
        None => None,
        Some(text) => Some(
            (rules.truth)(text)
                .ok_or_else(|| Refusal::invalid("query parameter `default` is neither true nor false"))?,
        ),
    };
    let wanted = (rules.wanted)(query.text("accountId"), default)
        .ok_or_else(|| Refusal::invalid("query parameters `accountId` and `default=true` go together"))?;
    Ok((wanted, Page { next, size }))
}

/// A whole number of the query; a word in its place is refused or passed over, as the status says (DM-INST-016).
fn number(query: &Parameters, name: &str, status: u16) -> Result<Option<usize>, Refusal> {
    match query.number(name) {
        Err(_) if status < 400 => Ok(None),
        read => read,
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
