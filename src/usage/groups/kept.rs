//! Rows that open requests may look back at, in the chunks in which they came: none of them is copied.

use std::collections::VecDeque;

use super::super::compact::Compact;

/// Where a row is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Chunks count from 0 through all rows.
    pub(super) chunk: u64,
    at: usize,
}

/// The latest chunks.
#[derive(Default)]
pub(super) struct Kept {
    chunks: VecDeque<Vec<Compact>>,
    /// How many chunks are gone: the number of the first that is here.
    gone: u64,
    rows: usize,
    emptied: Vec<Vec<Compact>>,
}

impl Kept {
    /// Keeps the rows of a chunk. Returns its number.
    pub(super) fn keep(&mut self, chunk: Vec<Compact>) -> u64 {
        self.rows += chunk.len();
        self.chunks.push_back(chunk);
        self.next() - 1
    }

    /// The places of the rows of a chunk.
    pub(super) fn places(&self, chunk: u64) -> impl Iterator<Item = Place> + use<> {
        let rows = self.chunk(chunk).map_or(0, Vec::len);
        (0..rows).map(move |at| Place { chunk, at })
    }

    /// The row at a place, unless it is gone.
    pub(super) fn row(&self, place: Place) -> Option<&Compact> {
        self.chunk(place.chunk)?.get(place.at)
    }

    fn chunk(&self, chunk: u64) -> Option<&Vec<Compact>> {
        self.chunks.get(usize::try_from(chunk.checked_sub(self.gone)?).ok()?)
    }

    /// The number of the chunk that comes next.
    pub(super) fn next(&self) -> u64 {
        self.gone + self.chunks.len() as u64
    }

    /// The number of the first chunk that is here, if there are more rows than this.
    pub(super) fn first_beyond(&self, rows: usize) -> Option<u64> {
        (self.rows > rows).then_some(self.gone)
    }

    /// Lets all chunks before this one go.
    pub(super) fn release_before(&mut self, chunk: u64) {
        while self.gone < chunk
            && let Some(mut released) = self.chunks.pop_front()
        {
            self.gone += 1;
            self.rows -= released.len();
            released.clear();
            self.emptied.push(released);
        }
    }

    /// Memory of a chunk that went, to be filled again.
    pub(super) fn emptied(&mut self) -> Option<Vec<Compact>> {
        self.emptied.pop()
    }
}
