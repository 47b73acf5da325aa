//! Reads the records of a chunk and applies the rules on single rows to them.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::Value;

use super::super::cases::Facts;
use super::super::compact::Compact;
use super::super::compact::draft::Draft;
use super::super::compact::hash::HashedMap;
use super::super::compact::tokens::Tokens;
use super::super::findings::{At, Sheet};
use super::super::forms::Form;
use super::super::reading::INPUT;
use super::super::row::Row;
use super::super::rules::{Rule, rules};
use super::super::settings::Settings;
use super::super::source::{Chunk, Dictionaries, Layout};
use super::prepared::Prepared;

/// Reads chunks. Every thread has its own, since it remembers what it has parsed.
pub(in crate::usage) struct Preparer<'a> {
    settings: &'a Settings,
    row_rules: Vec<&'static Rule>,
    pub(in crate::usage) tokens: Tokens<'a>,
    /// Rows that are refunds without a sign, and how many rows came before the chunk. Known to a second reading only.
    unsigned: &'a [u64],
    before: u64,
    pub(super) done: Prepared,
    /// The keys of the latest JSON object.
    pub(in crate::usage) layout: Option<Arc<Layout>>,
    pub(in crate::usage) layouts: HashedMap<Arc<Layout>>,
    /// Memory for the rows of a batch, and the dictionaries that were looked at last.
    pub(in crate::usage) drafts: Vec<Draft>,
    pub(in crate::usage) dictionaries: Dictionaries,
}

impl<'a> Preparer<'a> {
    pub(super) fn new(settings: &'a Settings, unsigned: &'a [u64]) -> Self {
        Self {
            settings,
            row_rules: rules().iter().filter(|rule| rule.is_row_rule()).collect(),
            tokens: Tokens::new(settings),
            unsigned,
            before: 0,
            done: Prepared::keeping(settings.examples),
            layout: None,
            layouts: HashedMap::default(),
            drafts: Vec::new(),
            dictionaries: Dictionaries::default(),
        }
    }

    /// Judges the rows of a chunk one by one. Rows are put into `spare`, which is empty.
    pub(super) fn prepare(&mut self, chunk: Chunk, spare: Vec<Compact>) -> Prepared {
        self.done.rows = spare;
        match chunk {
            Chunk::Lines(bytes) => self.lines(&bytes),
            Chunk::Elements(bytes, places) => self.elements(&bytes, &places),
            Chunk::Delimited(bytes, start, header) => self.delimited(&bytes, start, &header),
            Chunk::Arrow(batch, layout) => self.batch(&batch, &layout),
            Chunk::Values(rows) => rows.iter().for_each(|row| self.value(row)),
            Chunk::Broken(reason) => self.done.broken = Some(reason),
        }
        self.before += self.done.records;
        std::mem::replace(&mut self.done, Prepared::keeping(self.settings.examples))
    }

    /// Begins a record; returns its number.
    pub(in crate::usage) fn record(&mut self) -> u64 {
        self.done.records += 1;
        self.done.records
    }

    /// The lines of the chunk up to the record that comes.
    pub(in crate::usage) fn at_line(&mut self, line: u64) {
        self.done.lines = line;
    }

    /// One more line.
    pub(in crate::usage) fn next_line(&mut self) {
        self.done.lines += 1;
    }

    /// A record that cannot be read.
    pub(in crate::usage) fn unreadable(&mut self, reason: String) {
        self.done.unreadable(reason);
    }

    /// A row that came as a value.
    fn value(&mut self, value: &Value) {
        self.record();
        self.done.lines += 1;
        self.in_full(value);
    }

    /// Takes a row without reading it in full, if nothing about it is unusual.
    pub(in crate::usage) fn at_once(&mut self, draft: &mut Draft, layout: &Layout) -> bool {
        let Some(facts) = draft.facts(self.settings.formulas) else { return false };
        if !draft.is_ordinary(&facts) || self.is_unsigned() {
            return false;
        }
        let row = self.done.records;
        for fault in &layout.faults {
            let correlation = draft.correlation.to_string();
            let at = At { row, correlation: &correlation, time_ms: None };
            self.done.findings.add(fault.rule, fault.level, at, fault.message.clone());
        }
        let (columns, data_access, mut forms) = (draft.columns, draft.data_access, draft.forms);
        let compact = draft.compact(row, facts);
        if facts.refund {
            forms.insert(refund_form(compact.quantity, false));
        }
        self.done.see(columns, data_access, forms, &compact);
        self.done.rows.push(compact);
        true
    }

    /// Reads a row in full, and lets every rule have its word.
    pub(in crate::usage) fn in_full(&mut self, value: &Value) {
        let (mut row, mut faults) = Row::from_json(self.done.records, value);
        if let Some(fault) = faults.iter_mut().find(|fault| fault.rule == INPUT) {
            let reason = std::mem::take(&mut fault.message);
            return self.unreadable(reason);
        }
        for fault in faults {
            self.done.findings.add(fault.rule, fault.level, row.at(), fault.message);
        }
        let unsigned = self.is_unsigned();
        if unsigned {
            row.meter_quantity = row.meter_quantity.map(|tokens| -tokens);
        }
        let facts = Facts::of(&row, self.settings);
        if facts.refund {
            row.forms.insert(refund_form(row.item_quantity, unsigned));
        }
        for rule in &self.row_rules {
            rule.apply(&row, &facts, &mut Sheet::new(&mut self.done.findings, rule.id, row.at()));
        }
        let compact = Compact::of(&row, &facts);
        self.done.see(row.columns, row.data_access, row.forms, &compact);
        self.done.rows.push(compact);
    }

    fn is_unsigned(&self) -> bool {
        !self.unsigned.is_empty() && self.unsigned.binary_search(&(self.before + self.done.records)).is_ok()
    }
}

/// How a refund shows that it is one (WH-USAGE-009).
pub(in crate::usage) fn refund_form(quantity: Option<Decimal>, unsigned: bool) -> Form {
    match (unsigned, quantity.is_some_and(|quantity| quantity.is_sign_negative())) {
        (true, _) => Form::Unsigned,
        (false, true) => Form::NegativeItem,
        (false, false) => Form::NegativeQuantity,
    }
}
