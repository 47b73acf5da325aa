//! A range of days, and the requests that it takes.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

use super::PullError;

/// Days between the two dates of a request. The service allows 30 (DAPI-021), which are 31 days where it counts the
/// last one in (DAPI-028): with one less a request is allowed under either reading.
const LONGEST: i32 = 29;
/// What is pulled when nobody says.
const USUAL: i32 = 30;

/// Days, the first and the last included, in the time of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    first: Date,
    last: Date,
}

/// The two dates of a request, the second one excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Date,
    pub(super) until: Date,
}

impl Days {
    /// The days from the first to the last; without a last to today, without a first the 30 days before the last.
    ///
    /// # Errors
    /// When the first comes after the last.
    pub fn new(first: Option<Date>, last: Option<Date>, now: Timestamp) -> Result<Days, PullError> {
        let last = last.unwrap_or_else(|| Offset::UTC.to_datetime(now).date());
        let first = first.unwrap_or_else(|| last.saturating_sub(USUAL.days()));
        if first > last {
            return Err(PullError::Days { first, last });
        }
        Ok(Days { first, last })
    }

    /// The requests that cover all days, none of them twice.
    pub(super) fn windows(self) -> impl Iterator<Item = Window> {
        let end = self.last.saturating_add(1.day());
        let starts =
            std::iter::successors(Some(self.first), |from| Some(from.saturating_add(LONGEST.days())));
        starts
            .take_while(move |from| *from < end)
            .map(move |from| Window { from, until: end.min(from.saturating_add(LONGEST.days())) })
    }

    /// The instant at which the last day is over, in ms.
    pub(super) fn end_ms(self) -> i64 {
        let end = self.last.saturating_add(1.day()).at(0, 0, 0, 0);
        Offset::UTC.to_timestamp(end).map_or(i64::MAX, Timestamp::as_millisecond)
    }
}

impl std::fmt::Display for Window {
    /// As people count days: the last one included.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.from, self.until.saturating_sub(1.day()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Result<Days, PullError> {
        Days::new(Some(first.parse().unwrap()), Some(last.parse().unwrap()), Timestamp::UNIX_EPOCH)
    }

    fn windows(first: &str, last: &str) -> Vec<String> {
        days(first, last)
            .unwrap()
            .windows()
            .map(|window| format!("{}/{}", window.from, window.until))
            .collect()
    }

    #[test]
    fn a_range_is_cut_where_the_service_would_refuse_it() {
        assert_eq!(windows("2026-01-05", "2026-01-05"), ["2026-01-05/2026-01-06"]);
        assert_eq!(windows("2026-01-01", "2026-01-29"), ["2026-01-01/2026-01-30"]);
        let year = windows("2026-01-01", "2026-03-01");
        assert_eq!(year, ["2026-01-01/2026-01-30", "2026-01-30/2026-02-28", "2026-02-28/2026-03-02"]);
    }

    #[test]
    fn every_day_of_any_range_is_asked_for_once() {
        for length in 0..100 {
            let first: Date = "2024-02-01".parse().unwrap();
            let last = first + length.days();
            let all = Days::new(Some(first), Some(last), Timestamp::UNIX_EPOCH).unwrap();
            let mut next = first;
            for window in all.windows() {
                assert_eq!(window.from, next, "{length}");
                assert!((window.until - window.from).get_days() <= LONGEST, "{length}");
                next = window.until;
            }
            assert_eq!(next, last + 1.day(), "{length}");
        }
    }

    #[test]
    fn without_dates_it_is_the_last_30_days_and_today() {
        let now: Timestamp = "2026-03-15T23:59:59Z".parse().unwrap();
        assert_eq!(Days::new(None, None, now).unwrap(), days("2026-02-13", "2026-03-15").unwrap());
        assert_eq!(days("2026-03-15", "2026-03-15").unwrap().end_ms(), 1_773_619_200_000);
        assert!(matches!(days("2026-03-16", "2026-03-15"), Err(PullError::Days { .. })));
    }
}
