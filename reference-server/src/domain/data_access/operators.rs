//! The query operators (DAPI-030).

use rust_decimal::Decimal;
use serde_json::Value;

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words that stand for them are in the table below")]
pub enum Operator {
    Eq,
    Ne,
    Sw,
    Ew,
    Con,
    In,
    Nin,
    Gt,
    Gte,
    Lt,
    Lte,
    Btw,
}

/// Every operator with its word and what it demands.
const OPERATORS: [(Operator, &str, &str); 12] = [
    (Operator::Eq, "$eq", "equal to the value"),
    (Operator::Ne, "$ne", "not equal to the value"),
    (Operator::Sw, "$sw", "starts with the value"),
    (Operator::Ew, "$ew", "ends with the value"),
    (Operator::Con, "$con", "contains the value"),
    (Operator::In, "$in", "equal to one of the values"),
    (Operator::Nin, "$nin", "equal to none of the values"),
    (Operator::Gt, "$gt", "greater than the value"),
    (Operator::Gte, "$gte", "greater than the value or equal to it"),
    (Operator::Lt, "$lt", "less than the value"),
    (Operator::Lte, "$lte", "less than the value or equal to it"),
    (Operator::Btw, "$btw", "between two values, both included"),
];

impl Operator {
    /// Word and meaning of each operator.
    pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        OPERATORS.into_iter().map(|(_, word, says)| (word, says))
    }

    /// The operator of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        OPERATORS.into_iter().find(|(_, known, _)| *known == word).map(|(operator, _, _)| operator)
    }

    /// Whether it takes an array of values.
    #[must_use]
    pub const fn takes_array(self) -> bool {
        matches!(self, Self::In | Self::Nin | Self::Btw)
    }
}

/// Whether a cell is what an operator demands. Of a cell with several values, one has to be.
#[must_use]
pub fn holds(operator: Operator, found: &Value, wanted: &[Value]) -> bool {
    match operator {
        Operator::Ne => return !holds(Operator::Eq, found, wanted),
        Operator::Nin => return !holds(Operator::In, found, wanted),
        _ => {}
    }
    if let Value::Array(elements) = found {
        return elements.iter().any(|element| holds(operator, element, wanted));
    }
    let first = wanted.first().unwrap_or(&Value::Null);
    let text = |test: fn(&str, &str) -> bool| {
        plain(found).zip(plain(first)).is_some_and(|(found, wanted)| test(&found, &wanted))
    };
    let order = |wanted: Option<&Value>| wanted.and_then(|wanted| compare(found, wanted));
    match operator {
        Operator::Eq | Operator::Ne => equal(found, first),
        Operator::In | Operator::Nin => wanted.iter().any(|wanted| equal(found, wanted)),
        Operator::Sw => text(|found, wanted| found.starts_with(wanted)),
        Operator::Ew => text(|found, wanted| found.ends_with(wanted)),
        Operator::Con => text(|found, wanted| found.contains(wanted)),
        Operator::Gt => order(Some(first)).is_some_and(std::cmp::Ordering::is_gt),
        Operator::Gte => order(Some(first)).is_some_and(std::cmp::Ordering::is_ge),
        Operator::Lt => order(Some(first)).is_some_and(std::cmp::Ordering::is_lt),
        Operator::Lte => order(Some(first)).is_some_and(std::cmp::Ordering::is_le),
        Operator::Btw => {
            order(Some(first)).is_some_and(std::cmp::Ordering::is_ge)
                && order(wanted.get(1)).is_some_and(std::cmp::Ordering::is_le)
        }
    }
}

/// Quoted and bare values are the same value (DAPI-033), and numbers are equal whatever their digits.
fn equal(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Null, _) | (_, Value::Null) => found == wanted,
        (Value::Number(_), _) | (_, Value::Number(_)) if decimal(found).is_some() => {
            decimal(found) == decimal(wanted)
        }
        _ => plain(found).is_some() && plain(found) == plain(wanted),
    }
}

/// Numbers by their amount, everything else as text; nothing is greater or less than NULL.
fn compare(found: &Value, wanted: &Value) -> Option<std::cmp::Ordering> {
    match (decimal(found), decimal(wanted)) {
        (Some(found), Some(wanted)) => Some(found.cmp(&wanted)),
        _ => Some(plain(found)?.cmp(&plain(wanted)?)),
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    Decimal::from_str_exact(&plain(value)?).ok()
}

/// A single value as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fits(word: &str, found: &Value, wanted: &Value) -> bool {
        let operator = Operator::of(word).unwrap();
        assert!(operator.takes_array());
        holds(operator, found, wanted.as_array().unwrap())
    }

    fn one(word: &str, found: &Value, wanted: &Value) -> bool {
        holds(Operator::of(word).unwrap(), found, std::slice::from_ref(wanted))
    }

    #[test]
    fn each_operator_draws_its_line() {
        let name = json!("PhotoPrint");
        assert!(one("$eq", &name, &json!("PhotoPrint")) && !one("$eq", &name, &json!("photoprint")));
        assert!(one("$ne", &name, &json!("CADPrint")) && !one("$ne", &name, &name));
        assert!(one("$sw", &name, &json!("Photo")) && !one("$sw", &name, &json!("Print")));
        assert!(one("$ew", &name, &json!("Print")) && !one("$ew", &name, &json!("Photo")));
        assert!(one("$con", &name, &json!("toPr")) && !one("$con", &name, &json!("topr")));
        assert!(one("$gt", &json!(10), &json!(9)) && !one("$gt", &json!(10), &json!(10)));
        assert!(one("$gte", &json!(10), &json!("10")) && !one("$lt", &json!(10), &json!(10)));
        assert!(one("$lte", &json!(10), &json!(10.0)));
        assert!(fits("$in", &name, &json!(["CADPrint", "PhotoPrint"])));
        assert!(fits("$nin", &name, &json!(["CADPrint"])) && !fits("$nin", &name, &json!(["PhotoPrint"])));
        for (amount, inside) in [(9, false), (10, true), (20, true), (21, false)] {
            assert_eq!(fits("$btw", &json!(amount), &json!([10, 20])), inside, "{amount}");
        }
    }

    #[test]
    fn null_is_neither_more_nor_less() {
        for word in ["$gt", "$gte", "$lt", "$lte", "$sw", "$con", "$eq"] {
            assert!(!one(word, &Value::Null, &json!("0")), "{word}");
        }
        assert!(one("$eq", &Value::Null, &Value::Null) && one("$ne", &Value::Null, &json!(1)));
    }

    #[test]
    fn one_of_several_values_is_enough() {
        assert!(one("$eq", &json!(["ACT01", "ACT02"]), &json!("ACT02")));
        assert!(!one("$ne", &json!(["ACT01"]), &json!("ACT01")));
    }

    #[test]
    fn leading_zeros_count_in_text() {
        assert!(!one("$eq", &json!("0010"), &json!("10")));
    }
}
