//! What a scenario comes to is its own affair: neither the order nor the company of others may change it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{run, run_json, text};
use crate::whole_run::plain;

/// The outcome of each scenario by its ID, with the number of its assertions.
pub type Outcomes = BTreeMap<String, String>;

/// `CHARGEPROOF_ORDERS=200` runs the seeds 1 to 200, in place of the three that every test run can afford.
fn orders() -> Option<u64> {
    std::env::var("CHARGEPROOF_ORDERS").ok().map(|count| count.parse().unwrap())
}

/// Runs the suite, and returns what came of it.
pub fn outcomes(out: &Path, arguments: &[&str]) -> Outcomes {
    let out_text = out.display().to_string();
    let output = run(&[&["conformance", "--out", &out_text], arguments].concat());
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output));
    let mut seen = Outcomes::new();
    for line in fs::read_to_string(out.join("events.ndjson")).unwrap().lines() {
        let mut stamped: Value = serde_json::from_str(line).unwrap();
        let finished = stamped["event"]["scenario-finished"].take();
        if let Some(id) = finished["scenario"]["id"].as_str() {
            let outcome = format!("{} after {} checks", finished["outcome"], finished["checks"]);
            assert_eq!(seen.insert(id.to_owned(), outcome), None, "{id} ran twice");
        }
    }
    fs::remove_file(out.join("events.ndjson")).unwrap();
    seen
}

/// The scenarios of the second run that came to something else in the first, with both outcomes.
fn differing<'a>(whole: &'a Outcomes, other: &'a Outcomes) -> Vec<(&'a str, Option<&'a String>, &'a String)> {
    let pairs = other.iter().map(|(id, outcome)| (id.as_str(), whole.get(id), outcome));
    pairs.filter(|(_, first, outcome)| *first != Some(*outcome)).collect()
}

/// Holds the orders of many seeds, 64, 8 and 1 scenarios at a time, against each other. Where there is time for a few
/// only, the first is of the whole suite and the others of what `part` selects.
fn holds_in_every_order(target: &[&str], part: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let part = if orders().is_some() { &[] } else { part };
    let mut whole = Outcomes::new();
    for (seed, width) in (1..=orders().unwrap_or(3)).zip(["64", "8", "1"].iter().cycle()) {
        let seed = seed.to_string();
        let out = folder.path().join(&seed);
        let order = ["--seed", &seed, "--concurrency", width];
        let part = if whole.is_empty() { &[] } else { part };
        let seen = outcomes(&out, &[target, part, &order].concat());
        assert!(seen.len() >= 80, "{}", seen.len());
        if whole.is_empty() {
            whole.clone_from(&seen);
        }
        assert_eq!(differing(&whole, &seen), [], "{order:?}");
        assert!(!part.is_empty() || seen.len() == whole.len(), "{order:?} lost a scenario");
        let suite = &run_json(&out)["conformance"];
        assert_eq!(suite["seed"].to_string(), seed);
        assert_eq!(suite["concurrency"].to_string(), **width);
        fs::remove_dir_all(&out).unwrap();
    }
}

#[test]
fn no_order_changes_an_outcome_on_sites_of_their_own() {
    holds_in_every_order(&[], &["--id", "DM-SES-*"]);
}

#[test]
fn no_order_changes_an_outcome_on_one_shared_site() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, target) = plain(folder.path(), "");
    holds_in_every_order(&["--target", &target], &[]);
}

/// A failure of a shuffled run says how to shuffle again.
#[test]
fn a_failure_names_the_seed_that_repeats_it() {
    let folder = tempfile::tempdir().unwrap();
    let suite = folder.path().join("own.feature");
    let scenario =
        "Feature: Own\n  @DM-ACC-010 @one-version\n  Scenario: Nothing asserted\n    When 1 hour passes\n";
    fs::write(&suite, scenario).unwrap();
    let out = folder.path().join("run");
    let (suite, out_text) = (suite.display().to_string(), out.display().to_string());
    let output = run(&["conformance", "--features", &suite, "--seed", "7", "--out", &out_text]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let reproduce = run_json(&out)["failures"][0]["reproduce"].as_str().unwrap().to_owned();
    assert!(reproduce.contains("--id 'own.feature:3' --seed 7 --features"), "{reproduce}");
}

#[test]
fn a_width_beyond_the_bounds_is_refused() {
    for width in ["0", "65"] {
        assert_eq!(run(&["conformance", "--list", "--concurrency", width]).status.code(), Some(2), "{width}");
    }
}
