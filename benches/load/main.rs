//! How fast the load generator is, next to others on the same server and in the same minutes.
//!
//! `cargo bench --bench load` prints one table. Every figure is of a server that does nothing but answer, in this
//! process: goose alone in its closed loop, the open loop with its ledger on, and oha and wrk where installed. Then
//! the open loop runs at half of its highest rate, where its lateness counts.

mod rivals;

use std::time::Duration;

use chargeproof::load::{LoadError, NullServer, Pace, Trial, TrialFigures};
use chargeproof::report::events::Measurement;
use tokio::sync::watch;

/// The same allocator as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long each measurement takes.
const LASTS: Duration = Duration::from_secs(2);

/// Requests under way at once, for everybody.
const AT_ONCE: usize = 128;

/// The first rate of the open loop, and by what it grows.
const FIRST: f64 = 20_000.0;
const STEP: f64 = 1.2;

/// How often the last step is halved.
const HALVINGS: u32 = 3;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let server = NullServer::start(Pace::default()).expect("a server");
    println!("load generator, {AT_ONCE} requests at once, {} s each", LASTS.as_secs());
    let before = processor_us();
    let goose = runtime.block_on(rivals::goose_closed_loop(&server, AT_ONCE, LASTS));
    let goose_us = per_request(before, goose);
    println!("goose alone, closed loop       {goose:>8.0} a second, {goose_us:.1} us of processor time each");
    let oha = rivals::oha(&server, AT_ONCE, LASTS);
    let wrk = rivals::wrk(&server, AT_ONCE, LASTS);
    for (name, rate) in [("oha", oha), ("wrk", wrk)] {
        match rate {
            Some(rate) => println!("{name}                            {rate:>8.0} a second"),
            None => println!("{name}                            not installed"),
        }
    }
    let highest = runtime.block_on(highest(&server)).expect("a run of the generator");
    let ours = highest.rate.achieved;
    println!("open loop with ledger          {ours:>8.0} a second, VALID ({})", highest.reason);
    println!("  of goose alone               {:>8.2}   required 0.85", ours / goose);
    if let Some(oha) = oha {
        println!("  of oha                       {:>8.2}   required 0.60", ours / oha);
    }
    if let Some(wrk) = wrk {
        println!("  of wrk                       {:>8.2}", ours / wrk);
    }
    let before = processor_us();
    let again = runtime.block_on(at(&server, ours)).expect("a run of the generator");
    let ours_us = per_request(before, again.rate.achieved);
    println!(
        "  at this rate again           {ours_us:>8.1} us of processor time each, server included as with goose"
    );
    println!("  goose alone of it            {:>8.2}", goose_us / ours_us);
    let half = runtime.block_on(at(&server, ours / 2.0)).expect("a run of the generator");
    let lateness = half.latency_us.lateness;
    println!(
        "lateness at half of it         p50 {:.3} ms, p99 {:.3} ms, p99.9 {:.3} ms   required p99 1 ms",
        f64_ms(lateness.p50),
        f64_ms(lateness.p99),
        f64_ms(lateness.p999)
    );
}

/// Processor time of this process so far, where the system tells; a busy machine spoils it less than rates.
fn processor_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok());
    ticks.sum::<f64>() * 10_000.0
}

fn per_request(before: f64, rate: f64) -> f64 {
    (processor_us() - before) / (rate * LASTS.as_secs_f64())
}

fn f64_ms(us: u64) -> f64 {
    us as f64 / 1000.0
}

/// The highest rate whose plan was held: in steps until one is not, then in the step between, halved each time.
async fn highest(server: &NullServer) -> Result<TrialFigures, LoadError> {
    let (mut rate, mut step, mut halvings) = (FIRST, STEP, 0);
    let mut best = at(server, rate).await?;
    while halvings <= HALVINGS {
        let next_rate = rate * step;
        let next = at(server, next_rate).await?;
        println!(
            "  at {next_rate:>6.0}: {:>6.0} a second, {:?}, lateness p99 {:.3} ms",
            next.rate.achieved,
            next.verdict,
            f64_ms(next.latency_us.lateness.p99)
        );
        if next.verdict == Measurement::Valid {
            (rate, best) = (next_rate, next);
        }
        if next_rate > rate || halvings > 0 {
            halvings += 1;
            step = step.sqrt();
        }
    }
    Ok(best)
}

async fn at(server: &NullServer, rate: f64) -> Result<TrialFigures, LoadError> {
    let (_run, stop) = watch::channel(false);
    Trial { workers: Some(AT_ONCE), ..Trial::constant(rate, LASTS) }.run(server, stop).await
}
