//! Parquet: batches of columns, in bounded memory.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;

use super::layout::Layout;
use super::{Chunk, Source};

/// Rows in a batch: few enough for a core's own memory.
const BATCH: usize = 2_048;
/// Texts of a column whose dictionary is at most so large come again and again.
const DICTIONARY_BYTES: i64 = 1 << 20;

/// A Parquet file.
pub(super) struct ParquetFile {
    reader: Option<ParquetRecordBatchReader>,
    layout: Arc<Layout>,
}

impl ParquetFile {
    pub(super) fn open(path: &Path) -> Result<Self, ParquetError> {
        let file = File::open(path)?;
        let found = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
        let schema = Arc::new(schema_for(found.schema(), found.metadata()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options).unwrap_or(found);
        let layout = Layout::of(metadata.schema().fields().iter().map(|field| field.name().as_str()));
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_batch_size(BATCH)
            .build()?;
        Ok(Self { reader: Some(reader), layout: Arc::new(layout) })
    }
}

impl Source for ParquetFile {
    fn next(&mut self) -> Option<Chunk> {
        match self.reader.as_mut()?.next()? {
            Ok(batch) => Some(Chunk::Arrow(batch, Arc::clone(&self.layout))),
            Err(error) => {
                self.reader = None;
                Some(Chunk::Broken(format!("the file cannot be read further: {error}")))
            }
        }
    }
}

/// Texts that come again and again stay in their dictionary, others are looked at where they lie.
fn schema_for(schema: &Schema, metadata: &ParquetMetaData) -> Schema {
    let leaves = metadata.file_metadata().schema_descr();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let leaf = (0..leaves.num_columns()).find(|leaf| leaves.get_column_root_idx(*leaf) == index);
            match field.data_type() {
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                    let repeats = leaf.is_some_and(|leaf| repeats(metadata, leaf));
                    field.as_ref().clone().with_data_type(if repeats {
                        dictionary()
                    } else {
                        DataType::Utf8View
                    })
                }
                _ => field.as_ref().clone(),
            }
        })
        .collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// Whether the column has a small dictionary in every row group.
fn repeats(metadata: &ParquetMetaData, leaf: usize) -> bool {
    metadata.row_groups().iter().all(|group| {
        let column = group.column(leaf);
        column
            .dictionary_page_offset()
            .is_some_and(|at| (0..DICTIONARY_BYTES).contains(&(column.data_page_offset() - at)))
    })
}
