//! Shares of a plan, for generators on several machines.
//!
//! Every segment draws the whole schedule from the same seed and keeps the requests to the instances that are its
//! own: each instance belongs to one segment. So the segments together send what one generator would have sent,
//! at the same instants, without a word between them.
//!
//! Instances are also what keeps the audit exact. No invariant spans two of them: a line item belongs to one
//! instance, and running total, order, refunds and conservation are about one line item. Each segment therefore
//! reconciles its own instances to the last token, with its own clock, and the sum of the segments' tallies is
//! the tally of the whole. Nothing has to be compared between the clocks of two machines.

use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::LoadError;
use super::course::Course;
use super::scenario::LoadScenario;
use super::schedule::Arrival;

/// The file that describes a segment, in its run folder.
pub const FILE: &str = "segment.json";

/// Format of that file.
pub const FORMAT: &str = "chargeproof-segment/1";

/// One share of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    number: u32,
    of: u32,
}

/// A text that names no segment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no segment; write 2/8 for the second of eight")]
pub struct NoSegment(String);

impl FromStr for Segment {
    type Err = NoSegment;

    fn from_str(text: &str) -> Result<Self, NoSegment> {
        let parts =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err(NoSegment(text.to_owned())),
        }
    }
}

impl Segment {
    /// All of the plan.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Number from 1.
    #[must_use]
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many segments there are.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the plan of this scenario can be shared out: every segment needs an instance of its own, and a search
    /// has no plan that is known beforehand.
    ///
    /// # Errors
    /// When it cannot.
    pub fn check(self, scenario: &LoadScenario, rate: Option<f64>) -> Result<(), LoadError> {
        let (segments, instances) = (self.of, scenario.population.instances);
        if scenario.fleet.is_some() {
            return Err(LoadError::FleetHasItsPace);
        }
        if scenario.licenses.is_some() {
            return Err(LoadError::LicensesInSegments);
        }
        if scenario.search.is_some() && rate.is_none() {
            return Err(LoadError::SearchInSegments);
        }
        if segments as usize > instances {
            return Err(LoadError::TooManySegments { segments, instances });
        }
        Ok(())
    }

    /// Whether it is all of the plan.
    pub(super) fn is_whole(self) -> bool {
        self.of == 1
    }

    /// Whether the instance with this index is its own.
    pub(super) fn owns(self, instance: u32) -> bool {
        instance % self.of == self.number - 1
    }

    /// How many of `all` things in a row are its own.
    pub(super) fn share(self, all: usize) -> usize {
        let all = u32::try_from(all).unwrap_or(u32::MAX);
        ((all + self.of - self.number) / self.of) as usize
    }
}

/// The requests of one segment; an instance has the index that it has among those of the segment.
#[derive(Clone, Debug)]
pub struct Share<S> {
    schedule: S,
    segment: Segment,
}

impl<S> Share<S> {
    /// The requests of this schedule that are the segment's own.
    pub fn new(schedule: S, segment: Segment) -> Self {
        Self { schedule, segment }
    }
}

impl<S: Iterator<Item = Arrival>> Iterator for Share<S> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let segment = self.segment;
        let mut arrival = self.schedule.find(|arrival| segment.owns(arrival.instance))?;
        arrival.instance /= segment.of;
        Some(arrival)
    }
}

/// What a merge must know about a segment beyond its events and histograms.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentRecord {
    /// `chargeproof-segment/1`.
    pub format: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Told by everything that shapes the plan; segments of one plan have the same.
    pub fingerprint: String,
    /// The seed.
    pub seed: u64,
    /// Number from 1.
    pub segment: u32,
    /// How many segments there are.
    pub of: u32,
    /// Requests planned in this segment.
    pub planned: u64,
    /// Requests planned in all segments.
    pub planned_all: u64,
    /// Planned seconds.
    pub duration_s: f64,
    /// When the schedule began, in milliseconds since 1970; none when it never did.
    pub started_ms: Option<u64>,
    /// Invariants that the scenario declares and this segment never put to the test; another one may have.
    pub never_exercised: Vec<String>,
}

impl SegmentRecord {
    /// Writes it into a run folder.
    pub fn write(&self, out: &Path) -> Result<(), LoadError> {
        let path = out.join(FILE);
        let failed = |source| LoadError::Write { path: path.display().to_string(), source };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        std::fs::write(&path, text + "\n").map_err(failed)
    }
}

/// A text that two plans share only when they are the same.
pub fn fingerprint(scenario: &LoadScenario, course: &Course) -> String {
    // The parts of a plan are plain values, and their text says all of them.
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{scenario:?} {course:?}").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::super::course::LoadOptions;
    use super::super::population::catalogue;
    use super::super::schedule::Schedule;
    use super::*;

    fn segment(text: &str) -> Segment {
        text.parse().unwrap()
    }

    #[test]
    fn segments_are_counted_from_one() {
        assert_eq!((segment("2/8").number(), segment("2/8").of()), (2, 8));
        for wrong in ["", "2", "0/8", "9/8", "1/0", "a/b", "-1/8", "1/2/3"] {
            assert!(wrong.parse::<Segment>().is_err(), "{wrong}");
        }
        assert!("9/8".parse::<Segment>().unwrap_err().to_string().contains("second of eight"));
    }

    #[test]
    fn every_instance_has_one_owner() {
        for of in 1..=7 {
            let segments: Vec<Segment> = (1..=of).map(|number| Segment { number, of }).collect();
            for instance in 0..30 {
                assert_eq!(segments.iter().filter(|one| one.owns(instance)).count(), 1);
            }
            for all in [1, 5, 20] {
                let shares: Vec<usize> = segments.iter().map(|one| one.share(all)).collect();
                assert_eq!(shares.iter().sum::<usize>(), all, "{of} segments");
                let owned = |one: &&Segment| (0..all as u32).filter(|instance| one.owns(*instance)).count();
                assert_eq!(shares, segments.iter().map(|one| owned(&one)).collect::<Vec<_>>());
            }
        }
    }

    /// The requests by their numbers, with the instances that the whole plan gives them.
    fn plan(scenario: &LoadScenario, segment: Segment) -> BTreeMap<u64, Arrival> {
        let options = LoadOptions {
            rate: Some(2000.0),
            duration: Some(Duration::from_secs(3)),
            ..LoadOptions::default()
        };
        let course = Course::of(scenario, &options).unwrap();
        let schedule = Schedule::new(scenario, &course, catalogue(&scenario.population.items));
        let share = Share::new(schedule, segment);
        let whole = |arrival: Arrival| Arrival {
            instance: arrival.instance * segment.of + segment.number - 1,
            ..arrival
        };
        share.map(whole).map(|arrival| (arrival.number, arrival)).collect()
    }

    #[test]
    fn segments_together_are_the_whole_plan() {
        for name in ["steady-access", "session-heartbeats"] {
            let scenario = LoadScenario::embedded(name).unwrap();
            let whole = plan(&scenario, Segment::WHOLE);
            assert!(whole.len() > 5000);
            for of in [2, 3, 8] {
                let parts: Vec<_> = (1..=of).map(|number| plan(&scenario, Segment { number, of })).collect();
                assert_eq!(parts.iter().map(BTreeMap::len).sum::<usize>(), whole.len(), "nothing twice");
                let together: BTreeMap<_, _> = parts.into_iter().flatten().collect();
                assert_eq!(together, whole, "{name} in {of}");
            }
        }
    }

    #[test]
    fn another_plan_has_another_fingerprint() {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let of = |options: LoadOptions| fingerprint(&scenario, &Course::of(&scenario, &options).unwrap());
        let plain = of(LoadOptions::default());
        assert_eq!(plain, of(LoadOptions::default()));
        assert_ne!(plain, of(LoadOptions { seed: Some(1), ..LoadOptions::default() }));
        assert_ne!(plain, of(LoadOptions { rate: Some(1.0), ..LoadOptions::default() }));
    }
}
