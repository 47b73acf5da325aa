//! The judge is proven: every mutant is killed by name, every reading accepted.

use std::fs;

use crate::support::{Server, run, run_json, text, validator};

/// Some of each kind. All of them take a quarter of an hour in an unoptimised build, so that the gate proves them with
/// the optimised one: `cargo run --release -- prove`.
const MUTANTS: [&str; 15] = [
    "access.body=not-checked",
    "code.class=refused-is-4xx",
    "formula.minimum=maximum",
    "instances.query=not-default",
    "lineitem.order=latest-start-first",
    "roa.count=twice",
    "rows.column=session-of-its-own",
    "rows.content=session-state-active",
    "rows.written=charged-after-end",
    "session.period=always-an-hour",
    "table.deletion=never-forgotten",
    "token.algorithm=none-passes",
    "wire.all_actions=line-item",
    "wire.instances=bare-array",
    "wire.table_deleted=200",
];
const READINGS: [&str; 4] = [
    "access.requested_version=accepted",
    "code.unusable=not-found",
    "session.denied.http=409",
    "usage.json=json-as-text",
];

#[test]
fn mutants_are_killed_and_readings_accepted() {
    let mut arguments = vec!["prove", "--json"];
    arguments.extend(MUTANTS.iter().flat_map(|mutant| ["--mutant", mutant]));
    arguments.extend(READINGS.iter().flat_map(|reading| ["--reading", reading]));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let matrix: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(validator("prove.schema.json").is_valid(&matrix));
    let (mutants, readings) = (matrix["mutants"].as_array().unwrap(), matrix["readings"].as_array().unwrap());
    assert_eq!((mutants.len(), readings.len()), (MUTANTS.len(), READINGS.len()));
    assert!(mutants.iter().all(|mutant| mutant["outcome"] == "killed"));
    assert!(readings.iter().all(|reading| reading["outcome"] == "accepted"));
}

/// Faults that one request after the other does not show: races, and steps left out now and then. The gate proves all
/// of them.
#[test]
fn mutants_under_load_are_caught_by_an_invariant() {
    let mutants = [
        ("load.capacity=stale-read", "no-overspend"),
        ("load.rows=lost", "one-set-of-rows"),
        ("load.total=lost-update", "running-total"),
        ("load.licenses=granted-twice", "held-within-entitled"),
        ("load.licenses=return-lost", "returns-restore"),
        ("load.license_accounts=strangers-do-not-wait", "users-not-told-apart"),
    ];
    let mut arguments = vec!["prove", "--json"];
    arguments.extend(mutants.iter().flat_map(|(mutant, _)| ["--mutant", mutant]));
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let matrix: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(validator("prove.schema.json").is_valid(&matrix));
    for (mutant, invariant) in mutants {
        let proven =
            matrix["mutants"].as_array().unwrap().iter().find(|entry| entry["name"] == mutant).unwrap();
        let by = proven["by"].as_array().unwrap();
        assert!(by.iter().any(|name| name.as_str().unwrap().ends_with(invariant)), "{mutant}: {by:?}");
    }
}

/// One fault of the domain, one of the wire that the smoke test meets first.
#[test]
fn a_target_with_a_mutant_fails_by_the_name_of_its_requirement() {
    for (mutant, requirement) in
        [("lineitem.order=latest-end-first", "DM-LI-A20"), ("wire.instances=bare-array", "DM-INST-010")]
    {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(&["--store", "memory", "--policy", mutant]);
        let target = server.target_file(folder.path());
        let out = folder.path().join("run");
        let output = run(&["conformance", "--target", &target, "--out", &out.display().to_string()]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        let report = run_json(&out);
        assert_eq!(report["verdict"], "does-not-conform");
        let failed = report["conformance"]["requirements"]["failed"].as_array().unwrap();
        assert!(failed.contains(&serde_json::json!(requirement)), "{failed:?}");
        assert!(text(&output).contains(requirement));
        assert!(fs::read_dir(out.join("exchanges")).unwrap().count() > 0);
    }
}

#[test]
fn an_unknown_mutant_is_a_mistake() {
    let output = run(&["prove", "--mutant", "no-such-mutant"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("no-such-mutant"));
}
