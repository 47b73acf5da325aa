//! A fleet of clients on the virtual clock: a month in minutes, every row of it accounted for.
//!
//! Time stands still while clients do something, and charges that fall due on the way are made by the target when
//! its clock is moved, so that few requests make many rows.

mod books;
mod client;
mod month;
mod reader;
mod rhythm;

pub use month::run;
pub use rhythm::FleetSpec;
