//! The model that a target is compared with: pure rules from the domain of the reference server, and nothing else of it.

pub use reference_server::domain::session::{half_period, unused_part};
pub use reference_server::domain::{HOUR, MINUTE, Millis, Tokens};
