//! Killed at any moment and started again, the server shows every acknowledged charge exactly once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chargeproof::target::{Algorithm, Api, Call, Claims, Client, ControlClient, KeyPair, SiteRequest};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::{Server, TOKEN};

const ROUNDS: usize = 5;
const CLIENTS: usize = 8;
const SITE: &str = "crash";

/// What the clients were told: correlation ID and tokens of each acknowledged request.
type Acknowledged = BTreeMap<String, Decimal>;

fn server(store: &Path) -> Server {
    Server::start(&["--store", &store.display().to_string()])
}

fn control(server: &Server, client: &Client) -> ControlClient {
    ControlClient::new(client.clone(), &format!("{}/_control/v1", server.base), TOKEN)
}

fn api(server: &Server) -> Api {
    Api::new(&format!("{}/sites/{SITE}/dynamicmonetization", server.base))
}

fn decimal(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

/// Makes a site with one instance and one large line item; returns the administration token and the instance ID.
async fn set_up(server: &Server, client: &Client, key: &KeyPair) -> (String, String) {
    let request = SiteRequest {
        virtual_now_ms: None,
        administration_keys: vec![(key.id().to_owned(), key.public_pem().to_owned())],
        policy: BTreeMap::new(),
    };
    control(server, client).create_site(SITE, &request).await.unwrap();
    let now_s = jiff::Timestamp::now().as_second();
    let token = key.sign(&Claims::admin(key, now_s).to_json()).unwrap();
    let api = api(server);
    let created = client
        .send(Call::post(api.instances(), json!({"shortName": "main", "accountId": "ACME"})).bearer(&token))
        .await;
    let instance = created.json().unwrap()["id"].as_str().unwrap().to_owned();
    let items = json!([{"name": "PhotoPrint", "version": "1.0", "rate": 3}]);
    let table = json!({"series": "S", "version": "1", "effectiveFrom": 0, "items": items});
    assert!(client.send(Call::post(api.rate_tables(), table).bearer(&token)).await.is(201));
    let line_item = json!({
        "activationId": "ACT01", "state": "DEPLOYED", "quantity": 1_000_000_000, "start": 0,
        "end": 253_402_300_799_999_i64, "attributes": {"elastic": true, "rateTableSeries": "S"}
    });
    assert!(client.send(Call::put(api.line_items(&instance), line_item).bearer(&token)).await.ok());
    (token, instance)
}

/// One client that asks until the server is gone; returns what was acknowledged.
async fn ask_until_gone(
    client: Client,
    url: String,
    token: String,
    count: i64,
    gone: Arc<AtomicBool>,
) -> Acknowledged {
    let items = json!([{"item": "PhotoPrint", "version": "1.0", "count": count}]);
    let body = json!({"requester": {"type": "user", "value": "LisaBarry"}, "requestedItems": items});
    let mut acknowledged = Acknowledged::new();
    while !gone.load(Ordering::Relaxed) {
        let answer = client.send(Call::post(url.clone(), body.clone()).bearer(&token)).await;
        let Some(granted) = answer.json().filter(|_| answer.is(200)) else { continue };
        let id = granted["correlationId"].as_str().unwrap().to_owned();
        acknowledged.insert(id, decimal(&granted["requestedItems"][0]["totalTokensCharged"]));
    }
    acknowledged
}

async fn all_rows(control: &ControlClient) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let page = control.usage_rows(SITE, rows.len() as u64, 10_000).await.unwrap();
        let before = rows.len();
        rows.extend(page.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()));
        if rows.len() == before {
            return rows;
        }
    }
}

#[test]
fn nothing_is_lost_or_doubled_by_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let client = Client::new(Duration::from_secs(10)).unwrap();
    let key = KeyPair::generate("ops", Algorithm::Es256).unwrap();
    let mut random = StdRng::seed_from_u64(20_260_115);
    let mut acknowledged = Acknowledged::new();
    let mut running = server(&store);
    let (token, instance) = runtime.block_on(set_up(&running, &client, &key));
    for _ in 0..ROUNDS {
        let gone = Arc::new(AtomicBool::new(false));
        let url = api(&running).access_request(&instance);
        let clients: Vec<_> = (1..=CLIENTS)
            .map(|count| {
                let count = i64::try_from(count).unwrap();
                runtime.spawn(ask_until_gone(client.clone(), url.clone(), token.clone(), count, gone.clone()))
            })
            .collect();
        // The moment of the kill is what the test is about, so that this one wait is on the wall clock.
        let moment = Duration::from_millis(random.random_range(50..400));
        runtime.block_on(async { tokio::time::sleep(moment).await });
        running.kill();
        gone.store(true, Ordering::Relaxed);
        for told in clients {
            acknowledged.extend(runtime.block_on(told).unwrap());
        }
        running = server(&store);
    }
    let rows = runtime.block_on(all_rows(&control(&running, &client)));
    let used = runtime.block_on(used_now(&running, &client, &token, &instance));
    assert!(acknowledged.len() > ROUNDS, "the test must have charged something");
    reconcile(&acknowledged, &rows, used);
}

async fn used_now(server: &Server, client: &Client, token: &str, instance: &str) -> Decimal {
    let answer = client.send(Call::get(api(server).line_item(instance, "ACT01")).bearer(token)).await;
    decimal(&answer.json().unwrap()["used"])
}

fn reconcile(acknowledged: &Acknowledged, rows: &[Value], used: Decimal) {
    let mut by_correlation: BTreeMap<&str, Vec<Decimal>> = BTreeMap::new();
    let mut total = Decimal::ZERO;
    for (index, row) in rows.iter().enumerate() {
        assert_eq!(row["_SEQ"], json!(index + 1), "the sequence has a gap");
        total += decimal(&row["METER_QUANTITY"]);
        assert_eq!(decimal(&row["USED"]), total, "the running total has a gap at row {}", index + 1);
        by_correlation
            .entry(row["CORRELATION_ID"].as_str().unwrap())
            .or_default()
            .push(decimal(&row["METER_QUANTITY"]));
    }
    assert_eq!(used, total, "the line item and its rows disagree");
    for (correlation, tokens) in acknowledged {
        assert_eq!(by_correlation.get(correlation.as_str()), Some(&vec![*tokens]), "{correlation}");
    }
    assert!(by_correlation.values().all(|rows| rows.len() == 1), "a charge stands twice");
}
