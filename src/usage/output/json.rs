//! What was found, for machines: `chargeproof-usage/1`.

use serde_json::{Value, json};

use super::super::engine::Judged;
use super::super::forms::Forms;
use super::text::letter;
use crate::report::events::UsageChecked;

/// Name and version of the format.
pub(super) const FORMAT: &str = "chargeproof-usage/1";

/// The findings as the JSON format `chargeproof-usage/1`, described by `docs/schemas/usage.schema.json`.
#[must_use]
pub fn to_json(checked: &UsageChecked, forms: &Forms) -> Value {
    let findings: Vec<Value> = checked
        .findings
        .iter()
        .map(|finding| {
            let examples: Vec<Value> = finding
                .examples
                .iter()
                .map(|example| {
                    json!({
                        "row": example.row,
                        "correlation_id": example.correlation_id,
                        "message": example.message,
                    })
                })
                .collect();
            let level = letter(finding.level);
            json!({ "rule": finding.rule, "level": level, "count": finding.count, "examples": examples })
        })
        .collect();
    json!({ "format": FORMAT, "rows": checked.rows, "forms": forms, "findings": findings })
}

impl Judged {
    /// The findings as JSON, with the inputs in which their rows are and the rules that were not applied.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut report = to_json(&self.checked, &self.forms);
        for finding in report["findings"].as_array_mut().into_iter().flatten() {
            for example in finding["examples"].as_array_mut().into_iter().flatten() {
                if let Some((input, row)) = example["row"].as_u64().and_then(|row| self.place(row)) {
                    example["input"] = json!(input);
                    example["input_row"] = json!(row);
                }
            }
        }
        let inputs = self.inputs.iter().map(|input| json!({ "name": input.name, "rows": input.rows }));
        report["inputs"] = inputs.collect();
        let left = self.not_applied().into_iter().flat_map(|(need, rules)| {
            rules.into_iter().map(move |rule| json!({ "rule": rule, "needs": need.flag() }))
        });
        report["not_applied"] = left.collect();
        report
    }
}
