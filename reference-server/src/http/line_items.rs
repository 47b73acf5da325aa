//! Line items (`20` §5).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::line_item_draft::Draft;
use super::openapi;
use super::reply::{Reply, json, number};
use super::router::{Route, route};
use super::wire::Operation;
use crate::domain::LineItem;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(&openapi::LIST_LINE_ITEMS, list),
        route(&openapi::PUT_LINE_ITEM, save),
        route(&openapi::READ_LINE_ITEM, read),
        route(&openapi::DELETE_LINE_ITEM, remove),
    ]
}

/// DM-LINE-008.
async fn save(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, new) = (call.path("instanceId"), body.read(|body| Ok(Draft::read(body, api.version))));
    api.answer(
        &call,
        Operation::PutLineItem,
        |site, caller| {
            caller.administration(site.rules())?;
            site.instance(instance)?;
            let draft = new.map_err(|fault| fault.refusal(site.rules()))?;
            let new = draft.line_item(site.rules())?;
            let (status, shows) =
                (site.rules().statuses.lineitem_put, site.rules().line_items.put_shows_line_item);
            Ok((status, shows, site.put_line_item(instance, new)?))
        },
        |(status, shows, item)| Reply::new(status, if shows { shown(&item) } else { json!({}) }),
    )
    .await
}

async fn list(State(api): State<Api>, call: Call) -> Response {
    let instance = call.path("instanceId");
    api.answer(
        &call,
        Operation::ListLineItems,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.line_items(instance)
        },
        |items| Reply::ok(items.iter().map(shown).collect()),
    )
    .await
}

async fn read(State(api): State<Api>, call: Call) -> Response {
    let instance = call.path("instanceId");
    api.answer(
        &call,
        Operation::ReadLineItem,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.line_item(instance, call.path("lineItemId"))
        },
        |item| Reply::ok(shown(&item)),
    )
    .await
}

async fn remove(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::DeleteLineItem,
        |site, caller| {
            caller.administration(site.rules())?;
            site.delete_line_item(call.path("instanceId"), call.path("lineItemId"))
        },
        |()| Reply::empty(204),
    )
    .await
}

/// A line item as it is shown (DM-LINE-031).
fn shown(item: &LineItem) -> Value {
    json!({
        "activationId": item.activation_id,
        "state": json(&item.state),
        "quantity": item.quantity,
        "start": item.start,
        "end": item.end,
        "used": number(item.used.decimal()),
        "attributes": json(&item.attributes),
    })
}
