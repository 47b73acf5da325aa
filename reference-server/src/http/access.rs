//! One-off access requests (`10` §3).

use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::reply::{Reply, number};
use super::router::{ELASTIC_BASE, Route};
use super::schema::{self, AccessBody};
use super::wire::Operation;
use crate::domain::{Rules, Share, Tokens};
use crate::site::{AccessAnswer, AnsweredItem, Refusal};

pub(super) fn routes() -> Vec<Route> {
    let path = "/instances/{instanceId}/access-request";
    vec![Route { bases: ELASTIC_BASE, path, methods: post(request) }]
}

async fn request(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, body) =
        (call.path("instanceId"), body.read(|body| schema::access_request(body, api.version)));
    api.answer(
        &call,
        Operation::AccessRequest,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            let rules = site.rules();
            let vetted = match body {
                Ok(body) => fault(&body, rules).map_or_else(|| Ok(body.request(rules)), Err),
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

/// What the rules of the site have against a one-off request (DM-ACC-023, DM-ACC-024).
fn fault(body: &AccessBody, rules: &Rules) -> Option<Refusal> {
    let status = rules.statuses.oneoff_empty;
    if body.request.items.is_empty() && status >= 400 {
        return Some(Refusal::new(status, "$.requestedItems: must have at least one element"));
    }
    body.fault(rules)
}

/// The answer to an access request, one-off or in a session (`10` §3.2).
pub(super) fn shown(answer: &AccessAnswer) -> Reply {
    let items: Vec<Value> = answer.items.iter().map(shown_item).collect();
    let body = json!({
        "correlationId": answer.correlation_id,
        "requester": { "type": answer.requester.kind, "value": answer.requester.value },
        "requestedItems": items,
    });
    Reply::new(answer.status, body)
}

fn shown_item(item: &AnsweredItem) -> Value {
    let total: Tokens = item.shares.iter().map(|share| share.tokens).sum();
    let line_items: Vec<Value> = item.shares.iter().map(shown_share).collect();
    json!({
        "item": item.item,
        "version": item.version,
        "count": number(item.count),
        "status": { "code": item.code, "description": item.description },
        "totalTokensCharged": number(total.decimal()),
        "lineItems": line_items,
    })
}

fn shown_share(share: &Share) -> Value {
    json!({
        "activationId": share.activation_id,
        "rate": number(share.rate),
        "tokensCharged": number(share.tokens.decimal()),
    })
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

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
        let body = shown(&answer).body.unwrap();
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
