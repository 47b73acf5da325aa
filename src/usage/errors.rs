//! What keeps usage rows from being judged at all. Whatever is wrong *with* a row is a finding, not an error.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// The input could not be read.
#[derive(Debug, Error)]
pub enum UsageError {
    /// No file was named.
    #[error("no file with usage rows was named; give files, folders or patterns, or - for standard input")]
    NoPaths,
    /// A file could not be opened or read.
    #[error("cannot read {input}: {source}; check the path and your permissions")]
    Unreadable {
        /// The file, or "standard input".
        input: String,
        /// Why.
        source: io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}; check the path and your permissions", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder has no data files.
    #[error("{} holds no .jsonl, .ndjson, .json, .csv, .tsv or .parquet file, packed (.gz, .zst) or not", .path.display())]
    EmptyFolder {
        /// The folder.
        path: PathBuf,
    },
    /// A pattern is wrong or matches nothing.
    #[error("{pattern}: {reason}; put the pattern in quotation marks if the shell shall not touch it")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// A file of line items, rate tables or correlation IDs holds something else.
    #[error("{}: {reason}", .path.display())]
    Knowledge {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Rows could not be kept on disk while they were sorted.
    #[error(
        "rows could not be kept in the folder for temporary files: {source}; set TMPDIR to one with more room"
    )]
    NoRoom {
        /// Why.
        source: io::Error,
    },
}
