//! Licensing calls with a token that is not right, each wrong in one respect only.

use cucumber::gherkin::Step;
use cucumber::when;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::licensing_requests::body;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::licensing::{PRODUCER_PASSWORD, another_key, client_claims, der_of, part, with_part};
use crate::conformance::stage::Stage;
use crate::conformance::world::World;
use crate::target::{Body, Call};

/// What a server might have been set up with and never changed.
const GUESSED_SECRET: &[u8] = b"secret";
/// A second before now, and a minute more to stay off the edge.
const PAST_S: i64 = 61;

/// `unsigned`, `altered`, `without its signature`, `signed with a guessed secret`, `without roles`, `of the second license
/// server`, `nonsense`, `in a cookie`.
#[when(regex = r#"^the features are read with an account token that is "([^"]*)"$"#)]
async fn reads_with(world: &mut World, fault: String, step: &Step) -> Stepped {
    let url = world.licensing_url(0, "features");
    let good = world.reader_token().await?;
    let claims = Value::Object(part(&good, 1).unwrap_or_default());
    let call = match fault.as_str() {
        "in a cookie" => Call::get(url).header("Cookie", &format!("token={good}; jwt={good}")),
        "nonsense" => Call::get(url).bearer("nonsense"),
        "unsigned" => {
            let token = with_part(&good, 0, &json!({ "alg": "none", "typ": "JWT" }));
            Call::get(url).bearer(&without_signature(&token))
        }
        "without its signature" => Call::get(url).bearer(&without_signature(&good)),
        "signed with a guessed secret" => {
            let guessed = EncodingKey::from_secret(GUESSED_SECRET);
            Call::get(url).bearer(&encoded(Algorithm::HS512, &claims, &guessed)?)
        }
        "altered" => {
            let longer = claims.get("exp").and_then(Value::as_i64).map(|end| json!(end + 1));
            let changed = changed(&claims, "exp", longer.unwrap_or_default());
            Call::get(url).bearer(&with_part(&good, 1, &changed))
        }
        "without roles" => {
            Call::get(url).bearer(&with_part(&good, 1, &changed(&claims, "roles", Value::Null)))
        }
        "of the second license server" => {
            let foreign = world.token_of(1, "producer", PRODUCER_PASSWORD).await?;
            Call::get(url).bearer(&foreign)
        }
        other => return Err(StepError::fault(format!("there is no fault {other:?} of account tokens"))),
    };
    let answer = world.send(call).await;
    world.keep(step, answer)
}

/// A request of host A for 1 of the feature, with a client JWT of this kind.
#[when(regex = r#"^the client requests 1 of "([^"]*)" with a JWT that is "([^"]*)"$"#)]
async fn requests_with(world: &mut World, feature: String, kind: String, step: &Step) -> Stepped {
    let token = jwt(world, &kind)?;
    let requested =
        body(&world.licensing_host("A"), vec![json!({ "name": feature, "version": "1.0", "count": 1 })]);
    let call = Call::post(world.licensing_url(0, "access_request"), requested).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^(GET|POST|DELETE) "([^"]*)" is sent with a JWT that is "([^"]*)"$"#)]
async fn administrates_with(
    world: &mut World,
    method: String,
    path: String,
    kind: String,
    step: &Step,
) -> Stepped {
    let token = jwt(world, &kind)?;
    let url = world.licensing_url(0, &path);
    let call = match method.as_str() {
        "GET" => Call::get(url),
        "DELETE" => Call::delete(url),
        _ if path == "rest_licensing_keys" => {
            Call::new(reqwest::Method::POST, url, Body::Octets(der_of(&another_key()?)))
        }
        _ => Call::post(url, body("A", Vec::new())),
    };
    let answer = world.send(call.bearer(&token)).await;
    world.keep(step, answer)
}

fn jwt(stage: &Stage, kind: &str) -> Result<String, StepError> {
    let now = stage.now_s();
    let right = client_claims(now);
    let key = &stage.context.client_key;
    let signed = |claims: &Value| key.sign(claims).map_err(|error| StepError::fault(error.to_string()));
    let claimed = |name: &str, value: Value| signed(&changed(&right, name, value));
    match kind {
        "right" => signed(&right),
        "signed with another key" => {
            another_key()?.sign(&right).map_err(|error| StepError::fault(error.to_string()))
        }
        "altered" => Ok(with_part(&signed(&right)?, 1, &changed(&right, "sub", json!("somebody else")))),
        "unsigned" => {
            let token = with_part(&signed(&right)?, 0, &json!({ "alg": "none", "typ": "JWT" }));
            Ok(without_signature(&token))
        }
        "without its signature" => Ok(without_signature(&signed(&right)?)),
        "nonsense" => Ok("nonsense".to_owned()),
        "HS256 with the public key" => {
            encoded(Algorithm::HS256, &right, &EncodingKey::from_secret(&der_of(key)))
        }
        "HS256 with the public key in PEM" => {
            encoded(Algorithm::HS256, &right, &EncodingKey::from_secret(key.public_pem().as_bytes()))
        }
        "with an administrator's claims" => signed(&json!({
            "sub": "admin", "iss": stage.license_server(0), "iat": now, "exp": now + 3_600,
            "roles": "ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_READ,ROLE_RESERVATIONS",
        })),
        "RS512" => {
            let signing = EncodingKey::from_rsa_pem(key.private_pem().as_bytes());
            let signing = signing.map_err(|error| StepError::fault(error.to_string()))?;
            encoded(Algorithm::RS512, &right, &signing)
        }
        "expired" => claimed("exp", json!(now - PAST_S)),
        "without exp and iat" => signed(&changed(&changed(&right, "exp", Value::Null), "iat", Value::Null)),
        "made in half an hour" => claimed("iat", json!(now + 1_800)),
        "of another subject" => claimed("sub", json!("1234567890")),
        "without roles" => claimed("roles", Value::Null),
        "of ROLE_READ" => claimed("roles", json!("ROLE_READ")),
        "of ROLE_ADMIN" => claimed("roles", json!("ROLE_ADMIN")),
        other => Err(StepError::fault(format!("there is no client JWT that is {other:?}"))),
    }
}

/// The token as far as the last dot.
fn without_signature(token: &str) -> String {
    let (message, _) = token.rsplit_once('.').unwrap_or_default();
    format!("{message}.")
}

fn encoded(algorithm: Algorithm, claims: &Value, key: &EncodingKey) -> Result<String, StepError> {
    jsonwebtoken::encode(&Header::new(algorithm), claims, key)
        .map_err(|error| StepError::fault(error.to_string()))
}

/// Claims with one of them changed; null leaves it out.
fn changed(claims: &Value, name: &str, value: Value) -> Value {
    let mut changed = claims.clone();
    if let Some(members) = changed.as_object_mut() {
        members.remove(name);
        if !value.is_null() {
            members.insert(name.to_owned(), value);
        }
    }
    changed
}
