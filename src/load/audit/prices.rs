//! What a requested item may have cost.

use rust_decimal::Decimal;

use super::super::ground::REQUEST_TIMEOUT;
use super::super::ledger::Entry;
use super::super::population::Population;
use super::super::schedule::Wanted;

/// The prices that may have applied when an operation was carried out, rising; none for an item in no rate table.
///
/// More than one is possible only where rates change while the load goes on.
pub fn prices(population: &Population, entry: &Entry, wanted: &Wanted) -> Vec<Decimal> {
    let Some(price) = population.items[usize::from(wanted.item)].charge(wanted.count) else {
        return Vec::new();
    };
    // A request without an answer may have been carried out as long as it could be waited for.
    let until = entry.answered().map_or(entry.sent + REQUEST_TIMEOUT, |answered| answered.at);
    let factors = population.prices.factors(entry.sent, until);
    factors.iter().map(|factor| price.saturating_mul(*factor)).collect()
}
