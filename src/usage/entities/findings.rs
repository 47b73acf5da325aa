//! Counts what is found, and keeps the first examples.

use std::collections::BTreeMap;

use super::row::Row;
use crate::report::events::Severity;

/// What is wrong with one field of an entity.
#[derive(Clone, Debug)]
pub struct EntityFinding {
    /// The rule.
    pub rule: &'static str,
    /// How certain it is that this is wrong.
    pub level: Severity,
    /// The entity; empty for a file that names none.
    pub entity: String,
    /// The field or column; empty where a whole record is meant.
    pub field: String,
    /// How many rows.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<EntityExample>,
}

/// One row that is wrong.
#[derive(Clone, Debug)]
pub struct EntityExample {
    /// The file.
    pub input: String,
    /// The record of the file, from 1; 0 where the whole file is meant.
    pub row: u64,
    /// What is wrong with it.
    pub message: String,
}

/// All that was found so far.
pub(super) struct Findings {
    found: BTreeMap<(&'static str, Severity, String, String), EntityFinding>,
    examples: usize,
}

impl Findings {
    pub(super) fn new(examples: usize) -> Self {
        Self { found: BTreeMap::new(), examples }
    }

    /// Adds one row. The last part says what is wrong with it.
    pub(super) fn row(
        &mut self,
        rule: &'static str,
        level: Severity,
        row: &Row<'_>,
        field: &str,
        message: String,
    ) {
        let example = EntityExample { input: row.input.to_owned(), row: row.number, message };
        self.add(rule, level, &row.entity.name, field, example);
    }

    pub(super) fn add(
        &mut self,
        rule: &'static str,
        level: Severity,
        entity: &str,
        field: &str,
        example: EntityExample,
    ) {
        let key = (rule, level, entity.to_owned(), field.to_owned());
        let finding = self.found.entry(key).or_insert_with(|| EntityFinding {
            rule,
            level,
            entity: entity.to_owned(),
            field: field.to_owned(),
            count: 0,
            examples: Vec::new(),
        });
        finding.count += 1;
        if finding.examples.len() < self.examples {
            finding.examples.push(example);
        }
    }

    /// The findings, the most certain first.
    pub(super) fn finish(self) -> Vec<EntityFinding> {
        let mut found: Vec<EntityFinding> = self.found.into_values().collect();
        found.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        found
    }
}
