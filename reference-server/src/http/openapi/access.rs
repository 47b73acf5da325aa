//! One-off access requests (`10` §3).

use serde_json::{Value, json};

use super::super::router::ELASTIC_BASE;
use super::super::schema::{self, Schema, UUID, array, closed, required};
use super::super::wire::Operation;
use super::declared::{Body, Caller, Declared, Method, ok};
use crate::domain::{ApiVersion, Rules, per_version};

pub(super) static ANSWER: Schema = Schema::Named(
    "AccessAnswer",
    &closed(&[
        required("correlationId", &UUID),
        required("requester", &closed(&[required("type", &Schema::Text), required("value", &Schema::Text)])),
        required("requestedItems", &array(&ITEM)),
    ]),
);
static ITEM: Schema = Schema::Named(
    "AnsweredItem",
    &closed(&[
        required("item", &Schema::Text),
        required("version", &Schema::String),
        required("count", &Schema::Number),
        required("status", &closed(&[required("code", &CODE), required("description", &Schema::String)])),
        required("totalTokensCharged", &Schema::Number),
        required("lineItems", &array(&SHARE)),
    ]),
);
static SHARE: Schema = closed(&[
    required("activationId", &Schema::Text),
    required("rate", &Schema::Number),
    required("tokensCharged", &Schema::Number),
]);
/// Three digits in v1.0, four in v1.1 (DM-CODE-010).
static CODE: Schema = Schema::Said(
    &Schema::String,
    per_version(r#"{"pattern": "^[0-9]{3}$"}"#, r#"{"pattern": "^[0-9]{4}$"}"#),
);

/// Lisa Barry's request of the tutorial.
pub(super) fn request(_: ApiVersion) -> Value {
    json!({
        "requester": { "type": "user", "value": "LisaBarry" },
        "requestedItems": [{ "item": "PhotoPrint", "version": "1.0", "count": 10 },
                           { "item": "CADPrint", "version": "2.0", "count": 2, "metaData": { "job": 7 } }],
    })
}

pub(super) fn answer(version: ApiVersion) -> Value {
    let status = json!({
        "code": Rules::default().codes.granted.of(version), "description": "Successfully checked out",
    });
    json!({
        "correlationId": "8c1f0e2a-0f3e-4a53-9a4c-2a1f3f7f9d10",
        "requester": { "type": "user", "value": "LisaBarry" },
        "requestedItems": [
            { "item": "PhotoPrint", "version": "1.0", "count": 10, "status": status, "totalTokensCharged": 30,
              "lineItems": [{ "activationId": "ACT01-Elastic", "rate": 3, "tokensCharged": 30 }] },
            { "item": "CADPrint", "version": "2.0", "count": 2, "status": status, "totalTokensCharged": 14,
              "lineItems": [{ "activationId": "ACT01-Elastic", "rate": 7, "tokensCharged": 14 }] },
        ],
    })
}

pub(in crate::http) static ACCESS_REQUEST: Declared = Declared {
    operation: Operation::AccessRequest,
    method: Method::Post,
    bases: ELASTIC_BASE,
    path: "/instances/{instanceId}/access-request",
    tag: "Access requests",
    summary: "Request items once: as many as possible are granted and charged for good",
    requirements: &["DM-ACC-001", "DM-ACC-015", "DM-ACC-020", "DM-ACC-023"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: Some(Body { schema: &schema::ACCESS_REQUEST, example: request }),
    answer: ok("What was granted and charged, item by item.", &ANSWER, answer),
    refusals: &[],
};
