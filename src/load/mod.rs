//! Load with proof: what a target does under load is measured, and what it charged is checked to the last
//! token.
//!
//! The load is an open loop: a seeded schedule says when each request is due, and a slow answer never delays
//! the next one. Every answer is booked in a ledger, and while the run goes on the ledger is reconciled with the
//! usage rows, and in the end with the `used` counts. Correctness comes before speed: a run that breaks an invariant has
//! failed, however fast it was.
//!
//! | file | does |
//! | --- | --- |
//! | `scenario`, `spec` | what a run looks like, from TOML |
//! | `schedule`, `queue`, `pacer` | which request is due when, and handing it out at that instant |
//! | `ground`, `population` | the site or tenant, and the instances and line items made for the run |
//! | `operations`, `sessions`, `answers` | what a worker sends, and what the answer means |
//! | `goose_adapter` | the worker pool; the only file that knows goose |
//! | `recorder`, `ledger` | latencies and bookings |
//! | `rows`, `cell`, `row_log` | the usage rows, as they are read and kept |
//! | `auditor`, `looks`, `audit` | reading while the run goes on, and the invariants |
//! | `run`, `watch`, `verdict` | the run as a whole, and whether the measurement counts |

mod amount;
mod answers;
mod audit;
mod auditor;
mod cell;
mod errors;
mod goose_adapter;
mod ground;
mod ledger;
mod looks;
mod operations;
mod pacer;
mod population;
mod queue;
mod recorder;
mod row_log;
mod rows;
mod run;
mod scenario;
mod schedule;
mod sessions;
mod spec;
mod verdict;
mod watch;

pub use errors::LoadError;
pub use goose_adapter::interrupted;
pub use run::{LoadReport, run};
pub use scenario::{LoadOptions, LoadScenario};
