//! Hostile input: whatever comes to whatever address, it is answered, and the server goes on as before.

mod bodies;
mod in_process;
mod json;
mod on_the_wire;
mod shot;
mod world;

use std::time::{Duration, Instant};

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

/// Environment variable with the seconds that each of the tests takes in place of its usual ones.
const SECONDS: &str = "CHARGEPROOF_FUZZ_SECONDS";

/// Tries new values until the time is up; panics with the smallest ones that fail.
fn try_for<S: Strategy>(usual: Duration, strategy: &S, test: impl Fn(S::Value) -> TestCaseResult) {
    let asked = std::env::var(SECONDS).ok().and_then(|seconds| seconds.parse().ok());
    let end = Instant::now() + asked.map_or(usual, Duration::from_secs);
    let config = Config { cases: 8, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    while Instant::now() < end {
        if let Err(failure) = runner.run(strategy, &test) {
            panic!("{failure}");
        }
    }
}
