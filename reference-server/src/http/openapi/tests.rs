//! The documents against what is served and what is kept in the repository.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::super::router::operations;
use super::super::test_keys::EC_PUBLIC;
use super::super::tests::{Fixture, NOW, ask};
use super::super::wire::Operation;
use super::document::document;
use super::judge::{assert_fits, faults, unseen};
use crate::domain::ApiVersion;

/// Set this variable to write the kept copies anew.
const UPDATE: &str = "UPDATE_OPENAPI";

fn documents() -> [(ApiVersion, Value); 2] {
    ApiVersion::ALL.map(|version| (version, document(version, "", &operations())))
}

#[test]
fn the_kept_copies_are_those_that_are_served() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi");
    for (version, document) in documents() {
        let text = format!("{document:#}\n");
        let path = folder.join(format!("{}.json", version.word()));
        if std::env::var_os(UPDATE).is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let advice = format!("{} is not what is served; run the test with {UPDATE}=1", path.display());
        assert!(kept == text, "{advice}");
    }
}

#[test]
fn every_operation_is_declared_once() {
    let declared: Vec<&str> = operations().iter().map(|declared| declared.operation.name()).collect();
    let own = || Operation::all().filter(|operation| !operation.is_of_licensing());
    assert_eq!(declared.len(), own().count());
    for operation in own() {
        assert!(declared.contains(&operation.name()), "{} is not declared", operation.name());
    }
}

#[test]
fn the_examples_fit_their_schemas_and_are_accepted() {
    for (version, document) in documents() {
        for declared in operations() {
            let name = declared.operation.name();
            if let Some(body) = &declared.body {
                let example = (body.example)(version);
                let printed = &document["paths"][declared.address(version, 0)][declared.method.word()];
                let schema = &printed["requestBody"]["content"]["application/json"]["schema"];
                assert_fits(&document, schema, &example, name);
                assert!(body.schema.read(example, version, Some).is_ok(), "{name}");
            }
            if let Some(body) = &declared.answer.body {
                let schema = body.schema.published(version, &mut serde_json::Map::new());
                assert_fits(&document, &schema, &(body.example)(version), name);
            }
        }
    }
}

/// What is checked and what is published come from one declaration; that both read it alike is shown by example.
#[test]
fn the_check_and_the_published_schema_agree() {
    let item = json!({
        "activationId": "A", "state": "DEPLOYED", "quantity": 1, "start": 0, "end": 0, "attributes": {},
    });
    let with = |name: &str, value: Value| {
        let mut item = item.clone();
        item[name] = value;
        item
    };
    let bodies = [
        item.clone(),
        json!([]),
        with("activationId", json!("\u{2003}")),
        with("activationId", json!("\u{200b}")),
        with("state", json!("LOST")),
        with("quantity", json!(0)),
        with("quantity", json!(1.5)),
        with("used", json!(0.25)),
        with("used", json!(null)),
        with("colour", json!("red")),
        with("attributes", json!({ "overdraftLimit": 5 })),
        with("attributes", json!({ "overdraftType": "Number" })),
        with("attributes", json!({ "overdraftType": "Number", "overdraftLimit": 5 })),
        with("attributes", json!({ "overdraftType": "Unlimited", "overdraftLimit": 5 })),
        with("attributes", json!({ "resetFrequency": "monthly" })),
    ];
    for (version, document) in documents() {
        for body in &bodies {
            let schema = &super::super::schema::LINE_ITEM;
            let published = schema.published(version, &mut serde_json::Map::new());
            let checked = schema.read(body.clone(), version, Some);
            let faults = faults(&document, &published, body);
            assert_eq!(checked.is_ok(), faults.is_empty(), "{body}: {checked:?}, {faults:?}");
        }
    }
}

#[tokio::test]
async fn the_documents_are_served_for_every_site() {
    let fixture = Fixture::new().await;
    for (path, server) in [
        ("/openapi/v1.0.json", "/dynamicmonetization"),
        ("/sites/acme/openapi/v1.1.json", "/sites/acme/dynamicmonetization"),
    ] {
        let answer = fixture.call("GET", path, &[], None).await;
        assert_eq!((answer.status, &answer.body["servers"][0]["url"]), (200, &json!(server)));
    }
}

/// Calls every operation of both versions; the fixture holds each answer against the documents.
#[tokio::test]
async fn every_success_is_as_declared() {
    for version in ApiVersion::ALL {
        let fixture = Fixture::new().await;
        let instance = fixture.provisioned(1000).await;
        let word = version.word();
        let success = async |method: &str, path: String, body: Option<Value>| {
            let answer = fixture.admin(method, &path, body.as_ref()).await;
            assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
            answer.body
        };
        provisioning(&success, word).await;
        rules_of_access(&success, &format!("/api/{word}/instances/{instance}")).await;
        sessions(&success, word, &instance).await;
        assert_eq!(unseen(version), Vec::<&str>::new());
    }
}

async fn provisioning(success: &impl AsyncFn(&str, String, Option<Value>) -> Value, word: &str) {
    let base = format!("/provisioning/api/{word}");
    let instances = format!("{base}/instances");
    let instance = json!({ "shortName": "second", "accountId": "ACME" });
    let made = success("POST", instances.clone(), Some(instance)).await;
    let instance = format!("{instances}/{}", made["id"].as_str().unwrap());
    success("GET", format!("{instances}?size=1"), None).await;
    success("GET", instance.clone(), None).await;
    let later = json!({ "version": "9", "effectiveFrom": NOW + 1, "items": [{ "name": "A", "rate": 0.5 }] });
    success("POST", format!("{base}/rate-tables"), Some(later)).await;
    success("GET", format!("{base}/rate-tables"), None).await;
    success("DELETE", format!("{base}/rate-tables?version=9"), None).await;
    for state in ["DEPLOYED", "OBSOLETE"] {
        let item = json!({
            "activationId": "ACT02", "state": state, "quantity": 5, "start": NOW, "end": NOW,
            "attributes": { "overdraftType": "Number", "overdraftLimit": 3 },
        });
        success("PUT", format!("{instance}/line-items"), Some(item)).await;
    }
    success("GET", format!("{instance}/line-items"), None).await;
    success("GET", format!("{instance}/line-items/ACT02"), None).await;
    success("DELETE", format!("{instance}/line-items/ACT02"), None).await;
    let tolerant = json!([{ "name": "timezone.tolerant", "value": true }]);
    success("PATCH", format!("{base}/configuration"), Some(tolerant)).await;
    success("GET", format!("{base}/configuration"), None).await;
    for kind in ["administration-keys", "client-keys"] {
        let keys = format!("/floating/api/{word}/{kind}");
        success("PUT", keys.clone(), Some(json!([{ "id": "other", "publicKey": EC_PUBLIC }]))).await;
        success("GET", format!("/floating/api/{word}/public-keys"), None).await;
        success("DELETE", format!("{keys}/other"), None).await;
    }
}

async fn rules_of_access(success: &impl AsyncFn(&str, String, Option<Value>) -> Value, instance: &str) {
    let conditions = format!("{instance}/conditions");
    let test = json!({ "key": "department", "operator": "IN", "values": ["Engineering"] });
    let both = json!({ "name": "both", "operator": "OR", "conditions": [test, test] });
    let made = success("POST", conditions.clone(), Some(json!({ "conditions": [test, both] }))).await;
    let (first, second) = (made[0]["id"].clone(), made[1]["id"].as_str().unwrap());
    success("PATCH", conditions.clone(), Some(json!({ "conditions": [test] }))).await;
    success("GET", conditions.clone(), None).await;
    let actions = format!("{instance}/line-items/ACT01/actions");
    let list = json!([{ "conditionId": first, "action": "ALLOW", "allocation": 5 }, { "action": "ALLOW" }]);
    let kept = success("POST", actions.clone(), Some(list)).await;
    success("PUT", actions.clone(), Some(kept)).await;
    success("GET", actions.clone(), None).await;
    success("GET", format!("{instance}/line-items/actions"), None).await;
    success("DELETE", actions, None).await;
    success("DELETE", format!("{conditions}/{second}"), None).await;
    success("DELETE", conditions, None).await;
}

async fn sessions(success: &impl AsyncFn(&str, String, Option<Value>) -> Value, word: &str, instance: &str) {
    let items = json!([{ "item": "PhotoPrint", "version": "1.0", "count": 0.5 },
                       { "item": "Unknown", "count": 1, "metaData": { "job": 7 } }]);
    let access = format!("/elastic/api/{word}/instances/{instance}/access-request");
    success("POST", access, Some(ask(&items))).await;
    let sessions = format!("/api/{word}/sessions");
    let made = success("POST", sessions.clone(), Some(json!({ "instanceId": instance }))).await;
    let session = format!("{sessions}/{}", made["sessionId"].as_str().unwrap());
    success("PUT", session.clone(), Some(ask(&json!([items[0]])))).await;
    success("GET", format!("{sessions}?instanceId={instance}"), None).await;
    success("GET", session.clone(), None).await;
    success("GET", format!("{session}/heartbeat"), None).await;
    success("DELETE", session.clone(), None).await;
    success("GET", session, None).await;
}
