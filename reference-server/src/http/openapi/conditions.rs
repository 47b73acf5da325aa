//! Conditions of rules of access (`20` §6.2).

use serde_json::{Value, json};

use super::super::router::INSTANCE_BASES;
use super::super::schema::{self, Schema, array};
use super::super::wire::Operation;
use super::declared::{Body, Caller, Declared, Method, Status, decided, empty, ok, refused};

const TAG: &str = "Rules of access";
const PATH: &str = "/instances/{instanceId}/conditions";

static LIST: Schema = array(&schema::SHOWN_CONDITION);

fn engineering() -> Value {
    json!({ "name": "Engineering", "key": "department", "operator": "IN", "values": ["Engineering"] })
}

fn shown() -> Value {
    let mut shown = engineering();
    shown["id"] = json!(super::actions::CONDITION);
    json!([shown])
}

pub(in crate::http) static LIST_CONDITIONS: Declared = Declared {
    operation: Operation::ListConditions,
    method: Method::Get,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "List the conditions of an instance",
    requirements: &["DM-RULE-001", "DM-RULE-006"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: ok("The conditions.", &LIST, |_| shown()),
    refusals: &[],
};

pub(in crate::http) static CREATE_CONDITIONS: Declared = Declared {
    operation: Operation::CreateConditions,
    method: Method::Post,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "Create conditions",
    requirements: &["DM-RULE-005", "DM-RULE-007", "DM-RULE-011", "DM-RULE-016"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: Some(Body {
        schema: &schema::NEW_CONDITIONS,
        example: |_| {
            let region = json!({ "key": "region", "operator": "NOT", "values": ["EU"] });
            let department =
                json!({ "key": "department", "operator": "IN", "values": ["Engineering", "Sales"] });
            json!({ "conditions": [
                engineering(), { "name": "Overseas", "operator": "AND", "conditions": [department, region] },
            ] })
        },
    }),
    answer: ok("The new conditions with their IDs.", &LIST, |_| shown())
        .with_status(Status::Decided(|statuses| statuses.conditions_created)),
    refusals: &[],
};

pub(in crate::http) static CHANGE_CONDITIONS: Declared = Declared {
    operation: Operation::ChangeConditions,
    method: Method::Patch,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "Change the conditions that have an ID, add those that have none",
    requirements: &["DM-RULE-003", "DM-RULE-004"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: Some(Body {
        schema: &schema::CHANGED_CONDITIONS,
        example: |_| json!({ "conditions": [engineering()] }),
    }),
    answer: ok("The changed and the new conditions.", &LIST, |_| shown()),
    refusals: &[decided(|statuses| statuses.condition_unknown, "There is no condition of this ID.")],
};

pub(in crate::http) static DELETE_CONDITIONS: Declared = Declared {
    operation: Operation::DeleteConditions,
    method: Method::Delete,
    bases: INSTANCE_BASES,
    path: PATH,
    tag: TAG,
    summary: "Delete all conditions of an instance, unless an action refers to one",
    requirements: &["DM-RULE-012", "DM-RULE-013"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: empty(Status::Decided(|statuses| statuses.condition_deleted), "The conditions are gone."),
    refusals: &[decided(|statuses| statuses.condition_in_use, "An action refers to a condition.")],
};

pub(in crate::http) static DELETE_CONDITION: Declared = Declared {
    operation: Operation::DeleteCondition,
    method: Method::Delete,
    bases: INSTANCE_BASES,
    path: "/instances/{instanceId}/conditions/{conditionId}",
    tag: TAG,
    summary: "Delete a condition, unless an action refers to it",
    requirements: &["DM-RULE-012", "DM-RULE-013", "DM-RULE-014"],
    caller: Caller::InstanceInPath,
    query: &[],
    body: None,
    answer: empty(Status::Decided(|statuses| statuses.condition_deleted), "The condition is gone."),
    refusals: &[
        refused(404, "There is no such condition."),
        decided(|statuses| statuses.condition_in_use, "An action refers to the condition."),
    ],
};
