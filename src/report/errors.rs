//! What can go wrong while a report is written.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A report could not be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A folder could not be made.
    #[error("cannot create the folder {}; check your permissions or choose another", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}; check the free space and your permissions", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A value could not be turned into JSON.
    #[error("cannot express the report as JSON")]
    Json(#[from] serde_json::Error),
    /// The HTML page could not be rendered.
    #[error("cannot render the HTML report")]
    Html(#[from] minijinja::Error),
    /// The JUnit file could not be rendered.
    #[error("cannot render the JUnit report")]
    Junit(#[from] quick_junit::SerializeError),
}

impl ReportError {
    /// The folder at `path` could not be made.
    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        Self::Folder { path: path.to_owned(), source }
    }

    /// The file at `path` could not be written.
    pub(super) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}
