//! What can keep a load run from taking place.
//!
//! A target that behaves wrongly under load is not an error: that is what the run is there to find, and it is
//! reported in the invariants.

use crate::target::{ClientError, ControlError, CredentialError};
use crate::usage::RowFileError;

/// Why a load run did not take place.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No scenario of this name is built in, and no such file exists.
    #[error("there is no load scenario \"{name}\"; built in are {known}, and a path to a file works too")]
    UnknownScenario {
        /// What was asked for.
        name: String,
        /// The scenarios that are built in.
        known: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Usage rows could not be kept.
    #[error("the usage rows cannot be kept: {0}")]
    Rows(#[from] RowFileError),
    /// The text is no scenario.
    #[error("{origin} is not a load scenario: {message}")]
    Malformed {
        /// The file, or the name of a built-in scenario.
        origin: String,
        /// Line, column and reason.
        message: String,
    },
    /// The scenario is well-formed and makes no sense.
    #[error("{place}: {problem}")]
    Nonsense {
        /// File and line.
        place: String,
        /// What to change.
        problem: String,
    },
    /// A recorded schedule cannot be used.
    #[error("the recorded schedule {path} cannot be replayed: {message}")]
    BadRecording {
        /// The file.
        path: String,
        /// Line and reason.
        message: String,
    },
    /// The system does not allow as many connections as the run needs.
    #[error(
        "{workers} workers need about {needed} open files, and the limit is {limit}; \
         raise it with `ulimit -n {needed}`, or set workers in the scenario"
    )]
    OpenFiles {
        /// Workers of the run.
        workers: usize,
        /// Files that they need.
        needed: u64,
        /// Files that may be open.
        limit: u64,
    },
    /// There would be no arrivals.
    #[error("the arrival rate must be above zero; set it in the scenario or with --rate")]
    ZeroRate,
    /// There would be no time.
    #[error("the duration must be above zero; set it in the scenario or with --duration")]
    ZeroDuration,
    /// A search was to be shared out.
    #[error(
        "the scenario searches for its rate, which segments cannot do together; give them one with --rate"
    )]
    SearchInSegments,
    /// There is not an instance for each segment.
    #[error(
        "{segments} segments need as many instances, since each instance belongs to one of them; the scenario has \
         {instances}"
    )]
    TooManySegments {
        /// Segments.
        segments: u32,
        /// Instances.
        instances: usize,
    },
    /// A fleet cannot live where time cannot be moved.
    #[error(
        "a fleet lives on a virtual clock and is judged by usage rows; give the target file a [control] table and leave \
         [usage] at its default, or leave --target out"
    )]
    FleetNeedsControl,
    /// A site beside that of the target file can only be made.
    #[error(
        "several sites are made by the test control protocol; give the target file a [control] table, leave --target \
         out, or set population.sites to 1"
    )]
    SitesNeedControl,
    /// License servers are made and read through control.
    #[error(
        "license servers are made by the operator's hand, which only the test control protocol has; give the target \
         file a [control] table, or leave --target out"
    )]
    LicensesNeedControl,
    /// Hosts of license servers were to be shared out.
    #[error("load on license servers cannot be shared out; leave --segment out")]
    LicensesInSegments,
    /// A fleet was given what belongs to arrivals.
    #[error("a fleet has a pace of its own; leave --rate, --duration, --segment and --start-at out")]
    FleetHasItsPace,
    /// The target file does not say where the target is.
    #[error("the target file has neither [control] nor [bases], so there is nowhere to send load to")]
    NoBases,
    /// There is nothing to sign tokens with.
    #[error("the target file has neither [control] nor [administration], so no token can be made")]
    NoAdministration,
    /// An answer while the population was made was not as expected.
    #[error("making the population failed: {what} was answered with {answer}")]
    SetUp {
        /// What was being made.
        what: String,
        /// Summary of the answer.
        answer: String,
    },
    /// The test control protocol failed.
    #[error("the test control protocol failed: {0}")]
    Control(String),
    /// A key or token could not be made.
    #[error("making a key or token failed: {0}")]
    Credential(String),
    /// The HTTP client could not be made, or a header has an impossible value.
    #[error("making the HTTP client failed: {0}")]
    Client(String),
    /// The generator itself failed.
    #[error("the load generator failed: {0}")]
    Generator(String),
}

impl LoadError {
    /// Whether it tells what the target answered, and not what the harness or its input did wrong.
    #[must_use]
    pub fn is_of_the_target(&self) -> bool {
        matches!(self, Self::SetUp { .. } | Self::Control(_))
    }
}

// The errors of the target room carry whole exchanges; only their text travels on, so that every result in
// this room stays small.

impl From<ControlError> for LoadError {
    fn from(error: ControlError) -> Self {
        Self::Control(error.to_string())
    }
}

impl From<CredentialError> for LoadError {
    fn from(error: CredentialError) -> Self {
        Self::Credential(error.to_string())
    }
}

impl From<ClientError> for LoadError {
    fn from(error: ClientError) -> Self {
        Self::Client(error.to_string())
    }
}
