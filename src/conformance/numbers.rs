//! Numbers in JSON: read as exact decimals and compared as numbers, so that `7` and `7.0` are equal.

use rust_decimal::Decimal;
use serde_json::Value;

/// Amounts closer than this are equal on a virtual clock: a millionth of a token.
pub(super) const TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// The exact value of a JSON number; anything else is none, text of digits too.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => parse(&number.to_string()),
        _ => None,
    }
}

/// The exact value of a decimal text, with or without an exponent.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// Whether two amounts are equal within a tolerance.
pub(super) fn close(left: Decimal, right: Decimal, tolerance: Decimal) -> bool {
    // The difference of two absurd amounts has no exact value, and they are not equal.
    left.checked_sub(right).is_some_and(|difference| difference.abs() <= tolerance)
}

/// Whether two JSON values are equal, numbers by value and objects whatever their order.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => match (decimal(left), decimal(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn absurd_amounts_are_just_not_equal() {
        assert!(!close(Decimal::MAX, Decimal::MIN, TOLERANCE));
        assert!(close(Decimal::MAX, Decimal::MAX, TOLERANCE));
    }

    #[test]
    fn numbers_compare_by_value() {
        assert!(same(&read("7"), &read("7.0")));
        assert!(same(&read("[1.50, {\"a\": 2}]"), &read("[1.5, {\"a\": 2.00}]")));
        assert!(!same(&read("7"), &read("\"7\"")));
        assert!(!same(&read("{\"a\":1}"), &read("{\"a\":1,\"b\":2}")));
    }

    #[test]
    fn decimals_keep_every_digit() {
        assert_eq!(decimal(&read("0.1")), parse("0.1"));
        assert_eq!(decimal(&read("1e3")), parse("1000"));
        assert_eq!(decimal(&json!("30")), None);
    }

    #[test]
    fn a_millionth_is_close_enough() {
        let twenty = Decimal::from(20);
        assert!(close(twenty, parse("20.000001").unwrap(), TOLERANCE));
        assert!(!close(twenty, parse("20.000002").unwrap(), TOLERANCE));
    }
}
