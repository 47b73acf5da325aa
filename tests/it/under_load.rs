//! The suite beside a load: the verdicts of a good server stay what they are, those of one with a race do not.

use crate::support::{Server, run, run_json, text};

/// A load of a second, so that the suite is not waited for.
pub fn scenario(folder: &std::path::Path) -> String {
    let file = folder.join("brief.toml");
    let shipped = include_str!("../../scenarios/steady-access.toml");
    let brief = shipped.replace("duration_s = 10", "duration_s = 1").replace("rate = 2000.0", "rate = 300.0");
    std::fs::write(&file, brief).unwrap();
    file.display().to_string()
}

#[test]
fn a_good_server_keeps_its_verdicts_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let (load, out) = (scenario(folder.path()), folder.path().join("run"));
    let output = run(&[
        "conformance",
        "--id",
        "DM-ACC-01*",
        "--under-load",
        &load,
        "--same-instance",
        "--out",
        &out.display().to_string(),
    ]);
    let report = run_json(&out);
    assert_eq!(report["conformance"]["scenarios"]["failed"], 0, "{}", text(&output));
    let invariants = report["loads"][0]["invariants"].as_array().unwrap();
    assert!(invariants.iter().all(|invariant| invariant["violations"] == 0), "{invariants:?}");
    let notes = report["notes"].to_string();
    assert!(notes.contains("have the verdict of the quiet target"), "{notes}");
}

#[test]
fn a_race_that_only_load_shows_is_what_load_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--store", "memory", "--policy", "load.booking=twice-when-crowded"]);
    let target = server.target_file(folder.path());
    let (load, out) = (scenario(folder.path()), folder.path().join("run"));
    let output = run(&[
        "conformance",
        "--target",
        &target,
        "--id",
        "DM-ACC-*",
        "--under-load",
        &load,
        "--same-instance",
        "--out",
        &out.display().to_string(),
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(text(&output).contains("one-set-of-rows"), "{}", text(&output));
}

#[test]
fn the_same_instance_needs_a_load() {
    assert_eq!(run(&["conformance", "--same-instance"]).status.code(), Some(2));
}
