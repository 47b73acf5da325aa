//! What is really planned: the scenario together with what the command line says.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::LoadError;
use super::scenario::LoadScenario;
use super::segment::Segment;
use super::shape::Shape;

/// No run is planned longer than a week: beyond that a misplaced digit is likelier than intent.
const LONGEST_S: f64 = 7.0 * 24.0 * 3600.0;

/// What the command line says about a run.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The short form of the scenario, unless rate or duration are given too.
    pub quick: bool,
    /// Requests a second, in place of the scenario's; the peak where the rate is not constant.
    pub rate: Option<f64>,
    /// Duration, in place of the scenario's.
    pub duration: Option<Duration>,
    /// Seed, in place of the scenario's.
    pub seed: Option<u64>,
    /// The share of the plan to carry out, when others carry out the rest.
    pub segment: Option<Segment>,
    /// A Parquet file for the usage rows of a fleet, which are kept nowhere else.
    pub rows: Option<PathBuf>,
    /// When the schedule begins; as soon as everything is ready when left out.
    pub start_at: Option<SystemTime>,
}

/// A part of a run with arrivals of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Name.
    pub name: String,
    /// When requests are due.
    pub shape: Shape,
    /// For how long.
    pub duration: Duration,
}

/// Scenario and options together: what is really planned.
#[derive(Clone, Debug)]
pub struct Course {
    /// The stages, one after another.
    pub stages: Arc<[Stage]>,
    /// How long all stages take together.
    pub duration: Duration,
    /// Seed of schedule and mix.
    pub seed: u64,
    /// Whether this is the short form.
    pub quick: bool,
}

impl Course {
    /// The course of a scenario under these options.
    ///
    /// # Errors
    /// When nothing would be sent, or no time is left.
    pub fn of(scenario: &LoadScenario, options: &LoadOptions) -> Result<Self, LoadError> {
        let planned = scenario.stages();
        let peak = planned.iter().map(|stage| stage.shape.peak()).fold(0.0, f64::max);
        let rate_factor = match options.rate {
            Some(rate) if rate.is_finite() && rate > 0.0 => rate / peak,
            Some(_) => return Err(LoadError::ZeroRate),
            None if options.quick => scenario.quick.rate_share,
            None => 1.0,
        };
        let total_s: f64 = planned.iter().map(|stage| stage.duration_s).sum();
        if !total_s.is_finite() || !(0.0..=LONGEST_S).contains(&total_s) || total_s <= 0.0 {
            return Err(LoadError::ZeroDuration);
        }
        let time_factor = match options.duration {
            Some(duration) => duration.as_secs_f64() / total_s,
            None if options.quick => scenario.quick.duration_s / total_s,
            None => 1.0,
        };
        let mut stages = Vec::with_capacity(planned.len());
        for stage in planned {
            let shape = stage.shape.scaled(rate_factor);
            let duration = Duration::try_from_secs_f64(stage.duration_s * time_factor);
            let duration = duration.map_err(|_| LoadError::ZeroDuration)?;
            if !shape.is_sound() {
                return Err(LoadError::ZeroRate);
            }
            stages.push(Stage { name: stage.name.to_owned(), shape, duration });
        }
        let duration: Duration = stages.iter().map(|stage| stage.duration).sum();
        if duration.is_zero() {
            return Err(LoadError::ZeroDuration);
        }
        let seed = options.seed.unwrap_or(scenario.seed);
        Ok(Self { stages: stages.into(), duration, seed, quick: options.quick })
    }

    /// The highest rate of any stage.
    pub fn peak(&self) -> f64 {
        self.stages.iter().map(|stage| stage.shape.peak()).fold(0.0, f64::max)
    }
}

#[cfg(test)]
pub mod fixture {
    //! Courses for tests.

    use super::*;

    /// One stage of this shape.
    pub fn course(shape: Shape, seconds: u64) -> Course {
        let duration = Duration::from_secs(seconds);
        let stage = Stage { name: "main".to_owned(), shape, duration };
        Course { stages: vec![stage].into(), duration, seed: 42, quick: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_go_before_the_scenario() {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let full = Course::of(&scenario, &LoadOptions::default()).unwrap();
        let quick = Course::of(&scenario, &LoadOptions { quick: true, ..LoadOptions::default() }).unwrap();
        assert_eq!(quick.duration, Duration::from_secs(3));
        assert!((quick.peak() * 4.0 - full.peak()).abs() < 1e-9);

        let given = LoadOptions { quick: true, rate: Some(10.0), seed: Some(7), ..LoadOptions::default() };
        let course = Course::of(&scenario, &given).unwrap();
        assert!((course.peak() - 10.0).abs() < 1e-9);
        assert_eq!(course.seed, 7);
    }

    #[test]
    fn the_duration_is_shared_among_the_stages() {
        let scenario = LoadScenario::embedded("burst").unwrap();
        let given = LoadOptions { duration: Some(Duration::from_secs(1)), ..LoadOptions::default() };
        let course = Course::of(&scenario, &given).unwrap();
        assert!(course.stages.len() > 1);
        assert!(course.duration.abs_diff(Duration::from_secs(1)) < Duration::from_micros(1));
    }

    #[test]
    fn nothing_to_send_is_an_error() {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let still = LoadOptions { rate: Some(0.0), ..LoadOptions::default() };
        assert!(matches!(Course::of(&scenario, &still), Err(LoadError::ZeroRate)));
        let brief = LoadOptions { duration: Some(Duration::ZERO), ..LoadOptions::default() };
        assert!(matches!(Course::of(&scenario, &brief), Err(LoadError::ZeroDuration)));
    }
}
