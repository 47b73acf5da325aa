//! Bodies of the Cloud Monetization API (`50` §3, §5.1, §6, §8). Unknown members are ignored (CM-HTTP-009).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::language::{Form, INTEGER, Schema, array, closed, nullable, open, optional, required};
use super::members::Members;
use crate::domain::ApiVersion;
use crate::domain::licensing::{
    CapabilityRequest, FeatureKey, GroupDraft, HostId, WantedFeature, parse_interval,
};
use crate::site::Refusal;

/// A login (CM-AUTH-001, CM-AUTH-007).
pub(in crate::http) static CREDENTIALS: Schema = Schema::Named(
    "Credentials",
    &open(&[required("user", &Schema::String), required("password", &Schema::String)]),
);

/// An access request (`50` §5.1).
pub(in crate::http) static CAPABILITY_REQUEST: Schema = Schema::Named(
    "AccessRequest",
    &open(&[
        required("hostId", &HOST_ID),
        nullable("features", &array(&FEATURE)),
        nullable("borrow-interval", &Schema::Form(&INTERVAL)),
        nullable("partial", &FLAG),
        nullable("incremental", &FLAG),
        nullable("selectorsDictionary", &Schema::Map(&Schema::String)),
        nullable("vendorDictionary", &Schema::Map(&VENDOR_VALUE)),
        nullable("correlationId", &Schema::Text),
    ]),
);

/// A preview (`50` §6).
pub(in crate::http) static PREVIEW_REQUEST: Schema = Schema::Named(
    "PreviewRequest",
    &open(&[
        required("hostId", &HOST_ID),
        nullable("features", &array(&FEATURE)),
        nullable("selectorsDictionary", &Schema::Map(&Schema::String)),
    ]),
);

/// A group of reservations (`50` §8).
pub(in crate::http) static RESERVATION_GROUP: Schema = Schema::Named(
    "ReservationGroup",
    &open(&[required("name", &Schema::Text), required("reservations", &array(&RESERVATION))]),
);

static RESERVATION: Schema =
    open(&[required("hostId", &HOST_ID), required("reservationEntries", &array(&RESERVATION_ENTRY))]);
static RESERVATION_ENTRY: Schema = open(&[
    required("featureName", &Schema::Text),
    required("featureVersion", &Schema::Text),
    required("featureCount", &Schema::Integer32),
]);

/// Who is served (CM-ACC-002); which types there are is a rule of the site (CM-ACC-003).
static HOST_ID: Schema =
    Schema::Named("HostId", &open(&[required("type", &Schema::Text), required("value", &Schema::Text)]));
/// What is wanted (CM-ACC-004).
static FEATURE: Schema = Schema::Named(
    "WantedFeature",
    &open(&[
        required("name", &Schema::Text),
        required("version", &Schema::Text),
        nullable("count", &Schema::Integer32),
    ]),
);
static INTERVAL: Form = Form {
    format: "borrow-interval",
    fault: |text| {
        let fault = || "must be a number with one of the units s, m, h, d, w".to_owned();
        parse_interval(text).is_none().then(fault)
    },
};
/// Some clients write booleans as words (CM-ACC-007).
static FLAG: Schema = Schema::Choice(
    |value| usize::from(value.is_string()),
    &[&Schema::Boolean, &Schema::Words(&["true", "false"])],
);
/// Values of the vendor dictionary (CM-ACC-006).
static VENDOR_VALUE: Schema =
    Schema::Choice(|value| usize::from(value.is_array()), &[&VENDOR_ATOM, &array(&VENDOR_ATOM)]);
static VENDOR_ATOM: Schema =
    Schema::Choice(|value| usize::from(value.is_number()), &[&Schema::String, &Schema::Integer32]);

/// The answer to a login (CM-AUTH-002).
pub(in crate::http) static ISSUED_TOKEN: Schema =
    Schema::Named("Token", &closed(&[required("expires", &Schema::Text), required("token", &Schema::Text)]));

/// The licensing key (CM-KEY-003).
pub(in crate::http) static LICENSING_KEY: Schema =
    Schema::Named("LicensingKey", &closed(&[required("publicKey", &Schema::Text)]));

/// The answer to an access request or a preview (`50` §5.2).
pub(in crate::http) static CAPABILITY_ANSWER: Schema = Schema::Named(
    "AccessAnswer",
    &closed(&[
        required("requestHostId", &HOST_ID),
        required("features", &array(&GRANTED)),
        required("statusList", &array(&STATUS)),
        optional("serverLicenseRenewInterval", &INTEGER),
    ]),
);
static GRANTED: Schema = Schema::Named(
    "GrantedFeature",
    &closed(&[
        required("name", &Schema::Text),
        required("version", &Schema::Text),
        required("count", &COUNT),
        required("maxCount", &COUNT),
        optional("expires", &Schema::Text),
        required("finalExpiry", &Schema::Text),
        optional("renewInterval", &INTEGER),
        optional("vendorString", &Schema::Text),
        required("lineItemsInfo", &array(&LINE_ITEM_INFO)),
    ]),
);
/// A number, or a word where counts do not matter.
static COUNT: Schema =
    Schema::Choice(|value| usize::from(value.is_string()), &[&INTEGER, &Schema::Words(&["uncounted"])]);
static LINE_ITEM_INFO: Schema = closed(&[
    required("activationId", &Schema::String),
    required("entitlementId", &Schema::String),
    required("productName", &Schema::String),
    required("productVersion", &Schema::String),
]);
static STATUS: Schema = Schema::Named(
    "Status",
    &closed(&[
        required("name", &Schema::Text),
        required("version", &Schema::Text),
        required("code", &Schema::Text),
        required("message", &Schema::Text),
    ]),
);

/// Features as they are read (CM-OBS-002).
pub(in crate::http) static FEATURE_LIST: Schema = array(&SHOWN_FEATURE);
/// One of them (CM-OBS-004).
pub(in crate::http) static SHOWN_FEATURE: Schema = Schema::Named(
    "Feature",
    &open(&[
        required("id", &INTEGER),
        required("featureName", &Schema::Text),
        required("featureVersion", &Schema::Text),
        required("used", &INTEGER),
        required("reserved", &INTEGER),
        required("expiry", &Schema::Text),
        required("uncounted", &Schema::Boolean),
        required("metered", &Schema::Boolean),
    ]),
);
/// What has no published shape.
pub(in crate::http) static SHOWN_OBJECT: Schema = open(&[]);
/// A list of such.
pub(in crate::http) static OBJECTS: Schema = array(&SHOWN_OBJECT);

/// Reads a login as (user, password).
pub(in crate::http) fn credentials(body: Value) -> Result<(String, String), Refusal> {
    CREDENTIALS.read(body, ApiVersion::V1_0, |body| {
        let mut body = Members::of(body)?;
        Some((body.string("user")?, body.string("password")?))
    })
}

/// Reads an access request. Below zero counts only go in an incremental request (CM-ACC-005).
pub(in crate::http) fn capability_request(body: Value) -> Result<CapabilityRequest, Refusal> {
    let request = CAPABILITY_REQUEST.read(body, ApiVersion::V1_0, request)?;
    let negative = request.features.iter().any(|entry| entry.count < 0);
    if negative && !request.incremental {
        return Err(Refusal::invalid("$.features: a count below zero needs an incremental request"));
    }
    Ok(request)
}

/// Reads a preview; what else an access request may say is ignored (CM-PRE-002, CM-PRE-008).
pub(in crate::http) fn preview_request(body: Value) -> Result<CapabilityRequest, Refusal> {
    PREVIEW_REQUEST.read(body, ApiVersion::V1_0, |body| {
        let mut members = Members::of(body)?;
        let host = host(members.any("hostId")?)?;
        let features = members.array("features", feature).unwrap_or_default();
        let features = features.into_iter().filter(|entry| entry.count >= 0).collect();
        Some(CapabilityRequest {
            host,
            features,
            borrow_interval: 0,
            partial: false,
            incremental: false,
            selectors: selectors(&mut members),
            vendor_dictionary: None,
            correlation_id: None,
        })
    })
}

fn request(body: Value) -> Option<CapabilityRequest> {
    let mut members = Members::of(body)?;
    Some(CapabilityRequest {
        host: host(members.any("hostId")?)?,
        features: members.array("features", feature).unwrap_or_default(),
        borrow_interval: members
            .string("borrow-interval")
            .and_then(|text| parse_interval(&text))
            .unwrap_or(0),
        partial: flag(&mut members, "partial"),
        incremental: flag(&mut members, "incremental"),
        selectors: selectors(&mut members),
        vendor_dictionary: members.object("vendorDictionary"),
        correlation_id: members.string("correlationId"),
    })
}

fn flag(members: &mut Members, name: &str) -> bool {
    members.any(name).is_some_and(|value| value == true || value == "true")
}

fn selectors(members: &mut Members) -> BTreeMap<String, String> {
    let text = |(key, value): (String, Value)| value.as_str().map(|value| (key, value.to_owned()));
    let given: Map<String, Value> = members.object("selectorsDictionary").unwrap_or_default();
    given.into_iter().filter_map(text).collect()
}

fn host(value: Value) -> Option<HostId> {
    let mut host = Members::of(value)?;
    Some(HostId { kind: host.string("type")?, value: host.string("value")? })
}

fn feature(value: Value) -> Option<WantedFeature> {
    let mut feature = Members::of(value)?;
    Some(WantedFeature {
        name: feature.string("name")?,
        version: feature.string("version")?,
        count: feature.integer("count").unwrap_or(1),
    })
}

/// Reads a group of reservations.
pub(in crate::http) fn reservation_group(body: Value) -> Result<GroupDraft, Refusal> {
    let draft = RESERVATION_GROUP.read(body, ApiVersion::V1_0, |body| {
        let mut group = Members::of(body)?;
        Some(GroupDraft {
            name: group.string("name")?,
            reservations: group.array("reservations", reservation)?,
        })
    })?;
    let counts = draft.reservations.iter().flat_map(|(_, entries)| entries).map(|(_, count)| *count);
    if counts.into_iter().any(|count| count < 1) {
        return Err(Refusal::invalid("$.reservations: at least one count is reserved in each entry"));
    }
    Ok(draft)
}

fn reservation(value: Value) -> Option<(HostId, Vec<(FeatureKey, i64)>)> {
    let mut reservation = Members::of(value)?;
    let host = host(reservation.any("hostId")?)?;
    let entries = reservation.array("reservationEntries", |entry| {
        let mut entry = Members::of(entry)?;
        let (name, version) = (entry.string("featureName")?, entry.string("featureVersion")?);
        Some((FeatureKey { name, version }, entry.integer("featureCount")?))
    })?;
    Some((host, entries))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(body: Value) -> u16 {
        capability_request(body).map_or_else(|refusal| refusal.status, |_| 200)
    }

    fn with(name: &str, value: Value) -> Value {
        let mut body = json!({
            "hostId": { "type": "string", "value": "user-0001" },
            "features": [{ "name": "f1", "version": "1.0", "count": 2 }],
        });
        body[name] = value;
        body
    }

    #[test]
    fn well_formed_requests_are_read() {
        for body in [
            with("partial", json!("true")),
            with("incremental", json!(false)),
            with("borrow-interval", json!("0")),
            with("features", json!(null)),
            with("features", json!([{ "name": "f1", "version": "0" }])),
            with("selectorsDictionary", json!({})),
            with("vendorDictionary", json!({ "business-unit": ["sales", 7], "seat": 7, "x": "" })),
            with("colour", json!({ "red": 1.5 })),
        ] {
            assert_eq!(status(body.clone()), 200, "{body}");
        }
        let read = capability_request(with("partial", json!("true"))).unwrap();
        assert!(read.partial && !read.incremental && read.features[0].count == 2);
    }

    #[test]
    fn malformed_requests_are_not() {
        for body in [
            json!({}),
            with("hostId", json!({ "type": "string", "value": "" })),
            with("hostId", json!({ "type": "", "value": "x" })),
            with("hostId", json!("x")),
            with("borrow-interval", json!("1y")),
            with("borrow-interval", json!("-1d")),
            with("borrow-interval", json!(60)),
            with("partial", json!("yes")),
            with("features", json!([{ "name": "f1" }])),
            with("features", json!([{ "version": "1.0" }])),
            with("features", json!([{ "name": "f1", "version": "1.0", "count": 1.5 }])),
            with("features", json!([{ "name": "f1", "version": "1.0", "count": "1" }])),
            with("features", json!([{ "name": "f1", "version": "1.0", "count": 2_147_483_648_i64 }])),
            with("features", json!([{ "name": "f1", "version": "1.0", "count": -1 }])),
            with("vendorDictionary", json!({ "x": true })),
            with("vendorDictionary", json!({ "x": 1.5 })),
            with("vendorDictionary", json!({ "x": { "y": 1 } })),
            with("vendorDictionary", json!({ "x": 4_000_000_000_i64 })),
            with("vendorDictionary", json!({ "x": [[1]] })),
        ] {
            assert_eq!(status(body.clone()), 400, "{body}");
        }
    }
}
