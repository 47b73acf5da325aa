//! Findings as they are made: counted per rule and level, with the first few rows as examples.
//!
//! Group rules report late and in no order, so the examples kept are those with the smallest row numbers.
//! That makes the outcome independent of the order in which groups close.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::report::events::{Finding, FindingExample, Severity};

/// How many examples a finding keeps, unless told otherwise.
pub(super) const EXAMPLES: usize = 5;

/// Which row a finding is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    /// Row number from 1.
    pub(super) row: u64,
    /// Correlation ID, empty when the row has none.
    pub(super) correlation: &'a str,
    /// When the usage happened, where that is known.
    pub(super) time_ms: Option<i64>,
}

/// How many rows break a rule, by rule, level and day since 1970.
pub(super) type Days = BTreeMap<(&'static str, Severity, i64), u64>;

const DAY_MS: i64 = 86_400_000;

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    examples: Vec<FindingExample>,
}

/// Everything found so far.
#[derive(Debug)]
pub(super) struct Findings {
    tallies: BTreeMap<(Reverse<Severity>, &'static str), Tally>,
    kept: usize,
    days: Days,
}

impl Default for Findings {
    fn default() -> Self {
        Self::keeping(EXAMPLES)
    }
}

impl Findings {
    /// Nothing yet, and so many examples of each finding.
    pub(super) fn keeping(kept: usize) -> Self {
        Self { tallies: BTreeMap::new(), kept: kept.max(1), days: Days::new() }
    }

    /// One row breaks a rule.
    pub(super) fn add(&mut self, rule: &'static str, level: Severity, at: At<'_>, message: String) {
        self.add_counted(rule, level, 1, at, message);
    }

    /// Several rows break a rule; `at` is the first of them.
    pub(super) fn add_counted(
        &mut self,
        rule: &'static str,
        level: Severity,
        count: u64,
        at: At<'_>,
        message: String,
    ) {
        let tally = self.tallies.entry((Reverse(level), rule)).or_default();
        tally.count += count;
        if let Some(time) = at.time_ms {
            *self.days.entry((rule, level, time.div_euclid(DAY_MS))).or_default() += count;
        }
        let full = tally.examples.len() >= self.kept;
        if full && tally.examples.last().is_some_and(|last| last.row <= at.row) {
            return;
        }
        let place = tally.examples.partition_point(|example| example.row <= at.row);
        let example = FindingExample { row: at.row, correlation_id: at.correlation.to_owned(), message };
        tally.examples.insert(place, example);
        tally.examples.truncate(self.kept);
    }

    /// Takes over what was found in later rows; `before` rows came before the first of them.
    pub(super) fn absorb(&mut self, later: Findings, before: u64) {
        for (key, count) in later.days {
            *self.days.entry(key).or_default() += count;
        }
        for ((Reverse(level), rule), tally) in later.tallies {
            let kept = tally.examples.len() as u64;
            for example in tally.examples {
                let at =
                    At { row: example.row + before, correlation: &example.correlation_id, time_ms: None };
                self.add(rule, level, at, example.message);
            }
            if let Some(mine) = self.tallies.get_mut(&(Reverse(level), rule)) {
                mine.count += tally.count - kept.min(tally.count);
            }
        }
    }

    /// The days on which rules were broken.
    pub(super) fn take_days(&mut self) -> Days {
        std::mem::take(&mut self.days)
    }

    /// The findings, most severe first, then by rule.
    pub(super) fn into_sorted(self) -> Vec<Finding> {
        self.tallies
            .into_iter()
            .map(|((Reverse(level), rule), tally)| Finding {
                rule: rule.to_owned(),
                level,
                count: tally.count,
                examples: tally.examples,
            })
            .collect()
    }
}

/// What a row rule writes its findings on: it knows the rule and the row, the check says the rest.
pub(super) struct Sheet<'a> {
    findings: &'a mut Findings,
    rule: &'static str,
    at: At<'a>,
}

impl<'a> Sheet<'a> {
    /// A sheet for one rule and one row.
    pub(super) fn new(findings: &'a mut Findings, rule: &'static str, at: At<'a>) -> Self {
        Self { findings, rule, at }
    }

    /// The row breaks the rule at this level.
    pub(super) fn note(&mut self, level: Severity, message: impl Into<String>) {
        self.findings.add(self.rule, level, self.at, message.into());
    }

    /// The row contradicts stated text.
    pub(super) fn error(&mut self, message: impl Into<String>) {
        self.note(Severity::E, message);
    }

    /// The row contradicts an inference.
    pub(super) fn warn(&mut self, message: impl Into<String>) {
        self.note(Severity::W, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_are_the_examples_whatever_the_order() {
        let mut findings = Findings::default();
        for row in [9, 8, 7, 6, 5, 4, 3, 2, 1] {
            findings.add(
                "WH-USAGE-055",
                Severity::E,
                At { row, correlation: "", time_ms: None },
                String::new(),
            );
        }
        findings.add(
            "WH-USAGE-010",
            Severity::I,
            At { row: 1, correlation: "", time_ms: None },
            String::new(),
        );
        let sorted = findings.into_sorted();
        assert_eq!(sorted[0].count, 9);
        let rows: Vec<u64> = sorted[0].examples.iter().map(|example| example.row).collect();
        assert_eq!(rows, [1, 2, 3, 4, 5]);
        assert_eq!(sorted[1].level, Severity::I);
    }
}
