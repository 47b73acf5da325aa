//! Why a registry cannot be used.

use std::io;

/// Why a registry cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// A folder or file cannot be read.
    #[error("the registry {path} cannot be read: {problem}; give a folder that holds `requirements/*.toml`")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// Why.
        problem: io::Error,
    },
    /// There is no requirement at all.
    #[error("the registry {path} holds no requirement; give a folder that holds `requirements/*.toml`")]
    Empty {
        /// The folder.
        path: String,
    },
    /// A file is no TOML, or holds an unknown key or a value that is not allowed.
    #[error("the registry file {file} cannot be understood\n{detail}")]
    Malformed {
        /// The file.
        file: String,
        /// Line, column and what is wrong there.
        detail: String,
    },
    /// An ID or a decision stands twice.
    #[error("`{id}` stands twice, in {first} and in {second}; keep one of the two")]
    Duplicate {
        /// The requirement ID or the decision.
        id: String,
        /// The file where it was seen first.
        first: String,
        /// The file where it was seen again.
        second: String,
    },
    /// A value is not among those known.
    #[error("`{id}` in {file}: {problem}")]
    Wrong {
        /// The requirement ID or the decision.
        id: String,
        /// The file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
}
