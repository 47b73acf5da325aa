//! Hands out tickets at their instants, whatever the workers do.
//!
//! The pacer has a thread of its own and sleeps with the operating system's clock: the timer of the
//! asynchronous runtime counts whole milliseconds, which would make every request late by one, and a busy
//! runtime would make the schedule itself wait for the target.

use std::sync::mpsc::Receiver;
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

impl Pacer {
    /// Starts the thread. It ends with the plan, or when the queue is closed.
    pub fn spawn(self) -> std::io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name("pacer".to_owned()).spawn(move || self.run())
    }

    fn run(self) {
        if !self.everybody_is_ready() {
            // The plan never begins, which the verdict reports.
            self.queue.close();
            return;
        }
        // An instant that is past already cannot be met; the merge of the segments will see it.
        let wait = self.start_at.and_then(|at| at.duration_since(SystemTime::now()).ok()).unwrap_or_default();
        let begin = Instant::now() + wait.max(LEAD);
        let start = *self.timeline.start.get_or_init(|| begin);
        for arrival in self.schedule {
            let intended = start + arrival.offset;
            if !wait_until(intended, &self.queue) {
                return;
            }
            self.queue.put(Ticket { arrival, intended });
        }
        self.queue.end(self.workers);
    }

    fn everybody_is_ready(&self) -> bool {
        let deadline = Instant::now() + READY_LIMIT;
        (0..self.workers).all(|_| {
            let patience = deadline.saturating_duration_since(Instant::now());
            !self.queue.is_closed() && self.ready.recv_timeout(patience).is_ok()
        })
    }
}

/// Sleeps until this instant; false when the queue was closed meanwhile.
fn wait_until(instant: Instant, queue: &TicketQueue) -> bool {
    loop {
        if queue.is_closed() {
            return false;
        }
        let left = instant.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(NAP));
    }
}
