//! How long a license is borrowed (CM-BOR-001 to CM-BOR-008).

use serde::{Deserialize, Serialize};

use super::super::{DAY, HOUR, MINUTE, Millis};

const SECOND: Millis = 1000;
/// The interval of a server that has none set (`licensing.borrowInterval`).
const WEEK: Millis = 7 * DAY;
/// The part of an interval after which a client does well to renew, percent (`licensing.renewInterval`).
const RENEW_PERCENT: i64 = 15;
/// Longer than the longest life of a license, and short enough that sums stay within 64 bits.
const LONGEST: Millis = 1_000_000 * DAY;

/// The unit to whose end borrow periods are rounded up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// The default of a server.
    #[default]
    Second,
    /// To :59.
    Minute,
    /// To :59:59.
    Hour,
    /// To 23:59:59.
    Day,
}

impl Granularity {
    /// Length of the unit.
    #[must_use]
    pub const fn millis(self) -> Millis {
        match self {
            Self::Second => SECOND,
            Self::Minute => MINUTE,
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }
}

/// What a server says about borrowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BorrowTerms {
    /// Interval of features that have none of their own.
    pub interval: Millis,
    /// Longest interval that the administrator allows.
    pub longest: Option<Millis>,
    /// Unit to round up to.
    pub granularity: Granularity,
    /// Renew interval, percent of the effective borrow interval (CM-BOR-008).
    pub renew_percent: i64,
}

impl Default for BorrowTerms {
    fn default() -> Self {
        Self { interval: WEEK, longest: None, granularity: Granularity::Second, renew_percent: RENEW_PERCENT }
    }
}

/// An interval as requests write it: a number with one of the units s, m, h, d, w, or a bare number of seconds
/// (CM-BOR-001, CM-BOR-002). Nothing for anything else (CM-BOR-004).
#[must_use]
pub fn parse_interval(text: &str) -> Option<Millis> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = match unit {
        "" | "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => WEEK,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit).map(|interval| interval.min(LONGEST))
}

/// The least of what is set: the feature's interval, or the server's if it has none; the client's; the administrator's
/// (CM-BOR-005). A client that says 0 sets no limit (CM-BOR-003).
pub(super) fn shortest_set(feature: Option<Millis>, terms: &BorrowTerms, client: Millis) -> Millis {
    let own = feature.unwrap_or(terms.interval);
    let set = [Some(own), Some(client).filter(|client| *client > 0), terms.longest];
    set.into_iter().flatten().min().unwrap_or(own)
}

/// The last second of the unit in which the interval ends (CM-BOR-006). The start is cut to the whole second before
/// (S-23).
pub(super) fn end_of_unit(start: Millis, interval: Millis, unit: Millis) -> Millis {
    let end = start.div_euclid(SECOND) * SECOND + interval;
    end.div_euclid(unit) * unit + unit - SECOND
}

/// No borrow goes beyond the end of the license (CM-BOR-007).
pub(super) fn within_license(borrow: Millis, license: Option<Millis>) -> Millis {
    license.map_or(borrow, |end| borrow.min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2030-01-01T17:05:01.850Z.
    const AT: Millis = 1_893_517_501_850;

    #[test]
    fn intervals_have_a_number_and_a_unit() {
        assert_eq!(parse_interval("90"), Some(90 * SECOND));
        assert_eq!(parse_interval("5m"), Some(5 * MINUTE));
        assert_eq!(parse_interval("2w"), Some(14 * DAY));
        assert_eq!((parse_interval("0"), parse_interval("0d")), (Some(0), Some(0)));
        for text in ["", "d", "1y", "-1d", "x", "1.5h", "1 d", "1D", "+1d", "99999999999999999999s"] {
            assert_eq!(parse_interval(text), None, "{text}");
        }
    }

    #[test]
    fn the_shortest_of_what_is_set_holds() {
        let terms = BorrowTerms::default();
        let limited = BorrowTerms { longest: Some(HOUR), ..BorrowTerms::default() };
        assert_eq!(shortest_set(None, &terms, 0), WEEK);
        assert_eq!(shortest_set(Some(DAY), &terms, 0), DAY);
        assert_eq!(shortest_set(Some(DAY), &terms, 2 * DAY), DAY);
        assert_eq!(shortest_set(Some(DAY), &terms, MINUTE), MINUTE);
        assert_eq!(shortest_set(Some(DAY), &limited, 0), HOUR);
        assert_eq!(
            shortest_set(Some(2 * WEEK), &terms, 0),
            2 * WEEK,
            "the server's stands in, it is no limit"
        );
    }

    /// The documented example: issued at 17:05:01 for 60 s.
    #[test]
    fn ends_are_rounded_up_to_the_end_of_the_unit() {
        let second = 1_893_517_501_000 + MINUTE;
        let ends = |unit: Granularity| end_of_unit(AT, MINUTE, unit.millis());
        assert_eq!(ends(Granularity::Second), second);
        assert_eq!(ends(Granularity::Minute), second + 58 * SECOND);
        assert_eq!(ends(Granularity::Hour), second + 53 * MINUTE + 58 * SECOND);
        assert_eq!(ends(Granularity::Day), second + 6 * HOUR + 53 * MINUTE + 58 * SECOND);
        assert_eq!(within_license(second, Some(second - 1)), second - 1);
        assert_eq!(within_license(second, None), second);
    }
}
