//! What was found, at a terminal and as `chargeproof-entities/1`.

use serde_json::{Value, json};

use super::super::output::{counted, grouped, letter, paragraph, plain};
use super::findings::EntityFinding;
use super::judge::EntitiesJudged;
use super::rules;
use crate::report::events::Severity;

/// Name and version of the format.
const FORMAT: &str = "chargeproof-entities/1";

impl EntitiesJudged {
    /// Whether any finding contradicts stated text.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.findings.iter().any(|finding| finding.level == Severity::E)
    }

    /// How many records were judged.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.entities.iter().map(|entity| entity.rows).sum()
    }

    /// The findings as the JSON format that `docs/schemas/entities.schema.json` describes.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let entities = self.entities.iter().map(|entity| {
            json!({ "entity": entity.name, "inputs": entity.inputs, "rows": entity.rows, "names": entity.names })
        });
        let findings = self.findings.iter().map(|finding| {
            let examples = finding.examples.iter().map(
                |example| json!({ "input": example.input, "row": example.row, "message": example.message }),
            );
            json!({
                "rule": finding.rule,
                "level": letter(finding.level),
                "entity": finding.entity,
                "field": finding.field,
                "count": finding.count,
                "examples": examples.collect::<Value>(),
            })
        });
        let not_applied =
            self.not_applied.iter().map(|(rule, needs)| json!({ "rule": rule, "needs": needs }));
        json!({
            "format": FORMAT,
            "folder": self.folder,
            "entities": entities.collect::<Value>(),
            "findings": findings.collect::<Value>(),
            "not_applied": not_applied.collect::<Value>(),
        })
    }

    /// The findings as text of at most 80 columns. Notes are told by rule only: they are many and ask for nothing.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        paragraph(&mut text, "", &format!("Entities from {}", plain(&self.folder)));
        for entity in &self.entities {
            let rows = counted(entity.rows, "row");
            let line = format!("  {:<47} {rows:>14}  {}", entity.name, entity.names);
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let of =
            |level: Severity| self.findings.iter().filter(|finding| finding.level == level).count() as u64;
        let summary = format!(
            "{} judged: {}, {}, {}",
            counted(self.rows(), "row"),
            counted(of(Severity::E), "error"),
            counted(of(Severity::W), "warning"),
            counted(of(Severity::I), "note")
        );
        paragraph(&mut text, "", &summary);
        for (rule, needs) in &self.not_applied {
            paragraph(&mut text, "", &format!("Not applied without {needs}: {rule}"));
        }
        for finding in self.findings.iter().filter(|finding| finding.level > Severity::I) {
            render(&mut text, finding);
        }
        self.notes(&mut text);
        text
    }

    fn notes(&self, text: &mut String) {
        let mut notes = self.findings.iter().filter(|finding| finding.level == Severity::I).peekable();
        if notes.peek().is_some() {
            text.push_str("\nNotes\n");
        }
        for finding in notes {
            let message = finding.examples.first().map(|example| plain(&example.message)).unwrap_or_default();
            let count = counted(finding.count, "time");
            paragraph(text, "   ", &format!("{}  {}, {count}: {message}", finding.rule, place(finding)));
        }
    }
}

fn place(finding: &EntityFinding) -> String {
    match (finding.entity.as_str(), finding.field.as_str()) {
        ("", _) => finding.examples.first().map(|example| plain(&example.input)).unwrap_or_default(),
        (entity, "") => entity.to_owned(),
        (entity, field) => format!("{entity} {}", plain(field)),
    }
}

fn render(text: &mut String, finding: &EntityFinding) {
    text.push('\n');
    let count = counted(finding.count, "time");
    paragraph(text, "", &format!("{}  {}  {}  {count}", letter(finding.level), finding.rule, place(finding)));
    let rule = rules::find(finding.rule);
    if let Some(rule) = rule {
        paragraph(text, "   ", rule.says);
    }
    for example in &finding.examples {
        let row = if example.row == 0 { String::new() } else { format!("row {} of ", grouped(example.row)) };
        paragraph(text, "     ", &format!("{row}{}: {}", plain(&example.input), plain(&example.message)));
    }
    let more = finding.count.saturating_sub(finding.examples.len() as u64);
    if more > 0 {
        paragraph(text, "     ", &format!("and {} more", grouped(more)));
    }
    if let Some(rule) = rule {
        paragraph(text, "   ", &format!("What to do: {}", rule.advice));
    }
}
