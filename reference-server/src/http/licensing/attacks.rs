//! What somebody would try who may not: each attack is refused, and none of them learns anything.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::super::test_keys::{RSA_PUBLIC, Signer};
use super::PasswordDesk;
use super::world::{ADMIN_PASSWORD, INSTANCE, NOW_S, OTHER, PRODUCER_PASSWORD, World, client_claims, der};
use crate::StoreLocation;
use crate::domain::licensing::PasswordCost;
use crate::test_log::Log;

/// A token with one part in place of another.
fn with_part(token: &str, place: usize, part: &Value) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[place] = URL_SAFE_NO_PAD.encode(part.to_string());
    parts.join(".")
}

fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

fn unsigned(claims: &Value) -> String {
    let token = with_part("a.b.", 0, &json!({ "alg": "none", "typ": "JWT" }));
    with_part(&token, 1, claims)
}

fn shared_secret(secret: &[u8], claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret)).unwrap()
}

async fn reading(world: &World, instance: &str, token: &str) -> u16 {
    world.call("GET", instance, "/features", Some(token), &Value::Null).await.status
}

async fn licensing(world: &World, instance: &str, token: &str) -> u16 {
    let body = json!({ "hostId": { "type": "string", "value": "A" }, "features": [] });
    world.call("POST", instance, "/access_request", Some(token), &body).await.status
}

#[tokio::test]
async fn tokens_of_authorize_are_as_published_and_cannot_be_altered() {
    let world = World::new().await;
    let token = world.token("admin", ADMIN_PASSWORD).await;
    let claims = claims_of(&token);
    assert_eq!((&claims["sub"], &claims["iss"]), (&json!("admin"), &json!(INSTANCE)));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(NOW_S), &json!(NOW_S + 86_400)));
    assert_eq!(claims["roles"], json!("ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_READ,ROLE_RESERVATIONS"));
    let second = world.token("admin", ADMIN_PASSWORD).await;
    assert_ne!(claims["xsrfToken"], claims_of(&second)["xsrfToken"]);
    assert_eq!(
        (reading(&world, INSTANCE, &token).await, reading(&world, INSTANCE, &second).await),
        (200, 200)
    );

    let changed = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let mut without_roles = claims.clone();
    without_roles.as_object_mut().unwrap().remove("roles");
    let (signed, _signature) = token.rsplit_once('.').unwrap();
    for attack in [
        with_part(&token, 1, &changed("sub", json!("producer"))),
        with_part(&token, 1, &changed("exp", json!(NOW_S + 999_999))),
        with_part(&token, 1, &without_roles),
        with_part(&token, 0, &json!({ "alg": "none", "typ": "JWT" })),
        with_part(&token, 0, &json!({ "alg": "HS256", "typ": "JWT" })),
        format!("{signed}."),
        signed.to_owned(),
        unsigned(&claims),
        shared_secret(b"", &claims),
        "nonsense".to_owned(),
        "..".to_owned(),
        String::new(),
    ] {
        assert_eq!(reading(&world, INSTANCE, &attack).await, 401, "{attack}");
    }
    world.advance(86_400_000).await;
    assert_eq!(reading(&world, INSTANCE, &token).await, 401, "it has expired");
}

#[tokio::test]
async fn tokens_and_credentials_end_at_their_instance() {
    let world = World::new().await;
    for (user, password) in [("admin", ADMIN_PASSWORD), ("producer", PRODUCER_PASSWORD)] {
        let token = world.token(user, password).await;
        assert_eq!(reading(&world, OTHER, &token).await, 401, "{user}");
    }
    assert_eq!(world.authorize(OTHER, "producer", PRODUCER_PASSWORD).await.status, 200);
    let other = json!({ "adminPassword": "Other-3!secret", "features": [] });
    assert_eq!(world.control("PUT", &format!("/cls/instances/{OTHER}"), &other).await.status, 200);
    assert_eq!(world.authorize(OTHER, "admin", ADMIN_PASSWORD).await.status, 401);
    assert_eq!(world.authorize(INSTANCE, "admin", ADMIN_PASSWORD).await.status, 200);
    let client = Signer::Rsa.sign(&client_claims(&json!({})));
    assert_eq!(
        (licensing(&world, INSTANCE, &client).await, licensing(&world, OTHER, &client).await),
        (200, 401)
    );
}

#[tokio::test]
async fn client_tokens_are_believed_for_the_uploaded_key_alone() {
    let world = World::new().await;
    let claims = client_claims(&json!({}));
    let right = Signer::Rsa.sign(&claims);
    let base64: String = RSA_PUBLIC.lines().filter(|line| !line.starts_with('-')).collect();
    let shifted = client_claims(&json!({ "exp": NOW_S + 99_999 }));
    for attack in [
        Signer::OtherRsa.sign(&claims),
        Signer::Ec.sign(&claims),
        shared_secret(&der(RSA_PUBLIC), &claims),
        shared_secret(RSA_PUBLIC.as_bytes(), &claims),
        shared_secret(base64.as_bytes(), &claims),
        unsigned(&claims),
        with_part(&right, 1, &shifted),
        with_part(&right, 0, &json!({ "alg": "none" })),
        with_part(&right, 0, &json!({ "alg": "RS512" })),
        with_part(&right, 0, &json!({})),
        format!("{}.", right.rsplit_once('.').unwrap().0),
    ] {
        assert_eq!(licensing(&world, INSTANCE, &attack).await, 401, "{attack}");
    }
    assert_eq!(licensing(&world, INSTANCE, &right).await, 200);
}

/// A client JWT is for licensing and an administrator's token for the rest, whatever they claim.
#[tokio::test]
async fn no_token_does_the_work_of_the_other() {
    let world = World::new().await;
    let admin = world.token("admin", ADMIN_PASSWORD).await;
    assert_eq!(licensing(&world, INSTANCE, &admin).await, 403);
    for roles in ["ROLE_CAPABILITY", "ROLE_ADMIN", "ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_READ,ROLE_RESERVATIONS"] {
        let mut claims = client_claims(&json!({ "roles": roles, "iss": INSTANCE }));
        claims["sub"] = json!("admin");
        let client = Signer::Rsa.sign(&claims);
        assert_eq!(world.upload(INSTANCE, &client, &der(RSA_PUBLIC)).await.status, 403, "{roles}");
        assert_eq!(reading(&world, INSTANCE, &client).await, 403, "{roles}");
        let revoked =
            world.call("DELETE", INSTANCE, "/rest_licensing_keys", Some(&client), &Value::Null).await;
        assert_eq!(revoked.status, 403, "{roles}");
    }
    let keys = format!("/sites/acme/api/1.0/instances/{INSTANCE}/rest_licensing_keys");
    let nobody = world.send("POST", &keys, None, "application/octet-stream", &der(RSA_PUBLIC)).await;
    assert_eq!(nobody.status, 401);
    let head = world.call("GET", INSTANCE, "/features", None, &Value::Null).await.head;
    assert!(head.to_lowercase().contains("www-authenticate: bearer"), "{head}");
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let world = World::new().await;
    assert_eq!(
        world.control("PUT", "/cls/instances/NEWINSTANCE1", &json!({ "features": [] })).await.status,
        201
    );
    let mut answers = Vec::new();
    for (instance, user, password) in [
        (INSTANCE, "admin", PRODUCER_PASSWORD),
        (INSTANCE, "producer", ADMIN_PASSWORD),
        (INSTANCE, "nobody", ADMIN_PASSWORD),
        (INSTANCE, "Producer", PRODUCER_PASSWORD),
        (INSTANCE, "ADMIN", ADMIN_PASSWORD),
        (INSTANCE, "", ""),
        ("NEWINSTANCE1", "admin", ADMIN_PASSWORD),
    ] {
        let answer = world.authorize(instance, user, password).await;
        answers.push((answer.status, answer.text));
    }
    let disabled = json!({ "enabled": false });
    assert_eq!(world.control("PUT", "/cls/producer-user", &disabled).await.status, 204);
    let answer = world.authorize(INSTANCE, "producer", PRODUCER_PASSWORD).await;
    answers.push((answer.status, answer.text));
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 401), "{answers:?}");
    for body in [json!({}), json!({ "user": "admin" }), json!({ "user": 1, "password": "x" }), json!([])] {
        assert_eq!(world.call("POST", INSTANCE, "/authorize", None, &body).await.status, 400, "{body}");
    }
}

/// Whoever tries a password waits for one hash, whether there is such a user or not. They take turns, so that whatever
/// else the machine does holds up both.
#[tokio::test]
async fn strangers_wait_as_long_as_users() {
    let desk = PasswordDesk::new(PasswordCost::Standard);
    let secret = desk.hash(ADMIN_PASSWORD.into()).await.unwrap();
    let tried = async |secrets: Vec<_>| {
        let started = Instant::now();
        assert_eq!(desk.find(secrets, "Wrong-1!word".into()).await, None);
        started.elapsed()
    };
    let (mut user, mut stranger) = (Duration::MAX, Duration::MAX);
    for _ in 0..20 {
        user = user.min(tried(vec![secret.clone()]).await);
        stranger = stranger.min(tried(Vec::new()).await);
    }
    assert!(stranger * 4 > user && user * 4 > stranger, "{user:?} for a user, {stranger:?} for a stranger");
}

#[tokio::test]
async fn the_producer_user_takes_two_steps_and_a_reset_ends_what_was_before() {
    let world = World::start(StoreLocation::Memory).await;
    assert_eq!(world.control("PUT", "", &json!({})).await.status, 201);
    let instance = format!("/cls/instances/{INSTANCE}");
    assert_eq!(world.control("PUT", &instance, &json!({ "features": [] })).await.status, 201);
    let state = async || world.control("GET", "/cls/producer-user", &Value::Null).await.body["state"].clone();
    let put = async |body: Value| world.control("PUT", "/cls/producer-user", &body).await.status;
    let authorize = async |password: &str| world.authorize(INSTANCE, "producer", password).await.status;
    assert_eq!((state().await, authorize(PRODUCER_PASSWORD).await), (json!("DISABLED"), 401));
    assert_eq!(put(json!({ "password": PRODUCER_PASSWORD })).await, 409);
    assert_eq!(put(json!({ "enabled": true })).await, 204);
    assert_eq!((state().await, authorize(PRODUCER_PASSWORD).await), (json!("ENABLED_NO_PASSWORD"), 401));
    assert_eq!(put(json!({ "password": "weak" })).await, 400);
    assert_eq!(put(json!({ "password": PRODUCER_PASSWORD })).await, 204);
    assert_eq!((state().await, authorize(PRODUCER_PASSWORD).await), (json!("ENABLED"), 200));
    let token = world.token("producer", PRODUCER_PASSWORD).await;
    assert_eq!(put(json!({ "password": "Another-4!one" })).await, 204);
    assert_eq!((authorize(PRODUCER_PASSWORD).await, authorize("Another-4!one").await), (401, 200));
    assert_eq!(reading(&world, INSTANCE, &token).await, 401);
    assert_eq!(put(json!({ "enabled": false })).await, 204);
    assert_eq!(put(json!({ "enabled": true })).await, 204);
    assert_eq!(state().await, json!("ENABLED_NO_PASSWORD"));
}

/// Neither the log, nor an answer, nor the database has the password.
#[tokio::test]
async fn the_password_of_the_producer_user_stands_nowhere() {
    let (log, _guard) = Log::listen();
    let folder = tempfile::tempdir().unwrap();
    let world = World::at(StoreLocation::File(folder.path().join("store.sqlite")), &json!({})).await;
    let mut said = String::new();
    for body in [
        json!({ "enabled": true, "password": PRODUCER_PASSWORD, "colour": 1 }),
        json!({ "enabled": PRODUCER_PASSWORD }),
        json!({ "password": format!("{PRODUCER_PASSWORD} and far too long for a password") }),
        json!(PRODUCER_PASSWORD),
    ] {
        let answer = world.control("PUT", "/cls/producer-user", &body).await;
        assert_eq!(answer.status, 400, "{body}");
        said.push_str(&answer.text);
    }
    for body in [
        json!({ "user": "admin", "password": PRODUCER_PASSWORD }),
        json!({ "user": 1, "password": PRODUCER_PASSWORD }),
        json!({ "user": "producer", "password": [PRODUCER_PASSWORD] }),
    ] {
        said.push_str(&world.call("POST", INSTANCE, "/authorize", None, &body).await.text);
    }
    for path in ["/", "/metrics", "/health"] {
        said.push_str(&world.send("GET", path, None, "text/plain", b"").await.text);
    }
    world.token("producer", PRODUCER_PASSWORD).await;
    world.server.shutdown().await;
    assert!(!said.contains(PRODUCER_PASSWORD), "{said}");
    log.assert_without(PRODUCER_PASSWORD, folder.path());
}
