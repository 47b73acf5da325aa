//! Calls with a token that is not right, each wrong in one respect only.

use cucumber::gherkin::Step;
use cucumber::when;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::Value;

use super::access::request;
use crate::conformance::access::OWN_KEY;
use crate::conformance::calls::requested_item;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::tables::json as json_cell;
use crate::conformance::world::World;
use crate::target::{Call, KeyPair, TokenKind};

const HOUR_S: i64 = 3_600;

/// The header `{"alg":"none"}` as a token carries it.
const ALG_NONE: &str = "eyJhbGciOiJub25lIn0";

#[when(regex = r"^the instances are listed without a token$")]
async fn without_token(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.instances());
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^the instances are listed with a token that is "([^"]*)"$"#)]
async fn with_faulty_token(world: &mut World, fault: String, step: &Step) -> Stepped {
    let call = Call::get(world.api.instances());
    let call = match fault.as_str() {
        "not a JWT" => call.bearer("not-a-token"),
        "Basic instead of Bearer" => call.header("Authorization", "Basic b3BzOm9wcw=="),
        _ => call.bearer(&faulty_token(world, &fault)?),
    };
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^the instances are listed with a token that is valid for (\d+) days$")]
async fn with_long_lived_token(world: &mut World, days: i64, step: &Step) -> Stepped {
    let access = &world.context.access;
    let mut claims = access.admin_claims(world.now_s());
    claims.expires_s = claims.issued_s + days * 24 * HOUR_S;
    let token = sign(&access.producer, &claims.to_json())?;
    let call = Call::get(world.api.instances()).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^the session is read with a client token for another instance$")]
async fn session_for_another_instance(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    world.register_client(step).await?;
    let another = another_instance(world, step, &instance).await?;
    let token = world.client_token(&another)?;
    let url = world.api.session(&world.session()?);
    let call = Call::get(url).bearer(&token).header("x-instance-id", &instance);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^the instances are listed with key "([^"]*)"$"#)]
async fn with_key(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let access = &world.context.access;
    let own = id == OWN_KEY;
    let key = if own { &access.producer } else { &world.context.client_key };
    let mut claims = access.admin_claims(world.now_s());
    if !own {
        claims.kid = id;
    }
    let token = sign(key, &claims.to_json())?;
    let call = Call::get(world.api.instances()).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^the instances are listed with a client token$")]
async fn with_client_token(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    world.register_client(step).await?;
    let token = world.client_token(&instance)?;
    let call = Call::get(world.api.instances()).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(
    regex = r#"^(\w+) requests (\S+) of "([^"]*)"(?: "([^"]*)")? with a client token for another instance$"#
)]
async fn for_another_instance(
    world: &mut World,
    requester: String,
    count: String,
    item: String,
    version: String,
    step: &Step,
) -> Stepped {
    let current = world.instance(step).await?;
    world.register_client(step).await?;
    let another = another_instance(world, step, &current).await?;
    let before = world.client_of.replace(another);
    let requested = requested_item(&item, &version, json_cell(&count)?);
    let stepped = request(world, step, &requester, vec![requested]).await;
    world.client_of = before;
    stepped
}

#[when(regex = r"^the session is read with a client token but without the instance header$")]
async fn without_instance_header(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    world.register_client(step).await?;
    let token = world.client_token(&instance)?;
    let call = Call::get(world.api.session(&world.session()?)).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

/// An instance of the scenario that is not the current one; one is made when there is none.
pub(super) async fn another_instance(
    stage: &mut Stage,
    step: &Step,
    current: &str,
) -> Result<String, StepError> {
    if let Some(other) = stage.instances.iter().find(|id| *id != current) {
        return Ok(other.clone());
    }
    let other = stage.make_instance(step, "OTHER").await?;
    // The one that requests go to stays the current one.
    stage.instances.insert(0, other.clone());
    stage.instances.pop();
    Ok(other)
}

/// A token with one fault. Times are an hour off, far from any leeway.
fn faulty_token(stage: &Stage, fault: &str) -> Result<String, StepError> {
    let (access, client_key) = (&stage.context.access, &stage.context.client_key);
    let now_s = stage.now_s();
    let mut claims = access.admin_claims(now_s);
    match fault {
        "expired" => claims.expires_s = now_s - HOUR_S,
        "not yet valid" => claims.not_before_s = now_s + HOUR_S,
        "of an unknown key" => "no-such-key".clone_into(&mut claims.kid),
        "of the wrong kind" => claims.kind = TokenKind::Client,
        _ => {}
    }
    if fault == "expired" {
        (claims.issued_s, claims.not_before_s) = (now_s - 2 * HOUR_S, now_s - 2 * HOUR_S);
    }
    let mut json = claims.to_json();
    match fault {
        "expired" | "not yet valid" | "of the wrong kind" => sign(&access.producer, &json),
        "signed with another key" | "of an unknown key" => sign(client_key, &json),
        "without iss" | "without iat" | "without nbf" | "without exp" | "without cnf" => {
            without(&mut json, fault.trim_start_matches("without "))?;
            sign(&access.producer, &json)
        }
        "unsigned (alg none)" => unsigned(&sign(&access.producer, &json)?),
        // Whoever verifies with the public key as if it were a shared secret accepts this one.
        "HMAC signed" => hmac_signed(access.producer.public_pem(), &json),
        _ => Err(StepError::fault(format!("no token fault is called {fault:?}"))),
    }
}

pub(super) fn sign(key: &KeyPair, claims: &Value) -> Result<String, StepError> {
    key.sign(claims).map_err(|error| StepError::fault(error.to_string()))
}

pub(super) fn without(claims: &mut Value, member: &str) -> Result<(), StepError> {
    let members = claims.as_object_mut().ok_or_else(|| StepError::fault("claims are no object"))?;
    members.remove(member);
    Ok(())
}

/// The same payload under a header that promises no signature.
fn unsigned(token: &str) -> Result<String, StepError> {
    let payload = token.split('.').nth(1).ok_or_else(|| StepError::fault("a token has three parts"))?;
    Ok(format!("{ALG_NONE}.{payload}."))
}

fn hmac_signed(secret: &str, claims: &Value) -> Result<String, StepError> {
    let header = Header::new(jsonwebtoken::Algorithm::HS256);
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&header, claims, &key).map_err(|error| StepError::fault(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::{Algorithm, Claims};

    #[test]
    fn an_unsigned_token_keeps_its_payload() {
        let key = KeyPair::generate("k1", Algorithm::Es256).unwrap();
        let token = sign(&key, &Claims::admin(&key, 1_768_435_200).to_json()).unwrap();
        let bare = unsigned(&token).unwrap();
        assert_eq!(bare.split('.').nth(1), token.split('.').nth(1));
        assert!(bare.starts_with("eyJhbGciOiJub25lIn0.") && bare.ends_with('.'));
    }

    #[test]
    fn a_shared_secret_signs_too() {
        let token = hmac_signed("-----BEGIN PUBLIC KEY-----", &serde_json::json!({"iss": "x"})).unwrap();
        assert_eq!(token.split('.').count(), 3);
    }
}
