//! Line items (`20` §5).

use serde_json::{Value, json};

use super::super::router::INSTANCE_BASES;
use super::super::schema::{self, Schema, array, closed, required};
use super::super::wire::Operation;
use super::declared::{
    Body, Caller, Declared, Method, Refused, Status, VIOLATIONS, decided, empty, ok, refused,
};
use crate::domain::ApiVersion;

const TAG: &str = "Line items";

static LIST: Schema = array(&schema::SHOWN_LINE_ITEM);
/// The one body that the versions name differently (DM-LINE-016).
static INVALID: Schema = Schema::Named(
    "InvalidLineItem",
    &closed(&[
        required("errors", &VIOLATIONS).only(ApiVersion::V1_0),
        required("message", &VIOLATIONS).only(ApiVersion::V1_1),
    ]),
);

fn new() -> Value {
    json!({
        "activationId": "ACT01-Elastic", "state": "DEPLOYED", "quantity": 1000,
        "start": 1_695_772_800_000_i64, "end": 1_790_380_800_000_i64,
        "attributes": { "elastic": true, "rateTableSeries": "PublicationApps" },
    })
}

fn shown() -> Value {
    let mut shown = new();
    shown["used"] = json!(44);
    shown
}

const UNKNOWN: Refused = refused(404, "There is no such line item.");

pub(in crate::http) static PUT_LINE_ITEM: Declared = Declared {
    operation: Operation::PutLineItem,
    method: Method::Put,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}/line-items",
    tag: TAG,
    summary: "Create a line item or replace all of its details; what is used stays",
    requirements: &["DM-LINE-001", "DM-LINE-002", "DM-LINE-004", "DM-LINE-014", "DM-LINE-015", "DM-LINE-016"],
    caller: Caller::Administration,
    query: &[],
    body: Some(Body { schema: &schema::LINE_ITEM, example: |_| new() }),
    answer: ok("The line item as it is kept.", &schema::SHOWN_LINE_ITEM, |_| shown())
        .with_status(Status::Decided(|statuses| statuses.lineitem_put)),
    refusals: &[
        Refused {
            status: Status::Fixed(400),
            says: "The body does not fit its schema; every violation is named.",
            body: Some(&INVALID),
        },
        decided(
            |statuses| statuses.lineitem_created_inactive,
            "A new line item must be `DEPLOYED` (DM-LINE-009).",
        ),
        decided(
            |statuses| statuses.lineitem_leave_obsolete,
            "An obsolete line item stays obsolete (DM-LINE-010).",
        ),
        decided(
            |statuses| statuses.lineitem_second_instance,
            "Another instance has a line item of this activation ID (DM-LINE-038).",
        ),
    ],
};

pub(in crate::http) static LIST_LINE_ITEMS: Declared = Declared {
    operation: Operation::ListLineItems,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}/line-items",
    tag: TAG,
    summary: "List the line items of an instance in every state",
    requirements: &["DM-LINE-029", "DM-LINE-031"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: ok("The line items.", &LIST, |_| json!([shown()])),
    refusals: &[],
};

pub(in crate::http) static READ_LINE_ITEM: Declared = Declared {
    operation: Operation::ReadLineItem,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}/line-items/{lineItemId}",
    tag: TAG,
    summary: "Read a line item",
    requirements: &["DM-LINE-032"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: ok("The line item.", &schema::SHOWN_LINE_ITEM, |_| shown()),
    refusals: &[UNKNOWN],
};

pub(in crate::http) static DELETE_LINE_ITEM: Declared = Declared {
    operation: Operation::DeleteLineItem,
    method: Method::Delete,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}/line-items/{lineItemId}",
    tag: TAG,
    summary: "Delete an obsolete line item",
    requirements: &["DM-LINE-033", "DM-LINE-034", "DM-LINE-036"],
    caller: Caller::Administration,
    query: &[],
    body: None,
    answer: empty(Status::Fixed(204), "The line item is gone."),
    refusals: &[
        UNKNOWN,
        decided(|statuses| statuses.lineitem_delete_deployed, "The line item is not obsolete."),
    ],
};
