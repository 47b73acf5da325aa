//! How sessions are opened, reached and kept alive.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use futures::future::join_all;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::access::requested_items;
use super::clock::pass;
use super::sessions::{listed, open_for};
use super::usage::read;
use crate::conformance::calls::{access_request, verdict};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::plain;
use crate::conformance::moments::HOUR_MS;
use crate::conformance::numbers::parse;
use crate::conformance::stage::Asked;
use crate::conformance::world::World;
use crate::target::{Answer, Call};

#[when(regex = r"^the client opens a session without naming an instance$")]
async fn opens_for_nobody(world: &mut World, step: &Step) -> Stepped {
    let call = Call::post(world.api.sessions(), json!({}));
    let answer = world.in_session(call).await?;
    world.keep(step, answer)
}

/// From here on the scenario reaches sessions below the second base, if the target serves it at all.
#[when(regex = r"^the client opens a session below the second base$")]
async fn opens_below_second_base(world: &mut World, step: &Step) -> Stepped {
    const DECISION: &str = "sessions.second_base";
    world.api = world.api.below_second_session_base();
    let instance = world.instance(step).await?;
    open_for(world, step, &instance).await?;
    if matches!(world.last()?.status, Some(403..=405)) {
        world.reading(step, DECISION, "absent")?;
        return Err(world.not_tested("the target does not serve the second base"));
    }
    world.reading(step, DECISION, "served")
}

#[then(regex = r"^the session ID is a UUID$")]
async fn id_is_uuid(world: &mut World, step: &Step) -> Stepped {
    let id = world.last_json()?.get("sessionId").map(plain).unwrap_or_default();
    let held = id.len() == 36 && uuid::Uuid::try_parse(&id).is_ok();
    world.assert(step, "a UUID of 36 characters", format!("sessionId {id:?}"), held)
}

#[when(regex = r"^the session is read in version (v1\.[01])$")]
async fn read_in_version(world: &mut World, version: String, step: &Step) -> Stepped {
    if !world.context.versions.contains(&version) {
        return Err(world.not_tested(&format!("the target file does not list version {version}")));
    }
    let address = world.api.speaking(&version).session(&world.session()?);
    let answer = world.in_session(Call::get(address)).await?;
    world.keep(step, answer)
}

#[then(regex = r"^whether the versions share sessions is read$")]
async fn shared_by_versions(world: &mut World, step: &Step) -> Stepped {
    let (id, body) = (world.session()?, world.last_json()?);
    let value = match world.last()?.status {
        Some(200) if body.get("sessionId").and_then(Value::as_str) == Some(&id) => "shared".to_owned(),
        Some(400 | 404) => "apart".to_owned(),
        _ => world.last()?.summary(),
    };
    world.reading(step, "sessions.versions", &value)
}

#[when(regex = r#"^the live sessions are listed with "(\w+)" (\d+)$"#)]
async fn listed_with(world: &mut World, parameter: String, value: u32, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let call = Call::get(format!("{}&{parameter}={value}", world.api.sessions_of(&instance)));
    let answer = world.as_client(call).await?;
    world.keep(step, answer)
}

/// A parameter that is not published may be ignored or turned away; it may not cut the list.
#[then(regex = r"^no page of the (\d+) sessions is answered$")]
async fn no_page(world: &mut World, number: usize, step: &Step) -> Stepped {
    let whole = world.last_json()?.as_array().is_some_and(|list| list.len() == number);
    let held = whole || world.last()?.is(400);
    let seen = format!("{}: {}", world.last()?.summary(), world.last_json()?);
    world.assert(step, format!("{number} sessions, or status 400"), seen, held)
}

#[then(regex = r"^the session that was opened first is not listed$")]
async fn first_is_not_listed(world: &mut World, step: &Step) -> Stepped {
    let first = world.opened.first().cloned();
    let first = first.ok_or_else(|| StepError::fault("no session was opened before this step"))?;
    let (list, seen) = listed(world, step).await?;
    let is_first = |entry: &Value| entry.get("sessionId").and_then(Value::as_str) == Some(first.as_str());
    let held = list.as_ref().is_some_and(|list| !list.iter().any(is_first));
    let seen = list.map_or(seen, |list| format!("{} sessions, the first among them: {}", list.len(), !held));
    world.assert(step, "a list without the session that was opened first", seen, held)
}

#[when(regex = r"^(\d+) clients each request in the session at the same time:$")]
async fn at_the_same_time(world: &mut World, clients: usize, step: &Step) -> Stepped {
    let requests = session_requests(world, clients, step)?;
    let answers = all_at_once(world, requests).await?;
    world.batch = answers.iter().map(verdict).collect();
    keep_all(world, step, answers)
}

/// Heartbeats between requests: those are remembered, for the requests are judged elsewhere.
#[when(regex = r"^(\d+) clients each request in the session and send a heartbeat at the same time:$")]
async fn with_heartbeats(world: &mut World, clients: usize, step: &Step) -> Stepped {
    let address = world.api.heartbeat(&world.session()?);
    let requests = session_requests(world, clients, step)?;
    let calls = requests.into_iter().flat_map(|request| [request, Call::get(address.clone())]);
    let answers = all_at_once(world, calls.collect()).await?;
    let (mut requests, mut heartbeats) = (Vec::new(), Vec::new());
    for (at, answer) in answers.into_iter().enumerate() {
        if at % 2 == 0 { requests.push(answer) } else { heartbeats.push(answer) }
    }
    world.batch = heartbeats.iter().map(verdict).collect();
    keep_all(world, step, requests)
}

#[then(regex = r"^no heartbeat is refused but for a lock$")]
async fn refused_for_a_lock(world: &mut World, step: &Step) -> Stepped {
    let other = world.batch.iter().map(|heartbeat| heartbeat.status);
    let other: Vec<Option<u16>> = other.filter(|status| !matches!(status, Some(204 | 409))).collect();
    let held = other.is_empty() && !world.batch.is_empty();
    world.assert(step, "heartbeats with status 204 or 409", format!("others: {other:?}"), held)
}

fn session_requests(world: &World, clients: usize, step: &Step) -> Result<Vec<Call>, StepError> {
    let requested = requested_items(step)?;
    let address = world.api.session(&world.session()?);
    let request = |client: usize| {
        let body = access_request(&format!("Client{client}"), requested.clone(), Some(true));
        Call::put(address.clone(), body)
    };
    Ok((1..=clients).map(request).collect())
}

/// Sends calls on the session without waiting for one before the next.
async fn all_at_once(world: &World, calls: Vec<Call>) -> Result<Vec<Answer>, StepError> {
    let client = world.context.access.client.clone();
    let token = match &world.client_of {
        Some(instance) => world.client_token(instance)?,
        None => world.context.admin_token(world.now_s()).map_err(StepError::fault)?,
    };
    let sent = calls.into_iter().map(|call| {
        let call = call.bearer(&token);
        client.send(match &world.client_of {
            Some(instance) => call.header("x-instance-id", instance),
            None => call,
        })
    });
    Ok(join_all(sent).await)
}

fn keep_all(world: &mut World, step: &Step, answers: Vec<Answer>) -> Stepped {
    for answer in answers {
        world.shown = Some(answer.exchange.clone());
        world.keep_request(step, answer, Asked::InSession(None))?;
    }
    Ok(())
}

#[then(regex = r"^whether the requests wait for each other is read$")]
async fn wait_for_each_other(world: &mut World, step: &Step) -> Stepped {
    let busy = |status: Option<u16>| status == Some(409);
    let odd = world.batch.iter().find(|verdict| !verdict.granted && !busy(verdict.status));
    let value = match odd {
        Some(odd) => format!("a request with status {:?} that was not granted", odd.status),
        None if world.batch.iter().any(|verdict| !verdict.granted) => "refuses".to_owned(),
        None => "waits".to_owned(),
    };
    let granted = world.batch.iter().filter(|verdict| verdict.granted).count();
    world.assert(step, "at least one request granted", format!("{granted} granted"), granted > 0)?;
    world.reading(step, "session.busy", &value)
}

#[then(regex = r"^the message of the refused heartbeat is read$")]
async fn heartbeat_message(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let names = |text: &str| text.to_ascii_uppercase().contains("TERMINATED");
    let under = |member: &str| body.get(member).map(plain).is_some_and(|text| names(&text));
    let value = match () {
        () if under("message") => "message".to_owned(),
        () if under("error") => "error".to_owned(),
        () if names(&world.last()?.body) => "elsewhere".to_owned(),
        () => world.last()?.summary(),
    };
    world.reading(step, "heartbeat.message", &value)
}

/// An hour passes and a heartbeat is sent, again and again.
#[when(regex = r"^the session is kept alive for (\d+) hours$")]
async fn kept_alive(world: &mut World, hours: usize, step: &Step) -> Stepped {
    if !world.virtual_clock {
        return Err(world.not_tested("would take days of real time"));
    }
    for _ in 0..hours {
        pass(world, step, HOUR_MS).await?;
        let call = Call::get(world.api.heartbeat(&world.session()?));
        let answer = world.in_session(call).await?;
        world.keep(step, answer)?;
    }
    Ok(())
}

#[then(regex = r"^the answer speaks of no refund$")]
async fn no_refund(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?.to_string();
    let held = !body.to_ascii_lowercase().contains("refund");
    world.assert(step, "an answer without a refund", body, held)
}

#[then(regex = r"^the (\d+) charges have correlation IDs of their own$")]
async fn own_correlation_ids(world: &mut World, number: usize, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let charged = |row: &&Value| {
        let tokens = row.get("METER_QUANTITY").and_then(|tokens| parse(&plain(tokens)));
        tokens.is_some_and(|tokens| tokens > Decimal::ZERO)
    };
    let charges: Vec<&Value> = rows.iter().filter(charged).collect();
    let ids: BTreeSet<String> =
        charges.iter().filter_map(|row| row.get("CORRELATION_ID")).map(plain).collect();
    let seen = format!("{} correlation IDs in {} charges", ids.len(), charges.len());
    world.assert(
        step,
        format!("{number} charges, each with an ID of its own"),
        seen,
        charges.len() == number && ids.len() == number,
    )
}
