//! The Data Access API as a source: reports pulled page by page into files, which are then judged like any other.
//!
//! `days` cuts a range of days into requests that the service allows, `service` sends them and is `patient` with a
//! service that is busy, `walk` goes through the pages of one request, and `pull` puts them together.

mod days;
mod errors;
#[cfg(test)]
mod fault_tests;
mod groups;
mod patience;
mod pull;
mod service;
#[cfg(test)]
mod test_service;
mod walk;
#[cfg(test)]
mod walk_tests;

pub use days::Days;
pub use errors::PullError;
pub use patience::Patience;
pub use pull::{Pull, PulledReport};
pub use service::{Service, Told};
pub use walk::Mode;
