//! From chunks of raw records to findings, on two threads.
//!
//! `prepare` reads a chunk and applies the rules on single rows; chunks are prepared side by side. `serial` takes them
//! in the order of the input, `order` puts rows into the order of time, on disk if need be, and hands them to the
//! groups.

mod check;
mod order;
mod pipeline;
mod prepare;
mod prepared;
mod serial;
mod spill;
#[cfg(test)]
mod tests;

pub use check::{Judged, check};
pub(super) use order::Order;
pub(super) use prepare::{Preparer, refund_form};
pub(super) use prepared::SeenColumns;
