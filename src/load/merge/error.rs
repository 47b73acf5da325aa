//! What keeps segments from being merged.

use std::path::PathBuf;

/// Why segments cannot be merged.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// No folder holds a segment.
    #[error("{} holds no segment.json; give run folders of `load --segment`, or a folder of them", .0.display())]
    NoSegment(PathBuf),
    /// A file cannot be read.
    #[error("cannot read {}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{}: {problem}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// Two folders are of different plans.
    #[error("{} and {} are not of the same plan: {difference} differ", .one.display(), .other.display())]
    OtherPlan {
        /// One folder.
        one: PathBuf,
        /// The other.
        other: PathBuf,
        /// In what.
        difference: &'static str,
    },
    /// Segments are missing.
    #[error("of {of} segments {missing} missing", missing = are(.missing))]
    Missing {
        /// Their numbers.
        missing: Vec<u32>,
        /// How many there must be.
        of: u32,
    },
    /// A segment is there twice.
    #[error("segment {number} is there twice: {} and {}", .one.display(), .other.display())]
    Twice {
        /// Its number.
        number: u32,
        /// One folder.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// The segments do not add up to the plan, which only a damaged file can do.
    #[error("the segments plan {sum} requests together, and the whole plan has {all}")]
    NotAll {
        /// What they add up to.
        sum: u64,
        /// What they should.
        all: u64,
    },
    /// A file cannot be written.
    #[error("cannot write below {}", .path.display())]
    Unwritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

fn are(numbers: &[u32]) -> String {
    let list: Vec<String> = numbers.iter().map(u32::to_string).collect();
    format!("{} {}", list.join(", "), if numbers.len() == 1 { "is" } else { "are" })
}
