//! Writes the rows of an entity as Parquet, in its own schema.

use std::fs::File;
use std::io;
use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::numbers;
use super::arrow_form::{PRECISION, SCALE, arrow, columns};
use super::row::{moment, spelt};
use super::schema::{Entity, Field, Kind};

/// Rows in a group.
const GROUP: usize = 1 << 16;

/// Writes all rows. What a column cannot hold is an error: there is no place for it in such a file.
pub(super) fn write(
    file: File,
    entity: &Entity,
    rows: &[Map<String, Value>],
    dapi_names: bool,
) -> io::Result<()> {
    let schema = arrow(entity, dapi_names);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer =
        ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(io::Error::other)?;
    for rows in rows.chunks(GROUP) {
        let arrays = columns(entity, dapi_names).into_iter().map(|(field, _)| array(field, rows));
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays.collect::<io::Result<Vec<_>>>()?);
        writer.write(&batch.map_err(io::Error::other)?).map_err(io::Error::other)?;
    }
    writer.close().map_err(io::Error::other)?;
    Ok(())
}

fn array(field: &Field, rows: &[Map<String, Value>]) -> io::Result<ArrayRef> {
    let cells = rows.iter().map(|row| row.get(field.name()).filter(|value| !value.is_null()));
    Ok(match field.kind {
        Kind::Integer => {
            let mut builder = Int64Builder::new();
            for cell in cells {
                builder.append_option(held(field, cell, |text| numbers::parse(text)?.try_into().ok())?);
            }
            Arc::new(builder.finish())
        }
        Kind::Number => {
            let mut builder = Decimal128Builder::new();
            for cell in cells {
                builder.append_option(held(field, cell, |text| scaled(numbers::parse(text)?))?);
            }
            let array = builder.finish().with_precision_and_scale(PRECISION, SCALE);
            Arc::new(array.map_err(io::Error::other)?)
        }
        Kind::Boolean => {
            let mut builder = BooleanBuilder::new();
            for cell in cells {
                builder.append_option(held(field, cell, |text| text.to_ascii_lowercase().parse().ok())?);
            }
            Arc::new(builder.finish())
        }
        Kind::Time => {
            let mut builder = TimestampMillisecondBuilder::new().with_timezone("UTC");
            for cell in cells {
                builder.append_option(held(field, cell, moment)?);
            }
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = StringBuilder::new();
            for cell in cells {
                builder.append_option(cell.map(|value| spelt(value).unwrap_or_else(|| value.to_string())));
            }
            Arc::new(builder.finish())
        }
    })
}

/// The value that a cell holds.
fn held<T>(field: &Field, cell: Option<&Value>, read: impl Fn(&str) -> Option<T>) -> io::Result<Option<T>> {
    let Some(value) = cell else { return Ok(None) };
    let read = spelt(value).and_then(|text| read(&text));
    read.map(Some).ok_or_else(|| {
        io::Error::other(format!("{} cannot hold {value} in Parquet; take another format", field.name()))
    })
}

fn scaled(mut number: Decimal) -> Option<i128> {
    let scale = u32::try_from(SCALE).ok()?;
    number.rescale(scale);
    (number.scale() == scale).then(|| number.mantissa())
}
