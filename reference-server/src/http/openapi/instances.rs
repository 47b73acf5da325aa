//! Instances (`20` §3).

use serde_json::{Value, json};

use super::super::router::INSTANCE_BASES;
use super::super::schema::{self, INTEGER, Schema, UUID, array, closed, optional, required};
use super::super::wire::Operation;
use super::declared::{Body, Caller, Declared, INSTANCE, Link, Method, Parameter, ok};
use crate::demo::NOW;
use crate::domain::PerVersion;

const TAG: &str = "Instances";

static SHOWN: Schema = Schema::Named(
    "Instance",
    &closed(&[
        required("id", &UUID),
        required("shortName", &Schema::Text),
        required("accountId", &Schema::Text),
        required("defaultInstance", &Schema::Boolean),
        required("created", &INTEGER),
        required("modified", &INTEGER),
    ]),
);
static PAGE: Schema =
    Schema::Named("Instances", &closed(&[required("content", &array(&SHOWN)), required("next", &NEXT)]));
pub(super) static NEXT: Schema = Schema::Integer(0);

/// The account whose default instance is wanted; neither goes without the other (DM-INST-017, DM-INST-018).
static DEFAULT_OF: Schema = Schema::Said(
    &closed(&[
        optional("accountId", &Schema::String),
        // In any case of letters (DM-GEN-005).
        optional(
            "default",
            &Schema::Said(&Schema::String, PerVersion::both(r#"{"pattern": "^[Tt][Rr][Uu][Ee]$"}"#)),
        ),
    ]),
    PerVersion::both(r#"{"dependentRequired": {"accountId": ["default"], "default": ["accountId"]}}"#),
);

fn instance() -> Value {
    json!({
        "id": INSTANCE, "shortName": "ACME-def-inst", "accountId": "ACME", "defaultInstance": true,
        "created": NOW, "modified": NOW,
    })
}

pub(in crate::http) static CREATE_INSTANCE: Declared = Declared {
    operation: Operation::CreateInstance,
    method: Method::Post,
    bases: INSTANCE_BASES,
    path: "/instances",
    tag: TAG,
    summary: "Create an instance; the first of an account is its default",
    requirements: &["DM-INST-001", "DM-INST-003", "DM-INST-005"],
    caller: Caller::Administration,
    query: &[],
    body: Some(Body {
        schema: &schema::NEW_INSTANCE,
        example: |_| json!({ "shortName": "ACME-def-inst", "accountId": "ACME" }),
    }),
    answer: ok("The instance.", &SHOWN, |_| instance()).linked(&[Link {
        operations: &[
            Operation::ReadInstance,
            Operation::PutLineItem,
            Operation::ListLineItems,
            Operation::CreateConditions,
            Operation::ListConditions,
            Operation::AccessRequest,
        ],
        parameter: "instanceId",
        pointer: "/id",
    }]),
    refusals: &[],
};

pub(in crate::http) static LIST_INSTANCES: Declared = Declared {
    operation: Operation::ListInstances,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: "/instances",
    tag: TAG,
    summary: "List the instances page by page, or find the default instance of an account",
    requirements: &["DM-INST-012", "DM-INST-013", "DM-INST-015", "DM-INST-017", "DM-INST-018"],
    caller: Caller::Administration,
    query: &[
        Parameter {
            name: "next",
            required: false,
            schema: &NEXT,
            says: "Start of the page, as the page before it said; 0 for the first.",
        },
        Parameter {
            name: "size",
            required: false,
            schema: &Schema::Integer(1),
            says: "Most instances on the page: 100 unless said, never more than 500.",
        },
        Parameter {
            name: "defaultOf",
            required: false,
            schema: &DEFAULT_OF,
            says: "`accountId` and `default=true` together find the default instance of the account.",
        },
    ],
    body: None,
    answer: ok(
        "A page; `next` is 0 on the last one.",
        &PAGE,
        |_| json!({ "content": [instance()], "next": 0 }),
    ),
    refusals: &[],
};

pub(in crate::http) static READ_INSTANCE: Declared = Declared {
    operation: Operation::ReadInstance,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}",
    tag: TAG,
    summary: "Read an instance",
    requirements: &["DM-INST-020"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: ok("The instance.", &SHOWN, |_| instance()),
    refusals: &[],
};
