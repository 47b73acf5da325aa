//! Why a proof could not be made.

use crate::conformance::ConformanceError;
use crate::load::LoadError;
use crate::target::{ClientError, ControlError};

/// A proof that did not come about.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The target does not offer decision points.
    #[error("the target's decision points cannot be read; proving needs the control protocol with `policy`")]
    Control(#[source] ControlError),
    /// The target has no control protocol at all.
    #[error("proving needs a target with the control protocol; the target file has no [control] table")]
    NoControl,
    /// The HTTP client could not be made.
    #[error("the HTTP client could not be made")]
    Client(#[from] ClientError),
    /// The filters match nothing.
    #[error("no mutant or reading is named {names}; `chargeproof prove --json` lists all that exist")]
    NothingSelected {
        /// What was asked for.
        names: String,
    },
    /// The suite itself could not run.
    #[error("the suite could not run")]
    Suite(#[from] ConformanceError),
    /// A load could not run.
    #[error("the load could not run")]
    Load(#[from] LoadError),
    /// The unchanged server fails, so that nothing can be learned from changed ones.
    #[error("the suite must pass on the unchanged target before anything can be proved; it failed in {0}")]
    NotGreen(String),
}
