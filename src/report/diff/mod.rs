//! Two runs side by side: what changed between them, and what of it got worse.

mod changes;
mod compare;
mod loads;
mod scenarios;

pub use changes::{
    AssertionsLost, CountChange, LoadChange, LoadFigures, OutcomeChange, ReadingChange, RequirementChange,
    RunDiff, RunSide, ScenarioSeen, UsageChange,
};
