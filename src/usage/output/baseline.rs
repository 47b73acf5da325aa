//! Leaves out what an earlier report found already.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

use super::super::engine::Judged;
use super::json::FORMAT;
use super::text::letter;

impl Judged {
    /// Keeps what is new since an earlier JSON report: findings that it does not have, and the growth of those that it
    /// has. Examples are the same if correlation ID and message are; rows move when an export grows.
    ///
    /// # Errors
    ///
    /// When the text is no report of this kind.
    pub fn without(&mut self, report: &str) -> Result<(), String> {
        let report: Value =
            serde_json::from_str(report).map_err(|error| format!("it is no JSON: {error}"))?;
        if report["format"] != FORMAT {
            return Err(format!("it is no report of usage rows; make one with --json (format {FORMAT})"));
        }
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        let mut known = HashSet::new();
        for finding in report["findings"].as_array().into_iter().flatten() {
            let key = (text(&finding["rule"]), text(&finding["level"]));
            *counts.entry(key).or_default() += finding["count"].as_u64().unwrap_or_default();
            for example in finding["examples"].as_array().into_iter().flatten() {
                known.insert((key, text(&example["correlation_id"]), text(&example["message"])));
            }
        }
        for finding in &mut self.checked.findings {
            let key = (finding.rule.as_str(), letter(finding.level));
            let before = counts.get(&key).copied().unwrap_or_default();
            finding.count = finding.count.saturating_sub(before);
            finding.examples.retain(|example| {
                !known.contains(&(key, example.correlation_id.as_str(), example.message.as_str()))
            });
        }
        self.checked.findings.retain(|finding| finding.count > 0);
        Ok(())
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
