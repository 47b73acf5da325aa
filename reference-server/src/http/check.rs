//! What is wrong with a JSON value: every violation is kept, each with the JSONPath of the offending value (DM-LINE-015,
//! DM-LINE-017).

use std::fmt;

use rust_decimal::Decimal;
use serde_json::Value;

use crate::site::Refusal;

/// Where a value stands. Paths are only written out when something is wrong.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Element(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// A member of the object here.
    pub(super) const fn member(&'p self, name: &'p str) -> Self {
        Self::Member(self, name)
    }

    /// An element of the array here.
    pub(super) const fn element(&'p self, index: usize) -> Self {
        Self::Element(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Member(parent, name) => write!(f, "{parent}.{name}"),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// The violations found so far.
#[derive(Debug, Default)]
pub(super) struct Check {
    violations: Vec<String>,
}

impl Check {
    /// Notes what is wrong with a value.
    pub(super) fn violation(&mut self, path: &Path<'_>, what: impl fmt::Display) {
        self.violations.push(format!("{path}: {what}"));
    }

    /// Notes that a value is of another kind than it must be.
    pub(super) fn mismatch(&mut self, path: &Path<'_>, found: &Value, expected: &str) {
        self.violation(path, format_args!("{} found, {expected} expected", kind(found)));
    }

    /// The value if nothing was wrong; else 400 with all that was.
    pub(super) fn finish<T>(self, value: impl FnOnce() -> Option<T>) -> Result<T, Refusal> {
        if !self.violations.is_empty() {
            return Err(Refusal { status: 400, messages: self.violations });
        }
        value().ok_or_else(|| Refusal::invalid("$: does not fit its schema"))
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_i64().is_some() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A whole number, however it is written (`5`, `5.0`, `5e0`): the number if it fits in 64 bits; nothing for any other
/// value.
pub(super) fn whole(value: &Value) -> Option<Option<i64>> {
    if let Some(whole) = value.as_i64() {
        return Some(Some(whole));
    }
    let decimal = exact(value.as_number()?.as_str())?;
    (decimal.scale() == 0).then(|| i64::try_from(decimal.mantissa()).ok())
}

/// The exact value of a JSON number, without trailing zeros; nothing when it does not fit in 28 digits.
pub(super) fn exact(number: &str) -> Option<Decimal> {
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else {
        return Decimal::from_str_exact(number).ok().map(|decimal| decimal.normalize());
    };
    let decimal = Decimal::from_str_exact(mantissa).ok()?.normalize();
    if decimal.is_zero() {
        return Some(decimal);
    }
    let scale = i64::from(decimal.scale()).checked_sub(exponent.parse::<i64>().ok()?)?;
    let (factor, scale) = match u32::try_from(scale) {
        Ok(scale) => (1, scale),
        Err(_) => (10_i128.checked_pow(u32::try_from(scale.unsigned_abs()).ok()?)?, 0),
    };
    let shifted = Decimal::try_from_i128_with_scale(decimal.mantissa().checked_mul(factor)?, scale).ok()?;
    Some(shifted.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        let text = |number: &str| exact(number).map(|decimal| decimal.to_string());
        assert_eq!(text("0.1").as_deref(), Some("0.1"));
        assert_eq!(text("10.00").as_deref(), Some("10"));
        assert_eq!(text("1e3").as_deref(), Some("1000"));
        assert_eq!(text("1.5E+2").as_deref(), Some("150"));
        assert_eq!(text("25e-3").as_deref(), Some("0.025"));
        assert_eq!(text("-0").as_deref(), Some("0"));
        assert_eq!(text("0e999999").as_deref(), Some("0"));
        assert_eq!(text("79228162514264337593543950335").as_deref(), Some("79228162514264337593543950335"));
    }

    #[test]
    fn numbers_that_do_not_fit_are_not_rounded() {
        for number in ["79228162514264337593543950336", "1e29", "1e-29", "1e999999999999", "1.5e-28"] {
            assert_eq!(exact(number), None, "{number}");
        }
        assert_eq!(exact("0.00000000000000000000000000001"), None);
    }

    #[test]
    fn paths_are_written_as_json_paths() {
        let root = Path::Root;
        let items = root.member("items");
        let first = items.element(0);
        assert_eq!(first.member("rate").to_string(), "$.items[0].rate");
    }
}
