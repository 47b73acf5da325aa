//! Reservation groups (`50` §8).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::super::body::JsonBody;
use super::super::reply::Reply;
use super::super::schema;
use super::super::wire::Operation;
use super::api::{LicensingApi, body_refusal};
use super::call::LicensingCall;
use crate::domain::licensing::{Need, ReservationGroup, roles};
use crate::site::{Refusal, Site};

const READING: Need = Need::Role(roles::READ);
const RESERVING: Need = Need::Role(roles::RESERVATIONS);

/// All groups (CM-RES-001).
pub(super) async fn list(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let groups = &site.license_server(call.instance())?.groups;
        Ok(groups.iter().map(shown).collect::<Vec<Value>>())
    };
    api.answer(&call, Operation::ListReservationGroups, READING, run, |groups| Reply::ok(json!(groups))).await
}

/// One group.
pub(super) async fn read(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let id = call.number("reservation group")?;
        let groups = &site.license_server(call.instance())?.groups;
        let group = groups.iter().find(|group| group.id == id);
        group.map(shown).ok_or_else(|| Refusal::not_found("reservation group"))
    };
    api.answer(&call, Operation::ReadReservationGroup, READING, run, Reply::ok).await
}

/// Adds a group (CM-RES-007).
pub(super) async fn add(State(api): State<LicensingApi>, call: LicensingCall, body: JsonBody) -> Response {
    let draft = body.read(schema::reservation_group).map_err(body_refusal);
    let run = |site: &mut Site| site.add_reservations(call.instance(), draft?);
    let render = |group: ReservationGroup| Reply::new(201, shown(&group));
    api.answer(&call, Operation::AddReservationGroup, RESERVING, run, render).await
}

/// Deletes a group; it is edited by making it anew (CM-RES-004).
pub(super) async fn delete(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| site.delete_reservations(call.instance(), call.number("reservation group")?);
    api.answer(&call, Operation::DeleteReservationGroup, RESERVING, run, |()| Reply::empty(204)).await
}

fn shown(group: &ReservationGroup) -> Value {
    let entries = |of: &crate::domain::licensing::Reservation| -> Vec<Value> {
        let entry = |entry: &crate::domain::licensing::ReservationEntry| {
            json!({
                "id": entry.id, "featureName": entry.feature.name, "featureVersion": entry.feature.version,
                "featureCount": entry.count,
            })
        };
        of.entries.iter().map(entry).collect()
    };
    let reservations: Vec<Value> = group
        .reservations
        .iter()
        .map(|one| json!({ "id": one.id, "hostId": one.host, "reservationEntries": entries(one) }))
        .collect();
    json!({ "id": group.id, "name": group.name, "reservations": reservations })
}
