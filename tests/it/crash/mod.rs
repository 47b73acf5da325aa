//! Killed at any moment and started again, the server shows everything that it has acknowledged exactly once.

mod advance;
mod clients;
mod ledger;
mod soak;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use chargeproof::target::{
    Algorithm, Answer, Api, Call, Claims, Client, ControlClient, KeyPair, SiteRequest,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::{Server, TOKEN};

const SITE: &str = "crash";
/// The far end of every line item.
const NEVER: i64 = 253_402_300_799_999;

/// What is needed to speak to a server of this test, whichever process it is now.
#[derive(Clone)]
struct Ground {
    client: Client,
    token: String,
}

/// A server process with the way to it.
struct Running {
    process: Server,
    ground: Ground,
    api: Api,
}

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Ground {
    /// A key and a token that is valid for longer than any clock of these tests runs, from this time on.
    fn new(from_s: i64) -> (Self, KeyPair) {
        let key = KeyPair::generate("ops", Algorithm::Es256).unwrap();
        let claims = Claims { expires_s: from_s + 10 * 366 * 86_400, ..Claims::admin(&key, from_s) };
        let token = key.sign(&claims.to_json()).unwrap();
        (Self { client: Client::new(Duration::from_secs(30)).unwrap(), token }, key)
    }

    fn start(&self, store: &Path) -> Running {
        let process = Server::start(&["--store", &store.display().to_string()]);
        let api = Api::new(&format!("{}/sites/{SITE}/dynamicmonetization", process.base));
        Running { process, ground: self.clone(), api }
    }

    async fn send(&self, call: Call) -> Answer {
        self.client.send(call.bearer(&self.token)).await
    }

    /// Sends what must succeed.
    async fn done(&self, call: Call) -> Value {
        let answer = self.send(call).await;
        assert!(answer.ok(), "{}", answer.summary());
        answer.json().unwrap_or_default()
    }
}

impl Running {
    fn control(&self) -> ControlClient {
        ControlClient::new(self.ground.client.clone(), &format!("{}/_control/v1", self.process.base), TOKEN)
    }

    /// Makes the site with a rate of 3 tokens for each PhotoPrint.
    async fn make_site(&self, key: &KeyPair, virtual_now_ms: Option<i64>, policy: &[(&str, &str)]) {
        let policy = policy.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let request = SiteRequest {
            virtual_now_ms,
            administration_keys: vec![(key.id().to_owned(), key.public_pem().to_owned())],
            policy: policy.collect::<BTreeMap<_, _>>(),
            ..SiteRequest::default()
        };
        self.control().create_site(SITE, &request).await.unwrap();
        let items = json!([{"name": "PhotoPrint", "version": "1.0", "rate": 3}]);
        let table = json!({"series": "S", "version": "1", "effectiveFrom": 0, "items": items});
        self.ground.done(Call::post(self.api.rate_tables(), table)).await;
    }

    /// Makes an instance with one line item that is never spent; returns its ID.
    async fn make_instance(&self, name: &str, line_item: &str) -> String {
        let new = json!({"shortName": name, "accountId": "ACME"});
        let instance = text(&self.ground.done(Call::post(self.api.instances(), new)).await["id"]);
        let line_item = json!({
            "activationId": line_item, "state": "DEPLOYED", "quantity": 1_000_000_000, "start": 0, "end": NEVER,
            "attributes": {"elastic": true, "rateTableSeries": "S"}
        });
        self.ground.done(Call::put(self.api.line_items(&instance), line_item)).await;
        instance
    }

    /// The usage rows after so many.
    async fn rows_after(&self, seen: usize) -> Vec<Value> {
        let mut rows: Vec<Value> = Vec::new();
        loop {
            let after = (seen + rows.len()) as u64;
            let page = self.control().usage_rows(SITE, after, 10_000).await.unwrap();
            let before = rows.len();
            rows.extend(page.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
            if rows.len() == before {
                return rows;
            }
        }
    }
}

/// A request for so many PhotoPrints.
fn photo_prints(count: i64) -> Value {
    let items = json!([{"item": "PhotoPrint", "version": "1.0", "count": count}]);
    json!({
        "requester": {"type": "user", "value": "LisaBarry"},
        "requestedItems": if count == 0 { json!([]) } else { items },
        "rollbackOnDeny": true,
    })
}

/// A number that the environment may set higher, or lower.
fn from_environment(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}
