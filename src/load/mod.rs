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
//! | `scenario`, `spec`, `shape`, `limits`, `problems` | what a run looks like, from TOML |
//! | `course`, `plan` | what is really planned, and how many hands it takes |
//! | `arrivals`, `schedule`, `queue`, `pacer` | which request is due when, and handing it out at that instant |
//! | `ground`, `population`, `prices` | the site or tenant, what is made there for the run, and what it costs |
//! | `operations`, `sessions`, `answers` | what a worker sends, and what the answer means |
//! | `goose_adapter`, `crew` | the worker pool (the only file that knows goose), and all who take part |
//! | `wire` | the connection of one worker |
//! | `recorder`, `track`, `ledger` | latencies and bookings |
//! | `scribe`, `logs` | what each second was like, as events and interval logs |
//! | `rows`, `cell`, `row_log` | the usage rows, as they are read and kept |
//! | `model` | the pure rules that a target is compared with |
//! | `auditor`, `looks`, `audit` | reading while the run goes on, and the invariants |
//! | `licenses` | license servers in place of line items: hosts, what they hold, and their rows |
//! | `segment`, `merge` | shares of a plan on several machines, and their results as one |
//! | `fleet` | a month of many clients on the virtual clock |
//! | `null_server`, `trial` | the generator alone, to calibrate by and to test the measurement |
//! | `run`, `search`, `watch`, `cpu`, `verdict` | the run as a whole, and whether the measurement counts |

mod amount;
mod answers;
mod arrivals;
mod audit;
mod auditor;
mod cell;
mod course;
mod cpu;
mod crew;
mod errors;
mod fleet;
mod goose_adapter;
mod ground;
mod ledger;
mod licenses;
mod limits;
mod logs;
mod looks;
#[cfg(test)]
mod memory_tests;
mod merge;
mod model;
mod null_server;
mod operations;
mod pacer;
mod plan;
mod population;
mod prices;
mod problems;
mod queue;
mod recorder;
mod row_log;
mod rows;
mod run;
mod scenario;
mod schedule;
mod scribe;
mod search;
mod segment;
mod sessions;
mod shape;
mod spec;
mod track;
mod trial;
mod verdict;
mod watch;
mod wire;

pub use course::LoadOptions;
pub use errors::LoadError;
pub use goose_adapter::interrupted;
pub use merge::{MergeError, merge};
pub use null_server::{NullServer, Pace};
pub use run::{LoadReport, run};
pub use scenario::LoadScenario;
pub use segment::{NoSegment, Segment};
pub use shape::{Recording, Shape};
pub use trial::{Trial, TrialFigures};
pub use wire::Reach;
