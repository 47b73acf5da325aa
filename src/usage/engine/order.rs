//! Puts rows into the order of time for the rules across rows.
//!
//! Rows of an export come in the order of time, or nearly so: a window of the latest rows is enough to put them in
//! order. Where it is not, because an export has several parts or no order at all, rows are sorted as a whole, on disk
//! when there are many.

use std::collections::VecDeque;
use std::io;

use super::super::compact::Compact;
use super::super::groups::{Book, Groups};
use super::spill::Spill;

/// How many rows wait in the window.
const WINDOW: usize = 8_192;
/// How many rows are sorted in memory before they go to disk.
const SORTED: usize = 262_144;

type Key = (i64, u64);

/// Rows on their way to the groups.
pub(in crate::usage) struct Order {
    waiting: VecDeque<Compact>,
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

    /// Takes a row, and lets others through.
    pub(in crate::usage) fn push(
        &mut self,
        row: Compact,
        groups: &mut Groups,
        book: &mut Book,
    ) -> io::Result<()> {
        if let Some(last) = self.waiting.back() {
            self.in_order &= key(last) <= key(&row);
        }
        self.waiting.push_back(row);
        if self.whole {
            return if self.waiting.len() >= SORTED { self.spill() } else { Ok(()) };
        }
        if self.waiting.len() > WINDOW {
            let leave = if self.in_order { WINDOW } else { WINDOW / 2 };
            self.let_through(leave, groups, book);
        }
        Ok(())
    }

    /// The last row has come.
    pub(in crate::usage) fn finish(&mut self, groups: &mut Groups, book: &mut Book) -> io::Result<()> {
        if self.spill.is_some() {
            self.spill()?;
        }
        match self.spill.take() {
            Some(spill) => spill.merge(key, |row| groups.take(&row, book)),
            None => {
                self.let_through(0, groups, book);
                Ok(())
            }
        }
    }

    fn let_through(&mut self, leave: usize, groups: &mut Groups, book: &mut Book) {
        self.sort();
        while self.waiting.len() > leave
            && let Some(row) = self.waiting.pop_front()
        {
            let key = key(&row);
            self.disordered |= key < self.passed;
            self.passed = key;
            groups.take(&row, book);
        }
    }

    fn sort(&mut self) {
        if !self.in_order {
            self.waiting.make_contiguous().sort_by_key(key);
            self.in_order = true;
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::new()?),
        };
        spill.run(self.waiting.drain(..))
    }
}

/// The order in which rows were booked: that of the input where it says so, else by time. A row without time stands
/// where it came, which only the start can be.
fn key(row: &Compact) -> Key {
    let time = if row.sequenced { None } else { row.time_ms };
    (time.unwrap_or(i64::MIN), row.row)
}
