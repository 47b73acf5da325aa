//! Usage rows as they are read, in a Parquet file.
//!
//! Rows come as lines of JSON under their database names and go column by column into the file, a batch at a time, so that
//! memory does not grow with them. What is JSON in a row is text in the file, which is the form that Parquet has for it.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Decimal128Builder, Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use rust_decimal::Decimal;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use thiserror::Error;

use super::columns::{Column, lookup};
use super::generate::type_of;

/// Rows in a batch of columns.
const BATCH: usize = 8_192;
/// Rows in a row group.
const ROW_GROUP: usize = 122_880;
/// Digits and places of decimal columns: more places than any unit of account has.
const PRECISION: u8 = 38;
const SCALE: u32 = 9;

/// Rows could not be kept.
#[derive(Debug, Error)]
pub enum RowFileError {
    /// The file could not be written.
    #[error("cannot write {}: {source}; check the folder and the room on the disk", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A row does not fit into the columns.
    #[error("a usage row does not fit into {}: {message}", .path.display())]
    Misfit {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        message: String,
    },
}

/// A Parquet file that rows are added to.
pub struct RowFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
    schema: Arc<Schema>,
    columns: Vec<Builder>,
    waiting: usize,
    rows: u64,
}

impl fmt::Debug for RowFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowFile").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl RowFile {
    /// Begins a file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> Result<Self, RowFileError> {
        let of_file = |column| match type_of(column) {
            DataType::Decimal128(..) => DataType::Decimal128(PRECISION, SCALE as i8),
            other => other,
        };
        let fields: Vec<Field> =
            Column::all().map(|column| Field::new(column.name(), of_file(column), true)).collect();
        let columns = fields.iter().map(|field| Builder::of(field.data_type())).collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP))
            .build();
        let file = File::create(path)
            .map_err(|source| RowFileError::Unwritable { path: path.to_owned(), source })?;
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties))
            .map_err(|error| unwritable(path, error))?;
        Ok(Self { path: path.to_owned(), writer, schema, columns, waiting: 0, rows: 0 })
    }

    /// Adds the rows in these lines.
    ///
    /// # Errors
    /// When a line is no row, or the file cannot be written.
    pub fn add(&mut self, lines: &str) -> Result<(), RowFileError> {
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let misfit = |message| RowFileError::Misfit { path: self.path.clone(), message };
            let cells: Cells<'_> =
                serde_json::from_str(line).map_err(|error| misfit(format!("{error} in {line}")))?;
            for ((builder, cell), column) in self.columns.iter_mut().zip(cells.0).zip(Column::all()) {
                builder.append(cell).map_err(|what| misfit(format!("{} is {what}", column.name())))?;
            }
            self.waiting += 1;
            self.rows += 1;
            if self.waiting == BATCH {
                self.write_batch()?;
            }
        }
        Ok(())
    }

    /// Ends the file. Returns how many rows are in it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<u64, RowFileError> {
        self.write_batch()?;
        self.writer.close().map_err(|error| unwritable(&self.path, error))?;
        Ok(self.rows)
    }

    fn write_batch(&mut self) -> Result<(), RowFileError> {
        if self.waiting == 0 {
            return Ok(());
        }
        self.waiting = 0;
        let columns: Vec<ArrayRef> = self.columns.iter_mut().map(Builder::finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| unwritable(&self.path, error))?;
        self.writer.write(&batch).map_err(|error| unwritable(&self.path, error))
    }
}

fn unwritable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> RowFileError {
    RowFileError::Unwritable { path: path.to_owned(), source: io::Error::other(error) }
}

/// What is collected for one column.
enum Builder {
    Integer(Int64Builder),
    Decimal(Box<Decimal128Builder>),
    Boolean(BooleanBuilder),
    Text(StringBuilder),
}

impl Builder {
    fn of(kind: &DataType) -> Self {
        match kind {
            DataType::Int64 => Self::Integer(Int64Builder::with_capacity(BATCH)),
            DataType::Decimal128(..) => {
                Self::Decimal(Box::new(Decimal128Builder::with_capacity(BATCH).with_data_type(kind.clone())))
            }
            DataType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(BATCH)),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Adds a cell, or says what kept it from fitting.
    fn append(&mut self, cell: Cell<'_>) -> Result<(), String> {
        match (self, cell) {
            (builder, Cell::Null) => builder.append_null(),
            (Self::Integer(builder), Cell::Number(number)) => {
                let whole = number.parse().or_else(|_| whole(&number).ok_or(()));
                builder.append_value(whole.map_err(|()| format!("{number}, which is no whole number"))?);
            }
            (Self::Decimal(builder), Cell::Number(number)) => {
                let units = units(&number).ok_or_else(|| {
                    format!("{number}, which has more than {SCALE} decimal places or is no amount")
                })?;
                builder.append_value(units);
            }
            (Self::Boolean(builder), Cell::Boolean(value)) => builder.append_value(value),
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Text(builder), Cell::Number(text)) => builder.append_value(text),
            (Self::Text(builder), Cell::Json(json)) => builder.append_value(json),
            (Self::Text(builder), Cell::Boolean(value)) => builder.append_value(value.to_string()),
            (_, cell) => return Err(format!("{cell:?}")),
        }
        Ok(())
    }

    fn append_null(&mut self) {
        match self {
            Self::Integer(builder) => builder.append_null(),
            Self::Decimal(builder) => builder.append_null(),
            Self::Boolean(builder) => builder.append_null(),
            Self::Text(builder) => builder.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Decimal(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Text(builder) => Arc::new(builder.finish()),
        }
    }
}

/// A number like 2.0 without its fraction.
fn whole(number: &str) -> Option<i64> {
    let number: Decimal = number.parse().ok()?;
    number.is_integer().then(|| number.trunc().to_string().parse().ok()).flatten()
}

/// An amount in units of the last place.
fn units(number: &str) -> Option<i128> {
    let number: Decimal = number.parse().ok()?;
    let normal = number.normalize();
    let missing = SCALE.checked_sub(normal.scale())?;
    normal.mantissa().checked_mul(10_i128.pow(missing))
}

/// A cell as it stands in a line.
#[derive(Debug, Default)]
enum Cell<'a> {
    #[default]
    Null,
    Text(Cow<'a, str>),
    /// The digits.
    Number(String),
    Boolean(bool),
    /// An array or an object.
    Json(String),
}

impl<'de: 'a, 'a> Deserialize<'de> for Cell<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellReader)
    }
}

struct CellReader;

impl<'de> Visitor<'de> for CellReader {
    type Value = Cell<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Cell::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Cell::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Cell::Number(value.to_string()))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<Self::Value, A::Error> {
        let array = Value::deserialize(SeqAccessDeserializer::new(elements))?;
        Ok(Cell::Json(array.to_string()))
    }

    // Numbers with a fraction come this way, too, because their digits are kept.
    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        Ok(match Value::deserialize(MapAccessDeserializer::new(members))? {
            Value::Number(number) => Cell::Number(number.to_string()),
            object => Cell::Json(object.to_string()),
        })
    }
}

/// The cells of a line in the order of the columns.
struct Cells<'a>(Vec<Cell<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Cells<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(LineReader)
    }
}

struct LineReader;

impl<'de> Visitor<'de> for LineReader {
    type Value = Cells<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a usage row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut cells: Vec<Cell<'de>> = Column::all().map(|_| Cell::Null).collect();
        while let Some(key) = members.next_key::<Cow<'_, str>>()? {
            match lookup(&key) {
                Some((column, _)) => {
                    let place = cells.get_mut(column as usize);
                    *place.ok_or_else(|| A::Error::custom("a column beyond the last"))? =
                        members.next_value()?;
                }
                // The place in the order of rows is no column of the table.
                None => drop(members.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Cells(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = concat!(
        r#"{"_SEQ":1,"CORRELATION_ID":"c-\"1\"","TENANT_ID":"t","USAGE_TIME":1760000000000,"#,
        r#""WRITE_TIME":1760000000000,"ACTIVATION_ID":["act"],"USED":0.000000001,"ITEM_QUANTITY":2.0,"#,
        r#""METER_QUANTITY":-6.666666667,"META_DATA":{"op":"r-1"},"PARTIAL":null,"INCREMENTAL":true}"#
    );

    #[test]
    fn rows_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.parquet");
        let mut file = RowFile::create(&path).unwrap();
        for _ in 0..BATCH {
            file.add(LINE).unwrap();
        }
        file.add(&format!("{LINE}\n{LINE}\n")).unwrap();
        assert_eq!(file.finish().unwrap(), BATCH as u64 + 2);
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(
            File::open(&path).unwrap(),
        );
        let batches: Vec<RecordBatch> = reader.unwrap().build().unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), BATCH + 2);
        let shown = |column: Column| {
            let array = batches[0].column_by_name(column.name()).unwrap();
            arrow_cast_text(array)
        };
        assert_eq!(shown(Column::CorrelationId), "c-\"1\"");
        assert_eq!(shown(Column::ActivationId), r#"["act"]"#);
        assert_eq!(shown(Column::MetaData), r#"{"op":"r-1"}"#);
        assert_eq!(shown(Column::ItemQuantity), "2");
        assert_eq!(shown(Column::Used), "0.000000001");
        assert_eq!(shown(Column::MeterQuantity), "-6.666666667");
        assert_eq!(shown(Column::Incremental), "true");
        assert_eq!(shown(Column::Partial), "");
    }

    /// The first cell of a column as text.
    fn arrow_cast_text(array: &ArrayRef) -> String {
        use arrow_array::cast::AsArray;
        use arrow_array::types::{Decimal128Type, Int64Type};
        if array.is_null(0) {
            return String::new();
        }
        match array.data_type() {
            DataType::Int64 => array.as_primitive::<Int64Type>().value(0).to_string(),
            DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(0),
            DataType::Boolean => array.as_boolean().value(0).to_string(),
            _ => array.as_string::<i32>().value(0).to_owned(),
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_column() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = RowFile::create(&folder.path().join("rows.parquet")).unwrap();
        for (line, says) in [
            (r#"{"USED":0.0000000001}"#, "USED is 0.0000000001, which has more than 9 decimal places"),
            (r#"{"USAGE_TIME":1.5}"#, "USAGE_TIME is 1.5"),
            (r#"{"PARTIAL":"yes"}"#, "PARTIAL is Text"),
            ("[]", "does not fit"),
        ] {
            let error = file.add(line).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let nowhere = RowFile::create(&folder.path().join("none/rows.parquet")).unwrap_err().to_string();
        assert!(nowhere.contains("cannot write") && nowhere.contains("rows.parquet"), "{nowhere}");
    }
}
