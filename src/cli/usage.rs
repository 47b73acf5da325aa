//! `usage`: usage rows alone.

use super::args::{UsageCheckArgs, UsageCommand};
use super::exit::{CONFIGURATION, Failure, NOTHING_TESTED, print};
use crate::usage::{self, Settings};

pub(super) fn run(command: &UsageCommand) -> Result<u8, Failure> {
    match command {
        UsageCommand::Check(args) => check(args),
        UsageCommand::Rules => {
            list_rules();
            Ok(0)
        }
    }
}

fn check(args: &UsageCheckArgs) -> Result<u8, Failure> {
    let mut settings = Settings::default();
    if !args.granted_code.is_empty() {
        settings.granted_codes.clone_from(&args.granted_code);
    }
    let (checked, forms) =
        usage::check_paths(&args.paths, settings).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    if args.json {
        print(&format!("{:#}", usage::to_json(&checked, &forms)));
    } else {
        print(&usage::render_text(&checked));
    }
    if usage::fails(&checked) {
        return Ok(1);
    }
    if checked.rows == 0 {
        return Err(Failure::words(NOTHING_TESTED, "there was no usage row to judge")
            .advise("name a file that holds one JSON object a line"));
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
