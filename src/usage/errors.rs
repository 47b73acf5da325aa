//! What keeps usage rows from being judged at all. Whatever is wrong *with* a row is a finding, not an error.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// The input could not be read.
#[derive(Debug, Error)]
pub enum UsageError {
    /// No file was named.
    #[error("no file with usage rows was named; give one or more JSONL files, or - for standard input")]
    NoPaths,
    /// A folder was named.
    #[error("{} is a folder; name the JSONL files in it, for example with /*.jsonl", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
    },
    /// A file could not be opened or read.
    #[error("cannot read {input}: {source}; check the path and your permissions")]
    Unreadable {
        /// The file, or "standard input".
        input: String,
        /// Why.
        source: io::Error,
    },
    /// A line is not UTF-8 text.
    #[error(
        "{input} line {line} is not UTF-8 text; export the rows as UTF-8, one JSON object a line \
         (compressed files must be unpacked first)"
    )]
    NotUtf8 {
        /// The file, or "standard input".
        input: String,
        /// Line number from 1.
        line: u64,
    },
}
