//! Bodies that are right for the addresses that take one: where the mutations start.

use serde_json::{Value, json};

use super::world::{Ids, NOW};
use crate::http::test_keys::{EC_PUBLIC, OTHER_EC_PUBLIC};

/// The bodies that fit an address; any body where none is known to fit.
pub(super) fn fitting(address: &str, ids: &Ids) -> Vec<Value> {
    let address = address.trim_end_matches('/');
    let found: Vec<Value> =
        all(ids).into_iter().filter(|(end, _)| address.ends_with(end)).map(|(_, body)| body).collect();
    if found.is_empty() { all(ids).into_iter().map(|(_, body)| body).collect() } else { found }
}

fn all(ids: &Ids) -> Vec<(&'static str, Value)> {
    let mut all = provisioning();
    all.extend(access_rules(ids));
    all.extend(charging(ids));
    all.extend(licensing());
    all
}

fn licensing() -> Vec<(&'static str, Value)> {
    let ask = |count: i64, incremental: bool| {
        json!({
            "hostId": { "type": "string", "value": "x" }, "borrow-interval": "1h", "incremental": incremental,
            "features": [{ "name": "f1", "version": "1.0", "count": count }, { "name": "m1", "version": "0", "count": count }],
            "selectorsDictionary": { "region": "EMEA" }, "vendorDictionary": { "seat": [7, "a"] },
        })
    };
    vec![
        (
            "/cls/instances/{instanceId}",
            json!({
                "accountId": "ACME", "jsonSecurity": false, "borrowGranularity": "minute", "features": [
                    { "name": "f1", "count": 3, "overdraft": 1, "selectors": { "region": "EMEA" } },
                    { "name": "f1", "count": 1, "end": "permanent", "borrowInterval": "1d" },
                    { "name": "m1", "type": "metered", "count": 100, "reusable": true },
                ],
            }),
        ),
        ("/cls/producer-user", json!({ "enabled": true, "password": "Aa1!aaaa" })),
        ("/authorize", json!({ "user": "producer", "password": "Aa1!aaaa" })),
        ("/access_request", ask(2, false)),
        ("/access_request", ask(1, true)),
        ("/access_request", ask(-1, true)),
        ("/preview_request", ask(1, false)),
    ]
}

fn provisioning() -> Vec<(&'static str, Value)> {
    let key = |id: &str, text: &str| json!([{ "id": id, "publicKey": text }]);
    let line_item = |id: &str, more: Value| {
        json!({
            "activationId": id, "state": "DEPLOYED", "quantity": 1000, "start": NOW - 1, "end": NOW * 2,
            "attributes": more,
        })
    };
    let table = |version: &str, items: Value| json!({ "series": "S", "version": version, "effectiveFrom": NOW - 5, "items": items });
    // One that is not in effect yet, and so may be deleted.
    let mut future = table("4", json!([{ "name": "A", "version": "1", "rate": 9 }]));
    future["effectiveFrom"] = json!(NOW + 86_400_000);
    let limited = json!({
        "elastic": true, "rateTableSeries": "S", "overdraftType": "Number", "overdraftLimit": 5,
    });
    let unlimited = json!({ "elastic": true, "rateTableSeries": "S", "overdraftType": "Unlimited" });
    vec![
        ("/administration-keys", key("ops-2", OTHER_EC_PUBLIC)),
        ("/client-keys", key("app", EC_PUBLIC)),
        ("/configuration", json!([{ "name": "timezone.tolerant", "value": "true" }])),
        ("/configuration", json!({ "name": "session.charge.period", "value": "PT10M" })),
        ("/instances", json!({ "shortName": "second", "accountId": "ACME" })),
        ("/rate-tables", table("2", json!([{ "name": "A", "version": "1", "rate": 4.5 }]))),
        (
            "/rate-tables",
            table("3", json!([{ "name": "F", "formula": "MAX(Price^2, Price/3) + ROUND(Price, 1)" }])),
        ),
        ("/rate-tables", future),
        ("/line-items", line_item("ACT01", limited)),
        ("/line-items", line_item("ACT02", unlimited.clone())),
        ("/line-items", line_item("ACT03", unlimited.clone())),
        ("/line-items", obsolete(line_item("ACT03", unlimited))),
        (
            "/sites/{siteId}",
            json!({
                "clock": { "mode": "virtual", "now": NOW }, "keyPropagationSeconds": 0,
                "administrationKeys": [{ "id": "ops", "publicKey": EC_PUBLIC }],
            }),
        ),
        ("/clock/advance", json!({ "by": 3_600_000 })),
        ("/clock/advance", json!({ "to": NOW + 86_400_000 })),
    ]
}

fn obsolete(mut line_item: Value) -> Value {
    line_item["state"] = json!("OBSOLETE");
    line_item
}

fn access_rules(ids: &Ids) -> Vec<(&'static str, Value)> {
    let test = json!({ "key": "department", "operator": "IN", "values": ["Sales", "7"] });
    let action = json!([
        { "name": "a", "conditionId": ids.condition, "action": "ALLOW", "allocation": 7.5 },
        { "action": "ALLOW" },
    ]);
    vec![
        ("/conditions", json!({ "conditions": [test.clone()] })),
        ("/conditions", json!({ "conditions": [{ "operator": "OR", "conditions": [test.clone(), test] }] })),
        ("/actions", action),
        ("/actions", json!([{ "action": "DENY" }])),
    ]
}

fn charging(ids: &Ids) -> Vec<(&'static str, Value)> {
    let requester =
        json!({ "type": "user", "value": "x", "dictionary": { "department": ["Sales", 7, null] } });
    let items = json!([
        { "item": "A", "version": "1", "count": 0.5, "metaData": { "job": { "n": 7 } } },
        { "item": "F", "count": 2, "variables": { "Price": 2.5 } },
        { "item": "A", "requestedVersion": "1", "count": 1 },
    ]);
    let one = json!([{ "item": "A", "version": "1", "count": 1 }]);
    let asked = |items: &Value| json!({ "requester": requester, "requestedItems": items });
    let in_session = |items: &Value, rollback: bool| {
        let mut body = asked(items);
        body["rollbackOnDeny"] = json!(rollback);
        body
    };
    vec![
        ("/access-request", asked(&items)),
        ("/access-request", asked(&one)),
        ("/sessions", json!({ "instanceId": ids.instance })),
        ("/sessions/{sessionId}", in_session(&one, true)),
        ("/sessions/{sessionId}", in_session(&items, true)),
        ("/sessions/{sessionId}", in_session(&items, false)),
        ("/sessions/{sessionId}", in_session(&json!([]), true)),
    ]
}
