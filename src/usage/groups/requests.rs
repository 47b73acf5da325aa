//! Rows of one request (WH-USAGE-068, -080, and by [`charges`](super::charges) -055, -067, -070, -071).
//!
//! Whether a charge is right can only be said once all rows of its item are there: a share of a split charge is less
//! than rate × quantity. Rows come in the order of time and those of a request carry one time, so that a request is
//! complete when 8,192 others have begun after it. It is judged then, or at the end, and its ID is remembered for a while:
//! it must not come again.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::compact::{AGREEING, Compact};
use super::super::knowledge::Knowledge;
use super::kept::{Kept, Place};
use super::remembered::Remembered;
use super::{Book, OPEN_REQUESTS, PAST_REQUESTS, charges};
use crate::report::events::Severity::W;

const AGREEMENT: &str = "WH-USAGE-068";
const TOGETHER: &str = "WH-USAGE-080";

/// Lines that one request keeps; more than a request can reasonably have.
const LINES: usize = 16_384;
/// Rows that are kept for all open requests: 64 each, so that a data set in which all rows carry the same few IDs needs
/// no more memory than others.
const ROWS: usize = 64 * OPEN_REQUESTS;
/// Rows of a request lie within this time.
const SAME_TIME_MS: u64 = 1_000;

/// The first row of a request.
enum First {
    /// It is kept with the others.
    At(Place),
    /// The others around it had to go.
    Alone(Box<Compact>),
}

/// A request, by its rows. Nearly all have one or two.
struct Request {
    first: First,
    more: Vec<Place>,
    granted: bool,
    denied: bool,
    /// The first row has been judged, with others that had to go.
    judged: bool,
}

/// What is known of a request by its ID, while it is open and for a while after.
#[derive(Clone, Copy)]
struct Known {
    /// Requests count from 0 through all rows.
    number: u64,
    first_row: u64,
}

/// All open requests, the oldest first.
pub(super) struct Requests {
    kept: Kept,
    open: VecDeque<Request>,
    /// How many requests have been closed: the number of the oldest open one.
    closed: u64,
    known: Remembered<Known>,
    knowledge: Arc<Knowledge>,
}

impl Requests {
    pub(super) fn new(knowledge: Arc<Knowledge>) -> Self {
        Self {
            kept: Kept::default(),
            open: VecDeque::new(),
            closed: 0,
            known: Remembered::new(OPEN_REQUESTS + PAST_REQUESTS),
            knowledge,
        }
    }

    pub(super) fn take(&mut self, rows: Vec<Compact>, book: &mut Book) {
        let chunk = self.kept.keep(rows);
        for place in self.kept.places(chunk) {
            self.take_row(place, book);
        }
        self.release(book);
    }

    /// Memory of rows that are not needed any more.
    pub(super) fn emptied(&mut self) -> Option<Vec<Compact>> {
        self.kept.emptied()
    }

    fn take_row(&mut self, place: Place, book: &mut Book) {
        let Some(row) = self.kept.row(place).filter(|row| !row.correlation.is_none()) else { return };
        let key = row.correlation.key();
        let known = self.known.get(key).copied();
        let open = known.and_then(|known| usize::try_from(known.number.checked_sub(self.closed)?).ok());
        if let Some(request) = open.and_then(|index| self.open.get_mut(index)) {
            request.compare(row, &self.kept, book);
            request.granted_or_denied(row, book);
            request.more.push(place);
            if request.more.len() >= LINES {
                request.judge_so_far(&self.kept, &self.knowledge, book);
            }
            return;
        }
        if let Some(Known { first_row, .. }) = known {
            let message = format!("row {first_row}, of another time, has the same CORRELATION_ID");
            book.add(AGREEMENT, W, row, message);
        }
        let mut request = Request::new(place);
        request.granted_or_denied(row, book);
        self.known.insert(key, Known { number: self.closed + self.open.len() as u64, first_row: row.row });
        self.open.push_back(request);
        if self.open.len() > OPEN_REQUESTS {
            self.close_oldest(book);
        }
    }

    pub(super) fn finish(&mut self, book: &mut Book) {
        while !self.open.is_empty() {
            self.close_oldest(book);
        }
    }

    fn close_oldest(&mut self, book: &mut Book) {
        let Some(request) = self.open.pop_front() else { return };
        self.closed += 1;
        request.judge(&self.kept, &self.knowledge, book);
    }

    /// Lets rows go that no open request has, and then those that are too many.
    fn release(&mut self, book: &mut Book) {
        match self.open.front().map(|request| &request.first) {
            Some(First::At(place)) => self.kept.release_before(place.chunk),
            // Its other rows stand anywhere.
            Some(First::Alone(_)) => {}
            None => self.kept.release_before(self.kept.next()),
        }
        while let Some(chunk) = self.kept.first_beyond(ROWS) {
            for request in self.open.iter_mut().filter(|request| request.has_rows_in(chunk)) {
                request.judge_so_far(&self.kept, &self.knowledge, book);
            }
            self.kept.release_before(chunk + 1);
        }
    }
}

impl Request {
    fn new(first: Place) -> Self {
        Self { first: First::At(first), more: Vec::new(), granted: false, denied: false, judged: false }
    }

    fn first<'a>(&'a self, kept: &'a Kept) -> Option<&'a Compact> {
        match &self.first {
            First::At(place) => kept.row(*place),
            First::Alone(row) => Some(row),
        }
    }

    /// Whether it has rows in the first chunk that is kept.
    fn has_rows_in(&self, chunk: u64) -> bool {
        let first = match &self.first {
            First::At(place) => Some(place),
            First::Alone(_) => self.more.first(),
        };
        first.is_some_and(|place| place.chunk == chunk)
    }

    /// WH-USAGE-080, told once a request, at the first row that differs.
    fn granted_or_denied(&mut self, row: &Compact, book: &mut Book) {
        let denied = row.facts.denied;
        if !row.facts.elastic() || row.session() == 0 || row.facts.refund {
            return;
        }
        let mixed = self.granted && self.denied;
        self.granted |= !denied;
        self.denied |= denied;
        if self.granted && self.denied && !mixed {
            let message = "the session request has granted and denied items".to_owned();
            book.add(TOGETHER, W, row, message);
        }
    }

    /// WH-USAGE-068: a row against the first one of its request.
    fn compare(&self, row: &Compact, kept: &Kept, book: &mut Book) {
        let Some(first) = self.first(kept) else { return };
        let times = first.time_ms.zip(row.time_ms);
        let late = times.is_some_and(|(first, time)| first.abs_diff(time) > SAME_TIME_MS);
        if first.agreement == row.agreement && !late {
            return;
        }
        let mut differs: Vec<&str> = AGREEING
            .iter()
            .zip(first.agreement.iter().zip(row.agreement.iter()))
            .filter(|(_, (first, mine))| first != mine)
            .map(|(name, _)| *name)
            .filter(|name| row.facts.elastic() || *name != "METER_TYPE")
            .collect();
        if late {
            differs.push("USAGE_TIME");
        }
        if !differs.is_empty() {
            let message = format!("differs from the first row of its request in {}", differs.join(", "));
            book.add(AGREEMENT, W, row, message);
        }
    }

    /// Judges the rows that are there.
    fn judge(&self, kept: &Kept, knowledge: &Knowledge, book: &mut Book) {
        let first = self.first(kept).filter(|_| !self.judged);
        if self.more.is_empty() {
            if let Some(row) = first {
                charges::judge_row(row, book);
            }
            return;
        }
        let more = self.more.iter().filter_map(|place| kept.row(*place));
        charges::judge_rows(first.into_iter().chain(more).collect(), knowledge, book);
    }

    /// Judges the rows that are there, and keeps of them only what later ones are compared with.
    fn judge_so_far(&mut self, kept: &Kept, knowledge: &Knowledge, book: &mut Book) {
        self.judge(kept, knowledge, book);
        self.judged = true;
        self.more.clear();
        if let First::At(place) = self.first
            && let Some(row) = kept.row(place)
        {
            self.first = First::Alone(Box::new(row.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::cases::Facts;
    use super::super::super::row::Row;
    use super::super::super::settings::Settings;
    use super::super::super::tests::{ONE_OFF, clean};
    use super::*;

    /// Rows of one request, each charging a token too many.
    fn rows(first: u64, count: usize) -> Vec<Compact> {
        let (row, _) = Row::from_json(1, &clean()[ONE_OFF]);
        let mut compact = Compact::of(&row, &Facts::of(&row, &Settings::default()));
        compact.tokens = compact.tokens.map(|tokens| tokens + rust_decimal::Decimal::ONE);
        (first..).take(count).map(|row| Compact { row, item: row, ..compact.clone() }).collect()
    }

    #[test]
    fn rows_that_all_carry_one_id_are_judged_once_and_need_no_more_memory() {
        let mut requests = Requests::new(Arc::default());
        let mut book = Book::new(&Settings::default());
        let (chunks, size) = (500, 2_048);
        for chunk in 0..chunks {
            requests.take(rows(chunk * size + 1, 2_048), &mut book);
            assert!(requests.kept.first_beyond(ROWS).is_none());
        }
        requests.finish(&mut book);
        let findings = book.findings.into_sorted();
        let counts: Vec<(&str, u64)> =
            findings.iter().map(|finding| (finding.rule.as_str(), finding.count)).collect();
        assert_eq!(counts, [("WH-USAGE-055", chunks * size)]);
    }

    #[test]
    fn rows_go_with_the_last_request_that_has_them() {
        let mut requests = Requests::new(Arc::default());
        let mut book = Book::new(&Settings::default());
        for chunk in 0..10 {
            let mut rows = rows(chunk * 2_048 + 1, 2_048);
            for row in &mut rows {
                row.correlation = super::super::super::compact::Correlation::Uuid(u128::from(row.row));
            }
            requests.take(rows, &mut book);
        }
        // The 8,192 latest requests are in four chunks.
        assert!(requests.kept.first_beyond(4 * 2_048 - 1).is_some());
        assert!(requests.kept.first_beyond(4 * 2_048).is_none());
        assert_eq!(std::iter::from_fn(|| requests.emptied()).count(), 6);
    }
}
