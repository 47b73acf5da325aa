//! Records of CSV. Every cell is text there; which text is a number or a time, its column tells.

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Number, Value};

use super::super::columns::Column;
use super::super::compact::draft::Draft;
use super::super::engine::Preparer;
use super::super::forms::Form;
use super::super::numbers;
use super::Header;
use super::layout::Field;
use super::records::{holds_boolean, holds_number, holds_time};

/// How Snowflake writes NULL, unless told otherwise.
const NULL: &str = "\\N";

impl Preparer<'_> {
    /// Whole records, without the header.
    pub(in crate::usage) fn delimited(&mut self, bytes: &[u8], start: usize, header: &Header) {
        let lines = memchr::memchr_iter(b'\n', &bytes[..start]).count() as u64;
        let bytes = &bytes[start..];
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(header.delimiter)
            .from_reader(bytes);
        let mut record = ByteRecord::new();
        let valid = std::str::from_utf8(bytes).is_ok();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    self.record();
                    self.unreadable(error.to_string());
                    break;
                }
            }
            self.at_line(lines + record.position().map_or(0, csv::Position::line));
            self.delimited_record(&record, header, valid);
        }
        self.at_line(lines + memchr::memchr_iter(b'\n', bytes).count() as u64);
    }

    fn delimited_record(&mut self, record: &ByteRecord, header: &Header, valid: bool) {
        let layout = &header.layout;
        let (found, wanted) = (record.len(), layout.fields.len());
        self.record();
        if found != wanted {
            let last = layout.names.get(found.wrapping_sub(1)).map(|name| format!("; it ends in {name}"));
            let last = last.unwrap_or_default();
            return self.unreadable(format!("the record has {found} of {wanted} fields{last}"));
        }
        let mut draft = layout.blank.clone();
        for (field, cell) in layout.fields.iter().zip(record.iter()) {
            let Ok(text) = std::str::from_utf8(cell) else { break };
            if let Field::Column(column) = field {
                self.delimited_cell(&mut draft, *column, text);
            }
        }
        if !valid && let Some(at) = record.iter().position(|cell| std::str::from_utf8(cell).is_err()) {
            return self.unreadable(format!("{} is not UTF-8 text", layout.names[at]));
        }
        if !self.at_once(&mut draft, layout) {
            let cells: Map<String, Value> = layout
                .names
                .iter()
                .zip(&layout.fields)
                .zip(record.iter())
                .map(|((name, field), cell)| {
                    (name.to_string(), value_of(*field, &String::from_utf8_lossy(cell)))
                })
                .collect();
            self.in_full(&Value::Object(cells));
        }
    }

    fn delimited_cell(&mut self, draft: &mut Draft, column: Column, text: &str) {
        if text == NULL {
            return draft.null(Form::NullValue);
        }
        if text.is_empty() {
            return draft.null(Form::EmptyText);
        }
        if holds_number(column) {
            return match numbers::parse(text) {
                Some(number) => draft.number(column, number),
                None => draft.strange(column),
            };
        }
        if holds_boolean(column) {
            return match boolean(text) {
                Some(value) => draft.boolean(column, value),
                None => draft.strange(column),
            };
        }
        // Whether a number of milliseconds is text cannot be seen in CSV.
        if holds_time(column)
            && let Ok(time) = text.parse()
        {
            return draft.time(column, time, Form::Milliseconds);
        }
        self.text_cell(draft, column, text);
    }
}

fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// The cell as JSON, for a row that is read in full.
fn value_of(field: Field, text: &str) -> Value {
    let as_text = || Value::from(text);
    match field {
        _ if text == NULL => Value::Null,
        Field::Column(column) if holds_number(column) => numbers::parse(text)
            .and_then(|number| number.to_string().parse::<Number>().ok())
            .map_or_else(as_text, Value::Number),
        Field::Column(column) if holds_boolean(column) => boolean(text).map_or_else(as_text, Value::Bool),
        Field::Column(column) if holds_time(column) => {
            text.parse::<i64>().map_or_else(|_| as_text(), Value::from)
        }
        Field::Sequence => text.parse::<u64>().map_or_else(|_| as_text(), Value::from),
        _ => as_text(),
    }
}
