//! Load runs: their plan, their seconds, and how they ended.

use serde::{Deserialize, Serialize};

/// Percentiles of one kind of latency, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p999: u64,
    /// Largest value.
    pub max: u64,
}

/// The three latencies of an open-loop run, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latencies {
    /// From the intended instant to the end of the body: what a user waits.
    pub response: Percentiles,
    /// From sending to the end of the body: what the target takes.
    pub service: Percentiles,
    /// From the intended instant to sending: what the generator adds.
    pub lateness: Percentiles,
}

/// Planned and achieved arrival rate in requests a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// What the schedule asked for.
    pub planned: f64,
    /// What was completed.
    pub achieved: f64,
}

/// One invariant of a load run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invariant {
    /// Name, for example `conservation`.
    pub id: String,
    /// How often it was put to the test.
    pub exercised: u64,
    /// How often it did not hold.
    pub violations: u64,
    /// Requirement IDs that a violation breaks.
    pub requirements: Vec<String>,
    /// The first violations, in words.
    pub examples: Vec<String>,
}

/// A threshold of a load run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threshold {
    /// What is limited, for example `lateness p99`.
    pub name: String,
    /// The limit, for example `at most 50.0 ms`.
    pub limit: String,
    /// What was measured.
    pub measured: String,
    /// Whether it was held.
    pub held: bool,
}

/// The verdict on the measurement itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Measurement {
    /// The plan was held: the numbers mean what they say.
    Valid,
    /// Generator or target could not hold the plan: no latency is quoted.
    Saturated,
    /// Nothing that could be measured happened, or the run was cut short.
    Invalid,
}

/// What the generator took of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cores {
    /// Cores that it kept busy on average.
    pub busy: f64,
    /// Cores that it may use.
    pub available: f64,
}

/// The run of the generator alone, against a server that only answers, by which a load run is calibrated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationFigures {
    /// Whether it held the highest rate of the plan.
    pub verdict: Measurement,
    /// Planned and achieved.
    pub rate: Rate,
    /// How late it sent, in microseconds.
    pub lateness_us: Percentiles,
    /// What it took of the machine, where the system tells.
    pub cores: Option<Cores>,
}

/// How the generator fared, apart from what the target did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GeneratorFigures {
    /// Requests that could be under way at once.
    pub workers: u64,
    /// Requests that found every worker waiting for the target.
    pub found_no_worker: u64,
    /// Requests that were handed out more than a millisecond late.
    pub handed_out_late: u64,
    /// How long the process stood still, in milliseconds.
    pub held_up_ms: u64,
    /// How late it sent, in microseconds.
    pub lateness_us: Percentiles,
    /// What it took of the machine, where the system tells.
    pub cores: Option<Cores>,
    /// The same against a server that only answers.
    pub calibration: CalibrationFigures,
}

/// Figures of one kind of operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationFigures {
    /// Name of the operation, for example `access-request`.
    pub name: String,
    /// How many were sent.
    pub requests: u64,
    /// How many were refused by the rules, as they should be.
    pub refused: u64,
    /// How many ended without an answer.
    pub indeterminate: u64,
    /// How many were answered in a manner that no document allows.
    pub wrong: u64,
    /// Latencies.
    pub latency_us: Latencies,
    /// Points of the response-time curve as (percentile, microseconds), for plots.
    pub curve: Vec<(f64, u64)>,
}

/// A load run is about to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadStarted {
    /// Name of the scenario.
    pub scenario: String,
    /// Planned number of requests.
    pub planned: u64,
    /// Planned seconds.
    pub duration_s: f64,
    /// The seed that repeats the schedule.
    pub seed: u64,
    /// Which part of the plan it is, when it is not all of it.
    #[serde(default)]
    pub part: Option<LoadPart>,
}

/// A moment of a load run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadProgress {
    /// Name of the scenario.
    pub scenario: String,
    /// Milliseconds since the schedule began.
    pub elapsed_ms: u64,
    /// Requests completed so far.
    pub completed: u64,
    /// Requests planned in all.
    pub planned: u64,
}

/// Everything about one load run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadFinished {
    /// Name of the scenario.
    pub scenario: String,
    /// The verdict on the measurement.
    pub verdict: Measurement,
    /// Why, in a sentence.
    pub reason: String,
    /// Requests sent.
    pub requests: u64,
    /// Planned and achieved.
    pub rate: Rate,
    /// Latency over all operations.
    pub latency_us: Latencies,
    /// Points of the response-time curve over all operations as (percentile, microseconds).
    pub curve: Vec<(f64, u64)>,
    /// Per operation.
    pub operations: Vec<OperationFigures>,
    /// What must always hold.
    pub invariants: Vec<Invariant>,
    /// The thresholds of the scenario, held or missed.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// Invariants that the scenario declares and never put to the test, and other thresholds missed.
    pub thresholds_failed: Vec<String>,
    /// Wall time in milliseconds.
    pub duration_ms: u64,
    /// How the generator fared; none for a fleet, which keeps no pace, and for a merge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<GeneratorFigures>,
}

/// What one second of a load run was like, or the part of one in which it ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadSecond {
    /// Name of the scenario.
    pub scenario: String,
    /// Number of the second from 0, counted from the beginning of the schedule.
    pub second: u64,
    /// How long it lasted: 1000 but for the last.
    pub lasted_ms: u64,
    /// Requests that were due in it.
    pub planned: u64,
    /// Requests that ended in it, however they did.
    pub completed: u64,
    /// How many of those were refused by the rules.
    pub refused: u64,
    /// How many ended without an answer.
    pub indeterminate: u64,
    /// How many were answered in a manner that no document allows.
    pub wrong: u64,
    /// Latencies of those that ended in it. What they are worth is told by the verdict of the run alone.
    pub latency_us: Latencies,
}

/// How a load run relates to its whole plan, where it is not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadPart {
    /// It is one share of the plan.
    Segment {
        /// Number from 1.
        number: u32,
        /// How many there are.
        of: u32,
    },
    /// It was put together from this many shares.
    Merged(u32),
}
