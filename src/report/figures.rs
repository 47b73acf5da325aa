//! Numbers as people read them, the same in every report.

/// A whole number with separators: `1,234,567`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length or other size with separators.
pub(super) fn size(number: usize) -> String {
    // A size beyond 64 bits does not exist on any machine that this runs on.
    count(u64::try_from(number).unwrap_or(u64::MAX))
}

/// A number and its noun, in the plural unless it is one: `2 scenarios`.
pub(super) fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// A wall time: `340 ms`, `12.3 s`, `2 min 5 s`, `1 h 2 min`.
pub(super) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{seconds}.{} s", milliseconds % 1_000 / 100),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A latency in milliseconds without its unit, to the microsecond: `3.420`.
pub(super) fn milliseconds(microseconds: u64) -> String {
    format!("{}.{:03}", count(microseconds / 1_000), microseconds % 1_000)
}

/// A rate a second with one digit after the point.
pub(super) fn rate(per_second: f64) -> String {
    format!("{per_second:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separates_thousands() {
        assert_eq!([0, 7, 999, 1_000, 1_234_567].map(count), ["0", "7", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn uses_the_singular_for_one_only() {
        assert_eq!([0, 1, 2].map(|number| plural(number, "row")), ["0 rows", "1 row", "2 rows"]);
    }

    #[test]
    fn durations_read_well() {
        let times = [340, 1_000, 12_345, 125_000, 3_720_000];
        assert_eq!(times.map(duration), ["340 ms", "1.0 s", "12.3 s", "2 min 5 s", "1 h 2 min"]);
    }

    #[test]
    fn latencies_keep_their_microseconds() {
        assert_eq!([7, 3_420, 1_234_567].map(milliseconds), ["0.007", "3.420", "1,234.567"]);
    }
}
