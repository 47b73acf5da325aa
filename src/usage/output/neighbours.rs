//! The rows around examples, as they stand in the input.
//!
//! They are read anew: keeping them while judging would cost every row something, and only a report for people shows
//! them.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use csv::ReaderBuilder;
use serde_json::{Map, Value};

use super::super::columns::Column;
use super::super::engine::Judged;
use super::super::source::{Chunk, Feeder, Header, Input, arrow_value};

/// Rows by their number: text in which the columns that are NULL are left out.
pub(super) type Rows = BTreeMap<u64, String>;

/// Reads the rows of all examples and those before and after them.
pub(super) fn read(judged: &Judged, inputs: &[Input]) -> Rows {
    let examples = judged.checked.findings.iter().flat_map(|finding| &finding.examples);
    let mut wanted: Rows = Rows::new();
    for example in examples {
        for row in example.row.saturating_sub(1).max(1)..=example.row + 1 {
            wanted.entry(row).or_default();
        }
    }
    let mut before = 0;
    let mut feeder = Feeder::new(inputs);
    while let Some(fed) = feeder.next() {
        if wanted.range(before + 1..).next().is_none() {
            break;
        }
        before += match &fed.chunk {
            Chunk::Lines(bytes) => lines(bytes, before, &mut wanted),
            Chunk::Elements(bytes, places) => {
                let elements = places.iter().map(|(start, end)| &bytes[*start..*end]);
                records(elements, before, &mut wanted)
            }
            Chunk::Delimited(bytes, start, header) => {
                delimited(&bytes[*start..], header, before, &mut wanted)
            }
            Chunk::Arrow(batch, _) => batch_rows(batch, before, &mut wanted),
            Chunk::Values(rows) => {
                for (row, value) in (before + 1..).zip(rows) {
                    keep(row, &mut wanted, || text_of(value));
                }
                rows.len() as u64
            }
            Chunk::Broken(_) => 0,
        };
    }
    wanted.retain(|_, text| !text.is_empty());
    wanted
}

fn keep(row: u64, wanted: &mut Rows, text: impl FnOnce() -> String) {
    if let Some(kept) = wanted.get_mut(&row) {
        *kept = text();
    }
}

fn lines(bytes: &[u8], before: u64, wanted: &mut Rows) -> u64 {
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii());
    records(lines.filter(|line| !line.is_empty()), before, wanted)
}

fn records<'a>(records: impl Iterator<Item = &'a [u8]>, before: u64, wanted: &mut Rows) -> u64 {
    let mut count = 0;
    for record in records {
        count += 1;
        keep(before + count, wanted, || match serde_json::from_slice::<Value>(record) {
            Ok(value) => text_of(&value),
            Err(_) => String::from_utf8_lossy(record).into_owned(),
        });
    }
    count
}

fn delimited(bytes: &[u8], header: &Header, before: u64, wanted: &mut Rows) -> u64 {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(header.delimiter).from_reader(bytes);
    let mut count = 0;
    for record in reader.byte_records().map_while(Result::ok) {
        count += 1;
        keep(before + count, wanted, || {
            let cells = header.layout.names.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
            let cells =
                cells.map(|(name, cell)| (name.to_string(), Value::from(String::from_utf8_lossy(cell))));
            text_of(&Value::Object(cells.collect()))
        });
    }
    count
}

fn batch_rows(batch: &RecordBatch, before: u64, wanted: &mut Rows) -> u64 {
    let count = batch.num_rows() as u64;
    let rows: Vec<u64> = wanted.range(before + 1..=before + count).map(|(row, _)| *row).collect();
    for row in rows {
        let index = usize::try_from(row - before - 1).unwrap_or_default();
        let schema = batch.schema();
        let cells: Map<String, Value> = schema
            .fields()
            .iter()
            .zip(batch.columns())
            .map(|(field, array)| (field.name().clone(), arrow_value(array, index)))
            .collect();
        keep(row, wanted, || text_of(&Value::Object(cells)));
    }
    count
}

/// The cells that are set, in the order of the columns.
fn text_of(value: &Value) -> String {
    let Value::Object(cells) = value else { return value.to_string() };
    let mut left = cells.clone();
    let mut told = Vec::new();
    for column in Column::all() {
        for name in [column.name(), column.data_access_name()] {
            if let Some(cell) = left.remove(name).filter(|cell| !cell.is_null()) {
                told.push(format!("{name} {}", spelt(&cell)));
            }
        }
    }
    told.extend(left.iter().map(|(name, cell)| format!("{name} {}", spelt(cell))));
    told.join(" · ")
}

fn spelt(cell: &Value) -> String {
    cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)
}
