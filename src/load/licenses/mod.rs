//! Load on license servers: hosts that check licenses out, renew and return them, consume metered features, or race for
//! the last license; and whether what was granted, shown and written down fits together.

mod account;
mod answers;
mod auditor;
mod books;
#[cfg(test)]
mod books_tests;
mod desk;
mod hall;
mod hosts;
mod journal;
mod race;
mod reconcile;
mod rows;
mod spec;
mod told_apart;

pub use auditor::LicenseAuditor;
pub use desk::{LicenseDesk, Outgoing, Step};
pub use hall::Hall;
pub use spec::LicenseSpec;
