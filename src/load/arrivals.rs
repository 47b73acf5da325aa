//! The instants at which requests are due.
//!
//! An iterator that holds a random number generator and no list, so that a long run costs no memory. The same
//! seed gives the same instants.

use std::f64::consts::TAU;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::course::{Course, Stage};
use super::shape::{Recording, Shape, Stretch};

/// The instants of a course, each with the index of its stage.
#[derive(Clone, Debug)]
pub struct Offsets {
    stages: Arc<[Stage]>,
    stage: usize,
    /// When the stage begins.
    begins: Duration,
    instants: Instants,
    random: StdRng,
}

impl Offsets {
    /// The instants of this course.
    pub fn new(course: &Course) -> Self {
        let stages = Arc::clone(&course.stages);
        let instants = stages.first().map_or(Instants::None, Instants::of);
        let random = StdRng::seed_from_u64(course.seed);
        Self { stages, stage: 0, begins: Duration::ZERO, instants, random }
    }

    /// How many there will be.
    pub fn planned(&self) -> u64 {
        self.clone().map(|_| 1).sum()
    }
}

impl Iterator for Offsets {
    type Item = (Duration, u16);

    fn next(&mut self) -> Option<(Duration, u16)> {
        loop {
            let duration = self.stages.get(self.stage)?.duration;
            let due_s = self.instants.next(duration.as_secs_f64(), &mut self.random);
            if let Some(due_s) = due_s.filter(|due_s| *due_s < duration.as_secs_f64()) {
                let stage = u16::try_from(self.stage).unwrap_or(u16::MAX);
                return Some((self.begins + Duration::from_secs_f64(due_s), stage));
            }
            self.begins += duration;
            self.stage += 1;
            self.instants = self.stages.get(self.stage).map_or(Instants::None, Instants::of);
        }
    }
}

/// The instants of one stage, counted from its beginning in seconds.
#[derive(Clone, Debug)]
enum Instants {
    None,
    Even(Even),
    Poisson { rate: f64, elapsed_s: f64 },
    Daily { night: f64, noon: f64, days: f64, elapsed_s: f64 },
    Recorded { recording: Recording, next: usize },
}

impl Instants {
    fn of(stage: &Stage) -> Self {
        match &stage.shape {
            Shape::Poisson { rate } => Self::Poisson { rate: *rate, elapsed_s: 0.0 },
            Shape::Daily { night, noon, days } => {
                Self::Daily { night: *night, noon: *noon, days: *days, elapsed_s: 0.0 }
            }
            Shape::Replay(recording) => Self::Recorded { recording: recording.clone(), next: 0 },
            even => Self::Even(Even { stretches: even.stretches(), ..Even::default() }),
        }
    }

    fn next(&mut self, duration_s: f64, random: &mut StdRng) -> Option<f64> {
        match self {
            Self::None => None,
            Self::Even(even) => even.next(duration_s),
            Self::Poisson { rate, elapsed_s } => {
                *elapsed_s += gap_s(random, *rate);
                Some(*elapsed_s)
            }
            Self::Daily { night, noon, days, elapsed_s } => {
                let most = night.max(*noon);
                // Thinning: instants at the highest rate, of which each stays with the chance that its own
                // rate has of that.
                while *elapsed_s < duration_s {
                    *elapsed_s += gap_s(random, most);
                    let day = (*elapsed_s / duration_s * *days * TAU).cos();
                    let rate = *night + (*noon - *night) * (1.0 - day) / 2.0;
                    if random.random::<f64>() * most < rate {
                        return Some(*elapsed_s);
                    }
                }
                None
            }
            Self::Recorded { recording, next } => {
                let instant = recording.instants.get(*next)?;
                *next += 1;
                Some(instant / recording.speed)
            }
        }
    }
}

/// Until the next of many independent events at this rate.
fn gap_s(random: &mut StdRng, rate: f64) -> f64 {
    -(1.0 - random.random::<f64>()).ln() / rate
}

/// Evenly spaced instants at a rate that goes in straight lines.
#[derive(Clone, Debug, Default)]
struct Even {
    stretches: Vec<Stretch>,
    stretch: usize,
    /// Arrivals before the stretch, and seconds.
    before: f64,
    begins_s: f64,
    number: f64,
}

impl Even {
    fn next(&mut self, duration_s: f64) -> Option<f64> {
        loop {
            let stretch = self.stretches.get(self.stretch)?;
            let lasts_s = stretch.share * duration_s;
            let arrivals = (stretch.from + stretch.to) / 2.0 * lasts_s;
            let into_s =
                ramp_s(stretch.from, (stretch.to - stretch.from) / lasts_s, self.number - self.before);
            if lasts_s > 0.0 && into_s < lasts_s {
                self.number += 1.0;
                return Some(self.begins_s + into_s);
            }
            self.before += arrivals;
            self.begins_s += lasts_s;
            self.stretch += 1;
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::course::fixture::course;
    use super::*;

    fn planned(shape: Shape, seconds: u64) -> u64 {
        Offsets::new(&course(shape, seconds)).planned()
    }

    fn between(shape: Shape, seconds: u64, from: f64, to: f64) -> usize {
        let inside = |(offset, _): &(Duration, u16)| (from..to).contains(&offset.as_secs_f64());
        Offsets::new(&course(shape, seconds)).filter(inside).count()
    }

    #[test]
    fn rates_are_as_asked_for() {
        assert_eq!(planned(Shape::Constant { rate: 100.0 }, 3), 300);
        // A Poisson count strays by its root: 3 × √20000 ≈ 424.
        assert!(planned(Shape::Poisson { rate: 2000.0 }, 10).abs_diff(20_000) < 450);
        // From 0 to 200 in 10 s is 1000 arrivals, a quarter of them in the first half.
        let ramp = Shape::Ramp { from: 0.0, to: 200.0 };
        assert!(planned(ramp.clone(), 10).abs_diff(1000) <= 1);
        assert!(between(ramp, 10, 0.0, 5.0).abs_diff(250) <= 1);
        assert!(planned(Shape::Ramp { from: 200.0, to: 0.0 }, 10).abs_diff(1000) <= 1);
        assert_eq!(planned(Shape::Ramp { from: 50.0, to: 50.0 }, 2), 100);
    }

    #[test]
    fn steps_and_spikes_change_the_rate_where_they_say() {
        let steps = Shape::Steps { rates: vec![100.0, 0.0, 300.0] };
        assert!(between(steps.clone(), 3, 0.0, 1.0).abs_diff(100) <= 1);
        assert!(between(steps.clone(), 3, 1.001, 1.999) <= 1);
        assert!(between(steps, 3, 2.0, 3.0).abs_diff(300) <= 1);
        let spike = Shape::Spike { rate: 10.0, peak: 1000.0, begins: 0.5, ends: 0.6 };
        assert!(between(spike.clone(), 10, 5.0, 6.0).abs_diff(1000) <= 1);
        assert!(planned(spike, 10).abs_diff(1090) <= 2);
    }

    #[test]
    fn a_day_is_busiest_at_noon() {
        let daily = Shape::Daily { night: 20.0, noon: 400.0, days: 2.0 };
        // Two days of 10 s each bring 210 a second on average: 4200, give or take 3 × √4200.
        assert!(planned(daily.clone(), 20).abs_diff(4200) < 200);
        assert!(between(daily.clone(), 20, 4.5, 5.5) > 300);
        assert!(between(daily, 20, 9.5, 10.5) < 60);
    }

    #[test]
    fn a_recording_is_replayed_at_its_speed() {
        let instants = Recording::read("0.5\n1\n3\n").unwrap();
        let replay = Shape::Replay(Recording { file: PathBuf::new(), speed: 2.0, instants });
        let offsets: Vec<_> = Offsets::new(&course(replay, 10)).map(|(at, _)| at.as_millis()).collect();
        assert_eq!(offsets, [250, 500, 1500]);
    }

    #[test]
    fn stages_follow_one_another() {
        let mut course = course(Shape::Constant { rate: 10.0 }, 1);
        let second = Stage {
            name: "second".to_owned(),
            shape: Shape::Constant { rate: 20.0 },
            ..course.stages[0].clone()
        };
        course.stages = vec![course.stages[0].clone(), second].into();
        let offsets: Vec<_> = Offsets::new(&course).collect();
        assert_eq!(offsets.len(), 30);
        assert_eq!(offsets.iter().filter(|(_, stage)| *stage == 1).count(), 20);
        assert_eq!(offsets[10], (Duration::from_secs(1), 1));
    }

    #[test]
    fn instants_never_go_back() {
        for shape in [
            Shape::Constant { rate: 700.0 },
            Shape::Poisson { rate: 700.0 },
            Shape::Ramp { from: 10.0, to: 900.0 },
            Shape::Steps { rates: vec![700.0, 10.0, 900.0] },
            Shape::Daily { night: 1.0, noon: 900.0, days: 1.5 },
        ] {
            let offsets: Vec<_> = Offsets::new(&course(shape, 2)).collect();
            assert!(offsets.is_sorted());
            assert!(offsets.last().unwrap().0 < Duration::from_secs(2));
        }
    }
}
