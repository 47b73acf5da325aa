//! `prove`: the suite against every reading and every mutant.

use reference_server::PasswordCost;

use super::args::ProveArgs;
use super::bundled::Bundled;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, UNREACHABLE, print};
use super::run::{load_profile, registry, runtime};
use crate::conformance::{Selection, Suite};
use crate::prove::{self, Progress, ProveError, ProveFilter};

pub(super) fn run(args: &ProveArgs) -> Result<u8, Failure> {
    let registry = registry()?;
    let suite =
        Suite::load(&Selection::default(), &registry).map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
    let servers = match &args.target.target {
        Some(_) => None,
        None => {
            let start = |cost| Bundled::start(None, cost);
            Some((start(PasswordCost::Quick)?, start(PasswordCost::Standard)?))
        }
    };
    let (profile, loaded) = match (&args.target.target, &servers) {
        (Some(path), _) => (load_profile(path)?, load_profile(path)?),
        (None, Some((suite, load))) => (suite.profile(), load.profile()),
        (None, None) => return Err(Failure::words(HARNESS_FAULT, "there is no target")),
    };
    let filter = ProveFilter { mutants: args.mutant.clone(), readings: args.reading.clone() };
    let work =
        prove::run((&profile, &loaded), registry.clone(), &suite, &filter, Progress::to_standard_error());
    let report = runtime()?.block_on(work).map_err(|error| failure(&error))?;
    if let Some(out) = &args.target.out {
        prove::write_folder(out, &report, &registry).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    }
    if args.json {
        print(&format!("{:#}", report.to_json()));
    } else {
        print(&report.to_text());
    }
    Ok(report.exit_code())
}

fn failure(error: &ProveError) -> Failure {
    let code = match error {
        ProveError::NothingSelected { .. } => CONFIGURATION,
        ProveError::Control(_) => UNREACHABLE,
        _ => HARNESS_FAULT,
    };
    Failure::new(code, error)
}
