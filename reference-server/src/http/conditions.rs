//! Conditions of rules of access (`20` §6.2).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::openapi;
use super::reply::Reply;
use super::router::{Route, route};
use super::schema;
use super::wire::Operation;
use crate::domain::access_rules::{Condition, Expression, Operator, Test};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(&openapi::LIST_CONDITIONS, list),
        route(&openapi::CREATE_CONDITIONS, create),
        route(&openapi::CHANGE_CONDITIONS, change),
        route(&openapi::DELETE_CONDITIONS, remove_all),
        route(&openapi::DELETE_CONDITION, remove),
    ]
}

/// DM-RULE-006.
async fn list(State(api): State<Api>, call: Call) -> Response {
    let instance = call.path("instanceId");
    api.answer(
        &call,
        Operation::ListConditions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.conditions(instance)
        },
        |conditions| Reply::ok(conditions.iter().map(shown).collect()),
    )
    .await
}

async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, new) = (call.path("instanceId"), body.read(schema::new_conditions));
    api.answer(
        &call,
        Operation::CreateConditions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.instance(instance)?;
            let new = new.map_err(|fault| fault.refusal(site.rules()))?;
            let status = site.rules().statuses.conditions_created;
            Ok((status, site.save_conditions(instance, new)?))
        },
        |(status, conditions)| Reply::new(status, conditions.iter().map(shown).collect()),
    )
    .await
}

async fn change(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let (instance, changes) = (call.path("instanceId"), body.read(schema::changed_conditions));
    api.answer(
        &call,
        Operation::ChangeConditions,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.instance(instance)?;
            let changes = changes.map_err(|fault| fault.refusal(site.rules()))?;
            site.save_conditions(instance, changes)
        },
        |conditions| Reply::ok(conditions.iter().map(shown).collect()),
    )
    .await
}

async fn remove(State(api): State<Api>, call: Call) -> Response {
    delete_some(&api, &call, Operation::DeleteCondition, Some(call.path("conditionId"))).await
}

async fn remove_all(State(api): State<Api>, call: Call) -> Response {
    delete_some(&api, &call, Operation::DeleteConditions, None).await
}

/// DM-RULE-013.
async fn delete_some(api: &Api, call: &Call, operation: Operation, id: Option<&str>) -> Response {
    let instance = call.path("instanceId");
    api.answer(
        call,
        operation,
        |site, caller| {
            caller.instance_in_path(site.rules(), instance)?;
            site.delete_conditions(instance, id)?;
            Ok(site.rules().statuses.condition_deleted)
        },
        Reply::done,
    )
    .await
}

/// A condition in the one shape that is chosen for it (DM-RULE-007).
fn shown(condition: &Condition) -> Value {
    let mut shown = match &condition.expression {
        Expression::Simple(test) => shown_test(test),
        Expression::All(tests) => shown_group("AND", tests),
        Expression::Any(tests) => shown_group("OR", tests),
    };
    shown["id"] = json!(condition.id);
    if let Some(name) = &condition.name {
        shown["name"] = json!(name);
    }
    shown
}

fn shown_group(operator: &str, tests: &[Test]) -> Value {
    let conditions: Vec<Value> = tests.iter().map(shown_test).collect();
    json!({ "operator": operator, "conditions": conditions })
}

fn shown_test(test: &Test) -> Value {
    let operator = match test.operator {
        Operator::In => "IN",
        Operator::Not => "NOT",
    };
    json!({ "key": test.key, "operator": operator, "values": test.values })
}
