//! One-off access requests (`10` §3).

use std::collections::HashSet;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::api::Api;
use super::body::{BodyFault, JsonBody};
use super::call::Call;
use super::openapi;
use super::reply::{Exact, Reply};
use super::router::{Route, route};
use super::schema::{self, AccessBody};
use super::wire::Operation;
use crate::domain::{ApiVersion, RequestedItem, Rules, Share, Tokens};
use crate::site::{AccessAnswer, AccessRequest, AnsweredItem, Refusal};

/// DM-ACC-001.
pub(super) fn routes() -> Vec<Route> {
    vec![route(&openapi::ACCESS_REQUEST, request)]
}

async fn request(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, body) = (call.path("instanceId"), read(body, api.version));
    api.answer(
        &call,
        Operation::AccessRequest,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            let rules = site.rules();
            let vetted = match body {
                Ok(body) => fault(&body, rules).map_or_else(|| Ok(merged(body.request(rules), rules)), Err),
                Err(fault) => Err(fault.refusal(rules)),
            };
            match vetted {
                Ok(request) => site.request_access(instance, request),
                // An instance that is not there comes before anything that is wrong with the body.
                Err(refusal) => site.instance(instance).and(Err(refusal)),
            }
        },
        |answer| shown(&answer),
    )
    .await
}

/// What the body of an access request says, one-off or in a session.
pub(super) fn read(body: JsonBody, version: ApiVersion) -> Result<AccessBody, BodyFault> {
    body.read_plain(
        |body| schema::plain_access_request(body, version),
        |body| schema::access_request(body, version),
    )
}

/// What the rules of the site have against a one-off request (DM-ACC-023 to DM-ACC-025).
fn fault(body: &AccessBody, rules: &Rules) -> Option<Refusal> {
    let status = rules.statuses.oneoff_empty;
    if body.request.items.is_empty() && status >= 400 {
        return Some(Refusal::new(status, "$.requestedItems: must have at least one element"));
    }
    if rules.sale.repeated_item_refused && has_repeated_item(body) {
        return Some(Refusal::invalid("$.requestedItems: an item is there twice"));
    }
    body.fault(rules)
}

/// The request as the site takes it: some take an item that is named twice for one with both counts (DM-ACC-025).
fn merged(mut request: AccessRequest, rules: &Rules) -> AccessRequest {
    if !rules.sale.repeated_items_merged {
        return request;
    }
    let mut items: Vec<RequestedItem> = Vec::new();
    for item in request.items {
        let same = |known: &&mut RequestedItem| known.item == item.item && known.version == item.version;
        match items.iter_mut().find(same) {
            Some(known) => known.count = known.count.saturating_add(item.count),
            None => items.push(item),
        }
    }
    request.items = items;
    request
}

fn has_repeated_item(body: &AccessBody) -> bool {
    let mut seen = HashSet::new();
    body.request.items.iter().any(|item| !seen.insert((&item.item, &item.version)))
}

/// The answer to an access request, one-off or in a session (`10` §3.2).
pub(super) fn shown(answer: &AccessAnswer) -> Reply {
    let items = answer.items.iter().map(shown_item).collect();
    let requester = ShownRequester { kind: &answer.requester.kind, value: &answer.requester.value };
    let body = ShownAnswer { correlation_id: &answer.correlation_id, requester, requested_items: items };
    Reply::written(answer.status, &body)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAnswer<'a> {
    correlation_id: &'a str,
    requester: ShownRequester<'a>,
    requested_items: Vec<ShownItem<'a>>,
}

#[derive(Serialize)]
struct ShownRequester<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    value: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownItem<'a> {
    item: &'a str,
    version: &'a str,
    count: Exact,
    status: ShownStatus,
    total_tokens_charged: Exact,
    line_items: Vec<ShownShare<'a>>,
}

#[derive(Serialize)]
struct ShownStatus {
    code: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownShare<'a> {
    activation_id: &'a str,
    rate: Exact,
    tokens_charged: Exact,
}

/// DM-ACC-011, DM-LI-A24.
fn shown_item(item: &AnsweredItem) -> ShownItem<'_> {
    let total: Tokens = item.shares.iter().map(|share| share.tokens).sum();
    ShownItem {
        item: &item.item,
        version: &item.version,
        count: Exact(item.count),
        status: ShownStatus { code: item.code, description: item.description },
        total_tokens_charged: Exact(total.decimal()),
        line_items: item.shares.iter().map(shown_share).collect(),
    }
}

fn shown_share(share: &Share) -> ShownShare<'_> {
    ShownShare {
        activation_id: &share.activation_id,
        rate: Exact(share.rate),
        tokens_charged: Exact(share.tokens.decimal()),
    }
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use serde_json::json;

    use super::*;
    use crate::domain::{Dictionary, Requester};

    #[test]
    fn an_answer_has_the_published_shape() {
        let share = Share {
            activation_id: "ACT01".into(),
            action: None,
            rate: Decimal::from(3),
            count: Decimal::TEN,
            tokens: Tokens::from(30),
            series: "PublicationApps".into(),
            table_version: "1".into(),
        };
        let item = |code, shares| AnsweredItem {
            item: "PhotoPrint".into(),
            version: "1.0".into(),
            count: Decimal::TEN,
            code,
            description: "text",
            shares,
        };
        let answer = AccessAnswer {
            status: 200,
            correlation_id: "c".into(),
            requester: Requester {
                kind: "user".into(),
                value: "LisaBarry".into(),
                dictionary: Dictionary::new(),
            },
            items: vec![item("101", vec![share]), item("202", Vec::new())],
        };
        let body = shown(&answer).body.unwrap().into_value();
        assert_eq!(body["requester"], json!({ "type": "user", "value": "LisaBarry" }));
        assert_eq!(
            body["requestedItems"][0],
            json!({
                "item": "PhotoPrint", "version": "1.0", "count": 10,
                "status": { "code": "101", "description": "text" }, "totalTokensCharged": 30,
                "lineItems": [{ "activationId": "ACT01", "rate": 3, "tokensCharged": 30 }],
            })
        );
        assert_eq!(body["requestedItems"][1]["totalTokensCharged"], json!(0));
        assert_eq!(body["requestedItems"][1]["lineItems"], json!([]));
    }
}
