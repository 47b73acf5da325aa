//! Checking JSON values: every violation is kept, each with the JSONPath of the offending value (DM-LINE-015,
//! DM-LINE-017).

use std::fmt;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

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

    /// The checked value if nothing was wrong; else 400 with all that was.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(Refusal { status: 400, messages: self.violations }),
        }
    }

    /// A member that must be there.
    pub(super) fn required<T>(
        &mut self,
        path: &Path<'_>,
        members: &mut Map<String, Value>,
        name: &str,
        read: impl FnOnce(&mut Self, &Path<'_>, Value) -> Option<T>,
    ) -> Option<T> {
        match members.remove(name) {
            Some(value) => read(self, &path.member(name), value),
            None => {
                self.violation(path, format_args!("required property '{name}' not found"));
                None
            }
        }
    }

    /// A member that may be left out.
    pub(super) fn optional<T>(
        &mut self,
        path: &Path<'_>,
        members: &mut Map<String, Value>,
        name: &str,
        read: impl FnOnce(&mut Self, &Path<'_>, Value) -> Option<T>,
    ) -> Option<T> {
        members.remove(name).and_then(|value| read(self, &path.member(name), value))
    }

    /// A member that may be left out or null.
    pub(super) fn nullable<T>(
        &mut self,
        path: &Path<'_>,
        members: &mut Map<String, Value>,
        name: &str,
        read: impl FnOnce(&mut Self, &Path<'_>, Value) -> Option<T>,
    ) -> Option<T> {
        let value = members.remove(name).filter(|value| !value.is_null())?;
        read(self, &path.member(name), value)
    }

    /// Refuses what is left of an object (DM-LINE-014).
    pub(super) fn nothing_else(&mut self, path: &Path<'_>, members: &Map<String, Value>) {
        for name in members.keys() {
            self.violation(
                path,
                format_args!(
                    "property '{name}' is not defined in the schema and the schema does not allow additional \
                     properties"
                ),
            );
        }
    }

    pub(super) fn object(&mut self, path: &Path<'_>, value: Value) -> Option<Map<String, Value>> {
        match value {
            Value::Object(members) => Some(members),
            other => self.mismatch(path, &other, "object"),
        }
    }

    pub(super) fn array(&mut self, path: &Path<'_>, value: Value) -> Option<Vec<Value>> {
        match value {
            Value::Array(elements) => Some(elements),
            other => self.mismatch(path, &other, "array"),
        }
    }

    pub(super) fn boolean(&mut self, path: &Path<'_>, value: Value) -> Option<bool> {
        match value {
            Value::Bool(value) => Some(value),
            other => self.mismatch(path, &other, "boolean"),
        }
    }

    pub(super) fn string(&mut self, path: &Path<'_>, value: Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text),
            other => self.mismatch(path, &other, "string"),
        }
    }

    /// A string with something in it.
    pub(super) fn text(&mut self, path: &Path<'_>, value: Value) -> Option<String> {
        let text = self.string(path, value)?;
        if text.trim().is_empty() {
            self.violation(path, "must not be blank");
            return None;
        }
        Some(text)
    }

    /// A number that the decimal type holds exactly.
    pub(super) fn decimal(&mut self, path: &Path<'_>, value: Value) -> Option<Decimal> {
        let Value::Number(number) = &value else { return self.mismatch(path, &value, "number") };
        let decimal = exact(number.as_str());
        if decimal.is_none() {
            self.violation(path, "has more digits than can be kept exactly");
        }
        decimal
    }

    /// A whole number of 64 bits, however it is written.
    pub(super) fn integer(&mut self, path: &Path<'_>, value: Value) -> Option<i64> {
        if let Some(whole) = value.as_i64() {
            return Some(whole);
        }
        let decimal = value.as_number().and_then(|number| exact(number.as_str()));
        match decimal {
            Some(decimal) if decimal.scale() == 0 => {
                let whole = i64::try_from(decimal.mantissa()).ok();
                if whole.is_none() {
                    self.violation(path, "does not fit in 64 bits");
                }
                whole
            }
            _ => self.mismatch(path, &value, "integer"),
        }
    }

    /// One of a few words.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        path: &Path<'_>,
        value: Value,
        words: &[(&str, T)],
    ) -> Option<T> {
        let text = self.string(path, value)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.violation(path, format_args!("does not have a value in the enumeration {known:?}"));
        None
    }

    fn mismatch<T>(&mut self, path: &Path<'_>, found: &Value, expected: &str) -> Option<T> {
        self.violation(path, format_args!("{} found, {expected} expected", kind(found)));
        None
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

    #[test]
    fn integers_may_be_written_with_a_point_but_have_no_fraction() {
        let read = |text: &str| {
            let mut check = Check::default();
            let value = check.integer(&Path::Root, serde_json::from_str(text).unwrap());
            check.finish(value).map_err(|refusal| refusal.messages.concat())
        };
        assert_eq!(read("5"), Ok(5));
        assert_eq!(read("5.0"), Ok(5));
        assert_eq!(read("1e2"), Ok(100));
        assert_eq!(read("5.5"), Err("$: number found, integer expected".into()));
        assert_eq!(read("\"5\""), Err("$: string found, integer expected".into()));
        assert_eq!(read("9223372036854775808"), Err("$: does not fit in 64 bits".into()));
    }
}
