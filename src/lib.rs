//! chargeproof proves that an Elastic Access implementation charges right.
//!
//! Rooms, and who may know whom: `cli` starts everything; `prove`, `conformance`, `load` and `usage` do the work over
//! `target` (the implementation under test) and `spec` (the requirements); all of them send [`report::events`], and
//! `report` renders those without knowing where they came from.

pub mod cli;
pub mod conformance;
pub mod load;
pub mod prove;
pub mod report;
pub mod spec;
pub mod target;
pub mod usage;
