//! The results of all segments of a plan as one.
//!
//! Nothing is averaged. Histograms are added bucket by bucket, second by second; counts and tallies are added; an
//! invariant holds over the union because it holds in every part (see `segment`), and a declared one must have
//! been put to the test in some part. A segment whose plan was not held spoils the whole measurement: its
//! requests are missing from the rate that the others believed in.

mod error;
mod part;
mod series;
#[cfg(test)]
mod tests;
mod union;

pub use error::MergeError;
pub use union::merge;
