//! `diff`: what differs between two runs.

use std::path::Path;

use super::args::DiffArgs;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, print};
use super::run::terminal_width;
use crate::report::{ColourChoice, Recorded, RunDiff, terminal_diff};

pub(super) fn run(args: &DiffArgs) -> Result<u8, Failure> {
    let (before, after) = (read(&args.before)?, read(&args.after)?);
    let diff = RunDiff::between((&args.before, &before), (&args.after, &after));
    if args.json {
        let text =
            serde_json::to_string_pretty(&diff).map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
        print(&text);
    } else {
        print(&terminal_diff(&diff, ColourChoice::Auto.for_stdout(), terminal_width()));
    }
    Ok(diff.exit_code())
}

fn read(folder: &Path) -> Result<Recorded, Failure> {
    Recorded::read(folder).map_err(|error| {
        Failure::new(CONFIGURATION, &error).advise("a run folder is what --out names, or one under reports/")
    })
}
