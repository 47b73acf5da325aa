//! What a load run looks like: population, mix, arrivals, thresholds — read from TOML, strictly.
//!
//! A scenario says what is normal for it, and which invariants it promises to put to the test. A misspelt key
//! is an error with its line, because a threshold that is silently left out would be a run that proves less
//! than it says.

use std::path::Path;

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::LoadError;
use super::audit::InvariantId;
use super::fleet::FleetSpec;
use super::licenses::LicenseSpec;
use super::limits::Limit;
use super::problems::first_problem;
use super::shape::{Recording, Shape};
use super::spec::{Mix, PopulationSpec, QuickSpec, SearchSpec, SessionSpec, StageSpec, Thresholds};

/// The scenarios that travel inside the program.
static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

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
    /// Planned seconds of a scenario without stages.
    pub(super) duration_s: Option<f64>,
    /// Requests that can be under way at once; calculated from the rate when left out.
    pub(super) workers: Option<usize>,
    /// Share of the charging requests whose client hangs up before the answer.
    #[serde(default)]
    pub(super) abandon: f64,
    /// How often a client that had no answer sends its one-off request again.
    #[serde(default)]
    pub(super) retries: u32,
    /// When requests are due, in a scenario without stages.
    pub(super) arrival: Option<Shape>,
    /// Parts with arrivals of their own, one after another.
    #[serde(default)]
    pub(super) stages: Vec<StageSpec>,
    /// What requests are; nothing in a scenario of a fleet.
    #[serde(default)]
    pub(super) mix: Mix,
    /// What they are sent to; nothing in a scenario of license servers.
    #[serde(default)]
    pub(super) population: PopulationSpec,
    /// How sessions go, for scenarios that have any.
    #[serde(default)]
    pub(super) sessions: SessionSpec,
    /// A fleet of clients on the virtual clock, in place of arrivals and mix.
    pub(super) fleet: Option<FleetSpec>,
    /// License servers with their hosts, in place of population and mix.
    pub(super) licenses: Option<LicenseSpec>,
    /// The short form.
    #[serde(default)]
    pub(super) quick: QuickSpec,
    /// The search for the highest rate, for a scenario that is repeated at one rate after another.
    pub(super) search: Option<SearchSpec>,
    /// What the generator must keep to.
    #[serde(default)]
    pub(super) thresholds: Thresholds,
    /// What the target must keep to.
    #[serde(default)]
    pub(super) require: Vec<Limit>,
    /// What ends a run at once.
    #[serde(default)]
    pub(super) abort: Vec<Limit>,
    /// The invariants that a run must put to the test.
    pub(super) invariants: Vec<InvariantId>,
}

/// A stage as the scenario plans it.
#[derive(Clone, Copy, Debug)]
pub struct PlannedStage<'a> {
    /// Name.
    pub name: &'a str,
    /// When requests are due.
    pub shape: &'a Shape,
    /// Planned seconds.
    pub duration_s: f64,
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
            Some(text) => Self::parse(text, stem, Path::new(".")),
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
        Self::parse(&text, &origin, path.parent().unwrap_or(Path::new(".")))
    }

    /// The same scenario without the comparison of users with strangers, which takes longer than a short load.
    #[must_use]
    pub(crate) fn without_trying_users(mut self) -> Self {
        self.invariants.retain(|id| *id != InvariantId::UsersNotToldApart);
        self
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

    /// Whether its usage rows are so many that they are kept only when somebody asks for them.
    #[must_use]
    pub fn keeps_rows_on_demand(&self) -> bool {
        self.fleet.is_some()
    }

    /// Whether what is done comes from elsewhere than the mix.
    pub(super) fn has_work_of_its_own(&self) -> bool {
        self.fleet.is_some() || self.licenses.is_some()
    }

    /// The stages; a scenario without any is one stage.
    pub(super) fn stages(&self) -> Vec<PlannedStage<'_>> {
        let stage = |name, shape: &'_ Shape, duration_s: Option<f64>| {
            let natural = || shape.natural_duration().map(|natural| natural.as_secs_f64());
            (name, duration_s.or_else(natural).unwrap_or(0.0))
        };
        let planned = |name, shape, duration_s| {
            let (name, duration_s) = stage(name, shape, duration_s);
            PlannedStage { name, shape, duration_s }
        };
        let single = self.arrival.iter().map(|shape| planned("main", shape, self.duration_s));
        let several = self.stages.iter().map(|stage| planned(&stage.name, &stage.arrival, stage.duration_s));
        single.chain(several).collect()
    }

    /// The scenario in a text; recordings that it names are looked for in `folder`.
    pub(super) fn parse(text: &str, origin: &str, folder: &Path) -> Result<Self, LoadError> {
        let mut scenario: Self = toml::from_str(text).map_err(|error| LoadError::Malformed {
            origin: origin.to_owned(),
            message: error.to_string().trim_end().to_owned(),
        })?;
        scenario.read_recordings(folder)?;
        match first_problem(&scenario) {
            None => Ok(scenario),
            Some(problem) => {
                Err(LoadError::Nonsense { place: problem.place(origin, text), problem: problem.to_string() })
            }
        }
    }

    fn read_recordings(&mut self, folder: &Path) -> Result<(), LoadError> {
        let shapes = self.arrival.iter_mut().chain(self.stages.iter_mut().map(|stage| &mut stage.arrival));
        for shape in shapes {
            let Shape::Replay(recording) = shape else { continue };
            let path = folder.join(&recording.file);
            let origin = path.display().to_string();
            let text = std::fs::read_to_string(&path)
                .map_err(|source| LoadError::Read { path: origin.clone(), source })?;
            recording.instants = Recording::read(&text)
                .map_err(|message| LoadError::BadRecording { path: origin, message })?;
        }
        Ok(())
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
    use super::super::course::{Course, LoadOptions};
    use super::*;

    #[test]
    fn built_in_scenarios_can_be_run() {
        for name in known().split(", ") {
            let scenario = LoadScenario::resolve(name).unwrap();
            assert_eq!(scenario.name(), name, "a scenario is called like its file");
            let planned = Course::of(&scenario, &LoadOptions::default()).is_ok();
            assert!(planned || scenario.fleet.is_some(), "{name}");
            assert!(!scenario.invariants.is_empty() && !scenario.says().is_empty(), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let message = LoadScenario::resolve("steady").unwrap_err().to_string();
        assert!(message.contains("session-heartbeats, ") && message.contains("steady-access"), "{message}");
    }

    #[test]
    fn a_misspelt_key_is_named_with_its_line() {
        let text = SCENARIOS.get_file("steady-access.toml").unwrap().contents_utf8().unwrap();
        let message = parse(&text.replace("\nabandon =", "\nabandoned =")).unwrap_err().to_string();
        assert!(message.contains("mine.toml") && message.contains("line") && message.contains("abandoned"));
    }

    fn parse(text: &str) -> Result<LoadScenario, LoadError> {
        LoadScenario::parse(text, "mine.toml", Path::new("."))
    }

    fn spoilt(from: &str, to: &str) -> String {
        let text = SCENARIOS.get_file("steady-access.toml").unwrap().contents_utf8().unwrap();
        assert!(text.contains(from), "{from}");
        parse(&text.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_line_and_what_to_do() {
        let message = spoilt("instances = 20", "instances = 0");
        assert!(message.contains("mine.toml:") && message.contains("population.instances"), "{message}");
        assert!(message.contains("between 1 and 10000"), "{message}");
        let message = spoilt("rate = 2000.0", "rate = -1.0");
        assert!(message.contains("arrival"), "{message}");
        let message = spoilt("duration_s = 10\n", "");
        assert!(message.contains("duration_s"), "{message}");
        let message =
            spoilt("[thresholds]", "[[require]]\nmetric = \"response.p98\"\nat_most = 1\n[thresholds]");
        assert!(message.contains("response.p98") && message.contains("line"), "{message}");
        let message = spoilt(
            "[thresholds]",
            "[[require]]\nmetric = \"response.p99\"\nstage = \"peek\"\nat_most = 1\n[thresholds]",
        );
        assert!(message.contains("peek") && message.contains("main"), "{message}");
    }

    #[test]
    fn a_recording_that_is_missing_is_named() {
        let text = SCENARIOS.get_file("steady-access.toml").unwrap().contents_utf8().unwrap();
        let replay =
            text.replace("[arrival.poisson]\nrate = 2000.0", "[arrival.replay]\nfile = \"none.txt\"");
        assert!(parse(&replay).unwrap_err().to_string().contains("none.txt"));
    }
}
