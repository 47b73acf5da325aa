//! The real router over a store in memory, and a site of its own for each case.

use std::cell::Cell;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::bodies;
use crate::http::test_keys::{EC_PUBLIC, Signer};
use crate::server::run;
use crate::site::Site;
use crate::sites::Sites;
use crate::store::Store;
use crate::{PasswordCost, ServerOptions, StoreLocation};

/// A license-server instance without JSON security, so that what is sent gets to where it is looked at.
pub(super) const LICENSE_SERVER: &str = "LICENSES0001";
pub(super) const NOW: i64 = 1_760_000_000_000;
pub(super) const TOKEN: &str = "control-token";
/// Larger than any answer to these requests.
const MOST_BYTES: usize = 1 << 28;

/// What the addresses of a case lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids {
    pub(super) site: String,
    pub(super) instance: String,
    pub(super) session: String,
    pub(super) condition: String,
}

/// An answer whose form has been found right.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) text: String,
}

pub(super) struct World {
    runtime: Runtime,
    sites: Arc<Sites>,
    service: TowerToHyperService<Router>,
    cases: Cell<u64>,
}

impl World {
    pub(super) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let store = Arc::new(Store::memory().unwrap());
        let sites = Arc::new(runtime.block_on(Sites::restore(store)).unwrap());
        let password_cost = PasswordCost::Quick;
        let loopback = ServerOptions::on_loopback(StoreLocation::Memory, TOKEN);
        let options = ServerOptions { password_cost, ..loopback };
        let address = options.listen;
        let service = TowerToHyperService::new(run::routers(&sites, options, address)());
        Self { runtime, sites, service, cases: Cell::new(0) }
    }

    /// Sends a request; it must be answered without a fault of the server, in a form that can be read.
    pub(super) fn send(&self, request: Request<Body>) -> Result<Answer, TestCaseError> {
        self.runtime.block_on(async {
            let (parts, body) =
                self.service.call(request).await.expect("the router never fails").into_parts();
            let body = to_bytes(body, MOST_BYTES).await.expect("the body is in memory");
            let text = String::from_utf8(body.to_vec());
            prop_assert!(text.is_ok(), "the answer is no text");
            let answer = Answer { status: parts.status.as_u16(), text: text.unwrap_or_default() };
            prop_assert!(answer.status < 500, "{answer:?}");
            well_formed(&parts.headers, &answer)?;
            Ok(answer)
        })
    }

    /// Sends a request that is right.
    pub(super) fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Body::from(if body.is_null() { String::new() } else { body.to_string() }));
        self.send(request.unwrap()).unwrap()
    }

    /// A new site in which every kind of thing exists.
    pub(super) fn begin(&self) -> Ids {
        self.cases.set(self.cases.get() + 1);
        let mut ids = Ids { site: format!("case-{}", self.cases.get()), ..Ids::default() };
        let site = json!({
            "clock": { "mode": "virtual", "now": NOW },
            "administrationKeys": [{ "id": "ops", "publicKey": EC_PUBLIC }],
        });
        let control = format!("/_control/v1/sites/{}", ids.site);
        assert_eq!(self.call("PUT", &control, TOKEN, &site).status, 201);
        let licenses = format!("{control}/cls/instances/{LICENSE_SERVER}");
        let features = bodies::fitting("/cls/instances/{instanceId}", &ids);
        assert_eq!(self.call("PUT", &licenses, TOKEN, &features[0]).status, 201);
        let admin = |method: &str, path: &str, body: &Value| {
            let path = format!("/sites/{}/dynamicmonetization{path}", ids.site);
            let answer = self.call(method, &path, &administrator(), body);
            assert!(answer.status < 300, "{method} {path}: {answer:?}");
            serde_json::from_str::<Value>(&answer.text).unwrap_or_default()
        };
        let id = |value: &Value| value.as_str().unwrap().to_owned();
        let new = json!({ "shortName": "main", "accountId": "ACME" });
        ids.instance = id(&admin("POST", "/api/v1.1/instances", &new)["id"]);
        let of_instance = format!("/api/v1.1/instances/{}", ids.instance);
        let fitting = |end: &str, ids: &Ids| bodies::fitting(end, ids);
        for table in fitting("/rate-tables", &ids) {
            admin("POST", "/provisioning/api/v1.1/rate-tables", &table);
        }
        for path in ["/administration-keys", "/client-keys"] {
            admin("PUT", &format!("/api/v1.1{path}"), &fitting(path, &ids)[0]);
        }
        for item in fitting("/line-items", &ids) {
            admin("PUT", &format!("{of_instance}/line-items"), &item);
        }
        let conditions =
            admin("POST", &format!("{of_instance}/conditions"), &fitting("/conditions", &ids)[0]);
        ids.condition = id(&conditions[0]["id"]);
        ids.session =
            id(&admin("POST", "/api/v1.1/sessions", &json!({ "instanceId": ids.instance }))["sessionId"]);
        admin(
            "PUT",
            &format!("/api/v1.1/sessions/{}", ids.session),
            &fitting("/sessions/{sessionId}", &ids)[0],
        );
        ids
    }

    /// After a case the server is well, the site is whole, and what the store has of it is that site.
    pub(super) fn end(&self, ids: &Ids) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.call("GET", "/health", "", &Value::Null).status, 200);
        let rows =
            self.call("GET", &format!("/_control/v1/sites/{}/usage-rows", ids.site), TOKEN, &Value::Null);
        prop_assert!(matches!(rows.status, 200 | 404), "{rows:?}");
        self.runtime.block_on(async {
            let seen = self.sites.act(&ids.site, |site| view(site, ids)).await;
            for stored in self.sites.store().load().await.expect("the store is in memory") {
                let restored = Site::restore(&stored);
                prop_assert!(restored.is_ok(), "{:?}", restored.err());
                if let (Ok(mut restored), true) = (restored, stored.id == ids.site) {
                    prop_assert_eq!(
                        &restored.act(0, |site| view(site, ids)).0,
                        seen.as_ref().expect("the site is whole")
                    );
                }
                self.sites.delete(&stored.id).await.expect("the site is there");
            }
            Ok(())
        })
    }
}

/// What a restart must not change.
fn view(site: &mut Site, ids: &Ids) -> String {
    let (items, sessions) = (site.line_items(&ids.instance), site.sessions(&ids.instance));
    let licenses = site.license_server(LICENSE_SERVER);
    format!("{:?} {items:?} {sessions:?} {:?} {licenses:?}", site.now(), site.rate_tables(None))
}

fn well_formed(headers: &HeaderMap, answer: &Answer) -> Result<(), TestCaseError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let readable = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    match kind {
        // HEAD has the headers of an answer without its body.
        "application/json" => prop_assert!(answer.text.is_empty() || readable(&answer.text), "{answer:?}"),
        "application/x-ndjson" => prop_assert!(answer.text.lines().all(readable), "{answer:?}"),
        "" => prop_assert!(answer.text.is_empty(), "{answer:?}"),
        _ => prop_assert!(kind.starts_with("text/html") || kind.starts_with("application/openmetrics-text")),
    }
    Ok(())
}

/// A token of the administration that outlives every clock.
pub(super) fn administrator() -> String {
    token(Signer::Ec, "ops", "ADMIN", &[])
}

/// A token for one instance, which is believed once the key is saved.
pub(super) fn client(instance: &str) -> String {
    token(Signer::Ec, "app", "CLIENT", &[instance])
}

fn token(signer: Signer, kid: &str, kty: &str, audience: &[&str]) -> String {
    signer.sign(&json!({
        "iss": "producer.example", "iat": 0, "nbf": 0, "exp": 300_000_000_000_i64, "aud": audience,
        "cnf": { "jwk": { "kid": kid, "kty": kty } },
    }))
}
