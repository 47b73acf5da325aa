//! The shipped load scenarios: what their schema, their document and the program say of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{run, text, validator};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// Name and content of every shipped scenario.
fn shipped() -> Vec<(String, Value)> {
    let mut scenarios: Vec<(String, Value)> = fs::read_dir(root().join("scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, toml::from_str(&fs::read_to_string(path).unwrap()).unwrap())
        })
        .collect();
    scenarios.sort_by(|one, other| one.0.cmp(&other.0));
    scenarios
}

#[test]
fn every_shipped_scenario_keeps_to_the_published_schema() {
    let schema = validator("scenario.schema.json");
    let scenarios = shipped();
    assert!(scenarios.len() >= 10);
    for (name, scenario) in scenarios {
        let errors: Vec<String> = schema.iter_errors(&scenario).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let schema = validator("scenario.schema.json");
    let (_, steady) = shipped().into_iter().find(|(name, _)| name == "steady-access").unwrap();
    assert!(schema.is_valid(&steady));
    let spoil = |spoil: fn(&mut Value)| {
        let mut scenario = steady.clone();
        spoil(&mut scenario);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        fs::write(&path, toml::to_string(&scenario).unwrap()).unwrap();
        let output = run(&["load", &path.display().to_string()]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains("mine.toml"), "{}", text(&output));
        assert!(!schema.is_valid(&scenario), "{scenario}");
    };
    spoil(|scenario| scenario["population"]["instances"] = 0.into());
    spoil(|scenario| scenario["abandoned"] = 0.into());
    spoil(|scenario| scenario["arrival"] = serde_json::json!({"steady": {"rate": 1}}));
    spoil(|scenario| scenario["require"] = serde_json::json!([{"metric": "response.p98", "at_most": 1}]));
    spoil(|scenario| scenario["require"] = serde_json::json!([{"metric": "response.p99"}]));
    spoil(|scenario| scenario["sessions"] = serde_json::json!({"missed": 2}));
    spoil(|scenario| drop(scenario.as_object_mut().unwrap().remove("arrival")));
}

/// Every key that the schema knows, with those of the tables inside.
fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                found.extend(properties.keys().cloned());
            }
            members.values().for_each(|member| keys(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| keys(element, found)),
        _ => {}
    }
}

#[test]
fn every_field_and_scenario_is_documented() {
    let document = fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let schema = fs::read_to_string(root().join("docs/schemas/scenario.schema.json")).unwrap();
    let mut known = BTreeSet::new();
    keys(&serde_json::from_str(&schema).unwrap(), &mut known);
    assert!(known.len() > 50, "{known:?}");
    for key in known {
        let named = document.contains(&format!("`{key}`"))
            || document.contains(&format!("{key}."))
            || document.contains(&format!(".{key}`"))
            || document.contains(&format!("[{key}]"));
        assert!(named, "{key} is not in docs/scenarios.md");
    }
    for (name, scenario) in shipped() {
        let line = format!("| `{name}` | {} |", scenario["says"].as_str().unwrap());
        assert!(document.contains(&line), "{name} is not in docs/scenarios.md as its file says it");
    }
}

/// All short forms together take well under a minute, so that they can be part of every gate.
#[test]
fn the_short_forms_are_short() {
    // A fleet has no duration: its clock is moved, not waited for. An unoptimised build takes five seconds for it.
    let of = |scenario: &Value| match scenario.get("fleet") {
        Some(_) => 5.0,
        None => scenario["quick"]["duration_s"].as_f64().unwrap_or(3.0),
    };
    let seconds: f64 = shipped().iter().map(|(_, scenario)| of(scenario)).sum();
    assert!(seconds <= 40.0, "{seconds} s");
}
