//! What a load run looks like: population, mix, arrivals, thresholds — read from TOML, strictly.
//!
//! A scenario says what is normal for it, and which invariants it promises to put to the test. A misspelt key
//! is an error with its line, because a threshold that is silently left out would be a run that proves less
//! than it says.

use std::path::Path;
use std::time::{Duration, SystemTime};

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::LoadError;
use super::audit::InvariantId;
use super::segment::Segment;
use super::spec::{ItemSpec, Mix, PopulationSpec, SessionSpec, Shape, Thresholds};

/// The scenarios that travel inside the program.
static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

/// No run is planned longer than a week: beyond that a misplaced digit is likelier than intent.
const LONGEST_S: f64 = 7.0 * 24.0 * 3600.0;

/// How long a quick run takes.
const QUICK: Duration = Duration::from_secs(3);

/// The share of the rate that a quick run keeps.
const QUICK_SHARE: f64 = 0.25;

/// A load scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoadScenario {
    /// Name, also of the files that a run writes.
    pub(super) name: String,
    /// What it is about, in a sentence.
    pub(super) says: String,
    /// Seed of schedule and mix.
    pub(super) seed: u64,
    /// Planned seconds.
    pub(super) duration_s: f64,
    /// Requests that can be under way at once.
    pub(super) workers: usize,
    /// Share of the charging requests whose client hangs up before the answer.
    #[serde(default)]
    pub(super) abandon: f64,
    /// When requests are due.
    pub(super) arrival: Shape,
    /// What they are.
    pub(super) mix: Mix,
    /// What they are sent to.
    pub(super) population: PopulationSpec,
    /// How sessions go, for scenarios that have any.
    #[serde(default)]
    pub(super) sessions: SessionSpec,
    /// What a run must keep to.
    #[serde(default)]
    pub(super) thresholds: Thresholds,
    /// The invariants that a run must put to the test.
    pub(super) invariants: Vec<InvariantId>,
}

/// What the command line says about a run.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Three seconds at a quarter of the rate, unless rate or duration are given too.
    pub quick: bool,
    /// Requests a second, in place of the scenario's; the peak of a ramp.
    pub rate: Option<f64>,
    /// Duration, in place of the scenario's.
    pub duration: Option<Duration>,
    /// Seed, in place of the scenario's.
    pub seed: Option<u64>,
    /// The share of the plan to carry out, when others carry out the rest.
    pub segment: Option<Segment>,
    /// When the schedule begins; as soon as everything is ready when left out.
    pub start_at: Option<SystemTime>,
}

/// Scenario and options together: what is really planned.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// When requests are due.
    pub shape: Shape,
    /// For how long.
    pub duration: Duration,
    /// Seed of schedule and mix.
    pub seed: u64,
}

impl LoadScenario {
    /// The scenario of this name that is built in, or the one in this file.
    ///
    /// # Errors
    /// When there is neither, or when it cannot be run.
    pub fn resolve(name_or_path: &str) -> Result<Self, LoadError> {
        let path = Path::new(name_or_path);
        if path.is_file() { Self::load(path) } else { Self::embedded(name_or_path) }
    }

    /// The scenario of this name that is built in; the name may end in `.toml`.
    ///
    /// # Errors
    /// When there is none.
    pub fn embedded(name: &str) -> Result<Self, LoadError> {
        let stem = name.strip_suffix(".toml").unwrap_or(name);
        let text = SCENARIOS.get_file(format!("{stem}.toml")).and_then(|file| file.contents_utf8());
        match text {
            Some(text) => Self::parse(text, stem),
            None => Err(LoadError::UnknownScenario { name: name.to_owned(), known: known() }),
        }
    }

    /// The scenario in a file.
    ///
    /// # Errors
    /// When the file cannot be read or is no scenario that can be run.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let origin = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|source| LoadError::Read { path: origin.clone(), source })?;
        Self::parse(&text, &origin)
    }

    /// Name of the scenario.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the scenario is about, in a sentence.
    #[must_use]
    pub fn says(&self) -> &str {
        &self.says
    }

    fn parse(text: &str, origin: &str) -> Result<Self, LoadError> {
        let scenario: Self = toml::from_str(text).map_err(|error| LoadError::Malformed {
            origin: origin.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        match scenario.problem() {
            Some(problem) => Err(LoadError::Nonsense { name: scenario.name, problem: problem.to_owned() }),
            None => Ok(scenario),
        }
    }

    /// What makes the scenario impossible to run, if anything does.
    fn problem(&self) -> Option<&'static str> {
        let population = &self.population;
        let shares = [
            self.abandon,
            population.limited_share,
            population.split_share,
            population.unknown_items,
            population.pairs,
        ];
        let weights = [self.mix.access_request, self.mix.session_step];
        let name_is_plain = self.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
        let rules = [
            (!self.name.is_empty() && name_is_plain, "name must consist of letters, digits and hyphens"),
            ((1..=4096).contains(&self.workers), "workers must be between 1 and 4096"),
            (shares.iter().all(|share| (0.0..=1.0).contains(share)), "shares must be between 0 and 1"),
            (
                weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0),
                "weights of mix must not be negative",
            ),
            (weights.iter().sum::<f64>() > 0.0, "mix must give a weight to access_request or session_step"),
            (
                (1..=10_000).contains(&population.instances),
                "population.instances must be between 1 and 10000",
            ),
            ((1..=100).contains(&population.line_items), "population.line_items must be between 1 and 100"),
            (population.limited_instances <= population.instances, "more limited instances than instances"),
            (!population.items.is_empty(), "population.items must not be empty"),
            (
                population.items.iter().all(ItemSpec::is_sound),
                "rates and counts must be above zero, counts not empty",
            ),
            (self.sessions.count > 0, "sessions.count must be above zero"),
            (self.thresholds.lateness_p99_ms > 0.0, "thresholds.lateness_p99_ms must be above zero"),
        ];
        rules.into_iter().find(|(holds, _)| !holds).map(|(_, problem)| problem)
    }

    /// What is planned when these options are given.
    pub(super) fn course(&self, options: &LoadOptions) -> Result<Course, LoadError> {
        let shape = match options.rate {
            Some(rate) if rate.is_finite() && rate > 0.0 => self.arrival.scaled(rate / self.arrival.peak()),
            Some(_) => return Err(LoadError::ZeroRate),
            None if options.quick => self.arrival.scaled(QUICK_SHARE),
            None => self.arrival,
        };
        if !shape.is_sound() {
            return Err(LoadError::ZeroRate);
        }
        let duration = match options.duration {
            Some(duration) => duration,
            None if options.quick => QUICK,
            None if self.duration_s.is_finite() && (0.0..=LONGEST_S).contains(&self.duration_s) => {
                Duration::from_secs_f64(self.duration_s)
            }
            None => return Err(LoadError::ZeroDuration),
        };
        if duration.is_zero() {
            return Err(LoadError::ZeroDuration);
        }
        Ok(Course { shape, duration, seed: options.seed.unwrap_or(self.seed) })
    }
}

/// The names of the built-in scenarios, for an error message.
fn known() -> String {
    let mut names: Vec<_> = SCENARIOS
        .files()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|file| file.path().file_stem()?.to_str())
        .collect();
    names.sort_unstable();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_scenarios_can_be_run() {
        for name in ["steady-access", "session-heartbeats.toml"] {
            let scenario = LoadScenario::resolve(name).unwrap();
            assert!(scenario.course(&LoadOptions::default()).is_ok(), "{name}");
            assert!(!scenario.invariants.is_empty() && !scenario.says().is_empty(), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = LoadScenario::resolve("steady").unwrap_err().to_string();
        assert!(message.contains("session-heartbeats, steady-access"), "{message}");
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let text = SCENARIOS.get_file("steady-access.toml").unwrap().contents_utf8().unwrap();
        let message = LoadScenario::parse(&text.replace("\nabandon =", "\nabandoned ="), "mine.toml")
            .unwrap_err()
            .to_string();
        assert!(message.contains("mine.toml") && message.contains("line") && message.contains("abandoned"));
    }

    #[test]
    fn options_go_before_the_scenario() {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let quick = scenario.course(&LoadOptions { quick: true, ..LoadOptions::default() }).unwrap();
        assert_eq!(quick.duration, Duration::from_secs(3));
        assert!((quick.shape.peak() * 4.0 - scenario.arrival.peak()).abs() < 1e-9);

        let given = LoadOptions { quick: true, rate: Some(10.0), seed: Some(7), ..LoadOptions::default() };
        let course = scenario.course(&given).unwrap();
        assert!((course.shape.peak() - 10.0).abs() < 1e-9);
        assert_eq!(course.seed, 7);
    }

    #[test]
    fn nothing_to_send_is_an_error() {
        let scenario = LoadScenario::embedded("steady-access").unwrap();
        let still = LoadOptions { rate: Some(0.0), ..LoadOptions::default() };
        assert!(matches!(scenario.course(&still), Err(LoadError::ZeroRate)));
        let brief = LoadOptions { duration: Some(Duration::ZERO), ..LoadOptions::default() };
        assert!(matches!(scenario.course(&brief), Err(LoadError::ZeroDuration)));
    }
}
