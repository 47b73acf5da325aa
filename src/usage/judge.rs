//! Judges rows one after the other and remembers only what its rules still need.

use serde_json::Value;

use super::cases::{Facts, Family};
use super::columns::{Column, ColumnSet};
use super::findings::{At, Findings, Sheet};
use super::forms::{Form, FormBook, Forms};
use super::groups::{Book, Groups};
use super::reading::{INPUT, expected_columns};
use super::row::{Row, RowFault};
use super::rules::{Rule, rules};
use super::settings::Settings;
use super::unsigned::Totals;
use crate::report::events::{Severity, UsageChecked};

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

/// The columns of the data set so far.
struct SeenColumns {
    in_any_row: ColumnSet,
    in_every_row: ColumnSet,
    data_access: bool,
    first_row: u64,
}

/// A streaming judge of usage rows.
pub struct Judge {
    settings: Settings,
    row_rules: Vec<&'static Rule>,
    groups: Groups,
    book: Book,
    columns: Option<SeenColumns>,
    totals: Totals,
    rows: u64,
    input: String,
    lines: u64,
}

impl Judge {
    /// A judge that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            row_rules: rules().iter().filter(|rule| rule.is_row_rule()).collect(),
            groups: Groups::new(settings.charge_period_ms),
            book: Book { findings: Findings::default(), forms: FormBook::new() },
            columns: None,
            totals: Totals::default(),
            rows: 0,
            input: String::new(),
            lines: 0,
            settings,
        }
    }

    /// Lines come from this input from now on, and are counted anew.
    pub(super) fn begin_input(&mut self, name: &str) {
        name.clone_into(&mut self.input);
        self.lines = 0;
    }

    /// Judges one line of JSON Lines. Blank lines are skipped; a line that is no JSON object is a finding.
    pub fn line(&mut self, text: &str) {
        self.lines += 1;
        // Some exports begin with a byte order mark.
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return;
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => {
                let (row, mut faults) = Row::from_json(self.rows + 1, &value);
                for fault in faults.iter_mut().filter(|fault| fault.rule == INPUT) {
                    fault.message = format!("{}: {}", self.place(), fault.message);
                }
                self.row(row, faults);
            }
            Err(error) => {
                let reason = if error.is_eof() {
                    "the line ends in the middle of a record".to_owned()
                } else {
                    format!("no JSON at column {}", error.column())
                };
                self.rows += 1;
                let message = format!("{}: {reason}", self.place());
                let at = At { row: self.rows, correlation: "" };
                self.book.findings.add(INPUT, Severity::E, at, message);
            }
        }
    }

    /// Judges one row that was read by [`Row::from_json`].
    pub fn row(&mut self, mut row: Row, faults: Vec<RowFault>) {
        self.rows += 1;
        let unreadable = faults.iter().any(|fault| fault.rule == INPUT);
        for fault in faults {
            self.book.findings.add(fault.rule, fault.level, row.at(), fault.message);
        }
        if unreadable {
            return;
        }
        self.see_columns(&row);
        let unsigned = self.totals.gives_back(&row);
        if unsigned {
            row.meter_quantity = row.meter_quantity.map(|tokens| -tokens);
        }
        let facts = Facts::of(&row, &self.settings);
        self.book.forms.record_all(facts.family, row.forms, row.at());
        if facts.refund {
            let negative_item = row.item_quantity.is_some_and(|quantity| quantity.is_sign_negative());
            let form = match (unsigned, negative_item) {
                (true, _) => Form::Unsigned,
                (false, true) => Form::NegativeItem,
                (false, false) => Form::NegativeQuantity,
            };
            self.book.forms.record(Family::Elastic, form, row.at());
        }
        for rule in &self.row_rules {
            rule.apply(&row, &facts, &mut Sheet::new(&mut self.book.findings, rule.id, row.at()));
        }
        self.groups.take(&row, &facts, &mut self.book);
    }

    /// How many rows have been seen, unreadable ones included.
    #[must_use]
    pub fn rows_seen(&self) -> u64 {
        self.rows
    }

    /// The forms seen so far. Those of groups that are still open come with [`Judge::finish_with_forms`].
    #[must_use]
    pub fn forms(&self) -> Forms {
        self.book.forms.forms()
    }

    /// Closes all groups and hands over what was found.
    #[must_use]
    pub fn finish(self, source: &str) -> UsageChecked {
        self.finish_with_forms(source).0
    }

    /// Closes all groups and hands over what was found, with all forms.
    #[must_use]
    pub fn finish_with_forms(mut self, source: &str) -> (UsageChecked, Forms) {
        self.groups.finish(&mut self.book);
        self.judge_columns();
        let Book { mut findings, forms } = self.book;
        forms.judge(&mut findings);
        let checked = UsageChecked {
            source: source.to_owned(),
            rows: self.rows,
            rules: rules().len() as u64,
            findings: findings.into_sorted(),
        };
        (checked, forms.forms())
    }

    fn place(&self) -> String {
        if self.input.is_empty() {
            format!("line {}", self.lines)
        } else {
            format!("{} line {}", self.input, self.lines)
        }
    }

    fn see_columns(&mut self, row: &Row) {
        let columns = row.columns();
        let seen = self.columns.get_or_insert(SeenColumns {
            in_any_row: columns,
            in_every_row: columns,
            data_access: row.data_access,
            first_row: row.number,
        });
        seen.in_any_row = seen.in_any_row.union(columns);
        seen.in_every_row = seen.in_every_row.intersection(columns);
    }

    /// WH-USAGE-010. Where rows differ in their keys, a key that is absent is a NULL, and the columns of the
    /// data set cannot be known but for those that are never NULL.
    fn judge_columns(&mut self) {
        let Some(seen) = &self.columns else { return };
        let eight = seen.in_any_row.intersection(ColumnSet::EIGHT);
        let form = if eight.is_empty() { ColumnSet::NARROW } else { ColumnSet::WIDE };
        let mut missing = expected_columns(form, seen.data_access).without(seen.in_any_row);
        if seen.in_any_row != seen.in_every_row {
            missing = missing.intersection(NEVER_NULL);
        }
        if !missing.is_empty() {
            let message = format!("the data set lacks {}", missing.names().join(", "));
            let at = At { row: seen.first_row, correlation: "" };
            self.book.findings.add(COLUMN_SET, Severity::W, at, message);
        }
    }
}
