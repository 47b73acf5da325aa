//! Takes prepared chunks in the order of the input: numbers their rows, adds up what was found, and feeds the groups.

use std::io;

use super::super::compact::Compact;
use super::super::findings::{At, Days};
use super::super::forms::Forms;
use super::super::groups::{Book, Groups};
use super::super::reading::INPUT;
use super::super::settings::Settings;
use super::order::Order;
use super::prepared::{Prepared, SeenColumns};
use crate::report::events::{Finding, Severity};

/// One input and the rows in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputRows {
    /// Name of the file, or "standard input".
    pub name: String,
    /// How many records it has, unreadable ones included.
    pub rows: u64,
    /// How many lines, where it has lines.
    lines: u64,
}

/// Everything that depends on the order of rows.
pub(super) struct Serial {
    groups: Groups,
    book: Book,
    order: Order,
    columns: Option<SeenColumns>,
    rows: u64,
    pub(super) inputs: Vec<InputRows>,
    /// Rows could not be kept on disk.
    failed: Option<io::Error>,
}

/// What came of all rows.
pub(super) struct Outcome {
    pub(super) rows: u64,
    pub(super) findings: Vec<Finding>,
    pub(super) forms: Forms,
    pub(super) inputs: Vec<InputRows>,
    pub(super) disordered: bool,
    pub(super) unsigned: Vec<u64>,
    pub(super) days: Days,
}

impl Serial {
    pub(super) fn new(settings: &Settings, order: Order) -> Self {
        Self {
            groups: Groups::new(settings),
            book: Book::new(settings),
            order,
            columns: None,
            rows: 0,
            inputs: Vec::new(),
            failed: None,
        }
    }

    /// Takes the next chunk, which is of this input.
    pub(super) fn take(&mut self, input: usize, name: &str, mut prepared: Prepared) {
        while self.inputs.len() <= input {
            self.inputs.push(InputRows::default());
        }
        let before = self.rows;
        self.rows += prepared.records;
        let lines = {
            let input = &mut self.inputs[input];
            if input.name.is_empty() {
                name.clone_into(&mut input.name);
            }
            let lines = input.lines;
            input.rows += prepared.records;
            input.lines += prepared.lines;
            lines
        };
        for record in prepared.unreadable {
            let message = format!("{name} line {}: {}", lines + record.line, record.reason);
            let at = At { row: before + record.record, correlation: "", time_ms: None };
            self.book.findings.add(INPUT, Severity::E, at, message);
        }
        if let Some(reason) = prepared.broken {
            let at = At { row: self.rows.max(1), correlation: "", time_ms: None };
            self.book.findings.add(INPUT, Severity::E, at, format!("{name}: {reason}"));
        }
        self.book.findings.absorb(prepared.findings, before);
        if let Some(mut seen) = prepared.columns {
            seen.first_row += before;
            SeenColumns::see(&mut self.columns, seen);
        }
        for seen in prepared.forms {
            let correlation = seen.correlation.to_string();
            let at = At { row: seen.row + before, correlation: &correlation, time_ms: None };
            self.book.forms.record_all(seen.family, seen.forms, seen.count, at);
        }
        for row in &mut prepared.rows {
            row.row += before;
        }
        if let Err(error) = self.order.push(prepared.rows, &mut self.groups, &mut self.book) {
            self.failed.get_or_insert(error);
        }
    }

    /// Whether the rows have to be read again, so that nothing that is found now counts.
    pub(super) fn is_in_vain(&self) -> bool {
        self.order.was_disordered()
    }

    /// Memory of rows that are not needed any more, to be filled again.
    pub(super) fn emptied(&mut self) -> Option<Vec<Compact>> {
        self.groups.emptied()
    }

    /// There are no more rows.
    pub(super) fn finish(mut self) -> io::Result<Outcome> {
        self.order.finish(&mut self.groups, &mut self.book)?;
        let unsigned = self.groups.finish(&mut self.book);
        if let Some(error) = self.failed {
            return Err(error);
        }
        let Book { mut findings, forms } = self.book;
        for input in self.inputs.iter().filter(|input| input.rows == 0) {
            let at = At { row: self.rows.max(1), correlation: "", time_ms: None };
            findings.add(INPUT, Severity::I, at, format!("{} holds no rows", input.name));
        }
        if let Some(columns) = &self.columns {
            columns.judge(&mut findings);
        }
        forms.judge(&mut findings);
        Ok(Outcome {
            rows: self.rows,
            days: findings.take_days(),
            findings: findings.into_sorted(),
            forms: forms.forms(),
            inputs: self.inputs,
            disordered: self.order.was_disordered(),
            unsigned,
        })
    }
}
