//! `explain`: one requirement, where it comes from, and what tests it.

use super::exit::{CONFIGURATION, Failure, print};
use super::run::registry;
use crate::conformance::{Selection, Suite};
use crate::report::events::Level;

pub(super) fn run(args: &super::args::ExplainArgs) -> Result<u8, Failure> {
    let registry = registry()?;
    let id = args.id.to_uppercase();
    let Some(requirement) = registry.get(&id) else {
        return Err(Failure::words(CONFIGURATION, format!("there is no requirement {id}"))
            .advise("`chargeproof conformance --list` shows the IDs that scenarios test"));
    };
    let mut text = format!(
        "{id}  {}\n{}\nSource: {}\nApplies to: {}\n",
        level(requirement.level),
        requirement.text,
        requirement.source,
        requirement.versions.join(", ")
    );
    let suite =
        Suite::load(&Selection::default(), &registry).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let tests: Vec<_> = suite.scenarios().filter(|scenario| scenario.requirements.contains(&id)).collect();
    match &requirement.untestable {
        Some(reason) => text.push_str(&format!("Not testable from outside: {reason}\n")),
        None if tests.is_empty() => text.push_str("No scenario tests it yet.\n"),
        None => text.push_str("Tested by:\n"),
    }
    for scenario in tests {
        text.push_str(&format!("  {}  {}\n", scenario.id, scenario.name));
    }
    print(&text);
    Ok(0)
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST: a deviation fails",
        Level::Should => "SHOULD: a deviation warns",
        Level::Reading => "READING: left open, alternatives are accepted and reported",
    }
}
