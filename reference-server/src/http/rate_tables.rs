//! Rate tables (`20` §4).

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::reply::{Reply, json};
use super::router::{PROVISIONING_BASE, Route};
use super::schema;
use super::wire::Operation;
use crate::domain::RateTable;
use crate::site::Refusal;

pub(super) fn routes() -> Vec<Route> {
    let methods = get(list).post(create).delete(remove);
    vec![Route { bases: PROVISIONING_BASE, path: "/rate-tables", methods }]
}

async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let new = body.read(|body| schema::rate_table(body, api.version));
    api.answer(
        &call,
        Operation::CreateRateTable,
        |site, caller| {
            caller.administration(site.rules())?;
            let new = new.map_err(|fault| fault.refusal(site.rules()))?;
            match schema::rate_table_fault(&new, site.rules()) {
                Some(refusal) => Err(refusal),
                None => site.create_rate_table(new.table),
            }
        },
        |()| Reply::new(201, json!({ "message": "Rate table successfully saved" })),
    )
    .await
}

/// DM-RATE-008, DM-RATE-014.
async fn list(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ListRateTables,
        |site, caller| {
            caller.administration(site.rules())?;
            Ok(site.rate_tables().to_vec())
        },
        |tables| Reply::ok(tables.iter().map(listed).collect()),
    )
    .await
}

/// An element of the list; `series` is there even when there is none (DM-RATE-009, DM-RATE-010, DM-RATE-027).
fn listed(table: &RateTable) -> Value {
    json!({
        "series": table.series,
        "version": table.version,
        "effectiveFrom": table.effective_from,
        "items": json(&table.items),
        "created": table.created,
    })
}

async fn remove(State(api): State<Api>, call: Call) -> Response {
    let named = named(&call);
    api.answer(
        &call,
        Operation::DeleteRateTable,
        |site, caller| {
            caller.administration(site.rules())?;
            let (series, version) = named?;
            site.delete_rate_table(&series, &version)
        },
        |()| Reply::empty(204),
    )
    .await
}

/// The table that the query names; without a series it is one that has none (DM-RATE-015, DM-RATE-019).
fn named(call: &Call) -> Result<(String, String), Refusal> {
    let query = call.query()?;
    let series = query.text("series").unwrap_or_default().to_owned();
    match query.text("version") {
        Some(version) if !version.is_empty() => Ok((series, version.to_owned())),
        _ => Err(Refusal::invalid("query parameter `version` is missing")),
    }
}
