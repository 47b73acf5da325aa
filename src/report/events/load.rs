//! Seconds of load runs, and parts of them.

use serde::{Deserialize, Serialize};

use super::Latencies;

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
