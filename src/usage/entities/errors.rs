//! What keeps entities from being judged or made at all.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::super::errors::UsageError;

/// Entities could not be judged or made.
#[derive(Debug, Error)]
pub enum EntitiesError {
    /// The schema that is part of the program is broken.
    #[error(
        "the schema of the entities is broken: {source}; this is a fault of the program, please report it"
    )]
    Schema {
        /// Where.
        source: serde_json::Error,
    },
    /// The folder cannot be read.
    #[error(transparent)]
    Source(#[from] UsageError),
    /// No file of the folder is named after an entity.
    #[error(
        "no file in {} is named after an entity; name them as in account.csv, served-device.jsonl or SEC_VW_USER.parquet",
        .path.display()
    )]
    NoEntity {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}; check the folder and the room on the disk", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The schema cannot be put into another form.
    #[error(
        "the schema of the entities has no Parquet form: {reason}; this is a fault of the program, please report it"
    )]
    Form {
        /// Why.
        reason: String,
    },
    /// There is no corruption of this name.
    #[error("there is no corruption {name:?}; take one of: {known}")]
    Corruption {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
}
