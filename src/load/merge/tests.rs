//! Verdicts and tallies of segments put together.

use std::path::PathBuf;

use super::part::Part;
use super::union::finished;
use crate::load::recorder::tracks;
use crate::load::segment::SegmentRecord;
use crate::report::events::{Invariant, Latencies, LoadFinished, Measurement, Rate, TargetInfo, Threshold};

fn invariant(id: &str, exercised: u64, violations: u64) -> Invariant {
    let examples = (0..violations).map(|number| format!("violation {number}")).collect();
    Invariant { id: id.to_owned(), exercised, violations, requirements: Vec::new(), examples }
}

fn part(segment: u32, verdict: Measurement, started_ms: u64) -> Part {
    Part {
        folder: PathBuf::from(segment.to_string()),
        record: SegmentRecord {
            format: String::new(),
            scenario: "s".to_owned(),
            fingerprint: String::new(),
            seed: 7,
            segment,
            of: 2,
            planned: 10,
            planned_all: 20,
            duration_s: 2.0,
            started_ms: Some(started_ms),
            never_exercised: vec!["refund-exact".to_owned(), "no-overspend".to_owned()],
        },
        target: TargetInfo::default(),
        seconds: Vec::new(),
        finished: LoadFinished {
            scenario: "s".to_owned(),
            verdict,
            reason: format!("reason {segment}"),
            requests: 10,
            rate: Rate { planned: 5.0, achieved: 4.5 },
            latency_us: Latencies::default(),
            curve: Vec::new(),
            operations: Vec::new(),
            invariants: vec![invariant("conservation", 10, 0), invariant("refund-exact", 0, 0)],
            thresholds: vec![Threshold {
                name: "lateness p99".to_owned(),
                limit: "at most 50 ms".to_owned(),
                measured: format!("{segment} ms"),
                held: true,
            }],
            thresholds_failed: Vec::new(),
            duration_ms: 2_000,
            generator: None,
        },
        usage: Vec::new(),
    }
}

fn merged(parts: &[Part]) -> LoadFinished {
    finished(parts, &tracks())
}

#[test]
fn segments_that_held_their_plans_together_are_valid() {
    let load = merged(&[part(1, Measurement::Valid, 1_000), part(2, Measurement::Valid, 1_900)]);
    assert_eq!(load.verdict, Measurement::Valid);
    assert_eq!(load.reason, "all 2 segments held their plans, which began within 0.9 s");
    assert_eq!((load.requests, load.invariants[0].exercised), (20, 20));
    assert!((load.rate.planned - 10.0).abs() < 1e-9 && (load.rate.achieved - 9.0).abs() < 1e-9);
}

#[test]
fn segments_apart_are_no_load_together() {
    let load = merged(&[part(1, Measurement::Valid, 1_000), part(2, Measurement::Valid, 2_001)]);
    assert_eq!(load.verdict, Measurement::Invalid);
    assert!(load.reason.contains("--start-at"), "{}", load.reason);
}

#[test]
fn the_worst_segment_decides() {
    for (worst, started) in [(Measurement::Saturated, 1_000), (Measurement::Invalid, 9_000)] {
        let load = merged(&[part(1, Measurement::Valid, 1_000), part(2, worst, started)]);
        assert_eq!((load.verdict, load.reason.as_str()), (worst, "segment 2 of 2: reason 2"));
    }
}

#[test]
fn an_invariant_needs_one_segment_that_exercised_it() {
    let mut parts = [part(1, Measurement::Valid, 0), part(2, Measurement::Valid, 0)];
    let both = merged(&parts).thresholds_failed;
    assert_eq!(both.len(), 2, "{both:?}");
    parts[1].finished.invariants.push(invariant("no-overspend", 3, 0));
    parts[1].record.never_exercised.pop();
    let one = merged(&parts).thresholds_failed;
    assert_eq!(one, ["the scenario declares refund-exact and never put it to the test"]);
}

#[test]
fn a_violation_in_one_segment_is_one_of_the_whole() {
    let mut parts = [part(1, Measurement::Valid, 0), part(2, Measurement::Valid, 0)];
    parts[1].finished.invariants[0] = invariant("conservation", 10, 9);
    parts[1].finished.thresholds[0].held = false;
    parts[1].finished.thresholds_failed.push("too slow".to_owned());
    let load = merged(&parts);
    let conservation = &load.invariants[0];
    assert_eq!((conservation.exercised, conservation.violations, conservation.examples.len()), (20, 9, 5));
    assert_eq!(conservation.examples[0], "segment 2 of 2: violation 0");
    assert!(load.thresholds_failed.contains(&"segment 2 of 2: too slow".to_owned()));
    assert_eq!((load.thresholds.len(), load.thresholds[0].held), (1, false));
    assert_eq!(load.thresholds[0].measured, "segment 2 of 2: 2 ms");
}
