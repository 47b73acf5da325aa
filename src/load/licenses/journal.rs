//! What was asked and answered, on its way from the workers to the audit.
//!
//! A request is noted before it is sent, so that its rows are never met before it. What the counts of held licenses
//! showed is judged where the answer is, and comes along.

use std::sync::{Arc, Mutex, PoisonError};

use super::super::audit::InvariantId;
use super::answers::Outcome;
use super::hosts::Counts;

/// A request that is about to be sent.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Its number.
    pub number: u64,
    /// Index of the license server.
    pub server: u32,
    /// The host.
    pub host: Arc<str>,
    /// What the host holds; nothing when that is not certain.
    pub before: Option<Counts>,
    /// What it asks for.
    pub wanted: Counts,
    /// Which start of a race it takes part in, in a race.
    pub start: Option<u64>,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub enum LicenseFate {
    /// It was answered in a manner that makes sense.
    Answered(Vec<Outcome>),
    /// No answer came, so nobody knows whether it was served.
    Lost {
        /// Whether the client hung up on purpose.
        deliberate: bool,
        /// Why no answer came.
        why: String,
    },
    /// The answer makes no sense.
    Wrong {
        /// What is wrong with it.
        why: String,
    },
}

/// A test of an invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Which.
    pub id: InvariantId,
    /// What is wrong, unless it held.
    pub fault: Option<String>,
}

/// Something that the audit must know.
#[derive(Clone, Debug)]
pub enum Note {
    /// A request is about to be sent.
    Begun(Begun),
    /// It has ended.
    Ended {
        /// Its number.
        number: u64,
        /// What became of it.
        fate: LicenseFate,
        /// What was seen on the way.
        seen: Vec<Seen>,
    },
}

/// Notes that the audit has not taken yet.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Vec<Note>>);

impl Journal {
    /// Adds a note.
    pub fn note(&self, note: Note) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }

    /// The notes since the last time, in their order.
    pub fn take(&self) -> Vec<Note> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
