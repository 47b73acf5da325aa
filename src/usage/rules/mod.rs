//! The rules as data: ID, level, basis, one sentence, advice, and where the check lives.
//!
//! The table holds what rows can decide, alone or with line items, rate tables and the log of a client. The others only
//! tell what is legal (084, 087, 088, 096) or how bad a finding is (098, with formulas in a rate table), or leave open
//! what would break them (081).

mod column_rules;
mod elastic_rules;
mod form_rules;
mod group_rules;
mod license_rules;
pub(super) mod time_rules;

use std::sync::LazyLock;

use super::cases::{self, Facts};
use super::findings::Sheet;
use super::knowledge::Need;
use super::row::Row;
use crate::report::events::Severity;

/// Stated by the field reference of the usage entity.
pub(super) const FIELDS: &str = "documented: usage fields";
/// Stated by the page on usage data of Elastic Access.
pub(super) const ELASTIC: &str = "documented: Elastic Access usage page";
/// Stated by both.
pub(super) const BOTH: &str = "documented: usage fields and Elastic Access usage page";
/// Stated by a page of the user guide or of the API.
pub(super) const GUIDE: &str = "documented: Dynamic Monetization guide and API";
/// Follows from documented rules; no text says it.
pub(super) const INFERRED: &str = "inferred";

/// Where the check of a rule lives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Check {
    /// In reading the row.
    Reading,
    /// In a function of one row.
    Row(fn(&Row, &Facts, &mut Sheet<'_>)),
    /// Across rows, in `groups`, or across the data set.
    Across,
}

/// One usage rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its ID.
    pub id: &'static str,
    /// The highest level at which it reports.
    pub level: Severity,
    /// What it rests on.
    pub basis: &'static str,
    /// What must hold, in a sentence.
    pub says: &'static str,
    /// What to do about a finding.
    pub advice: &'static str,
    /// What it needs beside the rows.
    pub needs: Option<Need>,
    check: Check,
}

impl Rule {
    const fn new(
        id: &'static str,
        level: Severity,
        basis: &'static str,
        says: &'static str,
        advice: &'static str,
        check: Check,
    ) -> Self {
        Self { id, level, basis, says, advice, needs: None, check }
    }

    /// Applies the rule to one row, if it is a rule on single rows.
    pub(super) fn apply(&self, row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
        if let Check::Row(check) = self.check {
            check(row, facts, sheet);
        }
    }

    /// Whether the rule is a function of one row.
    pub(super) fn is_row_rule(&self) -> bool {
        matches!(self.check, Check::Row(_))
    }
}

static CASES: Rule = Rule::new(
    "WH-USAGE-050",
    Severity::E,
    BOTH,
    "Each kind of row has its required columns set and the others NULL.",
    "Compare the row with the NULL-by-case table: the message names its kind and each wrong column.",
    Check::Row(cases::check_cells),
);

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut rules = Vec::new();
    rules.extend_from_slice(form_rules::RULES);
    rules.extend_from_slice(column_rules::RULES);
    rules.push(CASES);
    rules.extend_from_slice(elastic_rules::RULES);
    rules.extend_from_slice(time_rules::RULES);
    rules.extend_from_slice(license_rules::RULES);
    rules.extend_from_slice(group_rules::RULES);
    rules.sort_by_key(|rule| rule.id);
    rules
});

/// Every rule, by ID.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// The rule of an ID.
pub(super) fn find(id: &str) -> Option<&'static Rule> {
    RULES.binary_search_by_key(&id, |rule| rule.id).ok().map(|index| &RULES[index])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_id_is_there_once_and_can_be_found() {
        let ids: BTreeSet<&str> = rules().iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), rules().len());
        assert!(rules().iter().all(|rule| find(rule.id).is_some_and(|found| found.id == rule.id)));
        assert!(find("WH-USAGE-999").is_none());
    }

    #[test]
    fn rules_that_rest_on_inference_never_fail() {
        for rule in rules().iter().filter(|rule| rule.basis == INFERRED) {
            assert_ne!(rule.level, Severity::E, "{}", rule.id);
        }
    }

    #[test]
    fn at_least_25_rules_can_fail() {
        assert!(rules().iter().filter(|rule| rule.level == Severity::E).count() >= 25);
    }
}
