//! The seconds of all segments laid over one another.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::MergeError;
use super::part::{Part, damaged, unreadable};
use crate::load::logs::{self, Interval, Line, LogFiles};
use crate::load::recorder::{names, tracks};
use crate::load::scribe::moment;
use crate::load::track::{LATENCIES, Track};
use crate::report::events::LoadSecond;

/// Histograms and counts of all segments.
pub struct Series {
    /// Everything, kind by kind.
    pub totals: Vec<Track>,
    /// What each second was like.
    pub seconds: Vec<LoadSecond>,
}

/// The seconds of a run, kind by kind.
#[derive(Default)]
struct Seconds(BTreeMap<u64, (Duration, Vec<Track>)>);

impl Series {
    /// Adds up the interval logs of all segments and writes those of the whole below `out`.
    pub fn merge(parts: &[Part], scenario: &str, out: &Path) -> Result<Self, MergeError> {
        let mut seconds = Seconds::default();
        for part in parts {
            let mut own = tracks();
            for (latency, _) in LATENCIES {
                let path = logs::path(&part.folder, scenario, latency);
                let text = std::fs::read_to_string(&path).map_err(|source| unreadable(&path, source))?;
                let lines = logs::read(&text).map_err(|problem| damaged(&path, problem))?;
                for line in lines.into_iter().filter(|line| line.operation.is_some()) {
                    seconds.add(latency, &line, &mut own).map_err(|problem| damaged(&path, problem))?;
                }
            }
            agree(part, &own)?;
        }
        let started = parts.iter().filter_map(|part| part.record.started_ms).min().unwrap_or(0);
        let started = SystemTime::UNIX_EPOCH + Duration::from_millis(started);
        let failed = |source| MergeError::Unwritable { path: out.to_owned(), source };
        seconds.write(scenario, started, out).map_err(failed)?;
        let told = seconds.told(scenario, parts);
        Ok(Self { totals: totals(parts, &seconds), seconds: told })
    }
}

impl Seconds {
    fn add(&mut self, latency: &str, line: &Line, own: &mut [Track]) -> Result<(), String> {
        let operation = line.operation.as_deref().unwrap_or_default();
        let Some(kind) = names().iter().position(|name| *name == operation) else {
            return Err(format!("`{operation}` is no operation that this version knows"));
        };
        let Interval { second, lasted } = line.interval;
        let (longest, kinds) = self.0.entry(second).or_insert_with(|| (Duration::ZERO, tracks()));
        *longest = lasted.max(*longest);
        for track in [&mut kinds[kind], &mut own[kind]] {
            let histogram = match latency {
                "response" => &mut track.response,
                "service" => &mut track.service,
                _ => &mut track.lateness,
            };
            histogram.add(&line.histogram).map_err(|error| format!("second {second}: {error}"))?;
            // Every request has a lateness, so these count them.
            track.requests = track.lateness.len();
        }
        Ok(())
    }

    fn write(&self, scenario: &str, started: SystemTime, out: &Path) -> std::io::Result<()> {
        let mut files = LogFiles::create(out, scenario)?;
        let mut logs = files.begin(scenario, started)?;
        for (&second, (lasted, kinds)) in &self.0 {
            let named = names().into_iter().zip(kinds).filter(|(_, track)| track.requests > 0);
            let interval = Interval { second, lasted: *lasted };
            logs.write(interval, &Track::sum(kinds), &named.collect::<Vec<_>>())?;
        }
        drop(logs);
        files.finish()
    }

    /// The seconds as events: counts from the events of the segments, latencies from the histograms.
    fn told(&self, scenario: &str, parts: &[Part]) -> Vec<LoadSecond> {
        let mut told: BTreeMap<u64, LoadSecond> = BTreeMap::new();
        for one in parts.iter().flat_map(|part| &part.seconds) {
            let sum = told.entry(one.second).or_insert_with(|| {
                let (lasted, all) = self.0.get(&one.second).map_or_else(
                    || (Duration::ZERO, Track::new()),
                    |(lasted, kinds)| (*lasted, Track::sum(kinds)),
                );
                LoadSecond {
                    completed: 0,
                    ..moment(scenario, Interval { second: one.second, lasted }, 0, &all)
                }
            });
            sum.lasted_ms = sum.lasted_ms.max(one.lasted_ms);
            sum.planned += one.planned;
            sum.completed += one.completed;
            sum.refused += one.refused;
            sum.indeterminate += one.indeterminate;
            sum.wrong += one.wrong;
        }
        told.into_values().collect()
    }
}

/// Logs and events of a segment were written by two hands; where they disagree, one of the files is damaged.
fn agree(part: &Part, own: &[Track]) -> Result<(), MergeError> {
    let logged: u64 = own.iter().map(|track| track.lateness.len()).sum();
    let told: u64 = part.finished.operations.iter().map(|operation| operation.requests).sum();
    if logged == told {
        return Ok(());
    }
    let problem = format!("its interval logs hold {logged} requests, its events {told}");
    Err(damaged(&part.folder, problem))
}

/// Histograms of the whole run, with the counts that only events hold.
fn totals(parts: &[Part], seconds: &Seconds) -> Vec<Track> {
    let mut totals = tracks();
    for (_, kinds) in seconds.0.values() {
        for (total, kind) in totals.iter_mut().zip(kinds) {
            total.absorb(kind);
        }
    }
    for (total, name) in totals.iter_mut().zip(names()) {
        let operations = parts.iter().flat_map(|part| &part.finished.operations);
        for operation in operations.filter(|operation| operation.name == name) {
            total.refused += operation.refused;
            total.lost += operation.indeterminate;
            total.wrong += operation.wrong;
        }
    }
    totals
}
