//! A license server for tests: its operator, its clients, and what they send over a real socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::openapi::licensing_judge;
use super::super::test_keys::{RSA_PUBLIC, Signer};
use crate::{PasswordCost, RunningServer, ServerOptions, StoreLocation, start};

/// 2030-01-01T08:00:00Z.
pub(super) const NOW: i64 = 1_893_484_800_000;
pub(super) const NOW_S: i64 = NOW / 1000;
pub(super) const INSTANCE: &str = "3VH8MNZESMSP";
pub(super) const OTHER: &str = "7QWERTZUIOPA";
pub(super) const PRODUCER_PASSWORD: &str = "Producer-1!secret";
pub(super) const ADMIN_PASSWORD: &str = "Admin-2?secret";
const CONTROL: &str = "control-token";

pub(super) struct World {
    pub(super) server: RunningServer,
}

pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Value,
    pub(super) text: String,
}

/// The bytes inside of a PEM.
pub(super) fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap()
}

/// A client JWT with these claims over the usual ones; null leaves one out.
pub(super) fn client_claims(changed: &Value) -> Value {
    let mut claims =
        json!({ "sub": "Authorization", "iat": NOW_S, "exp": NOW_S + 3600, "roles": "ROLE_CAPABILITY" });
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

impl World {
    /// A server with the site `acme`, its Producer User enabled, two instances, and a key on the first.
    pub(super) async fn new() -> Self {
        Self::at(StoreLocation::Memory, &json!({})).await
    }

    pub(super) async fn at(location: StoreLocation, policy: &Value) -> Self {
        let world = Self::start(location).await;
        let site = json!({ "clock": { "mode": "virtual", "now": NOW }, "policy": policy });
        assert_eq!(world.control("PUT", "", &site).await.status, 201);
        let producer = json!({ "enabled": true, "password": PRODUCER_PASSWORD });
        assert_eq!(world.control("PUT", "/cls/producer-user", &producer).await.status, 204);
        let instance = json!({ "accountId": "ACME", "adminPassword": ADMIN_PASSWORD, "features": [
            { "name": "f1", "count": 3 },
            { "name": "daily", "count": 10, "borrowInterval": "1d" },
            { "name": "m1", "type": "metered", "count": 100 },
        ] });
        for id in [INSTANCE, OTHER] {
            assert_eq!(world.control("PUT", &format!("/cls/instances/{id}"), &instance).await.status, 201);
        }
        let token = world.token("producer", PRODUCER_PASSWORD).await;
        assert_eq!(world.upload(INSTANCE, &token, &der(RSA_PUBLIC)).await.status, 200);
        world
    }

    /// A server on a store as it is.
    pub(super) async fn start(location: StoreLocation) -> Self {
        let loopback = ServerOptions::on_loopback(location, CONTROL);
        let options = ServerOptions { password_cost: PasswordCost::Quick, ..loopback };
        Self { server: start(options).await.unwrap() }
    }

    pub(super) async fn control(&self, method: &str, path: &str, body: &Value) -> Answered {
        let path = format!("/_control/v1/sites/acme{path}");
        self.send(method, &path, Some(CONTROL), "application/json", body.to_string().as_bytes()).await
    }

    pub(super) async fn advance(&self, by: i64) {
        assert_eq!(self.control("POST", "/clock/advance", &json!({ "by": by })).await.status, 200);
    }

    pub(super) async fn rows(&self) -> Vec<Value> {
        let rows = self.control("GET", "/usage-rows", &json!({})).await;
        rows.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(super) async fn authorize(&self, instance: &str, user: &str, password: &str) -> Answered {
        let body = json!({ "user": user, "password": password });
        self.call("POST", instance, "/authorize", None, &body).await
    }

    pub(super) async fn token(&self, user: &str, password: &str) -> String {
        let answer = self.authorize(INSTANCE, user, password).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["token"].as_str().unwrap().to_owned()
    }

    pub(super) async fn upload(&self, instance: &str, token: &str, der: &[u8]) -> Answered {
        let path = format!("/sites/acme/api/1.0/instances/{instance}/rest_licensing_keys");
        self.send("POST", &path, Some(token), "application/octet-stream", der).await
    }

    /// An access request of a host on the first instance, with a right client JWT.
    pub(super) async fn access(&self, host: &str, changed: &Value) -> Answered {
        let mut body = json!({ "hostId": { "type": "string", "value": host } });
        for (name, value) in changed.as_object().unwrap() {
            body[name] = value.clone();
        }
        let token = Signer::Rsa.sign(&client_claims(&json!({ "exp": null })));
        self.call("POST", INSTANCE, "/access_request", Some(&token), &body).await
    }

    pub(super) async fn call(
        &self,
        method: &str,
        instance: &str,
        path: &str,
        token: Option<&str>,
        body: &Value,
    ) -> Answered {
        let address = format!("/sites/acme/api/1.0/instances/{instance}{path}");
        let answer =
            self.send(method, &address, token, "application/json", body.to_string().as_bytes()).await;
        // No answer of any test may be one that the document does not have.
        licensing_judge::assert_declared(method, path, answer.status, &answer.body);
        answer
    }

    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        token: Option<&str>,
        content_type: &str,
        body: &[u8],
    ) -> Answered {
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
             content-length: {}\r\n",
            body.len()
        );
        if let Some(token) = token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        let (address, body) = (self.server.address(), body.to_vec());
        tokio::task::spawn_blocking(move || exchange(address, &head, &body)).await.unwrap()
    }
}

fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> Answered {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, text) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = serde_json::from_str(text).unwrap_or_default();
    Answered { status, head: head.to_owned(), body, text: text.to_owned() }
}
