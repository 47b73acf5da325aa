//! What can be typed. Flags, exit codes and formats are promises: add, never change.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::data_access_args::DataAccessArgs;
#[cfg(feature = "snowflake")]
use super::usage_snowflake::SnowflakeArgs;
use crate::conformance::Order;
use crate::load::Segment;
use crate::usage::Format;

/// Proves that an Elastic Access implementation charges right.
#[derive(Debug, Parser)]
#[command(name = "chargeproof", version, about, max_term_width = 100, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 conforms, 1 a requirement, invariant or threshold failed, \
2 wrong arguments or configuration, 3 target unreachable or smoke test failed, 4 nothing was tested, \
5 measurement invalid (saturated), 70 fault of the harness.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The main job: smoke test, conformance, verified load, usage rows, one report.
    Verify(VerifyArgs),
    /// The conformance suite alone.
    Conformance(ConformanceArgs),
    /// A load scenario alone.
    Load(LoadArgs),
    /// Usage rows alone.
    #[command(subcommand)]
    Usage(UsageCommand),
    /// The suite against every reading and every mutant: the kill matrix.
    Prove(ProveArgs),
    /// The reference server.
    Serve(ServeArgs),
    /// What a requirement or usage rule says, where it comes from, what tests it, and what came of it last.
    Explain(ExplainArgs),
    /// Mistakes in feature files, without running them.
    Lint(LintArgs),
    /// What differs between two runs, down to the assertions.
    Diff(DiffArgs),
}

#[derive(Args, Debug)]
pub(super) struct TargetArgs {
    /// Target file of the implementation under test; the bundled server when left out.
    #[arg(long, value_name = "FILE")]
    pub(super) target: Option<PathBuf>,
    /// Folder for the run's reports [default: reports/<time>-<command>].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    /// Shorter load, for a first look.
    #[arg(long)]
    pub(super) quick: bool,
    /// File of known deviations; the run fails on any other, and on one that is not true any more.
    #[arg(long, value_name = "FILE")]
    pub(super) expect: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct ConformanceArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    /// Run what this tag expression selects, for example "@clock and not @site".
    #[arg(long, value_name = "EXPR")]
    pub(super) tags: Option<String>,
    /// Run the scenarios of this requirement; `*` stands for anything. May be repeated.
    #[arg(long, value_name = "PATTERN")]
    pub(super) id: Vec<String>,
    /// Feature files to run in place of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(super) features: Option<PathBuf>,
    /// List what would run, and run nothing.
    #[arg(long)]
    pub(super) list: bool,
    /// A SHOULD that does not hold fails, too.
    #[arg(long)]
    pub(super) strict: bool,
    /// Without a test clock, wait for real time to pass. This can take hours, or half an hour where the target file
    /// allows charge periods of ten minutes (`short_periods` under `[timing]`).
    #[arg(long)]
    pub(super) real_time: bool,
    /// Scenarios that run at once, from 1 to 64.
    #[arg(long, value_name = "N", default_value_t = Order::CONCURRENCY, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(super) concurrency: u16,
    /// Seed that shuffles features and scenarios, and the order in which their generated names sort.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// File of known deviations; the run fails on any other, and on one that is not true any more.
    #[arg(long, value_name = "FILE")]
    pub(super) expect: Option<PathBuf>,
    /// Run the suite on the quiet target first, then again beside this load; a verdict that differs fails.
    #[arg(long, value_name = "SCENARIO")]
    pub(super) under_load: Option<String>,
    /// Meanwhile, have the very instances of the suite's scenarios read all the time, too.
    #[arg(long, requires = "under_load")]
    pub(super) same_instance: bool,
}

#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct LoadArgs {
    #[command(subcommand)]
    pub(super) merge: Option<LoadCommand>,
    /// Name of a built-in scenario, or a scenario file.
    #[arg(value_name = "SCENARIO", required = true)]
    pub(super) scenario: Option<String>,
    #[command(flatten)]
    pub(super) target: TargetArgs,
    /// Shorter and slower, for a first look.
    #[arg(long)]
    pub(super) quick: bool,
    /// Arrival rate in requests a second, in place of the scenario's.
    #[arg(long, value_name = "R", allow_negative_numbers = true)]
    pub(super) rate: Option<f64>,
    /// Seconds to run, in place of the scenario's.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    pub(super) duration: Option<f64>,
    /// Seed of schedule and mix.
    #[arg(long, value_name = "N")]
    pub(super) seed: Option<u64>,
    /// Carry out one share of the plan, for example 2/8; `load merge` puts the results of all shares together.
    #[arg(long, value_name = "I/N", requires = "target")]
    pub(super) segment: Option<Segment>,
    /// Keep the usage rows of a fleet in this Parquet file, which `usage check` reads; other scenarios leave theirs in the
    /// run folder anyhow.
    #[arg(long, value_name = "FILE.parquet")]
    pub(super) rows: Option<PathBuf>,
    /// When the schedule begins, for example 2026-01-15T12:00:00Z, so that all segments run at the same time.
    #[arg(long, value_name = "TIME")]
    pub(super) start_at: Option<jiff::Timestamp>,
}

#[derive(Debug, Subcommand)]
pub(super) enum LoadCommand {
    /// The results of all segments of a load run as one.
    Merge(MergeArgs),
}

#[derive(Args, Debug)]
pub(super) struct MergeArgs {
    /// Run folders of the segments, or a folder of them.
    #[arg(value_name = "DIR", required = true)]
    pub(super) segments: Vec<PathBuf>,
    /// Folder for the reports [default: reports/<time>-load-merge].
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum UsageCommand {
    /// Judge usage rows in JSON, CSV or Parquet files, packed or not; `-` reads standard input.
    Check(Box<UsageCheckArgs>),
    /// List the rules that usage rows are judged by.
    Rules,
    /// Print the rules as SQL, to judge rows where they lie.
    Sql(UsageSqlArgs),
    /// Make clean usage rows of any size, or a folder of all entities of the Data Access API.
    Generate(UsageGenerateArgs),
    /// Judge a folder of exports of all entities of the Data Access API, one file an entity.
    Entities(UsageEntitiesArgs),
}

#[derive(Args, Debug)]
pub(super) struct UsageEntitiesArgs {
    /// Folder of files that are named after entities, as in account.csv or SEC_VW_USER.parquet.
    #[arg(value_name = "DIR", required_unless_present_any = ["schema", "target", "data_access"])]
    pub(super) folder: Option<PathBuf>,
    /// Print the schema of all entities instead: as JSON Schema, or with =parquet as Parquet message types, or with =arrow
    /// as Arrow schemas.
    #[arg(long, value_name = "FORM", num_args = 0..=1, require_equals = true, default_missing_value = "json",
        value_parser = ["json", "parquet", "arrow"], conflicts_with_all = ["folder", "json", "target", "data_access"])]
    pub(super) schema: Option<String>,
    /// Name columns of the Parquet or Arrow schema as the API does, not as the database.
    #[arg(long, requires = "schema")]
    pub(super) dapi_names: bool,
    /// Target file: judge what its Data Access API has.
    #[arg(long, value_name = "FILE", conflicts_with = "folder", group = "service")]
    pub(super) target: Option<PathBuf>,
    /// Print the findings as JSON (chargeproof-entities/1).
    #[arg(long)]
    pub(super) json: bool,
    /// Examples for each finding.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) examples: usize,
    // Last, because what follows would stand under the same heading.
    #[command(flatten)]
    pub(super) data_access: DataAccessArgs,
}

#[derive(Args, Debug)]
pub(super) struct UsageSqlArgs {
    /// The language of the warehouse; Postgres from version 16.
    #[arg(long, value_name = "NAME", default_value = "snowflake", value_parser = ["snowflake", "duckdb", "postgres"])]
    pub(super) dialect: String,
    /// The table, under database names.
    #[arg(long, value_name = "NAME", default_value = "USAGE_DATA")]
    pub(super) table: String,
    /// This rule only. May be repeated.
    #[arg(long, value_name = "ID")]
    pub(super) rule: Vec<String>,
    /// Make it a view of this name.
    #[arg(long, value_name = "NAME")]
    pub(super) view: Option<String>,
    /// A column of whole numbers that tells the order of rows of one instant [default: WRITE_TIME].
    #[arg(long, value_name = "COLUMN")]
    pub(super) sequence: Option<String>,
    /// How many columns the table has.
    #[arg(long, value_name = "23|31", default_value = "31", value_parser = ["23", "31"])]
    pub(super) columns: String,
    /// Charge period of sessions in minutes.
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) charge_period: u32,
    /// A result code that means granted [default: 101 and 1101, those of both versions]. May be repeated.
    #[arg(long, value_name = "CODE")]
    pub(super) granted_code: Vec<String>,
}

#[derive(Args, Debug)]
pub(super) struct UsageGenerateArgs {
    /// How many rows; the last request is always whole.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(super) rows: u64,
    /// Seed of everything that is left to chance.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    /// Line items that are charged.
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    pub(super) line_items: u32,
    /// File to write: .jsonl, .json, .csv or .parquet, and .gz or .zst behind it.
    #[arg(long, value_name = "FILE", required_unless_present = "entities")]
    pub(super) out: Option<PathBuf>,
    /// Folder to write all entities into, one file each, that fit together; --rows counts the usage rows.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "line_items"])]
    pub(super) entities: Option<PathBuf>,
    /// Format of the entities: jsonl, json, csv or parquet.
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", requires = "entities")]
    pub(super) format: Format,
    /// Name columns of entities as the API does, not as the database.
    #[arg(long, requires = "entities")]
    pub(super) dapi_names: bool,
    /// Put one fault into the entities; a wrong name lists them all.
    #[arg(long, value_name = "NAME", requires = "entities")]
    pub(super) corrupt: Option<String>,
}

#[derive(Args, Debug)]
pub(super) struct UsageCheckArgs {
    /// Files, folders or patterns of usage rows.
    #[arg(value_name = "PATH", required_unless_present_any = UsageCheckArgs::ELSEWHERE)]
    pub(super) paths: Vec<PathBuf>,
    /// Target file: judge the rows that the target tells, too.
    #[arg(long, value_name = "FILE", group = "service")]
    pub(super) target: Option<PathBuf>,
    /// How the target tells them: control, its test control protocol, or data-access, its Data Access API [default:
    /// the usage source of the target file].
    #[arg(long, value_name = "NAME", value_parser = ["control", "data-access"], requires = "target")]
    pub(super) source: Option<String>,
    /// Site of the target, for its test control protocol.
    #[arg(long, value_name = "ID", default_value = "default", requires = "target")]
    pub(super) site: String,
    /// jsonl, json, csv or parquet [default: told by content and name].
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<Format>,
    /// Write the findings as JSON to standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// Line items, as the API lists them (JSON), for the rules that need them. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) line_items: Vec<PathBuf>,
    /// Rate tables, as the API lists them (JSON). May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) rate_tables: Vec<PathBuf>,
    /// Correlation IDs that a client was answered with, one a line or in JSON. May be repeated.
    #[arg(long, value_name = "FILE")]
    pub(super) client_log: Vec<PathBuf>,
    /// Charge period of sessions in minutes; 0 where it has changed within the rows.
    #[arg(long, value_name = "MINUTES", default_value_t = 60)]
    pub(super) charge_period: u32,
    /// The service lets line items last 12 hours longer on either side (`timezone.tolerant`).
    #[arg(long)]
    pub(super) timezone_tolerant: bool,
    /// Examples of each finding.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(super) examples: usize,
    /// Threads that read and judge.
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(super) threads: usize,
    /// Leave out what this earlier JSON report found already.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Write the examples as CSV.
    #[arg(long, value_name = "FILE")]
    pub(super) csv: Option<PathBuf>,
    /// Write a report for continuous integration.
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Write a report for people, one file that works offline.
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// A result code that means granted [default: 101 and 1101, those of both versions]. May be repeated.
    #[arg(long, value_name = "CODE")]
    pub(super) granted_code: Vec<String>,
    // Last, because what follows would stand under the same heading.
    #[command(flatten)]
    pub(super) data_access: DataAccessArgs,
    #[cfg(feature = "snowflake")]
    #[command(flatten)]
    pub(super) snowflake: SnowflakeArgs,
}

impl UsageCheckArgs {
    /// Arguments that name rows which are in no file.
    #[cfg(not(feature = "snowflake"))]
    const ELSEWHERE: [&str; 2] = ["target", "data_access"];
    #[cfg(feature = "snowflake")]
    const ELSEWHERE: [&str; 3] = ["target", "data_access", "snowflake_table"];
}

#[derive(Args, Debug)]
pub(super) struct ProveArgs {
    #[command(flatten)]
    pub(super) target: TargetArgs,
    /// Prove this mutant only, by its name or the name of its decision point. May be repeated.
    #[arg(long, value_name = "NAME")]
    pub(super) mutant: Vec<String>,
    /// Prove this reading only, as DECISION=VALUE. May be repeated.
    #[arg(long, value_name = "D=V")]
    pub(super) reading: Vec<String>,
    /// Write the matrix as JSON to standard output.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args, Debug)]
pub(super) struct ServeArgs {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(super) listen: SocketAddr,
    /// File of the durable store, or `memory` for throw-away use.
    #[arg(long, value_name = "PATH|memory", default_value = "chargeproof.sqlite")]
    pub(super) store: String,
    /// Token of the test control protocol; generated and printed when left out.
    #[arg(long, value_name = "T", env = "CHARGEPROOF_CONTROL_TOKEN", hide_env_values = true)]
    pub(super) control_token: Option<String>,
    /// Public key (PEM) that administrates the site `default`; the file's name without extension is its key ID.
    #[arg(long, value_name = "FILE")]
    pub(super) admin_key: Vec<PathBuf>,
    /// Decision point that every new site shall follow, as DECISION=VALUE. May be repeated.
    #[arg(long, value_name = "D=V")]
    pub(super) policy: Vec<String>,
    /// Seconds, up to 600, that a saved or deleted key takes to spread at a new site.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=600))]
    pub(super) key_propagation: u16,
    /// Connections at a time; one more is answered 503.
    #[arg(long, value_name = "N", default_value_t = 4096)]
    pub(super) max_connections: usize,
    /// PEM file of the certificate chain: the server speaks TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(super) tls_certificate: Option<PathBuf>,
    /// PEM file of the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(super) tls_key: Option<PathBuf>,
    /// Fill the site `default` with the world of the tutorial, on a clock of its own, and print tokens for it.
    #[arg(long)]
    pub(super) seed_demo: bool,
    /// Offer the control protocol on an address that is not loopback, too.
    #[arg(long)]
    pub(super) control_beyond_loopback: bool,
}

#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// Requirement ID, for example DM-ACC-010.
    #[arg(value_name = "ID")]
    pub(super) id: String,
    /// Write it as JSON to standard output.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args, Debug)]
pub(super) struct LintArgs {
    /// Feature files to look at in place of the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(super) features: Option<PathBuf>,
    /// Report steps that these feature files do not use, too.
    #[arg(long)]
    pub(super) unused: bool,
    /// Notes count, too: requirements that are neither tested nor excused.
    #[arg(long)]
    pub(super) strict: bool,
    /// Write the findings as JSON to standard output.
    #[arg(long)]
    pub(super) json: bool,
    /// Print the document of all steps (docs/steps.md) and look at nothing.
    #[arg(long, exclusive = true)]
    pub(super) steps: bool,
}

#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// Folder of the first run, or a folder of such folders: repeated runs, which show what is noise.
    #[arg(value_name = "A", required_unless_present_all = ["before_runs", "after_runs"])]
    pub(super) before: Option<PathBuf>,
    /// Folder of the second run, or a folder of such folders.
    #[arg(value_name = "B", required_unless_present_all = ["before_runs", "after_runs"])]
    pub(super) after: Option<PathBuf>,
    /// In place of A: a run of the first side. May be repeated.
    #[arg(long = "before", value_name = "DIR", conflicts_with = "before", requires = "after_runs")]
    pub(super) before_runs: Vec<PathBuf>,
    /// In place of B: a run of the second side. May be repeated.
    #[arg(long = "after", value_name = "DIR", conflicts_with = "after", requires = "before_runs")]
    pub(super) after_runs: Vec<PathBuf>,
    /// Fail when load got slower by more than this and repeated runs show that it is no noise; exit code 4 when
    /// there are too few runs to know.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(super) fail_on_regression: Option<f64>,
    /// Write the differences as JSON to standard output.
    #[arg(long)]
    pub(super) json: bool,
}

/// A share such as `10%`; the sign may be left out.
fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>().ok();
    number
        .filter(|percent| percent.is_finite() && *percent >= 0.0)
        .ok_or_else(|| "write a percentage such as 10%".to_owned())
}
