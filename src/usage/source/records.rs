//! JSON records of a chunk: lines, or the elements of an array.

use std::sync::Arc;

use serde_json::Value;

use super::super::columns::Column;
use super::super::compact::draft::Draft;
use super::super::compact::hash;
use super::super::engine::Preparer;
use super::super::forms::Form;
use super::super::{numbers, time};
use super::layout::{Field, Layout};
use super::scan::{Scanned, Scanner, Unusual};

/// Sets of keys that are remembered.
const LAYOUTS: usize = 1024;

/// Columns that hold numbers.
pub(in crate::usage) fn holds_number(column: Column) -> bool {
    matches!(
        column,
        Column::MappedEntitledCount
            | Column::Used
            | Column::ItemQuantity
            | Column::MeterCost
            | Column::MeterQuantity
            | Column::OverdraftCount
    )
}

/// Columns that hold times.
pub(in crate::usage) fn holds_time(column: Column) -> bool {
    matches!(column, Column::UsageTime | Column::WriteTime | Column::BorrowedUntil)
}

/// Columns that hold true or false.
pub(in crate::usage) fn holds_boolean(column: Column) -> bool {
    matches!(column, Column::Partial | Column::Incremental)
}

impl Preparer<'_> {
    /// Lines, each of which is a JSON object.
    pub(in crate::usage) fn lines(&mut self, bytes: &[u8]) {
        let valid = std::str::from_utf8(bytes).is_ok();
        let mut start = 0;
        while start < bytes.len() {
            let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            self.next_line();
            self.line(&bytes[start..end], valid);
            start = end + 1;
        }
    }

    fn line(&mut self, line: &[u8], valid: bool) {
        // Some exports begin with a byte order mark.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return;
        }
        self.record();
        match std::str::from_utf8(line) {
            Ok(text) => self.object(text),
            Err(error) if !valid => {
                let at = error.valid_up_to();
                let column = last_key(&line[..at]);
                self.unreadable(format!("byte {} is not UTF-8 text{column}", at + 1));
            }
            Err(_) => {}
        }
    }

    /// Values of an array, each between two places.
    pub(in crate::usage) fn elements(&mut self, bytes: &[u8], places: &[(usize, usize)]) {
        for (start, end) in places {
            self.record();
            let element = &bytes[*start..*end];
            match std::str::from_utf8(element) {
                Ok(text) => self.object(text),
                Err(error) => {
                    let column = last_key(&element[..error.valid_up_to()]);
                    self.unreadable(format!("the record is not UTF-8 text{column}"));
                }
            }
        }
    }

    fn object(&mut self, text: &str) {
        if self.scanned(text) == Ok(true) {
            return;
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) => self.in_full(&value),
            Err(error) if error.is_eof() => {
                let column = last_key(text.as_bytes());
                self.unreadable(format!("the line ends in the middle of a record{column}"));
            }
            Err(error) => self.unreadable(format!("no JSON at column {}", error.column())),
        }
    }

    /// Whether the row is judged already. Objects mostly have the keys of the one before them, in the same order.
    fn scanned(&mut self, text: &str) -> Result<bool, Unusual> {
        if let Some(layout) = self.layout.clone()
            && let Some(judged) = self.scanned_as(text, &layout)?
        {
            return Ok(judged);
        }
        let names = keys(text)?;
        let key = hash::texts(names.iter().copied());
        if self.layouts.len() >= LAYOUTS {
            self.layouts.clear();
        }
        let layout =
            Arc::clone(self.layouts.entry(key).or_insert_with(|| Arc::new(Layout::of(names.into_iter()))));
        self.layout = Some(Arc::clone(&layout));
        Ok(self.scanned_as(text, &layout)?.unwrap_or(false))
    }

    /// Nothing if the object has other keys.
    fn scanned_as(&mut self, text: &str, layout: &Layout) -> Result<Option<bool>, Unusual> {
        let mut draft = layout.blank.clone();
        let mut scanner = Scanner::new(text)?;
        for (index, (name, field)) in layout.names.iter().zip(&layout.fields).enumerate() {
            let Some((key, value)) = scanner.next(index == 0)? else { return Ok(None) };
            if key != &**name {
                return Ok(None);
            }
            if let Field::Column(column) = field {
                self.scanned_cell(&mut draft, *column, value);
            }
        }
        if scanner.next(layout.fields.is_empty())?.is_some() {
            return Ok(None);
        }
        Ok(Some(self.at_once(&mut draft, layout)))
    }

    fn scanned_cell(&mut self, draft: &mut Draft, column: Column, value: Scanned<'_>) {
        match value {
            Scanned::Null => draft.null(Form::NullValue),
            Scanned::Text(text) => self.text_cell(draft, column, text),
            Scanned::Escaped(quoted) => match serde_json::from_str::<String>(quoted) {
                Ok(text) => self.text_cell(draft, column, &text),
                Err(_) => draft.strange(column),
            },
            Scanned::Number(number) => self.number_cell(draft, column, number),
            Scanned::Boolean(value) if holds_boolean(column) => draft.boolean(column, value),
            Scanned::Nested(spelt) => {
                let token = self.tokens.json(column, spelt);
                draft.token(column, token);
            }
            Scanned::Boolean(_) => draft.strange(column),
        }
    }

    /// A cell that is text in its source.
    pub(in crate::usage) fn text_cell(&mut self, draft: &mut Draft, column: Column, text: &str) {
        if column == Column::CorrelationId {
            draft.correlation(text);
        } else if text.is_empty() {
            draft.null(Form::EmptyText);
        } else if holds_time(column) {
            match time::parse(text) {
                Some((time, form)) => draft.time(column, time, form),
                None => draft.strange(column),
            }
        } else if holds_number(column) || holds_boolean(column) {
            draft.strange(column);
        } else {
            let token = self.tokens.text(column, text);
            draft.token(column, token);
        }
    }

    fn number_cell(&mut self, draft: &mut Draft, column: Column, spelt: &str) {
        if holds_number(column) {
            match numbers::parse(spelt) {
                Some(number) => draft.number(column, number),
                None => draft.strange(column),
            }
        } else if holds_time(column)
            && let Ok(time) = spelt.parse()
        {
            draft.time(column, time, Form::Milliseconds);
        } else if column == Column::RequestResponse && spelt.bytes().all(|byte| byte.is_ascii_digit()) {
            let token = self.tokens.code(spelt);
            draft.token(column, token);
        } else {
            draft.strange(column);
        }
    }
}

fn keys(text: &str) -> Result<Vec<&str>, Unusual> {
    let mut scanner = Scanner::new(text)?;
    let mut keys = Vec::new();
    while let Some((key, _)) = scanner.next(keys.is_empty())? {
        keys.push(key);
    }
    Ok(keys)
}

/// The last key in a part of an object, for messages.
fn last_key(part: &[u8]) -> String {
    let text = String::from_utf8_lossy(part);
    let key = text.rmatch_indices("\":").find_map(|(end, _)| {
        let start = text[..end].rfind('"')?;
        Some(&text[start + 1..end])
    });
    key.filter(|key| !key.is_empty())
        .map_or_else(String::new, |key| format!(", in {}", super::super::reading::quote(key)))
}
