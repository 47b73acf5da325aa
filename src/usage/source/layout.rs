//! Which columns an input has, and what its names alone tell.

use serde_json::{Map, Value};

use super::super::columns::{self, Column};
use super::super::compact::draft::Draft;
use super::super::row::{Row, RowFault};

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::usage) enum Field {
    Column(Column),
    /// `_SEQ`.
    Sequence,
    Unknown,
}

/// The names of an input in their order, read once for all rows that have the same.
pub(in crate::usage) struct Layout {
    pub(in crate::usage) names: Vec<Box<str>>,
    pub(in crate::usage) fields: Vec<Field>,
    /// A row of these columns in which nothing is set yet.
    pub(in crate::usage) blank: Draft,
    /// What is wrong with the names, of every row.
    pub(in crate::usage) faults: Vec<RowFault>,
}

impl Layout {
    pub(in crate::usage) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Vec<Box<str>> = names.map(Into::into).collect();
        let cells: Map<String, Value> = names.iter().map(|name| (name.to_string(), Value::Null)).collect();
        let (row, faults) = Row::from_json(1, &Value::Object(cells));
        let fields: Vec<Field> = names.iter().map(|name| field(name)).collect();
        let mut blank = Draft::blank(&row);
        // Two names for one column: which of them counts, only a full reading tells.
        blank.odd =
            (1..fields.len()).any(|at| fields[at] != Field::Unknown && fields[..at].contains(&fields[at]));
        blank.sequenced = fields.contains(&Field::Sequence);
        Self { names, fields, blank, faults }
    }

    /// Whether any name is that of a column.
    pub(in crate::usage) fn is_usage(&self) -> bool {
        self.fields.iter().any(|field| matches!(field, Field::Column(_)))
    }
}

fn field(name: &str) -> Field {
    match columns::lookup(name) {
        Some((column, _)) => Field::Column(column),
        None if name == "_SEQ" => Field::Sequence,
        None => Field::Unknown,
    }
}
