//! Conditions of rules of access as the customer's administrator keeps them.
//!
//! No document publishes the JSON of a condition's expression (DM-RULE-007), so it is written here and nowhere
//! else.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::conformance::calls::to_the_letter;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::tables::{Row, rows};
use crate::conformance::world::World;
use crate::target::Call;

/// How a table says "an ID that nobody gave out".
const UNKNOWN: &str = "(unknown)";

/// A well-formed ID that no target has given out.
const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

#[when(regex = r"^the administrator makes the conditions:$")]
async fn make(world: &mut World, step: &Step) -> Stepped {
    let wanted = described(step, &["name", "join", "key", "operator", "values"])?;
    let instance = world.instance(step).await?;
    let call = Call::post(world.api.conditions(&instance), body_of(&wanted));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)?;
    let made = world.last_json()?;
    let made = listed(&made);
    let ids: Option<Vec<String>> = made.and_then(|made| {
        wanted.iter().enumerate().map(|(at, condition)| id_of(made, condition, at)).collect()
    });
    let whole = ids.is_some() && made.is_some_and(|made| made.len() == wanted.len());
    let expected = format!("{} conditions, each with an id", wanted.len());
    let seen = world.last()?.summary();
    world.assert_set_up(step, &["DM-RULE-002", "DM-RULE-005"], expected, seen, whole)?;
    remember(world, &wanted, ids.unwrap_or_default());
    Ok(())
}

/// A row that names a condition under `changes` changes that one; any other adds one.
#[when(regex = r"^the administrator changes the conditions:$")]
async fn change(world: &mut World, step: &Step) -> Stepped {
    let mut wanted = described(step, &["changes", "name", "join", "key", "operator", "values"])?;
    for condition in &mut wanted {
        if let Some(changed) = &condition.changes {
            condition.body["id"] = json!(condition_id(world, changed)?);
        }
    }
    let instance = world.instance(step).await?;
    let call = Call::patch(world.api.conditions(&instance), body_of(&wanted));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)?;
    if !world.last()?.ok() {
        return Ok(());
    }
    let body = world.last_json()?;
    let Some(known) = listed(&body) else { return Ok(()) };
    for (at, condition) in wanted.iter().enumerate() {
        let sent = condition.body.get("id").and_then(Value::as_str).map(str::to_owned);
        if let Some(id) = sent.or_else(|| id_of(known, condition, at)) {
            remember(world, std::slice::from_ref(condition), vec![id]);
        }
    }
    Ok(())
}

#[when(regex = r"^the administrator sends the conditions:$")]
async fn send(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let instance = world.instance(step).await?;
    let call = to_the_letter(Call::post(world.api.conditions(&instance), Value::Null), text);
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the administrator lists the conditions$")]
async fn list(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::get(world.api.conditions(&instance));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the administrator deletes the condition "([^"]*)"$"#)]
async fn delete(world: &mut World, name: String, step: &Step) -> Stepped {
    let (instance, id) = (world.instance(step).await?, condition_id(world, &name)?);
    let call = Call::delete(world.api.condition(&instance, &id));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the administrator deletes all conditions$")]
async fn delete_all(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::delete(world.api.conditions(&instance));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

#[then(regex = r#"^the( first)? instance has the conditions "([^"]*)"$"#)]
async fn has_conditions(world: &mut World, first: String, names: String, step: &Step) -> Stepped {
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    assert_conditions(world, step, !first.is_empty(), names).await
}

#[then(regex = r"^the( first)? instance has no conditions$")]
async fn has_no_conditions(world: &mut World, first: String, step: &Step) -> Stepped {
    assert_conditions(world, step, !first.is_empty(), Vec::new()).await
}

#[then(regex = r"^every condition has a UUID of its own$")]
async fn own_ids(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let conditions = listed(&body).map(Vec::as_slice).unwrap_or_default();
    let id = |condition: &Value| condition.get("id").and_then(Value::as_str).map(Uuid::try_parse);
    let ids: BTreeSet<Uuid> = conditions.iter().filter_map(id).filter_map(Result::ok).collect();
    let held = !conditions.is_empty() && ids.len() == conditions.len();
    let seen = format!("{} conditions with {} UUIDs", conditions.len(), ids.len());
    world.assert(step, "a UUID for each condition", seen, held)
}

/// Names need not be unique, so they are compared with their number.
async fn assert_conditions(stage: &mut Stage, step: &Step, first: bool, mut wanted: Vec<&str>) -> Stepped {
    let instance = match stage.instances.first().filter(|_| first).cloned() {
        Some(id) => id,
        None => stage.instance(step).await?,
    };
    let call = Call::get(stage.api.conditions(&instance));
    let answer = stage.as_client(call).await?;
    let body = answer.json().unwrap_or_default();
    let name = |condition: &Value| condition.get("name").and_then(Value::as_str).unwrap_or("").to_owned();
    let mut names: Option<Vec<String>> = listed(&body).map(|listed| listed.iter().map(name).collect());
    names.iter_mut().for_each(|names| names.sort());
    wanted.sort_unstable();
    let held = answer.is(200) && names.as_ref().is_some_and(|names| *names == wanted);
    let seen = names.map_or_else(|| answer.summary(), |names| format!("conditions [{}]", names.join(", ")));
    stage.assert(step, format!("conditions [{}]", wanted.join(", ")), seen, held)
}

/// The ID of a condition that the scenario made, or one that nobody gave out.
pub(super) fn condition_id(stage: &Stage, name: &str) -> Result<String, StepError> {
    if name == UNKNOWN {
        return Ok(NOBODY.to_owned());
    }
    let made = stage.conditions.get(name).cloned();
    made.ok_or_else(|| StepError::fault(format!("no condition {name:?} was made before this step")))
}

/// A condition as a table describes it.
struct Described {
    name: Option<String>,
    /// The condition that it changes.
    changes: Option<String>,
    body: Value,
}

/// The conditions of a table. Rows with the same name and the same `join` are the parts of one condition.
fn described(step: &Step, columns: &[&str]) -> Result<Vec<Described>, StepError> {
    let mut all: Vec<Described> = Vec::new();
    for row in rows(step, columns)? {
        let (name, join) = (row.filled("name").map(str::to_owned), row.filled("join"));
        let part = test(&row)?;
        let same = |last: &&mut Described| last.name == name && last.body["operator"].as_str() == join;
        if join.is_some()
            && let Some(last) = all.last_mut().filter(same)
            && let Some(parts) = last.body["conditions"].as_array_mut()
        {
            parts.push(part);
            continue;
        }
        let mut body = match join {
            Some(join) => json!({"operator": join, "conditions": [part]}),
            None => part,
        };
        if let Some(name) = &name {
            body["name"] = json!(name);
        }
        all.push(Described { name, changes: row.filled("changes").map(str::to_owned), body });
    }
    Ok(all)
}

fn test(row: &Row<'_>) -> Result<Value, StepError> {
    let values: Vec<&str> = row.required("values")?.split(',').map(str::trim).collect();
    Ok(json!({"key": row.required("key")?, "operator": row.required("operator")?, "values": values}))
}

fn body_of(conditions: &[Described]) -> Value {
    let conditions: Vec<&Value> = conditions.iter().map(|condition| &condition.body).collect();
    json!({"conditions": conditions})
}

/// The conditions of an answer. That they come as a bare array is for one scenario to judge (DM-RULE-006), not
/// for all of them.
fn listed(body: &Value) -> Option<&Vec<Value>> {
    body.as_array().or_else(|| body.get("conditions")?.as_array())
}

/// The ID of a condition in an answer: the only one of its name, else the one at its place.
fn id_of(made: &[Value], wanted: &Described, at: usize) -> Option<String> {
    let named = |condition: &&Value| condition.get("name").and_then(Value::as_str) == wanted.name.as_deref();
    let mut of_name = made.iter().filter(named);
    let found = match (of_name.next(), of_name.next()) {
        (Some(only), None) => Some(only),
        _ => made.get(at),
    };
    Some(found?.get("id")?.as_str()?.to_owned())
}

fn remember(stage: &mut Stage, conditions: &[Described], ids: Vec<String>) {
    for (condition, id) in conditions.iter().zip(ids) {
        if let Some(name) = &condition.name {
            stage.conditions.insert(name.clone(), id);
        }
    }
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{StepType, Table};

    use super::*;

    fn step(lines: &[&[&str]]) -> Step {
        let rows: Vec<Vec<String>> =
            lines.iter().map(|line| line.iter().map(|&cell| cell.to_owned()).collect()).collect();
        Step::builder()
            .keyword("When ".to_owned())
            .ty(StepType::When)
            .value("the administrator makes the conditions:".to_owned())
            .table(Some(Table::builder().rows(rows).build()))
            .build()
    }

    #[test]
    fn rows_of_one_name_and_join_are_one_condition() {
        let columns = ["name", "join", "key", "operator", "values"];
        let step = step(&[
            &columns,
            &["Both", "AND", "department", "IN", "Engineering"],
            &["Both", "AND", "region", "NOT", "US, UK"],
            &["Sales", "", "department", "IN", "Sales"],
        ]);
        let read = described(&step, &columns).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].body["operator"], "AND");
        assert_eq!(
            read[0].body["conditions"][1],
            json!({"key": "region", "operator": "NOT", "values": ["US", "UK"]})
        );
        assert_eq!(
            body_of(&read[1..])["conditions"][0],
            json!({"name": "Sales", "key": "department", "operator": "IN", "values": ["Sales"]})
        );
    }

    #[test]
    fn conditions_are_found_by_name_then_by_place() {
        let wanted = |name: Option<&str>| Described {
            name: name.map(str::to_owned),
            changes: None,
            body: Value::Null,
        };
        let made = [json!({"id": "b", "name": "B"}), json!({"id": "a", "name": "A"}), json!({"id": "x"})];
        assert_eq!(id_of(&made, &wanted(Some("A")), 0).as_deref(), Some("a"));
        assert_eq!(id_of(&made, &wanted(None), 0).as_deref(), Some("x"));
        assert_eq!(id_of(&made, &wanted(Some("C")), 1).as_deref(), Some("a"));
    }
}
