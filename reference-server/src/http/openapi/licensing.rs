//! The operations of the Cloud Monetization API as they are declared.

use serde_json::{Value, json};

use super::super::schema::{
    CAPABILITY_ANSWER, CAPABILITY_REQUEST, CREDENTIALS, FEATURE_LIST, ISSUED_TOKEN, LICENSING_KEY, OBJECTS,
    PREVIEW_REQUEST, RESERVATION_GROUP, SHOWN_FEATURE, SHOWN_OBJECT, Schema,
};
use super::super::wire::Operation;
use super::declared::Method;

/// An operation: where it is, who may call it, what it takes and what it answers under the default rules.
pub(in crate::http) struct Licensed {
    pub(in crate::http) operation: Operation,
    pub(in crate::http) method: Method,
    /// Below an instance; one that begins with `//` stands below the base itself.
    pub(in crate::http) path: &'static str,
    pub(super) summary: &'static str,
    /// Requirements that say so, for whoever wants to look them up.
    pub(super) requirements: &'static [&'static str],
    pub(super) caller: LicensingCaller,
    pub(super) takes: Takes,
    /// Status and body of a success; none is without a body.
    pub(super) answer: (u16, Option<&'static Schema>),
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LicensingCaller {
    /// Anybody.
    Anyone,
    /// Whoever has a token of `/authorize` with this role.
    Role(&'static str),
    /// Whoever has a client JWT.
    Client,
}

/// What a request brings.
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// JSON, with an example.
    Json(&'static Schema, fn() -> Value),
    /// The DER of a public key.
    Octets,
    /// A query parameter that is true or false.
    Flag(&'static str),
}

use LicensingCaller::{Anyone, Client, Role};
use Takes::{Flag, Json, Nothing, Octets};

const READ: LicensingCaller = Role("ROLE_READ");
const ADMIN: LicensingCaller = Role("ROLE_ADMIN");
const RESERVE: LicensingCaller = Role("ROLE_RESERVATIONS");

/// Shorthand for the table.
const fn licensed(
    operation: Operation,
    method: Method,
    path: &'static str,
    summary: &'static str,
    requirements: &'static [&'static str],
    (caller, takes, answer): (LicensingCaller, Takes, (u16, Option<&'static Schema>)),
) -> Licensed {
    Licensed { operation, method, path, summary, requirements, caller, takes, answer }
}

pub(in crate::http) static AUTHORIZE: Licensed = licensed(
    Operation::Authorize,
    Method::Post,
    "/authorize",
    "Trades a password for a token",
    &["CM-AUTH-001", "CM-AUTH-002", "CM-AUTH-006"],
    (Anyone, Json(&CREDENTIALS, credentials), (200, Some(&ISSUED_TOKEN))),
);
pub(in crate::http) static UPLOAD_LICENSING_KEY: Licensed = licensed(
    Operation::UploadLicensingKey,
    Method::Post,
    "/rest_licensing_keys",
    "Uploads the public key of the clients",
    &["CM-KEY-001", "CM-KEY-002", "CM-KEY-003", "CM-KEY-005"],
    (ADMIN, Octets, (200, Some(&LICENSING_KEY))),
);
pub(in crate::http) static READ_LICENSING_KEY: Licensed = licensed(
    Operation::ReadLicensingKey,
    Method::Get,
    "/rest_licensing_keys",
    "Shows the public key of the clients",
    &["CM-KEY-010"],
    (ADMIN, Nothing, (200, Some(&LICENSING_KEY))),
);
pub(in crate::http) static REVOKE_LICENSING_KEY: Licensed = licensed(
    Operation::RevokeLicensingKey,
    Method::Delete,
    "/rest_licensing_keys",
    "Revokes the public key of the clients",
    &["CM-KEY-007", "CM-KEY-008"],
    (ADMIN, Nothing, (410, Some(&SHOWN_OBJECT))),
);
pub(in crate::http) static REQUEST_LICENSES: Licensed = licensed(
    Operation::RequestLicenses,
    Method::Post,
    "/access_request",
    "Grants, renews and takes back features",
    &["CM-ACC-001", "CM-GRANT-001", "CM-INC-001", "CM-RSP-001"],
    (Client, Json(&CAPABILITY_REQUEST, request), (200, Some(&CAPABILITY_ANSWER))),
);
pub(in crate::http) static PREVIEW_LICENSES: Licensed = licensed(
    Operation::PreviewLicenses,
    Method::Post,
    "/preview_request",
    "Shows what a request would be granted",
    &["CM-PRE-001", "CM-PRE-003", "CM-PRE-004"],
    (Client, Json(&PREVIEW_REQUEST, preview), (200, Some(&CAPABILITY_ANSWER))),
);
pub(in crate::http) static REQUEST_SIGNED_LICENSES: Licensed = licensed(
    Operation::RequestSignedLicenses,
    Method::Post,
    "/signed_access_request",
    "Is not served here",
    &["CM-SIG-001", "CM-SIG-002"],
    (Client, Nothing, (501, Some(&SHOWN_OBJECT))),
);
pub(in crate::http) static LIST_FEATURES: Licensed = licensed(
    Operation::ListFeatures,
    Method::Get,
    "/features",
    "Lists the features",
    &["CM-OBS-002", "CM-OBS-003"],
    (READ, Flag("activeOnly"), (200, Some(&FEATURE_LIST))),
);
pub(in crate::http) static SUMMARIZE_FEATURES: Licensed = licensed(
    Operation::SummarizeFeatures,
    Method::Get,
    "/features/summaries",
    "Sums the features up by name and version",
    &["CM-OBS-005"],
    (READ, Nothing, (200, Some(&SHOWN_OBJECT))),
);
pub(in crate::http) static READ_FEATURE: Licensed = licensed(
    Operation::ReadFeature,
    Method::Get,
    "/features/{id}",
    "Shows a feature",
    &["CM-OBS-004"],
    (READ, Nothing, (200, Some(&SHOWN_FEATURE))),
);
pub(in crate::http) static LIST_FEATURE_CLIENTS: Licensed = licensed(
    Operation::ListFeatureClients,
    Method::Get,
    "/features/{id}/clients",
    "Lists who uses a feature",
    &["CM-OBS-004", "CM-OBS-008"],
    (READ, Nothing, (200, Some(&OBJECTS))),
);
pub(in crate::http) static LIST_SERVED_CLIENTS: Licensed = licensed(
    Operation::ListServedClients,
    Method::Get,
    "/clients",
    "Lists the hosts that are served",
    &["CM-OBS-006", "CM-SRV-001"],
    (READ, Nothing, (200, Some(&OBJECTS))),
);
pub(in crate::http) static DROP_SERVED_CLIENT: Licensed = licensed(
    Operation::DropServedClient,
    Method::Delete,
    "/clients/{id}",
    "Deletes what is known of a host",
    &["CM-SRV-003"],
    (Role("ROLE_DROPCLIENT"), Nothing, (204, None)),
);
pub(in crate::http) static READ_LICENSING_CONFIGURATION: Licensed = licensed(
    Operation::ReadLicensingConfiguration,
    Method::Get,
    "/configuration",
    "Shows the settings",
    &["CM-OBS-006"],
    (READ, Nothing, (200, Some(&SHOWN_OBJECT))),
);
pub(in crate::http) static CHANGE_LICENSING_CONFIGURATION: Licensed = licensed(
    Operation::ChangeLicensingConfiguration,
    Method::Patch,
    "/configuration",
    "Is for nobody on a hosted instance",
    &["CM-ROLE-007"],
    (ADMIN, Nothing, (403, Some(&SHOWN_OBJECT))),
);
pub(in crate::http) static LIST_RESERVATION_GROUPS: Licensed = licensed(
    Operation::ListReservationGroups,
    Method::Get,
    "/reservationgroups",
    "Lists the reservation groups",
    &["CM-RES-001"],
    (READ, Nothing, (200, Some(&OBJECTS))),
);
pub(in crate::http) static READ_RESERVATION_GROUP: Licensed = licensed(
    Operation::ReadReservationGroup,
    Method::Get,
    "/reservationgroups/{id}",
    "Shows a reservation group",
    &["CM-RES-001"],
    (READ, Nothing, (200, Some(&RESERVATION_GROUP))),
);
pub(in crate::http) static ADD_RESERVATION_GROUP: Licensed = licensed(
    Operation::AddReservationGroup,
    Method::Post,
    "/reservationgroups",
    "Adds a reservation group",
    &["CM-RES-002", "CM-RES-003", "CM-RES-007"],
    (RESERVE, Json(&RESERVATION_GROUP, group), (201, Some(&RESERVATION_GROUP))),
);
pub(in crate::http) static DELETE_RESERVATION_GROUP: Licensed = licensed(
    Operation::DeleteReservationGroup,
    Method::Delete,
    "/reservationgroups/{id}",
    "Deletes a reservation group",
    &["CM-RES-004"],
    (RESERVE, Nothing, (204, None)),
);
pub(in crate::http) static READ_LICENSING_HEALTH: Licensed = licensed(
    Operation::ReadLicensingHealth,
    Method::Get,
    "/health",
    "Shows how the license server is",
    &["CM-OBS-001", "CM-JWT-014"],
    (Anyone, Nothing, (200, Some(&SHOWN_OBJECT))),
);
pub(in crate::http) static LIST_HOST_IDS: Licensed = licensed(
    Operation::ListHostIds,
    Method::Get,
    "/hostids",
    "Lists the host IDs of the license server",
    &["CM-OBS-009"],
    (ADMIN, Nothing, (200, Some(&SHOWN_OBJECT))),
);

fn credentials() -> Value {
    json!({ "user": "producer", "password": "Aa1!aaaa" })
}

fn request() -> Value {
    json!({
        "hostId": { "type": "string", "value": "user-0001" }, "borrow-interval": "1d", "partial": false,
        "incremental": false, "features": [{ "name": "report.basic", "version": "1.0", "count": 2 }],
        "selectorsDictionary": {}, "vendorDictionary": { "business-unit": ["sales", "engineering"], "seat": 7 },
    })
}

fn preview() -> Value {
    json!({
        "hostId": { "type": "user", "value": "ann@example.com" },
        "features": [{ "name": "report.basic", "version": "1.0", "count": 1 }],
        "selectorsDictionary": { "region": "EMEA" },
    })
}

fn group() -> Value {
    json!({
        "name": "support",
        "reservations": [{
            "hostId": { "type": "USER", "value": "ann" },
            "reservationEntries": [{ "featureName": "f1", "featureVersion": "1.0", "featureCount": 2 }],
        }],
    })
}
