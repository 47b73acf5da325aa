//! Puts rows into the order of time for the rules across rows.
//!
//! Rows of an export come in the order of time, or nearly so: a window of the latest chunks is enough to put them in
//! order, and chunks that are in order are handed on as they are. Where it is not, because an export has several parts
//! or no order at all, rows are sorted as a whole, on disk when there are many.

use std::collections::VecDeque;
use std::io;

use super::super::compact::Compact;
use super::super::groups::{Book, Groups};
use super::spill::Spill;

/// How many rows wait in the window, at least.
const WINDOW: usize = 8_192;
/// How many rows are sorted in memory before they go to disk.
const SORTED: usize = 131_072;
/// How many rows of those that were sorted are handed on at a time.
const CHUNK: usize = 2_048;

type Key = (i64, u64);

/// Rows on their way to the groups.
pub(in crate::usage) struct Order {
    waiting: VecDeque<Vec<Compact>>,
    rows: usize,
    in_order: bool,
    /// Everything is sorted before the first row is let through.
    whole: bool,
    spill: Option<Spill>,
    passed: Key,
    disordered: bool,
}

impl Order {
    /// Lets rows through as they come, a window apart.
    pub(in crate::usage) fn window() -> Self {
        Self {
            waiting: VecDeque::new(),
            rows: 0,
            in_order: true,
            whole: false,
            spill: None,
            passed: (i64::MIN, 0),
            disordered: false,
        }
    }

    /// Lets no row through before the last one has come.
    pub(in crate::usage) fn whole() -> Self {
        Self { whole: true, ..Self::window() }
    }

    /// Whether rows came too late for the window, so that the groups have not seen them in order.
    pub(super) fn was_disordered(&self) -> bool {
        self.disordered
    }

    /// Takes rows, and lets others through.
    pub(in crate::usage) fn push(
        &mut self,
        rows: Vec<Compact>,
        groups: &mut Groups,
        book: &mut Book,
    ) -> io::Result<()> {
        let Some(first) = rows.first() else { return Ok(()) };
        let last = self.waiting.back().and_then(|chunk| chunk.last());
        self.in_order &= last.is_none_or(|last| key(last) <= key(first)) && rows.is_sorted_by_key(key);
        self.rows += rows.len();
        self.waiting.push_back(rows);
        if self.whole {
            return if self.rows >= SORTED { self.spill() } else { Ok(()) };
        }
        if self.in_order {
            self.let_through(WINDOW, groups, book);
        } else if self.rows > WINDOW {
            self.sort(WINDOW / 2);
            self.let_through(WINDOW / 2, groups, book);
        }
        Ok(())
    }

    /// The last row has come.
    pub(in crate::usage) fn finish(&mut self, groups: &mut Groups, book: &mut Book) -> io::Result<()> {
        if self.spill.is_some() {
            self.spill()?;
        }
        if let Some(spill) = self.spill.take() {
            let mut chunk = Vec::with_capacity(CHUNK);
            spill.merge(key, |row| {
                chunk.push(row);
                if chunk.len() == CHUNK {
                    let next = groups.emptied().unwrap_or_default();
                    groups.take(std::mem::replace(&mut chunk, next), book);
                }
            })?;
            groups.take(chunk, book);
        } else {
            if !self.in_order {
                self.sort(0);
            }
            self.let_through(0, groups, book);
        }
        Ok(())
    }

    /// Lets chunks through as long as so many rows are left.
    fn let_through(&mut self, leave: usize, groups: &mut Groups, book: &mut Book) {
        while let Some(chunk) = self.waiting.pop_front_if(|chunk| self.rows - chunk.len() >= leave) {
            self.rows -= chunk.len();
            if let (Some(first), Some(last)) = (chunk.first(), chunk.last()) {
                self.disordered |= key(first) < self.passed;
                self.passed = key(last);
            }
            groups.take(chunk, book);
        }
    }

    /// Sorts what waits, and divides it so that so many rows can be left.
    fn sort(&mut self, leave: usize) {
        let mut rows = self.sorted();
        let left = rows.split_off(rows.len().saturating_sub(leave));
        let mut rows = rows.into_iter();
        while rows.len() > 0 {
            self.waiting.push_back(rows.by_ref().take(CHUNK).collect());
        }
        self.waiting.push_back(left);
    }

    /// Takes what waits, in order.
    fn sorted(&mut self) -> Vec<Compact> {
        let mut rows: Vec<Compact> = self.waiting.drain(..).flatten().collect();
        rows.sort_unstable_by_key(key);
        self.in_order = true;
        rows
    }

    fn spill(&mut self) -> io::Result<()> {
        let rows = self.sorted();
        self.rows = 0;
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::new()?),
        };
        spill.run(rows.into_iter())
    }
}

/// The order in which rows were booked: that of the input where it says so, else by time. A row without time stands
/// where it came, which only the start can be.
fn key(row: &Compact) -> Key {
    let time = if row.sequenced { None } else { row.time_ms };
    (time.unwrap_or(i64::MIN), row.row)
}
