//! Configuration (`20` §7).

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::reply::Reply;
use super::router::{PROVISIONING_BASE, Route};
use super::schema;
use super::wire::Operation;
use crate::site::ConfigurationValue;

pub(super) fn routes() -> Vec<Route> {
    vec![Route { bases: PROVISIONING_BASE, path: "/configuration", methods: get(read).patch(change) }]
}

/// DM-CONF-015.
async fn read(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ReadConfiguration,
        |site, caller| {
            caller.administration(site.rules())?;
            Ok(site.configuration(api.version))
        },
        |values| Reply::ok(values.iter().map(shown).collect()),
    )
    .await
}

/// DM-CONF-005.
async fn change(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let values = body.read(schema::configuration);
    api.answer(
        &call,
        Operation::ChangeConfiguration,
        |site, caller| {
            caller.administration(site.rules())?;
            let values = values.map_err(|fault| fault.refusal(site.rules()))?;
            let status = site.rules().statuses.configuration_changed;
            Ok((status, site.configure(api.version, values, caller.key_id())?))
        },
        |(status, values)| match status {
            204 => Reply::empty(204),
            _ => Reply::new(status, values.iter().map(shown).collect()),
        },
    )
    .await
}

/// A value; time and key of the last change are there only if there was one (DM-CONF-002).
fn shown(value: &ConfigurationValue) -> Value {
    let mut shown = json!({ "name": value.name, "value": value.value });
    if let Some((modified, updated_by)) = &value.changed {
        shown["modified"] = json!(modified);
        shown["updatedBy"] = json!(updated_by);
    }
    shown
}
