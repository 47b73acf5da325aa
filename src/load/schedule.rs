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

use super::population::Item;
use super::scenario::{Course, LoadScenario};
use super::spec::{Mix, Shape};

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
    /// What is asked for, if this comes to be a charging request.
    pub wanted: Vec<Wanted>,
    /// After how long the client hangs up, if it does.
    pub hang_up_after: Option<Duration>,
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
}

/// One requested item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// Index of the item.
    pub item: u16,
    /// Count.
    pub count: Decimal,
}

/// The instants of a course.
#[derive(Clone, Debug)]
pub struct Offsets {
    shape: Shape,
    duration_s: f64,
    number: u64,
    elapsed_s: f64,
    random: StdRng,
}

impl Offsets {
    /// The instants of this course.
    pub fn new(course: &Course) -> Self {
        Self {
            shape: course.shape,
            duration_s: course.duration.as_secs_f64(),
            number: 0,
            elapsed_s: 0.0,
            random: StdRng::seed_from_u64(course.seed),
        }
    }

    /// How many there will be.
    pub fn planned(&self) -> u64 {
        self.clone().map(|_| 1).sum()
    }

    /// When the arrival with the current number is due, in seconds.
    fn due_s(&mut self) -> f64 {
        let number = self.number as f64;
        match self.shape {
            Shape::Constant { rate } => number / rate,
            Shape::Poisson { rate } => {
                let gap_s = -(1.0 - self.random.random::<f64>()).ln() / rate;
                self.elapsed_s + gap_s
            }
            Shape::Ramp { from, to } => ramp_s(from, (to - from) / self.duration_s, number),
        }
    }
}

/// When a rate that starts at `from` and gains `slope` a second has brought `number` arrivals.
///
/// The arrivals until t are `from·t + slope·t²/2`. Written with the sum of the roots below the fraction line,
/// the solution needs no special case for a slope of nothing.
fn ramp_s(from: f64, slope: f64, number: f64) -> f64 {
    if number <= 0.0 {
        return 0.0;
    }
    let below = from * from + 2.0 * slope * number;
    // A falling ramp brings no more arrivals than it has room for.
    if below < 0.0 { f64::INFINITY } else { 2.0 * number / (from + below.sqrt()) }
}

impl Iterator for Offsets {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let due_s = self.due_s();
        if due_s >= self.duration_s {
            return None;
        }
        self.elapsed_s = due_s;
        self.number += 1;
        Some(Duration::from_secs_f64(due_s))
    }
}

/// The requests of a course.
#[derive(Clone, Debug)]
pub struct Schedule {
    offsets: Offsets,
    random: StdRng,
    number: u64,
    items: Arc<[Item]>,
    instances: u32,
    mix: Mix,
    unknown_share: f64,
    pair_share: f64,
    abandon: f64,
    /// Grows by `abandon` with each arrival; when it reaches one, the client hangs up. Sharing out evenly
    /// makes sure that a short run has its share too.
    hang_ups_owed: f64,
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
            mix,
            unknown_share: scenario.population.unknown_items,
            pair_share: scenario.population.pairs,
            abandon: scenario.abandon,
            hang_ups_owed,
        }
    }

    fn draw_work(&mut self) -> Work {
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
        let offset = self.offsets.next()?;
        let number = self.number;
        self.number += 1;
        Some(Arrival {
            number,
            offset,
            work: self.draw_work(),
            instance: self.random.random_range(0..self.instances.max(1)),
            wanted: self.draw_items(),
            hang_up_after: self.draw_hang_up(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::population::catalogue;
    use super::*;

    fn course(shape: Shape, seconds: u64) -> Course {
        Course { shape, duration: Duration::from_secs(seconds), seed: 42 }
    }

    fn schedule(course: &Course) -> Schedule {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let items = catalogue(&scenario.population.items);
        Schedule::new(&scenario, course, items)
    }

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        let once = course(Shape::Poisson { rate: 500.0 }, 2);
        let other = Course { seed: 43, ..once };
        let plan: Vec<_> = schedule(&once).collect();
        assert_eq!(plan, schedule(&once).collect::<Vec<_>>());
        assert_ne!(plan, schedule(&other).collect::<Vec<_>>());
        assert_eq!(plan.len() as u64, Offsets::new(&once).planned());
    }

    #[test]
    fn rates_are_as_asked_for() {
        assert_eq!(Offsets::new(&course(Shape::Constant { rate: 100.0 }, 3)).planned(), 300);
        // A Poisson count strays by its root: 3 × √20000 ≈ 424.
        let poisson = Offsets::new(&course(Shape::Poisson { rate: 2000.0 }, 10)).planned();
        assert!(poisson.abs_diff(20_000) < 450, "{poisson}");
        // From 0 to 200 in 10 s is 1000 arrivals, a quarter of them in the first half.
        let ramp: Vec<_> = Offsets::new(&course(Shape::Ramp { from: 0.0, to: 200.0 }, 10)).collect();
        assert!(ramp.len().abs_diff(1000) <= 1, "{}", ramp.len());
        let early = ramp.iter().filter(|offset| **offset < Duration::from_secs(5)).count();
        assert!(early.abs_diff(250) <= 1, "{early}");
        let falling = Offsets::new(&course(Shape::Ramp { from: 200.0, to: 0.0 }, 10)).planned();
        assert!(falling.abs_diff(1000) <= 1, "{falling}");
        let level = Offsets::new(&course(Shape::Ramp { from: 50.0, to: 50.0 }, 2)).planned();
        assert_eq!(level, 100);
    }

    #[test]
    fn instants_never_go_back() {
        for shape in [
            Shape::Constant { rate: 700.0 },
            Shape::Poisson { rate: 700.0 },
            Shape::Ramp { from: 10.0, to: 900.0 },
        ] {
            let offsets: Vec<_> = Offsets::new(&course(shape, 2)).collect();
            assert!(offsets.is_sorted());
            assert!(offsets.last().unwrap() < &Duration::from_secs(2));
        }
    }

    #[test]
    fn hang_ups_are_shared_out_evenly() {
        let quick = course(Shape::Constant { rate: 500.0 }, 3);
        let hang_ups = schedule(&quick).filter(|arrival| arrival.hang_up_after.is_some()).count();
        assert!((3..=4).contains(&hang_ups), "{hang_ups}");
    }
}
