//! The forms of usage rows that the documents leave open: all are accepted, and the one seen is reported.

use cucumber::gherkin::Step;
use cucumber::then;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::judge::judge;
use crate::conformance::world::World;

/// Decisions, with the topics under which the usage rules count forms.
const TOPICS: [(&str, &str); 10] = [
    ("usage.empty", "WH-USAGE-001"),
    ("usage.line_item", "WH-USAGE-002"),
    ("usage.time", "WH-USAGE-003"),
    ("usage.json", "WH-USAGE-004"),
    ("usage.code", "WH-USAGE-005"),
    ("usage.table_version", "WH-USAGE-006"),
    ("usage.used", "WH-USAGE-008"),
    ("usage.refund", "WH-USAGE-009"),
    ("usage.columns", "WH-USAGE-010"),
    ("usage.names", "WH-USAGE-011"),
];

/// The most common form counts; that forms are mixed is for the usage rules to say.
#[then(regex = r#"^the usage rows follow the reading "([^"]*)"$"#)]
async fn follow(world: &mut World, decision: String, step: &Step) -> Stepped {
    let Some((_, topic)) = TOPICS.iter().find(|(name, _)| *name == decision) else {
        return Err(StepError::fault(format!("the usage rows have no form named {decision}")));
    };
    let text = world.rows_text(step).await?;
    let (_, forms) = judge(&text, &world.usage);
    let common = forms.get(*topic).and_then(|seen| seen.iter().max_by_key(|(_, count)| **count));
    let value = common.map_or_else(|| "none of the documented forms".to_owned(), |(label, _)| word(label));
    world.reading(step, &decision, &value)
}

/// A form in one word: `array as text` becomes `array-as-text`, `text, three digits` becomes `text`.
fn word(label: &str) -> String {
    let name = label.split(',').next().unwrap_or(label);
    name.to_lowercase().replace(' ', "-")
}
