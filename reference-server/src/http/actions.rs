//! Actions of rules of access (`20` §6.3).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::openapi;
use super::reply::{Reply, number};
use super::router::{Route, route};
use super::schema;
use super::wire::Operation;
use crate::domain::LineItem;
use crate::domain::access_rules::{Action, Verdict};
use crate::site::Refusal;

/// Line items on one page of the listing of all actions.
const PAGE: usize = 100;

pub(super) fn routes() -> Vec<Route> {
    vec![
        // A fixed segment wins over a parameter, so that no line item can hide this listing (DM-RULE-036).
        route(&openapi::LIST_ALL_ACTIONS, list_all),
        route(&openapi::LIST_ACTIONS, list),
        route(&openapi::CREATE_ACTIONS, create),
        route(&openapi::REPLACE_ACTIONS, replace),
        route(&openapi::DELETE_ACTIONS, remove),
    ]
}

async fn list(State(api): State<Api>, call: Call) -> Response {
    let instance = call.path("instanceId");
    api.answer(
        &call,
        Operation::ListActions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.actions(instance, call.path("lineItemId"))
        },
        |actions| Reply::ok(shown_list(&actions)),
    )
    .await
}

async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, new) = (call.path("instanceId"), body.read(schema::new_actions));
    api.answer(
        &call,
        Operation::CreateActions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.line_item(instance, call.path("lineItemId"))?;
            let new = new.map_err(|fault| fault.refusal(site.rules()))?;
            site.create_actions(instance, call.path("lineItemId"), new)
        },
        |actions| Reply::ok(shown_list(&actions)),
    )
    .await
}

async fn replace(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, new) = (call.path("instanceId"), body.read(schema::replaced_actions));
    api.answer(
        &call,
        Operation::ReplaceActions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.line_item(instance, call.path("lineItemId"))?;
            let new = new.map_err(|fault| fault.refusal(site.rules()))?;
            site.replace_actions(instance, call.path("lineItemId"), new)
        },
        |actions| Reply::ok(shown_list(&actions)),
    )
    .await
}

async fn remove(State(api): State<Api>, call: Call) -> Response {
    let instance = call.path("instanceId");
    api.answer(
        &call,
        Operation::DeleteActions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.delete_actions(instance, call.path("lineItemId"))?;
            Ok(site.rules().statuses.actions_deleted)
        },
        Reply::done,
    )
    .await
}

async fn list_all(State(api): State<Api>, call: Call) -> Response {
    let (instance, next) = (call.path("instanceId"), next(&call));
    api.answer(
        &call,
        Operation::ListAllActions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.actions_of_all(instance, next?, PAGE)
        },
        |(items, next)| {
            let items: Vec<Value> = items.iter().map(shown_item).collect();
            Reply::ok(json!({ "lineItems": items, "next": next }))
        },
    )
    .await
}

/// The start of the wanted page; the first when it is left out (DM-RULE-034).
fn next(call: &Call) -> Result<usize, Refusal> {
    Ok(call.query()?.number("next")?.unwrap_or(0))
}

fn shown_item(item: &LineItem) -> Value {
    json!({ "lineItemId": item.activation_id, "actions": shown_list(&item.actions) })
}

fn shown_list(actions: &[Action]) -> Value {
    actions.iter().map(shown).collect()
}

/// An action; `used` is there only beside an allocation (DM-ROA-009).
fn shown(action: &Action) -> Value {
    let word = match action.action {
        Verdict::Allow => "ALLOW",
        Verdict::Deny => "DENY",
    };
    let mut shown = json!({ "id": action.id, "action": word });
    if let Some(name) = &action.name {
        shown["name"] = json!(name);
    }
    if let Some(condition) = &action.condition_id {
        shown["conditionId"] = json!(condition);
    }
    if let Some(allocation) = action.allocation {
        shown["allocation"] = number(allocation);
        shown["used"] = number(action.used.decimal());
    }
    shown
}
