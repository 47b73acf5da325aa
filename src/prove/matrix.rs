//! The kill matrix and its renderings.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::page::page;
use crate::spec::Registry;

/// How a mutant fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MutantOutcome {
    /// An assertion named one of its requirements.
    Killed,
    /// No such assertion failed.
    Survived,
    /// The harness failed before one could.
    Error,
}

impl MutantOutcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Killed => "killed",
            Self::Survived => "survived",
            Self::Error => "error",
        }
    }
}

/// One mutant with what caught it.
#[derive(Clone, Debug)]
pub struct MutantResult {
    /// `decision=value`.
    pub name: String,
    /// What it does wrong.
    pub says: String,
    /// The requirements that it breaks.
    pub requirements: Vec<String>,
    /// How it fared.
    pub outcome: MutantOutcome,
    /// Scenarios that killed it.
    pub by: Vec<String>,
    /// Scenarios that failed at all.
    pub elsewhere: Vec<String>,
}

/// One reading with what rejected it.
#[derive(Clone, Debug)]
pub struct ReadingResult {
    /// Decision point.
    pub decision: String,
    /// Legal value.
    pub value: String,
    /// Scenarios that failed; none when it was accepted.
    pub rejected_by: Vec<String>,
}

/// The whole proof.
#[derive(Clone, Debug, Default)]
pub struct ProveReport {
    /// Every mutant tried.
    pub mutants: Vec<MutantResult>,
    /// Every reading tried.
    pub readings: Vec<ReadingResult>,
}

impl ProveReport {
    /// 0 when every mutant was killed and every reading accepted, 70 after a harness fault, else 1.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        if self.mutants.iter().any(|mutant| mutant.outcome == MutantOutcome::Error) {
            return 70;
        }
        let killed = self.mutants.iter().all(|mutant| mutant.outcome == MutantOutcome::Killed);
        let accepted = self.readings.iter().all(|reading| reading.rejected_by.is_empty());
        u8::from(!(killed && accepted))
    }

    /// The format `chargeproof-prove/1`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mutants: Vec<Value> = self
            .mutants
            .iter()
            .map(|mutant| {
                json!({
                    "name": mutant.name,
                    "says": mutant.says,
                    "requirements": mutant.requirements,
                    "outcome": mutant.outcome.word(),
                    "by": mutant.by,
                })
            })
            .collect();
        let readings: Vec<Value> = self
            .readings
            .iter()
            .map(|reading| {
                let accepted = reading.rejected_by.is_empty();
                json!({
                    "decision": reading.decision,
                    "value": reading.value,
                    "outcome": if accepted { "accepted" } else { "rejected" },
                    "rejected_by": reading.rejected_by,
                })
            })
            .collect();
        json!({ "format": "chargeproof-prove/1", "mutants": mutants, "readings": readings })
    }

    /// The matrix for people, within 80 columns.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for mutant in &self.mutants {
            let _ = writeln!(text, "{:<9}{}", mutant.outcome.word(), mutant.name);
            let _ = writeln!(text, "         {}", mutant.says);
            match (mutant.by.first(), mutant.elsewhere.first()) {
                (Some(first), _) => {
                    let more = more(mutant.by.len());
                    let _ = writeln!(text, "         by {first}{more}");
                }
                (None, Some(first)) => {
                    let ids = mutant.requirements.join(" ");
                    let more = more(mutant.elsewhere.len());
                    let _ = writeln!(text, "         nothing named {ids};");
                    let _ = writeln!(text, "         elsewhere: {first}{more}");
                }
                (None, None) => {
                    let _ = writeln!(text, "         nothing named {}", mutant.requirements.join(" "));
                }
            }
        }
        for reading in &self.readings {
            let word = if reading.rejected_by.is_empty() { "accepted" } else { "REJECTED" };
            let _ = writeln!(text, "{word:<9}{}={}", reading.decision, reading.value);
            for scenario in reading.rejected_by.iter().take(3) {
                let _ = writeln!(text, "         by {scenario}");
            }
        }
        let killed = self.mutants.iter().filter(|mutant| mutant.outcome == MutantOutcome::Killed).count();
        let accepted = self.readings.iter().filter(|reading| reading.rejected_by.is_empty()).count();
        let _ = writeln!(
            text,
            "\n{killed} of {} mutants killed, {accepted} of {} readings accepted",
            self.mutants.len(),
            self.readings.len()
        );
        text
    }
}

fn more(count: usize) -> String {
    if count > 1 { format!(" and {} more", count - 1) } else { String::new() }
}

/// Writes `prove.json`, `prove.html` and `prove.txt` into a folder.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_folder(out: &Path, report: &ProveReport, registry: &Registry) -> std::io::Result<()> {
    std::fs::create_dir_all(out)?;
    let page = page(report, registry).map_err(std::io::Error::other)?;
    std::fs::write(out.join("prove.html"), page)?;
    std::fs::write(out.join("prove.json"), format!("{:#}\n", report.to_json()))?;
    std::fs::write(out.join("prove.txt"), report.to_text())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mutant(outcome: MutantOutcome) -> MutantResult {
        MutantResult {
            name: "lineitem.order=latest-end-first".into(),
            says: "Charges the line item that ends last first.".into(),
            requirements: vec!["DM-LI-A20".into()],
            outcome,
            by: vec!["client/split.feature:9".into()],
            elsewhere: Vec::new(),
        }
    }

    #[test]
    fn one_survivor_fails_the_proof() {
        let mut report = ProveReport { mutants: vec![mutant(MutantOutcome::Killed)], readings: Vec::new() };
        assert_eq!(report.exit_code(), 0);
        report.mutants.push(mutant(MutantOutcome::Survived));
        assert_eq!(report.exit_code(), 1);
        report.mutants.push(mutant(MutantOutcome::Error));
        assert_eq!(report.exit_code(), 70);
    }

    #[test]
    fn one_rejected_reading_fails_the_proof() {
        let rejected_by = vec!["client/one-off.feature:3".into()];
        let reading =
            ReadingResult { decision: "oneoff.mixed.http".into(), value: "207".into(), rejected_by };
        let report = ProveReport { mutants: Vec::new(), readings: vec![reading] };
        assert_eq!(report.exit_code(), 1);
    }
}
