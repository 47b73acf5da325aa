//! Reads a run back from the events that it left.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::events::{Checked, Event, Stamped};
use super::model::RunModel;

/// The file of events in a run folder.
const EVENTS: &str = "events.ndjson";

/// A run cannot be read back.
#[derive(Debug, Error)]
pub enum RecordedError {
    /// The file of events cannot be opened or read.
    #[error("cannot read {}; give the folder of a run", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is no event.
    #[error("{}:{line} is no event of a run", .path.display())]
    NotAnEvent {
        /// The file.
        path: PathBuf,
        /// The line from 1.
        line: usize,
        /// What was expected there.
        source: serde_json::Error,
    },
    /// No run began.
    #[error("{} holds no run", .path.display())]
    NoRun {
        /// The file.
        path: PathBuf,
    },
}

/// What a scenario asserted, held or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asserted {
    /// How many assertions.
    pub(super) total: u64,
    /// How many of them spoke for each requirement.
    pub(super) by_requirement: BTreeMap<String, u64>,
    /// How many of them each step made, by its text.
    pub(super) by_step: BTreeMap<String, u64>,
}

/// A run as it was recorded.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Everything that a report shows.
    pub model: RunModel,
    /// What each scenario asserted, by its ID.
    pub(super) asserted: BTreeMap<String, Asserted>,
}

impl Recorded {
    /// Reads the run of a folder.
    ///
    /// # Errors
    ///
    /// When the folder holds no file of events, or a line of it is no event. A last line without its end is what
    /// a killed run leaves behind, and is passed over.
    pub fn read(folder: &Path) -> Result<Self, RecordedError> {
        let path = folder.join(EVENTS);
        let unreadable = |source| RecordedError::Unreadable { path: path.clone(), source };
        let mut reader = BufReader::new(fs::File::open(&path).map_err(unreadable)?);
        let mut recorded = Self::default();
        let mut text = String::new();
        for line in 1.. {
            text.clear();
            if reader.read_line(&mut text).map_err(unreadable)? == 0 {
                break;
            }
            match serde_json::from_str(&text) {
                Ok(stamped) => recorded.apply(&stamped),
                Err(_) if !text.ends_with('\n') => break,
                Err(source) => return Err(RecordedError::NotAnEvent { path, line, source }),
            }
        }
        if recorded.model.run.is_none() {
            return Err(RecordedError::NoRun { path });
        }
        Ok(recorded)
    }

    /// Takes in one event.
    pub(super) fn apply(&mut self, stamped: &Stamped) {
        if let Event::Checked(checked) = &stamped.event {
            self.count(checked);
        }
        self.model.apply(stamped);
    }

    fn count(&mut self, checked: &Checked) {
        let asserted = self.asserted.entry(checked.scenario.clone()).or_default();
        asserted.total += 1;
        *asserted.by_step.entry(checked.step.clone()).or_default() += 1;
        for requirement in &checked.requirements {
            *asserted.by_requirement.entry(requirement.clone()).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn read(text: &str) -> Result<Recorded, RecordedError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(EVENTS), text).unwrap();
        Recorded::read(folder.path())
    }

    fn lines() -> String {
        let line = |stamped: &Stamped| serde_json::to_string(stamped).unwrap() + "\n";
        samples::failing_events().iter().map(line).collect()
    }

    #[test]
    fn a_run_is_read_back_whole() {
        let recorded = read(&lines()).unwrap();
        assert_eq!(recorded.model, samples::failing_run());
        assert_eq!(recorded.asserted["client/one-off.feature:3"].total, 2);
        assert_eq!(recorded.asserted["client/one-off.feature:12"].by_requirement["DM-CHG-011"], 2);
    }

    #[test]
    fn a_cut_line_is_passed_over_only_at_the_end() {
        let text = lines();
        assert!(read(&text[..text.len() - 9]).is_ok());
        let error = read(&format!("{{\"at_ms\":\n{text}")).unwrap_err();
        assert!(error.to_string().ends_with("events.ndjson:1 is no event of a run"), "{error}");
    }

    #[test]
    fn a_folder_without_a_run_is_an_error() {
        assert!(read("").unwrap_err().to_string().contains("holds no run"));
        let error = Recorded::read(Path::new("no-such-folder")).unwrap_err();
        assert!(error.to_string().contains("no-such-folder"), "{error}");
    }
}
