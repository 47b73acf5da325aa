//! The reference server: an implementation of Elastic Access that charges right.
//!
//! It is three things at once: a target to develop clients against, the specification in executable form
//! (`domain/` reads as one), and, by its decision points and mutants, the proof of the conformance suite.
//! Requests become closures over one site's operations ([`site`]), whose effects are durable before the answer
//! leaves ([`store`]).

pub mod control;
pub mod demo;
pub mod domain;
pub mod http;
pub mod metrics;
pub mod mutants;
pub mod policy;
pub mod server;
pub mod site;
pub mod sites;
pub mod store;
#[cfg(test)]
mod test_log;

pub use demo::Demo;
pub use domain::licensing::PasswordCost;
pub use server::{Limits, RunningServer, ServerError, ServerOptions, StoreLocation, TlsFiles, start};
