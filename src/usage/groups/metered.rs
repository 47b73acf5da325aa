//! Metered use of license servers never falls (WH-USAGE-094). Rows of one instant may stand in any order, unless the
//! input says in which they were booked.

use rust_decimal::Decimal;

use super::super::cases::Case;
use super::super::compact::Compact;
use super::super::compact::hash::HashedMap;
use super::super::numbers::{at_most, close};
use super::Book;
use crate::report::events::Severity::W;

const NEVER_FALLS: &str = "WH-USAGE-094";

/// The last time and USED of each feature and its line items.
#[derive(Default)]
pub(super) struct Metered {
    last: HashedMap<(i64, Decimal)>,
}

impl Metered {
    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        if row.facts.case != Case::MeteredGranted {
            return;
        }
        let (Some(used), Some(time_ms)) = (row.used, row.time_ms) else { return };
        let Some((last_ms, last)) = self.last.insert(row.feature(), (time_ms, used)) else { return };
        if last_ms == time_ms && !row.sequenced {
            return;
        }
        // A reusable metered feature is given back with a negative quantity (S-36), or with an unsigned one by which the
        // total falls (WH-USAGE-009).
        let unsigned = |tokens: Decimal| last.checked_sub(tokens).is_some_and(|after| close(after, used));
        let given_back = |tokens: Decimal| tokens < Decimal::ZERO || unsigned(tokens);
        let returned = row.returned || row.tokens.is_some_and(given_back);
        if !returned && !at_most(last, used) {
            book.add(NEVER_FALLS, W, row, format!("USED falls from {last} to {used}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::super::tests::{METERED, METERED_SECOND, clean, judge};

    /// Two rows of metered use, the second with the lower total, so many milliseconds apart.
    fn falling(apart_ms: i64, sequenced: bool) -> Vec<Value> {
        let clean = clean();
        let mut rows = vec![clean[METERED].clone(), clean[METERED_SECOND].clone()];
        rows[1]["USED"] = json!(4);
        let time = |row: &Value| row["USAGE_TIME"].as_i64().unwrap();
        let first = time(&rows[0]).max(time(&rows[1]));
        for (place, row) in (0..).zip(&mut rows) {
            row["USAGE_TIME"] = json!(first + place * apart_ms);
            row["WRITE_TIME"] = json!(first + 2_000 + place);
            if sequenced {
                row["_SEQ"] = json!(place + 1);
            }
        }
        rows
    }

    #[test]
    fn a_total_falls_between_instants_and_not_within_one() {
        assert_eq!(judge(&falling(0, false)).findings, []);
        for rows in [falling(1, false), falling(0, true)] {
            let rules: Vec<String> = judge(&rows).findings.into_iter().map(|finding| finding.rule).collect();
            assert_eq!(rules, ["WH-USAGE-094"]);
        }
    }
}
