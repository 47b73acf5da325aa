//! What is left of a chunk once it has been read and its rows have been judged one by one.

use super::super::cases::Family;
use super::super::columns::{Column, ColumnSet};
use super::super::compact::{Compact, Correlation};
use super::super::findings::{At, Findings};
use super::super::forms::FormSet;
use super::super::reading::expected_columns;
use crate::report::events::Severity;

const COLUMN_SET: &str = "WH-USAGE-010";

/// Columns that no row leaves empty. Their absence cannot be another way to write NULL.
const NEVER_NULL: ColumnSet = ColumnSet::of(&[
    Column::CorrelationId,
    Column::TenantId,
    Column::UsageTime,
    Column::WriteTime,
    Column::AccountId,
    Column::InstanceId,
    Column::Item,
    Column::ItemQuantity,
    Column::MeterType,
    Column::Meter,
]);

/// The columns of a data set so far.
#[derive(Clone, Copy, Debug)]
pub(in crate::usage) struct SeenColumns {
    pub(in crate::usage) in_any_row: ColumnSet,
    pub(in crate::usage) in_every_row: ColumnSet,
    pub(in crate::usage) data_access: bool,
    pub(in crate::usage) first_row: u64,
}

impl SeenColumns {
    /// Adds a row, or many.
    pub(in crate::usage) fn see(seen: &mut Option<Self>, other: Self) {
        let all = seen.get_or_insert(other);
        all.in_any_row = all.in_any_row.union(other.in_any_row);
        all.in_every_row = all.in_every_row.intersection(other.in_every_row);
    }
}

impl SeenColumns {
    /// WH-USAGE-010. Where rows differ in their keys, a key that is absent is a NULL, and the columns of the
    /// data set cannot be known but for those that are never NULL.
    pub(in crate::usage) fn judge(&self, findings: &mut Findings) {
        let eight = self.in_any_row.intersection(ColumnSet::EIGHT);
        let form = if eight.is_empty() { ColumnSet::NARROW } else { ColumnSet::WIDE };
        let mut missing = expected_columns(form, self.data_access).without(self.in_any_row);
        if self.in_any_row != self.in_every_row {
            missing = missing.intersection(NEVER_NULL);
        }
        if !missing.is_empty() {
            let message = format!("the data set lacks {}", missing.names().join(", "));
            let at = At { row: self.first_row, correlation: "", time_ms: None };
            findings.add(COLUMN_SET, Severity::W, at, message);
        }
    }
}

/// Rows of one kind in the same forms.
pub(super) struct FormsSeen {
    pub(super) family: Family,
    pub(super) forms: FormSet,
    pub(super) count: u64,
    pub(super) row: u64,
    pub(super) correlation: Correlation,
}

/// A record that cannot be read.
pub(super) struct Unreadable {
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) reason: String,
}

/// A chunk, judged row by row. Rows, records and lines count from 1 within the chunk.
#[derive(Default)]
pub(super) struct Prepared {
    pub(super) records: u64,
    pub(super) lines: u64,
    pub(super) rows: Vec<Compact>,
    pub(super) findings: Findings,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) columns: Option<SeenColumns>,
    pub(super) forms: Vec<FormsSeen>,
    /// The input cannot be read any further, or at all.
    pub(super) broken: Option<String>,
}

impl Prepared {
    /// Nothing yet, and room for so many examples of each finding.
    pub(super) fn keeping(examples: usize) -> Self {
        Self { findings: Findings::keeping(examples), ..Self::default() }
    }

    pub(super) fn unreadable(&mut self, reason: String) {
        self.unreadable.push(Unreadable { record: self.records, line: self.lines, reason });
    }

    /// Counts the columns and forms of a row.
    pub(super) fn see(&mut self, columns: ColumnSet, data_access: bool, forms: FormSet, row: &Compact) {
        let seen =
            SeenColumns { in_any_row: columns, in_every_row: columns, data_access, first_row: row.row };
        SeenColumns::see(&mut self.columns, seen);
        let family = row.facts.family;
        // The latest kind of row is the likeliest to come again.
        match self.forms.iter_mut().rev().find(|seen| seen.forms == forms && seen.family == family) {
            Some(seen) => seen.count += 1,
            None => {
                let correlation = row.correlation.clone();
                self.forms.push(FormsSeen { family, forms, count: 1, row: row.row, correlation });
            }
        }
    }
}
