//! Why the suite cannot be read or cannot start.

/// Why the suite cannot be read or cannot start. What a target does wrong is never an error but a failed
/// check.
#[derive(Debug, thiserror::Error)]
pub enum ConformanceError {
    /// A folder or file cannot be read.
    #[error("cannot read {path}: {reason}; give a folder of .feature files with --features")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// What the operating system says.
        reason: String,
    },
    /// A folder holds no feature file.
    #[error("no .feature file in {path}; give a folder of .feature files with --features")]
    NoFeatureFile {
        /// The folder.
        path: String,
    },
    /// A feature file is not Gherkin.
    #[error("{location}: not readable as Gherkin: {reason}")]
    Gherkin {
        /// `file:line:column`.
        location: String,
        /// What was expected there.
        reason: String,
    },
    /// A tag looks like a requirement ID and is none.
    #[error("{location}: the tag @{tag} names no registered requirement; see features/requirements")]
    UnknownRequirement {
        /// `file:line` of the scenario.
        location: String,
        /// The tag without its `@`.
        tag: String,
    },
    /// A line speaks for a requirement that its scenario is not about.
    #[error(
        "{location}: a line speaks for {requirement}, with which its scenario is not tagged; add the tag, or take the \
         ID off the line"
    )]
    NotTagged {
        /// `file:line` of the scenario.
        location: String,
        /// The requirement that the line names.
        requirement: String,
    },
    /// A scenario says nothing about what it tests.
    #[error(
        "{location}: the scenario {name:?} names no requirement; tag it with at least one requirement ID"
    )]
    NoRequirement {
        /// `file:line` of the scenario.
        location: String,
        /// Its name.
        name: String,
    },
    /// A tag expression cannot be read.
    #[error(
        "the tag expression {expression:?} cannot be read: {reason}; write it like \"@clock and not @site\""
    )]
    TagExpression {
        /// The expression.
        expression: String,
        /// What was expected, and where.
        reason: String,
    },
    /// Tags and IDs together leave no scenario.
    #[error("no scenario is selected; see what there is with `chargeproof conformance --list`")]
    NothingSelected,
    /// The target file or the target itself does not let a run begin.
    #[error("the run cannot begin: {0}")]
    Target(String),
}
