//! The rhythm of a fleet: when each client works, rests and goes home on each day.

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};
use serde::Deserialize;

/// Quarters of an hour in a day; a client does something only when one begins.
pub const QUARTERS: u32 = 96;

/// Quarters in a charge period.
const HOUR: u32 = 4;

/// Told apart from the random numbers of other clients and days by these factors.
const CLIENT: u64 = 0x9e37_79b9_7f4a_7c15;
const DAY: u64 = 0xc2b2_ae3d_27d4_eb4f;

/// A fleet of clients on the virtual clock.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetSpec {
    /// Clients, each with a session a day.
    pub clients: u32,
    /// Days.
    pub days: u32,
    /// Items in use in each session.
    pub items: usize,
    /// Share of the clients that work on a day of the weekend, too.
    #[serde(default)]
    pub weekend: f64,
    /// Share of the heartbeats that are not sent, each of which ends a session.
    #[serde(default)]
    pub missed: f64,
    /// Clients in the short form.
    pub quick_clients: u32,
    /// Days in the short form.
    pub quick_days: u32,
}

/// A day of a client, in quarters of an hour from midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// It opens its session and asks for its items.
    pub begins: u32,
    /// It halts the session.
    pub lunch: u32,
    /// It asks for its items again.
    pub back: u32,
    /// It closes the session.
    pub ends: u32,
}

/// The day of this client, if it works. The first of all days is a Monday, whatever day it is today.
pub fn day(spec: &FleetSpec, seed: u64, client: u32, number: u32) -> Option<Day> {
    let mut random = random(seed, client, number);
    if number % 7 >= 5 && random.random::<f64>() >= spec.weekend {
        return None;
    }
    // Nothing ends when a charge falls due: whether it is for the period that ends or for the next one is for others
    // to show.
    let mut on_the_way = || random.random_range(1..HOUR);
    let (first, second) = (on_the_way(), on_the_way());
    let begins = random.random_range(7 * HOUR..=10 * HOUR);
    let lunch = begins + 3 * HOUR + first;
    let back = lunch + random.random_range(2..=6);
    let ends = back + random.random_range(4..=5) * HOUR + second;
    Some(Day { begins, lunch, back, ends })
}

/// Random numbers of one client on one day, so that what it does depends on nothing but the seed.
pub fn random(seed: u64, client: u32, day: u32) -> SmallRng {
    let own = u64::from(client + 1).wrapping_mul(CLIENT) ^ u64::from(day + 1).wrapping_mul(DAY);
    SmallRng::seed_from_u64(seed ^ own)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: FleetSpec = FleetSpec {
        clients: 500,
        days: 30,
        items: 2,
        weekend: 0.1,
        missed: 0.0,
        quick_clients: 1,
        quick_days: 1,
    };

    #[test]
    fn a_day_is_in_order_and_over_before_midnight() {
        for client in 0..500 {
            let day = day(&SPEC, 7, client, client % 5).unwrap();
            let Day { begins, lunch, back, ends } = day;
            assert!(begins < lunch && lunch < back && back < ends && ends < QUARTERS, "{day:?}");
            assert_ne!((lunch - begins) % HOUR, 0, "no charge is due at lunch");
            assert_ne!((ends - back) % HOUR, 0, "no charge is due at the end");
        }
    }

    #[test]
    fn few_work_on_a_weekend() {
        let there = |number| (0..500).filter(|client| day(&SPEC, 7, *client, number).is_some()).count();
        assert_eq!(there(4), 500);
        assert!((25..=75).contains(&there(5)), "{}", there(5));
    }

    #[test]
    fn the_same_seed_makes_the_same_day() {
        assert_eq!(day(&SPEC, 7, 3, 4), day(&SPEC, 7, 3, 4));
        let days: Vec<_> = (0..50).map(|client| day(&SPEC, 7, client, 4)).collect();
        assert!(days.iter().any(|other| *other != days[0]));
    }
}
