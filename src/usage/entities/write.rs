//! Writes a world into a folder, one file an entity.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Map, Value};

use super::super::source::Format;
use super::EntitiesError;
use super::arrow_form::columns;
use super::corruptions::{CORRUPTIONS, Corruption};
use super::schema::{Entity, Field, Schema};
use super::{parquet_file, world};

/// A world to make.
#[derive(Clone, Debug)]
pub struct EntitiesOrder {
    /// How many usage rows, at least; the other entities fit them.
    pub rows: u64,
    /// Seed of everything that is left to chance.
    pub seed: u64,
    /// How the files are written.
    pub format: Format,
    /// Whether columns have the names of the API; else they have those of the database.
    pub dapi_names: bool,
    /// The name of a fault to put into it.
    pub corruption: Option<String>,
}

/// Writes entities that fit together into a folder. Returns how many rows they have.
///
/// # Errors
///
/// When the corruption is unknown or a file cannot be written.
pub fn generate_entities(order: &EntitiesOrder, folder: &Path) -> Result<u64, EntitiesError> {
    let schema = Schema::load()?;
    let mut rows = world::make(&schema, order.rows, order.seed);
    if let Some(name) = &order.corruption {
        let corruption = Corruption::find(name).ok_or_else(|| {
            let known: Vec<&str> = CORRUPTIONS.iter().map(|corruption| corruption.name).collect();
            EntitiesError::Corruption { name: name.clone(), known: known.join(", ") }
        })?;
        corruption.apply(&mut rows);
    }
    let unwritable = |path: &Path| {
        let path = path.to_owned();
        move |source| EntitiesError::Unwritable { path, source }
    };
    fs::create_dir_all(folder).map_err(unwritable(folder))?;
    let ending = match order.format {
        Format::Csv => "csv",
        Format::Json => "json",
        Format::Jsonl => "jsonl",
        Format::Parquet => "parquet",
    };
    let mut count = 0;
    for entity in &schema.entities {
        let Some(rows) = rows.get(&entity.name) else { continue };
        let path = folder.join(format!("{}.{ending}", entity.name));
        let written = File::create(&path).and_then(|file| table(file, entity, rows, order));
        written.map_err(unwritable(&path))?;
        count += rows.len() as u64;
    }
    Ok(count)
}

fn table(file: File, entity: &Entity, rows: &[Map<String, Value>], order: &EntitiesOrder) -> io::Result<()> {
    if order.format == Format::Parquet {
        return parquet_file::write(file, entity, rows, order.dapi_names);
    }
    let columns = columns(entity, order.dapi_names);
    let mut out = BufWriter::new(file);
    if order.format == Format::Csv {
        return delimited(out, &columns, rows);
    }
    let is_array = order.format == Format::Json;
    for (number, row) in rows.iter().enumerate() {
        if is_array {
            out.write_all(if number == 0 { b"[\n" } else { b",\n" })?;
        }
        let cells: Map<String, Value> = columns
            .iter()
            .map(|(field, name)| ((*name).to_owned(), row.get(field.name()).cloned().unwrap_or_default()))
            .collect();
        serde_json::to_writer(&mut out, &cells)?;
        if !is_array {
            out.write_all(b"\n")?;
        }
    }
    if is_array {
        out.write_all(b"\n]\n")?;
    }
    out.flush()
}

fn delimited(out: impl Write, columns: &[(&Field, &str)], rows: &[Map<String, Value>]) -> io::Result<()> {
    let mut out = csv::Writer::from_writer(out);
    out.write_record(columns.iter().map(|(_, name)| name))?;
    for row in rows {
        out.write_record(columns.iter().map(
            |(field, _)| match row.get(field.name()).unwrap_or(&Value::Null) {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            },
        ))?;
    }
    out.flush()
}
