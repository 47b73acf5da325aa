//! The server as a whole: how it starts and stops, whom it listens to, and within which limits.

mod limits;
mod listener;
mod run;
mod tls;

pub use limits::Limits;
pub use run::{RunningServer, ServerError, ServerOptions, StoreLocation, start};
pub use tls::{TlsError, TlsFiles};
