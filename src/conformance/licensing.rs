//! License servers of a scenario: what it has set up of them, and the calls that many steps make.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cucumber::gherkin::Step;
use serde_json::{Map, Value, json};

use super::access::made_key;
use super::check::{Place, StepError, Stepped};
use super::stage::Stage;
use crate::target::{Answer, Body, Call, KeyPair};

/// The password of the Producer User in scenarios that do not choose one.
pub(super) const PRODUCER_PASSWORD: &str = "Producer-1!secret";
/// That of the administrator of every license server.
pub(super) const ADMIN_PASSWORD: &str = "Admin-2?secret";
/// What the first and the second license server are called. Every site has its own, so they can be fixed.
const INSTANCES: [&str; 2] = ["3VH8MNZESMSP", "7QWERTZUIOPA"];
/// A token is asked for anew when it has this much left, though it lives for a day.
const FRESH_S: i64 = 20 * 3_600;

/// What a scenario knows of its license servers.
#[derive(Default)]
pub(super) struct Licensing {
    /// The address that instances are below of.
    pub(super) base: String,
    /// How many license servers there are.
    pub(super) servers: usize,
    /// What the first one was told last, to be sent again with a change.
    pub(super) settings: Value,
    /// The Producer User's token on each license server, and when it was made.
    tokens: Vec<(usize, i64, String)>,
    /// The token of the last answer to `authorize`.
    pub(super) kept_token: Option<String>,
    /// The key that was uploaded last, in DER.
    pub(super) uploaded: Vec<u8>,
    /// Whether client JWTs are signed with the second key.
    pub(super) signs_with_another: bool,
}

/// Which license server a step speaks of.
pub(super) fn server(named_second: &str) -> usize {
    usize::from(!named_second.is_empty())
}

impl Stage {
    /// The address of an operation of a license server.
    pub(super) fn licensing_url(&self, server: usize, path: &str) -> String {
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        format!("{}/instances/{}{path}", self.licensing.base, self.license_server(server))
    }

    /// The ID of a license server.
    pub(super) fn license_server(&self, server: usize) -> &str {
        self.given_instance().map_or(INSTANCES[server.min(1)], |given| &given.id)
    }

    /// A call of the operator, whose answer is kept.
    pub(super) async fn operate(&mut self, step: &Step, path: &str, change: Option<Value>) -> Stepped {
        let site = self.own_site()?;
        match self.control()?.license_servers(&site, path, change).await {
            Ok(answer) => {
                self.shown = Some(answer.exchange.clone());
                self.keep(step, answer)
            }
            Err(error) => Err(self.control_failed(step, &error)),
        }
    }

    /// A call of the operator that has to succeed.
    async fn set_up(&mut self, step: &Step, path: &str, change: Value) -> Stepped {
        self.operate(step, path, Some(change)).await?;
        let answer = self.last()?;
        self.assert_set_up(step, &["CM-PROD-002"], "a success", answer.summary(), answer.ok())
    }

    /// Tells a license server its features and settings.
    pub(super) async fn put_license_server(
        &mut self,
        step: &Step,
        server: usize,
        settings: Value,
    ) -> Stepped {
        let path = format!("instances/{}", self.license_server(server));
        self.licensing.servers = self.licensing.servers.max(server + 1);
        self.set_up(step, &path, settings).await
    }

    /// Makes a license server with these features, or takes the one that is given, whatever its features are. On it the Producer
    /// User may authorize.
    pub(super) async fn make_license_server(
        &mut self,
        step: &Step,
        server: usize,
        features: Value,
    ) -> Stepped {
        if self.given_instance().is_some() {
            self.licensing.servers = 1;
            return Ok(());
        }
        if self.licensing.servers == 0 {
            let enabled = json!({ "enabled": true, "password": PRODUCER_PASSWORD });
            self.set_up(step, "producer-user", enabled).await?;
        }
        let settings = json!({ "accountId": "ACME", "adminPassword": ADMIN_PASSWORD, "features": features });
        self.licensing.settings.clone_from(&settings);
        self.put_license_server(step, server, settings).await
    }

    /// Uploads the client's public key.
    pub(super) async fn upload_client_key(&mut self, step: &Step, server: usize) -> Stepped {
        let der = der_of(&self.client_signer()?);
        let answer = self.upload(server, der).await?;
        self.assert_set_up(step, &["CM-KEY-001"], "status 200", answer.summary(), answer.is(200))
    }

    /// Uploads a key as the Producer User.
    pub(super) async fn upload(&mut self, server: usize, key: Vec<u8>) -> Result<Answer, StepError> {
        self.licensing.uploaded.clone_from(&key);
        let url = self.licensing_url(server, "rest_licensing_keys");
        let call = Call::new(reqwest::Method::POST, url, Body::Octets(key));
        let token = self.producer_token(server).await?;
        Ok(self.send(call.bearer(&token)).await)
    }

    /// Asks for a token. The password of scenarios stands for the one of an instance that is given.
    pub(super) async fn authorize(&mut self, server: usize, user: &str, password: &str) -> Answer {
        let url = self.licensing_url(server, "authorize");
        let given = self.given_instance().filter(|_| password == PRODUCER_PASSWORD);
        let password = given.map_or(password, |given| given.producer_password.expose()).to_owned();
        self.send(Call::post(url, json!({ "user": user, "password": password }))).await
    }

    /// A token of the Producer User that is still good for hours.
    pub(super) async fn producer_token(&mut self, server: usize) -> Result<String, StepError> {
        let now = self.now_s();
        let fresh = |(of, made, _): &&(usize, i64, String)| *of == server && now - made < FRESH_S;
        if let Some((_, _, token)) = self.licensing.tokens.iter().rev().find(fresh) {
            return Ok(token.clone());
        }
        let token = self.token_of(server, "producer", PRODUCER_PASSWORD).await?;
        self.licensing.tokens.push((server, now, token.clone()));
        Ok(token)
    }

    /// A token of a user who has to get one.
    pub(super) async fn token_of(
        &mut self,
        server: usize,
        user: &str,
        password: &str,
    ) -> Result<String, StepError> {
        let answer = self.authorize(server, user, password).await;
        let token = token(&answer);
        let place = Place { step: format!("{user} authorizes"), line: 0 };
        let expected = "status 200 with a token";
        self.assert_set_up(place, &["CM-AUTH-002"], expected, answer.summary(), token.is_some())?;
        token.ok_or_else(|| StepError::fault("the answer has no token"))
    }

    /// A token of an account that may read: the administrator, or the Producer User where nobody knows another password.
    pub(super) async fn reader_token(&mut self) -> Result<String, StepError> {
        if self.given_instance().is_some() {
            return self.producer_token(0).await;
        }
        self.token_of(0, "admin", ADMIN_PASSWORD).await
    }

    /// The key that signs client JWTs now.
    pub(super) fn client_signer(&self) -> Result<KeyPair, StepError> {
        if self.licensing.signs_with_another { another_key() } else { Ok(self.context.client_key.clone()) }
    }

    /// A client JWT that is right in every respect.
    pub(super) fn client_jwt(&self) -> Result<String, StepError> {
        let claims = client_claims(self.now_s());
        self.client_signer()?.sign(&claims).map_err(|error| StepError::fault(error.to_string()))
    }

    /// A licensing call of the client application.
    pub(super) async fn as_licensed_client(
        &mut self,
        server: usize,
        path: &str,
        body: Value,
    ) -> Result<Answer, StepError> {
        let call = Call::post(self.licensing_url(server, path), body).bearer(&self.client_jwt()?);
        Ok(self.send(call).await)
    }
}

/// A second key, which no license server knows unless a step uploads it.
pub(super) fn another_key() -> Result<KeyPair, StepError> {
    made_key("another").map_err(|error| StepError::fault(error.to_string()))
}

/// The claims of a right client JWT.
pub(super) fn client_claims(now_s: i64) -> Value {
    json!({ "sub": "Authorization", "iat": now_s, "exp": now_s + 3_600, "roles": "ROLE_CAPABILITY" })
}

/// The public half of a key in DER.
pub(super) fn der_of(key: &KeyPair) -> Vec<u8> {
    key.public_der()
}

/// The token in an answer to `authorize`.
pub(super) fn token(answer: &Answer) -> Option<String> {
    let body = answer.json().filter(|_| answer.is(200))?;
    Some(body.get("token")?.as_str()?.to_owned())
}

/// A part of a token, read without trust.
pub(super) fn part(token: &str, at: usize) -> Option<Map<String, Value>> {
    let text = token.split('.').nth(at)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// The token with another part in its place.
pub(super) fn with_part(token: &str, at: usize, part: &Value) -> String {
    let encoded = URL_SAFE_NO_PAD.encode(part.to_string());
    let mut parts: Vec<&str> = token.split('.').collect();
    if let Some(place) = parts.get_mut(at) {
        *place = &encoded;
    }
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_tokens_are_read_and_replaced() {
        let token = with_part("a.b.c", 1, &json!({ "sub": "producer" }));
        assert_eq!(part(&token, 1).unwrap()["sub"], "producer");
        assert_eq!(part(&token, 0), None);
        assert!(token.starts_with("a.") && token.ends_with(".c"));
    }

    #[test]
    fn the_second_server_is_named() {
        assert_eq!((server(""), server(" to the second license server")), (0, 1));
    }
}
