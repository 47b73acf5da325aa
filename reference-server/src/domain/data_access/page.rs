//! One page of a report: the rows on it, and how many there are in all (DAPI-024, DAPI-025, DAPI-040).

use super::shape::Cells;

/// Takes the wanted rows one after the other and keeps those of one page.
#[derive(Debug)]
pub struct Page {
    first: usize,
    limit: usize,
    records: usize,
    rows: Vec<Cells>,
}

impl Page {
    /// A page that begins after so many rows.
    #[must_use]
    pub const fn new(first: usize, limit: usize) -> Self {
        Self { first, limit, records: 0, rows: Vec::new() }
    }

    /// Takes the next row.
    pub fn take(&mut self, row: Cells) {
        if self.records >= self.first && self.rows.len() < self.limit {
            self.rows.push(row);
        }
        self.records += 1;
    }

    /// Whether there is another page after this one, as far as rows have come.
    #[must_use]
    pub const fn has_next(&self) -> bool {
        self.records > self.first.saturating_add(self.limit)
    }

    /// Whether it begins behind the last row of a report that has rows.
    #[must_use]
    pub const fn is_past_end(&self) -> bool {
        self.first > 0 && self.first >= self.records
    }

    /// How many rows there were.
    #[must_use]
    pub const fn records(&self) -> usize {
        self.records
    }

    /// The rows of the page.
    #[must_use]
    pub fn into_rows(self) -> Vec<Cells> {
        self.rows
    }
}

/// Rows before a page, from its number and the rows on each.
#[must_use]
pub const fn first_of(page: usize, limit: usize) -> usize {
    page.saturating_sub(1).saturating_mul(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_their_part_and_know_whether_there_is_more() {
        for (number, rows, next) in [(1, 2, true), (2, 2, true), (3, 1, false), (4, 0, false)] {
            let mut page = Page::new(first_of(number, 2), 2);
            for _ in 0..5 {
                page.take(Cells::new());
            }
            assert_eq!((page.has_next(), page.records()), (next, 5), "page {number}");
            assert_eq!(page.into_rows().len(), rows, "page {number}");
        }
        assert_eq!(first_of(usize::MAX, 2500), usize::MAX);
    }
}
