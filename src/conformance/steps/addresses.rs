//! Addresses as they are published, and what every answer has in common.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use reqwest::Method;

use crate::conformance::check::Stepped;
use crate::conformance::stage::Stage;
use crate::conformance::world::World;
use crate::target::{Answer, Body, Call};

#[when(regex = r#"^(GET|DELETE) is sent to "([^"]*)"$"#)]
async fn is_sent(world: &mut World, method: String, address: String, step: &Step) -> Stepped {
    let call = to_address(world, &method, &address);
    let answer = follow(world, call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^(GET|DELETE) without a body is sent to "([^"]*)" as JSON$"#)]
async fn is_sent_as_json(world: &mut World, method: String, address: String, step: &Step) -> Stepped {
    let call = to_address(world, &method, &address).header("Content-Type", "application/json");
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[then(regex = r"^the answer is JSON$")]
async fn is_json(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let declared = header(answer, "content-type").unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let held = essence == "application/json" && answer.json().is_some();
    let seen = format!("content type {declared:?}, {}", answer.summary());
    world.assert(step, "content type application/json and a body of JSON", seen, held)
}

#[then(regex = r"^the answer has no body$")]
async fn has_no_body(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    world.assert(step, "no body", answer.summary(), answer.status.is_some() && answer.body.is_empty())
}

/// Where nothing is published, an error says what is wrong in a member of its own choice, or not at all.
#[then(regex = r"^the form of the error is read$")]
async fn error_form(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let body = answer.json();
    let names = |member: &str| body.as_ref().is_some_and(|body| body.get(member).is_some());
    let value = match answer.body.trim() {
        "" => "none",
        _ if names("message") => "message",
        _ if names("error") => "error",
        _ => "other",
    };
    world.reading(step, "error.body", value)
}

/// A call of an address below the base, its query with the names that the target knows.
fn to_address(stage: &Stage, method: &str, address: &str) -> Call {
    let method = if method == "DELETE" { Method::DELETE } else { Method::GET };
    let address = stage.fill(address);
    let address = match address.split_once('?') {
        Some((path, query)) => format!("{path}?{}", stage.names.in_query(query)),
        None => address,
    };
    Call::new(method, format!("{}{address}", stage.api.base), Body::None)
}

/// Sends a call, and once more where the answer says that it belongs: a redirect that keeps the method loses
/// nothing.
async fn follow(stage: &mut Stage, call: Call) -> Result<Answer, crate::conformance::check::StepError> {
    let answer = stage.as_producer(call.clone()).await?;
    if !answer.is(307) && !answer.is(308) {
        return Ok(answer);
    }
    let base = reqwest::Url::parse(&call.url).ok();
    let Some(to) = base.and_then(|base| base.join(header(&answer, "location")?).ok()) else {
        return Ok(answer);
    };
    stage.as_producer(Call { url: to.to_string(), ..call }).await
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let headers = answer.exchange.response_headers.iter();
    headers.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str()).next()
}
