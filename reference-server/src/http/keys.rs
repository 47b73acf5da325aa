//! Administration and client keys (`20` §2.2).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::openapi;
use super::reply::Reply;
use super::router::{Route, route};
use super::schema;
use super::wire::Operation;
use crate::domain::{KeyKind, StoredKey};
use crate::site::Refusal;

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(&openapi::SAVE_ADMINISTRATION_KEYS, save_administration_keys),
        route(&openapi::DELETE_ADMINISTRATION_KEY, delete_administration_key),
        route(&openapi::SAVE_CLIENT_KEYS, save_client_keys),
        route(&openapi::DELETE_CLIENT_KEY, delete_client_key),
        route(&openapi::LIST_PUBLIC_KEYS, list),
    ]
}

async fn save_administration_keys(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    save(&api, &call, body, KeyKind::Admin, Operation::SaveAdministrationKeys).await
}

async fn save_client_keys(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    save(&api, &call, body, KeyKind::Client, Operation::SaveClientKeys).await
}

/// DM-AUTH-032.
async fn save(api: &Api, call: &Call, body: JsonBody, kind: KeyKind, operation: Operation) -> Response {
    let keys = body.read(schema::keys);
    api.answer(
        call,
        operation,
        |site, caller| {
            caller.administration(site.rules())?;
            let keys = keys.map_err(|fault| fault.refusal(site.rules()))?;
            site.check_keys(kind, &keys)?;
            site.save_keys(kind, keys);
            Ok(())
        },
        |()| Reply::ok(json!({ "message": "Keys successfully saved" })),
    )
    .await
}

async fn delete_administration_key(State(api): State<Api>, call: Call) -> Response {
    remove(&api, &call, KeyKind::Admin, Operation::DeleteAdministrationKey).await
}

async fn delete_client_key(State(api): State<Api>, call: Call) -> Response {
    remove(&api, &call, KeyKind::Client, Operation::DeleteClientKey).await
}

async fn remove(api: &Api, call: &Call, kind: KeyKind, operation: Operation) -> Response {
    api.answer(
        call,
        operation,
        |site, caller| {
            caller.administration(site.rules())?;
            let id = call.path("keyId");
            if kind == KeyKind::Admin && id == caller.key_id() && !site.rules().keys.deletes_itself {
                return Err(Refusal::new(403, "a key cannot delete itself"));
            }
            site.delete_key(kind, id)
        },
        |()| Reply::ok(json!({ "message": "Key successfully deleted" })),
    )
    .await
}

async fn list(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ListPublicKeys,
        |site, caller| {
            caller.administration(site.rules())?;
            Ok((site.keys(), site.rules().keys.listed_in_object))
        },
        |(keys, in_object)| {
            let listed: Value = keys.iter().map(listed).collect();
            Reply::ok(if in_object { json!({ "keys": listed }) } else { listed })
        },
    )
    .await
}

/// An element of the list (DM-AUTH-031).
fn listed(key: &StoredKey) -> Value {
    json!({ "id": key.id, "publicKey": key.public_key, "type": key.kind.word() })
}
