//! A run of the generator alone, against a server that does nothing but answer.
//!
//! It is what every run is calibrated by, and how the measurement is put to the test: everything takes part
//! that takes part in a real run — schedule, pacer, workers, recorder, ledger — and what comes out is known
//! beforehand.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::watch;

use super::LoadError;
use super::course::{Course, Stage};
use super::crew::Crew;
use super::ground::Ground;
use super::ledger::Ledger;
use super::null_server::{ACTIVATION, ITEM, NullServer, Pace};
use super::plan::Plan;
use super::population::{Instance, LineItem, Population, catalogue};
use super::scenario::LoadScenario;
use super::shape::Shape;
use super::verdict::{Calibration, Measured, judge};
use super::wire::Reach;
use crate::report::events::{CalibrationFigures, Cores, Events, Latencies, Measurement, Rate};

/// One-off requests for the only item that the null server knows.
const SCENARIO: &str = r#"
name = "null"
says = "One-off requests to a server that does nothing but answer."
seed = 1
duration_s = 1
invariants = []
[arrival.constant]
rate = 1
[mix]
access_request = 1
[population]
instances = 1
line_items = 1
items = [{ name = "Null", version = "1.0", rate = "1", counts = ["1"] }]
"#;

/// Between two looks into the ledger.
const ROUND: Duration = Duration::from_millis(250);

/// How long a calibration takes.
const CALIBRATION: Duration = Duration::from_millis(500);

/// A machine may be busy with something else for a moment, so that a calibration that fails is repeated.
const CALIBRATIONS: usize = 3;

/// A run against a null server.
#[derive(Clone, Debug)]
pub struct Trial {
    /// When requests are due.
    pub shape: Shape,
    /// For how long.
    pub duration: Duration,
    /// Requests that can be under way at once; calculated from the rate when left out.
    pub workers: Option<usize>,
    /// How late 99 % of the requests may be sent.
    pub lateness_limit: Duration,
    /// How they are sent.
    pub reach: Reach,
}

/// What a trial yields.
#[derive(Clone, Debug)]
pub struct TrialFigures {
    /// Whether the plan was held.
    pub verdict: Measurement,
    /// Why, in a sentence.
    pub reason: String,
    /// Requests planned.
    pub planned: u64,
    /// Planned and achieved.
    pub rate: Rate,
    /// The three latencies.
    pub latency_us: Latencies,
    /// Operations in the ledger whose answer makes sense.
    pub booked: u64,
    /// What the generator took of the machine, where the system tells.
    pub cores: Option<Cores>,
}

impl Trial {
    /// Evenly spaced requests at this rate.
    #[must_use]
    pub fn constant(rate: f64, duration: Duration) -> Self {
        let lateness_limit = Duration::from_millis(50);
        let shape = Shape::Constant { rate };
        Self { shape, duration, workers: None, lateness_limit, reach: Reach::Wire }
    }

    /// Sends the requests to a server.
    ///
    /// # Errors
    /// When the generator itself fails.
    pub async fn run(
        &self,
        server: &NullServer,
        stop: watch::Receiver<bool>,
    ) -> Result<TrialFigures, LoadError> {
        let mut scenario = LoadScenario::parse(SCENARIO, "null", Path::new("."))?;
        scenario.workers = self.workers;
        let stage = Stage { name: "main".to_owned(), shape: self.shape.clone(), duration: self.duration };
        let course = Course { stages: vec![stage].into(), duration: self.duration, seed: 1, quick: false };
        let plan = Plan::new(&scenario, course);
        let ground = Arc::new(Ground::bare(&server.base(), self.reach)?);
        let population = Arc::new(population(&ground, &scenario));
        let crew = Crew::gather(&plan, &ground, population, None)?;
        let shift = Arc::clone(&crew.shift);
        let counting = Counting::begin(&shift.desk.ledger)?;
        let generator = crew.carry_out(&plan, &Events::new(Vec::new()), stop).await?;
        let booked = counting.finish()?;
        let (latency_us, _) = shift.desk.recorder.overall();
        let cores = generator.cpu.map(Into::into);
        let completed_in_time = shift.desk.completed().1;
        let seconds = self.duration.as_secs_f64();
        let (verdict, reason) = judge(&Measured {
            planned: plan.planned,
            completed_in_time,
            answered: booked,
            duration: self.duration,
            lateness_p99: Duration::from_micros(latency_us.lateness.p99),
            lateness_limit: self.lateness_limit,
            service_p99: Duration::from_micros(latency_us.service.p99),
            peak: plan.peak(),
            generator,
        });
        let rate =
            Rate { planned: plan.planned as f64 / seconds, achieved: completed_in_time as f64 / seconds };
        Ok(TrialFigures { verdict, reason, planned: plan.planned, rate, latency_us, booked, cores })
    }
}

/// Takes operations out of the ledger while they come, as the audit of a real run does, and counts them.
struct Counting {
    thread: JoinHandle<u64>,
    stop: Sender<()>,
}

impl Counting {
    fn begin(ledger: &Arc<Ledger>) -> Result<Self, LoadError> {
        let (stop, stopped) = mpsc::channel();
        let ledger = Arc::clone(ledger);
        let count = move || {
            let mut booked = 0;
            loop {
                let over = stopped.recv_timeout(ROUND) != Err(RecvTimeoutError::Timeout);
                let (entries, _) = ledger.take();
                booked += entries.iter().filter(|entry| entry.answered().is_some()).count() as u64;
                if over {
                    return booked;
                }
            }
        };
        let thread = std::thread::Builder::new().name("count".to_owned()).spawn(count);
        let failed =
            |error| LoadError::Generator(format!("the counting of operations could not be started: {error}"));
        Ok(Self { thread: thread.map_err(failed)?, stop })
    }

    fn finish(self) -> Result<u64, LoadError> {
        drop(self.stop);
        self.thread
            .join()
            .map_err(|_| LoadError::Generator("the counting of operations broke off".to_owned()))
    }
}

/// The one instance and line item that the null server charges.
fn population(ground: &Ground, scenario: &LoadScenario) -> Population {
    debug_assert_eq!(scenario.population.items[0].name, ITEM);
    let id = "null".to_owned();
    let access_url = ground.api(0).access_request(&id);
    let line_item = LineItem {
        activation_id: ACTIVATION.to_owned(),
        instance: 0,
        quantity: u64::MAX,
        overdraft: 0,
        small: false,
    };
    Population::new(
        &ground.run,
        catalogue(&scenario.population.items),
        vec![Instance { id, plenty: true, access_url }],
        vec![line_item],
    )
}

/// Whether the generator can hold the highest rate of a plan on this machine, when nothing but itself is in its
/// way. It sends as it will to the target.
pub async fn calibrate(
    plan: &Plan<'_>,
    reach: Reach,
    stop: &watch::Receiver<bool>,
) -> Result<Calibration, LoadError> {
    let server = NullServer::start(Pace::default())?;
    let limit_ms = plan.scenario.thresholds.lateness_p99_ms;
    let trial = Trial {
        workers: Some(plan.workers()?),
        lateness_limit: Duration::from_secs_f64(limit_ms / 1000.0),
        reach,
        // A rate so low that half a second brings next to nothing is tried a little faster.
        ..Trial::constant(plan.peak().max(100.0), CALIBRATION)
    };
    let mut tries = 1;
    loop {
        let TrialFigures { verdict, reason, rate, latency_us, cores, .. } =
            trial.run(&server, stop.clone()).await?;
        if verdict == Measurement::Valid || tries == CALIBRATIONS || *stop.borrow() {
            let figures = CalibrationFigures { verdict, rate, lateness_us: latency_us.lateness, cores };
            return Ok(Calibration { figures, reason });
        }
        tries += 1;
    }
}
