//! Reading what has been checked: the members of an object are taken out one by one. Nothing comes back only for what
//! the schema lets be absent.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::check::{exact, whole};

/// The members of an object that fits its schema. One that was read is null from then on, which is as if it were absent
/// (S-13): taking it out of the map would cost more than reading it.
pub(super) struct Members(Map<String, Value>);

impl Members {
    pub(super) fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self(members)),
            _ => None,
        }
    }

    /// A member of any kind; null is as if absent (S-13).
    pub(super) fn any(&mut self, name: &str) -> Option<Value> {
        self.0.get_mut(name).map(Value::take).filter(|value| !value.is_null())
    }

    pub(super) fn string(&mut self, name: &str) -> Option<String> {
        self.any(name).and_then(string)
    }

    pub(super) fn boolean(&mut self, name: &str) -> Option<bool> {
        self.any(name)?.as_bool()
    }

    pub(super) fn integer(&mut self, name: &str) -> Option<i64> {
        whole(&self.any(name)?).flatten()
    }

    pub(super) fn decimal(&mut self, name: &str) -> Option<Decimal> {
        decimal(&self.any(name)?)
    }

    pub(super) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.any(name)? {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements of an array, each read in the same way.
    pub(super) fn array<T>(&mut self, name: &str, read: impl FnMut(Value) -> Option<T>) -> Option<Vec<T>> {
        elements(self.any(name)?, read)
    }

    /// What a word means. A word that means nothing here stays where it is.
    pub(super) fn word<T: Copy>(&mut self, name: &str, meanings: &[(&str, T)]) -> Option<T> {
        let member = self.0.get_mut(name)?;
        let text = member.as_str()?;
        let meaning = meanings.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)?;
        member.take();
        Some(meaning)
    }

    /// The name of a member that is none of these, be it null or not.
    pub(super) fn first_besides(&self, known: &[&str]) -> Option<&String> {
        self.0.keys().find(|name| !known.contains(&name.as_str()))
    }
}

/// The elements of an array, each read in the same way.
pub(super) fn elements<T>(value: Value, read: impl FnMut(Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        Value::Array(elements) => elements.into_iter().map(read).collect(),
        _ => None,
    }
}

pub(super) fn string(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    exact(value.as_number()?.as_str())
}
