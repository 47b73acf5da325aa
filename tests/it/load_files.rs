//! What load runs leave behind, beyond the reports of any run.

use std::fs;

use serde_json::Value;

use crate::support::{run, run_json, text, validator};
use crate::whole_run::plain;

/// The rows of a fleet, in the columns that rows of a warehouse have, are judged like any others.
#[test]
fn the_rows_of_a_fleet_are_kept_as_parquet_and_keep_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let (out, rows) = (folder.path().join("run"), folder.path().join("rows.parquet"));
    let (out_text, rows_text) = (out.display().to_string(), rows.display().to_string());
    let output = run(&["load", "fleet-month", "--quick", "--rows", &rows_text, "--out", &out_text]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert!(text(&output).contains(&format!("usage rows are in {rows_text}")), "{}", text(&output));
    let load = run_json(&out)["loads"][0].clone();
    let exercised = |id: &str| {
        let all = load["invariants"].as_array().unwrap();
        all.iter().find(|invariant| invariant["id"] == id).unwrap()["exercised"].as_u64().unwrap()
    };
    let judged = run(&["usage", "check", &rows_text, "--json"]);
    assert_eq!(judged.status.code(), Some(0), "{}", text(&judged));
    let findings: Value = serde_json::from_slice(&judged.stdout).unwrap();
    assert!(validator("usage.schema.json").is_valid(&findings));
    assert_eq!(findings["rows"].as_u64().unwrap(), exercised("running-total"), "every row that was compared");
    let errors = findings["findings"].as_array().unwrap().iter().filter(|finding| finding["level"] == "E");
    assert_eq!(errors.count(), 0, "{findings}");
}

#[test]
fn rows_are_asked_for_where_they_would_be_lost_and_nowhere_else() {
    for (arguments, says) in [
        (["load", "steady-access", "--rows", "rows.parquet"], "--rows is for scenarios of a fleet"),
        (["load", "fleet-month", "--rows", "rows.csv"], "end the name in .parquet"),
    ] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(says), "{}", text(&output));
    }
}

/// Each site has usage rows of its own, and all of them are compared and judged.
#[test]
fn a_population_may_live_on_several_sites() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let arguments = ["load", "session-churn", "--rate", "150", "--duration", "2", "--out"];
    let output = run(&[arguments.as_slice(), &[&out.display().to_string()]].concat());
    assert!(matches!(output.status.code(), Some(0 | 5)), "{}", text(&output));
    let report = run_json(&out);
    for invariant in report["loads"][0]["invariants"].as_array().unwrap() {
        assert_eq!(invariant["violations"], 0, "{invariant}");
    }
    let mut all = 0;
    let mut tenants = Vec::new();
    for name in ["session-churn.jsonl", "session-churn-2.jsonl"] {
        let rows = fs::read_to_string(out.join("usage").join(name)).unwrap();
        let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(!rows.is_empty(), "{name}");
        assert!(rows.iter().all(|row| row["TENANT_ID"] == rows[0]["TENANT_ID"]), "{name}");
        assert!((1..).zip(&rows).all(|(seq, row)| row["_SEQ"] == seq), "{name}: numbered from 1");
        all += rows.len() as u64;
        tenants.push(rows[0]["TENANT_ID"].clone());
    }
    assert_ne!(tenants[0], tenants[1]);
    assert_eq!(report["usage"]["rows"].as_u64().unwrap(), all, "both files were judged");
}

/// A site beside the one of the target file can be made by control alone.
#[test]
fn a_target_without_control_has_one_site() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, target) = plain(folder.path(), "");
    let out = folder.path().join("run").display().to_string();
    let output = run(&["load", "session-churn", "--quick", "--target", &target, "--out", &out]);
    assert!(text(&output).contains("set population.sites to 1"), "{}", text(&output));
    assert_ne!(output.status.code(), Some(0));
}

/// What the verdict on the measurement rests on is there in figures, too.
#[test]
fn how_the_generator_fared_is_in_figures() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let arguments = ["load", "steady-access", "--rate", "100", "--duration", "1", "--out"];
    let output = run(&[arguments.as_slice(), &[&out.display().to_string()]].concat());
    assert!(matches!(output.status.code(), Some(0 | 5)), "{}", text(&output));
    let report = run_json(&out);
    let errors: Vec<String> =
        validator("run.schema.json").iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let generator = &report["loads"][0]["generator"];
    let calibration = &generator["calibration"];
    assert_eq!(calibration["rate"]["planned"], 100.0);
    assert!(calibration["rate"]["achieved"].as_f64().unwrap() > 0.0, "{generator}");
    assert!(calibration["lateness_us"]["p99"].is_u64() && generator["lateness_us"]["p99"].is_u64());
    assert_eq!(generator["workers"], 256);
    if cfg!(target_os = "linux") {
        for cores in [&generator["cores"], &calibration["cores"]] {
            assert!(cores["busy"].as_f64().unwrap() > 0.0, "{generator}");
            assert!(cores["available"].as_f64().unwrap() >= 1.0, "{generator}");
        }
    }
}
