//! What goes wrong: things that are not there, requests in a form that nobody speaks, a server that fails.

use cucumber::gherkin::Step;
use cucumber::when;
use serde_json::Value;

use super::access::item_count;
use crate::conformance::check::Stepped;
use crate::conformance::stage::Asked;
use crate::conformance::world::World;
use crate::target::{Body, Call};

/// A well-formed ID that no target has given out.
const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

#[when(regex = r"^a session that was never opened is read$")]
async fn session_is_read(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.session(NOBODY));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^a heartbeat is sent to a session that was never opened$")]
async fn heartbeat_is_sent(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.heartbeat(NOBODY));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the live sessions of an instance that was never created are listed$")]
async fn sessions_are_listed(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.sessions_of(NOBODY));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the live sessions are listed without naming an instance$")]
async fn all_sessions_are_listed(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.sessions());
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// No client can cause this, so it takes the test control.
#[when(regex = r"^the server fails on the session$")]
async fn server_fails(world: &mut World, step: &Step) -> Stepped {
    let (site, session) = (world.own_site()?, world.session()?);
    match world.control()?.fail_session(&site, &session).await {
        Ok(()) => Ok(()),
        Err(error) => Err(world.control_failed(step, &error)),
    }
}

#[when(regex = r#"^the client sends the access request as "([^"]*)":$"#)]
async fn request_in_another_form(world: &mut World, content_type: String, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let asked = Asked::OneOff(item_count(&text));
    let instance = world.instance(step).await?;
    let mut call = Call::post(world.api.access_request(&instance), Value::Null);
    call.body = Body::Text { content_type, text };
    let answer = world.as_client(call).await?;
    world.keep_request(step, answer, asked)
}
