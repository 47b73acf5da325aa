//! A measurement that does not count is called so: too few workers, a slow target, a paused generator.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chargeproof::load::{NullServer, Pace, Reach, Trial, TrialFigures};
use chargeproof::report::events::Measurement;
use tokio::sync::watch;

use crate::support::{chargeproof, run_json};

fn trial(pace: Pace, rate: f64, workers: usize) -> TrialFigures {
    trial_by(Reach::Wire, pace, rate, workers)
}

fn trial_by(reach: Reach, pace: Pace, rate: f64, workers: usize) -> TrialFigures {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let server = NullServer::start(pace).unwrap();
    let trial = Trial { workers: Some(workers), reach, ..Trial::constant(rate, Duration::from_secs(1)) };
    let (_run, stop) = watch::channel(false);
    runtime.block_on(trial.run(&server, stop)).unwrap()
}

#[test]
fn a_plan_that_is_held_is_valid_and_every_answer_is_booked() {
    for reach in [Reach::Wire, Reach::Client] {
        let figures = trial_by(reach, Pace::default(), 200.0, 32);
        assert_eq!(figures.verdict, Measurement::Valid, "{reach:?}: {}", figures.reason);
        assert_eq!((figures.planned, figures.booked), (200, 200), "{reach:?}");
    }
}

#[test]
fn too_few_workers_saturate() {
    let pace = Pace { delay: Duration::from_millis(100), ..Pace::default() };
    let figures = trial(pace, 200.0, 4);
    assert_eq!(figures.verdict, Measurement::Saturated, "{}", figures.reason);
    assert!(figures.reason.contains("all 4 workers"), "{}", figures.reason);
    let advised: u64 = figures.reason.rsplit_once("workers must be ").unwrap().1.parse().unwrap();
    // By Little's law 200 a second times 0.1 s are 20 under way.
    assert!((20..40).contains(&advised), "{}", figures.reason);
    let enough = trial(pace, 200.0, 40);
    assert_eq!(enough.verdict, Measurement::Valid, "{}", enough.reason);
}

#[test]
fn a_target_that_cannot_keep_up_saturates() {
    let pace = Pace { each: Duration::from_millis(20), ..Pace::default() };
    let figures = trial(pace, 200.0, 300);
    assert_eq!(figures.verdict, Measurement::Saturated, "{}", figures.reason);
    assert!(figures.rate.achieved < 120.0, "50 a second are all that it can, for 1 s and a second of grace");
}

/// A run of this program that is stopped and continued by signals.
struct Paused {
    child: Child,
}

impl Paused {
    fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    fn wait_for(&self, out: &Path, event: &str) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !fs::read_to_string(out.join("events.ndjson")).is_ok_and(|text| text.contains(event)) {
            assert!(Instant::now() < deadline, "no {event} within 30 s");
            std::thread::yield_now();
        }
    }
}

#[test]
fn a_paused_generator_is_no_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let child = chargeproof()
        .args(["load", "steady-access", "--rate", "50", "--duration", "4", "--out"])
        .arg(&out)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut run = Paused { child };
    run.wait_for(&out, "load-started");
    // The workers open their connections; then the plan begins, and this is somewhere in its middle.
    std::thread::sleep(Duration::from_millis(1500));
    run.signal("-STOP");
    std::thread::sleep(Duration::from_millis(1000));
    run.signal("-CONT");
    let output = BufReader::new(run.child.stdout.take().unwrap());
    let text: Vec<String> = output.lines().map(Result::unwrap).collect();
    assert_eq!(run.child.wait().unwrap().code(), Some(5), "{}", text.join("\n"));
    let report = run_json(&out);
    assert_eq!(report["loads"][0]["verdict"], "INVALID");
    assert!(report["loads"][0]["reason"].as_str().unwrap().contains("stood still"), "{report}");
    assert!(report["loads"][0]["latency_us"].is_null(), "no percentile without a measurement");
}
