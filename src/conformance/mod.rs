//! The suite: feature files in, outcomes out. Cucumber lives in this room and nowhere else.
//!
//! A run goes *select* → *smoke* → *play* → *judge*: [`Suite`] reads and checks the feature files,
//! [`smoke()`] asks whether testing makes sense at all, [`run()`] plays every scenario on a site of its own,
//! and each assertion is recorded the moment it is made. Outcomes are decided from those records alone, never
//! from what cucumber thinks of a step, because a scenario that asserted nothing has not passed.

mod access;
mod binding;
mod calls;
mod check;
mod context;
mod crowd;
mod error;
mod given_instance;
mod hooks;
mod inferred;
mod items;
mod judge;
mod licensing;
mod lint;
mod moments;
mod names;
mod numbers;
mod order;
mod outcome;
mod pace;
mod period;
mod quiet;
mod record;
mod reports;
mod run;
mod scribe;
mod select;
mod smoke;
mod stage;
mod steps;
mod suite;
mod tables;
mod tags;
mod traffic;
mod versions;
mod world;

pub use error::ConformanceError;
pub use lint::{Finding, LintOptions, LintReport, Severity, lint, steps_document};
pub use order::Order;
pub use run::run;
pub use select::Selection;
pub use smoke::{SmokeOutcome, smoke};
pub use suite::Suite;
