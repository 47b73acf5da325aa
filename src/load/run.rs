//! A load run from set-up to verdict.
//!
//! Set up the population, read `used`, let the pacer and the workers carry out the plan, close what is open,
//! read the rows and `used` again, and reconcile. Nothing but the plan itself is measured.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use futures::StreamExt;
use tokio::sync::{oneshot, watch};

use super::LoadError;
use super::audit::{InvariantId, Tally, Totals};
use super::auditor::{Audited, Auditor};
use super::course::LoadOptions;
use super::crew::{Crew, Performance};
use super::fleet;
use super::ground::Ground;
use super::licenses::{Hall, LicenseAuditor, LicenseDesk};
use super::operations::Desk;
use super::plan::Plan;
use super::population::{Population, catalogue};
use super::scenario::LoadScenario;
use super::scribe::Scribe;
use super::search::search;
use super::segment::{self, SegmentRecord};
use super::trial::calibrate;
use super::verdict::{Calibration, Measured, judge, with_calibration};
use crate::report::events::{
    Event, Events, GeneratorFigures, Invariant, Latencies, LoadFinished, LoadPart, LoadStarted, Rate,
    Threshold,
};
use crate::target::{Call, Profile};

/// Sessions that are closed at once after the run.
const CLOSING_AT_ONCE: usize = 16;

/// What a load run yields.
#[derive(Clone, Debug)]
pub struct LoadReport {
    /// Verdict, figures and invariants; the same that was sent as an event.
    pub finished: LoadFinished,
    /// The usage rows as they were read, one a line, site by site; none when the target offers none, or nothing is kept.
    pub rows: Vec<PathBuf>,
}

/// Where a run takes place and who hears of it.
#[derive(Clone, Copy)]
pub struct Site<'a> {
    /// The target.
    pub profile: &'a Profile,
    /// Who hears of it.
    pub events: &'a Events,
    /// The run folder.
    pub out: Option<&'a Path>,
    /// Turns true when the run is to end.
    pub stop: &'a watch::Receiver<bool>,
}

/// Carries out a scenario against a target.
///
/// Sends `LoadStarted`, `LoadProgress` and `LoadFinished`. Histograms are written below `out`, if it is
/// given. When `stop` turns true, the run ends at once and is invalid. A scenario that searches for the highest
/// rate is carried out at one rate after another, unless a rate is given.
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
    let site = Site { profile, events, out, stop: &stop };
    let search_for = scenario.search.filter(|_| options.rate.is_none());
    let mut report = match (&scenario.fleet, search_for) {
        (Some(spec), _) => fleet::run(&site, scenario, spec, options).await?,
        (None, Some(spec)) => search(&site, scenario, options, spec).await?,
        (None, None) => run_once(&site, scenario, options).await?,
    };
    report.finished.duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    events.send(Event::LoadFinished(report.finished.clone()));
    Ok(report)
}

/// Carries out a scenario once, without the event of its end.
pub async fn run_once(
    site: &Site<'_>,
    scenario: &LoadScenario,
    options: &LoadOptions,
) -> Result<LoadReport, LoadError> {
    let plan = Plan::of(scenario, options)?;
    let ground = Arc::new(Ground::prepare(site.profile, scenario.population.sites).await?);
    let outcome = match calibrate(&plan, ground.reach, site.stop).await {
        Ok(calibration) => {
            let run = LoadRun { plan, calibration };
            run.carry_out(&ground, site.events, site.out, site.stop.clone()).await
        }
        Err(error) => Err(error),
    };
    ground.leave(site.events).await;
    let (finished, rows) = outcome?;
    Ok(LoadReport { finished, rows })
}

/// A plan, and what the generator is worth on this machine.
struct LoadRun<'a> {
    plan: Plan<'a>,
    calibration: Calibration,
}

impl LoadRun<'_> {
    /// Which part of the plan it is, when it is not all of it.
    fn part(&self) -> Option<LoadPart> {
        let (number, of) = (self.plan.segment.number(), self.plan.segment.of());
        self.plan.is_shared.then_some(LoadPart::Segment { number, of })
    }

    /// What the user of one segment should know.
    fn note(&self) -> String {
        format!(
            "{} is segment {} of {}: `load merge` judges the whole, and what no segment put to the test",
            self.plan.scenario.name,
            self.plan.segment.number(),
            self.plan.segment.of()
        )
    }

    /// What a merge must know about this segment.
    fn record(&self, started: Option<Instant>, never_exercised: &[&str]) -> SegmentRecord {
        let wall_clock = |started: Instant| SystemTime::now().checked_sub(started.elapsed());
        let since =
            started.and_then(wall_clock).and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        SegmentRecord {
            format: segment::FORMAT.to_owned(),
            scenario: self.plan.scenario.name.clone(),
            fingerprint: segment::fingerprint(self.plan.scenario, &self.plan.course),
            seed: self.plan.course.seed,
            segment: self.plan.segment.number(),
            of: self.plan.segment.of(),
            planned: self.plan.planned,
            planned_all: self.plan.planned_all,
            duration_s: self.plan.course.duration.as_secs_f64(),
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
    ) -> Result<(LoadFinished, Vec<PathBuf>), LoadError> {
        let Plan { scenario, course, planned, .. } = &self.plan;
        let (crew, audit) = self.gather(ground, out).await?;
        let shift = Arc::clone(&crew.shift);
        let (enough, told) = oneshot::channel();
        let auditor = tokio::spawn(audit.follow(told));
        events.send(Event::LoadStarted(LoadStarted {
            scenario: scenario.name.clone(),
            planned: *planned,
            duration_s: course.duration.as_secs_f64(),
            seed: course.seed,
            part: self.part(),
        }));
        if self.plan.is_shared {
            events.send(Event::Note(self.note()));
        }
        let scribe = Scribe {
            scenario: scenario.name.clone(),
            recorder: Arc::clone(&shift.desk.recorder),
            timeline: Arc::clone(&crew.timeline),
            due: crew.due(),
            events: events.clone(),
            out: out.map(Path::to_owned),
        };
        let writing = scribe.start()?;
        let timeline = Arc::clone(&crew.timeline);
        let performance = crew.carry_out(&self.plan, events, stop).await?;
        writing.finish()?;
        drop(enough);
        let auditor = auditor
            .await
            .map_err(|error| LoadError::Generator(format!("the audit broke off: {error}")))??;
        close_sessions(&shift.desk).await;
        let Audited { tallies, totals, rows, unsettled } = auditor.finish(self.plan.planned_all).await?;
        let unsettled = unsettled.map(|(id, why)| {
            events.send(Event::Note(why));
            id
        });
        let (never_exercised, excused) = self.unexercised(&tallies, unsettled, ground.offers_rows());
        if let (Some(out), true) = (out, self.plan.is_shared) {
            self.record(timeline.start(), &never_exercised).write(out)?;
        }
        let idle = Idle { never_exercised, excused };
        let finished = self.finished(&shift.desk, &totals, tallies, &idle, performance);
        Ok((finished, rows))
    }

    /// Makes what the run is about, and gets everybody together who takes part.
    async fn gather(&self, ground: &Arc<Ground>, out: Option<&Path>) -> Result<(Crew, Audit), LoadError> {
        let Plan { scenario, course, .. } = &self.plan;
        let keep = out.map(|out| (out, scenario.name.as_str()));
        if let Some(spec) = &scenario.licenses {
            let starts = self.plan.planned.checked_div(spec.contenders as u64).map_or(0, |full| full + 1);
            let hall = Hall::set_up(ground, spec, starts, course.duration).await?;
            let licenses = Arc::new(LicenseDesk::new(hall, spec, course.seed));
            let nobody = Population::new(&ground.run, catalogue(&[]), Vec::new(), Vec::new());
            let crew = Crew::gather(&self.plan, ground, Arc::new(nobody), Some(Arc::clone(&licenses)))?;
            let contenders = spec.contenders as u64;
            let auditor = LicenseAuditor::new(ground, &licenses, contenders, &scenario.invariants, keep)?;
            return Ok((crew, Audit::Licenses(Box::new(auditor))));
        }
        let demand = self.plan.demand();
        let population = Population::set_up(ground, &scenario.population, demand, self.plan.segment).await?;
        let before = population.read_used(ground).await?;
        let crew = Crew::gather(&self.plan, ground, Arc::new(population), None)?;
        let desk = &crew.shift.desk;
        let auditor = Auditor::new(ground, &desk.population, &desk.ledger, &before, keep)?;
        Ok((crew, Audit::Tokens(Box::new(auditor))))
    }

    fn finished(
        &self,
        desk: &Desk,
        totals: &Totals,
        tallies: Vec<Tally>,
        idle: &Idle,
        generator: Performance,
    ) -> LoadFinished {
        let Plan { scenario, course, planned, .. } = &self.plan;
        let (latency_us, curve) = desk.recorder.overall();
        let completed_in_time = desk.completed().1;
        let seconds = course.duration.as_secs_f64();
        let measured = judge(&Measured {
            planned: *planned,
            completed_in_time,
            answered: totals.answered,
            duration: course.duration,
            lateness_p99: Duration::from_micros(latency_us.lateness.p99),
            lateness_limit: Duration::from_secs_f64(scenario.thresholds.lateness_p99_ms / 1000.0),
            service_p99: Duration::from_micros(latency_us.service.p99),
            peak: self.plan.peak(),
            generator: generator.clone(),
        });
        let (verdict, mut reason) = with_calibration(measured, &self.calibration);
        if !idle.excused.is_empty() {
            let names = idle.excused.join(", ");
            reason.push_str(&format!("; not exercised, as the target offers no usage rows: {names}"));
        }
        let invariants = self.reported(tallies);
        // What one segment never exercised another may have; the merge tells.
        let mut thresholds_failed = if self.plan.is_shared { Vec::new() } else { idle.sentences() };
        thresholds_failed.extend(totals.complaint());
        thresholds_failed.extend(desk.require.iter().filter_map(|gauge| gauge.missed(&invariants)));
        let mut thresholds = vec![self.lateness(latency_us.lateness.p99)];
        thresholds.extend(desk.require.iter().map(|gauge| gauge.threshold(&invariants)));
        LoadFinished {
            scenario: scenario.name.clone(),
            verdict,
            reason,
            requests: totals.operations,
            rate: Rate { planned: *planned as f64 / seconds, achieved: completed_in_time as f64 / seconds },
            latency_us,
            curve,
            operations: desk.recorder.operations(),
            invariants,
            thresholds,
            thresholds_failed,
            duration_ms: 0,
            generator: Some(generator_figures(&generator, &latency_us, &self.calibration)),
        }
    }

    /// The limit of the generator's lateness. A run that misses it is saturated.
    fn lateness(&self, p99_us: u64) -> Threshold {
        let limit_ms = self.plan.scenario.thresholds.lateness_p99_ms;
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
        id == InvariantId::Conservation && self.plan.has_sessions()
    }

    /// The names of declared invariants that were never put to the test: those that could have been, and those
    /// that could not, for want of rows. One that was tried and not settled is neither; a note says so.
    fn unexercised(
        &self,
        tallies: &[Tally],
        unsettled: Option<InvariantId>,
        offers_rows: bool,
    ) -> (Vec<&'static str>, Vec<&'static str>) {
        let idle: Vec<InvariantId> = tallies
            .iter()
            .filter(|tally| tally.exercised == 0 && self.plan.scenario.invariants.contains(&tally.id))
            .map(|tally| tally.id)
            .filter(|id| Some(*id) != unsettled)
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
                self.plan.scenario.invariants.contains(&tally.id)
                    || tally.exercised > 0
                    || tally.violations > 0
            })
            .map(Into::into)
            .collect()
    }
}

fn generator_figures(
    generator: &Performance,
    latency_us: &Latencies,
    calibration: &Calibration,
) -> GeneratorFigures {
    GeneratorFigures {
        workers: generator.workers as u64,
        found_no_worker: generator.short,
        handed_out_late: generator.late,
        held_up_ms: u64::try_from(generator.held_up.as_millis()).unwrap_or(u64::MAX),
        lateness_us: latency_us.lateness,
        cores: generator.cpu.map(Into::into),
        calibration: calibration.figures.clone(),
    }
}

/// Who follows a run: what is charged, or what is held.
enum Audit {
    Tokens(Box<Auditor>),
    Licenses(Box<LicenseAuditor>),
}

impl Audit {
    async fn follow(self, stop: oneshot::Receiver<()>) -> Result<Self, LoadError> {
        Ok(match self {
            Self::Tokens(auditor) => Self::Tokens(Box::new(auditor.follow(stop).await?)),
            Self::Licenses(auditor) => Self::Licenses(Box::new(auditor.follow(stop).await?)),
        })
    }

    /// What the books say in the end; requests beyond the plan are numbered from here.
    async fn finish(self, first_number: u64) -> Result<Audited, LoadError> {
        match self {
            Self::Tokens(auditor) => auditor.finish().await,
            Self::Licenses(auditor) => auditor.finish(first_number).await,
        }
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

/// Ends every session that may still be open.
async fn close_sessions(desk: &Desk) {
    futures::stream::iter(desk.sessions.open_sessions())
        .for_each_concurrent(CLOSING_AT_ONCE, |(instance, session)| close_session(desk, instance, session))
        .await;
}

/// A session in doubt may be closed already, so a refusal is no fault.
async fn close_session(desk: &Desk, instance: u32, session: Arc<str>) {
    let call = desk.ground.authorized(Call::delete(desk.ground.api(instance).session(&session)));
    if desk.ground.client.send(call).await.is(200) {
        desk.ledger.note_closed(session);
    }
}
