//! `usage`: usage rows alone.

use super::args::{UsageCheckArgs, UsageCommand, UsageGenerateArgs};
use super::exit::{CONFIGURATION, Failure, NOTHING_TESTED, print};
use crate::usage::{self, Settings};

pub(super) fn run(command: &UsageCommand) -> Result<u8, Failure> {
    match command {
        UsageCommand::Check(args) => check(args),
        UsageCommand::Rules => {
            list_rules();
            Ok(0)
        }
        UsageCommand::Generate(args) => generate(args),
    }
}

fn generate(args: &UsageGenerateArgs) -> Result<u8, Failure> {
    let order = usage::Order { rows: args.rows, seed: args.seed, line_items: args.line_items };
    let rows = usage::generate(&order, &args.out).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    print(&format!("{rows} rows in {}", args.out.display()));
    Ok(0)
}

fn check(args: &UsageCheckArgs) -> Result<u8, Failure> {
    let mut settings = Settings::default();
    if !args.granted_code.is_empty() {
        settings.granted_codes.clone_from(&args.granted_code);
    }
    let inputs =
        usage::expand(&args.paths, args.format).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let judged = usage::check(&inputs, &settings).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    if args.json {
        print(&format!("{:#}", usage::to_json(&judged.checked, &judged.forms)));
    } else {
        print(&usage::render_text(&judged.checked));
    }
    if usage::fails(&judged.checked) {
        return Ok(1);
    }
    if judged.checked.rows == 0 {
        return Err(Failure::words(NOTHING_TESTED, "there was no usage row to judge")
            .advise("name a file that holds usage rows"));
    }
    Ok(0)
}

fn list_rules() {
    let mut text = String::new();
    for rule in usage::rules() {
        text.push_str(&format!("{:<14} {:?}  {}\n", rule.id, rule.level, rule.says));
    }
    print(&text);
}
