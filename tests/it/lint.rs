//! Feature files are checked without being run: ours are clean, and each mistake is found where it is.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{run, text, validator};

fn findings(arguments: &[&str], code: i32) -> Value {
    let output = run(&[&["lint", "--json"], arguments].concat());
    assert_eq!(output.status.code(), Some(code), "{}", text(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let complaints: Vec<String> =
        validator("lint.schema.json").iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    report
}

#[test]
fn the_built_in_features_are_clean() {
    let output = run(&["lint"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let report = findings(&[], 0);
    assert_eq!(report["errors"], 0);
    assert!(report["scenarios"].as_u64().unwrap() > 200);
    // The same files in a folder are judged alike.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("features").display().to_string();
    assert_eq!(findings(&["--features", &folder, "--unused"], 0)["notes"], report["notes"]);
}

#[test]
fn each_mistake_is_found_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let feature = "Feature: Ours\n\n  @DM-ACC-010\n  Scenario: A\n    Given a session\n    Then a unicorn or two\n\n\
                   \x20 Scenario Outline: A\n    Given <n> sessions\n\n    Examples:\n      | n |\n";
    fs::write(folder.path().join("ours.feature"), feature).unwrap();
    fs::write(folder.path().join("broken.feature"), "Feature: x\n  Scenario y\n").unwrap();
    let features = folder.path().display().to_string();
    let report = findings(&["--features", &features], 1);
    let found: Vec<(String, u64)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["rule"].as_str().unwrap().to_owned(), one["line"].as_u64().unwrap()))
        .collect();
    let expected = [
        ("not-gherkin", 3),
        ("alternative", 6),
        ("unbound-step", 6),
        ("duplicate-name", 8),
        ("no-requirement", 8),
        ("empty-examples", 11),
    ];
    assert_eq!(found, expected.map(|(rule, line)| (rule.to_owned(), line)));
    let shown = text(&run(&["lint", "--features", &features]));
    assert!(
        shown.contains("ours.feature:6: error: no step is defined that fits `a unicorn or two`"),
        "{shown}"
    );
}

#[test]
fn a_folder_may_bring_requirements_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("requirements")).unwrap();
    let entry = |id: &str, more: &str| {
        format!(
            "[[requirement]]\nid = \"{id}\"\nlevel = \"MUST\"\ntext = \"t.\"\nsource = \"ours\"\ndocument = \"A\"\n\
             section = \"1\"\ncapability = \"charging\"\nversions = [\"v1.0\"]\n{more}\n"
        )
    };
    let registry =
        entry("ACME-001", "") + &entry("ACME-002", "") + &entry("ACME-003", "untestable = \"no way\"");
    fs::write(folder.path().join("requirements/acme.toml"), registry).unwrap();
    let feature = "Feature: Ours\n  @ACME-001 @ACME-003\n  Scenario: A\n    Given a session\n";
    fs::write(folder.path().join("ours.feature"), feature).unwrap();
    let features = folder.path().display().to_string();
    let report = findings(&["--features", &features], 1);
    assert_eq!((&report["errors"], &report["notes"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(report["findings"][0]["rule"], "untested-requirement");
    assert_eq!(report["findings"][1]["rule"], "excused-and-tested");
    let listed = run(&["conformance", "--features", &features, "--list"]);
    assert!(text(&listed).contains("ACME-001"), "{}", text(&listed));
}

#[test]
fn wrong_arguments_of_lint() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().display().to_string();
    for arguments in
        [&["lint", "--features", "no-such-folder"][..], &["lint", "--features", &empty], &["lint", "x"]]
    {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn the_document_of_steps_is_up_to_date() {
    let output = run(&["lint", "--steps"]);
    assert_eq!(output.status.code(), Some(0));
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/steps.md")).unwrap();
    let made = String::from_utf8(output.stdout).unwrap();
    assert!(kept == made, "make it again: cargo run -- lint --steps > docs/steps.md");
}
