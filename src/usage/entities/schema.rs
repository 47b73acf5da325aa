//! What is known of the entities: their fields, as data.

use std::collections::HashMap;

use serde::Deserialize;

use super::EntitiesError;

const DATA: &str = include_str!("schema.json");

/// All entities in the order in which they refer to each other: none refers to a later one, but for its own rows.
pub(super) const ORDER: [&str; 11] = [
    "account",
    "product-feature",
    "user",
    "files",
    "entitlement",
    "device",
    "device-history",
    "served-device",
    "fulfillment",
    "downloads",
    "usage",
];

/// The entities and the objects of custom attributes.
#[derive(Debug, Deserialize)]
pub(super) struct Schema {
    pub(super) entities: Vec<Entity>,
    pub(super) attribute_objects: Vec<AttributeObject>,
}

/// One kind of record.
#[derive(Debug, Deserialize)]
pub(super) struct Entity {
    pub(super) name: String,
    /// Fields that tell its records apart.
    #[serde(default)]
    pub(super) key: Vec<String>,
    /// Whether one key stands in one record only, as far as the documents let one infer.
    #[serde(default)]
    pub(super) unique: bool,
    /// The entity with which it shares its table of fields.
    shares: Option<String>,
    /// Fields of that table that it does not have.
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    pub(super) fields: Vec<Field>,
    #[serde(skip)]
    places: HashMap<String, usize>,
}

/// One column.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Field {
    /// Name in the Data Access API; none for columns that are in the database only.
    pub(super) dapi: Option<String>,
    /// Name in the database; none for fields that are in the API only.
    pub(super) database: Option<String>,
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    /// Whether it is never NULL, and how that is known.
    pub(super) required: Option<Basis>,
    /// The listed values.
    #[serde(default)]
    pub(super) values: Vec<String>,
    /// Whether there may be more values than are listed.
    #[serde(default)]
    pub(super) open: bool,
    /// The smallest number.
    pub(super) least: Option<i64>,
    /// The greatest number of characters.
    pub(super) longest: Option<usize>,
    pub(super) form: Option<Form>,
    pub(super) says: Option<String>,
}

/// What values of a column are. No types are documented: each is read from the description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    /// Milliseconds or a date, with or without a time of day.
    Time,
    /// One text or a list of them.
    Texts,
    /// Text or a number.
    Code,
    Object,
    /// A mark of deletion: true or false, an ID or a list of them.
    Marker,
    Any,
}

/// How something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Basis {
    Stated,
    Inferred,
}

/// How a text is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Form {
    #[serde(rename = "nineteen digits")]
    NineteenDigits,
    #[serde(rename = "e-mail address")]
    Email,
    #[serde(rename = "IP address")]
    Ip,
    #[serde(rename = "UUID")]
    Uuid,
    #[serde(rename = "product ID")]
    ProductId,
    #[serde(rename = "product count")]
    ProductCount,
}

/// An object of name-value pairs within the rows of a report.
#[derive(Debug, Deserialize)]
pub(super) struct AttributeObject {
    pub(super) name: String,
    pub(super) entity: String,
}

impl Schema {
    /// The schema that is part of the program.
    pub(super) fn load() -> Result<Self, EntitiesError> {
        let mut schema: Self =
            serde_json::from_str(DATA).map_err(|source| EntitiesError::Schema { source })?;
        let shared: Vec<Vec<Field>> = schema.entities.iter().map(|entity| schema.shared(entity)).collect();
        for (entity, shared) in schema.entities.iter_mut().zip(shared) {
            entity.fields.extend(shared);
            for (place, field) in entity.fields.iter().enumerate() {
                for name in [&field.dapi, &field.database].into_iter().flatten() {
                    entity.places.insert(name.to_lowercase(), place);
                }
            }
        }
        Ok(schema)
    }

    /// Fields that stand with another entity.
    fn shared(&self, entity: &Entity) -> Vec<Field> {
        let other = entity.shares.as_ref().and_then(|name| self.entity(name));
        let fields = other.iter().flat_map(|other| &other.fields);
        fields.filter(|field| !entity.without.iter().any(|name| name == field.name())).cloned().collect()
    }

    pub(super) fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.iter().find(|entity| entity.name == name)
    }

    /// Entities in the order in which they are judged: those that others refer to come first.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Entity> {
        let tables = self.entities.iter().filter(|entity| entity.is_attribute_table());
        ORDER.iter().filter_map(|name| self.entity(name)).chain(tables)
    }
}

impl Entity {
    /// Whether it is a table of custom attributes, which only the database has.
    pub(super) fn is_attribute_table(&self) -> bool {
        self.name.starts_with("custom-attribute-")
    }

    /// The place of a field by either of its names. Databases change the case of names, so that it does not count.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(&name.to_lowercase()).copied()
    }

    /// Whether fields of the API stand in an object of this name.
    pub(super) fn has_group(&self, name: &str) -> bool {
        let names = self.fields.iter().filter_map(|field| field.dapi.as_ref());
        names.filter_map(|dapi| dapi.split_once('.')).any(|(group, _)| group == name)
    }
}

impl Field {
    /// What the field is called in messages and in rules.
    pub(super) fn name(&self) -> &str {
        self.dapi.as_deref().or(self.database.as_deref()).unwrap_or_default()
    }
}
