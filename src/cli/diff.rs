//! `diff`: what differs between two runs, or between two sides that were run several times each.

use std::path::{Path, PathBuf};

use super::args::DiffArgs;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, print};
use super::run::terminal_width;
use crate::report::{ColourChoice, Recorded, RunDiff, terminal_diff};

pub(super) fn run(args: &DiffArgs) -> Result<u8, Failure> {
    let before = side(args.before.as_ref(), &args.before_runs)?;
    let after = side(args.after.as_ref(), &args.after_runs)?;
    let diff = compare(&before, &after, args.fail_on_regression)?;
    if args.json {
        let text =
            serde_json::to_string_pretty(&diff).map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
        print(&text);
    } else {
        print(&terminal_diff(&diff, ColourChoice::Auto.for_stdout(), terminal_width()));
    }
    Ok(diff.exit_code())
}

fn compare(
    before: &[(PathBuf, Recorded)],
    after: &[(PathBuf, Recorded)],
    gate: Option<f64>,
) -> Result<RunDiff, Failure> {
    let (Some((was, earlier_before)), Some((is, earlier_after))) = (before.split_last(), after.split_last())
    else {
        return Err(Failure::words(CONFIGURATION, "each side needs a run"));
    };
    let earlier_before: Vec<&Recorded> = earlier_before.iter().map(|(_, run)| run).collect();
    let earlier_after: Vec<&Recorded> = earlier_after.iter().map(|(_, run)| run).collect();
    Ok(RunDiff::of_sides(((&was.0, &was.1), &earlier_before), ((&is.0, &is.1), &earlier_after), gate))
}

/// The runs of one side in the order of their beginnings.
fn side(one: Option<&PathBuf>, several: &[PathBuf]) -> Result<Vec<(PathBuf, Recorded)>, Failure> {
    let mut runs = Vec::new();
    for given in one.into_iter().chain(several) {
        for folder in folders(given) {
            let recorded = read(&folder)?;
            runs.push((folder, recorded));
        }
    }
    runs.sort_by_key(|(_, run)| run.model.run.as_ref().map(|run| run.started.clone()));
    Ok(runs)
}

/// The folder of a run itself; of a folder of runs, those runs. What holds neither is left to the reader, whose error
/// says what is missing.
fn folders(given: &Path) -> Vec<PathBuf> {
    let is_run = |folder: &Path| folder.join("events.ndjson").is_file();
    let below = std::fs::read_dir(given).into_iter().flatten().flatten().map(|entry| entry.path());
    let runs: Vec<PathBuf> = below.filter(|folder| is_run(folder)).collect();
    if is_run(given) || runs.is_empty() { vec![given.to_owned()] } else { runs }
}

fn read(folder: &Path) -> Result<Recorded, Failure> {
    Recorded::read(folder).map_err(|error| {
        Failure::new(CONFIGURATION, &error).advise("a run folder is what --out names, or one under reports/")
    })
}
