//! `lint`: mistakes in feature files, without running them.

use super::args::LintArgs;
use super::exit::{CONFIGURATION, Failure, print};
use super::run::registry_for;
use crate::conformance::{self, LintOptions};

pub(super) fn run(args: &LintArgs) -> Result<u8, Failure> {
    if args.steps {
        print(&conformance::steps_document());
        return Ok(0);
    }
    let registry = registry_for(args.features.as_deref())?;
    let options = LintOptions { features: args.features.clone(), unused: args.unused };
    let report =
        conformance::lint(&options, &registry).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    if args.json {
        print(&format!("{:#}", report.to_json()));
    } else {
        print(&report.to_text(args.strict));
    }
    Ok(report.exit_code(args.strict))
}
