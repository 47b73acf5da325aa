//! Exact amounts from JSON.
//!
//! Tokens, rates and counts are read from the text of the JSON number and never pass through a float, so that
//! conservation can be asked to hold to the last digit.

use rust_decimal::Decimal;
use serde_json::{Number, Value};

/// The decimal that this text spells, in plain or scientific notation.
///
/// More digits than a decimal holds are rounded: a binary float printed in full must not be unreadable.
pub fn from_text(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) {
        return Decimal::from_scientific(text).ok();
    }
    Decimal::from_str_exact(text).or_else(|_| text.parse()).ok()
}

/// The decimal that a JSON number spells.
pub fn from_number(number: &Number) -> Option<Decimal> {
    from_text(number.as_str())
}

/// The decimal in a JSON value: a number, or a number as text.
pub fn from_value(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => from_number(number),
        Value::String(text) => from_text(text.trim()),
        _ => None,
    }
}

/// The sum, or the largest decimal where it does not fit: a target that answers with absurd amounts has to be
/// reported, not to bring the harness down.
pub fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Decimal {
    amounts.into_iter().fold(Decimal::ZERO, Decimal::saturating_add)
}

/// Whether two amounts are the same to the ninth decimal place.
///
/// A refund is a share of time and may fill all 28 digits of a decimal; sums in another order then differ in
/// the last of them. Charges have few digits, so for them this is equality.
pub fn same(one: Decimal, other: Decimal) -> bool {
    one.saturating_sub(other).abs() <= Decimal::new(1, 9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling_of_a_number() {
        for (text, expected) in [
            ("30", "30"),
            ("30.0", "30"),
            ("-1.5", "-1.5"),
            ("1e2", "100"),
            ("25E-1", "2.5"),
            ("1e+2", "100"),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(from_value(&value), expected.parse().ok(), "{text}");
        }
        assert_eq!(from_value(&Value::from("1.25")), "1.25".parse().ok());
        assert_eq!(from_value(&Value::Null), None);
    }

    #[test]
    fn keeps_digits_that_a_float_would_lose() {
        let value: Value = serde_json::from_str("0.1234567890123456789").unwrap();
        assert_eq!(from_value(&value).unwrap().to_string(), "0.1234567890123456789");
    }
}
