//! Two runs side by side: what changed between them, and what of it got worse.

mod changes;
mod compare;
mod loads;
mod noise;
mod scenarios;

pub use changes::{
    AssertionsLost, CountChange, Gate, LoadChange, LoadFigures, OutcomeChange, ReadingChange,
    RequirementChange, RunDiff, RunSide, ScenarioSeen, SpeedChange, UsageChange,
};
pub use compare::Side;
pub use noise::{Judgement, Spread};
