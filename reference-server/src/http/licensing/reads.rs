//! What can be read of an instance (`50` §9).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::reply::Reply;
use super::super::wire::Operation;
use super::api::LicensingApi;
use super::call::LicensingCall;
use super::render::{end, timestamp};
use crate::domain::licensing::{Client, License, LicenseServer, Model, Need, roles};
use crate::site::{Refusal, Site};

const READING: Need = Need::Role(roles::READ);

/// The features, or those that are active (CM-OBS-002, CM-OBS-003).
pub(super) async fn features(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let active_only = call.query("activeOnly") == Some("true");
    let run = |site: &mut Site| {
        let (server, now) = (site.license_server(call.instance())?, site.now());
        let rules = &site.rules().licensing.granting;
        let active =
            |license: &&License| !(rules.not_started)(license, now) && !(rules.expired)(license, now);
        let licenses = server.licenses.iter().filter(|license| !active_only || active(license));
        Ok(licenses.map(|license| feature(server, license)).collect::<Vec<Value>>())
    };
    api.answer(&call, Operation::ListFeatures, READING, run, |features| Reply::ok(json!(features))).await
}

/// One feature (CM-OBS-004).
pub(super) async fn one_feature(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let server = site.license_server(call.instance())?;
        Ok(feature(server, wanted(server, &call)?))
    };
    api.answer(&call, Operation::ReadFeature, READING, run, Reply::ok).await
}

/// Who uses a feature (CM-OBS-004, CM-OBS-008).
pub(super) async fn feature_clients(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let server = site.license_server(call.instance())?;
        let license = wanted(server, &call)?;
        let users = server.clients.values().filter_map(|client| {
            let count = used_by(client, license.id);
            (count > 0).then(|| {
                json!({
                    "id": client.id, "useCount": count, "usageKind": license.model.word(),
                    "reservedCount": 0, "client": shown_client(server, client),
                })
            })
        });
        Ok(users.collect::<Vec<Value>>())
    };
    api.answer(&call, Operation::ListFeatureClients, READING, run, |users| Reply::ok(json!(users))).await
}

/// Totals by name and version (CM-OBS-005).
pub(super) async fn summaries(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let server = site.license_server(call.instance())?;
        let mut names: Map<String, Value> = Map::new();
        for license in &server.licenses {
            let (name, version) = (license.feature.name.clone(), &license.feature.version);
            let versions = names.entry(name).or_insert_with(|| json!({}));
            if versions.get(version).is_none() {
                versions[version] = summary(server, license);
            }
        }
        Ok(Value::Object(names))
    };
    api.answer(&call, Operation::SummarizeFeatures, READING, run, Reply::ok).await
}

fn summary(server: &LicenseServer, of: &License) -> Value {
    let pool = || server.licenses.iter().filter(|license| license.feature == of.feature);
    let total: i64 = pool().filter_map(|license| license.count).sum();
    let used: i64 = pool().map(|license| license.used).sum();
    let overdraft: i64 = pool().filter_map(|license| license.overdraft).sum();
    json!({
        "totalCount": total, "totalUsed": used, "totalOverdraftCount": overdraft,
        "totalAvailable": (total + overdraft - used).max(0),
    })
}

/// The hosts (CM-OBS-006).
pub(super) async fn clients(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let server = site.license_server(call.instance())?;
        Ok(server.clients.values().map(|client| shown_client(server, client)).collect::<Vec<Value>>())
    };
    api.answer(&call, Operation::ListServedClients, READING, run, |clients| Reply::ok(json!(clients))).await
}

/// Deletes what is known of a host (CM-SRV-003).
pub(super) async fn drop_client(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| site.drop_served_client(call.instance(), call.number("client")?);
    let need = Need::Role(roles::DROP_CLIENT);
    api.answer(&call, Operation::DropServedClient, need, run, |()| Reply::empty(204)).await
}

/// The settings (CM-OBS-006).
pub(super) async fn configuration(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let terms = &site.license_server(call.instance())?.terms;
        let borrow = &terms.borrow;
        Ok(json!({
            "licensing.borrowInterval": format!("{}s", borrow.interval / 1000),
            "licensing.borrowIntervalMax": borrow.longest.map(|longest| format!("{}s", longest / 1000)),
            "licensing.borrowGranularity": borrow.granularity,
            "licensing.renewInterval": borrow.renew_percent,
            "licensing.allowDuplicateClients": false,
            "licensing.security.json.enabled": terms.json_security,
            "security.anonymous": site.rules().licensing.accounts.anonymous_reads,
            "security.token.duration": "1d",
        }))
    };
    api.answer(&call, Operation::ReadLicensingConfiguration, READING, run, Reply::ok).await
}

/// Administrators of hosted instances cannot change the settings (CM-ROLE-007).
pub(super) async fn change_configuration(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |_site: &mut Site| -> Result<Reply, Refusal> {
        Err(Refusal::new(403, "the settings of a hosted instance are its operator's"))
    };
    let need = Need::Role(roles::ADMIN);
    api.answer(&call, Operation::ChangeLicensingConfiguration, need, run, |reply| reply).await
}

/// The host IDs of the server itself (CM-OBS-009).
pub(super) async fn host_ids(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let id = &site.license_server(call.instance())?.id;
        Ok(json!({ "hostids": [{ "type": "PUBLISHER_DEFINED", "value": &**id }] }))
    };
    let need = Need::Role(roles::ADMIN);
    api.answer(&call, Operation::ListHostIds, need, run, Reply::ok).await
}

/// How the server is (CM-OBS-001, CM-JWT-014). Without an instance it is that of the only one.
pub(super) async fn health(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    let run = |site: &mut Site| {
        let server = match call.instance() {
            "" => site.license_server("~").ok(),
            instance => Some(site.license_server(instance)?),
        };
        let secured = server.is_none_or(|server| server.terms.json_security);
        Ok(json!({ "LLS": {
            "version": env!("CARGO_PKG_VERSION"), "buildDate": "", "buildVersion": env!("CARGO_PKG_VERSION"),
            "branch": "", "patch": "", "fneBuildVersion": "",
            "serverInstanceID": server.map(|server| server.id.to_string()),
            "database": { "connectionCheck": "success" },
            "security": "enabled", "httpAuth": "enabled",
            "licensingSecurityJSON": if secured { "enabled" } else { "disabled" },
        } }))
    };
    api.answer_anyone(&call, Operation::ReadLicensingHealth, run, Reply::ok).await
}

fn wanted<'s>(server: &'s LicenseServer, call: &LicensingCall) -> Result<&'s License, Refusal> {
    let id = call.number("feature")?;
    server.licenses.iter().find(|license| license.id == id).ok_or_else(|| Refusal::not_found("feature"))
}

fn used_by(client: &Client, license: u64) -> i64 {
    let held = client.holdings.iter().flat_map(|holding| &holding.shares);
    held.chain(&client.charges).filter(|share| share.license == license).map(|share| share.count).sum()
}

fn feature(server: &LicenseServer, license: &License) -> Value {
    let (reusable, undo_seconds) = match license.model {
        Model::Concurrent => (false, 0),
        Model::Metered { reusable, undo_seconds } => (reusable, undo_seconds),
    };
    let overdraft_used = license.count.map_or(0, |count| (license.used - count).max(0));
    // Reservations are of a feature, not of a line item; they are shown with its first.
    let first = server.licenses.iter().find(|other| other.feature == license.feature);
    let is_first = first.is_some_and(|first| first.id == license.id);
    let of_first = |count: i64| if is_first { count } else { 0 };
    let reserved = of_first(server.reserved_in_all(&license.feature));
    let assigned = of_first(server.reserved_in_use(&license.feature));
    json!({
        "id": license.id, "featureId": license.id,
        "featureName": license.feature.name, "featureVersion": license.feature.version,
        "featureCount": license.count, "used": license.used, "reserved": reserved,
        "sharedUsed": (license.used - assigned).max(0), "assignedReserved": assigned,
        "unassignedReserved": reserved - assigned,
        "overdraftCount": license.overdraft, "overdraftUsedCount": overdraft_used,
        "uncappedOverdraft": license.overdraft.is_none(), "uncounted": license.count.is_none(),
        "concurrent": !license.model.is_metered(), "metered": license.model.is_metered(),
        "meteredReusable": reusable, "meteredUndoInterval": undo_seconds,
        "starts": timestamp(license.start), "expiry": end(license.end),
        "borrowInterval": license.borrow_interval.map(|interval| interval / 1000),
        "renewInterval": server.terms.borrow.renew_percent,
        "type": license.model.word().to_uppercase(), "featureKind": "NORMAL", "vendor": "",
        "productName": license.product_name, "productVersion": license.product_version,
        "activationId": license.activation_id, "entitlementId": license.entitlement_id,
    })
}

fn shown_client(server: &LicenseServer, client: &Client) -> Value {
    json!({
        "id": client.id,
        "hostid": { "hostidType": client.host.kind, "hostidValue": client.host.value },
        "requestHostid": client.host, "serverHostid": &*server.id,
        "correlationId": client.correlation_id, "collectedHostIds": [],
        "hostType": null, "machineType": "UNKNOWN", "updateTime": timestamp(client.updated), "trusted": false,
        "requestOperation": "request", "servedStatus": client.status.word(),
        "expiry": client.next_end().map(timestamp), "vendorDictionary": client.vendor_dictionary,
    })
}
