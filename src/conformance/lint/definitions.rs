//! Every step definition, and the document that lists them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cucumber::codegen::{Regex, StepConstructor as _, WorldInventory, inventory};
use cucumber::step::Location;

use super::pattern::readable;
use super::sources::{Described, Source, file_name};
use crate::conformance::world::World;

/// A step definition.
pub(super) struct Definition {
    /// The keyword that it is meant for; a step finds it by its text alone.
    pub(super) keyword: &'static str,
    /// Where it stands.
    pub(super) location: Location,
    /// The expression that a step's text has to fit.
    pub(super) expression: Regex,
}

impl Definition {
    /// The file of the steps about its topic.
    pub(super) fn file(&self) -> &'static str {
        file_name(self.location.path)
    }

    /// The topic that it belongs to.
    pub(super) fn topic(&self) -> &'static str {
        self.file().trim_end_matches(".rs")
    }

    /// What the source says of it.
    fn described(&self) -> Described {
        Source::of(self.location.path).map(|source| source.step(self.location.line)).unwrap_or_default()
    }
}

/// All definitions, in the order of files and lines.
pub(super) fn definitions() -> Vec<Definition> {
    let mut all = Vec::new();
    for step in inventory::iter::<<World as WorldInventory>::Given> {
        all.push(definition("Given", step.inner()));
    }
    for step in inventory::iter::<<World as WorldInventory>::When> {
        all.push(definition("When", step.inner()));
    }
    for step in inventory::iter::<<World as WorldInventory>::Then> {
        all.push(definition("Then", step.inner()));
    }
    all.sort_by_key(|definition| definition.location);
    all
}

fn definition(
    keyword: &'static str,
    (location, regex, _): crate::conformance::steps::Definition,
) -> Definition {
    Definition { keyword, location, expression: regex() }
}

/// The document of all steps, as `docs/steps.md` holds it.
#[must_use]
pub fn steps_document() -> String {
    let all = definitions();
    let mut topics: BTreeMap<&str, Vec<&Definition>> = BTreeMap::new();
    for definition in &all {
        topics.entry(definition.topic()).or_default().push(definition);
    }
    let mut text = String::from(HEAD);
    for (topic, steps) in topics {
        let about =
            steps.first().and_then(|step| Source::of(step.location.path)).map(|source| source.about());
        let _ = writeln!(text, "\n## {}\n\n{}\n", topic.replace('_', " "), about.unwrap_or_default());
        for step in steps {
            describe(&mut text, step);
        }
    }
    text
}

const HEAD: &str = "# Steps

Every step that a feature file can use, in this project's own features and in those of your own
(`chargeproof conformance --features DIR`). The keyword is the usual one; a step is found by its text alone. `<…>` stands
for a value, `[…]` for what may be left out. `chargeproof lint` checks feature files without running them.

A scenario is tagged with the requirements that it is about. Where its lines are about different ones, a line names
its own at its end, as in `Then the heartbeat is refused (DM-HB-002)` or, for several, `(DM-HB-002, WH-USAGE-*)`. A line
that names none speaks for all tags of its scenario.

Other tags say what a scenario needs, so that a target without it has it reported as not tested: `@site`, `@clock`, `@usage`,
`@cls` (license servers), `@bundled` (the bundled server). `@given-instance` does with the license server that the target
file names. `@one-version`, `@v1.0` and `@v1.1` say in which versions it runs, and `@inferred` that it is about what only
follows from a document, so that it warns.

This file is made from the source: `chargeproof lint --steps > docs/steps.md`.
";

fn describe(text: &mut String, step: &Definition) {
    let Described { comment, names, columns, takes_text } = step.described();
    let _ = writeln!(text, "- **{}** `{}`", step.keyword, readable(step.expression.as_str(), &names));
    if !comment.is_empty() {
        let _ = writeln!(text, "  <br>{comment}");
    }
    if takes_text {
        text.push_str("  <br>A text follows between lines of `\"\"\"`.\n");
    }
    if !columns.is_empty() {
        let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
        let _ = writeln!(text, "  <br>Columns: {}", columns.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_is_found_with_its_source() {
        let all = definitions();
        assert!(all.len() > 100);
        for definition in &all {
            assert!(Source::of(definition.location.path).is_some(), "{}", definition.location);
            let captures = definition.expression.captures_len() - 1;
            assert_eq!(definition.described().names.len(), captures, "{}", definition.location);
        }
    }

    #[test]
    fn columns_are_known_where_the_source_names_them() {
        let text = steps_document();
        assert!(text.contains("- **Given** `a line item \"<name>\" of <tokens> token(s)`\n"), "{text}");
        assert!(text.contains("`line item`, `tokens`, `starts`, `ends`"), "{text}");
    }
}
