//! The one stream of events between the engines and every report.
//!
//! Engines send events and know no report; reports read events and know no engine. What a report shows can
//! therefore always be derived again from `events.ndjson`, and a new rendering needs no change in an engine.
//! The types are plain data. Enumerations are tagged from outside on purpose: the other taggings of serde buffer
//! their content, which loses the text of decimals.

mod load;

use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde::{Deserialize, Serialize};

pub use super::scenario::without_version;
pub use super::system::System;
pub use super::traffic::{OperationSeen, StatusSeen};
pub use load::{
    CalibrationFigures, Cores, GeneratorFigures, Invariant, Latencies, LoadFinished, LoadPart, LoadProgress,
    LoadSecond, LoadStarted, Measurement, OperationFigures, Percentiles, Rate, Threshold,
};

/// How binding a requirement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Left open by the documents: alternatives are accepted, and the one seen is reported.
    #[serde(rename = "READING")]
    Reading,
    /// Inferred from the documents: a deviation warns.
    #[serde(rename = "SHOULD")]
    Should,
    /// Documented or observed: a deviation fails.
    #[serde(rename = "MUST")]
    Must,
}

/// One request and its answer, with secrets already redacted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// HTTP method.
    pub method: String,
    /// Absolute address.
    pub url: String,
    /// Request headers in the order sent; authorization is redacted.
    pub request_headers: Vec<(String, String)>,
    /// Request body as sent, if any.
    pub request_body: Option<String>,
    /// HTTP status, absent when no answer came.
    pub status: Option<u16>,
    /// Response headers.
    pub response_headers: Vec<(String, String)>,
    /// Response body as text.
    pub response_body: String,
    /// Why no answer came.
    pub error: Option<String>,
    /// From sending to the end of the body, in microseconds.
    pub duration_us: u64,
}

/// The implementation under test, as reports name it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TargetInfo {
    /// Name from the target file, or of the bundled server.
    pub name: String,
    /// Version that the target reports, if it does.
    pub version: String,
    /// `bundled`, `control` or `plain`: how much of the contract the target offers.
    pub profile: String,
}

/// A run begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunStarted {
    /// The command, for example `verify`.
    pub command: String,
    /// Version of this program.
    pub version: String,
    /// Start in ISO 8601, UTC.
    pub started: String,
    /// What is tested.
    pub target: TargetInfo,
}

/// One check of the smoke test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SmokeChecked {
    /// What was checked, in a few words.
    pub name: String,
    /// Whether it held.
    pub ok: bool,
    /// What was seen.
    pub detail: String,
}

/// Which requirements exist: the base of every coverage figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RegisteredRequirement {
    /// Requirement ID, for example `DM-ACC-010`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// What must hold, in one sentence or two.
    pub text: String,
    /// Document that it comes from.
    pub source: String,
    /// The system that it is about.
    #[serde(default)]
    pub system: System,
}

/// A deviation that somebody has declared known, with the reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedDeviation {
    /// The requirement that does not hold.
    pub requirement: Option<String>,
    /// Or the scenario that fails, by its ID or name.
    pub scenario: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Where it is tracked.
    pub link: String,
    /// The last day on which it is accepted, for example `2026-12-31`.
    pub expires: String,
    /// Whether that day was over when the run began.
    pub expired: bool,
    /// How many scenarios of the whole suite are about it.
    pub scenarios: u64,
}

/// Where a scenario stands and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ScenarioRef {
    /// `feature-file:line`, unique in a run, for example `client/one-off.feature:12`; a scenario that runs again in
    /// another version has it at the end: `client/one-off.feature:12@v1.1`.
    pub id: String,
    /// Name of the feature.
    pub feature: String,
    /// Name of the scenario.
    pub name: String,
    /// Requirement IDs from its tags.
    pub requirements: Vec<String>,
    /// The version of the API in which it ran, for example `v1.1`; empty where the system has no versions.
    #[serde(default)]
    pub version: String,
    /// The system that it is about.
    #[serde(default)]
    pub system: System,
}

/// One assertion, held or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// Scenario ID, or the name of the part of a run that checked.
    pub scenario: String,
    /// The step's text.
    pub step: String,
    /// `file:line` of the step.
    pub location: String,
    /// Requirements that this assertion speaks for.
    pub requirements: Vec<String>,
    /// The most binding level among them.
    pub level: Level,
    /// Whether it held.
    pub held: bool,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// The exchange that showed it; kept for assertions that did not hold.
    pub exchange: Option<Exchange>,
}

/// A legal alternative that the target was seen to follow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadingSeen {
    /// Scenario ID.
    pub scenario: String,
    /// Decision point, for example `session.denied.http`.
    pub decision: String,
    /// Requirement that leaves it open.
    pub requirement: String,
    /// The value seen.
    pub value: String,
    /// The version of the API in which it was seen: the two may be read differently. Empty where there are none.
    #[serde(default)]
    pub version: String,
}

/// How a scenario ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every assertion held, and there was at least one.
    Passed,
    /// A MUST did not hold.
    Failed,
    /// Only SHOULDs did not hold.
    Warned,
    /// Left out or given up, with the reason.
    NotTested(String),
    /// Nothing was asserted. Counts as a failure.
    Vacuous,
    /// The harness itself failed, with what happened.
    Error(String),
}

/// A scenario ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioFinished {
    /// Which.
    pub scenario: ScenarioRef,
    /// How.
    pub outcome: Outcome,
    /// Number of assertions made.
    pub checks: u64,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// A command that repeats just this scenario.
    pub reproduce: String,
}

/// Severity of a usage rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// For information: records a form, never fails.
    I,
    /// Contradicts an inference.
    W,
    /// Contradicts stated text.
    E,
}

/// One row that breaks a usage rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingExample {
    /// Row number from 1, in the order of the input.
    pub row: u64,
    /// Correlation ID of the row, empty when it has none.
    pub correlation_id: String,
    /// What is wrong with it.
    pub message: String,
}

/// One usage rule with what it found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Rule ID, for example `WH-USAGE-055`.
    pub rule: String,
    /// Severity.
    pub level: Severity,
    /// How many rows break it.
    pub count: u64,
    /// The first of them.
    pub examples: Vec<FindingExample>,
}

/// Usage rows were judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageChecked {
    /// Where the rows came from.
    pub source: String,
    /// How many there were.
    pub rows: u64,
    /// How many rules were applied.
    pub rules: u64,
    /// What was found; empty when all is well.
    pub findings: Vec<Finding>,
}

/// In which order the suite runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuiteOrdered {
    /// The seed of the order; absent for the order of files.
    pub seed: Option<u64>,
    /// How many scenarios run at once.
    pub concurrency: u16,
    /// Whether only a part of the suite was asked for, so that what it did not see says nothing.
    #[serde(default)]
    pub part: bool,
}

/// Everything that can happen in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A run begins.
    RunStarted(RunStarted),
    /// The requirements that exist.
    Registry(Vec<RegisteredRequirement>),
    /// The deviations that are declared known.
    DeviationsExpected(Vec<ExpectedDeviation>),
    /// One check of the smoke test.
    SmokeChecked(SmokeChecked),
    /// The suite will run in this order.
    SuiteOrdered(SuiteOrdered),
    /// The selection is made: how many scenarios will run.
    ConformanceStarted(u64),
    /// One assertion.
    Checked(Checked),
    /// A legal alternative was seen.
    ReadingSeen(ReadingSeen),
    /// A scenario ended; also sent for every scenario left out.
    ScenarioFinished(ScenarioFinished),
    /// What was answered in the suite, by operation.
    TrafficCounted(Vec<OperationSeen>),
    /// The suite ended; wall time in milliseconds.
    ConformanceFinished(u64),
    /// A load run is about to start.
    LoadStarted(LoadStarted),
    /// A moment of a load run.
    LoadProgress(LoadProgress),
    /// A second of a load run is over.
    LoadSecond(LoadSecond),
    /// A load run ended.
    LoadFinished(LoadFinished),
    /// Usage rows were judged.
    UsageChecked(UsageChecked),
    /// Something that the user should know, in a sentence.
    Note(String),
    /// The harness itself failed in a part of the run, with what happened.
    HarnessFault(String),
    /// The user ended the run early.
    Interrupted,
    /// The run ended; wall time in milliseconds.
    RunFinished(u64),
}

/// An event with its time since the start of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stamped {
    /// Milliseconds since the start of the run.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
}

/// Whoever wants to hear of events as they happen.
pub trait Listener: Send {
    /// Called once an event, in order.
    fn hear(&mut self, stamped: &Stamped);
}

/// Where engines send events: cheap to clone, safe to share.
#[derive(Clone)]
pub struct Events {
    started: Instant,
    listeners: Arc<Mutex<Vec<Box<dyn Listener>>>>,
}

impl Events {
    /// A stream with these listeners; time counts from now.
    #[must_use]
    pub fn new(listeners: Vec<Box<dyn Listener>>) -> Self {
        Self { started: Instant::now(), listeners: Arc::new(Mutex::new(listeners)) }
    }

    /// A stream that nobody listens to.
    #[must_use]
    pub fn silent() -> Self {
        Self::new(Vec::new())
    }

    /// Tells every listener, in the order of the calls.
    pub fn send(&self, event: Event) {
        // A listener that panicked has lost its own report; the others still hear the rest.
        let mut listeners = self.listeners.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let stamped = Stamped { at_ms: self.elapsed_ms(), event };
        for listener in listeners.iter_mut() {
            listener.hear(&stamped);
        }
    }

    /// Milliseconds since the start of the run.
    #[must_use]
    pub fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
