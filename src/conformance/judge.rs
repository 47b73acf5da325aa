//! The usage rules, applied to the rows of every scenario that left any.

use std::collections::BTreeMap;

use super::check::{Place, Stepped};
use super::record::lock;
use super::stage::Stage;
use crate::report::events::{Finding, Level, Severity, UsageChecked};
use crate::usage::{Forms, Judge, Settings};

/// The name under which the rows of a run are reported.
const SOURCE: &str = "conformance";

/// How many examples of a finding are kept for the whole run.
const EXAMPLES: usize = 5;

/// How many rows a scenario can leave at most.
pub(super) const ROW_LIMIT: u64 = 10_000;

/// What the usage rules found in all rows of a run.
#[derive(Debug, Default)]
pub(super) struct Totals {
    rows: u64,
    rules: u64,
    findings: BTreeMap<(String, Severity), Finding>,
}

impl Totals {
    /// Adds what was found in the rows of one scenario; row numbers go on where the last scenario ended.
    fn add(&mut self, checked: UsageChecked) {
        for mut finding in checked.findings {
            for example in &mut finding.examples {
                example.row += self.rows;
            }
            let key = (finding.rule.clone(), finding.level);
            match self.findings.get_mut(&key) {
                Some(known) => {
                    known.count += finding.count;
                    known.examples.extend(finding.examples);
                    known.examples.truncate(EXAMPLES);
                }
                None => {
                    self.findings.insert(key, finding);
                }
            }
        }
        self.rows += checked.rows;
        self.rules = self.rules.max(checked.rules);
    }

    /// One event for the whole run; none when there were no rows.
    pub(super) fn finish(&mut self) -> Option<UsageChecked> {
        let totals = std::mem::take(self);
        (totals.rows > 0).then(|| UsageChecked {
            source: SOURCE.to_owned(),
            rows: totals.rows,
            rules: totals.rules,
            findings: totals.findings.into_values().collect(),
        })
    }
}

/// Applies every usage rule to rows in NDJSON. Also says which forms the rows have.
pub(super) fn judge(rows: &str, settings: &Settings) -> (UsageChecked, Forms) {
    let mut judge = Judge::new(settings.clone());
    for line in rows.lines().filter(|line| !line.trim().is_empty()) {
        judge.line(line);
    }
    judge.finish_with_forms(SOURCE)
}

impl Stage {
    /// Judges the rows that the scenario left. A finding against stated text fails the scenario, which is why
    /// this happens after every scenario and not only after those about usage.
    pub(super) async fn judge_rows(&mut self, place: &Place) {
        if !self.context.abilities.usage_rows || self.site.is_none() {
            return;
        }
        let rows = match self.rows_text(place.clone()).await {
            Ok(rows) => rows,
            Err(error) => return self.record.fault(&format!("the usage rows could not be read: {error}")),
        };
        if rows.trim().is_empty() {
            return;
        }
        let (checked, _) = judge(&rows, &self.usage);
        if !self.rules_checked {
            // The outcome is in the record; there is no step left to stop.
            self.assert_rules(place, &checked).ok();
        }
        lock(&self.context.usage).add(checked);
    }

    /// One check that does not hold for each usage rule that the rows contradict. What contradicts stated text
    /// fails; a deviation from what is merely inferred warns, by the level of its requirement.
    pub(super) fn assert_rules(&self, place: &Place, checked: &UsageChecked) -> Stepped {
        let mut stepped = Ok(());
        for finding in &checked.findings {
            let rule = self.context.registry.get(&finding.rule);
            let warns = rule.is_some_and(|rule| rule.level == Level::Should);
            if finding.level != Severity::E && !(finding.level == Severity::W && warns) {
                continue;
            }
            if rule.is_some_and(|rule| !self.context.has(&rule.capability)) {
                continue;
            }
            let expected =
                rule.map_or_else(|| format!("rows that keep {}", finding.rule), |rule| rule.text.clone());
            let first = finding.examples.first();
            let example =
                first.map(|first| format!(": row {}: {}", first.row, first.message)).unwrap_or_default();
            let actual = format!("{} of {} rows break it{example}", finding.count, checked.rows);
            let rules = std::slice::from_ref(&finding.rule);
            stepped = stepped.and(self.check(place.clone(), rules, expected, actual, false));
        }
        stepped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::events::FindingExample;

    fn checked(rows: u64, row: u64) -> UsageChecked {
        let example =
            FindingExample { row, correlation_id: String::new(), message: "13 is not 14".to_owned() };
        let rule = "WH-USAGE-055".to_owned();
        let finding = Finding { rule, level: Severity::E, count: 1, examples: vec![example] };
        UsageChecked { source: SOURCE.to_owned(), rows, rules: 60, findings: vec![finding] }
    }

    #[test]
    fn totals_add_up_and_rows_keep_their_order() {
        let mut totals = Totals::default();
        totals.add(checked(4, 2));
        totals.add(checked(3, 1));
        let sum = totals.finish().unwrap();
        assert_eq!((sum.rows, sum.rules, sum.findings.len()), (7, 60, 1));
        assert_eq!(sum.findings[0].count, 2);
        let rows: Vec<u64> = sum.findings[0].examples.iter().map(|example| example.row).collect();
        assert_eq!(rows, [2, 5]);
    }

    #[test]
    fn no_rows_are_no_event() {
        assert!(Totals::default().finish().is_none());
    }
}
