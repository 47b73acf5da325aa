//! What a requested item may have cost.

use rust_decimal::Decimal;

use super::super::ledger::Entry;
use super::super::population::Population;
use super::super::schedule::Wanted;

/// The prices that may have applied when an operation was carried out, rising; none for an item in no rate table.
///
/// More than one is possible only where rates change while the load goes on.
pub fn prices(population: &Population, _entry: &Entry, wanted: &Wanted) -> Vec<Decimal> {
    population.items[usize::from(wanted.item)].charge(wanted.count).into_iter().collect()
}
