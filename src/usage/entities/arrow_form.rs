//! The schema of the entities as Arrow and Parquet have it, for exports that are read column by column.
//!
//! No column types are documented. These are the narrowest that hold whatever the descriptions allow: times as instants,
//! counts as whole numbers, quantities as decimals, and what may have several forms as text, JSON where it is a list or an
//! object. Other types are judged as generously as before.

use std::sync::Arc;

use arrow_schema::{DataType, Field as ArrowField, Schema as ArrowSchema, TimeUnit};
use parquet::arrow::ArrowSchemaConverter;
use parquet::schema::printer::print_schema;
use serde_json::{Value, json};

use super::EntitiesError;
use super::schema::{Basis, Entity, Field, Kind, Schema};

/// Digits and places of quantities.
pub(super) const PRECISION: u8 = 28;
pub(super) const SCALE: i8 = 9;

/// The columns of an entity: those of the database, or those of the API. Attribute tables are in the database only.
pub(super) fn columns(entity: &Entity, dapi_names: bool) -> Vec<(&Field, &str)> {
    let dapi = dapi_names && !entity.is_attribute_table();
    let mut columns = Vec::new();
    for field in &entity.fields {
        let name = if dapi { field.dapi.as_deref() } else { field.database.as_deref() };
        columns.extend(name.map(|name| (field, name)));
    }
    columns
}

/// The Arrow schema of an entity.
pub(super) fn arrow(entity: &Entity, dapi_names: bool) -> Arc<ArrowSchema> {
    let columns = columns(entity, dapi_names).into_iter();
    let fields: Vec<ArrowField> = columns
        .map(|(field, name)| {
            ArrowField::new(name, type_of(field.kind), field.required != Some(Basis::Stated))
        })
        .collect();
    Arc::new(ArrowSchema::new(fields))
}

pub(super) fn type_of(kind: Kind) -> DataType {
    match kind {
        Kind::Integer => DataType::Int64,
        Kind::Number => DataType::Decimal128(PRECISION, SCALE),
        Kind::Boolean => DataType::Boolean,
        Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        Kind::Text | Kind::Texts | Kind::Code | Kind::Object | Kind::Marker | Kind::Any => DataType::Utf8,
    }
}

/// All entities as Parquet message types, one after the other, in the language of Parquet's own schema files.
///
/// # Errors
///
/// When the schema that is part of the program is broken.
pub fn entities_parquet_schema(dapi_names: bool) -> Result<String, EntitiesError> {
    let schema = Schema::load()?;
    let mut text = Vec::new();
    for entity in &schema.entities {
        let name = entity.name.replace('-', "_");
        let converter = ArrowSchemaConverter::new().schema_root(&name);
        let converted = converter
            .convert(&arrow(entity, dapi_names))
            .map_err(|error| EntitiesError::Form { reason: error.to_string() })?;
        print_schema(&mut text, converted.root_schema());
        text.push(b'\n');
    }
    Ok(String::from_utf8_lossy(&text).trim_end().to_owned())
}

/// All entities as Arrow schemas, in the JSON that Arrow's own integration tests use.
///
/// # Errors
///
/// When the schema that is part of the program is broken.
pub fn entities_arrow_schema(dapi_names: bool) -> Result<Value, EntitiesError> {
    let schema = Schema::load()?;
    let of = |entity: &Entity| {
        let fields: Vec<Value> =
            arrow(entity, dapi_names).fields().iter().map(|field| shown(field)).collect();
        (entity.name.clone(), json!({ "fields": fields }))
    };
    Ok(Value::Object(schema.entities.iter().map(of).collect()))
}

fn shown(field: &ArrowField) -> Value {
    let kind = match field.data_type() {
        DataType::Int64 => json!({ "name": "int", "bitWidth": 64, "isSigned": true }),
        DataType::Decimal128(precision, scale) => {
            json!({ "name": "decimal", "precision": precision, "scale": scale, "bitWidth": 128 })
        }
        DataType::Boolean => json!({ "name": "bool" }),
        DataType::Timestamp(..) => json!({ "name": "timestamp", "unit": "MILLISECOND", "timezone": "UTC" }),
        _ => json!({ "name": "utf8" }),
    };
    json!({ "name": field.name(), "type": kind, "nullable": field.is_nullable(), "children": [] })
}
