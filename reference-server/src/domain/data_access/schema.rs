//! The groups of reports with their fields and filters, read from a file (DAPI-015, DAPI-035).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::shape::Cells;
use crate::domain::{DAY, Millis};

/// A field of a report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name in reports.
    pub name: String,
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: String,
    /// The column of the usage table that it shows.
    #[serde(default)]
    pub column: Option<String>,
}

/// A group of reports.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entity {
    /// Its name in addresses.
    pub group: String,
    /// The field that dates apply to.
    pub changed: String,
    /// The names of its filters, with the fields that they look at.
    pub filters: BTreeMap<String, String>,
    /// Its fields in order.
    pub fields: Vec<Field>,
}

static ENTITIES: LazyLock<Vec<Entity>> = LazyLock::new(|| {
    let text = include_str!("../../../data-access/entities.json");
    serde_json::from_str(text).expect("the file of entities is tested")
});

static SAMPLE: LazyLock<BTreeMap<String, Vec<Cells>>> = LazyLock::new(|| {
    let text = include_str!("../../../data-access/sample.json");
    serde_json::from_str(text).expect("the file of sample rows is tested")
});

/// Every group.
#[must_use]
pub fn entities() -> &'static [Entity] {
    &ENTITIES
}

/// The group of a name.
#[must_use]
pub fn entity(group: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|entity| entity.group == group)
}

impl Entity {
    /// The field of a name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A row with every field of the group: what is not set is NULL.
    #[must_use]
    pub fn filled(&self, mut row: Cells) -> Cells {
        for field in self.fields.iter().filter(|field| !row.contains_key(&field.name)).collect::<Vec<_>>() {
            row.insert(field.name.clone(), Value::Null);
        }
        row
    }

    /// When a row was changed last, ms.
    #[must_use]
    pub fn changed_at(&self, row: &Cells) -> Option<Millis> {
        moment(row.get(&self.changed)?)
    }
}

/// A moment as ms, or as text in UTC.
fn moment(value: &Value) -> Option<Millis> {
    let Some(text) = value.as_str() else { return value.as_i64() };
    let text = format!("{}Z", text.trim_end_matches('Z').replacen(' ', "T", 1));
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The rows that a site has of a group before anybody replaces them. Their times lie before the present day.
#[must_use]
pub fn sample(entity: &Entity, now: Millis) -> Vec<Cells> {
    let mut rows = SAMPLE.get(&entity.group).cloned().unwrap_or_default();
    let today = now.div_euclid(DAY) * DAY;
    for row in &mut rows {
        for (name, cell) in row.iter_mut() {
            let is_time = entity.field(name).is_some_and(|field| field.kind == "timestamp");
            if let Some(before) = cell.as_i64().filter(|_| is_time) {
                *cell = Value::from(written(today.saturating_add(before)));
            }
        }
    }
    rows
}

/// A moment as reports show it (DAPI-033).
#[must_use]
pub fn written(at: Millis) -> String {
    let moment = Timestamp::from_millisecond(at).unwrap_or_default();
    moment.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

/// A row of the usage table under the names of the Data Access API. What is in the database only stays there (DAPI-044).
#[must_use]
pub fn usage_row(entity: &Entity, mut columns: Cells) -> Cells {
    let mut row = Cells::new();
    for field in &entity.fields {
        let cell = field.column.as_ref().and_then(|column| columns.remove(column));
        row.insert(field.name.clone(), cell.unwrap_or_default());
    }
    row
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_files_are_sound() {
        assert_eq!(entities().len(), 11);
        for entity in entities() {
            assert!(entity.field(&entity.changed).is_some(), "{}", entity.group);
            for field in entity.filters.values() {
                assert!(entity.field(field).is_some(), "{}: {field}", entity.group);
            }
            let rows = sample(entity, 5 * DAY);
            assert_eq!(rows.is_empty(), entity.group == "usage", "{}", entity.group);
            for row in &rows {
                assert!(entity.changed_at(row).is_some_and(|at| at < 5 * DAY), "{row:?}");
                assert!(row.keys().all(|name| entity.field(name).is_some()), "{row:?}");
            }
        }
    }

    #[test]
    fn the_accounts_and_activations_of_the_sample_join() {
        let column = |group: &str, field: &str| -> Vec<Value> {
            sample(entity(group).unwrap(), 0).iter().filter_map(|row| row.get(field).cloned()).collect()
        };
        let accounts = column("account", "AccountID");
        for (group, field) in [
            ("user", "AccountID"),
            ("device", "DeviceAccountID"),
            ("entitlement", "CustomersAndPartners.EndCustomerAccountID"),
            ("fulfillment", "AccountID"),
            ("downloads", "AccountID"),
        ] {
            assert!(column(group, field).iter().all(|id| accounts.contains(id)), "{group}");
        }
        let activations = column("entitlement", "ActivationID");
        for group in ["device", "device-history", "fulfillment"] {
            assert!(column(group, "ActivationID").iter().all(|id| activations.contains(id)), "{group}");
        }
    }

    #[test]
    fn usage_rows_lose_what_only_the_database_has() {
        let columns =
            json!({"TENANT_ID": "t", "ITEM": "A", "META_DATA": {"a": 1}, "PARTIAL": null, "_SEQ": 1});
        let row = usage_row(entity("usage").unwrap(), serde_json::from_value(columns).unwrap());
        assert_eq!(row.len(), 30);
        assert_eq!((&row["Item"], &row["metadata"]), (&json!("A"), &json!({"a": 1})));
        assert!(row["isPartial"].is_null() && !row.contains_key("TENANT_ID"));
    }

    #[test]
    fn a_row_has_every_field_of_its_group() {
        let account = entity("account").unwrap();
        let row = account.filled(Cells::from_iter([("AccountID".to_owned(), json!("A"))]));
        assert_eq!((row.len(), &row["AccountID"], &row["City"]), (18, &json!("A"), &Value::Null));
    }

    #[test]
    fn moments_come_in_both_forms() {
        let account = entity("account").unwrap();
        let at = |value: Value| account.changed_at(&Cells::from_iter([("LastUpdated".to_owned(), value)]));
        assert_eq!(at(json!("1970-01-01 00:00:01.500")), Some(1500));
        assert_eq!(at(json!(1500)), Some(1500));
        assert_eq!(at(json!("yesterday")), None);
    }
}
