//! The schema of the entities as JSON Schema, for those who read exports with other tools.
//!
//! It allows what is judged right or only noted: values are read as generously as here.

use serde_json::{Map, Value, json};

use super::EntitiesError;
use super::schema::{Basis, Entity, Field, Form, Kind, Schema};

/// The records of all entities as one JSON Schema, each entity as a definition, with the names of the API where a
/// field has one and else those of the database.
///
/// # Errors
///
/// When the schema that is part of the program is broken.
pub fn entities_schema() -> Result<Value, EntitiesError> {
    let schema = Schema::load()?;
    let definitions: Map<String, Value> =
        schema.entities.iter().map(|entity| (entity.name.clone(), record(&schema, entity))).collect();
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Records of the Data Access API and of the data warehouse",
        "description": "One definition an entity. x-database is the name of a column in the database, x-basis says \
            whether it is stated or inferred that a field is never NULL.",
        "$defs": definitions,
    }))
}

fn record(schema: &Schema, entity: &Entity) -> Value {
    let mut properties: Map<String, Value> =
        entity.fields.iter().map(|field| (field.name().to_owned(), property(field))).collect();
    for object in schema.attribute_objects.iter().filter(|object| object.entity == entity.name) {
        properties.insert(object.name.clone(), json!({ "type": ["object", "null"] }));
    }
    let required = entity.fields.iter().filter(|field| field.required == Some(Basis::Stated));
    json!({
        "type": "object",
        "x-key": entity.key,
        "required": required.map(Field::name).collect::<Value>(),
        "properties": properties,
    })
}

fn property(field: &Field) -> Value {
    let null = if field.required == Some(Basis::Stated) { None } else { Some("null") };
    let types: &[&str] = match field.kind {
        Kind::Text => &["string"],
        Kind::Integer | Kind::Number | Kind::Time | Kind::Code => &["number", "string"],
        Kind::Boolean => &["boolean", "number", "string"],
        Kind::Texts => &["array", "string"],
        Kind::Object => &["object", "string"],
        Kind::Marker => &["array", "boolean", "number", "string"],
        Kind::Any => &["array", "boolean", "number", "object", "string"],
    };
    let mut property = json!({ "type": types.iter().copied().chain(null).collect::<Value>() });
    let mut set = |name: &str, value: Value| property[name] = value;
    if let Some(says) = &field.says {
        set("description", json!(says));
    }
    if let Some(database) = &field.database {
        set("x-database", json!(database));
    }
    if let Some(basis) = field.required {
        set("x-basis", json!(if basis == Basis::Stated { "stated" } else { "inferred" }));
    }
    if field.open && !field.values.is_empty() {
        set("examples", json!(field.values));
    } else if !field.values.is_empty() {
        let values = field.values.iter().map(|value| json!(value));
        set("enum", values.chain(null.map(|_| Value::Null)).collect());
    }
    if let Some(least) = field.least {
        set("minimum", json!(least));
    }
    if let Some(longest) = field.longest {
        set("maxLength", json!(longest));
    }
    match field.form {
        Some(Form::ProductId) => set("pattern", json!("^.+::.+$")),
        Some(Form::ProductCount) => set("pattern", json!(r"^\d+\|\d+-\d+(\.\d+-\d+)*$")),
        Some(Form::Email) => set("format", json!("email")),
        Some(Form::Uuid) => set("format", json!("uuid")),
        Some(Form::Ip) => {
            set("anyOf", json!([{ "type": "null" }, { "format": "ipv4" }, { "format": "ipv6" }]))
        }
        Some(Form::NineteenDigits) | None => {}
    }
    property
}
