//! Usage rows of a target, over its test control protocol.

use std::path::Path;
use std::time::Duration;

use super::exit::{CONFIGURATION, Failure, UNREACHABLE};
use super::run::{load_profile, runtime};
use crate::target::{Client, ControlClient};
use crate::usage::{Format, Input};

/// Rows in an answer.
const PAGE: u64 = 10_000;

/// All rows of a site, kept on disk while they are judged.
pub(super) fn rows_of(target: &Path, site: &str) -> Result<Input, Failure> {
    let profile = load_profile(target)?;
    let Some(given) = &profile.control else {
        let message =
            format!("{} has no [control] table, which rows could be read through", target.display());
        return Err(Failure::words(CONFIGURATION, message)
            .advise("name files of rows instead, or take --source data-access"));
    };
    let client = Client::new(Duration::from_secs(profile.timing.answer_s))
        .map_err(|error| Failure::new(UNREACHABLE, &error))?;
    let control = ControlClient::new(client, &given.base, given.token.expose());
    let runtime = runtime()?;
    let mut rows = Vec::new();
    let mut count = 0;
    loop {
        let page = runtime
            .block_on(control.usage_rows(site, count, PAGE))
            .map_err(|error| Failure::new(UNREACHABLE, &error))?;
        // Rows are numbered without a gap, so that their count tells where the next page begins.
        let more = page.lines().filter(|line| !line.trim().is_empty()).count() as u64;
        rows.extend_from_slice(page.trim_end().as_bytes());
        rows.push(b'\n');
        count += more;
        if more == 0 {
            break;
        }
    }
    let name = format!("site {site} of {}", profile.name);
    Input::kept(&name, rows.as_slice(), Some(Format::Jsonl))
        .map_err(|error| Failure::new(CONFIGURATION, &error))
}
