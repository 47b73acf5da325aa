//! One value: its type, its form, and whether it is among those that are listed.
//!
//! No column types are documented, so that values are read generously: a number may be text, a list JSON in a text.
//! What cannot be read even so contradicts the description.

use std::net::IpAddr;

use serde_json::Value;

use super::super::numbers;
use super::findings::Findings;
use super::row::{Row, is_null, moment, spelt};
use super::schema::{Basis, Field, Form, Kind};
use crate::report::events::Severity;

/// Judges every cell of a row by itself.
pub(super) fn judge(row: &Row<'_>, findings: &mut Findings) {
    for (field, cell) in row.entity.fields.iter().zip(&row.cells) {
        let Some(value) = cell else { continue };
        if is_null(value) {
            if let Some(basis) = field.required {
                let level = if basis == Basis::Stated { Severity::E } else { Severity::W };
                findings.row("ENT-NULL", level, row, field.name(), "it is NULL".to_owned());
            }
            continue;
        }
        if let Some((level, message)) = wrong_type(field.kind, value) {
            findings.row("ENT-TYPE", level, row, field.name(), message);
            continue;
        }
        let Some(text) = spelt(value) else { continue };
        if let Some((level, message)) = not_listed(field, &text) {
            findings.row("ENT-VALUE", level, row, field.name(), message);
        }
        if let Some((rule, level, message)) = wrong_form(field, &text) {
            findings.row(rule, level, row, field.name(), message);
        }
    }
}

fn wrong_type(kind: Kind, value: &Value) -> Option<(Severity, String)> {
    let text = spelt(value);
    let text = text.as_deref();
    let number = text.filter(|_| !value.is_boolean()).and_then(numbers::parse);
    let (right, level, wanted) = match kind {
        Kind::Text => (value.is_string(), Severity::W, "a text"),
        Kind::Integer => (number.is_some_and(|number| number.is_integer()), Severity::E, "a whole number"),
        Kind::Number => (number.is_some(), Severity::E, "a number"),
        Kind::Boolean => (value.is_boolean() || text.is_some_and(is_boolean), Severity::E, "true or false"),
        Kind::Time => (text.is_some_and(|text| moment(text).is_some()), Severity::E, "a date or time"),
        Kind::Texts => (is_texts(value), Severity::W, "a text or a list of texts"),
        Kind::Code => (value.is_string() || value.is_number(), Severity::W, "a text or a number"),
        Kind::Object => (is_object(value), Severity::W, "an object"),
        Kind::Marker => (!value.is_object(), Severity::W, "true or false, an ID or a list of them"),
        Kind::Any => (true, Severity::I, ""),
    };
    (!right).then(|| (level, format!("{} is not {wanted}", shown(value))))
}

/// The value as it is written, if that is short.
pub(super) fn shown(value: &Value) -> String {
    short(&value.to_string())
}

pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("{start}…")
}

fn is_boolean(text: &str) -> bool {
    ["true", "false", "yes", "no", "y", "n", "t", "f", "1", "0"]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

fn is_texts(value: &Value) -> bool {
    match value {
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str::<Value>(text).is_ok_and(|value| is_texts(&value))
        }
        Value::String(_) => true,
        Value::Array(elements) => elements.iter().all(|element| element.is_string() || element.is_null()),
        _ => false,
    }
}

/// An object, or the JSON of one in a text.
pub(super) fn is_object(value: &Value) -> bool {
    match value {
        Value::Object(_) => true,
        Value::String(text) => serde_json::from_str::<Value>(text).is_ok_and(|value| value.is_object()),
        _ => false,
    }
}

fn not_listed(field: &Field, text: &str) -> Option<(Severity, String)> {
    if field.values.is_empty() || field.values.iter().any(|value| value == text) {
        return None;
    }
    let other_case = field.values.iter().find(|value| value.eq_ignore_ascii_case(text));
    match other_case {
        Some(_) if field.open => None,
        Some(value) => {
            Some((Severity::W, format!("{:?} is written {value:?} in the documents", short(text))))
        }
        None if field.open => Some((Severity::I, format!("{:?} is none of the known values", short(text)))),
        None => {
            let listed = field.values.join(", ");
            Some((Severity::E, format!("{:?} is none of {listed}", short(text))))
        }
    }
}

fn wrong_form(field: &Field, text: &str) -> Option<(&'static str, Severity, String)> {
    if let Some(longest) = field.longest
        && text.chars().count() > longest
    {
        let length = text.chars().count();
        return Some(("ENT-FORM", Severity::E, format!("{length} characters are more than {longest}")));
    }
    if let Some(least) = field.least
        && numbers::parse(text).is_some_and(|number| number < least.into())
    {
        return Some(("ENT-FORM", Severity::E, format!("{text} is less than {least}")));
    }
    let (right, rule, wanted) = match field.form? {
        Form::NineteenDigits => (
            text.len() == 19 && text.bytes().all(|byte| byte.is_ascii_digit()),
            "DAPI-064",
            "made of 19 digits",
        ),
        Form::Email => (is_email(text), "ENT-FORM", "an e-mail address"),
        Form::Ip => (text.parse::<IpAddr>().is_ok(), "ENT-FORM", "an IP address"),
        Form::Uuid => (uuid::Uuid::try_parse(text).is_ok(), "ENT-FORM", "a UUID"),
        Form::ProductId => (is_product_id(text), "DAPI-063", "a name, :: and a version"),
        Form::ProductCount => (is_product_count(text), "ENT-FORM", "a count, | and pairs such as 1-5"),
    };
    (!right).then(|| (rule, Severity::W, format!("{:?} is not {wanted}", short(text))))
}

fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !text.contains(char::is_whitespace)
    })
}

fn is_product_id(text: &str) -> bool {
    text.split_once("::").is_some_and(|(name, version)| !name.is_empty() && !version.is_empty())
}

/// `^\d+\|\d+-\d+(\.\d+-\d+)*$`
fn is_product_count(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('|').is_some_and(|(count, pairs)| {
        let mut pairs = pairs.split('.').map(|pair| pair.split_once('-'));
        digits(count) && pairs.all(|pair| pair.is_some_and(|(left, right)| digits(left) && digits(right)))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_read_generously_but_not_blindly() {
        for (kind, right, wrong) in [
            (Kind::Integer, json!("12"), json!(1.5)),
            (Kind::Number, json!("0.25"), json!("many")),
            (Kind::Boolean, json!("Yes"), json!("perhaps")),
            (Kind::Time, json!("2026-01-15"), json!("15.01.2026")),
            (Kind::Texts, json!("[\"act-1\"]"), json!([1])),
            (Kind::Object, json!("{\"a\":1}"), json!("a=1")),
            (Kind::Marker, json!(["ACME"]), json!({"a": 1})),
            (Kind::Text, json!("ACME"), json!(12)),
            (Kind::Code, json!(101), json!(true)),
        ] {
            assert_eq!(wrong_type(kind, &right), None, "{kind:?}");
            assert!(wrong_type(kind, &wrong).is_some(), "{kind:?}");
        }
    }

    #[test]
    fn product_counts_follow_their_pattern() {
        assert!(is_product_count("2|1-5.2-3") && is_product_count("1|0-1"));
        assert!(!is_product_count("2") && !is_product_count("2|") && !is_product_count("2|1-5."));
    }
}
