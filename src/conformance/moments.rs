//! Durations and moments as the feature files write them, always relative to the start of the scenario.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// A second in milliseconds.
pub(super) const SECOND_MS: i64 = 1_000;
/// A minute in milliseconds.
pub(super) const MINUTE_MS: i64 = 60 * SECOND_MS;
/// An hour in milliseconds.
pub(super) const HOUR_MS: i64 = 60 * MINUTE_MS;
/// A day in milliseconds.
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;

/// The length of `90` `minutes`, `1` `hour`, `0.5` `days` in milliseconds.
pub(super) fn span_ms(amount: &str, unit: &str) -> Option<i64> {
    let unit_ms = match unit.trim_end_matches('s') {
        "second" => SECOND_MS,
        "minute" => MINUTE_MS,
        "hour" => HOUR_MS,
        "day" => DAY_MS,
        _ => return None,
    };
    let amount: Decimal = amount.parse().ok()?;
    amount.checked_mul(Decimal::from(unit_ms))?.to_i64()
}

/// `10 days ago`, `in 30 minutes` or `now`, as milliseconds after the start of the scenario.
pub(super) fn offset_ms(text: &str) -> Option<i64> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["now"] => Some(0),
        [amount, unit, "ago"] => span_ms(amount, unit).map(|span| -span),
        ["in", amount, unit] => span_ms(amount, unit),
        _ => None,
    }
}

/// How long a step lets pass, if that is what it does: `60 minutes pass`, `1 hour passes`.
pub(super) fn waiting_ms(step: &str) -> Option<i64> {
    let words: Vec<&str> = step.split_whitespace().collect();
    match words.as_slice() {
        [amount, unit, "pass" | "passes"] | [.., "alive", "for", amount, unit] => span_ms(amount, unit),
        _ => None,
    }
}

/// Replaces `$DAYS_AGO(30)` and `$IN_DAYS(365)` by milliseconds since 1970.
pub(super) fn fill(text: &str, start_ms: i64) -> String {
    let mut filled = text.to_owned();
    for (opening, sign) in [("$DAYS_AGO(", -1), ("$IN_DAYS(", 1)] {
        while let Some(from) = filled.find(opening) {
            let inside = from + opening.len();
            let Some(length) = filled[inside..].find(')') else { return filled };
            let Some(span) = span_ms(&filled[inside..inside + length], "days") else { return filled };
            filled.replace_range(from..=inside + length, &(start_ms + sign * span).to_string());
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_relative_to_the_start() {
        assert_eq!(offset_ms("10 days ago"), Some(-10 * DAY_MS));
        assert_eq!(offset_ms("in 30 minutes"), Some(30 * MINUTE_MS));
        assert_eq!(offset_ms("in 1 hour"), Some(HOUR_MS));
        assert_eq!(offset_ms("now"), Some(0));
        assert_eq!(offset_ms("yesterday"), None);
        assert_eq!(span_ms("0.5", "seconds"), Some(500));
    }

    #[test]
    fn only_steps_about_time_wait() {
        assert_eq!(waiting_ms("31 days pass"), Some(31 * DAY_MS));
        assert_eq!(waiting_ms("1 minute passes"), Some(MINUTE_MS));
        assert_eq!(waiting_ms("the session is kept alive for 30 hours"), Some(30 * HOUR_MS));
        assert_eq!(waiting_ms("the session is read"), None);
    }

    #[test]
    fn placeholders_become_milliseconds() {
        let start = 1_768_435_200_000;
        assert_eq!(
            fill(r#"{"start":$DAYS_AGO(30),"end":$IN_DAYS(365)}"#, start),
            r#"{"start":1765843200000,"end":1799971200000}"#
        );
        assert_eq!(fill("$DAYS_AGO(soon)", start), "$DAYS_AGO(soon)");
    }
}
