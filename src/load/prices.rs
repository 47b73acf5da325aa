//! Which price applies when, in a run that changes its rate table on the way.
//!
//! Every second table doubles the rates and every other one brings them back, so that a request priced by the
//! wrong table is off by a factor that no rounding explains. Between the sending of a new table and a moment
//! after its answer either price is right, because the clocks of target and harness are not the same.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::ground::now_ms;

/// How far the clocks of target and harness may be apart.
const SKEW: Duration = Duration::from_secs(1);

/// How long it may be asked afterwards what a request may have cost: far longer than rows take to come.
const MEMORY: Duration = Duration::from_secs(3600);

/// A table that was sent after the first one.
#[derive(Clone, Copy, Debug)]
struct Change {
    effective_ms: i64,
    sent: Instant,
    answered: Option<Instant>,
}

/// The tables that may still matter.
#[derive(Debug, Default)]
struct Changes {
    /// How many there were before those that are kept.
    forgotten: usize,
    kept: VecDeque<Change>,
}

impl Changes {
    /// Forgets the tables that a later one has replaced for so long that nobody asks for their prices any more.
    fn forget(&mut self, now: Instant) {
        let long_ago = |change: &Change| change.answered.is_some_and(|at| at + MEMORY < now);
        while self.kept.get(1).is_some_and(long_ago) {
            self.kept.pop_front();
            self.forgotten += 1;
        }
    }
}

/// The rate tables of a run beyond the first.
#[derive(Clone, Debug, Default)]
pub struct Prices {
    changes: Arc<Mutex<Changes>>,
    /// Read on every answer, so that runs without changes take no lock.
    sent: Arc<AtomicUsize>,
}

/// A rate table that is about to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextTable {
    /// Which change it is, from 1.
    pub change: usize,
    /// When it takes effect, in milliseconds since 1970.
    pub effective_ms: i64,
    /// By what the first rates are multiplied.
    pub factor: Decimal,
}

impl Prices {
    /// The next table; it counts as sent from now.
    pub fn next(&self, now: Instant) -> NextTable {
        let mut changes = self.lock();
        // Two tables that take effect at once would leave it open which one applies.
        let after_last = changes.kept.back().map_or(i64::MIN, |last| last.effective_ms.saturating_add(1));
        let effective_ms = now_ms().max(after_last);
        changes.forget(now);
        changes.kept.push_back(Change { effective_ms, sent: now, answered: None });
        let change = changes.forgotten + changes.kept.len();
        self.sent.store(change, Ordering::Release);
        NextTable { change, effective_ms, factor: factor(change) }
    }

    /// Notes that the target has confirmed a table.
    pub fn confirm(&self, change: usize, at: Instant) {
        let mut changes = self.lock();
        let place = change.checked_sub(changes.forgotten + 1);
        if let Some(change) = place.and_then(|place| changes.kept.get_mut(place)) {
            change.answered = Some(at);
        }
    }

    /// The factors by which a request may be priced that was sent and answered at these instants.
    pub fn factors(&self, sent: Instant, answered: Instant) -> &'static [Decimal] {
        if self.sent.load(Ordering::Acquire) == 0 {
            return &[Decimal::ONE];
        }
        let changes = self.lock();
        let certain = |change: &Change| change.answered.is_some_and(|at| at + SKEW <= sent);
        let number = |place: Option<usize>| changes.forgotten + place.map_or(0, |place| place + 1);
        let oldest = number(changes.kept.iter().rposition(certain));
        let newest = number(changes.kept.iter().rposition(|change| change.sent <= answered));
        match (newest > oldest, factor(oldest) == Decimal::ONE) {
            (true, _) => &[Decimal::ONE, Decimal::TWO],
            (false, true) => &[Decimal::ONE],
            (false, false) => &[Decimal::TWO],
        }
    }

    fn lock(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn factor(change: usize) -> Decimal {
    if change.is_multiple_of(2) { Decimal::ONE } else { Decimal::TWO }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn the_first_table_applies_until_another_is_sent() {
        let (prices, now) = (Prices::default(), Instant::now());
        assert_eq!(prices.factors(now, now), [Decimal::ONE]);
        prices.next(after(now, 10));
        assert_eq!(prices.factors(now, after(now, 9)), [Decimal::ONE]);
        assert_eq!(prices.factors(now, after(now, 10)), [Decimal::ONE, Decimal::TWO]);
    }

    #[test]
    fn a_confirmed_table_is_the_only_one_when_the_clocks_must_agree() {
        let (prices, now) = (Prices::default(), Instant::now());
        let table = prices.next(now);
        assert_eq!((table.change, table.factor), (1, Decimal::TWO));
        let later = after(now, 5);
        assert_eq!(prices.factors(later, later), [Decimal::ONE, Decimal::TWO], "it may be lost");
        prices.confirm(1, now);
        assert_eq!(prices.factors(later, later), [Decimal::TWO]);
        assert_eq!(prices.factors(now, later), [Decimal::ONE, Decimal::TWO]);
    }

    #[test]
    fn tables_that_were_replaced_long_ago_are_forgotten_and_prices_stay() {
        let (prices, now) = (Prices::default(), Instant::now());
        for change in 1..=1000 {
            let at = after(now, 60 * change);
            assert_eq!(prices.next(at).change as u64, change);
            prices.confirm(change as usize, at);
            let later = after(at, 5);
            assert_eq!(prices.factors(later, later), [factor(change as usize)]);
            assert!(prices.lock().kept.len() <= 63, "an hour of tables, one a minute");
        }
    }

    #[test]
    fn tables_take_effect_one_after_another() {
        let (prices, now) = (Prices::default(), Instant::now());
        let effective: Vec<_> = (0..5).map(|_| prices.next(now).effective_ms).collect();
        assert!(effective.windows(2).all(|pair| pair[0] < pair[1]), "{effective:?}");
    }
}
