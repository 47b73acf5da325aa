//! Times of rows: four documented forms, one result in milliseconds since 1970-01-01 UTC (WH-USAGE-003).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::forms::Form;

/// The shortest text that names a day and a time of day.
const SHORTEST: usize = "2026-01-15T00".len();

/// The time that a text spells, and its form. A text without offset is UTC.
pub(super) fn parse(text: &str) -> Option<(i64, Form)> {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((text.parse().ok()?, Form::MillisecondsText));
    }
    if text.len() < SHORTEST {
        return None;
    }
    let form = if text.as_bytes().get(10) == Some(&b' ') { Form::SpacedTime } else { Form::IsoTime };
    Some((timestamp(text)?.as_millisecond(), form))
}

fn timestamp(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return Offset::UTC.to_timestamp(local).ok();
    }
    // Warehouses print a space before the offset: "2026-01-15 00:00:00.000 +0000".
    let (moment, offset) = text.rsplit_once(' ')?;
    format!("{moment}{offset}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_768_435_200_000;

    #[test]
    fn every_documented_form_is_read() {
        assert_eq!(parse("1768435200000"), Some((START, Form::MillisecondsText)));
        assert_eq!(parse("2026-01-15T00:00:00Z"), Some((START, Form::IsoTime)));
        assert_eq!(parse("2026-01-15T01:00:00+01:00"), Some((START, Form::IsoTime)));
        assert_eq!(parse("2026-01-15 00:00:00.250"), Some((START + 250, Form::SpacedTime)));
        assert_eq!(parse("2026-01-15 00:00:00.000 Z"), Some((START, Form::SpacedTime)));
    }

    #[test]
    fn other_texts_are_no_time() {
        for text in [
            "",
            "yesterday",
            "2026-01-15",
            "15.01.2026 00:00",
            "2026-13-01T00:00:00Z",
            "99999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
