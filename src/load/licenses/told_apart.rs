//! Whether the time that `/authorize` takes tells users from strangers (CM-AUTH-006).
//!
//! Wrong passwords are tried for a user and for somebody who is none, in pairs and each pair in an order that is drawn, so
//! that whatever else the machine does falls on both alike. What is estimated is the shift between the two: the median of
//! all differences between an answer to one and an answer to the other (Hodges and Lehmann), with the interval in which
//! it lies according to the test of Mann and Whitney. Nothing is assumed of how times are distributed. The users are told
//! apart only when the whole interval lies beyond a bound that somebody across a network could use.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::super::audit::{InvariantId, Tallies};
use super::super::ground::Ground;
use super::hall::Hall;

/// Pairs after which is looked whether the question is settled.
const LOOKS: [usize; 3] = [20, 40, 80];

/// Pairs at the beginning that do not count: connections open, caches fill.
const WARM_UP: usize = 2;

/// How far the interval reaches, in standard deviations of the Mann–Whitney statistic: it misses the shift in one look of a
/// hundred thousand.
const REACH: f64 = 4.42;

/// A shift below this tells nothing across a network.
const SMALLEST: Duration = Duration::from_millis(1);

/// And neither does one below this share of the time that an answer takes.
const SHARE: f64 = 0.1;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The shift lies within the bound.
    Alike,
    /// The shift lies beyond it.
    ToldApart,
    /// The times vary so much that neither can be said.
    Unclear,
}

/// Times of answers to both, and what follows from them.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What was found.
    pub finding: Finding,
    /// Pairs that were tried.
    pub pairs: usize,
    /// How much longer users take than strangers, in milliseconds.
    shift_ms: f64,
    interval_ms: [f64; 2],
    bound_ms: f64,
}

impl Comparison {
    /// What was found, in a sentence.
    pub fn says(&self) -> String {
        let [low, high] = self.interval_ms;
        format!(
            "a wrong password takes {:.2} ms longer for a user than for a stranger (between {low:.2} and {high:.2} ms, {} \
             pairs; what stays within {:.2} ms tells nothing)",
            self.shift_ms, self.pairs, self.bound_ms
        )
    }
}

impl Comparison {
    /// Books what was found. What could not be settled was not put to the test either; why is returned.
    pub fn book(&self, tallies: &mut Tallies) -> Option<String> {
        if self.finding == Finding::Unclear {
            let says = self.says();
            return Some(format!(
                "whether `/authorize` tells users from strangers by its time could not be settled: {says}"
            ));
        }
        tallies.exercise(InvariantId::UsersNotToldApart, self.pairs as u64);
        if self.finding == Finding::ToldApart {
            tallies.violate(InvariantId::UsersNotToldApart, || self.says());
        }
        None
    }
}

/// Compares times in milliseconds.
pub fn compare(users: &[f64], strangers: &[f64]) -> Comparison {
    let mut shifts: Vec<f64> =
        users.iter().flat_map(|user| strangers.iter().map(move |stranger| user - stranger)).collect();
    shifts.sort_by(f64::total_cmp);
    let (of_users, of_strangers) = (users.len() as f64, strangers.len() as f64);
    let pairs = of_users * of_strangers;
    let deviation = (pairs * (of_users + of_strangers + 1.0) / 12.0).sqrt();
    // Below this rank lie differences that are smaller than the shift in all but the rarest of samples.
    let rank = (pairs / 2.0 - REACH * deviation).floor();
    let slower = median(users).max(median(strangers));
    let bound = (SMALLEST.as_secs_f64() * 1000.0).max(slower * SHARE);
    let shift = median(&shifts);
    let interval = match shifts.len() {
        all if rank >= 1.0 => [shifts[rank as usize - 1], shifts[all - rank as usize]],
        _ => [f64::NEG_INFINITY, f64::INFINITY],
    };
    let [low, high] = interval;
    let finding = if low > bound || high < -bound {
        Finding::ToldApart
    } else if low >= -bound && high <= bound {
        Finding::Alike
    } else {
        Finding::Unclear
    };
    Comparison {
        finding,
        pairs: users.len().min(strangers.len()),
        shift_ms: shift,
        interval_ms: interval,
        bound_ms: bound,
    }
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        even if even.is_multiple_of(2) => f64::midpoint(sorted[even / 2 - 1], sorted[even / 2]),
        odd => sorted[odd / 2],
    }
}

/// Tries passwords until the question is settled, or enough have been tried; nothing when the target gave no answer.
pub async fn try_users(hall: &Hall, ground: &Ground, seed: u64) -> Option<Comparison> {
    let mut random = StdRng::seed_from_u64(seed);
    let (mut users, mut strangers) = (Vec::new(), Vec::new());
    for look in LOOKS {
        while users.len() < look + WARM_UP {
            let user_first = random.random::<bool>();
            for is_user in [user_first, !user_first] {
                let (name, times) =
                    if is_user { ("producer", &mut users) } else { ("stranger", &mut strangers) };
                times.push(hall.refusal(ground, name).await?.as_secs_f64() * 1000.0);
            }
        }
        let comparison = compare(&users[WARM_UP..], &strangers[WARM_UP..]);
        if comparison.finding != Finding::Unclear || look == LOOKS[LOOKS.len() - 1] {
            return Some(comparison);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times around `base`, with a tail as answers have it.
    fn times(random: &mut StdRng, base: f64, spread: f64, number: usize) -> Vec<f64> {
        let time = |_| base - spread * (1.0 - random.random::<f64>()).ln();
        (0..number).map(time).collect()
    }

    fn found(seed: u64, users: f64, strangers: f64, spread: f64, number: usize) -> Comparison {
        let mut random = StdRng::seed_from_u64(seed);
        let users = times(&mut random, users, spread, number);
        compare(&users, &times(&mut random, strangers, spread, number))
    }

    #[test]
    fn a_hash_that_is_left_out_is_told_at_the_first_look() {
        for seed in 0..50 {
            let comparison = found(seed, 15.0, 0.5, 2.0, LOOKS[0]);
            assert_eq!(comparison.finding, Finding::ToldApart, "{comparison:?}");
            assert_eq!(found(seed, 0.5, 15.0, 2.0, LOOKS[0]).finding, Finding::ToldApart);
        }
    }

    #[test]
    fn equal_times_are_never_told_apart_however_much_they_vary() {
        for seed in 0..300 {
            for spread in [0.05, 1.0, 5.0, 40.0] {
                for look in LOOKS {
                    let comparison = found(seed, 15.0, 15.0, spread, look);
                    assert_ne!(comparison.finding, Finding::ToldApart, "{comparison:?}");
                }
            }
            assert_eq!(found(seed, 15.0, 15.0, 0.3, LOOKS[2]).finding, Finding::Alike);
        }
    }

    #[test]
    fn a_shift_within_the_bound_tells_nothing() {
        assert_eq!(found(7, 15.0, 14.5, 0.1, LOOKS[0]).finding, Finding::Alike);
        assert_eq!(found(7, 15.0, 11.0, 0.1, LOOKS[0]).finding, Finding::ToldApart);
        assert_eq!(found(7, 1.9, 1.1, 0.01, LOOKS[0]).finding, Finding::Alike, "below a millisecond");
    }

    #[test]
    fn what_could_not_be_settled_counts_as_no_test() {
        let booked = |comparison: &Comparison| {
            let mut tallies = Tallies::of_licenses();
            let unsettled = comparison.book(&mut tallies);
            let tally = tallies.into_all().swap_remove(InvariantId::UsersNotToldApart as usize);
            (tally.exercised, tally.violations, unsettled.is_some())
        };
        assert_eq!(booked(&found(7, 15.0, 15.0, 0.1, LOOKS[0])), (20, 0, false));
        assert_eq!(booked(&found(7, 15.0, 0.5, 2.0, LOOKS[0])), (20, 1, false));
        assert_eq!(booked(&found(7, 15.0, 13.0, 40.0, LOOKS[0])), (0, 0, true));
    }

    #[test]
    fn too_few_or_too_different_times_settle_nothing() {
        assert_eq!(compare(&[15.0; 5], &[0.5; 5]).finding, Finding::Unclear);
        assert_eq!(compare(&[], &[]).finding, Finding::Unclear);
        let comparison = found(7, 15.0, 13.0, 40.0, LOOKS[0]);
        assert_eq!(comparison.finding, Finding::Unclear);
        assert!(comparison.says().contains("20 pairs"), "{}", comparison.says());
    }
}
