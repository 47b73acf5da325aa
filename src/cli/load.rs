//! `load`: one load scenario alone.

use std::time::Duration;

use super::args::LoadArgs;
use super::exit::{CONFIGURATION, Failure};
use super::run::Run;
use super::verify::judge_load;
use crate::conformance::{self, SmokeOutcome};
use crate::load::{LoadOptions, LoadScenario};

pub(super) fn run(args: &LoadArgs) -> Result<u8, Failure> {
    let duration = args.duration.map(seconds).transpose()?;
    // A mistake in the scenario is found before a folder is made or a server started.
    LoadScenario::resolve(&args.scenario).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    if args.rate.is_some_and(|rate| !rate.is_finite() || rate <= 0.0) {
        return Err(Failure::words(CONFIGURATION, "--rate must be more than 0 requests a second"));
    }
    let run = Run::begin("load", &args.target)?;
    if run.wait(conformance::smoke(&run.profile, &run.events)) == SmokeOutcome::Ready {
        let options = LoadOptions { quick: args.quick, rate: args.rate, duration, seed: args.seed };
        judge_load(&run, &args.scenario, &options)?;
    }
    run.finish()
}

fn seconds(text: f64) -> Result<Duration, Failure> {
    Duration::try_from_secs_f64(text)
        .ok()
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| Failure::words(CONFIGURATION, "--duration must be more than 0 seconds"))
}
