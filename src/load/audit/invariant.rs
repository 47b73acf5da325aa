//! Names of the invariants, the requirements that they stand for, and their tallies.

use serde::Deserialize;

use crate::report::events::Invariant;

/// How many violations are described.
const EXAMPLES: usize = 5;

/// An invariant of a load run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InvariantId {
    /// Every answer can be read, and what it says is possible.
    AnswersMakeSense,
    /// What was taken from a line item is what was charged, to the last token.
    Conservation,
    /// No line item gives out more than its quantity and overdraft.
    NoOverspend,
    /// Each answered request has exactly the rows that its answer demands.
    OneSetOfRows,
    /// `USED` of each row is that of the row before plus what the row takes.
    RunningTotal,
    /// A request that was answered before another was sent stands before it in the rows.
    RealTimeOrder,
    /// A refused request takes nothing.
    RefusalsWithoutEffect,
    /// A refund is the charge times the unused share of its period.
    RefundExact,
    /// A request without an answer was carried out wholly or not at all.
    IndeterminateResolved,
    /// Heartbeats leave no row.
    HeartbeatsAreFree,
}

impl InvariantId {
    /// Name in scenarios and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnswersMakeSense => "answers-make-sense",
            Self::Conservation => "conservation",
            Self::NoOverspend => "no-overspend",
            Self::OneSetOfRows => "one-set-of-rows",
            Self::RunningTotal => "running-total",
            Self::RealTimeOrder => "real-time-order",
            Self::RefusalsWithoutEffect => "refusals-without-effect",
            Self::RefundExact => "refund-exact",
            Self::IndeterminateResolved => "indeterminate-resolved",
            Self::HeartbeatsAreFree => "heartbeats-are-free",
        }
    }

    /// Requirements that a violation breaks.
    fn requirements(self) -> &'static [&'static str] {
        match self {
            Self::AnswersMakeSense => &["DM-ACC-010"],
            Self::Conservation => &["DM-ACC-012", "WH-USAGE-074"],
            Self::NoOverspend => &["DM-ACC-029", "DM-OD-002"],
            Self::OneSetOfRows => &["WH-USAGE-067", "WH-USAGE-069"],
            Self::RunningTotal => &["WH-USAGE-072"],
            Self::RealTimeOrder => &["DM-ACC-014"],
            Self::RefusalsWithoutEffect => &["WH-USAGE-053", "DM-ACC-015"],
            Self::RefundExact => &["DM-REF-001", "WH-USAGE-077"],
            Self::IndeterminateResolved => &["DM-ACC-028"],
            Self::HeartbeatsAreFree => &["DM-HB-012"],
        }
    }

    /// Whether it cannot be put to the test without usage rows.
    pub fn needs_rows(self) -> bool {
        !matches!(self, Self::AnswersMakeSense | Self::Conservation | Self::NoOverspend)
    }
}

/// How one invariant fared.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Which.
    pub id: InvariantId,
    /// How often it was put to the test.
    pub exercised: u64,
    /// How often it did not hold.
    pub violations: u64,
    examples: Vec<String>,
}

impl Tally {
    /// A tally of nothing.
    pub fn new(id: InvariantId) -> Self {
        Self { id, exercised: 0, violations: 0, examples: Vec::new() }
    }

    /// Counts a test, and a violation unless it held.
    pub fn check(&mut self, held: bool, describe: impl FnOnce() -> String) {
        self.exercised += 1;
        if !held {
            self.violate(describe);
        }
    }

    /// Counts a violation.
    pub fn violate(&mut self, describe: impl FnOnce() -> String) {
        self.violations += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(describe());
        }
    }
}

impl From<Tally> for Invariant {
    fn from(tally: Tally) -> Self {
        Self {
            id: tally.id.name().to_owned(),
            exercised: tally.exercised,
            violations: tally.violations,
            requirements: tally.id.requirements().iter().map(|id| (*id).to_owned()).collect(),
            examples: tally.examples,
        }
    }
}
