//! Other generators on the same server.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use chargeproof::load::NullServer;
use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{GooseMethod, GooseRequest, Scenario, Transaction, TransactionFunction};

/// What each of them asks for, over and over.
const BODY: &str = concat!(
    r#"{"requester":{"type":"user","value":"load-0"},"requestedItems":[{"item":"Null","version":"1.0","#,
    r#""count":1,"metaData":{"op":"null-1000000"}}]}"#
);

/// Requests a second of goose's own users, each of whom asks again as soon as it has its answer.
pub async fn goose_closed_loop(server: &NullServer, users: usize, lasts: Duration) -> f64 {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(server.base());
    configuration.users = Some(users);
    configuration.increase_rate = Some((users * 100).to_string());
    configuration.run_time = Some(format!("{}s", lasts.as_secs()));
    configuration.quiet = 2;
    configuration.no_print_metrics = true;
    configuration.no_reset_metrics = true;
    configuration.no_telnet = true;
    let ask: TransactionFunction = Arc::new(|user| {
        Box::pin(async move {
            let builder = user
                .get_request_builder(&GooseMethod::Post, "/instances/null/access-request")?
                .header("authorization", "Bearer none")
                .header("content-type", "application/json")
                .body(BODY);
            let request = GooseRequest::builder().set_request_builder(builder).name("ask").build();
            let answer = user.request(request).await?;
            if let Ok(response) = answer.response {
                drop(response.bytes().await);
            }
            Ok(())
        })
    });
    let scenario = Scenario::new("closed").register_transaction(Transaction::new(ask));
    let attack = GooseAttack::initialize_with_config(configuration).expect("a configuration");
    let metrics = attack.register_scenario(scenario).execute().await.expect("an attack");
    let requests: usize = metrics.requests.values().map(|request| request.raw_data.counter).sum();
    requests as f64 / metrics.duration.max(1) as f64
}

/// Requests a second of wrk, if it is there.
pub fn wrk(server: &NullServer, connections: usize, lasts: Duration) -> Option<f64> {
    let folder = tempfile::tempdir().ok()?;
    let script = folder.path().join("ask.lua");
    let lua = format!(
        "wrk.method = \"POST\"\nwrk.body = [[{BODY}]]\nwrk.headers[\"content-type\"] = \"application/json\"\n"
    );
    std::fs::write(&script, lua).ok()?;
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &connections.to_string()])
        .args(["--duration", &format!("{}s", lasts.as_secs()), "--script"])
        .arg(&script)
        .arg(server.base())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok())
}
