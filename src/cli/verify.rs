//! `verify`: the main job.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::args::VerifyArgs;
use super::exit::{CONFIGURATION, Failure};
use super::expect::known_deviations;
use super::run::{Run, registry};
use crate::conformance::{self, ConformanceError, Selection, SmokeOutcome, Suite};
use crate::load::{self, LoadError, LoadOptions, LoadScenario};
use crate::report::events::{Checked, Event, Level, SmokeChecked};
use crate::usage::{Judge, Settings};

/// The load scenarios that every verification runs.
const SCENARIOS: [&str; 2] = ["steady-access", "session-heartbeats"];

pub(super) fn run(args: &VerifyArgs) -> Result<u8, Failure> {
    let registry = registry()?;
    let expected = known_deviations(args.expect.as_deref(), None, &registry)?;
    let run = Run::begin_with("verify", &args.target, registry)?;
    run.expect(expected);
    if run.wait(conformance::smoke(&run.profile, &run.events)) == SmokeOutcome::NotReady {
        return run.finish();
    }
    judge_conformance(&run, &Selection::default())?;
    for name in SCENARIOS {
        if run.stopped() {
            break;
        }
        let options = LoadOptions { quick: args.quick, ..LoadOptions::default() };
        judge_load(&run, name, &options)?;
    }
    run.finish()
}

/// Runs the suite; what goes wrong with the harness itself becomes part of the run.
pub(super) fn judge_conformance(run: &Run, selection: &Selection) -> Result<(), Failure> {
    let suite = Suite::load(selection, &run.registry).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let work = conformance::run(
        &run.profile,
        run.registry.clone(),
        &suite,
        selection,
        &run.events,
        run.stop.clone(),
    );
    match run.wait(work) {
        Ok(()) => {}
        // The target was ready in the smoke test and is no more.
        Err(ConformanceError::Target(detail)) => {
            let name = "beginning of the suite".to_owned();
            run.events.send(Event::SmokeChecked(SmokeChecked { name, ok: false, detail }));
        }
        Err(error) => run.events.send(Event::HarnessFault(error.to_string())),
    }
    Ok(())
}

/// Runs one load scenario and judges the usage rows that it left.
pub(super) fn judge_load(run: &Run, name: &str, options: &LoadOptions) -> Result<(), Failure> {
    let scenario = LoadScenario::resolve(name).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let work = load::run(&run.profile, &scenario, options, &run.events, Some(&run.out), run.stop.clone());
    match run.wait(work) {
        Ok(report) => judge_rows(run, scenario.name(), &report.rows),
        Err(error) if error.is_of_the_target() => run.events.send(not_begun(scenario.name(), &error)),
        Err(error) => run.events.send(Event::HarnessFault(error.to_string())),
    }
    Ok(())
}

/// What the target did to a load that could not begin: it speaks for no requirement, but nothing can conform
/// after it.
pub(super) fn not_begun(load: &str, error: &LoadError) -> Event {
    Event::Checked(Checked {
        scenario: format!("load {load}"),
        step: "the objects of the load are made".to_owned(),
        location: String::new(),
        requirements: Vec::new(),
        level: Level::Must,
        held: false,
        expected: "a target that lets the load begin".to_owned(),
        actual: error.to_string(),
        exchange: None,
    })
}

/// Judges the usage rows that a load left.
pub(super) fn judge_rows(run: &Run, name: &str, rows: &[PathBuf]) {
    for (site, rows) in (1..).zip(rows) {
        let source = if site == 1 { format!("load {name}") } else { format!("load {name}, site {site}") };
        judge_file(run, &source, rows);
    }
}

fn judge_file(run: &Run, source: &str, rows: &Path) {
    let mut judge = Judge::new(Settings::default());
    let read = File::open(rows).and_then(|file| {
        BufReader::new(file).lines().try_for_each(|line| line.map(|line| judge.line(&line)))
    });
    match read {
        Ok(()) => run.events.send(Event::UsageChecked(judge.finish(source))),
        Err(error) => {
            let fault = format!("the usage rows in {} cannot be read: {error}", rows.display());
            run.events.send(Event::HarnessFault(fault));
        }
    }
}
