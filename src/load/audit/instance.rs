//! One instance: who was refused, who won, and whether anybody asked at all.

use rust_decimal::Decimal;

use super::super::ledger::Kind;
use super::super::population::Population;
use super::open::Open;
use super::prices::prices;
use super::{InvariantId, Tallies};

/// What is known of an instance so far.
#[derive(Debug, Default)]
pub struct InstanceBook {
    /// Whether any operation was about it.
    pub touched: bool,
    /// Whether sessions ran on it: they give tokens back, so that nothing follows from what is left.
    pub sessions: bool,
    /// Tokens asked for in requests without an answer.
    pub in_doubt: Decimal,
    /// The lowest price that was refused, and by which operation.
    lowest_refused: Option<(Decimal, u64)>,
    /// The price of everything that was asked for, while it is one.
    price: Price,
    granted: u64,
    /// Items of which nobody knows whether they were granted.
    unknown: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Price {
    #[default]
    None,
    One(Decimal),
    Several,
}

impl InstanceBook {
    /// Takes a reconciled operation: who asked for what price, and got it or not.
    pub fn reconciled(&mut self, population: &Population, open: &Open, offers_rows: bool) {
        let entry = &open.entry;
        if entry.kind != Kind::AccessRequest {
            return;
        }
        for (index, wanted) in entry.wanted.iter().enumerate() {
            let item = &population.items[usize::from(wanted.item)];
            let possible = prices(population, entry, wanted);
            let (Some(lowest), Some(price)) = (possible.first(), possible.last().copied()) else { continue };
            self.price = match self.price {
                Price::None if *lowest == price => Price::One(price),
                Price::One(other) if other == price && *lowest == price => Price::One(price),
                _ => Price::Several,
            };
            let mut of_item = open.rows.iter().filter(|row| row.item == item.name);
            let granted = match entry.answered() {
                Some(answered) => answered.items.get(index).map(|outcome| outcome.granted),
                None if offers_rows => Some(of_item.any(|row| !row.is_denied())),
                None => None,
            };
            match granted {
                Some(true) => self.granted += 1,
                Some(false) if entry.answered().is_some() => {
                    if self.lowest_refused.is_none_or(|(lowest, _)| price < lowest) {
                        self.lowest_refused = Some((price, entry.number));
                    }
                }
                // A request that was lost on its way was not refused.
                Some(false) => {}
                None => self.unknown += 1,
            }
        }
    }

    /// Nobody was refused what could be paid. Without refunds the rest only shrinks, so that what is left in the
    /// end was there when the refusal was made. Where everything has one price, the winners can be counted too.
    ///
    /// The line items together have this capacity, and had used this much before and after the run.
    pub fn settle(&self, id: &str, [capacity, before, after]: [Decimal; 3], tallies: &mut Tallies) {
        let Some((refused, number)) = self.lowest_refused.filter(|_| !self.sessions) else { return };
        let left = capacity.saturating_sub(after);
        tallies.check(InvariantId::ExactWinners, left < refused, || {
            format!("instance {id}: operation {number} was refused {refused} tokens, and {left} are left")
        });
        let Price::One(price) = self.price else { return };
        let winners = (capacity.saturating_sub(before) / price).floor();
        let (least, most) = (Decimal::from(self.granted), Decimal::from(self.granted + self.unknown));
        tallies.check(InvariantId::ExactWinners, least <= winners && winners <= most, || {
            format!(
                "instance {id}: {capacity} tokens less {before} pay for {winners} × {price}, granted were {}{}",
                self.granted,
                if self.unknown > 0 { format!(" to {most}") } else { String::new() }
            )
        });
    }
}
