//! Load on license servers, from end to end.

use serde_json::Value;

use crate::support::{run, run_json, text};
use crate::whole_run::plain;

/// What a load run says in `run.json`.
fn loaded(arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let output = run(&[&["load"], arguments, &["--out", &out.display().to_string()]].concat());
    // Whether this machine holds the rate is not the question here.
    assert!(matches!(output.status.code(), Some(0 | 5)), "{}", text(&output));
    run_json(&out)
}

fn exercised(report: &Value, id: &str) -> u64 {
    let invariants = report["loads"][0]["invariants"].as_array().unwrap();
    let invariant = invariants.iter().find(|invariant| invariant["id"] == id);
    let invariant = invariant.unwrap_or_else(|| panic!("{id} of {invariants:?}"));
    assert_eq!(invariant["violations"], 0, "{invariant}");
    invariant["exercised"].as_u64().unwrap()
}

#[test]
fn hosts_check_out_renew_return_and_consume() {
    let report = loaded(&["cmapi-checkout", "--rate", "200", "--duration", "3"]);
    assert_eq!(report["loads"][0]["thresholds_failed"], serde_json::json!([]), "all that it declares");
    let operations = report["loads"][0]["operations"].as_array().unwrap();
    let names: Vec<&str> = operations.iter().filter_map(|operation| operation["name"].as_str()).collect();
    assert_eq!(names, ["license-checkout", "license-renewal", "license-return", "license-consume"]);
    let refused: u64 = operations.iter().filter_map(|operation| operation["refused"].as_u64()).sum();
    assert!(exercised(&report, "exact-winners") >= refused && refused > 0, "{refused} were refused");
    // Twenty pairs at least, unless the machine is so busy that their times say nothing: then that is said, and nothing
    // counts as tested.
    let pairs = exercised(&report, "users-not-told-apart");
    let unsettled = report["notes"].to_string().contains("could not be settled");
    assert!(if unsettled { pairs == 0 } else { pairs >= 20 }, "{pairs} pairs, {}", report["notes"]);
    assert!(report["usage"]["rows"].as_u64().unwrap() > 400, "{}", report["usage"]);
    assert_eq!(report["usage"]["findings"], serde_json::json!([]));
}

/// Thirty races of twenty hosts each: all but thirty requests are refused.
#[test]
fn the_last_license_has_one_winner() {
    let report = loaded(&["cmapi-last-license", "--rate", "200", "--duration", "3"]);
    let checkouts = &report["loads"][0]["operations"][0];
    assert_eq!((&checkouts["requests"], &checkouts["refused"]), (&600.into(), &570.into()));
    assert_eq!(exercised(&report, "exact-winners"), 570 + 30, "each refusal, and each race");
    // Each license was granted once and given back once.
    assert_eq!(exercised(&report, "returns-restore"), 2 * 30);
}

#[test]
fn license_servers_are_made_by_control_and_not_shared_out() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, target) = plain(folder.path(), "");
    let out = folder.path().join("run").display().to_string();
    let output = run(&["load", "cmapi-checkout", "--quick", "--target", &target, "--out", &out]);
    assert!(text(&output).contains("license servers are made by the operator's hand"), "{}", text(&output));
    assert_ne!(output.status.code(), Some(0));
    let output = run(&["load", "cmapi-checkout", "--target", &target, "--segment", "1/2"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("leave --segment out"), "{}", text(&output));
}
