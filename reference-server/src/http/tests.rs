//! The API over a real socket, as a client sees it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

use super::openapi::judge;
use super::test_keys::{EC_PUBLIC, OTHER_EC_PUBLIC, Signer};
use crate::{PasswordCost, RunningServer, ServerOptions, StoreLocation, start};

pub(super) const NOW: i64 = 1_760_000_000_000;
const TOKEN: &str = "control-token";

pub(super) struct Fixture {
    server: RunningServer,
}

pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Value,
    text: String,
}

impl Fixture {
    /// A server with the site `acme` on a virtual clock.
    pub(super) async fn new() -> Self {
        let password_cost = PasswordCost::Quick;
        let loopback = ServerOptions::on_loopback(StoreLocation::Memory, TOKEN);
        let options = ServerOptions { password_cost, ..loopback };
        let fixture = Self { server: start(options).await.unwrap() };
        let site = json!({
            "clock": { "mode": "virtual", "now": NOW },
            "administrationKeys": [{ "id": "ops", "publicKey": EC_PUBLIC }],
        });
        let made = fixture.control("PUT", "/sites/acme", Some(&site)).await;
        assert_eq!(made.status, 201, "{}", made.body);
        fixture
    }

    async fn send(&self, head: String, body: String) -> Answered {
        let address = self.server.address();
        tokio::task::spawn_blocking(move || exchange(address, &head, &body)).await.unwrap()
    }

    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answered {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut head =
            format!("{method} {path} HTTP/1.1\r\nHost: test.example:8080\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len()));
        }
        let answered = self.send(head, body).await;
        // No answer of any test may be one that the documents do not have.
        judge::assert_declared(method, path, answered.status, &answered.body);
        answered
    }

    pub(super) async fn control(&self, method: &str, path: &str, body: Option<&Value>) -> Answered {
        let (path, token) = (format!("/_control/v1{path}"), format!("Bearer {TOKEN}"));
        self.call(method, &path, &[("Authorization", token.as_str())], body).await
    }

    pub(super) async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Answered {
        let path = format!("/sites/acme/dynamicmonetization{path}");
        let token = bearer(Signer::Ec, "ops", "ADMIN", &[]);
        self.call(method, &path, &[("Authorization", token.as_str())], body).await
    }

    /// A rate table, an instance and a line item; returns the instance.
    pub(super) async fn provisioned(&self, tokens: i64) -> String {
        let table = json!({
            "series": "PublicationApps", "version": "1", "effectiveFrom": NOW - 1,
            "items": [{ "name": "PhotoPrint", "version": "1.0", "rate": 3 },
                      { "name": "CADPrint", "version": "2.0", "rate": 7 }],
        });
        assert_eq!(self.admin("POST", "/provisioning/api/v1.0/rate-tables", Some(&table)).await.status, 201);
        let new = json!({ "shortName": "main", "accountId": "ACME" });
        let instance = self.admin("POST", "/provisioning/api/v1.0/instances", Some(&new)).await;
        assert_eq!(instance.status, 200, "{}", instance.body);
        let id = instance.body["id"].as_str().unwrap().to_owned();
        let item = json!({
            "activationId": "ACT01", "state": "DEPLOYED", "quantity": tokens, "start": NOW - 1, "end": NOW * 2,
            "attributes": { "elastic": true, "rateTableSeries": "PublicationApps" },
        });
        let path = format!("/provisioning/api/v1.0/instances/{id}/line-items");
        let put = self.admin("PUT", &path, Some(&item)).await;
        assert_eq!(put.status, 200, "{}", put.body);
        id
    }
}

pub(super) fn bearer(signer: Signer, kid: &str, kty: &str, audience: &[&str]) -> String {
    let now_s = NOW / 1000;
    let claims = json!({
        "iss": "producer.example", "iat": now_s, "nbf": now_s - 60, "exp": now_s + 90_000, "aud": audience,
        "cnf": { "jwk": { "kid": kid, "kty": kty } },
    });
    format!("Bearer {}", signer.sign(&claims))
}

fn exchange(address: SocketAddr, head: &str, body: &str) -> Answered {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let text = body.to_owned();
    let body = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    Answered { status, head: head.to_owned(), body, text }
}

pub(super) fn ask(items: &Value) -> Value {
    json!({
        "requester": { "type": "user", "value": "LisaBarry" }, "rollbackOnDeny": true, "requestedItems": items,
    })
}

#[tokio::test]
async fn w1_a_one_off_request_is_charged_and_leaves_rows() {
    let fixture = Fixture::new().await;
    let instance = fixture.provisioned(1000).await;
    let request = ask(&json!([
        { "item": "PhotoPrint", "version": "1.0", "count": 10, "metaData": { "job": 7 } },
        { "item": "CADPrint", "version": "2.0", "count": 2 },
    ]));
    let path = format!("/elastic/api/v1.0/instances/{instance}/access-request");
    let answer = fixture.admin("POST", &path, Some(&request)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["requestedItems"][0]["totalTokensCharged"], json!(30));
    assert_eq!(answer.body["requestedItems"][1]["lineItems"][0]["tokensCharged"], json!(14));
    assert_eq!(answer.body["requestedItems"][1]["status"]["code"], json!("101"));

    let path = format!("/api/v1.0/instances/{instance}/line-items/ACT01");
    assert_eq!(fixture.admin("GET", &path, None).await.body["used"], json!(44));
    let rows = fixture.control("GET", "/sites/acme/usage-rows", None).await;
    let Value::String(lines) = rows.body else { panic!("two lines are no JSON value") };
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["CORRELATION_ID"], answer.body["correlationId"]);
    assert_eq!((&rows[0]["USED"], &rows[1]["USED"]), (&json!(30), &json!(44)));
    assert_eq!((&rows[0]["_SEQ"], &rows[1]["_SEQ"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn w6_a_session_is_charged_by_the_clock_and_refunded_when_closed() {
    let fixture = Fixture::new().await;
    let instance = fixture.provisioned(1000).await;
    let opened = fixture.admin("POST", "/api/v1.0/sessions/", Some(&json!({ "instanceId": instance }))).await;
    let session = format!("/floating/api/v1.0/sessions/{}", opened.body["sessionId"].as_str().unwrap());
    let items = json!([{ "item": "PhotoPrint", "version": "1.0", "count": 10 }]);
    assert_eq!(fixture.admin("PUT", &session, Some(&ask(&items))).await.status, 200);
    let minutes = async |by: i64| {
        let moved =
            fixture.control("POST", "/sites/acme/clock/advance", Some(&json!({ "by": by * 60_000 }))).await;
        assert_eq!(moved.status, 200, "{}", moved.body);
    };
    minutes(70).await;
    let beat = fixture.admin("GET", &format!("{session}/heartbeat"), None).await;
    assert_eq!((beat.status, beat.body), (204, json!("")));
    minutes(70).await;
    let closed = fixture.admin("DELETE", &session, None).await;
    assert_eq!((closed.status, closed.body), (200, json!({})));
    let path = format!("/api/v1.0/instances/{instance}/line-items/ACT01");
    assert_eq!(fixture.admin("GET", &path, None).await.body["used"], json!(70));
    assert_eq!(fixture.admin("GET", &session, None).await.body["state"], json!("TERMINATED"));
    assert_eq!(fixture.admin("GET", &format!("{session}/heartbeat"), None).await.status, 403);
}

#[tokio::test]
async fn client_tokens_act_on_their_instance_and_name_it() {
    let fixture = Fixture::new().await;
    let instance = fixture.provisioned(1000).await;
    let key = json!([{ "id": "app", "publicKey": OTHER_EC_PUBLIC.replace('\n', "\\n") }]);
    assert_eq!(fixture.admin("PUT", "/floating/api/v1.0/client-keys", Some(&key)).await.status, 200);
    let token = bearer(Signer::OtherEc, "app", "CLIENT", &[instance.as_str()]);
    let base = "/sites/acme/dynamicmonetization";
    let client = async |method: &str, path: &str, named: Option<&str>, body: Option<&Value>| {
        let mut headers = vec![("Authorization", token.as_str())];
        headers.extend(named.map(|named| ("x-instance-id", named)));
        fixture.call(method, &format!("{base}{path}"), &headers, body).await
    };
    let new = json!({ "instanceId": instance });
    assert_eq!(client("POST", "/api/v1.0/sessions", None, Some(&new)).await.status, 400);
    let other = "7b0f1c2e-5a44-4b7e-9a43-2f5f5f1f0a11";
    assert_eq!(client("POST", "/api/v1.0/sessions", Some(other), Some(&new)).await.status, 401);
    let opened = client("POST", "/api/v1.0/sessions", Some(&instance), Some(&new)).await;
    assert_eq!(opened.status, 200, "{}", opened.body);
    let session = format!("/api/v1.0/sessions/{}", opened.body["sessionId"].as_str().unwrap());
    assert_eq!(client("GET", &session, None, None).await.status, 400);
    assert_eq!(client("GET", &session, Some(&instance), None).await.status, 200);
    assert_eq!(client("GET", "/api/v1.0/instances", None, None).await.status, 403);
    let listed = format!("/api/v1.0/sessions?instanceId={instance}");
    assert_eq!(client("GET", &listed, None, None).await.body.as_array().map(Vec::len), Some(1));
    let foreign = format!("/elastic/api/v1.0/instances/{other}/access-request");
    assert_eq!(client("POST", &foreign, None, Some(&ask(&json!([])))).await.status, 403);
}

#[tokio::test]
async fn refusals_come_in_order_and_unknown_addresses_are_told_apart() {
    let fixture = Fixture::new().await;
    let base = "/sites/acme/dynamicmonetization";
    let line_items = "/provisioning/api/v1.0/instances/no-uuid/line-items".to_owned();
    let nobody = fixture.call("PUT", &format!("{base}{line_items}"), &[], Some(&json!([]))).await;
    assert_eq!(nobody.status, 401);
    assert!(nobody.head.to_ascii_lowercase().contains("www-authenticate: bearer"));
    assert_eq!(fixture.admin("PUT", &line_items, Some(&json!([]))).await.status, 404);

    let instance = fixture.provisioned(10).await;
    let line_items = format!("/provisioning/api/v1.0/instances/{instance}/line-items");
    let invalid = fixture.admin("PUT", &line_items, Some(&json!({ "quantity": "5" }))).await;
    assert_eq!((invalid.status, invalid.body["errors"].as_array().map(Vec::len)), (400, Some(6)));
    assert_eq!(fixture.admin("POST", &line_items, None).await.status, 405);
    assert_eq!(fixture.admin("GET", "/provisioning/api/v1.2/configuration", None).await.status, 404);
    assert_eq!(fixture.admin("GET", "/api/v1.0/sessions/no-uuid", None).await.status, 400);
    assert_eq!(
        fixture.call("GET", "/sites/none/dynamicmonetization/api/v1.0/instances", &[], None).await.status,
        404
    );

    let token = bearer(Signer::Ec, "ops", "ADMIN", &[]);
    let head = |kind: &str, length: usize| {
        format!(
            "POST {base}/api/v1.0/instances HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: {token}\r\n\
             Content-Type: {kind}\r\nContent-Length: {length}\r\n"
        )
    };
    assert_eq!(fixture.send(head("application/json", 1), "{".into()).await.status, 400);
    assert_eq!(fixture.send(head("text/plain", 2), "{}".into()).await.status, 415);
    let refused = fixture.send(head("application/json", 2 << 20), String::new()).await;
    assert_eq!(refused.status, 413);
}

#[tokio::test]
async fn instances_are_paged_and_found_by_account() {
    let fixture = Fixture::new().await;
    for name in ["a", "b", "c"] {
        let new = json!({ "shortName": name, "accountId": "GLOBEX" });
        assert_eq!(fixture.admin("POST", "/provisioning/api/v1.0/instances/", Some(&new)).await.status, 200);
    }
    let list = async |query: &str| {
        fixture.admin("GET", &format!("/provisioning/api/v1.0/instances/{query}"), None).await
    };
    let first = list("?size=2").await.body;
    assert_eq!((first["content"].as_array().map(Vec::len), &first["next"]), (Some(2), &json!(2)));
    let second = list("?size=2&next=2").await.body;
    assert_eq!((second["content"].as_array().map(Vec::len), &second["next"]), (Some(1), &json!(0)));
    let default = list("?accountId=GLOBEX&default=True").await.body;
    assert_eq!(default["content"][0]["shortName"], json!("a"));
    assert_eq!(list("?accountId=NOBODY&default=true").await.body["content"], json!([]));
    for wrong in ["?size=0", "?size=x", "?accountId=GLOBEX", "?default=true", "?accountId=A&default=false"] {
        assert_eq!(list(wrong).await.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn the_control_protocol_is_for_whoever_has_its_token() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.call("GET", "/_control/v1/", &[], None).await.status, 401);
    assert_eq!(fixture.call("GET", "/_control/v1/nowhere", &[], None).await.status, 401);
    assert_eq!(fixture.control("GET", "/nowhere", None).await.status, 404);
    assert_eq!(fixture.control("GET", "", None).await.body["protocol"], json!(1));
    assert!(fixture.control("GET", "/policy", None).await.body["decisions"][0]["readings"].is_array());

    let made = fixture.control("PUT", "/sites/globex", None).await;
    assert_eq!(
        made.body["bases"]["dynamic_monetization"],
        json!("http://test.example:8080/sites/globex/dynamicmonetization")
    );
    assert_eq!(fixture.control("PUT", "/sites/globex", None).await.status, 409);
    let unknown = json!({ "policy": { "nonsense": "x" } });
    assert_eq!(fixture.control("PUT", "/sites/other", Some(&unknown)).await.status, 400);
    assert_eq!(fixture.control("GET", "/sites/globex/clock", None).await.body["mode"], json!("real"));
    let step = json!({ "by": 1 });
    assert_eq!(fixture.control("POST", "/sites/globex/clock/advance", Some(&step)).await.status, 409);
    let back = json!({ "to": NOW - 1 });
    assert_eq!(fixture.control("POST", "/sites/acme/clock/advance", Some(&back)).await.status, 409);
    assert_eq!(
        fixture.control("GET", "/sites/acme/clock", None).await.body,
        json!({ "mode": "virtual", "now": NOW })
    );
    assert_eq!(fixture.control("DELETE", "/sites/globex", None).await.status, 204);
    assert_eq!(fixture.control("DELETE", "/sites/globex", None).await.status, 404);
    assert_eq!(fixture.control("GET", "/sites/globex/usage-rows", None).await.status, 404);
}

#[tokio::test]
async fn people_and_monitors_need_no_token() {
    let fixture = Fixture::new().await;
    let instance = fixture.provisioned(10).await;
    let body = json!({"requester": {"type": "user", "value": "x"},
                      "requestedItems": [{"item": "PhotoPrint", "version": "1.0", "count": 1}]});
    let path = format!("/elastic/api/v1.1/instances/{instance}/access-request");
    assert_eq!(fixture.admin("POST", &path, Some(&body)).await.status, 200);
    let health = fixture.call("GET", "/health", &[], None).await;
    assert_eq!((health.status, health.body), (200, json!({"status": "ok"})));
    let page = fixture.call("GET", "/", &[], None).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("http://test.example:8080/sites/acme/dynamicmonetization"));
    let metrics = fixture.call("GET", "/metrics", &[], None).await;
    let counted =
        "chargeproof_requests_total{operation=\"access_request\",version=\"v1.1\",status=\"2xx\"} 1";
    assert!(metrics.text.lines().any(|line| line == counted), "{}", metrics.text);
    assert!(metrics.text.contains("chargeproof_usage_rows_total{kind=\"charge\"} 1"));
}
