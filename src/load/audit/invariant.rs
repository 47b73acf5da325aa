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
    /// Nobody is refused while there are tokens for it; in a race, exactly balance ÷ price win.
    ExactWinners,
    /// Each answered request has exactly the rows that its answer demands.
    OneSetOfRows,
    /// `USED` of each row is that of the row before plus what the row takes.
    RunningTotal,
    /// A request that was answered before another was sent stands before it in the rows.
    RealTimeOrder,
    /// A refused request takes nothing.
    RefusalsWithoutEffect,
    /// A refund is what the model computes for the charge and the unused share of its period.
    RefundExact,
    /// A session that has ended is charged no more.
    NeverChargedAfterEnd,
    /// A session that sends its heartbeats is not ended for want of them.
    KeptAlive,
    /// A session that owes a heartbeat ends at the end of its window, with the charge given back.
    EndedWithoutHeartbeat,
    /// A request without an answer was carried out wholly or not at all.
    IndeterminateResolved,
    /// Heartbeats leave no row.
    HeartbeatsAreFree,
    /// A line item that nobody asked for stays as it was.
    CanaryUntouched,
    /// What was answered is seen by whoever asks afterwards.
    ReadYourWrites,
    /// Hosts of license servers never hold more of a feature than its count and overdraft.
    HeldWithinEntitled,
    /// What a host returns is free again, to the last license.
    ReturnsRestore,
    /// The total of a metered feature grows by what is consumed, and never falls.
    MeteredOnlyGrows,
    /// Each row of a license server says what the answer said: count, reason, and end of the borrow.
    RowsAgreeWithAnswers,
    /// How long a refusal takes does not tell whether there is such a user.
    UsersNotToldApart,
}

impl InvariantId {
    /// All invariants, in the order of reports.
    pub const ALL: [Self; 21] = [
        Self::AnswersMakeSense,
        Self::Conservation,
        Self::NoOverspend,
        Self::ExactWinners,
        Self::OneSetOfRows,
        Self::RunningTotal,
        Self::RealTimeOrder,
        Self::RefusalsWithoutEffect,
        Self::RefundExact,
        Self::NeverChargedAfterEnd,
        Self::KeptAlive,
        Self::EndedWithoutHeartbeat,
        Self::IndeterminateResolved,
        Self::HeartbeatsAreFree,
        Self::CanaryUntouched,
        Self::ReadYourWrites,
        Self::HeldWithinEntitled,
        Self::ReturnsRestore,
        Self::MeteredOnlyGrows,
        Self::RowsAgreeWithAnswers,
        Self::UsersNotToldApart,
    ];

    /// Name in scenarios and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnswersMakeSense => "answers-make-sense",
            Self::Conservation => "conservation",
            Self::NoOverspend => "no-overspend",
            Self::ExactWinners => "exact-winners",
            Self::OneSetOfRows => "one-set-of-rows",
            Self::RunningTotal => "running-total",
            Self::RealTimeOrder => "real-time-order",
            Self::RefusalsWithoutEffect => "refusals-without-effect",
            Self::RefundExact => "refund-exact",
            Self::NeverChargedAfterEnd => "never-charged-after-end",
            Self::KeptAlive => "kept-alive",
            Self::EndedWithoutHeartbeat => "ended-without-heartbeat",
            Self::IndeterminateResolved => "indeterminate-resolved",
            Self::HeartbeatsAreFree => "heartbeats-are-free",
            Self::CanaryUntouched => "canary-untouched",
            Self::ReadYourWrites => "read-your-writes",
            Self::HeldWithinEntitled => "held-within-entitled",
            Self::ReturnsRestore => "returns-restore",
            Self::MeteredOnlyGrows => "metered-only-grows",
            Self::RowsAgreeWithAnswers => "rows-agree-with-answers",
            Self::UsersNotToldApart => "users-not-told-apart",
        }
    }

    /// Requirements that a violation breaks when the load is on license servers.
    fn requirements_of_licenses(self) -> &'static [&'static str] {
        match self {
            Self::AnswersMakeSense => &["CM-ACC-001", "CM-RSP-003"],
            Self::ExactWinners => &["CM-CNT-001", "CM-CNT-003"],
            Self::OneSetOfRows => &["WH-USAGE-067", "WH-USAGE-068"],
            Self::RunningTotal => &["WH-USAGE-094"],
            Self::IndeterminateResolved => &["WH-USAGE-067", "WH-USAGE-068"],
            Self::CanaryUntouched | Self::ReadYourWrites => &["CM-OBS-008"],
            _ => self.requirements(),
        }
    }

    /// Requirements that a violation breaks.
    fn requirements(self) -> &'static [&'static str] {
        match self {
            Self::AnswersMakeSense => &["DM-ACC-010"],
            Self::Conservation => &["DM-ACC-012", "WH-USAGE-074"],
            Self::NoOverspend => &["DM-ACC-029", "DM-OD-002"],
            Self::ExactWinners => &["DM-ACC-029", "DM-CODE-004"],
            Self::OneSetOfRows => &["WH-USAGE-067", "WH-USAGE-069"],
            Self::RunningTotal => &["WH-USAGE-072"],
            Self::RealTimeOrder => &["DM-ACC-014"],
            Self::RefusalsWithoutEffect => &["WH-USAGE-053", "DM-ACC-015"],
            Self::RefundExact => &["DM-REF-001", "WH-USAGE-077"],
            Self::NeverChargedAfterEnd => &["DM-TIME-003"],
            Self::KeptAlive => &["DM-HB-001", "DM-TIME-004"],
            Self::EndedWithoutHeartbeat => &["DM-TIME-005"],
            Self::IndeterminateResolved => &["DM-ACC-028"],
            Self::HeartbeatsAreFree => &["DM-HB-012"],
            Self::CanaryUntouched => &["DM-LI-A01"],
            Self::ReadYourWrites => &["DM-LINE-043", "DM-HB-001"],
            Self::HeldWithinEntitled => &["CM-CNT-001", "CM-CNT-003"],
            Self::ReturnsRestore => &["CM-GRANT-002", "CM-GRANT-005", "CM-OBS-008"],
            Self::MeteredOnlyGrows => &["CM-MET-002", "WH-USAGE-094"],
            Self::RowsAgreeWithAnswers => &["CM-USE-002", "CM-USE-003", "WH-USAGE-091"],
            Self::UsersNotToldApart => &["CM-AUTH-006"],
        }
    }

    /// Whether it cannot be put to the test without usage rows.
    pub fn needs_rows(self) -> bool {
        !matches!(
            self,
            Self::AnswersMakeSense
                | Self::Conservation
                | Self::NoOverspend
                | Self::ExactWinners
                | Self::CanaryUntouched
                | Self::ReadYourWrites
                | Self::HeldWithinEntitled
                | Self::ReturnsRestore
                | Self::MeteredOnlyGrows
                | Self::UsersNotToldApart
        )
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
    /// The first violations, in words.
    pub examples: Vec<String>,
    /// Requirements that a violation breaks.
    requirements: &'static [&'static str],
}

/// How all invariants fared.
#[derive(Clone, Debug)]
pub struct Tallies(Vec<Tally>);

impl Tallies {
    /// Tallies of nothing.
    pub fn new() -> Self {
        Self::standing_for(InvariantId::requirements)
    }

    /// Tallies of nothing, for load on license servers.
    pub fn of_licenses() -> Self {
        Self::standing_for(InvariantId::requirements_of_licenses)
    }

    fn standing_for(requirements: fn(InvariantId) -> &'static [&'static str]) -> Self {
        let tally = |id| Tally {
            id,
            exercised: 0,
            violations: 0,
            examples: Vec::new(),
            requirements: requirements(id),
        };
        Self(InvariantId::ALL.into_iter().map(tally).collect())
    }

    /// Counts a test, and a violation unless it held.
    pub fn check(&mut self, id: InvariantId, held: bool, describe: impl FnOnce() -> String) {
        self.exercise(id, 1);
        if !held {
            self.violate(id, describe);
        }
    }

    /// Counts tests that can only be violated elsewhere.
    pub fn exercise(&mut self, id: InvariantId, times: u64) {
        self.0[id as usize].exercised += times;
    }

    /// Counts a violation.
    pub fn violate(&mut self, id: InvariantId, describe: impl FnOnce() -> String) {
        let tally = &mut self.0[id as usize];
        tally.violations += 1;
        if tally.examples.len() < EXAMPLES {
            tally.examples.push(describe());
        }
    }

    /// One tally for each invariant.
    pub fn into_all(self) -> Vec<Tally> {
        self.0
    }
}

impl From<Tally> for Invariant {
    fn from(tally: Tally) -> Self {
        Self {
            id: tally.id.name().to_owned(),
            exercised: tally.exercised,
            violations: tally.violations,
            requirements: tally.requirements.iter().map(|id| (*id).to_owned()).collect(),
            examples: tally.examples,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_stands_at_its_index() {
        for (index, id) in InvariantId::ALL.into_iter().enumerate() {
            assert_eq!(id as usize, index, "{}", id.name());
        }
    }
}
