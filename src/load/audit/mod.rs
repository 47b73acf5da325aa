//! The invariants: what must hold between the ledger of a run and what the target says afterwards.
//!
//! Each invariant is one function from the books to a tally. It counts how often it was put to the test,
//! because an invariant that nothing exercised has proven nothing, and it describes the first violations in
//! words.

mod all;
mod answers;
mod books;
mod conservation;
#[cfg(test)]
pub mod fixture;
mod invariant;
mod order;
mod sessions;
mod sets;
#[cfg(test)]
mod tests;

pub use all::audit;
pub use books::Books;
pub use invariant::{InvariantId, Tally};
