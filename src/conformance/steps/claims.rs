//! Tokens that say something unusual: of their key, their time, their instance.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::tokens::{another_instance, sign, without};
use crate::conformance::calls::{access_request, requested_item};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::world::World;
use crate::target::{Call, Claims};

/// A key that no target knows.
const NO_KEY: &str = "no-such-key";

#[when(regex = r"^the instances are listed with a token whose header names an unknown key$")]
async fn header_names_unknown(world: &mut World, step: &Step) -> Stepped {
    let access = &world.context.access;
    let claims = access.admin_claims(world.now_s()).to_json();
    let token = access.producer.sign_naming(NO_KEY, &claims);
    list(world, step, &token.map_err(fault)?).await
}

#[when(regex = r"^the instances are listed with a token that names its key in the header only$")]
async fn only_header_names(world: &mut World, step: &Step) -> Stepped {
    let access = &world.context.access;
    let claims = Claims { kid: NO_KEY.to_owned(), ..access.admin_claims(world.now_s()) };
    let token = access.producer.sign_naming(access.producer.id(), &claims.to_json());
    list(world, step, &token.map_err(fault)?).await
}

/// The key is registered, but not under the ID that the token names.
#[when(regex = r#"^the instances are listed with a token of another key that names "ops"$"#)]
async fn names_another_key(world: &mut World, step: &Step) -> Stepped {
    let claims = world.context.access.admin_claims(world.now_s());
    let token = sign(&world.context.client_key, &claims.to_json())?;
    list(world, step, &token).await
}

#[when(regex = r"^the instances are listed with a token that expired (\d+) seconds ago$")]
async fn expired_just_now(world: &mut World, seconds: i64, step: &Step) -> Stepped {
    let now_s = world.now_s();
    let claims = Claims { expires_s: now_s - seconds, ..world.context.access.admin_claims(now_s) };
    let token = sign(&world.context.access.producer, &claims.to_json())?;
    list(world, step, &token).await
}

#[when(regex = r"^the instances are listed with a token that is made in (\d+) minutes$")]
async fn made_later(world: &mut World, minutes: i64, step: &Step) -> Stepped {
    let now_s = world.now_s();
    let claims = Claims { issued_s: now_s + 60 * minutes, ..world.context.access.admin_claims(now_s) };
    let token = sign(&world.context.access.producer, &claims.to_json())?;
    list(world, step, &token).await
}

#[when(regex = r"^the line items are listed with a client token that names no instance$")]
async fn names_no_instance(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    world.register_client(step).await?;
    let key = &world.context.client_key;
    let mut claims = world.context.access.client_claims(key, &[], world.now_s()).to_json();
    without(&mut claims, "aud")?;
    let call = Call::get(world.api.line_items(&instance)).bearer(&sign(key, &claims)?);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

/// As one guide has it, against the reference.
#[when(regex = r#"^LisaBarry requests (\d+) of "([^"]*)" "([^"]*)" with the token in the body$"#)]
async fn token_in_body(world: &mut World, count: u32, item: String, version: String, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let token = world.context.admin_token(world.now_s()).map_err(StepError::fault)?;
    let mut body = access_request("LisaBarry", vec![requested_item(&item, &version, json!(count))], None);
    for member in ["token", "jwt", "authorization"] {
        body[member] = json!(token);
    }
    let call = Call::post(world.api.access_request(&instance), body);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^the session is read with a client token whose header names another of its instances$")]
async fn header_not_of_session(world: &mut World, step: &Step) -> Stepped {
    let (token, other) = token_for_two(world, step).await?;
    let call = Call::get(world.api.session(&world.session()?)).bearer(&token).header("x-instance-id", &other);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^a session is opened with a client token whose header names another of its instances$")]
async fn header_not_of_body(world: &mut World, step: &Step) -> Stepped {
    let (token, other) = token_for_two(world, step).await?;
    let instance = world.instance(step).await?;
    let body = json!({"instanceId": instance});
    let call = Call::post(world.api.sessions(), body).bearer(&token).header("x-instance-id", &other);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^the session is read with an administration token whose header names another instance$")]
async fn administration_header(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let other = another_instance(world, step, &instance).await?;
    let call = Call::get(world.api.session(&world.session()?)).header("x-instance-id", &other);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// Which of the two statuses it is, is left open where the token says too little or the wrong thing.
#[then(regex = r"^the caller is turned away$")]
async fn turned_away(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    world.assert(step, "status 401 or 403", answer.summary(), answer.is(401) || answer.is(403))
}

/// A client token for the current instance and another one, which comes with it.
async fn token_for_two(stage: &mut Stage, step: &Step) -> Result<(String, String), StepError> {
    let instance = stage.instance(step).await?;
    stage.register_client(step).await?;
    let other = another_instance(stage, step, &instance).await?;
    let key = &stage.context.client_key;
    let audience = [instance, other.clone()];
    let claims: Value = stage.context.access.client_claims(key, &audience, stage.now_s()).to_json();
    Ok((sign(key, &claims)?, other))
}

async fn list(stage: &mut Stage, step: &Step, token: &str) -> Stepped {
    let answer = stage.send(Call::get(stage.api.instances()).bearer(token)).await;
    stage.keep(step, answer)
}

fn fault(error: impl std::fmt::Display) -> StepError {
    StepError::fault(error.to_string())
}
