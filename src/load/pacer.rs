//! Hands out tickets at their instants, whatever the workers do.
//!
//! The pacer has a thread of its own and sleeps with the operating system's clock: the timer of the
//! asynchronous runtime counts whole milliseconds, which would make every request late by one, and a busy
//! runtime would make the schedule itself wait for the target. It also keeps watch over itself: a thread that
//! was to sleep for a moment and slept for long was held up, and so were all requests that it had to hand out.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime};

use super::queue::{Ticket, TicketQueue};
use super::schedule::Schedule;
use super::segment::Share;

/// How long the workers may take to open their connections.
const READY_LIMIT: Duration = Duration::from_secs(30);

/// Between the last worker's report and the first instant, so that the first request is not late already.
const LEAD: Duration = Duration::from_millis(20);

/// The longest sleep, so that a stop is noticed soon.
const NAP: Duration = Duration::from_millis(50);

/// A nap that takes this much longer than it should is no matter of a busy machine any more.
const HELD_UP: Duration = Duration::from_millis(250);

/// Tickets that are handed out under one lock.
const BATCH: usize = 64;

/// The shortest sleep. At high rates it lets several requests become due at once, which wakes the workers less
/// often; each of them is late by this much at most, and on average by half of it.
const REST: Duration = Duration::from_micros(250);

/// When the plan begins and ends.
#[derive(Debug)]
pub struct Timeline {
    start: OnceLock<Instant>,
    duration: Duration,
}

impl Timeline {
    /// A plan of this duration that has not begun.
    pub fn new(duration: Duration) -> Self {
        Self { start: OnceLock::new(), duration }
    }

    /// When the plan began, once it has.
    pub fn start(&self) -> Option<Instant> {
        self.start.get().copied()
    }

    /// When the plan ends, once it has begun.
    pub fn end(&self) -> Option<Instant> {
        self.start().map(|start| start + self.duration)
    }
}

/// Hands out the tickets of one run.
#[derive(Debug)]
pub struct Pacer {
    /// What is due.
    pub schedule: Share<Schedule>,
    /// When to begin; as soon as the workers are ready when left out.
    pub start_at: Option<SystemTime>,
    /// How many workers there are to wait for.
    pub workers: usize,
    /// Where the workers report.
    pub ready: Receiver<()>,
    /// Where the tickets go.
    pub queue: Arc<TicketQueue>,
    /// Where the beginning is noted.
    pub timeline: Arc<Timeline>,
}

/// How the pacer itself fared.
#[derive(Clone, Copy, Debug, Default)]
pub struct PacerReport {
    /// The longest time that it was held up.
    pub held_up: Duration,
    /// Tickets that it handed out more than a millisecond after their instant.
    pub late: u64,
}

impl Pacer {
    /// Starts the thread. It ends with the plan, or when the queue is closed.
    pub fn spawn(self) -> std::io::Result<JoinHandle<PacerReport>> {
        std::thread::Builder::new().name("pacer".to_owned()).spawn(move || self.run())
    }

    fn run(self) -> PacerReport {
        let mut watch = Wakefulness::default();
        if !self.everybody_is_ready() {
            // The plan never begins, which the verdict reports.
            self.queue.close();
            return watch.report;
        }
        // An instant that is past already cannot be met; the merge of the segments will see it.
        let wait = self.start_at.and_then(|at| at.duration_since(SystemTime::now()).ok()).unwrap_or_default();
        let begin = Instant::now() + wait.max(LEAD);
        let start = *self.timeline.start.get_or_init(|| begin);
        let mut due = Vec::with_capacity(BATCH);
        for arrival in self.schedule {
            let intended = start + arrival.offset;
            // What is due is handed out before the wait for what is not.
            if !due.is_empty() && (due.len() == BATCH || intended > Instant::now()) {
                self.queue.put(&mut due);
            }
            if !watch.wait_until(intended, &self.queue) {
                return watch.report;
            }
            due.push(Ticket { arrival, intended });
        }
        self.queue.put(&mut due);
        self.queue.end();
        watch.report
    }

    fn everybody_is_ready(&self) -> bool {
        let deadline = Instant::now() + READY_LIMIT;
        let mut missing = self.workers;
        while missing > 0 && !self.queue.is_closed() && Instant::now() < deadline {
            match self.ready.recv_timeout(NAP) {
                Ok(()) => missing -= 1,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        missing == 0
    }
}

/// Sleeps, and notices when it slept too long.
#[derive(Debug, Default)]
struct Wakefulness {
    report: PacerReport,
    awake_at: Option<Instant>,
}

impl Wakefulness {
    /// Sleeps until this instant; false when the queue was closed meanwhile.
    fn wait_until(&mut self, instant: Instant, queue: &TicketQueue) -> bool {
        loop {
            let now = Instant::now();
            self.look_at_the_clock(now);
            if queue.is_closed() {
                return false;
            }
            let left = instant.saturating_duration_since(now);
            if left.is_zero() {
                if now.saturating_duration_since(instant) > Duration::from_millis(1) {
                    self.report.late += 1;
                }
                return true;
            }
            std::thread::sleep(left.clamp(REST, NAP));
        }
    }

    /// Between two looks at the clock there is at most one nap.
    fn look_at_the_clock(&mut self, now: Instant) {
        let since = self.awake_at.replace(now).map_or(Duration::ZERO, |last| now - last);
        if let Some(over) = since.checked_sub(NAP).filter(|over| *over > HELD_UP) {
            self.report.held_up = self.report.held_up.max(over);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nap_that_takes_too_long_is_noticed() {
        let (mut watch, now) = (Wakefulness::default(), Instant::now());
        for ms in [0, 50, 100, 350] {
            watch.look_at_the_clock(now + Duration::from_millis(ms));
        }
        assert_eq!(watch.report.held_up, Duration::ZERO);
        watch.look_at_the_clock(now + Duration::from_millis(1400));
        watch.look_at_the_clock(now + Duration::from_millis(1450));
        assert_eq!(watch.report.held_up, Duration::from_secs(1));
    }
}
