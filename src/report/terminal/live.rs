//! A load run while it runs, in one line: rate, latency, lateness, and what the ledger booked so far.

use crate::report::events::LoadSecond;
use crate::report::figures::{count, milliseconds};

/// What the ledger booked so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Live {
    booked: u64,
    in_doubt: u64,
    wrong: u64,
}

impl Live {
    /// Takes in a second.
    pub(super) fn take(&mut self, second: &LoadSecond) {
        self.booked += second.completed;
        self.in_doubt += second.indeterminate;
        self.wrong += second.wrong;
    }

    /// The last second and the ledger. The measurement is judged when it is over, and so the line says: until then
    /// a percentile is a hint and no result.
    pub(super) fn says(&self, second: &LoadSecond) -> String {
        let latency = &second.latency_us;
        let mut text = format!(
            "{}/s of {}, unjudged p99 {}, late {} ms; ledger {}",
            count(per_second(second.completed, second.lasted_ms)),
            count(per_second(second.planned, second.lasted_ms)),
            tenths(latency.response.p99),
            tenths(latency.lateness.p99),
            count(self.booked)
        );
        for (number, what) in [(self.in_doubt, "in doubt"), (self.wrong, "wrong")] {
            if number > 0 {
                text.push_str(&format!(", {} {what}", count(number)));
            }
        }
        text
    }
}

fn per_second(number: u64, lasted_ms: u64) -> u64 {
    number * 1_000 / lasted_ms.max(1)
}

/// Milliseconds with one digit after the point: more flickers.
fn tenths(us: u64) -> String {
    let exact = milliseconds(us);
    exact[..exact.len() - 2].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_second_is_told_in_a_line_that_fits() {
        let mut live = Live::default();
        let second = samples::second(0);
        live.take(&second);
        live.take(&second);
        let line = live.says(&second);
        assert_eq!(line, "199/s of 200, unjudged p99 9.8, late 0.4 ms; ledger 398, 2 in doubt");
        let busy = LoadSecond { completed: 30_000, planned: 30_000, ..second };
        live.booked = 999_000;
        assert!(live.says(&busy).len() <= 80, "{}", live.says(&busy));
    }

    #[test]
    fn the_last_part_of_a_second_has_a_rate_too() {
        let live = Live::default();
        let part = LoadSecond { completed: 50, planned: 0, lasted_ms: 250, ..samples::second(3) };
        assert!(live.says(&part).starts_with("200/s of 0,"));
    }
}
