//! Negative controls: every assertion of the steps is seen to fail, with what was expected, what was seen and the
//! exchange that showed it. A check that cannot fail proves nothing.
//!
//! There are three ways to make one fail. Where the documents leave a choice, the suite itself runs with a registry
//! in which no choice is legal. Elsewhere `tests/controls` expects what is not so. What a right server never gives
//! occasion for is shown by a wrong one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;

use crate::support::{Server, chargeproof, text};

/// Assertions of the set-up that no server at hand can be made to break, with the reason.
const OUT_OF_REACH: [(&str, &str); 1] =
    [("DM-AUTH-032", "the key is made by the harness and always right, and no wrong server refuses it")];

/// What no right server gives occasion for: a fault, and a scenario that meets it. A server changes its answers in one
/// way at a time.
const WRONG_SERVERS: [(&str, &str); 5] = [
    (
        "wire.session_created=204",
        "@DM-GEN-001 @one-version
Feature: A wrong server
  Scenario: No session comes
    Given a session
",
    ),
    (
        "wire.all_actions=array",
        "@DM-GEN-001 @one-version
Feature: A wrong server
  Scenario: All actions come as a bare array
    Given an instance of account \"GLOBEX\"
    When the administrator lists all actions
",
    ),
    (
        "cmapi.xsrf_token=always-the-same",
        "@DM-GEN-001
Feature: A wrong server
  Scenario: Two tokens are one
    Given a license server with 3 of \"f1\"
    Then two tokens of one user differ and both are good
",
    ),
    (
        "cmapi.wire=upload-is-201",
        "@DM-GEN-001
Feature: A wrong server
  Scenario: No key is taken
    Given a license server with 3 of \"f1\"
",
    ),
    (
        "cmapi.wire=token-renamed",
        "@DM-GEN-001
Feature: A wrong server
  Scenario: No token comes
    Given a license server with 3 of \"f1\"
",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["src/conformance", "src/conformance/steps"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// A step that asserts: by its keyword, or because it calls an assertion by itself.
struct Asserting {
    expression: Regex,
    place: String,
}

fn asserting_steps() -> Vec<Asserting> {
    let attribute =
        Regex::new(r##"(?s)#\[(given|when|then)\(\s*regex = r#?"(.*?)"#?,?\s*\)\](.*?)\n\}\n"##).unwrap();
    let mut steps = Vec::new();
    for (file, text) in sources() {
        for found in attribute.captures_iter(&text) {
            let asserts = found[3].contains(".assert(") || found[3].contains(".reading(");
            if &found[1] == "then" || asserts {
                let line = text[..found.get(0).unwrap().start()].lines().count() + 1;
                let expression = Regex::new(&found[2]).unwrap();
                steps.push(Asserting { expression, place: format!("{file}:{line}") });
            }
        }
    }
    steps
}

/// The requirements of each assertion of the set-up.
fn set_up_assertions() -> BTreeSet<String> {
    let call = Regex::new(r"(?s)assert_set_up\(\s*\w+,\s*&?(\[[^\]]*\]|opening)").unwrap();
    let (mut found, mut calls) = (BTreeSet::new(), 0);
    for (_, text) in sources() {
        calls += text.matches(".assert_set_up(").count();
        for call in call.captures_iter(&text) {
            let ids: Vec<&str> = call[1].split('"').skip(1).step_by(2).collect();
            if !ids.is_empty() {
                found.insert(ids.join(" "));
            }
        }
    }
    assert!(calls >= found.len() && found.len() > 8, "{calls} calls, {found:?}");
    found
}

/// The checks of a run that did not hold, and the scenarios with their outcomes.
struct Seen {
    broken: Vec<Value>,
    outcomes: Vec<(String, Value)>,
}

fn run(features: &Path, target: Option<&str>) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let mut command = chargeproof();
    command.arg("conformance").arg("--features").arg(features).arg("--out").arg(&out);
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    let output = command.output().unwrap();
    let Ok(events) = fs::read_to_string(out.join("events.ndjson")) else { panic!("{}", text(&output)) };
    let (mut broken, mut outcomes) = (Vec::new(), Vec::new());
    for line in events.lines() {
        let mut event: Value = serde_json::from_str(line).unwrap();
        let event = &mut event["event"];
        if event["checked"]["held"] == false {
            broken.push(event["checked"].take());
        } else if let Some(finished) = event.get("scenario-finished") {
            let name = finished["scenario"]["name"].as_str().unwrap().to_owned();
            outcomes.push((name, finished["outcome"].clone()));
        }
    }
    Seen { broken, outcomes }
}

/// The built-in features with a registry that accepts no choice.
fn without_choices(folder: &Path) -> PathBuf {
    let features = folder.join("features");
    copy(&root().join("features"), &features);
    let readings = features.join("requirements/readings.toml");
    let text = fs::read_to_string(&readings).unwrap();
    let none = Regex::new(r"(?s)values = \[[^\]]*\]").unwrap().replace_all(&text, "values = [\"no choice\"]");
    fs::write(&readings, none.as_ref()).unwrap();
    features
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, target) = (entry.as_ref().unwrap().path(), to.join(entry.as_ref().unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Everything that the three ways bring to fail.
fn all_broken() -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut broken = run(&without_choices(folder.path()), None).broken;
    broken.extend(run(&root().join("tests/controls"), None).broken);
    for (fault, scenario) in WRONG_SERVERS {
        let server = Server::start(&["--store", "memory", "--policy", fault]);
        let feature = folder.path().join("wrong.feature");
        fs::write(&feature, scenario).unwrap();
        broken.extend(run(&feature, Some(&server.target_file(folder.path()))).broken);
    }
    broken
}

/// Whether a failure tells its reader everything.
fn is_complete(broken: &Value) -> bool {
    let says = |member: &str| broken[member].as_str().is_some_and(|text| !text.trim().is_empty());
    says("expected") && says("actual") && broken["exchange"]["method"].is_string()
}

#[test]
fn every_assertion_has_been_seen_to_fail() {
    let broken = all_broken();
    let incomplete: Vec<&Value> = broken.iter().filter(|broken| !is_complete(broken)).collect();
    assert!(
        incomplete.is_empty(),
        "these do not show what was expected, seen and exchanged: {incomplete:#?}"
    );
    let steps: BTreeSet<&str> = broken.iter().filter_map(|broken| broken["step"].as_str()).collect();
    let missing: Vec<String> = asserting_steps()
        .into_iter()
        .filter(|one| !steps.iter().any(|step| one.expression.is_match(step)))
        .map(|one| format!("{}: {}", one.place, one.expression))
        .collect();
    assert!(missing.is_empty(), "nothing in tests/controls makes these fail:\n{}", missing.join("\n"));
    let named = |broken: &Value| {
        let ids = broken["requirements"].as_array().unwrap().iter().filter_map(Value::as_str);
        ids.collect::<Vec<_>>().join(" ")
    };
    let failed: BTreeSet<String> = broken.iter().map(named).collect();
    let excused = |ids: &String| OUT_OF_REACH.iter().any(|(id, _)| id == ids);
    let missing: Vec<String> =
        set_up_assertions().into_iter().filter(|ids| !failed.contains(ids) && !excused(ids)).collect();
    assert!(missing.is_empty(), "nothing makes the set-up fail for these: {missing:?}");
}

#[test]
fn every_wrong_expectation_fails_in_its_last_line() {
    let folder = root().join("tests/controls");
    let seen = run(&folder, None);
    for (name, outcome) in &seen.outcomes {
        assert_eq!(outcome, "failed", "{name}");
    }
    assert_eq!(seen.broken.len(), seen.outcomes.len(), "one check fails in each scenario");
    for broken in &seen.broken {
        let location = broken["location"].as_str().unwrap();
        let (file, line) = location.rsplit_once(':').unwrap();
        let text = fs::read_to_string(folder.join(file)).unwrap();
        let after = text.lines().skip(line.parse().unwrap()).map(str::trim);
        let mut in_text = false;
        // What belongs to the step itself is no line that was not reached: its table, and its text between quotes.
        let of_step = |line: &&str| {
            let quote = *line == "\"\"\"";
            in_text ^= quote;
            !(quote || in_text || line.starts_with('|'))
        };
        let rest: Vec<&str> = after.take_while(|line| !line.is_empty()).filter(of_step).collect();
        assert!(rest.is_empty(), "{location} fails, and the lines after it were not reached: {rest:?}");
    }
}
