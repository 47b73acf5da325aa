//! Rules of access as the customer's administrator makes them.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::access::item_count;
use crate::conformance::calls::{access_request, requested_item};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::numbers::decimal;
use crate::conformance::stage::Asked;
use crate::conformance::tables::{json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r"^the administrator makes the conditions:$")]
async fn make_conditions(world: &mut World, step: &Step) -> Stepped {
    let (mut conditions, mut names) = (Vec::new(), Vec::new());
    for row in rows(step, &["name", "key", "operator", "values"])? {
        let values: Vec<&str> = row.required("values")?.split(',').map(str::trim).collect();
        let (name, key, operator) = (row.required("name")?, row.required("key")?, row.required("operator")?);
        conditions.push(json!({"name": name, "key": key, "operator": operator, "values": values}));
        names.push(name.to_owned());
    }
    let instance = world.instance(step).await?;
    let call = Call::post(world.api.conditions(&instance), json!({"conditions": conditions}));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)?;
    let made = world.last_json()?;
    let whole = made.as_array().is_some_and(|made| made.len() == names.len());
    let seen = world.last()?.summary();
    world.assert_set_up(
        step,
        &["DM-RULE-002", "DM-RULE-005"],
        "as many conditions as were sent",
        seen,
        whole,
    )?;
    for (name, condition) in names.into_iter().zip(made.as_array().into_iter().flatten()) {
        if let Some(id) = condition.get("id").and_then(Value::as_str) {
            world.conditions.insert(name, id.to_owned());
        }
    }
    Ok(())
}

#[when(regex = r#"^the administrator gives "([^"]*)" the actions:$"#)]
async fn give_actions(world: &mut World, line_item: String, step: &Step) -> Stepped {
    let mut actions = Vec::new();
    for row in rows(step, &["condition", "action", "allocation"])? {
        let mut action = json!({"action": row.required("action")?});
        if let Some(name) = row.filled("condition") {
            action["conditionId"] = json!(condition(world, name)?);
        }
        if let Some(allocation) = row.filled("allocation") {
            action["allocation"] = json_cell(allocation)?;
        }
        actions.push(action);
    }
    let instance = world.instance(step).await?;
    let address = world.api.actions(&instance, &world.names.real(&line_item));
    let answer = world.as_client(Call::post(address, Value::Array(actions))).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the administrator deletes the condition "([^"]*)"$"#)]
async fn delete_condition(world: &mut World, name: String, step: &Step) -> Stepped {
    let (instance, id) = (world.instance(step).await?, condition(world, &name)?);
    let call = Call::delete(world.api.condition(&instance, &id));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^(\w+) of department "([^"]*)" requests (\d+) of "([^"]*)" "([^"]*)"$"#)]
async fn requests_as(
    world: &mut World,
    requester: String,
    department: String,
    count: String,
    item: String,
    version: String,
    step: &Step,
) -> Stepped {
    let requested = vec![requested_item(&item, &version, json_cell(&count)?)];
    let mut body = access_request(&requester, requested, None);
    body["requester"]["dictionary"] = json!({"department": department});
    let asked = Asked::OneOff(item_count(&body.to_string()));
    let instance = world.instance(step).await?;
    let call = Call::post(world.api.access_request(&instance), body);
    let answer = world.as_client(call).await?;
    world.keep_request(step, answer, asked)
}

#[then(regex = r#"^the actions of "([^"]*)" have used (.+)$"#)]
async fn have_used(world: &mut World, line_item: String, amounts: String, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let address = world.api.actions(&instance, &world.names.real(&line_item));
    let answer = world.as_client(Call::get(address)).await?;
    world.keep(step, answer)?;
    let listed = world.last_json()?;
    let used: Vec<Option<Decimal>> =
        listed.as_array().into_iter().flatten().map(|action| action.get("used").and_then(decimal)).collect();
    let wanted: Vec<Option<Decimal>> = amounts.split(" and ").map(|amount| amount.parse().ok()).collect();
    world.assert(step, format!("used {amounts}, in this order"), listed.to_string(), used == wanted)
}

fn condition(world: &World, name: &str) -> Result<String, StepError> {
    let made = world.conditions.get(name).cloned();
    made.ok_or_else(|| StepError::fault(format!("no condition {name:?} was made before this step")))
}
