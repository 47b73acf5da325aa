//! The one way to assert: every check is recorded with its requirements before anything else happens.

use cucumber::gherkin::Step;

use super::record::lock;
use super::stage::Stage;
use crate::report::events::{Checked, Event, Level, ReadingSeen};

/// Why a step ended early. What it means for the outcome stands in the record; this is only what is said of
/// it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct StepError(String);

impl StepError {
    /// The harness or the feature file is at fault, not the target.
    pub(super) fn fault(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// What a step returns.
pub(super) type Stepped = Result<(), StepError>;

/// Where a check stands in the feature file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The step's text.
    pub(super) step: String,
    /// The step's line.
    pub(super) line: usize,
}

impl From<&Step> for Place {
    fn from(step: &Step) -> Self {
        Self { step: step.value.clone(), line: step.position.line }
    }
}

impl Stage {
    /// An assertion that speaks for what its line names, or for all requirements of the scenario.
    pub(super) fn assert(
        &self,
        place: impl Into<Place>,
        expected: impl Into<String>,
        actual: impl Into<String>,
        held: bool,
    ) -> Stepped {
        let place = place.into();
        let requirements = self.bound(&place);
        let mut level = self.context.registry.level(&requirements);
        if self.context.is_inferred(&self.scenario.id) {
            level = level.min(Level::Should);
        }
        self.check_at(level, place, &requirements, (expected.into(), actual.into()), held)
    }

    /// An assertion of a set-up step, which speaks for requirements of its own.
    pub(super) fn assert_set_up(
        &self,
        place: impl Into<Place>,
        requirements: &[&str],
        expected: impl Into<String>,
        actual: impl Into<String>,
        held: bool,
    ) -> Stepped {
        let requirements: Vec<String> = requirements.iter().map(|&id| id.to_owned()).collect();
        self.check(place, &requirements, expected, actual, held)
    }

    /// Records an assertion at the level of its requirements, and stops the step when it fails the scenario.
    ///
    /// A SHOULD only warns unless the run is strict. What a document leaves open (READING) fails here,
    /// because the check is then against all legal alternatives.
    pub(super) fn check(
        &self,
        place: impl Into<Place>,
        requirements: &[String],
        expected: impl Into<String>,
        actual: impl Into<String>,
        held: bool,
    ) -> Stepped {
        let level = self.context.registry.level(requirements);
        self.check_at(level, place.into(), requirements, (expected.into(), actual.into()), held)
    }

    fn check_at(
        &self,
        level: Level,
        place: Place,
        requirements: &[String],
        (expected, actual): (String, String),
        held: bool,
    ) -> Stepped {
        let fails = !held && (level != Level::Should || self.context.strict);
        self.record.count(held, fails);
        let stepped =
            if fails { Err(StepError(format!("expected {expected}, saw {actual}"))) } else { Ok(()) };
        self.context.events.send(Event::Checked(Checked {
            scenario: self.scenario.id.clone(),
            step: place.step,
            location: format!("{}:{}", self.file(), place.line),
            requirements: requirements.to_vec(),
            level,
            held,
            expected,
            actual,
            exchange: if held { None } else { self.shown.clone() },
        }));
        stepped
    }

    /// Records which legal alternative the target follows. It must be one of them, and the same all run long.
    pub(super) fn reading(&self, step: &Step, decision: &str, value: &str) -> Stepped {
        let Some(point) = self.context.registry.reading(decision) else {
            return Err(StepError::fault(format!("no reading is registered under the name {decision}")));
        };
        let open = [point.requirement.clone()];
        let legal = point.values.iter().any(|known| known == value);
        // Outside all legal values nothing is left to warn about, so a SHOULD must not soften this check.
        let place = Place::from(step);
        let bound = self.bound(&place).into_iter();
        let binding = bound.filter(|id| *id != open[0] && self.level_of(id) != Level::Should);
        let requirements: Vec<String> = open.iter().cloned().chain(binding).collect();
        self.check(place, &requirements, format!("{decision}: {}", point.values.join(" or ")), value, legal)?;
        let versioned = self.scenario.system.has_versions();
        let version = if versioned { self.api.version.clone() } else { String::new() };
        self.context.events.send(Event::ReadingSeen(ReadingSeen {
            scenario: self.scenario.id.clone(),
            decision: decision.to_owned(),
            requirement: point.requirement.clone(),
            value: value.to_owned(),
            version: version.clone(),
        }));
        let first = lock(&self.context.readings)
            .entry((decision.to_owned(), version))
            .or_insert_with(|| value.to_owned())
            .clone();
        if first == value {
            return Ok(());
        }
        self.check(step, &open, format!("{decision}: {first}, as earlier in this run"), value, false)
    }

    /// Gives the scenario up as not tested.
    pub(super) fn not_tested(&self, reason: &str) -> StepError {
        self.record.not_tested(reason);
        StepError(reason.to_owned())
    }

    /// The requirements that an assertion at this place speaks for.
    fn bound(&self, place: &Place) -> Vec<String> {
        self.context.bound(self.file(), place.line, &self.scenario.requirements)
    }

    fn level_of(&self, requirement: &str) -> Level {
        self.context.registry.level(&[requirement.to_owned()])
    }

    fn file(&self) -> &str {
        self.scenario.id.rsplit_once(':').map_or(self.scenario.id.as_str(), |(file, _)| file)
    }
}
