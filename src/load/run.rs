//! A load run from set-up to verdict.
//!
//! Set up the population, read `used`, let the pacer and the workers carry out the plan while the auditor follows,
//! close what is open, read `used` again, and reconcile what is left. Nothing but the plan itself is measured.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant, SystemTime};

use futures::StreamExt;
use reqwest::header::HeaderValue;
use tokio::sync::{oneshot, watch};

use super::LoadError;
use super::audit::{InvariantId, Tally, Totals};
use super::auditor::{Audited, Auditor};
use super::goose_adapter::Shift;
use super::ground::Ground;
use super::operations::Desk;
use super::pacer::{Pacer, Timeline};
use super::population::{Population, mean_charge};
use super::queue::TicketQueue;
use super::scenario::{Course, LoadOptions, LoadScenario};
use super::schedule::{Offsets, Schedule};
use super::sessions::SessionPool;
use super::verdict::{Measured, judge};
use super::watch::Watch;
use crate::report::events::{Event, Events, Invariant, LoadFinished, LoadStarted, Rate};
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
    /// The usage rows as they were read, one a line; none when the target offers none, or nothing is kept.
    pub rows: Option<PathBuf>,
}

/// Carries out a scenario against a target.
///
/// Sends `LoadStarted`, `LoadProgress` and `LoadFinished`. Histograms and usage rows are written below `out`, if it
/// is given. When `stop` turns true, the run ends at once and is invalid.
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
    let planned = Offsets::new(&course).planned();
    let ground = Arc::new(Ground::prepare(profile).await?);
    let plan = Plan { scenario, course, planned };
    let outcome = plan.carry_out(&ground, events, out, stop).await;
    ground.leave(events).await;
    let (mut finished, rows) = outcome?;
    finished.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    events.send(Event::LoadFinished(finished.clone()));
    Ok(LoadReport { finished, rows })
}

/// A scenario with what is planned.
struct Plan<'a> {
    scenario: &'a LoadScenario,
    course: Course,
    planned: u64,
}

impl Plan<'_> {
    async fn carry_out(
        &self,
        ground: &Arc<Ground>,
        events: &Events,
        out: Option<&Path>,
        stop: watch::Receiver<bool>,
    ) -> Result<(LoadFinished, Option<PathBuf>), LoadError> {
        let population = Population::set_up(ground, &self.scenario.population, self.demand()).await?;
        let before = population.read_used(ground).await?;
        let (shift, pacer) = self.staff(ground, Arc::new(population))?;
        let keep = out.map(|out| (out, self.scenario.name.as_str()));
        let auditor = Auditor::new(ground, &shift.desk.population, &shift.desk.ledger, &before, keep)?;
        let (enough, told) = oneshot::channel();
        let auditor = tokio::spawn(auditor.follow(told));
        events.send(Event::LoadStarted(LoadStarted {
            scenario: self.scenario.name.clone(),
            planned: self.planned,
            duration_s: self.course.duration.as_secs_f64(),
            seed: self.course.seed,
        }));
        let started = SystemTime::now();
        let timeline = Arc::clone(&pacer.timeline);
        pacer
            .spawn()
            .map_err(|error| LoadError::Generator(format!("the pacer could not be started: {error}")))?;
        let name = self.scenario.name.as_str();
        let watch = Watch { name, planned: self.planned, shift: &shift, timeline: &timeline, events, stop };
        let cut_short = watch.over_attack().await?;
        drop(enough);
        let auditor = auditor
            .await
            .map_err(|error| LoadError::Generator(format!("the audit broke off: {error}")))??;
        if let Some(out) = out {
            let folder = out.join("histograms");
            shift.desk.recorder.write_logs(&folder, &self.scenario.name, started, self.course.duration)?;
        }
        close_sessions(&shift.desk).await;
        let Audited { tallies, totals, rows } = auditor.finish().await?;
        let finished = self.finished(&shift.desk, &totals, tallies, ground.offers_rows(), cut_short);
        Ok((finished, rows))
    }

    /// Tokens that will be asked of one instance: all that is asked in a run of one-off requests, what is
    /// held at one time where sessions give it back.
    fn demand(&self) -> f64 {
        let mix = self.scenario.mix;
        let one_off = self.planned as f64 * mix.access_request / (mix.access_request + mix.session_step);
        let held = if mix.session_step > 0.0 { self.slots() as f64 } else { 0.0 };
        let spec = &self.scenario.population;
        (one_off + held) / spec.instances as f64 * mean_charge(spec)
    }

    /// Sessions in use at once: few enough in a short run that each goes through its whole cycle.
    fn slots(&self) -> usize {
        let enough = usize::try_from(self.planned / STEPS_PER_SLOT).unwrap_or(usize::MAX);
        self.scenario.sessions.count.min(enough).max(1)
    }

    /// Workers and pacer, ready to begin.
    fn staff(
        &self,
        ground: &Arc<Ground>,
        population: Arc<Population>,
    ) -> Result<(Arc<Shift>, Pacer), LoadError> {
        let has_sessions = self.scenario.mix.session_step > 0.0;
        let slots = if has_sessions { self.slots() } else { 0 };
        // A worker without a session to work on would leave its ticket undone.
        let workers = if has_sessions { self.scenario.workers.min(slots) } else { self.scenario.workers };
        let schedule = Schedule::new(self.scenario, &self.course, Arc::clone(&population.items));
        let sessions = SessionPool::new(slots, population.asked(), self.scenario.sessions.heartbeats);
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
        Ok((Arc::new(shift), Pacer { schedule, workers, ready, queue, timeline }))
    }

    fn finished(
        &self,
        desk: &Desk,
        totals: &Totals,
        tallies: Vec<Tally>,
        offers_rows: bool,
        cut_short: Option<String>,
    ) -> LoadFinished {
        let (latency_us, curve) = desk.recorder.overall();
        let completed_in_time = desk.completed().1;
        let seconds = self.course.duration.as_secs_f64();
        let (verdict, mut reason) = judge(&Measured {
            planned: self.planned,
            completed_in_time,
            answered: totals.answered,
            duration: self.course.duration,
            lateness_p99: Duration::from_micros(latency_us.lateness.p99),
            lateness_limit: Duration::from_secs_f64(self.scenario.thresholds.lateness_p99_ms / 1000.0),
            cut_short,
        });
        let (unexercised, without_rows) = self.unexercised(&tallies, offers_rows);
        if !without_rows.is_empty() {
            reason.push_str(&format!(
                "; not exercised, as the target offers no usage rows: {}",
                without_rows.join(", ")
            ));
        }
        let mut thresholds_failed = unexercised;
        thresholds_failed.extend(totals.complaint());
        LoadFinished {
            scenario: self.scenario.name.clone(),
            verdict,
            reason,
            requests: totals.operations,
            rate: Rate {
                planned: self.planned as f64 / seconds,
                achieved: completed_in_time as f64 / seconds,
            },
            latency_us,
            curve,
            operations: desk.recorder.operations(),
            invariants: self.reported(tallies),
            thresholds_failed,
            duration_ms: 0,
        }
    }

    /// Refunds are in no answer, so that with sessions it takes rows to say what a line item should have used.
    fn only_rows_tell(&self, id: InvariantId) -> bool {
        id == InvariantId::Conservation && self.scenario.mix.session_step > 0.0
    }

    /// Declared invariants that were never put to the test: those that could have been, in a sentence each,
    /// and the names of those that could not, for want of rows.
    fn unexercised(&self, tallies: &[Tally], offers_rows: bool) -> (Vec<String>, Vec<&'static str>) {
        let idle: Vec<InvariantId> = tallies
            .iter()
            .filter(|tally| tally.exercised == 0 && self.scenario.invariants.contains(&tally.id))
            .map(|tally| tally.id)
            .collect();
        let (excused, failed): (Vec<InvariantId>, Vec<InvariantId>) =
            idle.into_iter().partition(|id| !offers_rows && (id.needs_rows() || self.only_rows_tell(*id)));
        let sentences = failed
            .iter()
            .map(|id| format!("the scenario declares {} and never put it to the test", id.name()));
        (sentences.collect(), excused.into_iter().map(InvariantId::name).collect())
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
