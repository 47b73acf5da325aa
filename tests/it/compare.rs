//! Runs beside runs, and runs beside what is known: `diff`, `--expect` and `explain`.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Server, chargeproof, run, run_json, text, validator};

/// Deviates from one requirement, in scenarios that are quick to run.
const MUTANT: &str = "lineitem.order=latest-end-first";
const REQUIREMENT: &str = "DM-LI-A20";

/// A few scenarios against a server that follows this policy, into the folder's `name`.
fn conformance(server: &Server, folder: &Path, name: &str, more: &[&str]) -> (i32, String, Value) {
    let target = server.target_file(folder);
    let out = folder.join(name);
    let shown = out.display().to_string();
    let arguments = ["conformance", "--id", REQUIREMENT, "--target", &target, "--out", &shown];
    let output = run(&[arguments.as_slice(), more].concat());
    (output.status.code().unwrap(), text(&output), run_json(&out))
}

fn complaints(schema: &str, instance: &Value) -> Vec<String> {
    validator(schema).iter_errors(instance).map(|error| error.to_string()).collect()
}

fn diff(folder: &Path, before: &str, after: &str, code: i32) -> Value {
    let (before, after) = (folder.join(before), folder.join(after));
    let output = chargeproof().args(["diff", "--json"]).args([before, after]).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", text(&output));
    let diff: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(complaints("diff.schema.json", &diff), [""; 0]);
    diff
}

#[test]
fn a_regression_is_found_and_the_same_run_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let good = Server::start(&["--store", "memory"]);
    let bad = Server::start(&["--store", "memory", "--policy", MUTANT]);
    assert_eq!(conformance(&good, folder.path(), "good", &[]).0, 0);
    assert_eq!(conformance(&good, folder.path(), "again", &[]).0, 0);
    assert_eq!(conformance(&bad, folder.path(), "bad", &[]).0, 1);
    let same = diff(folder.path(), "good", "again", 0);
    assert_eq!((&same["changed"], &same["assertions_lost"]), (&json!([]), &json!([])));
    let worse = diff(folder.path(), "good", "bad", 1);
    let changed = worse["requirements"].as_array().unwrap();
    let failed = json!({"id": REQUIREMENT, "before": "passed", "after": "failed", "regression": true});
    assert!(changed.contains(&failed), "{changed:?}");
    assert_eq!(diff(folder.path(), "bad", "good", 0)["regressions"], 0);
    // An assertion that is not made any more is a loss, though everything still passes.
    let events = folder.path().join("again/events.ndjson");
    let kept = fs::read_to_string(&events).unwrap();
    let dropped = kept.lines().find(|line| line.contains("\"checked\"")).unwrap();
    fs::write(&events, kept.replacen(&format!("{dropped}\n"), "", 1)).unwrap();
    let lost = diff(folder.path(), "good", "again", 1);
    assert_eq!(lost["assertions_lost"].as_array().unwrap().len(), 1);
    let shown = chargeproof()
        .arg("diff")
        .args(["good", "again"].map(|name| folder.path().join(name)))
        .output()
        .unwrap();
    assert!(text(&shown).contains("LOST ASSERTIONS (1)"), "{}", text(&shown));
}

#[test]
fn folders_without_a_run_cannot_be_compared() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().display().to_string();
    let output = run(&["diff", &empty, "no-such-folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("events.ndjson"), "{}", text(&output));
    fs::write(folder.path().join("events.ndjson"), "nonsense\n").unwrap();
    assert_eq!(run(&["diff", &empty, &empty]).status.code(), Some(2));
}

fn known(folder: &Path, requirement: &str, expires: &str) -> String {
    let path = folder.join("known.toml");
    let entry = format!(
        "[[expected]]\nrequirement = \"{requirement}\"\nreason = \"the vendor has confirmed it\"\n\
         link = \"https://issues.example/17\"\nexpires = \"{expires}\"\n"
    );
    fs::write(&path, entry).unwrap();
    path.display().to_string()
}

#[test]
fn a_known_deviation_is_expected_and_never_passed() {
    let folder = tempfile::tempdir().unwrap();
    let bad = Server::start(&["--store", "memory", "--policy", MUTANT]);
    let file = known(folder.path(), REQUIREMENT, "2999-12-31");
    let (code, shown, report) = conformance(&bad, folder.path(), "known", &["--expect", &file]);
    assert_eq!(code, 0, "{shown}");
    assert_eq!(report["verdict"], "deviates-as-expected");
    assert_eq!(complaints("run.schema.json", &report), [""; 0]);
    let requirements = &report["conformance"]["requirements"];
    assert!(requirements["expected"].as_array().unwrap().contains(&json!(REQUIREMENT)), "{requirements}");
    assert_eq!(requirements["failed"], json!([]));
    assert!(report["conformance"]["scenarios"]["expected"].as_u64().unwrap() > 0);
    assert_eq!(report["expected"][0]["state"], "happened");
    let read = |name: &str| fs::read_to_string(folder.path().join("known").join(name)).unwrap();
    for (name, part) in [
        ("junit.xml", "<skipped message=\"expected deviation: the vendor has confirmed it"),
        ("report.html", "happened as expected"),
        ("summary.md", "happened as expected"),
    ] {
        assert!(read(name).contains(part), "{name}");
    }
    assert!(shown.contains("EXPECTED DEVIATIONS (1)") && shown.contains("deviates as expected: "), "{shown}");
    let events = validator("event.schema.json");
    assert!(read("events.ndjson").lines().all(|line| events.is_valid(&serde_json::from_str(line).unwrap())));
}

#[test]
fn a_deviation_that_is_gone_expired_or_another_fails() {
    let folder = tempfile::tempdir().unwrap();
    let good = Server::start(&["--store", "memory"]);
    let bad = Server::start(&["--store", "memory", "--policy", MUTANT]);
    let file = known(folder.path(), REQUIREMENT, "2999-12-31");
    let (code, shown, report) = conformance(&good, folder.path(), "gone", &["--expect", &file]);
    assert_eq!((code, &report["expected"][0]["state"]), (1, &json!("did-not-happen")), "{shown}");
    let file = known(folder.path(), REQUIREMENT, "2020-12-31");
    let (code, shown, report) = conformance(&bad, folder.path(), "expired", &["--expect", &file]);
    assert_eq!((code, &report["expected"][0]["state"]), (1, &json!("expired")), "{shown}");
    let file = known(folder.path(), "DM-SES-001", "2999-12-31");
    let (code, shown, report) = conformance(&bad, folder.path(), "other", &["--expect", &file]);
    assert_eq!((code, &report["expected"][0]["state"]), (1, &json!("not-tested")), "{shown}");
}

#[test]
fn a_list_of_known_deviations_is_read_strictly() {
    let folder = tempfile::tempdir().unwrap();
    let file = known(folder.path(), "DM-NONE-1", "2999-12-31");
    for command in ["conformance", "verify"] {
        let output = run(&[command, "--expect", &file]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(
            text(&output).contains("known.toml:1: there is no requirement `DM-NONE-1`"),
            "{}",
            text(&output)
        );
    }
    fs::write(&file, "[[expected]]\nrequirement = \"DM-ACC-010\"\nreason = \"r\"\nlink = \"l\"\n").unwrap();
    let output = run(&["conformance", "--expect", &file]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("`expires` is missing"), "{}", text(&output));
}

#[test]
fn a_requirement_is_explained_with_what_breaks_it() {
    let folder = tempfile::tempdir().unwrap();
    let explain = |more: &[&str]| {
        let output = chargeproof().current_dir(folder.path()).arg("explain").args(more).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        text(&output)
    };
    let before: Value = serde_json::from_str(&explain(&[REQUIREMENT, "--json"])).unwrap();
    assert_eq!(complaints("explain.schema.json", &before), [""; 0]);
    assert_eq!(before["last"], Value::Null);
    assert!(before["mutants"].as_array().unwrap().iter().any(|one| one["name"] == MUTANT), "{before}");
    assert!(!before["scenarios"].as_array().unwrap().is_empty());
    let output =
        chargeproof().current_dir(folder.path()).args(["conformance", "--id", REQUIREMENT]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let after: Value = serde_json::from_str(&explain(&[REQUIREMENT, "--json"])).unwrap();
    assert_eq!(complaints("explain.schema.json", &after), [""; 0]);
    assert_eq!(after["last"]["outcome"], "passed");
    let shown = explain(&["dm-ses-053"]);
    assert!(shown.contains("session.denied.http: 200 or 403 or 409"), "{shown}");
    assert!(shown.contains("Last result: not tested"), "{shown}");
}

/// Three runs a side are the fewest that tell a difference of speed from noise; the same build has none.
#[test]
fn repeated_loads_of_the_same_build_pass_the_gate() {
    let folder = tempfile::tempdir().unwrap();
    let load = |out: &Path| {
        let arguments = ["load", "steady-access", "--rate", "40", "--duration", "1", "--out"];
        let output = chargeproof().args(arguments).arg(out).output().unwrap();
        assert_ne!(output.status.code(), Some(70), "{}", text(&output));
    };
    let gate = |sides: &[&Path]| {
        let arguments = ["diff", "--json", "--fail-on-regression", "10000%"];
        let output = chargeproof().args(arguments).args(sides).output().unwrap();
        let diff: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
        assert_eq!(complaints("diff.schema.json", &diff), [""; 0]);
        (output.status.code().unwrap(), diff)
    };
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    for side in [&before, &after] {
        for number in 1..=3 {
            load(&side.join(number.to_string()));
        }
    }
    // A busy machine may saturate an unoptimised build; only what was measured can be judged.
    let measured =
        |load: &Value| [&load["before"], &load["after"]].iter().all(|side| side["verdict"] == "VALID");
    let (code, diff) = gate(&[&before.join("1"), &after.join("1")]);
    if measured(&diff["loads"][0]) {
        assert_eq!((code, &diff["gate"]["undecided"]), (4, &json!(["steady-access"])));
    }
    let (code, diff) = gate(&[&before, &after]);
    assert_eq!((&diff["before"]["runs"], &diff["loads"][0]["after_runs"]), (&json!(3), &json!(3)));
    let load = &diff["loads"][0];
    if measured(load) {
        assert_eq!(code, 0, "{diff}");
        assert!(load["speed"].as_array().unwrap().iter().all(|one| one["chance"].is_number()), "{load}");
    }
    let usage = |arguments: &[&str]| run(arguments).status.code();
    assert_eq!(usage(&["diff", "a", "b", "--fail-on-regression", "fast"]), Some(2));
    assert_eq!(usage(&["diff", "a"]), Some(2));
    assert_eq!(usage(&["diff", "a", "b", "--before", "c"]), Some(2));
}
