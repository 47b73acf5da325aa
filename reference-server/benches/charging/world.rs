//! A server with a site that can be charged, and the handler that it is held against.

use std::net::SocketAddr;
use std::path::Path;

use axum::Router;
use axum::routing::post;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reference_server::{RunningServer, ServerOptions, StoreLocation, start};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::client::{all, once, request};

/// A key on P-256 for benchmarks. It protects nothing.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNav4+6EDwCUZ7eNh
Twf+GXDfaEfpD9uy+hSEcIXwsZqhRANCAARDzJZ2CN7c5gk+qu5ScjKzbRok8uFN
Vr6lSmsO2fsDgztAIx75WPSskZ2yhOLMRW7OQdrNmLmSo4cj7xg6lp6f
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ8yWdgje3OYJPqruUnIys20aJPLh
TVa+pUprDtn7A4M7QCMe+Vj0rJGdsoTizEVuzkHazZi5kqOHI+8YOpaenw==
-----END PUBLIC KEY-----
";
const CONTROL: &str = "bench";
/// Where the sessions of the site are.
const SESSIONS: &str = "/sites/bench/dynamicmonetization/api/v1.0/sessions";
const NOW: i64 = 1_760_000_000_000;

/// The body that is charged, and that the constant handler parses.
pub const BODY: &str = r#"{"requester": {"type": "user", "value": "LisaBarry"}, "rollbackOnDeny": true, "requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 10}]}"#;

/// A running server with one site on a virtual clock: one instance, one line item without bound.
pub struct World {
    runtime: Runtime,
    server: Option<RunningServer>,
    pub address: SocketAddr,
    pub token: String,
    pub instance: String,
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime can be had")
}

impl World {
    /// A world on a file in the folder, or in memory without one, under a policy.
    pub fn new(folder: Option<&Path>, policy: &Value) -> Self {
        let store =
            folder.map_or(StoreLocation::Memory, |path| StoreLocation::File(path.join("bench.sqlite")));
        let runtime = runtime();
        let server =
            runtime.block_on(start(ServerOptions::on_loopback(store, CONTROL))).expect("the server starts");
        let now_s = NOW / 1000;
        let claims = json!({
            "iss": "bench", "iat": now_s, "nbf": now_s - 60, "exp": now_s + 900_000_000,
            "cnf": { "jwk": { "kid": "ops", "kty": "ADMIN" } },
        });
        let key = EncodingKey::from_ec_pem(PRIVATE.as_bytes()).expect("the key is one");
        let token = encode(&Header::new(Algorithm::ES256), &claims, &key).expect("claims can be signed");
        let address = server.address();
        let mut world = Self { runtime, server: Some(server), address, token, instance: String::new() };
        world.provision(policy);
        world
    }

    fn provision(&mut self, policy: &Value) {
        let site = json!({
            "clock": { "mode": "virtual", "now": NOW }, "policy": policy,
            "administrationKeys": [{ "id": "ops", "publicKey": PUBLIC }],
        });
        assert_eq!(self.control("PUT", "", &site).0, 201);
        let table = json!({ "series": "S", "version": "1", "effectiveFrom": 0,
                            "items": [{ "name": "PhotoPrint", "version": "1.0", "rate": 3 }] });
        assert_eq!(self.call("POST", "/provisioning/api/v1.0/rate-tables", &table).0, 201);
        let new = json!({ "shortName": "main", "accountId": "ACME" });
        let made: Value =
            serde_json::from_str(&self.call("POST", "/api/v1.0/instances", &new).1).expect("JSON");
        self.instance = made["id"].as_str().expect("an ID").to_owned();
        let item = json!({
            "activationId": "ACT01", "state": "DEPLOYED", "quantity": 1000, "start": 0, "end": NOW * 2,
            "attributes": { "elastic": true, "rateTableSeries": "S", "overdraftType": "Unlimited" },
        });
        let path = format!("/api/v1.0/instances/{}/line-items", self.instance);
        assert_eq!(self.call("PUT", &path, &item).0, 200);
    }

    /// A call of the API.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let path = format!("/sites/bench/dynamicmonetization{path}");
        once(self.address, &request(method, &path, &self.token, &body.to_string()))
    }

    /// A call of the control protocol at the site.
    pub fn control(&self, method: &str, path: &str, body: &Value) -> (u16, String) {
        let path = format!("/_control/v1/sites/bench{path}");
        once(self.address, &request(method, &path, CONTROL, &body.to_string()))
    }

    /// Operations that were committed so far, and commits.
    pub fn commits(&self) -> (f64, f64) {
        let metrics = once(self.address, &request("GET", "/metrics", "none", "")).1;
        let value = |name: &str| {
            let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
            line.expect("the server counts its commits")
        };
        (value("chargeproof_commit_operations_sum"), value("chargeproof_commit_operations_count"))
    }

    /// A one-off request as it goes over the wire.
    pub fn one_off(&self) -> Vec<u8> {
        let path = format!(
            "/sites/bench/dynamicmonetization/elastic/api/v1.0/instances/{}/access-request",
            self.instance
        );
        request("POST", &path, &self.token, BODY)
    }

    /// Opens sessions that use ten photos each; returns their IDs.
    pub fn sessions(&self, count: usize) -> Vec<Uuid> {
        let (token, new) = (self.token.clone(), json!({ "instanceId": self.instance }).to_string());
        let open = move |_| request("POST", SESSIONS, &token, &new);
        let ids: Vec<Uuid> = all(self.address, count, open, 200, |body| {
            let opened: Value = serde_json::from_str(body).expect("JSON");
            opened["sessionId"].as_str().and_then(|id| id.parse().ok()).expect("an ID")
        });
        let (token, opened) = (self.token.clone(), ids.clone());
        let first =
            move |place: usize| request("PUT", &format!("{SESSIONS}/{}", opened[place]), &token, BODY);
        all(self.address, count, first, 200, |_| ());
        ids
    }

    /// Makes line items that come after the one that is charged.
    pub fn line_items(&self, count: usize) {
        let path =
            format!("/sites/bench/dynamicmonetization/api/v1.0/instances/{}/line-items", self.instance);
        let token = self.token.clone();
        let item = move |place: usize| {
            let item = json!({
                "activationId": format!("MORE{place}"), "state": "DEPLOYED", "quantity": 1000, "start": 0,
                "end": NOW * 3, "attributes": { "elastic": true, "rateTableSeries": "S" },
            });
            request("PUT", &path, &token, &item.to_string())
        };
        all(self.address, count, item, 200, |_| ());
    }

    /// A heartbeat as it goes over the wire.
    pub fn heartbeat(&self, session: Uuid) -> Vec<u8> {
        request("GET", &format!("{SESSIONS}/{session}/heartbeat"), &self.token, "")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.shutdown());
        }
    }
}

/// A handler that parses the same body and answers a constant of the same size.
pub struct Constant {
    _runtime: Runtime,
    pub address: SocketAddr,
}

impl Constant {
    pub fn new(answer: String) -> Self {
        let runtime = runtime();
        let handler = move |body: axum::body::Bytes| async move {
            let parsed: Value = serde_json::from_slice(&body).expect("the body is JSON");
            assert!(parsed.is_object());
            ([("content-type", "application/json")], answer)
        };
        let router: Router = Router::new().route("/constant", post(handler));
        let address = runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
            let address = listener.local_addr().expect("it has an address");
            tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
            address
        });
        Self { _runtime: runtime, address }
    }
}
