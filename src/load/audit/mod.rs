//! The invariants: what must hold between the ledger of a run and what the target says.
//!
//! They are checked while the run goes on, from operations as they end and rows as they are read. Each counts
//! how often it was put to the test, because an invariant that nothing exercised has proven nothing, and it
//! describes the first violations in words.

mod books;
mod duties;
#[cfg(test)]
pub mod fixture;
mod instance;
mod invariant;
mod line_item;
mod open;
mod operation;
mod owners;
mod prices;
mod recent;
mod sessions;
#[cfg(test)]
mod tests;
mod totals;

pub use books::Books;
pub use duties::Clock;
pub use invariant::{InvariantId, Tallies, Tally};
pub use totals::Totals;
