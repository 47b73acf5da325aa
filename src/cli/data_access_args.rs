//! What is typed to pull reports from a Data Access API. Credentials are not typed: a command line is seen by many.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use crate::usage::Mode;

#[derive(Args, Debug)]
#[command(next_help_heading = "Data Access API")]
pub(super) struct DataAccessArgs {
    /// Base address, for example https://acme.flexnetoperations.com/data. The environment holds the credential, either
    /// CHARGEPROOF_DATA_ACCESS_TOKEN or CHARGEPROOF_DATA_ACCESS_USER and CHARGEPROOF_DATA_ACCESS_PASSWORD.
    #[arg(long, value_name = "URL", group = "service")]
    pub(super) data_access: Option<String>,
    /// First day in the time of the service, as in 2026-01-31 [default: 30 days before the last].
    #[arg(long, value_name = "DAY", requires = "service")]
    pub(super) from: Option<Date>,
    /// Last day [default: today].
    #[arg(long, value_name = "DAY", requires = "service")]
    pub(super) to: Option<Date>,
    /// How pages are walked: batch by their numbers, interactive by their links.
    #[arg(long, value_name = "MODE", default_value = "batch", requires = "service")]
    pub(super) mode: Mode,
    /// Rows of a page.
    #[arg(long, value_name = "N", default_value_t = 2500, requires = "service", value_parser = clap::value_parser!(u16).range(1..=2500))]
    pub(super) page_size: u16,
    /// Keep what was pulled: a file of usage rows, or a folder of all entities (JSON Lines).
    #[arg(long, value_name = "PATH", requires = "service")]
    pub(super) save: Option<PathBuf>,
}
