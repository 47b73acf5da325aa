//! Whether rows of one instant follow each other in some order.
//!
//! Each row leads from the total before it to the total after it. An order in which every row follows the one before is
//! a path over all of these edges (an Euler trail), and whether there is one can be read from the totals: as many rows
//! lead to each as lead away from it, but for the first and the last, and no part stands by itself.

use rust_decimal::Decimal;

use super::super::numbers::close;
use super::running::Step;

/// The total after all rows, if they follow each other in some order from this total on.
pub(super) fn trail(start: Decimal, steps: &[Step]) -> Option<Decimal> {
    let mut ends = Vec::with_capacity(steps.len());
    for step in steps {
        ends.push((step.before()?, step.used));
    }
    let totals = Totals::of(ends.iter().flat_map(|(before, after)| [*before, *after]).chain([start]));
    let first = totals.place(start);
    let mut balance = vec![0_i64; totals.0.len()];
    let mut parts: Vec<usize> = (0..totals.0.len()).collect();
    for (before, after) in ends.iter().map(|(before, after)| (totals.place(*before), totals.place(*after))) {
        balance[before] += 1;
        balance[after] -= 1;
        let (left, right) = (root(&mut parts, before), root(&mut parts, after));
        parts[left] = right;
    }
    let whole = root(&mut parts, first);
    if (0..parts.len()).any(|place| root(&mut parts, place) != whole) {
        return None;
    }
    // Without a last total, the rows lead back to where they began.
    let last = balance.iter().position(|more| *more == -1).unwrap_or(first);
    balance[first] -= 1;
    balance[last] += 1;
    balance.iter().all(|more| *more == 0).then(|| totals.0[last])
}

/// Totals in their order, each once: those that are close are the same.
struct Totals(Vec<Decimal>);

impl Totals {
    fn of(all: impl Iterator<Item = Decimal>) -> Self {
        let mut totals: Vec<Decimal> = all.collect();
        totals.sort_unstable();
        totals.dedup_by(|later, earlier| close(*later, *earlier));
        Self(totals)
    }

    fn place(&self, total: Decimal) -> usize {
        // The first of those that are close is the one that is kept.
        let next = self.0.partition_point(|kept| *kept <= total);
        next.saturating_sub(1)
    }
}

/// The part that a place belongs to.
fn root(parts: &mut [usize], mut place: usize) -> usize {
    while parts[place] != place {
        parts[place] = parts[parts[place]];
        place = parts[place];
    }
    place
}

#[cfg(test)]
mod tests {
    use rand::rngs::SmallRng;
    use rand::seq::SliceRandom;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn step(taken: i64, used: i64) -> Step {
        Step { used: used.into(), taken: taken.into() }
    }

    fn after(start: i64, steps: &[Step]) -> Option<Decimal> {
        trail(start.into(), steps)
    }

    #[test]
    fn rows_may_come_in_any_order() {
        let shuffled = [step(14, 44), step(30, 30)];
        assert_eq!(after(0, &shuffled), Some(44.into()));
        assert_eq!(after(5, &shuffled), None);
        assert_eq!(after(0, &[]), Some(0.into()));
    }

    #[test]
    fn rows_that_take_nothing_stand_anywhere_at_their_total() {
        assert_eq!(after(18, &[step(7, 25), step(0, 18)]), Some(25.into()));
        assert_eq!(after(18, &[step(0, 25), step(7, 25)]), Some(25.into()));
        assert_eq!(after(18, &[step(7, 25), step(0, 20)]), None);
    }

    #[test]
    fn refunds_are_found_their_place_among_charges() {
        // 10 → 15 → 10 → 13: whoever takes the last charge first is in a dead end.
        assert_eq!(after(10, &[step(3, 13), step(5, 15), step(-5, 10)]), Some(13.into()));
        assert_eq!(after(10, &[step(3, 13), step(5, 15), step(-4, 10)]), None);
        // A part by itself, each of whose rows has one before and one after it.
        assert_eq!(after(10, &[step(3, 13), step(5, 105), step(-5, 100)]), None);
    }

    #[test]
    fn every_order_of_a_true_history_is_accepted_and_a_lost_row_is_not() {
        let mut random = SmallRng::seed_from_u64(5);
        for _ in 0..2_000 {
            let mut total = 1_000;
            let mut steps: Vec<Step> = (0..random.random_range(2..12))
                .map(|_| {
                    let taken = random.random_range(-3..9);
                    total += taken;
                    step(taken, total)
                })
                .collect();
            steps.shuffle(&mut random);
            assert_eq!(after(1_000, &steps), Some(total.into()));
            let lost = steps.swap_remove(0);
            if lost.taken != Decimal::ZERO && after(1_000, &steps).is_some_and(|end| end == total.into()) {
                panic!("the total cannot be the same without {} tokens", lost.taken);
            }
        }
    }
}
