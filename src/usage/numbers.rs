//! Exact decimals of rows: reading them, and comparing them with the tolerance of the rules.
//!
//! Rows come from outside, so that arithmetic on them must survive any size: everything here is checked.

use rust_decimal::Decimal;

/// Absolute tolerance of a comparison.
const ABSOLUTE: Decimal = Decimal::from_parts(1, 0, 0, false, 6);
/// Relative tolerance of a comparison.
const RELATIVE: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// The number that a text spells. Only digits, sign, point and exponent are taken.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    if let Some(number) = short(text) {
        return Some(number);
    }
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    if text.is_empty() || !text.bytes().all(plain) {
        return None;
    }
    text.parse().ok().or_else(|| vanishing(text))
}

/// A number of at most 18 digits without exponent, which is nearly every one.
fn short(text: &str) -> Option<Decimal> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let (mut number, mut scale, mut point) = (0_i64, 0_u32, false);
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => number = number.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?,
            b'.' if !point && digits.len() > 1 => point = true,
            _ => return None,
        }
        scale += u32::from(point && byte != b'.');
    }
    Some(Decimal::new(if negative { -number } else { number }, scale))
}

/// Zero for a number that is smaller than the smallest decimal, such as the noise of a float.
fn vanishing(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let digit: Decimal = mantissa.parse().ok()?;
    let exponent: i64 = exponent.parse().ok()?;
    (digit.abs() < Decimal::TEN && exponent < -28).then_some(Decimal::ZERO)
}

/// Whether two numbers are equal within 1e-6, or within 1e-9 of the larger one.
pub(super) fn close(left: Decimal, right: Decimal) -> bool {
    let Some(difference) = left.checked_sub(right) else { return false };
    if difference.abs() <= ABSOLUTE {
        return true;
    }
    let larger = left.abs().max(right.abs());
    larger.checked_mul(RELATIVE).is_some_and(|allowed| difference.abs() <= allowed)
}

/// Whether `left` is at most `right`, within the tolerance.
pub(super) fn at_most(left: Decimal, right: Decimal) -> bool {
    left <= right || close(left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        parse(text).unwrap()
    }

    #[test]
    fn tolerance_is_absolute_for_small_and_relative_for_large_numbers() {
        assert!(close(number("30"), number("30.000001")));
        assert!(!close(number("30"), number("30.000002")));
        assert!(close(number("10000000000"), number("10000000009")));
        assert!(!close(number("10000000000"), number("10000000011")));
    }

    #[test]
    fn numbers_of_any_notation_are_read() {
        assert_eq!(number("1.5e3"), Decimal::from(1500));
        assert_eq!(number("-0.25"), Decimal::new(-25, 2));
        assert_eq!(number("1.2e-30"), Decimal::ZERO);
        assert_eq!(parse("1_000"), None);
        assert_eq!(parse("1e400"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn short_numbers_are_read_like_long_ones() {
        for text in
            ["0", "-0", "10", "-12.50", ".5", "5.", "-.5", "123456789012345678", "0.000000000000000001"]
        {
            assert_eq!(short(text), text.parse().ok(), "{text}");
        }
        for text in ["", "-", ".", "1.2.3", "1e3", "+1", "--1"] {
            assert_eq!(short(text), None, "{text}");
        }
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert!(!close(Decimal::MAX, Decimal::MIN));
        assert!(close(Decimal::MAX, Decimal::MAX));
    }
}
