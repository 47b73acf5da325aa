//! Actions of rules of access (`20` §6.3).

use serde_json::{Value, json};

use super::super::router::INSTANCE_BASES;
use super::super::schema::{self, Schema, array, closed, optional, required};
use super::super::wire::Operation;
use super::declared::{
    Body, Caller, Declared, Method, Parameter, Refused, Status, decided, empty, ok, refused,
};
use super::instances::NEXT;

const TAG: &str = "Rules of access";
const PATH: &str = "/instances/{instanceId}/line-items/{lineItemId}/actions";
/// The condition in the examples.
pub(super) const CONDITION: &str = "5f0c1a52-93c2-4f51-8f8e-0d2f5a6b7c8d";

static LIST: Schema = array(&SHOWN);
/// `used` is there only beside an allocation (DM-ROA-009).
static SHOWN: Schema = Schema::Named(
    "ShownAction",
    &closed(&[
        required("id", &Schema::Text),
        optional("name", &Schema::String),
        optional("conditionId", &Schema::Text),
        required("action", &schema::VERDICT),
        optional("allocation", &Schema::Number),
        optional("used", &Schema::Number),
    ]),
);
static PAGE: Schema = Schema::Named(
    "ActionsOfAll",
    &closed(&[
        required(
            "lineItems",
            &array(&closed(&[required("lineItemId", &Schema::Text), required("actions", &LIST)])),
        ),
        required("next", &NEXT),
    ]),
);

fn new() -> Value {
    json!([{ "name": "engineering", "conditionId": CONDITION, "action": "ALLOW", "allocation": 150 },
           { "name": "others", "action": "DENY" }])
}

fn shown() -> Value {
    json!([
        { "id": "c1d2e3f4-0a1b-4c2d-8e3f-405162738495", "name": "engineering", "conditionId": CONDITION,
          "action": "ALLOW", "allocation": 150, "used": 30 },
        { "id": "d2e3f405-1b2c-4d3e-9f40-516273849506", "name": "others", "action": "DENY" },
    ])
}

const UNKNOWN: Refused = refused(404, "There is no such line item.");
const NO_CONDITION: Refused = decided(
    |statuses| statuses.action_foreign_condition,
    "`conditionId` names no condition of the instance (DM-RULE-023).",
);

pub(in crate::http) static LIST_ACTIONS: Declared = Declared {
    operation: Operation::ListActions,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "List the actions of a line item in their order",
    requirements: &["DM-RULE-020"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: ok("The actions.", &LIST, |_| shown()),
    refusals: &[UNKNOWN],
};

pub(in crate::http) static CREATE_ACTIONS: Declared = Declared {
    operation: Operation::CreateActions,
    method: Method::Post,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "Create the ordered list of actions of a line item that has none",
    requirements: &["DM-RULE-020", "DM-RULE-022", "DM-RULE-024", "DM-RULE-031"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: Some(Body { schema: &schema::NEW_ACTIONS, example: |_| new() }),
    answer: ok("The actions with their IDs.", &LIST, |_| shown()),
    refusals: &[
        UNKNOWN,
        NO_CONDITION,
        decided(|statuses| statuses.actions_exist, "The line item has actions; PUT replaces them."),
    ],
};

pub(in crate::http) static REPLACE_ACTIONS: Declared = Declared {
    operation: Operation::ReplaceActions,
    method: Method::Put,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "Replace the list: actions sent with their ID keep their count, those left out are gone",
    requirements: &["DM-RULE-028", "DM-RULE-029", "DM-RULE-030"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: Some(Body { schema: &schema::REPLACED_ACTIONS, example: |_| new() }),
    answer: ok("The actions with their IDs.", &LIST, |_| shown()),
    refusals: &[UNKNOWN, NO_CONDITION, refused(400, "The line item has no action of this `id`.")],
};

pub(in crate::http) static DELETE_ACTIONS: Declared = Declared {
    operation: Operation::DeleteActions,
    method: Method::Delete,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "Delete all actions of a line item and their counts",
    requirements: &["DM-RULE-032"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: empty(Status::Decided(|statuses| statuses.actions_deleted), "The actions are gone."),
    refusals: &[UNKNOWN],
};

pub(in crate::http) static LIST_ALL_ACTIONS: Declared = Declared {
    operation: Operation::ListAllActions,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}/line-items/actions",
    tag: TAG,
    summary: "List the actions of all elastic line items of an instance, page by page",
    requirements: &["DM-RULE-034", "DM-RULE-035", "DM-RULE-036"],
    caller: Caller::InstanceInPath,
    query: &[Parameter {
        name: "next",
        required: false,
        schema: &NEXT,
        says: "Start of the page, as the page before it said; 0 for the first.",
    }],
    body: None,
    answer: ok(
        "A page; `next` is 0 on the last one.",
        &PAGE,
        |_| json!({ "lineItems": [{ "lineItemId": "ACT01-Elastic", "actions": shown() }], "next": 0 }),
    ),
    refusals: &[],
};
