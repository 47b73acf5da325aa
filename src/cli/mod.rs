//! The command line: one file for each command, with nothing in it but arguments, calls and exit codes.

mod args;
mod bundled;
mod conformance;
mod data_access_args;
mod diff;
mod exit;
mod expect;
mod explain;
mod lint;
mod load;
mod merge;
mod prove;
mod run;
mod serve;
mod under_load;
mod usage;
mod usage_data_access;
#[cfg(feature = "snowflake")]
mod usage_snowflake;
mod usage_target;
mod verify;

pub use args::Cli;
pub use exit::main;
