//! `usage`: usage rows alone.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::args::{UsageCheckArgs, UsageCommand, UsageEntitiesArgs, UsageGenerateArgs, UsageSqlArgs};
use super::exit::{CONFIGURATION, Failure, NOTHING_TESTED, print};
use super::run::load_profile;
use super::usage_data_access::{self, entities_of};
use super::usage_target::rows_of;
use crate::target::UsageProfile;
use crate::usage::sql::{self, Dialect};
use crate::usage::{self, EntitiesError, EntitiesOrder, Input, Judged, Knowledge, Settings, UsageError};

pub(super) fn run(command: &UsageCommand) -> Result<u8, Failure> {
    match command {
        UsageCommand::Check(args) => check(args),
        UsageCommand::Rules => {
            list_rules();
            Ok(0)
        }
        UsageCommand::Sql(args) => print_sql(args),
        UsageCommand::Generate(args) => generate(args),
        UsageCommand::Entities(args) => entities(args),
    }
}

fn print_sql(args: &UsageSqlArgs) -> Result<u8, Failure> {
    let named = |dialect: &Dialect| dialect.name() == args.dialect;
    let mut granted_codes = args.granted_code.clone();
    if granted_codes.is_empty() {
        granted_codes = Settings::default().granted_codes;
    }
    let options = sql::Options {
        dialect: Dialect::ALL.into_iter().find(named).unwrap_or(Dialect::Snowflake),
        table: args.table.clone(),
        sequence: args.sequence.clone(),
        narrow: args.columns == "23",
        granted_codes,
        charge_period_ms: i64::from(args.charge_period) * 60_000,
        rules: args.rule.clone(),
        view: args.view.clone(),
    };
    let text = sql::sql(&options).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    print(text.trim_end());
    Ok(0)
}

fn generate(args: &UsageGenerateArgs) -> Result<u8, Failure> {
    if let Some(folder) = &args.entities {
        let order = EntitiesOrder {
            rows: args.rows,
            seed: args.seed,
            format: args.format,
            dapi_names: args.dapi_names,
            corruption: args.corrupt.clone(),
        };
        let made = usage::generate_entities(&order, folder);
        let rows = made.map_err(|error| Failure::new(CONFIGURATION, &error))?;
        print(&format!("{rows} rows of all entities in {}", folder.display()));
        return Ok(0);
    }
    // Without a folder there is a file: the arguments demand it.
    let Some(out) = &args.out else { return Ok(0) };
    let order = usage::Order { rows: args.rows, seed: args.seed, line_items: args.line_items };
    let rows = usage::generate(&order, out).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    print(&format!("{rows} rows in {}", out.display()));
    Ok(0)
}

fn entities(args: &UsageEntitiesArgs) -> Result<u8, Failure> {
    let wrong = |error: EntitiesError| Failure::new(CONFIGURATION, &error);
    let judged = match &args.folder {
        Some(folder) => usage::check_entities(folder, args.examples).map_err(wrong)?,
        None if args.schema.is_some() => {
            print_schema(args).map_err(wrong)?;
            return Ok(0);
        }
        None => {
            let pulled = entities_of(&args.data_access, args.target.as_deref())?;
            pulled.check(args.examples).map_err(wrong)?
        }
    };
    if args.json {
        print(&format!("{:#}", judged.to_json()));
    } else {
        print(&judged.to_text());
    }
    if judged.fails() {
        return Ok(1);
    }
    if judged.rows() == 0 {
        return Err(Failure::words(NOTHING_TESTED, "there was no record to judge")
            .advise("name a folder of which the files hold records"));
    }
    Ok(0)
}

fn print_schema(args: &UsageEntitiesArgs) -> Result<(), EntitiesError> {
    let text = match args.schema.as_deref() {
        Some("parquet") => usage::entities_parquet_schema(args.dapi_names)?,
        Some("arrow") => format!("{:#}", usage::entities_arrow_schema(args.dapi_names)?),
        _ => format!("{:#}", usage::entities_schema()?),
    };
    print(&text);
    Ok(())
}

fn check(args: &UsageCheckArgs) -> Result<u8, Failure> {
    let wrong = |error: UsageError| Failure::new(CONFIGURATION, &error);
    let settings = settings(args).map_err(wrong)?;
    let mut inputs = told_rows(args)?;
    if inputs.is_empty() || !args.paths.is_empty() {
        inputs.splice(0..0, usage::expand(&args.paths, args.format).map_err(wrong)?);
    }
    let mut judged = usage::check(&inputs, &settings).map_err(wrong)?;
    if let Some(path) = &args.baseline {
        let report = fs::read_to_string(path).map_err(|error| trouble("read", path, &error))?;
        judged.without(&report).map_err(|reason| trouble("use", path, &reason))?;
    }
    write_reports(args, &judged, &inputs)?;
    if args.json {
        print(&format!("{:#}", judged.to_json()));
    } else {
        print(&usage::render_text(&judged));
    }
    if usage::fails(&judged.checked) {
        return Ok(1);
    }
    if judged.checked.rows == 0 {
        return Err(Failure::words(NOTHING_TESTED, "there was no usage row to judge")
            .advise("name a file that holds usage rows, or other days with --from and --to"));
    }
    Ok(0)
}

/// The rows that services tell.
fn told_rows(args: &UsageCheckArgs) -> Result<Vec<Input>, Failure> {
    let mut told = Vec::new();
    if let Some(target) = &args.target {
        told.push(target_rows(args, target)?);
    } else if args.data_access.data_access.is_some() {
        told.push(usage_data_access::rows_of(&args.data_access, None)?);
    }
    #[cfg(feature = "snowflake")]
    if args.snowflake.snowflake_table.is_some() {
        told.push(super::usage_snowflake::rows_of(&args.snowflake)?);
    }
    Ok(told)
}

/// The rows of a target, in the way that is asked for or that its file says.
fn target_rows(args: &UsageCheckArgs, target: &Path) -> Result<Input, Failure> {
    let by_data_access = match args.source.as_deref() {
        Some(source) => source == "data-access",
        None => load_profile(target)?.usage == UsageProfile::Other("data-access".to_owned()),
    };
    if by_data_access {
        return usage_data_access::rows_of(&args.data_access, Some(target));
    }
    let asked = &args.data_access;
    if asked.from.is_some() || asked.to.is_some() || asked.save.is_some() {
        let message = "--from, --to and --save are for the Data Access API";
        let advice = "take --source data-access with them; the test control protocol tells all rows";
        return Err(Failure::words(CONFIGURATION, message).advise(advice));
    }
    rows_of(target, &args.site)
}

fn settings(args: &UsageCheckArgs) -> Result<Settings, UsageError> {
    let mut knowledge = Knowledge::default();
    for path in &args.line_items {
        knowledge.read_line_items(path)?;
    }
    for path in &args.rate_tables {
        knowledge.read_rate_tables(path)?;
    }
    for path in &args.client_log {
        knowledge.read_client_log(path)?;
    }
    let mut settings = Settings {
        charge_period_ms: (args.charge_period > 0).then(|| i64::from(args.charge_period) * 60_000),
        formulas: knowledge.has_formulas(),
        knowledge: Arc::new(knowledge),
        timezone_tolerant: args.timezone_tolerant,
        examples: args.examples,
        threads: args.threads,
        ..Settings::default()
    };
    if !args.granted_code.is_empty() {
        settings.granted_codes.clone_from(&args.granted_code);
    }
    Ok(settings)
}

fn write_reports(args: &UsageCheckArgs, judged: &Judged, inputs: &[Input]) -> Result<(), Failure> {
    let fault = |path: &Path, error: &dyn Display| trouble("write", path, &error);
    if let Some(path) = &args.csv {
        let text = judged.to_csv().map_err(|error| fault(path, &error))?;
        fs::write(path, text).map_err(|error| fault(path, &error))?;
    }
    if let Some(path) = &args.junit {
        let text = judged.to_junit().map_err(|error| fault(path, &error))?;
        fs::write(path, text).map_err(|error| fault(path, &error))?;
    }
    if let Some(path) = &args.html {
        let text = judged.to_html(inputs).map_err(|error| fault(path, &error))?;
        fs::write(path, text).map_err(|error| fault(path, &error))?;
    }
    Ok(())
}

fn trouble(doing: &str, path: &Path, error: &impl Display) -> Failure {
    Failure::words(CONFIGURATION, format!("cannot {doing} {}: {error}", path.display()))
        .advise("check the path and your permissions")
}

fn list_rules() {
    let mut text = String::new();
    for rule in usage::rules() {
        let needs = rule.needs.map(|need| format!(" (needs {})", need.flag())).unwrap_or_default();
        // What needs more than rows says so already.
        let beyond = sql::excuse(rule).filter(|_| rule.needs.is_none());
        let beyond = beyond.map(|reason| format!(" (not in SQL: {reason})")).unwrap_or_default();
        text.push_str(&format!("{:<14} {:?}  {}{needs}{beyond}\n", rule.id, rule.level, rule.says));
    }
    print(&text);
}
