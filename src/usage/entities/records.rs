//! Records of any columns, from every kind of source that usage rows come from.

use std::slice;

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};

use super::super::source::{Chunk, Feeder, Header, Input, arrow_value};

/// A record, or why there is none.
pub(super) type Record = Result<Map<String, Value>, String>;

/// How Snowflake writes NULL, unless told otherwise.
const NULL: &str = "\\N";

/// Hands over every record of an input.
pub(super) fn each(input: &Input, take: &mut dyn FnMut(Record)) {
    let mut feeder = Feeder::new(slice::from_ref(input));
    while let Some(fed) = feeder.next() {
        match fed.chunk {
            Chunk::Lines(bytes) => bytes.split(|byte| *byte == b'\n').for_each(|line| json(line, take)),
            Chunk::Elements(bytes, places) => {
                places.iter().for_each(|(start, end)| json(&bytes[*start..*end], take));
            }
            Chunk::Delimited(bytes, start, header) => delimited(&bytes[start..], &header, take),
            Chunk::Arrow(batch, layout) => {
                for row in 0..batch.num_rows() {
                    let cells = layout.names.iter().zip(batch.columns());
                    take(Ok(cells
                        .map(|(name, array)| (name.to_string(), arrow_value(array, row)))
                        .collect()));
                }
            }
            Chunk::Values(values) => values.into_iter().for_each(|value| object(value, take)),
            Chunk::Broken(reason) => take(Err(reason)),
        }
    }
}

fn json(text: &[u8], take: &mut dyn FnMut(Record)) {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii();
    if text.is_empty() {
        return;
    }
    match serde_json::from_slice(text) {
        Ok(value) => object(value, take),
        Err(error) if error.is_eof() => take(Err("the text ends in the middle of a record".to_owned())),
        Err(error) => take(Err(format!("no JSON: {error}"))),
    }
}

/// A record, or the answer of the API that holds records.
fn object(value: Value, take: &mut dyn FnMut(Record)) {
    match value {
        Value::Object(mut members) => match members.remove("data") {
            Some(Value::Array(rows)) => rows.into_iter().for_each(|row| object(row, take)),
            Some(other) => {
                members.insert("data".to_owned(), other);
                take(Ok(members));
            }
            None => take(Ok(members)),
        },
        _ => take(Err("the record is no JSON object".to_owned())),
    }
}

fn delimited(bytes: &[u8], header: &Header, take: &mut dyn FnMut(Record)) {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(header.delimiter).from_reader(bytes);
    let names = &header.layout.names;
    let mut record = ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(true) => take(cells(&record, names)),
            Ok(false) => return,
            Err(error) => return take(Err(error.to_string())),
        }
    }
}

fn cells(record: &ByteRecord, names: &[Box<str>]) -> Record {
    if record.len() != names.len() {
        return Err(format!("the record has {} of {} fields", record.len(), names.len()));
    }
    let mut row = Map::new();
    for (name, cell) in names.iter().zip(record) {
        let text = std::str::from_utf8(cell).map_err(|_| format!("{name} is not UTF-8 text"))?;
        let null = text.is_empty() || text == NULL;
        row.insert(name.to_string(), if null { Value::Null } else { Value::from(text) });
    }
    Ok(row)
}
