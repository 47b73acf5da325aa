//! What a run proved: one model folded from the stream of events, and its renderings.
//!
//! `events` is the only seam to the engines. `RunModel` folds the stream; everything else reads the model:
//! the folder of a run (`run.json`, `junit.xml`, `report.html`, `summary.md`, `badge.json`, `metrics.txt`,
//! `series/`, `exchanges/`) and the terminal. Two listeners write while the run goes on: one line of `events.ndjson` an event, and the
//! progress.

pub mod events;

mod coverage;
mod diff;
mod errors;
mod expected;
mod failure;
mod figures;
mod folder;
mod html;
mod json;
mod junit;
mod markdown;
mod model;
mod ndjson;
mod openmetrics;
mod recorded;
mod scenario;
mod series;
mod system;
mod terminal;
mod traffic;
mod verdict;

#[cfg(test)]
mod samples;

pub use coverage::{Coverage, CoverageStatus, NotTested, RequirementCoverage};
pub use diff::{
    AssertionsLost, CountChange, Gate, Judgement, LoadChange, LoadFigures, OutcomeChange, ReadingChange,
    RequirementChange, RunDiff, RunSide, ScenarioSeen, Side, SpeedChange, Spread, UsageChange,
};
pub use errors::ReportError;
pub use expected::DeviationState;
pub use failure::Failure;
pub use folder::write_folder;
pub use model::{ModelListener, ReadingValues, RunModel, ScenarioCounts, VersionCounts};
pub use ndjson::NdjsonListener;
pub use recorded::{Recorded, RecordedError};
pub use scenario::is_named;
pub use terminal::{ColourChoice, TerminalListener, terminal_diff, terminal_summary};
pub use traffic::TrafficCounts;
pub use verdict::Verdict;
