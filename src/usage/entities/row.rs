//! One record of an entity, its cells in the order of the entity's fields.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::{numbers, time};
use super::schema::Entity;

/// A record and where it stands.
pub(super) struct Row<'a> {
    pub(super) entity: &'a Entity,
    pub(super) input: &'a str,
    pub(super) number: u64,
    /// By place of the field; nothing where the record has no such column.
    pub(super) cells: Vec<Option<Value>>,
    /// The names as they are written, with the places of the fields that they stand for.
    pub(super) names: Vec<(String, usize)>,
    /// Columns that are no field of the entity.
    pub(super) others: Map<String, Value>,
}

impl<'a> Row<'a> {
    pub(super) fn new(entity: &'a Entity, input: &'a str, number: u64, record: Map<String, Value>) -> Self {
        let cells = vec![None; entity.fields.len()];
        let mut row = Self { entity, input, number, cells, names: Vec::new(), others: Map::new() };
        for (name, value) in record {
            match value {
                // Names with a period are nested in JSON and flat in CSV; both are read in both.
                Value::Object(members) if entity.has_group(&name) => {
                    members
                        .into_iter()
                        .for_each(|(member, value)| row.set(format!("{name}.{member}"), value));
                }
                value => row.set(name, value),
            }
        }
        row
    }

    fn set(&mut self, name: String, value: Value) {
        match self.entity.place(&name) {
            Some(place) => {
                self.cells[place] = Some(value);
                self.names.push((name, place));
            }
            None => {
                self.others.insert(name, value);
            }
        }
    }

    /// A cell that is there and not NULL.
    pub(super) fn value(&self, field: &str) -> Option<&Value> {
        let cell = match self.entity.place(field) {
            Some(place) => self.cells[place].as_ref(),
            None => {
                self.others.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)).map(|(_, value)| value)
            }
        };
        cell.filter(|value| !is_null(value))
    }

    /// A cell as text, if it is one value.
    pub(super) fn text(&self, field: &str) -> Option<String> {
        spelt(self.value(field)?)
    }

    pub(super) fn decimal(&self, field: &str) -> Option<Decimal> {
        numbers::parse(&self.text(field)?)
    }

    /// A time in milliseconds.
    pub(super) fn time(&self, field: &str) -> Option<i64> {
        moment(&self.text(field)?)
    }

    /// The texts of a cell that may be one or a list of them.
    pub(super) fn texts(&self, field: &str) -> Vec<String> {
        self.value(field).map(list).unwrap_or_default()
    }
}

/// Empty text stands for NULL in many exports.
pub(super) fn is_null(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

/// A value as text, unless it is a list or an object.
pub(super) fn spelt(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A list, a list that is written as JSON in a text, or one value.
pub(super) fn list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().filter_map(spelt).collect(),
        Value::String(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str::<Vec<Value>>(text).unwrap_or_default().iter().filter_map(spelt).collect()
        }
        value => spelt(value).into_iter().collect(),
    }
}

/// The time that a text spells, or the start of the day.
pub(super) fn moment(text: &str) -> Option<i64> {
    if let Some((time, _)) = time::parse(text) {
        return Some(time);
    }
    let day: jiff::civil::Date = text.trim().parse().ok()?;
    Some(jiff::tz::Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?.as_millisecond())
}
