//! The differences between two runs, format `chargeproof-diff/1`. Members are only ever added.

use serde::Serialize;

use super::noise::{Judgement, Spread};

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunSide {
    /// The run folder.
    pub folder: String,
    /// The command.
    pub command: String,
    /// Version of the program.
    pub version: String,
    /// Start in ISO 8601, UTC.
    pub started: String,
    /// Name and version of the target.
    pub target: String,
    /// The verdict.
    pub verdict: &'static str,
    /// How many scenarios ended or were left out.
    pub scenarios: u64,
    /// How many assertions were made.
    pub assertions: u64,
    /// How many runs there are; all but the load runs are compared by the last.
    pub runs: u64,
}

/// A requirement of which the two runs say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequirementChange {
    /// Requirement ID.
    pub id: String,
    /// What the first run says; none when it does not know the requirement.
    pub before: Option<&'static str>,
    /// What the second run says.
    pub after: Option<&'static str>,
    /// Whether it got worse.
    pub regression: bool,
}

/// A scenario that only one of the runs has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScenarioSeen {
    /// Scenario ID in that run.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it ended.
    pub outcome: &'static str,
    /// Whether its presence or absence makes things worse.
    pub regression: bool,
}

/// A scenario that ended differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OutcomeChange {
    /// Scenario ID in the second run.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it ended in the first run.
    pub before: &'static str,
    /// How it ended in the second.
    pub after: &'static str,
    /// Why, where the second run says so.
    pub reason: Option<String>,
    /// Whether it got worse.
    pub regression: bool,
}

/// A number that fell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountChange {
    /// Requirement ID or text of the step.
    pub name: String,
    /// In the first run.
    pub before: u64,
    /// In the second run.
    pub after: u64,
}

/// A scenario that came through in both runs and asserts less in the second. Always a regression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssertionsLost {
    /// Scenario ID in the second run.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Assertions in the first run.
    pub before: u64,
    /// Assertions in the second run.
    pub after: u64,
    /// Requirements for which fewer assertions speak.
    pub requirements: Vec<CountChange>,
    /// Steps that make fewer assertions.
    pub steps: Vec<CountChange>,
}

/// A decision point at which the target was seen to do something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingChange {
    /// Decision point.
    pub decision: String,
    /// What the first run saw; none when it did not look.
    pub before: Option<String>,
    /// What the second run saw.
    pub after: Option<String>,
}

/// The figures of one load run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadFigures {
    /// The verdict on the measurement.
    pub verdict: &'static str,
    /// Requests sent.
    pub requests: u64,
    /// Requests completed a second.
    pub rate: f64,
    /// Median response time in microseconds; none unless the measurement is valid.
    pub p50_us: Option<u64>,
    /// 99th percentile of the response time.
    pub p99_us: Option<u64>,
    /// 99.9th percentile of the response time.
    pub p999_us: Option<u64>,
    /// How often an invariant did not hold.
    pub violations: u64,
    /// Answers that no document allows.
    pub wrong: u64,
    /// Thresholds missed.
    pub missed: u64,
}

/// A figure of speed of a load scenario.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpeedChange {
    /// Name of the figure.
    pub figure: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Over the valid runs of the first side.
    pub before: Spread,
    /// Over the valid runs of the second side.
    pub after: Spread,
    /// From median to median.
    pub change_percent: f64,
    /// What the runs say.
    pub judgement: Judgement,
    /// The chance that so clear a difference comes of noise alone; none when there are too few runs.
    pub chance: Option<f64>,
    /// Whether it got worse by more than the gate allows.
    pub regression: bool,
}

/// What `--fail-on-regression` asks for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gate {
    /// A figure may get worse by so many percent.
    pub percent: f64,
    /// Load scenarios of which there are too few valid runs to know.
    pub undecided: Vec<String>,
}

/// A load scenario, run by run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LoadChange {
    /// Name of the scenario.
    pub scenario: String,
    /// The first side's figures, the median of several runs; none when it did not run it.
    pub before: Option<LoadFigures>,
    /// The second side's figures.
    pub after: Option<LoadFigures>,
    /// What got worse, in words.
    pub worse: Vec<&'static str>,
    /// Whether anything got worse. Figures of speed do that only by a gate.
    pub regression: bool,
    /// How often the first side ran it.
    pub before_runs: u64,
    /// How often the second side ran it.
    pub after_runs: u64,
    /// Figures of speed that both sides have.
    pub speed: Vec<SpeedChange>,
}

/// A usage rule that found another number of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UsageChange {
    /// Rule ID.
    pub rule: String,
    /// Severity: E, W or I.
    pub level: String,
    /// Rows that break it in the first run.
    pub before: u64,
    /// Rows that break it in the second run.
    pub after: u64,
    /// Whether rows contradict stated text that did not before.
    pub regression: bool,
}

/// Everything that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunDiff {
    /// `chargeproof-diff/1`.
    pub format: &'static str,
    /// How many differences make things worse.
    pub regressions: u64,
    /// The first run.
    pub before: RunSide,
    /// The second run.
    pub after: RunSide,
    /// Requirements, in the order of the registry.
    pub requirements: Vec<RequirementChange>,
    /// Scenarios that only the second run has.
    pub added: Vec<ScenarioSeen>,
    /// Scenarios that only the first run has.
    pub lost: Vec<ScenarioSeen>,
    /// Scenarios that ended differently.
    pub changed: Vec<OutcomeChange>,
    /// Scenarios that assert less.
    pub assertions_lost: Vec<AssertionsLost>,
    /// Readings.
    pub readings: Vec<ReadingChange>,
    /// Load scenarios.
    pub loads: Vec<LoadChange>,
    /// Usage rules.
    pub usage: Vec<UsageChange>,
    /// The gate; none when figures of speed fail nothing.
    pub gate: Option<Gate>,
}

impl RunDiff {
    /// 1 when something got worse; 4 when nothing did as far as anybody can know, because the gate had too few
    /// runs to judge by; else 0.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let undecided = |gate: &Gate| self.has_nothing_to_gate() || !gate.undecided.is_empty();
        match self.regressions {
            0 if self.gate.as_ref().is_some_and(undecided) => 4,
            0 => 0,
            _ => 1,
        }
    }

    /// Whether no load was run before, so that there is nothing to be slower than.
    #[must_use]
    pub fn has_nothing_to_gate(&self) -> bool {
        self.loads.iter().all(|load| load.before.is_none())
    }

    /// Whether anything differs but figures of load.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.regressions == 0
            && self.requirements.is_empty()
            && self.added.is_empty()
            && self.changed.is_empty()
            && self.readings.is_empty()
            && self.usage.is_empty()
    }

    /// Counts what got worse.
    pub(super) fn count(&mut self) {
        let worse = [
            self.requirements.iter().filter(|one| one.regression).count(),
            self.added.iter().chain(&self.lost).filter(|one| one.regression).count(),
            self.changed.iter().filter(|one| one.regression).count(),
            self.assertions_lost.len(),
            self.loads.iter().filter(|one| one.regression).count(),
            self.usage.iter().filter(|one| one.regression).count(),
        ];
        self.regressions = worse.iter().sum::<usize>() as u64;
    }
}
