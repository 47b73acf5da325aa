//! A load run from set-up to verdict.
//!
//! Set up the population, read `used`, let the pacer and the workers carry out the plan, close what is open,
//! read the rows and `used` again, and reconcile. Nothing but the plan itself is measured.

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use futures::StreamExt;
use reqwest::header::HeaderValue;
use tokio::sync::watch;

use super::LoadError;
use super::audit::{Books, InvariantId, Tally, audit};
use super::evidence::Evidence;
use super::goose_adapter::Shift;
use super::ground::Ground;
use super::ledger::{Entry, Fate};
use super::operations::Desk;
use super::pacer::{Pacer, Timeline};
use super::population::{Item, Population, catalogue, mean_charge};
use super::queue::TicketQueue;
use super::scenario::{Course, LoadOptions, LoadScenario};
use super::schedule::{Offsets, Schedule};
use super::scribe::Scribe;
use super::segment::{self, Segment, SegmentRecord, Share};
use super::sessions::SessionPool;
use super::verdict::{Measured, judge};
use super::watch::Watch;
use crate::report::events::{Event, Events, Invariant, LoadFinished, LoadPart, LoadStarted, Rate, Threshold};
use crate::target::{Call, Profile};

/// Requests that each session slot gets on average, so that every step of the cycle comes up.
const STEPS_PER_SLOT: u64 = 24;

/// Sessions that are closed at once after the run.
const CLOSING_AT_ONCE: usize = 16;

/// What a load run yields.
#[derive(Clone, Debug)]
pub struct LoadReport {
    /// Verdict, figures and invariants; the same that was sent as an event.
    pub finished: LoadFinished,
    /// The usage rows as they were read, one a line; empty when the target offers none.
    pub rows_ndjson: String,
}

/// Carries out a scenario against a target.
///
/// Sends `LoadStarted`, `LoadProgress` and `LoadFinished`. Histograms are written below `out`, if it is
/// given. When `stop` turns true, the run ends at once and is invalid.
///
/// # Errors
/// When the scenario cannot be run or the population cannot be made. A target that behaves wrongly under load
/// is no error: it is in the report.
pub async fn run(
    profile: &Profile,
    scenario: &LoadScenario,
    options: &LoadOptions,
    events: &Events,
    out: Option<&Path>,
    stop: watch::Receiver<bool>,
) -> Result<LoadReport, LoadError> {
    let began = Instant::now();
    let course = scenario.course(options)?;
    let plan = Plan::new(scenario, course, options)?;
    let ground = Arc::new(Ground::prepare(profile).await?);
    let outcome = plan.carry_out(&ground, events, out, stop).await;
    ground.leave(events).await;
    let (mut finished, rows_ndjson) = outcome?;
    finished.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    events.send(Event::LoadFinished(finished.clone()));
    Ok(LoadReport { finished, rows_ndjson })
}

/// A scenario with what is planned.
struct Plan<'a> {
    scenario: &'a LoadScenario,
    course: Course,
    /// Requests of this segment.
    planned: u64,
    /// Requests of all segments.
    planned_all: u64,
    segment: Segment,
    /// Whether the results of all segments are to be merged.
    is_shared: bool,
    start_at: Option<SystemTime>,
}

impl<'a> Plan<'a> {
    fn new(scenario: &'a LoadScenario, course: Course, options: &LoadOptions) -> Result<Self, LoadError> {
        let segment = options.segment.unwrap_or(Segment::WHOLE);
        segment.check(scenario)?;
        let planned_all = Offsets::new(&course).planned();
        let start_at = options.start_at;
        let is_shared = options.segment.is_some();
        let mut plan =
            Self { scenario, course, planned: planned_all, planned_all, segment, is_shared, start_at };
        if !segment.is_whole() {
            plan.planned = plan.share(catalogue(&scenario.population.items)).count() as u64;
        }
        Ok(plan)
    }

    /// The requests of this segment.
    fn share(&self, items: Arc<[Item]>) -> Share<Schedule> {
        Share::new(Schedule::new(self.scenario, &self.course, items), self.segment)
    }

    /// Which part of the plan it is, when it is not all of it.
    fn part(&self) -> Option<LoadPart> {
        let (number, of) = (self.segment.number(), self.segment.of());
        self.is_shared.then_some(LoadPart::Segment { number, of })
    }

    /// What the user of one segment should know.
    fn note(&self) -> String {
        format!(
            "{} is segment {} of {}: `load merge` judges the whole, and what no segment put to the test",
            self.scenario.name,
            self.segment.number(),
            self.segment.of()
        )
    }

    /// What a merge must know about this segment.
    fn record(&self, started: Option<Instant>, never_exercised: &[&str]) -> SegmentRecord {
        let wall_clock = |started: Instant| SystemTime::now().checked_sub(started.elapsed());
        let since =
            started.and_then(wall_clock).and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        SegmentRecord {
            format: segment::FORMAT.to_owned(),
            scenario: self.scenario.name.clone(),
            fingerprint: segment::fingerprint(self.scenario, &self.course),
            seed: self.course.seed,
            segment: self.segment.number(),
            of: self.segment.of(),
            planned: self.planned,
            planned_all: self.planned_all,
            duration_s: self.course.duration.as_secs_f64(),
            started_ms: since.and_then(|since| u64::try_from(since.as_millis()).ok()),
            never_exercised: never_exercised.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    async fn carry_out(
        &self,
        ground: &Arc<Ground>,
        events: &Events,
        out: Option<&Path>,
        stop: watch::Receiver<bool>,
    ) -> Result<(LoadFinished, String), LoadError> {
        let spec = &self.scenario.population;
        let population = Population::set_up(ground, spec, self.demand(), self.segment).await?;
        let before = population.read_used(ground).await?;
        let (shift, pacer) = self.staff(ground, Arc::new(population))?;
        events.send(Event::LoadStarted(LoadStarted {
            scenario: self.scenario.name.clone(),
            planned: self.planned,
            duration_s: self.course.duration.as_secs_f64(),
            seed: self.course.seed,
            part: self.part(),
        }));
        if self.is_shared {
            events.send(Event::Note(self.note()));
        }
        let timeline = Arc::clone(&pacer.timeline);
        let scribe = Scribe {
            scenario: self.scenario.name.clone(),
            recorder: Arc::clone(&shift.desk.recorder),
            timeline: Arc::clone(&timeline),
            due: Box::new(pacer.schedule.clone().map(|arrival| arrival.offset)),
            events: events.clone(),
            out: out.map(Path::to_owned),
        };
        let writing = scribe.start()?;
        pacer
            .spawn()
            .map_err(|error| LoadError::Generator(format!("the pacer could not be started: {error}")))?;
        let name = self.scenario.name.as_str();
        let watch = Watch { name, planned: self.planned, shift: &shift, timeline: &timeline, events, stop };
        let cut_short = watch.over_attack().await?;
        writing.finish()?;
        close_sessions(&shift.desk).await;
        let (entries, closed) = shift.desk.ledger.take();
        let evidence = Evidence::gather(ground, &shift.desk.population, before, &entries).await?;
        let tallies = audit(&Books::new(&shift.desk.population, &entries, &closed, &evidence));
        let (never_exercised, excused) = self.unexercised(&tallies, evidence.offers_rows);
        if let (Some(out), true) = (out, self.is_shared) {
            self.record(timeline.start(), &never_exercised).write(out)?;
        }
        let idle = Idle { never_exercised, excused };
        let finished = self.finished(&shift.desk, &entries, tallies, &idle, cut_short);
        Ok((finished, evidence.text))
    }

    /// Tokens that will be asked of one instance: all that is asked in a run of one-off requests, what is
    /// held at one time where sessions give it back.
    fn demand(&self) -> f64 {
        let mix = self.scenario.mix;
        let one_off = self.planned_all as f64 * mix.access_request / (mix.access_request + mix.session_step);
        let held = if mix.session_step > 0.0 { self.slots() as f64 } else { 0.0 };
        let spec = &self.scenario.population;
        (one_off + held) / spec.instances as f64 * mean_charge(spec)
    }

    /// Sessions in use at once: few enough in a short run that each goes through its whole cycle.
    fn slots(&self) -> usize {
        let enough = usize::try_from(self.planned_all / STEPS_PER_SLOT).unwrap_or(usize::MAX);
        self.scenario.sessions.count.min(enough).max(1)
    }

    /// Workers and pacer, ready to begin.
    fn staff(
        &self,
        ground: &Arc<Ground>,
        population: Arc<Population>,
    ) -> Result<(Arc<Shift>, Pacer), LoadError> {
        let has_sessions = self.scenario.mix.session_step > 0.0;
        let slots = if has_sessions { self.segment.share(self.slots()).max(1) } else { 0 };
        // A worker without a session to work on would leave its ticket undone.
        let workers = if has_sessions { self.scenario.workers.min(slots) } else { self.scenario.workers };
        let schedule = self.share(Arc::clone(&population.items));
        let sessions = SessionPool::new(slots, population.instances.len(), self.scenario.sessions.heartbeats);
        let timeline = Arc::new(Timeline::new(self.course.duration));
        let queue = Arc::new(TicketQueue::new());
        let (report_ready, ready) = mpsc::channel();
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", ground.token))
            .map_err(|error| LoadError::Client(error.to_string()))?;
        authorization.set_sensitive(true);
        let warm_up_url =
            population.instances.first().map_or_else(String::new, |first| ground.api.instance(&first.id));
        let desk = Desk::new(Arc::clone(ground), population, sessions, Arc::clone(&timeline));
        let shift = Shift {
            desk,
            queue: Arc::clone(&queue),
            workers,
            authorization,
            warm_up_url,
            ready: report_ready,
            dead: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
        };
        Ok((Arc::new(shift), Pacer { schedule, start_at: self.start_at, workers, ready, queue, timeline }))
    }

    fn finished(
        &self,
        desk: &Desk,
        entries: &[Entry],
        tallies: Vec<Tally>,
        idle: &Idle,
        cut_short: Option<String>,
    ) -> LoadFinished {
        let (latency_us, curve) = desk.recorder.overall();
        let completed_in_time = desk.completed().1;
        let seconds = self.course.duration.as_secs_f64();
        let (verdict, mut reason) = judge(&Measured {
            planned: self.planned,
            completed_in_time,
            answered: entries.iter().filter(|entry| entry.answered().is_some()).count() as u64,
            duration: self.course.duration,
            lateness_p99: Duration::from_micros(latency_us.lateness.p99),
            lateness_limit: Duration::from_secs_f64(self.scenario.thresholds.lateness_p99_ms / 1000.0),
            cut_short,
        });
        if !idle.excused.is_empty() {
            let names = idle.excused.join(", ");
            reason.push_str(&format!("; not exercised, as the target offers no usage rows: {names}"));
        }
        // What one segment never exercised another may have; the merge tells.
        let mut thresholds_failed = if self.is_shared { Vec::new() } else { idle.sentences() };
        thresholds_failed.extend(losses(entries));
        LoadFinished {
            scenario: self.scenario.name.clone(),
            verdict,
            reason,
            requests: entries.len() as u64,
            rate: Rate {
                planned: self.planned as f64 / seconds,
                achieved: completed_in_time as f64 / seconds,
            },
            latency_us,
            curve,
            operations: desk.recorder.operations(),
            invariants: self.reported(tallies),
            thresholds: vec![self.lateness(latency_us.lateness.p99)],
            thresholds_failed,
            duration_ms: 0,
        }
    }

    /// The limit of the generator's lateness. A run that misses it is saturated.
    fn lateness(&self, p99_us: u64) -> Threshold {
        let limit_ms = self.scenario.thresholds.lateness_p99_ms;
        let measured_ms = p99_us as f64 / 1000.0;
        Threshold {
            name: "lateness p99".to_owned(),
            limit: format!("at most {limit_ms} ms"),
            measured: format!("{measured_ms:.1} ms"),
            held: measured_ms <= limit_ms,
        }
    }

    /// Refunds are in no answer, so that with sessions it takes rows to say what a line item should have used.
    fn only_rows_tell(&self, id: InvariantId) -> bool {
        id == InvariantId::Conservation && self.scenario.mix.session_step > 0.0
    }

    /// The names of declared invariants that were never put to the test: those that could have been, and those
    /// that could not, for want of rows.
    fn unexercised(&self, tallies: &[Tally], offers_rows: bool) -> (Vec<&'static str>, Vec<&'static str>) {
        let idle: Vec<InvariantId> = tallies
            .iter()
            .filter(|tally| tally.exercised == 0 && self.scenario.invariants.contains(&tally.id))
            .map(|tally| tally.id)
            .collect();
        let (excused, failed): (Vec<InvariantId>, Vec<InvariantId>) =
            idle.into_iter().partition(|id| !offers_rows && (id.needs_rows() || self.only_rows_tell(*id)));
        let names = |ids: Vec<InvariantId>| ids.into_iter().map(InvariantId::name).collect();
        (names(failed), names(excused))
    }

    /// The invariants that belong in the report: all that were declared, put to the test or broken.
    fn reported(&self, tallies: Vec<Tally>) -> Vec<Invariant> {
        tallies
            .into_iter()
            .filter(|tally| {
                self.scenario.invariants.contains(&tally.id) || tally.exercised > 0 || tally.violations > 0
            })
            .map(Into::into)
            .collect()
    }
}

/// Declared invariants that were never put to the test.
struct Idle {
    /// Though they could have been.
    never_exercised: Vec<&'static str>,
    /// Because they could not.
    excused: Vec<&'static str>,
}

impl Idle {
    fn sentences(&self) -> Vec<String> {
        self.never_exercised.iter().map(|name| never_exercised(name)).collect()
    }
}

/// Says that an invariant was declared for nothing.
pub(super) fn never_exercised(invariant: &str) -> String {
    format!("the scenario declares {invariant} and never put it to the test")
}

/// Requests that had no answer although nobody hung up.
fn losses(entries: &[Entry]) -> Option<String> {
    let reasons: Vec<&str> = entries
        .iter()
        .filter_map(|entry| match &entry.fate {
            Fate::Lost { deliberate: false, why } => Some(why.as_str()),
            _ => None,
        })
        .collect();
    let first = reasons.first()?;
    let kinds = reasons.iter().collect::<HashSet<_>>().len();
    Some(format!(
        "{} requests had no answer although the client did not hang up ({kinds} reasons, first: {first})",
        reasons.len()
    ))
}

/// Ends every session that may still be open.
async fn close_sessions(desk: &Desk) {
    futures::stream::iter(desk.sessions.open_sessions())
        .for_each_concurrent(CLOSING_AT_ONCE, |session| close_session(desk, session))
        .await;
}

/// A session in doubt may be closed already, so a refusal is no fault.
async fn close_session(desk: &Desk, session: Arc<str>) {
    let call = desk.ground.authorized(Call::delete(desk.ground.api.session(&session)));
    if desk.ground.client.send(call).await.is(200) {
        desk.ledger.note_closed(session);
    }
}
