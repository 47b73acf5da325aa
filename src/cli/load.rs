//! `load`: one load scenario alone.

use std::time::Duration;

use super::args::{LoadArgs, LoadCommand};
use super::exit::{CONFIGURATION, Failure};
use super::run::{LOAD, Run};
use super::verify::judge_load;
use crate::conformance::{self, SmokeOutcome};
use crate::load::{LoadOptions, LoadScenario};

pub(super) fn run(args: &LoadArgs) -> Result<u8, Failure> {
    if let Some(LoadCommand::Merge(merge)) = &args.merge {
        return super::merge::run(merge);
    }
    let scenario = args.scenario.as_deref().unwrap_or_default();
    let duration = args.duration.map(seconds).transpose()?;
    // A mistake in the scenario is found before a folder is made or a server started.
    let resolved = LoadScenario::resolve(scenario).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    if let Some(segment) = args.segment {
        segment.check(&resolved, args.rate).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    }
    if args.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
        return Err(Failure::words(CONFIGURATION, "--rate must be more than 0 requests a second"));
    }
    if args.rows.is_some() && !resolved.keeps_rows_on_demand() {
        let message =
            "--rows is for scenarios of a fleet; others leave their rows in usage/ of the run folder";
        return Err(Failure::words(CONFIGURATION, message));
    }
    if args.rows.as_deref().is_some_and(|rows| rows.extension().is_none_or(|ending| ending != "parquet")) {
        return Err(Failure::words(CONFIGURATION, "--rows writes Parquet; end the name in .parquet"));
    }
    let run = Run::begin(LOAD, &args.target)?;
    if run.wait(conformance::smoke(&run.profile, &run.events)) == SmokeOutcome::Ready {
        let options = LoadOptions {
            quick: args.quick,
            rate: args.rate,
            duration,
            seed: args.seed,
            segment: args.segment,
            rows: args.rows.clone(),
            start_at: args.start_at.map(Into::into),
        };
        judge_load(&run, scenario, &options)?;
    }
    run.finish()
}

fn seconds(text: f64) -> Result<Duration, Failure> {
    Duration::try_from_secs_f64(text)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| Failure::words(CONFIGURATION, "--duration must be more than 0 seconds"))
}
