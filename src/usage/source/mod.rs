//! Where rows come from. Sources know nothing of rules.
//!
//! A source hands over *chunks* of raw records in their order, one after the other; what is in a chunk is read by
//! any thread. A new kind of source (an API, a warehouse) implements [`Source`] and hands over [`Chunk::Values`] or
//! [`Chunk::Arrow`]; everything behind it stays as it is.

mod arrow_values;
mod delimited;
mod expand;
mod feeder;
mod layout;
mod lines;
mod parquet_file;
mod records;
mod scan;
mod sniff;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow_array::RecordBatch;
use serde_json::Value;

pub(super) use arrow_values::{Dictionaries, value as arrow_value};
pub use expand::{Input, expand};
pub(super) use feeder::{Fed, Feeder};
pub(super) use layout::Layout;
pub use sniff::Format;

/// Yields the raw records of one input, in order.
pub(super) trait Source: Send {
    /// The next records; nothing at the end. What cannot be read is a chunk of its own, and more may follow it.
    fn next(&mut self) -> Option<Chunk>;
}

/// Raw records.
pub(super) enum Chunk {
    /// Whole lines, each a JSON object. The last may lack its line feed.
    Lines(Vec<u8>),
    /// JSON values as they stand in an array, each between two offsets.
    Elements(Vec<u8>, Vec<(usize, usize)>),
    /// Whole CSV records. The first begin behind the header, at this place.
    Delimited(Vec<u8>, usize, Arc<Header>),
    /// A batch of columns.
    Arrow(RecordBatch, Arc<Layout>),
    /// Rows that are values already.
    Values(Vec<Value>),
    /// The input cannot be read, or no further.
    Broken(String),
}

/// The first line of a CSV file.
pub(super) struct Header {
    pub(super) delimiter: u8,
    pub(super) layout: Layout,
}
