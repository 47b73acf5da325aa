//! Looks for mistakes in feature files without running them, and describes the steps that they can use.

mod bindings;
mod definitions;
mod finding;
mod pattern;
mod registry;
mod run;
mod scenarios;
mod sources;
mod steps;

pub use definitions::steps_document;
pub use finding::{Finding, LintReport, Severity};
pub use run::{LintOptions, lint};
