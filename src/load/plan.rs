//! A scenario with its course: how much is planned, and how many hands that takes.

use std::sync::Arc;
use std::time::SystemTime;

use super::LoadError;
use super::arrivals::Offsets;
use super::course::{Course, LoadOptions};
use super::population::{Item, catalogue, mean_charge};
use super::scenario::LoadScenario;
use super::schedule::Schedule;
use super::segment::{Segment, Share};

/// Requests that each session slot gets on average, so that every step of the cycle comes up.
const STEPS_PER_SLOT: u64 = 24;

/// The answers that a calculated pool can wait for: at the highest rate they may take so long, in seconds.
const PATIENCE_S: f64 = 0.1;

/// The smallest and the largest pool that is calculated. A pool may not use up the connections that a server
/// allows.
const POOL: std::ops::RangeInclusive<usize> = 16..=2000;

/// Files that are open besides the connections of the workers.
const OTHER_FILES: u64 = 128;

/// A scenario with what is planned.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The scenario.
    pub scenario: &'a LoadScenario,
    /// The course.
    pub course: Course,
    /// Planned requests of this segment.
    pub planned: u64,
    /// Planned requests of all segments.
    pub planned_all: u64,
    /// The share of it that is carried out here.
    pub segment: Segment,
    /// Whether the results of all segments are to be merged.
    pub is_shared: bool,
    /// When to begin; as soon as the workers are ready when left out.
    pub start_at: Option<SystemTime>,
}

impl<'a> Plan<'a> {
    /// The plan of a scenario on this course.
    pub fn new(scenario: &'a LoadScenario, course: Course) -> Self {
        let planned = Offsets::new(&course).planned();
        Self {
            scenario,
            course,
            planned,
            planned_all: planned,
            segment: Segment::WHOLE,
            is_shared: false,
            start_at: None,
        }
    }

    /// The share of a plan that the command line asks for.
    ///
    /// # Errors
    /// When the plan cannot be shared out so.
    pub fn of(scenario: &'a LoadScenario, options: &LoadOptions) -> Result<Self, LoadError> {
        let segment = options.segment.unwrap_or(Segment::WHOLE);
        if options.segment.is_some() {
            segment.check(scenario, options.rate)?;
        }
        let whole = Self::new(scenario, Course::of(scenario, options)?);
        let is_shared = options.segment.is_some();
        let mut plan = Self { segment, is_shared, start_at: options.start_at, ..whole };
        if !segment.is_whole() {
            plan.planned = plan.share(catalogue(&scenario.population.items)).count() as u64;
        }
        Ok(plan)
    }

    /// The requests of this segment.
    pub fn share(&self, items: Arc<[Item]>) -> Share<Schedule> {
        Share::new(Schedule::new(self.scenario, &self.course, items), self.segment)
    }

    /// The highest rate of this segment.
    pub fn peak(&self) -> f64 {
        self.course.peak() * self.planned as f64 / self.planned_all.max(1) as f64
    }

    /// Whether there are sessions in it.
    pub fn has_sessions(&self) -> bool {
        self.scenario.mix.session_step > 0.0
    }

    /// Tokens that will be asked of one instance: all that is asked in a run of one-off requests, what is
    /// held at one time where sessions give it back.
    pub fn demand(&self) -> f64 {
        let mix = self.scenario.mix;
        let one_off = self.planned_all as f64 * mix.access_request / mix.weights().iter().sum::<f64>();
        let spec = &self.scenario.population;
        (one_off + self.slots() as f64) / spec.instances as f64 * mean_charge(spec)
    }

    /// Sessions in use at once in all segments: few enough in a short run that each goes through its whole cycle, unless the
    /// scenario insists.
    pub fn slots(&self) -> usize {
        if !self.has_sessions() {
            return 0;
        }
        let sessions = self.scenario.sessions;
        let count = self.scenario.quick.sessions.filter(|_| self.course.quick).unwrap_or(sessions.count);
        if sessions.all {
            return count;
        }
        let enough = usize::try_from(self.planned_all / STEPS_PER_SLOT).unwrap_or(usize::MAX);
        count.min(enough).max(1)
    }

    /// Sessions in use at once in this segment.
    pub fn own_slots(&self) -> usize {
        let slots = self.slots();
        if slots == 0 { 0 } else { self.segment.share(slots).max(1) }
    }

    /// Requests that can be under way at once: as many as come in at the highest rate while one is answered.
    ///
    /// # Errors
    /// When the system does not allow so many connections.
    pub fn workers(&self) -> Result<usize, LoadError> {
        let calculated = || {
            let needed = (self.peak() * PATIENCE_S).ceil() as usize;
            needed.clamp(*POOL.start(), *POOL.end())
        };
        let wanted = self.scenario.workers.unwrap_or_else(calculated);
        // A worker without a session to work on would leave its ticket undone.
        let only_sessions = self.has_sessions() && self.scenario.mix.access_request <= 0.0;
        let workers = if only_sessions { wanted.min(self.own_slots()) } else { wanted };
        // A server inside this process has the other end of each connection.
        let needed = 2 * workers as u64 + OTHER_FILES;
        match open_files() {
            Some(limit) if limit < needed => Err(LoadError::OpenFiles { workers, needed, limit }),
            _ => Ok(workers),
        }
    }
}

/// How many files the process may have open, where the system tells.
fn open_files() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at_rate(name: &str, rate: f64) -> (LoadScenario, Course) {
        let mut scenario = LoadScenario::embedded(name).unwrap();
        scenario.workers = None;
        let course = Course::of(
            &scenario,
            &LoadOptions {
                rate: Some(rate),
                duration: Some(Duration::from_millis(500)),
                ..LoadOptions::default()
            },
        );
        (scenario, course.unwrap())
    }

    #[test]
    fn the_pool_grows_with_the_rate() {
        for (rate, workers) in [(10.0, 16), (1000.0, 100), (1_000_000.0, 2000)] {
            let (scenario, course) = at_rate("steady-access", rate);
            let plan = Plan::new(&scenario, course);
            assert_eq!(plan.workers().unwrap(), workers, "at {rate} a second");
        }
    }

    #[test]
    fn a_session_has_one_worker_at_most() {
        let (scenario, course) = at_rate("session-heartbeats", 1000.0);
        let plan = Plan { planned: 240, planned_all: 240, ..Plan::new(&scenario, course) };
        assert_eq!(plan.workers().unwrap(), 10);
    }
}
