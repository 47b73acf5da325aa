//! Clean usage rows of any size in any format, for measuring this and other judges.
//!
//! `world` plays a service that charges right, event by event; `cells` spells its rows, and `write` puts them into a
//! file. The same seed makes the same rows.

mod cells;
mod world;
mod write;

use std::path::Path;

pub use write::GenerateError;
pub(super) use write::type_of;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// How many rows, at least.
    pub rows: u64,
    /// Seed of everything that is left to chance.
    pub seed: u64,
    /// How many line items are charged.
    pub line_items: u32,
}

/// Writes rows in the order of time; the name of the file tells its format, and whether it is packed.
///
/// # Errors
///
/// When the name tells no format, or the file cannot be written.
pub fn generate(order: &Order, out: &Path) -> Result<u64, GenerateError> {
    write::write(world::World::new(order), order.rows, out)
}

/// The same rows as JSON objects.
pub(super) fn rows(order: &Order) -> Vec<serde_json::Value> {
    write::whole_requests(world::World::new(order), order.rows).map(|row| write::value(&row)).collect()
}
