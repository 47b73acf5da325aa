//! Coordinated omission is absent: against a server whose response times can be calculated, the measured
//! percentiles are the calculated ones. Goose's own closed loop runs against the same server, for comparison.

use std::sync::Arc;
use std::time::Duration;

use chargeproof::load::{NullServer, Pace, Shape, Trial};
use chargeproof::report::events::Percentiles;
use goose::GooseAttack;
use goose::config::GooseConfiguration;
use goose::goose::{Scenario, Transaction, TransactionFunction};
use goose::metrics::{GooseCoordinatedOmissionMitigation, GooseRequestMetricTimingData};
use tokio::sync::watch;

/// Requests a second.
const RATE: f64 = 400.0;

/// A clerk who deals with one request every half millisecond, takes 200 ms for each besides, and is away for
/// one second of every four.
const PACE: Pace = Pace {
    each: Duration::from_micros(500),
    delay: Duration::from_millis(200),
    every: Duration::from_secs(4),
    stall: Duration::from_secs(1),
};

/// One whole period.
const DURATION: Duration = Duration::from_secs(4);

/// The response time that a share of the requests does not exceed, in milliseconds.
///
/// A request that comes `t` after the beginning of a stall of length D finds t × rate others before it, each of
/// which takes `each` once the stall is over: it waits D − t × (1 − rate × each), until that is nothing. Those
/// that wait at all are the share F = D ÷ (1 − rate × each) ÷ period, and their waits are spread evenly from 0 to D.
fn truth_ms(percent: f64) -> f64 {
    let stall = PACE.stall.as_secs_f64();
    let waiting = stall / (1.0 - RATE * PACE.each.as_secs_f64()) / PACE.every.as_secs_f64();
    let above = 1.0 - percent / 100.0;
    let wait = if above >= waiting { 0.0 } else { stall * (1.0 - above / waiting) };
    (PACE.delay.as_secs_f64() + wait) * 1000.0
}

/// The percentiles, as (percent, milliseconds).
fn points(measured: &Percentiles) -> [(f64, f64); 4] {
    let ms = |us: u64| us as f64 / 1000.0;
    [(50.0, ms(measured.p50)), (90.0, ms(measured.p90)), (99.0, ms(measured.p99)), (99.9, ms(measured.p999))]
}

fn furthest_off(measured: &Percentiles) -> f64 {
    let off = |(percent, ms): (f64, f64)| (ms / truth_ms(percent) - 1.0).abs();
    points(measured).into_iter().map(off).fold(0.0, f64::max)
}

async fn open_loop(workers: usize) -> Percentiles {
    let server = NullServer::start(PACE).unwrap();
    let shape = Shape::Constant { rate: RATE };
    let trial = Trial { shape, workers: Some(workers), ..Trial::constant(RATE, DURATION) };
    let (_run, stop) = watch::channel(false);
    trial.run(&server, stop).await.unwrap().latency_us.response
}

/// What goose reports of its own accord, with as many users as are under way when all is well.
async fn closed_loop(mitigation: GooseCoordinatedOmissionMitigation) -> GooseRequestMetricTimingData {
    let server = NullServer::start(PACE).unwrap();
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(server.base());
    configuration.users = Some((RATE * PACE.delay.as_secs_f64()) as usize);
    configuration.increase_rate = Some("8000".to_owned());
    configuration.run_time = Some(format!("{}s", DURATION.as_secs()));
    configuration.co_mitigation = Some(mitigation);
    configuration.quiet = 2;
    configuration.no_reset_metrics = true;
    configuration.no_print_metrics = true;
    configuration.no_telnet = true;
    let ask: TransactionFunction = Arc::new(|user| {
        Box::pin(async move {
            user.post("/", "{}").await?;
            Ok(())
        })
    });
    let scenario = Scenario::new("closed").register_transaction(Transaction::new(ask));
    let attack = GooseAttack::initialize_with_config(configuration).unwrap().register_scenario(scenario);
    let metrics = attack.execute().await.unwrap();
    let request = metrics.requests.into_values().next().unwrap();
    request.coordinated_omission_data.unwrap_or(request.raw_data)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn a_stalling_server_shows_in_every_percentile_as_calculated() {
    let runtime = runtime();
    let mut measured = Percentiles::default();
    // Other work on the machine can only add to a response time, and then the clock is tried again. An error
    // of the method would be there every time.
    for _ in 0..4 {
        measured = runtime.block_on(open_loop(600));
        if furthest_off(&measured) <= 0.01 {
            break;
        }
    }
    let raw = runtime.block_on(closed_loop(GooseCoordinatedOmissionMitigation::Disabled));
    let mitigated = runtime.block_on(closed_loop(GooseCoordinatedOmissionMitigation::Average));
    println!("percentile  calculated  open loop  goose  goose with mitigation   (ms)");
    for (percent, ms) in points(&measured) {
        let of =
            |goose: &GooseRequestMetricTimingData| goose.percentile_us(percent as f32 / 100.0) as f64 / 1e3;
        let (truth, raw, mitigated) = (truth_ms(percent), of(&raw), of(&mitigated));
        println!("{percent:>10}  {truth:>10.1}  {ms:>9.1}  {raw:>5.0}  {mitigated:>21.0}");
    }
    assert!(furthest_off(&measured) <= 0.01, "{measured:?}");
    // The closed loop asks less often while the server is away, so it does not see what its users would have.
    let closed_p90 = raw.percentile_us(0.9) as f64 / 1000.0;
    assert!(closed_p90 < truth_ms(90.0) * 0.75, "goose alone says {closed_p90} ms");
}

/// With too few workers a request waits in the queue in place of the connection; the response time still counts
/// from the instant at which it was due.
#[test]
fn a_small_pool_does_not_hide_the_wait() {
    let response = runtime().block_on(open_loop(120));
    let p99 = response.p99 as f64 / 1000.0;
    assert!(p99 >= truth_ms(99.0) * 0.99, "p99 is {p99} ms, calculated are {} ms", truth_ms(99.0));
}
