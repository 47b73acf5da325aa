//! Workers, pacer and queue of one run, and how they fared.

use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use reqwest::header::HeaderValue;
use tokio::sync::watch;

use super::LoadError;
use super::cpu::{CpuSample, CpuUse};
use super::goose_adapter::Shift;
use super::ground::Ground;
use super::licenses::LicenseDesk;
use super::limits::Gauge;
use super::operations::{Desk, Retries};
use super::pacer::{Pacer, Timeline};
use super::plan::Plan;
use super::population::Population;
use super::queue::TicketQueue;
use super::scribe::Instants;
use super::sessions::SessionPool;
use super::watch::Watch;
use crate::report::events::Events;

/// Everybody who takes part in a run, ready to begin.
pub struct Crew {
    /// What the workers share.
    pub shift: Arc<Shift>,
    /// When the plan begins and ends.
    pub timeline: Arc<Timeline>,
    pacer: Pacer,
}

/// How the generator fared, apart from what the target did.
#[derive(Clone, Debug, Default)]
pub struct Performance {
    /// What cut the run short, if anything did.
    pub cut_short: Option<String>,
    /// Workers.
    pub workers: usize,
    /// Tickets that found every worker busy.
    pub short: u64,
    /// Tickets for which there was no session.
    pub undone: u64,
    /// The longest time that the process was held up.
    pub held_up: Duration,
    /// Tickets that were handed out more than a millisecond after their instant.
    pub late: u64,
    /// What it took of the machine, where the system tells.
    pub cpu: Option<CpuUse>,
}

impl Crew {
    /// Gets everybody together for a plan.
    pub fn gather(
        plan: &Plan<'_>,
        ground: &Arc<Ground>,
        population: Arc<Population>,
        licenses: Option<Arc<LicenseDesk>>,
    ) -> Result<Self, LoadError> {
        let Plan { scenario, course, .. } = plan;
        let workers = plan.workers()?;
        let schedule = plan.share(Arc::clone(&population.items));
        let sessions = SessionPool::new(plan.own_slots(), population.asked(), scenario.sessions, course.seed);
        let timeline = Arc::new(Timeline::new(course.duration));
        let queue = Arc::new(TicketQueue::new());
        let (report_ready, ready) = mpsc::channel();
        let hall = licenses.as_ref().map(|licenses| &licenses.hall);
        let bearer = hall.map_or(&ground.token, |hall| &hall.client_token);
        let mut authorization = HeaderValue::from_str(&format!("Bearer {bearer}"))
            .map_err(|error| LoadError::Client(error.to_string()))?;
        authorization.set_sensitive(true);
        let instance = || population.instances.first().map(|first| ground.api(0).instance(&first.id));
        let warm_up_url = hall.map(|hall| hall.health_url.clone()).or_else(instance).unwrap_or_default();
        let mut desk = Desk::new(Arc::clone(ground), population, sessions, Arc::clone(&timeline));
        desk.licenses = licenses;
        desk.retries = Retries { most: scenario.retries, next: AtomicU64::new(plan.planned_all) };
        desk.require = scenario.require.iter().map(|limit| Gauge::new(limit, course)).collect();
        desk.abort = scenario.abort.iter().map(|limit| Gauge::new(limit, course)).collect();
        let shift = Arc::new(Shift {
            desk,
            queue: Arc::clone(&queue),
            workers,
            authorization,
            warm_up_url,
            ready: report_ready,
            dead: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        });
        let pacer = Pacer {
            schedule,
            start_at: plan.start_at,
            workers,
            ready,
            queue,
            timeline: Arc::clone(&timeline),
        };
        Ok(Self { shift, timeline, pacer })
    }

    /// When requests are due, counted from the beginning.
    pub fn due(&self) -> Instants {
        Box::new(self.pacer.schedule.clone().map(|arrival| arrival.offset))
    }

    /// Carries out the plan.
    pub async fn carry_out(
        self,
        plan: &Plan<'_>,
        events: &Events,
        stop: watch::Receiver<bool>,
    ) -> Result<Performance, LoadError> {
        let Self { shift, timeline, pacer } = self;
        let before = CpuSample::take();
        let pacer = pacer
            .spawn()
            .map_err(|error| LoadError::Generator(format!("the pacer could not be started: {error}")))?;
        let name = plan.scenario.name();
        let watch = Watch { name, planned: plan.planned, shift: &shift, timeline: &timeline, events, stop };
        let cut_short = watch.over_attack().await?;
        let cpu = before.and_then(|before| before.until_now());
        // The queue is closed by now, so the pacer ends after a nap at most.
        let pacer = pacer.join().map_err(|_| LoadError::Generator("the pacer died".to_owned()))?;
        Ok(Performance {
            cut_short,
            workers: shift.workers,
            short: shift.queue.short(),
            undone: shift.desk.undone(),
            held_up: pacer.held_up,
            late: pacer.late,
            cpu,
        })
    }
}
