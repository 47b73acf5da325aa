//! Formulas of rate tables: read, and evaluated with exact decimals (`20` §4.3).

mod arithmetic;
mod evaluate;
mod parse;
#[cfg(test)]
mod properties;

pub use arithmetic::{Arithmetic, rounded};
pub use evaluate::{EvaluationError, Variables};
pub use parse::{Formula, FormulaError};
