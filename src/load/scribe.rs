//! Writes down what every second of a run was like.
//!
//! The scribe has a thread of its own: packing histograms takes a millisecond or two a second, which neither the
//! workers nor the pacer may be made to wait for. It counts what was due in each second from a copy of the
//! schedule, so that "planned" is the plan and not what the generator came to.

use std::iter::Peekable;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::LoadError;
use super::logs::{Interval, LogFiles, Logs};
use super::pacer::Timeline;
use super::recorder::{Recorder, names, tracks};
use super::track::Track;
use crate::report::events::{Event, Events, LoadSecond};

/// How often the scribe looks whether the plan has begun.
const GLANCE: Duration = Duration::from_millis(20);

/// The instants of a plan.
pub type Instants = Box<dyn Iterator<Item = Duration> + Send>;

/// What a scribe writes down, and where.
pub struct Scribe {
    /// Name of the scenario.
    pub scenario: String,
    /// What was counted.
    pub recorder: Arc<Recorder>,
    /// When the plan begins.
    pub timeline: Arc<Timeline>,
    /// When requests are due, counted from the beginning.
    pub due: Instants,
    /// Who hears of each second.
    pub events: Events,
    /// The run folder, for interval logs.
    pub out: Option<PathBuf>,
}

/// A scribe at work.
pub struct Writing {
    thread: JoinHandle<std::io::Result<()>>,
    stop: Sender<()>,
    out: Option<PathBuf>,
}

impl Scribe {
    /// Begins to write.
    pub fn start(self) -> Result<Writing, LoadError> {
        let (stop, stopped) = mpsc::channel();
        let out = self.out.clone();
        let thread = std::thread::Builder::new()
            .name("scribe".to_owned())
            .spawn(move || self.write(&stopped))
            .map_err(|error| LoadError::Generator(format!("the scribe could not be started: {error}")))?;
        Ok(Writing { thread, stop, out })
    }

    fn write(self, stopped: &mpsc::Receiver<()>) -> std::io::Result<()> {
        let begun = loop {
            let over = stopped.recv_timeout(GLANCE) != Err(RecvTimeoutError::Timeout);
            match self.timeline.start() {
                Some(begun) => break begun,
                None if over => return Ok(()),
                None => {}
            }
        };
        let mut files = match &self.out {
            Some(out) => Some(LogFiles::create(out, &self.scenario)?),
            None => None,
        };
        let mut logs = match &mut files {
            Some(files) => Some(files.begin(&self.scenario, wall_clock(begun))?),
            None => None,
        };
        self.write_seconds(begun, stopped, logs.as_mut())?;
        drop(logs);
        files.map_or(Ok(()), LogFiles::finish)
    }

    fn write_seconds(
        self,
        begun: Instant,
        stopped: &mpsc::Receiver<()>,
        mut logs: Option<&mut Logs<'_>>,
    ) -> std::io::Result<()> {
        let Self { scenario, recorder, due, events, .. } = self;
        let mut due = due.peekable();
        let mut kept = tracks();
        for second in 0.. {
            let (begin, end) = (begun + Duration::from_secs(second), begun + Duration::from_secs(second + 1));
            let patience = end.saturating_duration_since(Instant::now());
            let over = stopped.recv_timeout(patience) != Err(RecvTimeoutError::Timeout);
            recorder.close_interval(&mut kept);
            let full = Duration::from_secs(1);
            let lasted = if over { Instant::now().saturating_duration_since(begin).min(full) } else { full };
            let interval = Interval { second, lasted };
            let all = Track::sum(&kept);
            // A run that is cut short still had a plan for the second in which that happened.
            let planned = due_before(&mut due, Duration::from_secs(second + 1));
            let last_is_empty = over && all.requests == 0 && planned == 0;
            if !last_is_empty {
                let named = names().into_iter().zip(&kept).filter(|(_, track)| track.requests > 0);
                if let Some(logs) = logs.as_deref_mut() {
                    logs.write(interval, &all, &named.collect::<Vec<_>>())?;
                }
                events.send(Event::LoadSecond(moment(&scenario, interval, planned, &all)));
            }
            if over {
                break;
            }
        }
        Ok(())
    }
}

impl Writing {
    /// Writes the last second and closes the files.
    pub fn finish(self) -> Result<(), LoadError> {
        drop(self.stop);
        let path = self.out.unwrap_or_default().join(super::logs::FOLDER).display().to_string();
        match self.thread.join() {
            Ok(written) => written.map_err(|source| LoadError::Write { path, source }),
            Err(_) => Err(LoadError::Generator("the scribe panicked".to_owned())),
        }
    }
}

/// How many requests are due before this offset and were not counted yet.
fn due_before(due: &mut Peekable<Instants>, end: Duration) -> u64 {
    let mut planned = 0;
    while due.next_if(|offset| *offset < end).is_some() {
        planned += 1;
    }
    planned
}

/// What a second was like.
pub fn moment(scenario: &str, interval: Interval, planned: u64, all: &Track) -> LoadSecond {
    LoadSecond {
        scenario: scenario.to_owned(),
        second: interval.second,
        lasted_ms: u64::try_from(interval.lasted.as_millis()).unwrap_or(u64::MAX),
        planned,
        completed: all.requests,
        refused: all.refused,
        indeterminate: all.lost,
        wrong: all.wrong,
        latency_us: all.latencies(),
    }
}

/// This instant on the wall clock.
fn wall_clock(instant: Instant) -> SystemTime {
    SystemTime::now().checked_sub(instant.elapsed()).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_is_counted_once() {
        let offsets = [0, 400, 999, 1000, 2500].map(Duration::from_millis);
        let mut due = (Box::new(offsets.into_iter()) as Instants).peekable();
        let planned: Vec<u64> = (1..=4).map(|end| due_before(&mut due, Duration::from_secs(end))).collect();
        assert_eq!(planned, [3, 1, 1, 0]);
    }

    #[test]
    fn a_run_that_never_begins_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let scribe = Scribe {
            scenario: "s".to_owned(),
            recorder: Arc::new(Recorder::new()),
            timeline: Arc::new(Timeline::new(Duration::from_secs(1))),
            due: Box::new(std::iter::empty()),
            events: Events::silent(),
            out: Some(folder.path().to_owned()),
        };
        scribe.start().unwrap().finish().unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
