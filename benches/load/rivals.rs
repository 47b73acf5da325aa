//! Other generators on the same server.

use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use chargeproof::load::NullServer;
use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{GooseMethod, GooseRequest, Scenario, Transaction, TransactionFunction};

/// What each of them asks for, over and over.
const BODY: &str = concat!(
    r#"{"requester":{"type":"user","value":"load-0"},"requestedItems":[{"item":"Null","version":"1.0","#,
    r#""count":1,"metaData":{"op":"null-1000000"}}]}"#
);

/// Counts answers from the first to the last: goose itself counts whole seconds only.
#[derive(Default)]
struct Tally {
    first: OnceLock<Instant>,
    answers: AtomicU64,
    last_us: AtomicU64,
}

impl Tally {
    fn count(&self) {
        let first = self.first.get_or_init(Instant::now);
        self.answers.fetch_add(1, Ordering::Relaxed);
        self.last_us
            .fetch_max(u64::try_from(first.elapsed().as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn a_second(&self) -> f64 {
        self.answers.load(Ordering::Relaxed) as f64 * 1e6 / self.last_us.load(Ordering::Relaxed).max(1) as f64
    }
}

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
    let tally = Arc::new(Tally::default());
    let counted = Arc::clone(&tally);
    let ask: TransactionFunction = Arc::new(move |user| {
        let tally = Arc::clone(&counted);
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
                tally.count();
            }
            Ok(())
        })
    });
    let scenario = Scenario::new("closed").register_transaction(Transaction::new(ask));
    let attack = GooseAttack::initialize_with_config(configuration).expect("a configuration");
    attack.register_scenario(scenario).execute().await.expect("an attack");
    tally.a_second()
}

/// Requests a second of wrk, if it is there.
pub fn wrk(server: &NullServer, connections: usize, lasts: Duration) -> Option<f64> {
    let folder = tempfile::tempdir().ok()?;
    let script = folder.path().join("ask.lua");
    let lua = format!(
        "wrk.method = \"POST\"\nwrk.body = [[{BODY}]]\nwrk.headers[\"content-type\"] = \"application/json\"\n"
    );
    std::fs::write(&script, lua).ok()?;
    rate_of(
        Command::new("wrk")
            .args(["--threads", "1", "--connections", &connections.to_string()])
            .args(["--duration", &format!("{}s", lasts.as_secs()), "--script"])
            .arg(&script)
            .arg(server.base()),
    )
}

/// Requests a second of oha, if it is there.
pub fn oha(server: &NullServer, connections: usize, lasts: Duration) -> Option<f64> {
    rate_of(
        Command::new("oha")
            .args(["--no-tui", "-c", &connections.to_string(), "-z", &format!("{}s", lasts.as_secs())])
            .args(["-m", "POST", "-T", "application/json", "-d", BODY])
            .arg(format!("{}/instances/null/access-request", server.base())),
    )
}

/// What a generator calls its rate; both print it alike.
fn rate_of(generator: &mut Command) -> Option<f64> {
    let output = generator.output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().find_map(|line| line.trim().strip_prefix("Requests/sec:")?.trim().parse().ok())
}
