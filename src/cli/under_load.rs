//! `conformance --under-load`: the suite on a quiet target first, then again while a load goes on, and what differs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use super::exit::{CONFIGURATION, Failure};
use super::run::Run;
use super::verify::{judge_conformance, judge_rows, not_begun};
use crate::conformance::{self, ConformanceError, Selection, Suite};
use crate::load::{self, LoadOptions, LoadScenario};
use crate::report::events::{Checked, Event, Events, Level, Listener, Outcome, Stamped};

/// The outcome of each scenario.
type Verdicts = BTreeMap<String, Outcome>;

/// Hears how scenarios end, and passes everything on if there is somebody to pass it to.
struct Ear {
    verdicts: Arc<Mutex<Verdicts>>,
    onward: Option<Events>,
}

impl Listener for Ear {
    fn hear(&mut self, stamped: &Stamped) {
        if let Event::ScenarioFinished(finished) = &stamped.event {
            let mut verdicts = self.verdicts.lock().unwrap_or_else(PoisonError::into_inner);
            verdicts.insert(finished.scenario.id.clone(), finished.outcome.clone());
        }
        if let Some(onward) = &self.onward {
            onward.send(stamped.event.clone());
        }
    }
}

/// Turns true when a load is under way.
struct Begun(watch::Sender<bool>);

impl Listener for Begun {
    fn hear(&mut self, stamped: &Stamped) {
        if matches!(stamped.event, Event::LoadProgress(_)) {
            self.0.send_replace(true);
        }
    }
}

/// Runs the suite twice and the load beside it the second time. What counts is the second time; a verdict that is
/// another one than on the quiet target is what load breaks.
pub(super) fn judge(
    run: &Run,
    selection: &Selection,
    scenario: &str,
    same_instance: bool,
) -> Result<(), Failure> {
    let load = LoadScenario::resolve(scenario).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let suite = Suite::load(selection, &run.registry).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    run.events.send(Event::Note(format!(
        "the suite ran on the quiet target first, and then beside the load {}",
        load.name()
    )));
    let quiet = match run.wait(play(run, &suite, selection, None, run.stop.clone())) {
        Ok(verdicts) => verdicts,
        // The run says what is wrong in the same way as without a load.
        Err(_) => return judge_conformance(run, selection),
    };
    if run.stopped() {
        return Ok(());
    }
    let crowded = Selection { crowd: usize::from(same_instance), ..selection.clone() };
    match run.wait(side_by_side(run, &suite, &crowded, &load)) {
        Ok(loaded) => compare(run, load.name(), &quiet, &loaded),
        Err(error) => run.events.send(Event::HarnessFault(error.to_string())),
    }
    Ok(())
}

/// Runs the suite once; the outcome of each scenario.
async fn play(
    run: &Run,
    suite: &Suite,
    selection: &Selection,
    onward: Option<Events>,
    stop: watch::Receiver<bool>,
) -> Result<Verdicts, ConformanceError> {
    let verdicts: Arc<Mutex<Verdicts>> = Arc::default();
    let events = Events::new(vec![Box::new(Ear { verdicts: Arc::clone(&verdicts), onward })]);
    conformance::run(&run.profile, run.registry.clone(), suite, selection, &events, stop).await?;
    let heard = verdicts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(heard)
}

/// The suite once the load is under way, and the load again and again until the suite is through.
async fn side_by_side(
    run: &Run,
    suite: &Suite,
    selection: &Selection,
    load: &LoadScenario,
) -> Result<Verdicts, ConformanceError> {
    let (under_way, mut begun) = watch::channel(false);
    let (through, done) = watch::channel(false);
    let suite = async {
        // A load that cannot begin drops the sender; the suite then runs all the same, and the run says why.
        let _ = begun.wait_for(|begun| *begun).await;
        let verdicts = play(run, suite, selection, Some(run.events.clone()), run.stop.clone()).await;
        through.send_replace(true);
        verdicts
    };
    let load = async {
        let mut under_way = Some(under_way);
        while !*done.borrow() && !run.stopped() {
            let first = under_way.is_some();
            let mut listeners: Vec<Box<dyn Listener>> =
                vec![Box::new(Ear { verdicts: Arc::default(), onward: Some(run.events.clone()) })];
            listeners.extend(under_way.take().map(|sender| Box::new(Begun(sender)) as Box<dyn Listener>));
            let events = Events::new(listeners);
            let out = first.then_some(run.out.as_path());
            match load::run(&run.profile, load, &LoadOptions::default(), &events, out, run.stop.clone()).await
            {
                Ok(report) => judge_rows(run, load.name(), &report.rows),
                Err(error) => {
                    run.events.send(not_begun(load.name(), &error));
                    break;
                }
            }
        }
    };
    let (verdicts, ()) = tokio::join!(suite, load);
    verdicts
}

fn compare(run: &Run, load: &str, quiet: &Verdicts, loaded: &Verdicts) {
    let mut same = 0;
    for (scenario, before) in quiet {
        let Some(after) = loaded.get(scenario) else { continue };
        if word(before) == word(after) {
            same += 1;
            continue;
        }
        run.events.send(Event::Checked(Checked {
            scenario: scenario.clone(),
            step: format!("the verdict under the load {load} is that of the quiet target"),
            location: String::new(),
            requirements: Vec::new(),
            level: Level::Must,
            held: false,
            expected: word(before).to_owned(),
            actual: word(after).to_owned(),
            exchange: None,
        }));
    }
    run.events.send(Event::Note(format!(
        "{same} of {} scenarios have the verdict of the quiet target under the load {load}",
        loaded.len()
    )));
}

/// The outcome in a word; reasons may differ without the verdict being another one.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Warned => "warned",
        Outcome::NotTested(_) => "not tested",
        Outcome::Vacuous => "asserted nothing",
        Outcome::Error(_) => "harness fault",
    }
}
