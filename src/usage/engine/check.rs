//! Judges the rows of inputs, in as many readings as they need.

use super::super::errors::UsageError;
use super::super::forms::Forms;
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
    if !outcome.unsigned.is_empty() {
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
    Ok(Judged { checked, forms: outcome.forms, inputs: outcome.inputs })
}
