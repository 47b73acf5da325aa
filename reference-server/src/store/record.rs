//! A usage row as it is handed to the writer's thread: its columns in one piece of memory.
//!
//! The thread that charges writes the row out. As it stands it holds a dozen texts, and half of them are counted by
//! several threads at once: reading them, and letting go of them, on another thread costs a transfer between two cores
//! each. What is in one piece is fetched at one go and let go at once.

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde::Serialize;

use crate::domain::{Tokens, UsageRow, exact_text};

/// Room for a usual row, so that it is written without moving.
const USUAL_BYTES: usize = 512;

const NULL: u8 = 0;
const INTEGER: u8 = 1;
const TEXT: u8 = 2;

/// The columns of a row one after the other: what it is, in one byte; an integer in eight, or the length of a text in
/// four and the text.
#[derive(Debug)]
pub(super) struct Record(Vec<u8>);

impl Record {
    /// Writes a row out, in the order of the table's columns.
    pub(super) fn of(row: &UsageRow) -> Self {
        let mut record = Self(Vec::with_capacity(USUAL_BYTES));
        record.text(&row.correlation_id);
        record.text(&row.tenant_id);
        record.integer(row.usage_time);
        record.integer(row.write_time);
        record.optional_text(row.consumer_id.as_deref());
        record.optional_text(row.consumer_type.as_deref());
        record.text(&row.account_id);
        record.text(&row.instance_id);
        record.json(row.activation_id.as_ref());
        record.optional_integer(row.mapped_entitled_count);
        record.optional_text(row.used.map(Tokens::text).as_deref());
        record.text(&row.item);
        record.optional_text(row.item_version.as_deref());
        record.text(&exact_text(row.item_quantity));
        record.optional_text(row.session_id.as_deref());
        record.optional_text(row.session_state.as_deref());
        record.optional_text(row.request_response.as_deref());
        record.json(row.controls_applied.as_ref());
        record.text(&row.meter_type);
        record.text(&row.meter);
        record.json(row.meter_cost_list.as_ref());
        record.optional_text(row.meter_cost.map(exact_text).as_deref());
        record.text(&row.meter_quantity.text());
        record.json(row.meta_data.as_ref());
        record.optional_integer(row.partial.map(i64::from));
        record.optional_integer(row.incremental.map(i64::from));
        record.optional_integer(row.overdraft_count);
        record.json(row.entitled_articles.as_ref());
        record.json(row.entitled_article_versions.as_ref());
        record.optional_integer(row.borrowed_until);
        record.optional_text(row.served_client_status.as_deref());
        record
    }

    /// The columns in their order.
    pub(super) const fn columns(&self) -> Columns<'_> {
        Columns { rest: self.0.as_slice() }
    }

    fn integer(&mut self, integer: i64) {
        self.0.push(INTEGER);
        self.0.extend(integer.to_le_bytes());
    }

    fn optional_integer(&mut self, integer: Option<i64>) {
        match integer {
            Some(integer) => self.integer(integer),
            None => self.0.push(NULL),
        }
    }

    fn text(&mut self, text: &str) {
        self.written(|bytes| bytes.extend(text.as_bytes()));
    }

    fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.0.push(NULL),
        }
    }

    fn json(&mut self, value: Option<&impl Serialize>) {
        match value {
            Some(value) => self.written(|bytes| {
                serde_json::to_writer(bytes, value).expect("plain data always becomes JSON");
            }),
            None => self.0.push(NULL),
        }
    }

    /// A text whose length is known once it is written.
    fn written(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.0.push(TEXT);
        let length_at = self.0.len();
        self.0.extend([0; 4]);
        let start = self.0.len();
        write(&mut self.0);
        // Nothing that arrives is larger than the limit of a body, far below this.
        let length = u32::try_from(self.0.len() - start).unwrap_or(u32::MAX);
        self.0[length_at..start].copy_from_slice(&length.to_le_bytes());
    }
}

/// Takes the columns of a record one after the other.
pub(super) struct Columns<'r> {
    rest: &'r [u8],
}

impl<'r> Columns<'r> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*taken)
    }
}

impl<'r> Iterator for Columns<'r> {
    type Item = Column<'r>;

    fn next(&mut self) -> Option<Self::Item> {
        let value = match self.take()? {
            [INTEGER] => ValueRef::Integer(i64::from_le_bytes(self.take()?)),
            [TEXT] => {
                let length = usize::try_from(u32::from_le_bytes(self.take()?)).ok()?;
                let (text, rest) = self.rest.split_at_checked(length)?;
                self.rest = rest;
                ValueRef::Text(text)
            }
            _ => ValueRef::Null,
        };
        Some(Column(value))
    }
}

/// A column as it goes into a statement.
pub(super) struct Column<'r>(pub(super) ValueRef<'r>);

impl ToSql for Column<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_columns_come_back_in_their_order() {
        let mut record = Record(Vec::new());
        record.text("Grüße");
        record.optional_text(None);
        record.integer(-7);
        record.optional_integer(None);
        record.json(Some(&json!({ "a": [1, "b"] })));
        record.text("");
        let columns: Vec<ValueRef<'_>> = record.columns().map(|column| column.0).collect();
        assert_eq!(
            columns,
            [
                ValueRef::Text("Grüße".as_bytes()),
                ValueRef::Null,
                ValueRef::Integer(-7),
                ValueRef::Null,
                ValueRef::Text(br#"{"a":[1,"b"]}"#),
                ValueRef::Text(b""),
            ]
        );
    }
}
