//! The days of a fleet, one quarter of an hour after another.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use tokio::task::JoinHandle;

use super::super::LoadError;
use super::super::audit::Tally;
use super::super::course::LoadOptions;
use super::super::ground::{DAY_MS, Ground, now_ms};
use super::super::model::{MINUTE, Millis};
use super::super::population::Population;
use super::super::recorder::Recorder;
use super::super::run::{LoadReport, Site, never_exercised};
use super::super::scenario::LoadScenario;
use super::super::segment::Segment;
use super::client::{Client, Hall, Note};
use super::reader::Reader;
use super::rhythm::{FleetSpec, QUARTERS, day};
use crate::report::events::{Event, LoadFinished, LoadProgress, LoadStarted, Measurement, Rate};
use crate::usage::RowFile;

/// Requests under way at once.
const AT_ONCE: usize = 64;

/// Between the instants at which clients do something.
const QUARTER: Millis = 15 * MINUTE;

/// Between two reports of progress.
const PROGRESS: Duration = Duration::from_millis(200);

/// Carries out a fleet's month on a site with a clock of its own.
///
/// # Errors
/// When the target has no virtual clock, or does not answer.
pub async fn run(
    site: &Site<'_>,
    scenario: &LoadScenario,
    spec: &FleetSpec,
    options: &LoadOptions,
) -> Result<LoadReport, LoadError> {
    if options.rate.is_some() || options.duration.is_some() || options.start_at.is_some() {
        return Err(LoadError::FleetHasItsPace);
    }
    // The first midnight is that of today, so that line items, which begin and end around today, apply all month.
    let begins = now_ms() / DAY_MS * DAY_MS;
    let ground = Arc::new(Ground::prepare_at(site.profile, scenario.population.sites, Some(begins)).await?);
    let outcome = month(site, scenario, spec, options, &ground, begins).await;
    ground.leave(site.events).await;
    let finished = outcome?;
    Ok(LoadReport { finished, rows: Vec::new() })
}

async fn month(
    site: &Site<'_>,
    scenario: &LoadScenario,
    spec: &FleetSpec,
    options: &LoadOptions,
    ground: &Arc<Ground>,
    begins: Millis,
) -> Result<LoadFinished, LoadError> {
    if !ground.offers_rows() {
        return Err(LoadError::FleetNeedsControl);
    }
    let (clients, days) =
        if options.quick { (spec.quick_clients, spec.quick_days) } else { (spec.clients, spec.days) };
    let spec = FleetSpec { clients, days, ..*spec };
    let seed = options.seed.unwrap_or(scenario.seed);
    // A file that cannot be made is told before anything else is.
    let file = options.rows.as_deref().map(RowFile::create).transpose()?;
    let population = Arc::new(Population::set_up(ground, &scenario.population, 0.0, Segment::WHOLE).await?);
    let hall = Hall {
        ground: Arc::clone(ground),
        population: Arc::clone(&population),
        recorder: Recorder::new(),
        spec,
        seed,
        sent: AtomicU64::new(0),
        operations: AtomicU64::new(0),
    };
    let mut fleet = Fleet {
        site,
        name: scenario.name(),
        planned: planned(&spec, seed),
        clients: (0..spec.clients).map(|number| Client::new(&hall, number)).collect(),
        reading: Some(tokio::spawn(std::future::ready(Ok(Reader::new(ground, &population, file))))),
        hall,
        began: Instant::now(),
        told: Instant::now(),
    };
    site.events.send(Event::LoadStarted(LoadStarted {
        scenario: scenario.name().to_owned(),
        planned: fleet.planned,
        duration_s: f64::from(spec.days) * 86_400.0,
        seed,
        part: None,
    }));
    let whole = fleet.live(begins).await?;
    let reader = fleet.reader().await?;
    let after = population.read_used(ground).await?;
    let (tallies, rows) = reader.map(|reader| reader.close(&after)).transpose()?.unwrap_or_default();
    if let Some(path) = &options.rows {
        let path = path.display();
        site.events.send(Event::Note(format!(
            "{rows} usage rows are in {path}; `chargeproof usage check {path}` judges them"
        )));
    }
    Ok(fleet.finished(scenario, tallies, rows, whole))
}

/// Clients and who watches over them.
struct Fleet<'a> {
    site: &'a Site<'a>,
    name: &'a str,
    planned: u64,
    hall: Hall,
    clients: Vec<Client>,
    /// The reader at work, while the fleet lives on.
    reading: Option<JoinHandle<Result<Reader, LoadError>>>,
    began: Instant,
    told: Instant,
}

impl Fleet<'_> {
    /// Lives through all days; whether none was left out.
    async fn live(&mut self, begins: Millis) -> Result<bool, LoadError> {
        for number in 0..self.hall.spec.days {
            let midnight = begins + Millis::from(number) * DAY_MS;
            for client in &mut self.clients {
                client.wake(&self.hall, number);
            }
            for quarter in 0..QUARTERS {
                if *self.site.stop.borrow() {
                    return Ok(false);
                }
                self.quarter(quarter, midnight + Millis::from(quarter) * QUARTER).await?;
            }
        }
        // What the last day left behind falls due within the hour.
        let end = begins + Millis::from(self.hall.spec.days) * DAY_MS - 1;
        self.hall.ground.advance_to(end).await?;
        self.read(Vec::new(), end).await?;
        Ok(true)
    }

    /// Moves the clock on and lets all do what is due, while the rows of the quarter before are read.
    async fn quarter(&mut self, quarter: u32, now: Millis) -> Result<(), LoadError> {
        if !self.clients.iter().any(|client| client.is_busy(quarter, now)) {
            return Ok(());
        }
        self.hall.ground.advance_to(now).await?;
        let hall = &self.hall;
        let busy = self.clients.iter_mut().filter(|client| client.is_busy(quarter, now));
        let notes: Vec<Vec<Note>> = futures::stream::iter(busy)
            .map(|client| client.act(hall, quarter, now))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        self.report_progress();
        self.read(notes.into_iter().flatten().collect(), now).await
    }

    /// Has the rows of this quarter read once those of the quarter before are.
    async fn read(&mut self, notes: Vec<Note>, until: Millis) -> Result<(), LoadError> {
        let reader = self.reader().await?;
        self.reading = reader.map(|reader| tokio::spawn(reader.follow(notes, until)));
        Ok(())
    }

    /// The reader, when it has read what it was told to.
    async fn reader(&mut self) -> Result<Option<Reader>, LoadError> {
        let Some(reading) = self.reading.take() else { return Ok(None) };
        let broken =
            |error: tokio::task::JoinError| LoadError::Generator(format!("the audit broke off: {error}"));
        reading.await.map_err(broken)?.map(Some)
    }

    fn report_progress(&mut self) {
        if self.told.elapsed() < PROGRESS {
            return;
        }
        self.told = Instant::now();
        self.site.events.send(Event::LoadProgress(LoadProgress {
            scenario: self.name.to_owned(),
            elapsed_ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
            completed: self.hall.sent.load(Ordering::Relaxed),
            planned: self.planned,
        }));
    }

    fn finished(&self, scenario: &LoadScenario, tallies: Vec<Tally>, rows: u64, whole: bool) -> LoadFinished {
        let seconds = self.began.elapsed().as_secs_f64();
        let requests = self.hall.sent.load(Ordering::Relaxed);
        let idle = tallies.iter().filter(|tally| tally.exercised == 0);
        let idle = idle.filter(|tally| scenario.invariants.contains(&tally.id));
        let thresholds_failed: Vec<String> = idle.map(|tally| never_exercised(tally.id.name())).collect();
        let (verdict, cut) =
            if whole { (Measurement::Valid, "") } else { (Measurement::Invalid, "it was interrupted; ") };
        let reason = format!(
            "{cut}{} clients for {} days of the virtual clock, {rows} usage rows in {seconds:.1} s, {:.0} a second; \
             latencies count from sending, as time stands still until everybody is answered",
            self.hall.spec.clients,
            self.hall.spec.days,
            rows as f64 / seconds,
        );
        let (latency_us, curve) = self.hall.recorder.overall();
        let reported = |tally: &Tally| {
            scenario.invariants.contains(&tally.id) || tally.exercised > 0 || tally.violations > 0
        };
        LoadFinished {
            scenario: scenario.name().to_owned(),
            verdict,
            reason,
            requests,
            rate: Rate { planned: self.planned as f64 / seconds, achieved: requests as f64 / seconds },
            latency_us,
            curve,
            operations: self.hall.recorder.operations(),
            invariants: tallies.into_iter().filter(reported).map(Into::into).collect(),
            thresholds: Vec::new(),
            thresholds_failed,
            duration_ms: 0,
            generator: None,
        }
    }
}

/// Requests of all clients on all days, were no heartbeat missed.
fn planned(spec: &FleetSpec, seed: u64) -> u64 {
    let days = (0..spec.days).flat_map(|number| (0..spec.clients).map(move |client| (number, client)));
    days.filter_map(|(number, client)| day(spec, seed, client, number))
        .map(|day| 5 + u64::from((day.lunch - day.begins) / 4 + (day.ends - day.back) / 4))
        .sum()
}
