//! The main job from end to end.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chargeproof::target::{Algorithm, KeyPair};

use crate::support::{Server, chargeproof, run, run_json, text, validator};

#[test]
fn the_bundled_server_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let output = run(&["conformance", "--out", &out.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = run_json(&out);
    assert_eq!(report["verdict"], "conforms");
    let scenarios = &report["conformance"]["scenarios"];
    assert!(scenarios["passed"].as_u64().unwrap() >= 80, "{scenarios}");
    for nothing in ["failed", "vacuous", "error"] {
        assert_eq!(scenarios[nothing], 0, "{nothing}");
    }
    assert!(report["conformance"]["requirements"]["tested"].as_u64().unwrap() >= 140);
    let errors: Vec<String> =
        validator("run.schema.json").iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let events = validator("event.schema.json");
    for line in fs::read_to_string(out.join("events.ndjson")).unwrap().lines() {
        let event = serde_json::from_str(line).unwrap();
        assert!(events.is_valid(&event), "{line}");
    }
    for file in ["junit.xml", "report.html", "summary.md", "badge.json"] {
        assert!(out.join(file).metadata().unwrap().len() > 0, "{file}");
    }
}

/// A server with one site, and a target file that offers the vendor's API alone, with more settings at its end.
pub fn plain(folder: &Path, settings: &str) -> (Server, String) {
    let key = KeyPair::generate("ops", Algorithm::Rs256).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write("ops.pem", key.public_pem());
    write("private.pem", key.private_pem());
    let server =
        Server::start(&["--store", "memory", "--admin-key", &folder.join("ops.pem").display().to_string()]);
    let target = format!(
        "name = \"plain\"\n[bases]\ndynamic_monetization = \"{}/dynamicmonetization\"\n[administration]\n\
         key_id = \"ops\"\nprivate_key = \"private.pem\"\nissuer = \"producer.example\"\n{settings}",
        server.base
    );
    write("target.toml", &target);
    (server, folder.join("target.toml").display().to_string())
}

/// A live tenant offers the vendor's API and nothing else: what needs more is not tested, and said so.
#[test]
fn a_target_without_the_control_protocol_is_tested_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, target) = plain(folder.path(), "");
    let out = folder.path().join("run");
    let output = run(&["conformance", "--target", &target, "--out", &out.display().to_string()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let scenarios = &run_json(&out)["conformance"]["scenarios"];
    assert!(scenarios["passed"].as_u64().unwrap() >= 80, "{scenarios}");
    assert!(scenarios["not_tested"].as_u64().unwrap() >= 80, "{scenarios}");
    assert!(text(&output).contains("needs the test clock"));
    let out = folder.path().join("load").display().to_string();
    let arguments = ["load", "session-heartbeats", "--rate", "50", "--duration", "2", "--target", &target];
    let output = run(&[arguments.as_slice(), &["--out", &out]].concat());
    assert_ne!(output.status.code(), Some(1), "{}", text(&output));
}

/// A key that has not taken effect yet is no fault of the target: a virtual clock gives it its ten minutes.
#[test]
fn keys_that_take_their_time_are_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--store", "memory", "--key-propagation", "600"]);
    let target = server.target_file(folder.path());
    let slow = fs::read_to_string(&target).unwrap() + "[timing]\nkey_propagation_s = 600\n";
    fs::write(&target, slow).unwrap();
    let out = folder.path().join("run");
    let arguments = ["conformance", "--id", "DM-AUTH-*", "--target", &target, "--out"];
    let output = chargeproof().args(arguments).arg(&out).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let scenarios = &run_json(&out)["conformance"]["scenarios"];
    assert!(scenarios["passed"].as_u64().unwrap() > 50, "{scenarios}");
}

/// An unoptimised build need not hold the rate, but what it charges must add up all the same.
#[test]
fn a_short_load_reconciles_every_token() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let arguments = ["load", "steady-access", "--rate", "100", "--duration", "2", "--seed", "7", "--out"];
    let output = chargeproof().args(arguments).arg(&out).output().unwrap();
    let report = run_json(&out);
    let load = &report["loads"][0];
    for invariant in load["invariants"].as_array().unwrap() {
        assert_eq!(invariant["violations"], 0, "{invariant}");
    }
    let conservation = load["invariants"].as_array().unwrap().iter().find(|one| one["id"] == "conservation");
    assert!(conservation.unwrap()["exercised"].as_u64().unwrap() > 100);
    assert!(report["usage"]["rows"].as_u64().unwrap() > 100, "{}", text(&output));
    let kept = out.join("usage/steady-access.jsonl").display().to_string();
    assert_eq!(run(&["usage", "check", &kept]).status.code(), Some(0));
    assert_ne!(output.status.code(), Some(70), "{}", text(&output));
}

#[test]
fn ctrl_c_leaves_a_partial_report_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut child = chargeproof()
        .args(["load", "steady-access", "--rate", "50", "--duration", "60", "--out"])
        .arg(&out)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_event(&out, "load-started");
    let interrupted = Instant::now();
    let signal = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signal.success());
    let status = child.wait().unwrap();
    assert!(interrupted.elapsed() < Duration::from_secs(20), "it should end soon");
    assert_ne!(status.code(), Some(0));
    let report = run_json(&out);
    assert_eq!(report["interrupted"], true);
    assert_ne!(report["verdict"], "conforms");
    assert!(fs::read_to_string(out.join("summary.md")).unwrap().to_lowercase().contains("partial"));
}

/// Polls the journal, with a deadline.
fn wait_for_event(out: &Path, event: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while Instant::now() < deadline {
        if fs::read_to_string(out.join("events.ndjson")).is_ok_and(|text| text.contains(event)) {
            return;
        }
        std::thread::yield_now();
    }
    panic!("no {event} within 30 s");
}
