//! Access requests under rules of access: who asks, what the dictionary says, and what the documents leave open.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::access::requested_items;
use super::actions::assert_used;
use crate::conformance::calls::{access_request, requested_item};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::{code, describe_all, granted, items, nothing_charged};
use crate::conformance::stage::{Asked, Stage};
use crate::conformance::tables::{Row, json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::Call;

#[when(regex = r#"^(\w+) of department "([^"]*)" requests (\d+(?:\.\d+)?) of "([^"]*)" "([^"]*)"$"#)]
async fn requests_one(
    world: &mut World,
    requester: String,
    department: String,
    count: String,
    item: String,
    version: String,
    step: &Step,
) -> Stepped {
    let requested = vec![requested_item(&item, &version, json_cell(&count)?)];
    one_off(world, step, &requester, Some(of_department(&department)), requested).await
}

#[when(regex = r#"^(\w+) of department "([^"]*)" requests:$"#)]
async fn requests(world: &mut World, requester: String, department: String, step: &Step) -> Stepped {
    let requested = requested_items(step)?;
    one_off(world, step, &requester, Some(of_department(&department)), requested).await
}

#[when(regex = r#"^(\w+) of department "([^"]*)" requests in the session( without rollback)?:$"#)]
async fn requests_in_session(
    world: &mut World,
    requester: String,
    department: String,
    without_rollback: String,
    step: &Step,
) -> Stepped {
    let requested = requested_items(step)?;
    let rollback = without_rollback.is_empty();
    in_session(world, step, &requester, Some(of_department(&department)), requested, rollback).await
}

#[when(regex = r#"^(\w+) with the dictionary (\{.*\}) requests (\d+(?:\.\d+)?) of "([^"]*)" "([^"]*)"$"#)]
async fn requests_with(
    world: &mut World,
    requester: String,
    dictionary: String,
    count: String,
    item: String,
    version: String,
    step: &Step,
) -> Stepped {
    let requested = vec![requested_item(&item, &version, json_cell(&count)?)];
    one_off(world, step, &requester, Some(json_cell(&dictionary)?), requested).await
}

#[then(regex = r#"^requests of "([^"]*)" "([^"]*)" to "([^"]*)" end so, one after the other:$"#)]
async fn end_so(world: &mut World, item: String, version: String, line_item: String, step: &Step) -> Stepped {
    for row in rows(step, &STORY)? {
        let (requester, dictionary, requested) = told(&row, &item, &version)?;
        one_off(world, step, &requester, dictionary, requested).await?;
        assert_row(world, step, &line_item, &row).await?;
    }
    Ok(())
}

#[then(regex = r#"^requests of "([^"]*)" "([^"]*)" to "([^"]*)" end so, each in a session of its own:$"#)]
async fn end_so_in_sessions(
    world: &mut World,
    item: String,
    version: String,
    line_item: String,
    step: &Step,
) -> Stepped {
    for row in rows(step, &STORY)? {
        let (requester, dictionary, requested) = told(&row, &item, &version)?;
        world.make_session(step).await?;
        in_session(world, step, &requester, dictionary, requested, true).await?;
        assert_row(world, step, &line_item, &row).await?;
    }
    Ok(())
}

/// A target that refuses the request itself is read by its status.
#[then(regex = r#"^a grant means "([^"]*)" and a refusal "([^"]*)" for "([^"]*)"$"#)]
async fn reading_of_the_outcome(
    world: &mut World,
    when_granted: String,
    when_refused: String,
    decision: String,
    step: &Step,
) -> Stepped {
    let body = world.last_json()?;
    let value = match items(&body).map(Vec::as_slice) {
        Some(answered @ [_, ..]) if answered.iter().all(granted) => when_granted,
        Some(answered @ [_, ..]) if !answered.iter().any(granted) => when_refused,
        Some(_) => "neither".to_owned(),
        None => world.last()?.status.map(|status| status.to_string()).unwrap_or_default(),
    };
    world.reading(step, &decision, &value)
}

/// The first item is refused by rules, the second lacks tokens.
#[then(regex = r"^the code of a refusal by rules of access is held against that of lacking tokens$")]
async fn code_of_refusal(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let answered = items(&body).map(Vec::as_slice).unwrap_or_default();
    let refused = answered.iter().all(|item| !granted(item) && code(item).is_some());
    let value = match answered {
        [by_rules, lacking] if refused && code(by_rules) == code(lacking) => "as-insufficient",
        [_, _] if refused => "own",
        _ => "neither",
    };
    world.reading(step, "code.rules_of_access", value)
}

#[then(regex = r"^the session shows whether rules of access were asked again$")]
async fn asked_again(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.session(&world.session()?));
    let answer = world.in_session(call).await?;
    let state = answer.json().and_then(|body| body.get("state")?.as_str().map(str::to_owned));
    let value = match state.as_deref() {
        Some("TERMINATED") => "again",
        Some("ACTIVE") => "as-granted",
        _ => "neither",
    };
    world.reading(step, "roa.automatic_charge", value)
}

/// A condition that no action refers to any more can be deleted.
#[then(regex = r"^the deletion of the conditions shows what became of the actions$")]
async fn actions_of_the_deleted(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let value = match answer.status {
        Some(200 | 204) => "removed",
        Some(400 | 403 | 409) => "kept",
        _ => "neither",
    };
    world.reading(step, "lineitem.deleted_actions", value)
}

/// The columns of a story about one line item.
const STORY: [&str; 4] = ["department", "count", "result", "used"];

/// Who asks for what in a row of a story; an empty department sends no dictionary.
fn told(row: &Row<'_>, item: &str, version: &str) -> Result<(String, Option<Value>, Vec<Value>), StepError> {
    let department = row.filled("department");
    let requester = department.unwrap_or("Nobody").replace(' ', "");
    let requested = vec![requested_item(item, version, json_cell(row.required("count")?)?)];
    Ok((requester, department.map(of_department), requested))
}

/// Judges the last answer and what the actions have used by a row of a story.
async fn assert_row(stage: &mut Stage, step: &Step, line_item: &str, row: &Row<'_>) -> Stepped {
    let body = stage.last_json()?;
    let answered = items(&body).map(Vec::as_slice).unwrap_or_default();
    let refused = |item: &Value| !granted(item) && nothing_charged(item);
    let held = match row.required("result")? {
        "granted" => stage.last()?.is(200) && answered.iter().all(granted),
        _ => answered.iter().all(refused),
    };
    let seen = describe_all(&body, &stage.names);
    stage.assert(step, row.in_words(), seen, held && !answered.is_empty())?;
    assert_used(stage, step, line_item, row.required("used")?).await
}

/// A one-off request of somebody with a dictionary.
async fn one_off(
    stage: &mut Stage,
    step: &Step,
    requester: &str,
    dictionary: Option<Value>,
    requested: Vec<Value>,
) -> Stepped {
    let asked = Asked::OneOff(Some(requested.len()));
    let body = request_of(requester, dictionary, requested, None);
    let instance = stage.instance(step).await?;
    let call = Call::post(stage.api.access_request(&instance), body);
    stage.requester = requester.to_owned();
    let answer = stage.as_client(call).await?;
    stage.keep_request(step, answer, asked)
}

/// The same in the session; with rollback a refusal leaves it as it is.
async fn in_session(
    stage: &mut Stage,
    step: &Step,
    requester: &str,
    dictionary: Option<Value>,
    requested: Vec<Value>,
    rollback: bool,
) -> Stepped {
    let asked = Asked::InSession(Some(requested.len()));
    let body = request_of(requester, dictionary, requested, Some(rollback));
    let call = Call::put(stage.api.session(&stage.session()?), body);
    stage.requester = requester.to_owned();
    let answer = stage.in_session(call).await?;
    stage.keep_request(step, answer, asked)
}

fn request_of(
    requester: &str,
    dictionary: Option<Value>,
    requested: Vec<Value>,
    rollback: Option<bool>,
) -> Value {
    let mut body = access_request(requester, requested, rollback);
    if let Some(dictionary) = dictionary {
        body["requester"]["dictionary"] = dictionary;
    }
    body
}

fn of_department(department: &str) -> Value {
    json!({"department": department})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_travels_with_the_requester() {
        let body = request_of("AdaByte", Some(of_department("Engineering")), Vec::new(), Some(true));
        assert_eq!(body["requester"]["value"], "AdaByte");
        assert_eq!(body["requester"]["dictionary"], json!({"department": "Engineering"}));
        assert!(request_of("AdaByte", None, Vec::new(), None)["requester"].get("dictionary").is_none());
    }
}
