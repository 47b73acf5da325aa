//! One segment as its run folder holds it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::MergeError;
use crate::load::segment::{FILE, FORMAT, SegmentRecord};
use crate::report::events::{Event, LoadFinished, LoadSecond, Stamped, TargetInfo, UsageChecked};

/// A segment.
#[derive(Debug)]
pub struct Part {
    /// Its run folder.
    pub folder: PathBuf,
    /// What it is.
    pub record: SegmentRecord,
    /// What was tested.
    pub target: TargetInfo,
    /// Its seconds.
    pub seconds: Vec<LoadSecond>,
    /// How it ended.
    pub finished: LoadFinished,
    /// What its usage rows were found to be.
    pub usage: Vec<UsageChecked>,
}

/// The folders of segments among these: a folder counts itself, or each of its own folders that is one.
pub fn folders(given: &[PathBuf]) -> Result<Vec<PathBuf>, MergeError> {
    let mut found = Vec::new();
    for folder in given {
        if folder.join(FILE).is_file() {
            found.push(folder.clone());
            continue;
        }
        let unreadable = |source| MergeError::Unreadable { path: folder.clone(), source };
        let mut below = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            if path.join(FILE).is_file() {
                below.push(path);
            }
        }
        if below.is_empty() {
            return Err(MergeError::NoSegment(folder.clone()));
        }
        below.sort();
        found.append(&mut below);
    }
    Ok(found)
}

impl Part {
    /// Reads the segment of a run folder.
    pub fn read(folder: &Path) -> Result<Self, MergeError> {
        let path = folder.join(FILE);
        let text = fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
        let record: SegmentRecord =
            serde_json::from_str(&text).map_err(|error| damaged(&path, error.to_string()))?;
        if record.format != FORMAT {
            return Err(damaged(&path, format!("its format is {}, and not {FORMAT}", record.format)));
        }
        let mut heard = Heard::default();
        let events = folder.join("events.ndjson");
        let file = fs::File::open(&events).map_err(|source| unreadable(&events, source))?;
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|source| unreadable(&events, source))?;
            let stamped: Stamped = serde_json::from_str(&line)
                .map_err(|error| damaged(&events, format!("line {}: {error}", number + 1)))?;
            heard.take(stamped.event);
        }
        let Heard { target, seconds, finished, usage } = heard;
        let Some(finished) = finished.filter(|load| load.scenario == record.scenario) else {
            return Err(damaged(&events, "the load run has no end; it was killed".to_owned()));
        };
        Ok(Self { folder: folder.to_owned(), record, target, seconds, finished, usage })
    }
}

#[derive(Default)]
struct Heard {
    target: TargetInfo,
    seconds: Vec<LoadSecond>,
    finished: Option<LoadFinished>,
    usage: Vec<UsageChecked>,
}

impl Heard {
    fn take(&mut self, event: Event) {
        match event {
            Event::RunStarted(run) => self.target = run.target,
            Event::LoadStarted(_) => self.seconds.clear(),
            Event::LoadSecond(second) => self.seconds.push(second),
            Event::LoadFinished(finished) => self.finished = Some(finished),
            Event::UsageChecked(usage) => self.usage.push(usage),
            _ => {}
        }
    }
}

/// A file that cannot be read.
pub fn unreadable(path: &Path, source: std::io::Error) -> MergeError {
    MergeError::Unreadable { path: path.to_owned(), source }
}

/// A file that is not what it should be.
pub fn damaged(path: &Path, problem: String) -> MergeError {
    MergeError::Damaged { path: path.to_owned(), problem }
}
