//! Charges and sessions on a real clock, and a kill every few milliseconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chargeproof::target::Call;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use super::clients::{Told, Worker};
use super::ledger::Ledger;
use super::{Ground, Running, decimal, from_environment};

/// Environment variable for how long it takes at least.
const SECONDS: &str = "CHARGEPROOF_SOAK_SECONDS";
/// Kills in the usual time; on a slow machine they take longer.
const FEWEST_KILLS: u64 = 100;
const WORKERS: u64 = 8;

type Workers = Vec<Arc<Mutex<Worker>>>;

#[test]
fn nothing_is_lost_or_doubled_by_kills() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let runtime = Runtime::new().unwrap();
    let (ground, key) = Ground::new(jiff::Timestamp::now().as_second());
    let mut random = StdRng::seed_from_u64(20_260_115);
    let mut running = ground.start(&store);
    runtime.block_on(running.make_site(&key, None, &[]));
    let workers = runtime.block_on(workers(&running));
    let (mut ledger, mut kills) = (Ledger::default(), 0);
    let end = Instant::now() + Duration::from_secs(from_environment(SECONDS, 20));
    while Instant::now() < end || kills < FEWEST_KILLS {
        // The moment of the kill is what the test is about, so that this one wait is on the wall clock.
        let moment = Duration::from_millis(random.random_range(5..150));
        for told in until_killed(&runtime, running, &workers, moment) {
            ledger.unanswered(usize::from(told.unanswered));
            told.charges
                .into_iter()
                .for_each(|(correlation, tokens)| ledger.acknowledge(correlation, tokens));
        }
        kills += 1;
        running = ground.start(&store);
        runtime.block_on(reconcile(&running, &workers, &mut ledger));
    }
    let all = runtime.block_on(running.rows_after(0));
    assert_eq!(all.len(), ledger.rows(), "rows have gone since they were seen");
    let mut again = Ledger::default();
    again.take(&all);
    let (charges, refunds) = (ledger.acknowledgements(), ledger.refunds());
    eprintln!("{kills} kills, {charges} acknowledged charges, {refunds} refunds, {} rows", all.len());
    assert!(charges > 1000 && refunds > 100, "the clients must have worked between the kills");
}

async fn workers(running: &Running) -> Workers {
    let mut workers = Vec::new();
    for number in 0..WORKERS {
        let line_item = format!("ACT{number}");
        let instance = running.make_instance(&format!("i{number}"), &line_item).await;
        let random = StdRng::seed_from_u64(number);
        let worker = Worker::new(instance, line_item, number % 4 != 0, random);
        workers.push(Arc::new(Mutex::new(worker)));
    }
    workers
}

/// Lets the workers work and kills the server at a moment; returns what each was told.
fn until_killed(runtime: &Runtime, running: Running, workers: &Workers, moment: Duration) -> Vec<Told> {
    let Running { process, ground, api } = running;
    let working: Vec<_> = workers
        .iter()
        .map(|worker| {
            let (worker, ground, api) = (Arc::clone(worker), ground.clone(), api.clone());
            runtime.spawn(async move { worker.lock().await.work(&ground, &api).await })
        })
        .collect();
    runtime.block_on(async { tokio::time::sleep(moment).await });
    process.kill();
    working.into_iter().map(|worker| runtime.block_on(worker).unwrap()).collect()
}

/// After a restart everything that was acknowledged stands once, and every session where it was.
async fn reconcile(running: &Running, workers: &Workers, ledger: &mut Ledger) {
    let rows = running.rows_after(ledger.rows()).await;
    ledger.take(&rows);
    ledger.check();
    for worker in workers {
        let mut worker = worker.lock().await;
        let item = Call::get(running.api.line_item(&worker.instance, &worker.line_item));
        let used = decimal(&running.ground.done(item).await["used"]);
        assert_eq!(used, ledger.used(&worker.line_item), "{} and its rows disagree", worker.line_item);
        worker.look_around(running).await;
    }
}
