//! Judges rows one after the other, as they are handed over.

use std::io;

use serde_json::Value;

use super::cases::Facts;
use super::compact::Compact;
use super::engine::{Order, SeenColumns, refund_form};
use super::findings::{At, Sheet};
use super::forms::Forms;
use super::groups::{Book, Groups};
use super::reading::INPUT;
use super::row::{Row, RowFault};
use super::rules::{Rule, rules};
use super::settings::Settings;
use super::unsigned::Totals;
use crate::report::events::{Severity, UsageChecked};

/// How many rows are handed on together.
const PENDING: usize = 2_048;

/// A streaming judge of usage rows.
pub struct Judge {
    settings: Settings,
    row_rules: Vec<&'static Rule>,
    groups: Groups,
    book: Book,
    order: Order,
    /// Rows that have not been handed on yet.
    pending: Vec<Compact>,
    failed: Option<io::Error>,
    columns: Option<SeenColumns>,
    totals: Totals,
    rows: u64,
    lines: u64,
}

impl Judge {
    /// A judge that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            row_rules: rules().iter().filter(|rule| rule.is_row_rule()).collect(),
            groups: Groups::new(&settings),
            book: Book::new(&settings),
            order: Order::whole(),
            pending: Vec::new(),
            failed: None,
            columns: None,
            totals: Totals::default(),
            rows: 0,
            lines: 0,
            settings,
        }
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
                let at = At { row: self.rows, correlation: "", time_ms: None };
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
        if facts.refund {
            row.forms.insert(refund_form(row.item_quantity, unsigned));
        }
        self.book.forms.record_all(facts.family, row.forms, 1, row.at());
        for rule in &self.row_rules {
            rule.apply(&row, &facts, &mut Sheet::new(&mut self.book.findings, rule.id, row.at()));
        }
        self.pending.push(Compact::of(&row, &facts));
        if self.pending.len() >= PENDING {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        let kept = self.order.push(std::mem::take(&mut self.pending), &mut self.groups, &mut self.book);
        self.failed = self.failed.take().or(kept.err());
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
        self.hand_on();
        let sorted = self.order.finish(&mut self.groups, &mut self.book);
        self.groups.finish(&mut self.book);
        let Book { mut findings, forms } = self.book;
        if let Some(error) = self.failed.take().or(sorted.err()) {
            let message = format!("rows could not be kept on disk and are not judged together: {error}");
            findings.add(INPUT, Severity::E, At { row: self.rows, correlation: "", time_ms: None }, message);
        }
        if let Some(columns) = &self.columns {
            columns.judge(&mut findings);
        }
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
        format!("line {}", self.lines)
    }

    fn see_columns(&mut self, row: &Row) {
        let columns = row.columns();
        let seen = SeenColumns {
            in_any_row: columns,
            in_every_row: columns,
            data_access: row.data_access,
            first_row: row.number,
        };
        SeenColumns::see(&mut self.columns, seen);
    }
}
