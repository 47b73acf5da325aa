//! Sessions as the client application uses them and the administrator tidies them up.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::access::{item_count, requested_items};
use crate::conformance::calls::{access_request, session_id, to_the_letter};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::plain;
use crate::conformance::moments::MINUTE_MS;
use crate::conformance::numbers::{decimal, parse};
use crate::conformance::stage::{Asked, Stage};
use crate::conformance::tables::rows;
use crate::conformance::world::World;
use crate::target::{Answer, Call};

#[when(regex = r"^(\w+) requests in the session:$")]
async fn requests(world: &mut World, requester: String, step: &Step) -> Stepped {
    let requested = requested_items(step)?;
    request(world, step, &requester, requested, true).await
}

#[when(regex = r"^(\w+) requests in the session without rollback:$")]
async fn requests_without_rollback(world: &mut World, requester: String, step: &Step) -> Stepped {
    let requested = requested_items(step)?;
    request(world, step, &requester, requested, false).await
}

#[when(regex = r"^the session is halted$")]
async fn halted(world: &mut World, step: &Step) -> Stepped {
    let requester = world.requester.clone();
    request(world, step, &requester, Vec::new(), true).await
}

#[when(regex = r"^the client sends the session request:$")]
async fn raw_request(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let asked = Asked::InSession(item_count(&text));
    let call = to_the_letter(Call::put(world.api.session(&world.session()?), Value::Null), text);
    let answer = world.in_session(call).await?;
    world.keep_request(step, answer, asked)
}

#[when(regex = r"^the client opens a session$")]
async fn opens(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    open_for(world, step, &instance).await
}

#[when(regex = r#"^the client opens a session for instance "([^"]*)"$"#)]
async fn opens_for(world: &mut World, instance: String, step: &Step) -> Stepped {
    let instance = world.fill(&instance);
    open_for(world, step, &instance).await
}

#[when(regex = r"^the client sends a heartbeat$")]
async fn heartbeat(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.heartbeat(&world.session()?));
    let answer = world.in_session(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the client closes the session$")]
async fn closes(world: &mut World, step: &Step) -> Stepped {
    let call = Call::delete(world.api.session(&world.session()?));
    let answer = world.in_session(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the administrator closes the session$")]
async fn administrator_closes(world: &mut World, step: &Step) -> Stepped {
    let call = Call::delete(world.api.session(&world.session()?));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the session is read$")]
async fn is_read(world: &mut World, step: &Step) -> Stepped {
    let answer = detail(world).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the live sessions are listed$")]
async fn are_listed(world: &mut World, step: &Step) -> Stepped {
    let answer = listing(world, step).await?;
    world.keep(step, answer)
}

/// One published table gives this address, where a session ID belongs; both answers to it are legal.
#[when(regex = r"^the live sessions are looked up at the address with the instance ID$")]
async fn are_looked_up(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::get(world.api.session_by_instance(&instance));
    let answer = world.in_session(call).await?;
    let is_list = answer.json().is_some_and(|body| body.is_array());
    let status = answer.status.map(|status| status.to_string()).unwrap_or_default();
    let seen = answer.summary();
    let is_200 = answer.is(200);
    world.keep(step, answer)?;
    if is_200 {
        world.assert(step, "a list of sessions, or status 404", seen, is_list)?;
    }
    world.reading(step, "sessions.by_instance.http", &status)
}

#[then(regex = r"^the session is (ACTIVE|IDLE|TERMINATED|FAILED)$")]
async fn is_in_state(world: &mut World, state: String, step: &Step) -> Stepped {
    let answer = detail(world).await?;
    let seen = answer.json().and_then(|body| body.get("state").map(plain));
    let held = answer.is(200) && seen.as_deref() == Some(state.as_str());
    let seen = seen.unwrap_or_else(|| answer.summary());
    world.assert(step, format!("a session that is {state}"), seen, held)
}

#[then(regex = r"^the session uses:$")]
async fn uses(world: &mut World, step: &Step) -> Stepped {
    let mut expected = Vec::new();
    for row in rows(step, &["item", "version", "count"])? {
        let count = row.required("count")?;
        let count = parse(count).ok_or_else(|| StepError::fault(format!("{count:?} is no number")))?;
        expected.push((
            row.required("item")?.to_owned(),
            row.cell("version").unwrap_or_default().to_owned(),
            count,
        ));
    }
    assert_in_use(world, step, expected).await
}

#[then(regex = r"^the session uses nothing$")]
async fn uses_nothing(world: &mut World, step: &Step) -> Stepped {
    assert_in_use(world, step, Vec::new()).await
}

#[then(regex = r"^the heartbeat is accepted$")]
async fn heartbeat_is_accepted(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let (held, seen) = (answer.is(204) && answer.body.is_empty(), answer.summary());
    world.assert(step, "status 204 without a body", seen, held)
}

#[then(regex = r"^the heartbeat is refused$")]
async fn heartbeat_is_refused(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let (held, seen) = (answer.is(403), answer.summary());
    world.assert(step, "status 403", seen, held)
}

#[then(regex = r"^the session is listed$")]
async fn is_listed(world: &mut World, step: &Step) -> Stepped {
    assert_listed(world, step, true).await
}

#[then(regex = r"^the session is not listed$")]
async fn is_not_listed(world: &mut World, step: &Step) -> Stepped {
    assert_listed(world, step, false).await
}

#[then(regex = r"^(\d+) sessions? (?:are|is) listed$")]
async fn number_listed(world: &mut World, number: usize, step: &Step) -> Stepped {
    let (list, seen) = listed(world, step).await?;
    let held = list.as_ref().is_some_and(|list| list.len() == number);
    let seen = list.map_or(seen, |list| format!("{} sessions", list.len()));
    world.assert(step, format!("{number} sessions"), seen, held)
}

/// The field's name says "end of the paid period", its description says "last automatic charge": both are
/// legal, one charge period apart.
#[then(regex = r"^the session was charged until (-?\d+(?:\.\d+)?) minutes$")]
async fn charged_until(world: &mut World, minutes: Decimal, step: &Step) -> Stepped {
    const DECISION: &str = "session.charged_until";
    const PERIOD_MS: i64 = 60 * MINUTE_MS;
    let until_ms = world.start_ms + (minutes * Decimal::from(MINUTE_MS)).to_i64().unwrap_or_default();
    let (list, seen) = listed(world, step).await?;
    let id = world.session()?;
    let of_session = |entry: &&Value| entry.get("sessionId").and_then(Value::as_str) == Some(id.as_str());
    let charged =
        list.iter().flatten().find(of_session).and_then(|entry| decimal(entry.get("chargedUntil")?));
    let context = world.context.clone();
    let values = context.registry.reading(DECISION).map(|point| point.values.as_slice()).unwrap_or_default();
    let exact = |ms: i64| charged == Some(Decimal::from(ms));
    let value = match values {
        [end_of_period, ..] if exact(until_ms) => end_of_period.clone(),
        [_, last_charge, ..] if exact(until_ms - PERIOD_MS) => last_charge.clone(),
        _ => {
            let seen = match charged {
                Some(ms) => format!("chargedUntil {ms}, in a scenario that began at {}", world.start_ms),
                None => format!("no chargedUntil of our session; {seen}"),
            };
            let expected = format!("chargedUntil {until_ms}, or {PERIOD_MS} ms earlier");
            return world.assert(step, expected, seen, false);
        }
    };
    world.reading(step, DECISION, &value)
}

/// An access request in the session.
async fn request(
    stage: &mut Stage,
    step: &Step,
    requester: &str,
    requested: Vec<Value>,
    rollback: bool,
) -> Stepped {
    let asked = Asked::InSession(Some(requested.len()));
    let body = access_request(requester, requested, Some(rollback));
    let call = Call::put(stage.api.session(&stage.session()?), body);
    stage.requester = requester.to_owned();
    let answer = stage.in_session(call).await?;
    stage.keep_request(step, answer, asked)
}

pub(super) async fn open_for(stage: &mut Stage, step: &Step, instance: &str) -> Stepped {
    let call = Call::post(stage.api.sessions(), json!({"instanceId": instance}));
    let answer = stage.in_session(call).await?;
    if let Some(id) = session_id(&answer) {
        stage.opened.push(id.clone());
        stage.session = Some(id);
    }
    stage.keep(step, answer)
}

pub(super) async fn detail(stage: &mut Stage) -> Result<Answer, StepError> {
    let call = Call::get(stage.api.session(&stage.session()?));
    stage.in_session(call).await
}

async fn listing(stage: &mut Stage, step: &Step) -> Result<Answer, StepError> {
    let instance = stage.instance(step).await?;
    let call = Call::get(stage.api.sessions_of(&instance));
    stage.as_client(call).await
}

/// The list of live sessions: the last answer if it is one, else a fresh one.
pub(super) async fn listed(
    stage: &mut Stage,
    step: &Step,
) -> Result<(Option<Vec<Value>>, String), StepError> {
    let last = stage.answer.as_ref().and_then(Answer::json);
    if let Some(Value::Array(list)) = last {
        return Ok((Some(list), String::new()));
    }
    let answer = listing(stage, step).await?;
    let list = answer.json().and_then(|body| body.as_array().cloned()).filter(|_| answer.is(200));
    Ok((list, answer.summary()))
}

async fn assert_listed(stage: &mut Stage, step: &Step, wanted: bool) -> Stepped {
    let id = stage.session()?;
    let (list, seen) = listed(stage, step).await?;
    let Some(list) = list else {
        return stage.assert(step, "a list of live sessions", seen, false);
    };
    let found = list.iter().any(|entry| entry.get("sessionId").and_then(Value::as_str) == Some(id.as_str()));
    let expected = if wanted { "the session in the list" } else { "a list without the session" };
    stage.assert(
        step,
        expected,
        format!("{} sessions, ours among them: {found}", list.len()),
        found == wanted,
    )
}

async fn assert_in_use(
    stage: &mut Stage,
    step: &Step,
    mut expected: Vec<(String, String, Decimal)>,
) -> Stepped {
    let answer = detail(stage).await?;
    let items = answer.json().and_then(|body| body.get("items").and_then(Value::as_array).cloned());
    let text =
        |item: &Value, member: &str| item.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut seen: Option<Vec<(String, String, Decimal)>> = items.and_then(|items| {
        let used =
            |item: &Value| Some((text(item, "item"), text(item, "version"), decimal(item.get("count")?)?));
        items.iter().map(used).collect()
    });
    expected.sort();
    seen.iter_mut().for_each(|seen| seen.sort());
    let held = answer.is(200) && seen.as_ref() == Some(&expected);
    let actual = seen.map_or_else(|| answer.summary(), |seen| in_words(&seen));
    stage.assert(step, in_words(&expected), actual, held)
}

fn in_words(used: &[(String, String, Decimal)]) -> String {
    if used.is_empty() {
        return "no items".to_owned();
    }
    let one = |(item, version, count): &(String, String, Decimal)| format!("{count} × {item} {version}");
    used.iter().map(|used| one(used).trim_end().to_owned()).collect::<Vec<_>>().join(", ")
}
