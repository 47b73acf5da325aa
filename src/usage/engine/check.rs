//! Judges the rows of inputs, in as many readings as they need.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::errors::UsageError;
use super::super::findings::Days;
use super::super::forms::Forms;
use super::super::knowledge::{Knowledge, Need};
use super::super::rules::rules;
use super::super::settings::Settings;
use super::super::source::{Feeder, Input};
use super::order::Order;
use super::pipeline;
use super::serial::{InputRows, Outcome};
use crate::report::events::UsageChecked;

/// Rows that have been judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was found.
    pub checked: UsageChecked,
    /// The documented forms that the rows have.
    pub forms: Forms,
    /// The inputs, in the order in which their rows are numbered.
    pub inputs: Vec<InputRows>,
    /// How many rows of a day break a rule.
    pub(in crate::usage) days: Days,
    knowledge: Arc<Knowledge>,
}

impl Judged {
    /// A verdict by itself.
    #[cfg(test)]
    pub(in crate::usage) fn of(checked: UsageChecked) -> Self {
        Self {
            checked,
            forms: Forms::new(),
            inputs: Vec::new(),
            days: Days::new(),
            knowledge: Arc::default(),
        }
    }

    /// The input that a row is in, and its number there.
    #[must_use]
    pub fn place(&self, row: u64) -> Option<(&str, u64)> {
        let mut before = 0;
        for input in &self.inputs {
            if row <= before + input.rows {
                return Some((&input.name, row - before));
            }
            before += input.rows;
        }
        None
    }

    /// The rules that were not applied, by what they need.
    #[must_use]
    pub fn not_applied(&self) -> BTreeMap<Need, Vec<&'static str>> {
        let mut left: BTreeMap<Need, Vec<&'static str>> = BTreeMap::new();
        for rule in rules() {
            if let Some(need) = rule.needs.filter(|need| !self.knowledge.has(*need)) {
                left.entry(need).or_default().push(rule.id);
            }
        }
        left
    }
}

/// Judges the rows of all inputs as one data set. Rows are numbered through all of them.
///
/// Most data sets are read once. Rows in no order of time are read a second time and sorted, and so are rows with
/// refunds that only a falling total tells, because that is known when their charges have been seen.
///
/// # Errors
///
/// When rows cannot be kept on disk. What is wrong with inputs and rows is a finding, not an error.
pub fn check(inputs: &[Input], settings: &Settings) -> Result<Judged, UsageError> {
    let run = |order, unsigned: &[u64]| -> Result<Outcome, UsageError> {
        pipeline::run(Feeder::new(inputs), settings, order, unsigned)
            .map_err(|source| UsageError::NoRoom { source })
    };
    let mut outcome = run(Order::window(), &[])?;
    let disordered = outcome.disordered;
    if disordered {
        outcome = run(Order::whole(), &[])?;
    }
    // Where refunds have a sign, a total that falls is a break and no refund.
    let signed =
        outcome.forms.get("WH-USAGE-009").is_some_and(|forms| forms.keys().any(|form| form != "unsigned"));
    if !signed && !outcome.unsigned.is_empty() {
        let mut unsigned = std::mem::take(&mut outcome.unsigned);
        unsigned.sort_unstable();
        let order = if disordered { Order::whole() } else { Order::window() };
        outcome = run(order, &unsigned)?;
    }
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let checked = UsageChecked {
        source: names.join(", "),
        rows: outcome.rows,
        rules: rules().len() as u64,
        findings: outcome.findings,
    };
    let knowledge = Arc::clone(&settings.knowledge);
    Ok(Judged { checked, forms: outcome.forms, inputs: outcome.inputs, days: outcome.days, knowledge })
}
