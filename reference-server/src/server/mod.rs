//! The server as a whole: how it starts and stops, whom it listens to, and within which limits.

#[cfg(test)]
mod failing_store;
#[cfg(test)]
mod hostile;
mod limits;
mod listener;
mod patient;
mod run;
#[cfg(test)]
mod stopping;
mod threads;
mod tls;

pub use limits::Limits;
pub use run::{RunningServer, ServerError, ServerOptions, StoreLocation, start};
pub use tls::{TlsError, TlsFiles};
