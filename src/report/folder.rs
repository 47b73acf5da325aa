//! The run folder: every file that is derived from the model.
//!
//! `events.ndjson` is not among them; it is written while the run goes on, and all of these can be made again
//! from it.

use std::fs;
use std::path::Path;

use serde::Serialize;

use super::errors::ReportError;
use super::events::Exchange;
use super::failure::Failure;
use super::figures::{plural, size};
use super::html::report_html;
use super::json::run_json;
use super::junit::junit_xml;
use super::markdown::summary_md;
use super::model::RunModel;
use super::openmetrics::metrics_txt;
use super::series::{csv, csv_name};
use super::verdict::Verdict;

/// Writes `run.json`, `junit.xml`, `report.html`, `summary.md`, `badge.json`, `metrics.txt`, the seconds of each load
/// run, and the exchange of each check that did not hold, into `dir`, which is made if it is missing.
///
/// # Errors
///
/// When a folder or file cannot be written. Files written before that stay.
pub fn write_folder(dir: &Path, model: &RunModel) -> Result<(), ReportError> {
    make(dir)?;
    // The machine's file first: if the disk fills up, this is the one that must not be missing.
    write(dir, "run.json", &run_json(model)?)?;
    write(dir, "junit.xml", &junit_xml(model)?)?;
    write(dir, "summary.md", &summary_md(model))?;
    write(dir, "badge.json", &badge_json(model)?)?;
    write(dir, "metrics.txt", &metrics_txt(model))?;
    write_series(dir, model)?;
    write_exchanges(dir, &model.failures())?;
    write_exchanges(dir, &model.warnings())?;
    write_exchanges(dir, &model.expected_failures())?;
    write(dir, "report.html", &report_html(model)?)
}

fn write_series(dir: &Path, model: &RunModel) -> Result<(), ReportError> {
    for load in &model.loads {
        let seconds = model.seconds_of(&load.scenario);
        if !seconds.is_empty() {
            make(&dir.join("series"))?;
            write(dir, &csv_name(&load.scenario), &csv(&seconds, load.verdict))?;
        }
    }
    Ok(())
}

fn make(dir: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(dir).map_err(|source| ReportError::folder(dir, source))
}

fn write(dir: &Path, name: &str, text: &str) -> Result<(), ReportError> {
    let path = dir.join(name);
    fs::write(&path, text).map_err(|source| ReportError::file(&path, source))
}

/// An exchange with what it shows, so that the file can be read on its own.
#[derive(Serialize)]
struct Evidence<'a> {
    requirements: &'a [String],
    scenario: &'a str,
    step: &'a str,
    location: &'a str,
    expected: &'a str,
    actual: &'a str,
    exchange: &'a Exchange,
}

fn write_exchanges(dir: &Path, broken: &[Failure<'_>]) -> Result<(), ReportError> {
    for failure in broken {
        let (Some(exchange), Some(name)) = (failure.exchange, failure.exchange_file()) else {
            continue;
        };
        make(&dir.join("exchanges"))?;
        let evidence = Evidence {
            requirements: failure.requirements,
            scenario: failure.scenario,
            step: failure.step,
            location: failure.location,
            expected: failure.expected,
            actual: failure.actual,
            exchange,
        };
        write(dir, &name, &serde_json::to_string_pretty(&evidence)?)?;
    }
    Ok(())
}

/// The form that shields.io reads from an address.
#[derive(Serialize)]
struct Badge {
    #[serde(rename = "schemaVersion")]
    schema_version: u8,
    label: &'static str,
    message: String,
    color: &'static str,
}

fn badge_json(model: &RunModel) -> Result<String, ReportError> {
    let verdict = model.verdict();
    let coverage = model.coverage();
    let heading = verdict.heading().to_lowercase();
    let message = match verdict {
        Verdict::Conforms if coverage.passed() > 0 => {
            format!(
                "{heading}, {} of {} requirements proved",
                size(coverage.passed()),
                size(coverage.registered())
            )
        }
        Verdict::DoesNotConform if !coverage.failed.is_empty() => {
            format!("{heading}, {} failed", plural(coverage.failed.len() as u64, "requirement"))
        }
        _ => heading,
    };
    let color = match verdict {
        Verdict::Conforms => "brightgreen",
        Verdict::DoesNotConform => "red",
        Verdict::DeviatesAsExpected => "yellow",
        Verdict::Saturated => "orange",
        Verdict::NothingTested | Verdict::Unreachable | Verdict::Interrupted | Verdict::HarnessFault => {
            "lightgrey"
        }
    };
    let badge = Badge { schema_version: 1, label: "chargeproof", message, color };
    Ok(serde_json::to_string_pretty(&badge)?)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::events::{Event, Outcome};
    use super::super::samples::{self, fold, scenario};
    use super::*;

    #[test]
    fn writes_every_file_once() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("deep/run");
        write_folder(&dir, &samples::failing_run()).unwrap();
        let mut names: Vec<String> = fs::read_dir(&dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let expected = [
            "badge.json",
            "exchanges",
            "junit.xml",
            "metrics.txt",
            "report.html",
            "run.json",
            "series",
            "summary.md",
        ];
        assert_eq!(names, expected);
        let exchange = fs::read_to_string(dir.join("exchanges/001.json")).unwrap();
        let exchange: Value = serde_json::from_str(&exchange).unwrap();
        assert_eq!(exchange["requirements"], json!(["DM-CHG-011"]));
        assert_eq!(exchange["exchange"]["status"], json!(200));
        // The warning has no exchange, so it has no file.
        assert!(!dir.join("exchanges/002.json").exists());
    }

    #[test]
    fn says_which_folder_could_not_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("taken");
        fs::write(&file, "").unwrap();
        let error = write_folder(&file, &RunModel::new()).unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
    }

    #[test]
    fn the_badge_is_in_the_form_of_the_service() {
        let badge: Value = serde_json::from_str(&badge_json(&samples::failing_run()).unwrap()).unwrap();
        assert_eq!(
            badge,
            json!({"schemaVersion": 1, "label": "chargeproof", "color": "red",
                "message": "does not conform, 1 requirement failed"})
        );
        let green = fold(vec![
            Event::Registry(samples::registry()),
            Event::ConformanceStarted(1),
            samples::held("a.feature:1", &["DM-ACC-010"]),
            scenario("a.feature:1", &["DM-ACC-010"], Outcome::Passed),
        ]);
        assert!(badge_json(&green).unwrap().contains("conforms, 1 of 6 requirements proved"));
        assert!(badge_json(&RunModel::new()).unwrap().contains("lightgrey"));
    }
}
