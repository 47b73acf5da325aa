//! A cell of a usage row before its type is known.
//!
//! Text, of which rows are full, stays where it stands in the line.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A cell.
#[derive(Debug, Default, PartialEq)]
pub enum Cell<'a> {
    /// Not there, or null.
    #[default]
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// Anything else.
    Other(Value),
}

impl Cell<'_> {
    /// The text of the cell, or the digits of its number; none when it is empty.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(Cow::Borrowed(text)),
            Self::Other(Value::Number(number)) => Some(Cow::Borrowed(number.as_str())),
            _ => None,
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Cell<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cell::Empty)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cell::Other(Value::Bool(value)))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cell::Other(Value::from(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cell::Other(Value::from(value)))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(elements)).map(Cell::Other)
    }

    // Numbers with a fraction come this way, too, because their digits are kept.
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(members)).map(Cell::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_is_read() {
        let read = |text| serde_json::from_str::<Cell<'_>>(text).unwrap();
        assert_eq!(read("null"), Cell::Empty);
        assert!(matches!(read(r#""plain""#), Cell::Text(Cow::Borrowed("plain"))));
        assert_eq!(read(r#""a\nb""#).text().as_deref(), Some("a\nb"));
        assert_eq!(read("3").text().as_deref(), Some("3"));
        assert_eq!(read("-3").text().as_deref(), Some("-3"));
        assert_eq!(read("0.1234567890123456789").text().as_deref(), Some("0.1234567890123456789"));
        assert_eq!(read("true"), Cell::Other(Value::Bool(true)));
        assert_eq!(read(r#"["a"]"#), Cell::Other(serde_json::json!(["a"])));
        assert_eq!(read(r#"{"op":"x"}"#), Cell::Other(serde_json::json!({"op": "x"})));
        assert_eq!(read(r#""""#).text(), None);
    }
}
