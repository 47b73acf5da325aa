//! Actions of rules of access: the ordered list of a line item, as the customer's administrator keeps it.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{given, then, when};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::conditions::condition_id;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::plain;
use crate::conformance::numbers::{close, decimal, parse};
use crate::conformance::stage::Stage;
use crate::conformance::tables::{Row, json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::Call;

/// How a table says "the action without a condition".
const DEFAULT: &str = "default";

/// More pages than this are taken for a circle.
const LONGEST_PAGING: usize = 200;

#[given(regex = r#"^"([^"]*)" has the actions:$"#)]
async fn has(world: &mut World, line_item: String, step: &Step) -> Stepped {
    give(world, step, &line_item).await?;
    let (held, seen) = (world.last()?.is(200), world.last()?.summary());
    world.assert_set_up(step, &["DM-RULE-020"], "status 200", seen, held)
}

#[when(regex = r#"^the administrator gives "([^"]*)" the actions:$"#)]
async fn gives(world: &mut World, line_item: String, step: &Step) -> Stepped {
    give(world, step, &line_item).await
}

/// A row that names a condition, or the default, under `keeps` is sent with the ID of the action that has it.
#[when(regex = r#"^the administrator replaces the actions of "([^"]*)" by:$"#)]
async fn replaces(world: &mut World, line_item: String, step: &Step) -> Stepped {
    let stored = list(world, step, &line_item).await?;
    let mut actions = Vec::new();
    for row in rows(step, &["keeps", "name", "condition", "action", "allocation", "used"])? {
        let mut action = action(world, &row)?;
        if let Some(kept) = row.filled("keeps") {
            action["id"] = json!(action_id(world, step, &stored, kept)?);
        }
        actions.push(action);
    }
    let address = address(world, step, &line_item).await?;
    let answer = world.as_client(Call::put(address, Value::Array(actions))).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the administrator lists the actions of "([^"]*)"$"#)]
async fn lists(world: &mut World, line_item: String, step: &Step) -> Stepped {
    list(world, step, &line_item).await.map(drop)
}

#[when(regex = r#"^the administrator deletes the actions of "([^"]*)"$"#)]
async fn deletes(world: &mut World, line_item: String, step: &Step) -> Stepped {
    let address = address(world, step, &line_item).await?;
    let answer = world.as_client(Call::delete(address)).await?;
    world.keep(step, answer)
}

/// All pages become one answer, whose body is the list of all line items.
#[when(regex = r"^the administrator lists all actions$")]
async fn lists_all(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let (mut next, mut all) = (None::<String>, Vec::new());
    for _ in 0..LONGEST_PAGING {
        let from = next.as_ref().map(|next| format!("?next={next}")).unwrap_or_default();
        let call = Call::get(format!("{}{from}", world.api.all_actions(&instance)));
        let mut answer = world.as_client(call).await?;
        let body = answer.json().unwrap_or_default();
        let page = body.get("lineItems").and_then(Value::as_array).cloned();
        let following = body.get("next").map(plain);
        let held = answer.is(200) && page.is_some() && following.is_some();
        world.assert(step, "status 200 with an array lineItems and next", answer.summary(), held)?;
        all.extend(page.unwrap_or_default());
        // The end is 0, as a number or as a text.
        next = following.filter(|next| next != "0");
        if next.is_none() {
            answer.body = Value::Array(all).to_string();
            return world.keep(step, answer);
        }
    }
    world.assert(step, "a last page", format!("none after {LONGEST_PAGING} pages"), false)
}

#[then(regex = r#"^the list of all actions has (\d+) actions? of "([^"]*)"$"#)]
async fn listed_of_all(world: &mut World, number: usize, line_item: String, step: &Step) -> Stepped {
    let entry = entry(world, &line_item)?;
    let actions = entry.as_ref().and_then(|entry| entry.get("actions")?.as_array());
    let held = actions.is_some_and(|actions| actions.len() == number);
    let seen = entry.as_ref().map_or_else(|| format!("no entry of {line_item}"), Value::to_string);
    world.assert(step, format!("{number} actions of {line_item}"), seen, held)
}

#[then(regex = r#"^"([^"]*)", which has no actions, is looked for in the list of all actions$"#)]
async fn looked_for(world: &mut World, line_item: String, step: &Step) -> Stepped {
    let entry = entry(world, &line_item)?;
    let actions = entry.as_ref().map(|entry| entry.get("actions").and_then(Value::as_array));
    let value = match actions {
        None => "with-actions",
        Some(Some(actions)) if actions.is_empty() => "all",
        Some(_) => "neither",
    };
    world.reading(step, "actions.listed", value)
}

#[then(regex = r#"^the actions of "([^"]*)" are:$"#)]
async fn are(world: &mut World, line_item: String, step: &Step) -> Stepped {
    let wanted = rows(step, &["name", "condition", "action", "allocation", "used"])?;
    let listed = list(world, step, &line_item).await?;
    let number = |count: usize| format!("{count} actions");
    let held = listed.len() == wanted.len();
    world.assert(step, number(wanted.len()), world.last()?.summary(), held)?;
    for (row, action) in wanted.iter().zip(&listed) {
        let held = fits(world, row, action)?;
        world.assert(step, row.in_words(), action.to_string(), held)?;
    }
    Ok(())
}

#[then(regex = r#"^the actions of "([^"]*)" have used (.+)$"#)]
async fn have_used(world: &mut World, line_item: String, amounts: String, step: &Step) -> Stepped {
    assert_used(world, step, &line_item, &amounts).await
}

#[then(regex = r#"^"([^"]*)" has no actions$"#)]
async fn has_none(world: &mut World, line_item: String, step: &Step) -> Stepped {
    list(world, step, &line_item).await?;
    let (answer, body) = (world.last()?, world.last_json()?);
    let held = answer.is(200) && body.as_array().is_some_and(Vec::is_empty);
    world.assert(step, "status 200 and an empty array", answer.summary(), held)
}

#[then(regex = r#"^every action of "([^"]*)" has an ID of its own$"#)]
async fn own_ids(world: &mut World, line_item: String, step: &Step) -> Stepped {
    let listed = list(world, step, &line_item).await?;
    let ids: BTreeSet<&str> = listed.iter().filter_map(|action| action.get("id")?.as_str()).collect();
    let held = !listed.is_empty() && ids.len() == listed.len() && !ids.contains("");
    let seen = format!("{} actions with {} IDs", listed.len(), ids.len());
    world.assert(step, "an ID for each action", seen, held)
}

/// The allocation that a denial was sent with: refused with it, shown with it, or shown without it.
#[then(regex = r#"^the allocation of the denial of "([^"]*)" is read$"#)]
async fn denied_allocation(world: &mut World, line_item: String, step: &Step) -> Stepped {
    const DECISION: &str = "actions.deny_allocation";
    let answer = world.last()?;
    if !answer.ok() {
        let status = answer.status.map(|status| status.to_string()).unwrap_or_default();
        return world.reading(step, DECISION, &status);
    }
    let listed = list(world, step, &line_item).await?;
    let value = match listed.first().map(|denial| number_of(denial, "allocation")) {
        Some(Some(_)) => "kept",
        Some(None) => "ignored",
        None => "neither",
    };
    world.reading(step, DECISION, value)
}

/// Judges what every action of a line item has used, in their order: `150 and 50 and none`.
pub(super) async fn assert_used(stage: &mut Stage, step: &Step, line_item: &str, amounts: &str) -> Stepped {
    let wanted: Vec<Option<Decimal>> = amounts.split(" and ").map(amount).collect::<Result<_, _>>()?;
    let listed = list(stage, step, line_item).await?;
    let used: Vec<Option<Decimal>> = listed.iter().map(|action| number_of(action, "used")).collect();
    let tolerance = stage.tolerance();
    let same = |(wanted, used): (&Option<Decimal>, &Option<Decimal>)| match (wanted, used) {
        (Some(wanted), Some(used)) => close(*wanted, *used, tolerance),
        (wanted, used) => wanted == used,
    };
    let held = wanted.len() == used.len() && wanted.iter().zip(&used).all(same);
    stage.assert(step, format!("used {amounts}, in this order"), Value::Array(listed).to_string(), held)
}

async fn give(stage: &mut Stage, step: &Step, line_item: &str) -> Stepped {
    let mut actions = Vec::new();
    for row in rows(step, &["name", "condition", "action", "allocation"])? {
        actions.push(action(stage, &row)?);
    }
    let address = address(stage, step, line_item).await?;
    let answer = stage.as_client(Call::post(address, Value::Array(actions))).await?;
    stage.keep(step, answer)
}

/// The actions of a line item as they are read now; none when the answer is no list.
async fn list(stage: &mut Stage, step: &Step, line_item: &str) -> Result<Vec<Value>, StepError> {
    let address = address(stage, step, line_item).await?;
    let answer = stage.as_client(Call::get(address)).await?;
    stage.keep(step, answer)?;
    Ok(stage.last_json()?.as_array().cloned().unwrap_or_default())
}

async fn address(stage: &mut Stage, step: &Step, line_item: &str) -> Result<String, StepError> {
    let instance = stage.instance(step).await?;
    Ok(stage.api.actions(&instance, &stage.names.real(line_item)))
}

/// An action as a row describes it.
fn action(stage: &Stage, row: &Row<'_>) -> Result<Value, StepError> {
    let mut action = json!({"action": row.required("action")?});
    if let Some(name) = row.filled("name") {
        action["name"] = json!(name);
    }
    if let Some(condition) = row.filled("condition") {
        action["conditionId"] = json!(condition_id(stage, condition)?);
    }
    for member in ["allocation", "used"] {
        if let Some(amount) = row.filled(member) {
            action[member] = json_cell(amount)?;
        }
    }
    Ok(action)
}

/// The ID of the stored action that has this condition, or none for the default.
fn action_id(stage: &Stage, step: &Step, stored: &[Value], kept: &str) -> Result<String, StepError> {
    let condition = if kept == DEFAULT { None } else { Some(condition_id(stage, kept)?) };
    // An ID that nobody gave out is sent as it is.
    if let Some(nobody) = condition.as_ref().filter(|id| !stage.conditions.values().any(|known| known == *id))
    {
        return Ok(nobody.clone());
    }
    let has_it = |action: &&Value| action.get("conditionId").and_then(Value::as_str) == condition.as_deref();
    let id = stored.iter().find(has_it).and_then(|action| action.get("id")?.as_str());
    let seen = Value::Array(stored.to_vec()).to_string();
    stage.assert_set_up(step, &["DM-RULE-021"], format!("an ID of the action {kept}"), seen, id.is_some())?;
    id.map(str::to_owned).ok_or_else(|| StepError::fault(format!("no action {kept:?} to keep")))
}

/// Whether an action is what its row says; an empty cell means that the member is not there.
fn fits(stage: &Stage, row: &Row<'_>, action: &Value) -> Result<bool, StepError> {
    let text = |member: &str| action.get(member).and_then(Value::as_str);
    let mut fits = row.cell("name").is_none_or(|name| text("name").unwrap_or_default() == name);
    if let Some(condition) = row.cell("condition") {
        let wanted = row.filled("condition").map(|_| condition_id(stage, condition)).transpose()?;
        fits &= text("conditionId") == wanted.as_deref();
    }
    fits &= row.filled("action").is_none_or(|word| text("action") == Some(word));
    for member in ["allocation", "used"] {
        let Some(cell) = row.cell(member) else { continue };
        fits &= match (number_of(action, member), cell) {
            (None, "") => true,
            (None, _) | (Some(_), "") => false,
            (Some(seen), cell) => amount(cell)?.is_some_and(|wanted| close(seen, wanted, stage.tolerance())),
        };
    }
    Ok(fits)
}

/// The entry of a line item in the list of all actions.
fn entry(stage: &Stage, line_item: &str) -> Result<Option<Value>, StepError> {
    let body = stage.last_json()?;
    let of_item = |entry: &&Value| {
        let id = entry.get("lineItemId").and_then(Value::as_str);
        id == Some(stage.names.real(line_item).as_str())
    };
    Ok(body.as_array().into_iter().flatten().find(of_item).cloned())
}

fn number_of(action: &Value, member: &str) -> Option<Decimal> {
    action.get(member).and_then(decimal)
}

/// `none` stands for an amount that is not shown.
fn amount(text: &str) -> Result<Option<Decimal>, StepError> {
    if text == "none" {
        return Ok(None);
    }
    parse(text).map(Some).ok_or_else(|| StepError::fault(format!("{text:?} is neither a number nor none")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_or_none() {
        assert_eq!(amount("7.5").unwrap(), parse("7.5"));
        assert_eq!(amount("none").unwrap(), None);
        assert!(amount("some").is_err());
    }
}
