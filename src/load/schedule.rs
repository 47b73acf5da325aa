//! Which request is due when.
//!
//! A schedule is an iterator: it holds two random number generators and no list, so a long run costs no
//! memory. The same seed gives the same schedule; instants and contents draw from generators of their own, so
//! that another mix does not move the instants.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rust_decimal::Decimal;

use super::arrivals::Offsets;
use super::course::Course;
use super::population::Item;
use super::scenario::LoadScenario;
use super::spec::Mix;

/// Told apart from the seed of the instants by this pattern of bits.
const CONTENTS: u64 = 0x5eed_c0de_5eed_c0de;

/// How long a client that hangs up waits before it does, in microseconds: anything from before the request is
/// read to after the answer is sent.
const PATIENCE_US: std::ops::RangeInclusive<u64> = 100..=1500;

/// One request that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// Number from 0, unique in a run.
    pub number: u64,
    /// When it is due, counted from the start.
    pub offset: Duration,
    /// What kind of work it is.
    pub work: Work,
    /// Index of the instance; a session has its own.
    pub instance: u32,
    /// Number of the user in whose name is asked.
    pub requester: u32,
    /// Index of the stage.
    pub stage: u16,
    /// What is asked for, if this comes to be a charging request.
    pub wanted: Vec<Wanted>,
    /// After how long the client hangs up, if it does.
    pub hang_up_after: Option<Duration>,
    /// How often the client has sent the same request before.
    pub attempt: u32,
}

/// Kinds of work, as the mix names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// A one-off access request.
    AccessRequest,
    /// The next step of some session.
    SessionStep,
    /// An administrator's read.
    AdminRead,
    /// A new rate table.
    RateChange,
    /// The next step of some host of a license server.
    LicenseStep,
}

/// One requested item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Index of the item.
    pub item: u16,
    /// Count.
    pub count: Decimal,
}

/// The requests of a course.
#[derive(Clone, Debug)]
pub struct Schedule {
    offsets: Offsets,
    random: StdRng,
    number: u64,
    items: Arc<[Item]>,
    instances: u32,
    requesters: u32,
    mix: Mix,
    unknown_share: f64,
    pair_share: f64,
    abandon: f64,
    /// Grows by `abandon` with each arrival; when it reaches one, the client hangs up. Sharing out evenly
    /// makes sure that a short run has its share too.
    hang_ups_owed: f64,
    /// Whether all work is on license servers.
    licenses: bool,
    /// How many arrivals in a row are due at the instant of the first of them.
    at_once: u64,
    instant: Duration,
}

impl Schedule {
    /// The requests of this scenario in this course, for `items` of which the last is in no rate table.
    pub fn new(scenario: &LoadScenario, course: &Course, items: Arc<[Item]>) -> Self {
        let mix = scenario.mix;
        let mut random = StdRng::seed_from_u64(course.seed ^ CONTENTS);
        let hang_ups_owed = random.random();
        Self {
            offsets: Offsets::new(course),
            random,
            number: 0,
            items,
            instances: u32::try_from(scenario.population.instances).unwrap_or(u32::MAX),
            requesters: scenario.population.requesters,
            mix,
            unknown_share: scenario.population.unknown_items,
            pair_share: scenario.population.pairs,
            abandon: scenario.abandon,
            hang_ups_owed,
            licenses: scenario.licenses.is_some(),
            at_once: scenario.licenses.as_ref().map_or(0, |licenses| licenses.contenders as u64).max(1),
            instant: Duration::ZERO,
        }
    }

    fn draw_work(&mut self) -> Work {
        if self.licenses {
            return Work::LicenseStep;
        }
        let kinds = [Work::AccessRequest, Work::SessionStep, Work::AdminRead, Work::RateChange];
        let weights = self.mix.weights();
        let mut left = self.random.random::<f64>() * weights.iter().sum::<f64>();
        for (work, weight) in kinds.into_iter().zip(weights) {
            if left < weight {
                return work;
            }
            left -= weight;
        }
        // Rounding may leave a trace over; the last kind that has a weight at all takes it.
        kinds
            .into_iter()
            .zip(weights)
            .rfind(|(_, weight)| *weight > 0.0)
            .map_or(Work::AccessRequest, |(work, _)| work)
    }

    /// The items of one request: one, or two that differ.
    fn draw_items(&mut self) -> Vec<Wanted> {
        let first = self.draw_item();
        if self.random.random::<f64>() >= self.pair_share {
            return vec![first];
        }
        let second = self.draw_item();
        if second.item == first.item { vec![first] } else { vec![first, second] }
    }

    fn draw_item(&mut self) -> Wanted {
        let unknown = self.items.len() - 1;
        let index = if self.random.random::<f64>() < self.unknown_share {
            unknown
        } else {
            self.random.random_range(0..unknown.max(1))
        };
        let counts = &self.items[index].counts;
        let count = counts[self.random.random_range(0..counts.len())];
        Wanted { item: u16::try_from(index).unwrap_or(u16::MAX), count }
    }

    fn draw_hang_up(&mut self) -> Option<Duration> {
        self.hang_ups_owed += self.abandon;
        if self.hang_ups_owed < 1.0 {
            return None;
        }
        self.hang_ups_owed -= 1.0;
        Some(Duration::from_micros(self.random.random_range(PATIENCE_US)))
    }
}

impl Iterator for Schedule {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let (offset, stage) = self.offsets.next()?;
        let number = self.number;
        self.number += 1;
        if number.is_multiple_of(self.at_once) {
            self.instant = offset;
        }
        Some(Arrival {
            number,
            offset: self.instant,
            work: self.draw_work(),
            instance: self.random.random_range(0..self.instances.max(1)),
            requester: self.random.random_range(0..self.requesters.max(1)),
            stage,
            wanted: self.draw_items(),
            hang_up_after: self.draw_hang_up(),
            attempt: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::course::fixture::course;
    use super::super::population::catalogue;
    use super::super::shape::Shape;
    use super::*;

    fn schedule(course: &Course) -> Schedule {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let items = catalogue(&scenario.population.items);
        Schedule::new(&scenario, course, items)
    }

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        let once = course(Shape::Poisson { rate: 500.0 }, 2);
        let other = Course { seed: 43, ..once.clone() };
        let plan: Vec<_> = schedule(&once).collect();
        assert_eq!(plan, schedule(&once).collect::<Vec<_>>());
        assert_ne!(plan, schedule(&other).collect::<Vec<_>>());
        assert_eq!(plan.len() as u64, Offsets::new(&once).planned());
    }

    #[test]
    fn hang_ups_are_shared_out_evenly() {
        let quick = course(Shape::Constant { rate: 500.0 }, 3);
        let hang_ups = schedule(&quick).filter(|arrival| arrival.hang_up_after.is_some()).count();
        assert!((3..=4).contains(&hang_ups), "{hang_ups}");
    }
}
