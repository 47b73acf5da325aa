//! The durable store: one SQLite file, written by one thread in group commits.
//!
//! An answer leaves only after its effects are durable. Each commit takes everything that is waiting, so that many
//! callers share one flush to disk; a memory store runs the same code without a file. The usage rows lie in a table
//! under the column names of the warehouse, so that any tool can read them.

mod batch;
mod copier;
mod database;
mod error;
mod handle;
mod progress;
mod queue;
mod record;
mod usage_table;
mod writer;

pub use database::StoredSite;
pub use error::StoreError;
pub use handle::Store;

#[cfg(test)]
mod failures;
#[cfg(test)]
mod tests;
