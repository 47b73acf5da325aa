//! Writes rows in every format that can be read.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Decimal128Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as ParquetCompression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use thiserror::Error;

use super::super::columns::Column;
use super::super::source::Format;
use super::cells::{Cell, decimal};
use super::world::Made;

/// Rows in a batch of columns.
const BATCH: usize = 8_192;
/// Rows in a row group.
const ROW_GROUP: usize = 122_880;

/// Rows could not be written.
#[derive(Debug, Error)]
pub enum GenerateError {
    /// The name tells no format.
    #[error("{} tells no format; end the name in .jsonl, .json, .csv or .parquet, and .gz or .zst behind it", .path.display())]
    NoFormat {
        /// The name.
        path: PathBuf,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}; check the folder and the room on the disk", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes rows until there are enough and the last request is whole. Returns how many there are.
pub(super) fn write(world: impl Iterator<Item = Made>, rows: u64, path: &Path) -> Result<u64, GenerateError> {
    let Some(format) = Format::of_name(&path.to_string_lossy()) else {
        return Err(GenerateError::NoFormat { path: path.to_owned() });
    };
    let unwritable = |source| GenerateError::Unwritable { path: path.to_owned(), source };
    let file = File::create(path).map_err(unwritable)?;
    let made = whole_requests(world, rows);
    let name = path.to_string_lossy().to_ascii_lowercase();
    let written = match format {
        Format::Parquet => parquet(made, file),
        _ if name.ends_with(".gz") || name.ends_with(".gzip") => {
            let mut out = GzEncoder::new(BufWriter::new(file), Compression::fast());
            text(made, format, &mut out).and_then(|count| out.finish()?.flush().map(|()| count))
        }
        _ if name.ends_with(".zst") || name.ends_with(".zstd") => {
            zstd::Encoder::new(file, 1).and_then(|mut out| {
                let count = text(made, format, &mut out)?;
                out.finish().map(|_| count)
            })
        }
        _ => {
            let mut out = BufWriter::with_capacity(1 << 20, file);
            text(made, format, &mut out).and_then(|count| out.flush().map(|()| count))
        }
    };
    written.map_err(unwritable)
}

pub(super) fn whole_requests(world: impl Iterator<Item = Made>, rows: u64) -> impl Iterator<Item = Made> {
    let (mut count, mut last) = (0, 0);
    world.take_while(move |row| {
        let more = count < rows || row.correlation == last;
        count += 1;
        last = row.correlation;
        more
    })
}

fn text(made: impl Iterator<Item = Made>, format: Format, out: &mut impl Write) -> io::Result<u64> {
    let mut count = 0;
    let mut line = String::with_capacity(1024);
    match format {
        Format::Csv => {
            let names: Vec<&str> = Column::all().map(Column::name).collect();
            writeln!(out, "{}", names.join(","))?;
        }
        Format::Json => out.write_all(b"[\n")?,
        _ => {}
    }
    for row in made {
        line.clear();
        match format {
            Format::Csv => csv_line(&row, &mut line),
            Format::Json if count > 0 => {
                line.push_str(",\n");
                json_line(&row, &mut line);
            }
            _ => json_line(&row, &mut line),
        }
        if format != Format::Json {
            line.push('\n');
        }
        out.write_all(line.as_bytes())?;
        count += 1;
    }
    if format == Format::Json {
        out.write_all(b"\n]\n")?;
    }
    Ok(count)
}

fn json_line(row: &Made, line: &mut String) {
    line.push('{');
    for (index, column) in Column::all().enumerate() {
        if index > 0 {
            line.push(',');
        }
        line.push('"');
        line.push_str(column.name());
        line.push_str("\":");
        match row.cell(column) {
            Cell::Null => line.push_str("null"),
            // No text that is made here needs an escape.
            Cell::Text(text) => {
                line.push('"');
                line.push_str(&text);
                line.push('"');
            }
            Cell::Json(json) => line.push_str(&json),
            Cell::Integer(number) => line.push_str(&number.to_string()),
            Cell::Decimal(number) => line.push_str(&decimal(number)),
            Cell::Boolean(value) => line.push_str(if value { "true" } else { "false" }),
        }
    }
    line.push('}');
}

fn csv_line(row: &Made, line: &mut String) {
    for (index, column) in Column::all().enumerate() {
        if index > 0 {
            line.push(',');
        }
        match row.cell(column) {
            Cell::Null => {}
            Cell::Text(text) => line.push_str(&text),
            Cell::Json(json) => {
                line.push('"');
                line.push_str(&json.replace('"', "\"\""));
                line.push('"');
            }
            Cell::Integer(number) => line.push_str(&number.to_string()),
            Cell::Decimal(number) => line.push_str(&decimal(number)),
            Cell::Boolean(value) => line.push_str(if value { "true" } else { "false" }),
        }
    }
}

/// Digits and places of decimal columns.
const PRECISION: u8 = 18;
const SCALE: i8 = 2;

/// The type that a column has in a Parquet file.
pub(in crate::usage) fn type_of(column: Column) -> DataType {
    match column {
        Column::UsageTime
        | Column::WriteTime
        | Column::BorrowedUntil
        | Column::MappedEntitledCount
        | Column::ItemQuantity => DataType::Int64,
        Column::Used | Column::MeterCost | Column::MeterQuantity | Column::OverdraftCount => {
            DataType::Decimal128(PRECISION, SCALE)
        }
        Column::Partial | Column::Incremental => DataType::Boolean,
        _ => DataType::Utf8,
    }
}

fn parquet(mut made: impl Iterator<Item = Made>, file: File) -> io::Result<u64> {
    let fields: Vec<Field> =
        Column::all().map(|column| Field::new(column.name(), type_of(column), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder()
        .set_compression(ParquetCompression::SNAPPY)
        .set_max_row_group_row_count(Some(ROW_GROUP))
        .build();
    let mut writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties)).map_err(of_parquet)?;
    let mut count = 0;
    loop {
        let rows: Vec<Made> = made.by_ref().take(BATCH).collect();
        if rows.is_empty() {
            break;
        }
        count += rows.len() as u64;
        let columns: Vec<ArrayRef> =
            Column::all().map(|column| array(&rows, column)).collect::<Result<_, _>>().map_err(of_arrow)?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(of_arrow)?;
        writer.write(&batch).map_err(of_parquet)?;
    }
    writer.close().map_err(of_parquet)?;
    Ok(count)
}

fn of_parquet(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

fn of_arrow(error: ArrowError) -> io::Error {
    io::Error::other(error)
}

fn array(rows: &[Made], column: Column) -> Result<ArrayRef, ArrowError> {
    let cells = rows.iter().map(|row| row.cell(column));
    Ok(match type_of(column) {
        DataType::Int64 => {
            let mut builder = Int64Builder::with_capacity(rows.len());
            cells.for_each(|cell| match cell {
                Cell::Integer(number) => builder.append_value(number),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish())
        }
        DataType::Decimal128(..) => {
            let mut builder = Decimal128Builder::with_capacity(rows.len());
            cells.for_each(|cell| match cell {
                Cell::Decimal(number) => builder.append_value(number.into()),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish().with_precision_and_scale(PRECISION, SCALE)?)
        }
        DataType::Boolean => {
            let mut builder = BooleanBuilder::with_capacity(rows.len());
            cells.for_each(|cell| match cell {
                Cell::Boolean(value) => builder.append_value(value),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish())
        }
        _ => {
            let mut builder = StringBuilder::new();
            cells.for_each(|cell| match cell {
                Cell::Text(text) | Cell::Json(text) => builder.append_value(text),
                _ => builder.append_null(),
            });
            Arc::new(builder.finish())
        }
    })
}

/// The row as a JSON object.
pub(super) fn value(row: &Made) -> serde_json::Value {
    let mut line = String::new();
    json_line(row, &mut line);
    // What is spelt here is JSON.
    serde_json::from_str(&line).unwrap_or_default()
}
