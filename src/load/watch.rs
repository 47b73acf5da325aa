//! The eye on a running attack.
//!
//! It reports progress, sends the workers home when the plan is over or the user wants to stop, and ends what
//! does not end by itself.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::LoadError;
use super::goose_adapter::{self, Shift};
use super::ground::REQUEST_TIMEOUT;
use super::limits::Gauge;
use super::operations::GRACE;
use super::pacer::Timeline;
use crate::report::events::{Event, Events, LoadProgress};

/// Between two reports of progress.
const PROGRESS: Duration = Duration::from_millis(200);

/// Watches over an attack: reports progress, and ends what does not end by itself.
pub struct Watch<'a> {
    /// Name of the scenario.
    pub name: &'a str,
    /// Planned requests.
    pub planned: u64,
    /// The workers.
    pub shift: &'a Arc<Shift>,
    /// When the plan begins and ends.
    pub timeline: &'a Timeline,
    /// Where progress is reported.
    pub events: &'a Events,
    /// Turns true when the run is to end.
    pub stop: watch::Receiver<bool>,
}

impl Watch<'_> {
    /// Runs the attack to its end; what cut it short, if anything did.
    pub async fn over_attack(&self) -> Result<Option<String>, LoadError> {
        let _turn = goose_adapter::turn().await;
        let mut cut_short: Option<String> = None;
        let mut ended_by_us = false;
        let mut attack = pin!(goose_adapter::attack(Arc::clone(self.shift)));
        let mut tick = tokio::time::interval(PROGRESS);
        let ended = loop {
            tokio::select! {
                ended = &mut attack => break ended,
                _ = tick.tick() => {}
            }
            self.report_progress();
            if ended_by_us {
                continue;
            }
            if cut_short.is_none() {
                cut_short = self.reason_to_stop();
            }
            if cut_short.is_some() || self.is_past(GRACE) {
                self.shift.queue.close();
            }
            if self.shift.done.load(Ordering::Relaxed) == self.shift.workers {
                ended_by_us = true;
                goose_adapter::end("all workers have finished");
            } else if self.workers_are_gone() {
                ended_by_us = true;
                cut_short.get_or_insert_with(|| "workers did not come to an end".to_owned());
                goose_adapter::end("workers of the load run are gone");
            }
        };
        // Whatever ended the attack, the pacer must not go on.
        self.shift.queue.close();
        self.report_progress();
        if ended_by_us {
            goose_adapter::forget();
        }
        ended?;
        Ok(cut_short.or_else(|| self.shortfall()))
    }

    fn reason_to_stop(&self) -> Option<String> {
        if *self.stop.borrow() || goose_adapter::interrupted() {
            return Some("it was interrupted".to_owned());
        }
        let passed = self.shift.desk.abort.iter().find_map(Gauge::passed);
        if let Some(passed) = passed {
            return Some(format!("an abort condition was met: {passed}"));
        }
        match self.shift.dead.load(Ordering::Relaxed) {
            0 => None,
            dead => Some(format!("{dead} of {} workers died", self.shift.workers)),
        }
    }

    /// Faults of the generator that show only when all is over.
    fn shortfall(&self) -> Option<String> {
        if self.timeline.start().is_none() {
            return Some("the workers were not ready in time".to_owned());
        }
        let ended_early = self.timeline.end().is_some_and(|end| Instant::now() < end);
        let (completed, _) = self.shift.desk.completed();
        (ended_early && completed < self.planned)
            .then(|| "the load generator ended before the plan".to_owned())
    }

    /// Whether the plan ended longer ago than this.
    fn is_past(&self, delay: Duration) -> bool {
        self.timeline.end().is_some_and(|end| Instant::now() > end + delay)
    }

    /// A worker that died never signs off, so goose would wait for it for ever; one that hangs is given up
    /// when every request must have timed out.
    fn workers_are_gone(&self) -> bool {
        let dead = self.shift.dead.load(Ordering::Relaxed) > 0;
        (dead && self.shift.queue.is_closed()) || self.is_past(GRACE + 2 * REQUEST_TIMEOUT)
    }

    fn report_progress(&self) {
        let Some(start) = self.timeline.start() else { return };
        self.events.send(Event::LoadProgress(LoadProgress {
            scenario: self.name.to_owned(),
            elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
            completed: self.shift.desk.completed().0,
            planned: self.planned,
        }));
    }
}
