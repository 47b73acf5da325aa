//! Configuration (`20` §7).

use serde_json::{Value, json};

use super::super::router::PROVISIONING_BASE;
use super::super::schema::{self, INTEGER, Schema, array, closed, optional, required};
use super::super::wire::Operation;
use super::declared::{Body, Caller, Declared, Method, Status, decided, ok, refused};
use crate::demo::NOW;
use crate::domain::ApiVersion;

const TAG: &str = "Configuration";
const PATH: &str = "/configuration";

static SHOWN: Schema = array(&Schema::Named(
    "ConfigurationValue",
    &closed(&[
        required("name", &Schema::Text),
        required("value", &Schema::String),
        optional("modified", &INTEGER),
        optional("updatedBy", &Schema::String),
    ]),
));

fn shown(version: ApiVersion) -> Value {
    let tolerant =
        json!({ "name": "timezone.tolerant", "value": "true", "modified": NOW, "updatedBy": "ops-2025" });
    match version {
        ApiVersion::V1_0 => json!([tolerant]),
        ApiVersion::V1_1 => json!([tolerant, { "name": "session.charge.period", "value": "PT1H" }]),
    }
}

pub(in crate::http) static READ_CONFIGURATION: Declared = Declared {
    operation: Operation::ReadConfiguration,
    method: Method::Get,
    bases: PROVISIONING_BASE,
    path: PATH,
    tag: TAG,
    summary: "Read all configuration values, defaults included",
    requirements: &["DM-CONF-001", "DM-CONF-002", "DM-CONF-011"],
    caller: Caller::Administration,
    query: &[],
    body: None,
    answer: ok("The values; who changed one when is said unless it is a default.", &SHOWN, shown),
    refusals: &[],
};

pub(in crate::http) static CHANGE_CONFIGURATION: Declared = Declared {
    operation: Operation::ChangeConfiguration,
    method: Method::Patch,
    bases: PROVISIONING_BASE,
    path: PATH,
    tag: TAG,
    summary: "Change configuration values, all or none; values that are not named stay",
    requirements: &["DM-CONF-003", "DM-CONF-004", "DM-CONF-006", "DM-CONF-008", "DM-CONF-009"],
    caller: Caller::Administration,
    query: &[],
    body: Some(Body {
        schema: &schema::SETTINGS,
        example: |version| match version {
            ApiVersion::V1_0 => json!([{ "name": "timezone.tolerant", "value": "true" }]),
            ApiVersion::V1_1 => json!([{ "name": "timezone.tolerant", "value": "true" },
                                       { "name": "session.charge.period", "value": "PT30M" }]),
        },
    }),
    answer: ok("All values as they are now.", &SHOWN, shown)
        .with_status(Status::Decided(|statuses| statuses.configuration_changed)),
    refusals: &[
        decided(|statuses| statuses.configuration_unknown, "The version knows no value of this name."),
        refused(400, "The value is not legal under its name."),
    ],
};
