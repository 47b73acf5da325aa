//! Reads what is known from files: JSON as the API answers it, or one object a line.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use rust_decimal::Decimal;
use serde_json::Value;

use super::super::compact::hash::{self, HashedMap};
use super::super::compact::{Correlation, item_of};
use super::super::errors::UsageError;
use super::super::{numbers, time};
use super::{Knowledge, LineItem, RateTable, rate_table_key};

impl Knowledge {
    /// Reads line items: the answers of `GET …/line-items`, of one instance or of several.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds something else.
    pub fn read_line_items(&mut self, path: &Path) -> Result<(), UsageError> {
        let wrong =
            |what: &str| shape(path, &format!("{what}; it should hold line items as the API lists them"));
        let known = self.line_items.get_or_insert_default();
        for object in objects(path)? {
            let id = object["activationId"].as_str().ok_or_else(|| wrong("an object has no activationId"))?;
            let attributes = &object["attributes"];
            let line_item = LineItem {
                activation_id: id.to_owned(),
                quantity: number(&object["quantity"]),
                used: number(&object["used"]),
                start_ms: moment(&object["start"]),
                end_ms: moment(&object["end"]),
                series: attributes["rateTableSeries"].as_str().unwrap_or_default().to_owned(),
                resets: !attributes["resetFrequency"].is_null(),
            };
            known.insert(hash::text(id), line_item);
        }
        Ok(())
    }

    /// Reads rate tables: the answer of `GET /rate-tables`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds something else.
    pub fn read_rate_tables(&mut self, path: &Path) -> Result<(), UsageError> {
        let wrong =
            |what: &str| shape(path, &format!("{what}; it should hold rate tables as the API lists them"));
        let known = self.rate_tables.get_or_insert_default();
        for object in objects(path)? {
            let version = spelt(&object["version"]).ok_or_else(|| wrong("a rate table has no version"))?;
            let series = object["series"].as_str();
            let items = object["items"].as_array().ok_or_else(|| wrong("a rate table has no items"))?;
            let mut rates = HashedMap::default();
            let mut versionless = false;
            for item in items {
                let name = item["name"].as_str().ok_or_else(|| wrong("an item has no name"))?;
                let item_version = spelt(&item["version"]);
                let item_version = item_version.as_deref().filter(|version| !version.is_empty());
                versionless |= item_version.is_none();
                rates.insert(item_of(hash::text(name), hash::optional(item_version)), number(&item["rate"]));
            }
            let effective_ms = moment(&object["effectiveFrom"]).unwrap_or(i64::MIN);
            let key = rate_table_key(series, &version);
            let tables: &mut Vec<RateTable> =
                known.entry(hash::text(series.unwrap_or_default())).or_default();
            let place = tables.partition_point(|table| table.effective_ms <= effective_ms);
            tables.insert(place, RateTable { effective_ms, key, version, rates, versionless });
        }
        Ok(())
    }

    /// Reads the log of a client: objects with the `correlationId` of an answer, or the bare IDs, one a line.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or names no correlation ID.
    pub fn read_client_log(&mut self, path: &Path) -> Result<(), UsageError> {
        let text = read(path)?;
        let bare = !text.trim_start().starts_with(['{', '[']);
        let ids: Vec<String> = if bare {
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
        } else {
            objects(path)?
                .iter()
                .filter_map(|object| object["correlationId"].as_str().map(str::to_owned))
                .collect()
        };
        if ids.is_empty() {
            return Err(shape(path, "it names no correlationId"));
        }
        let logged = self.logged.get_or_insert_with(HashSet::new);
        for id in ids {
            if logged.insert(Correlation::of(&id).key()) {
                self.log.push(id);
            }
        }
        Ok(())
    }
}

fn read(path: &Path) -> Result<String, UsageError> {
    fs::read_to_string(path)
        .map_err(|source| UsageError::Unreadable { input: path.display().to_string(), source })
}

fn shape(path: &Path, reason: &str) -> UsageError {
    UsageError::Knowledge { path: path.to_owned(), reason: reason.to_owned() }
}

/// All objects of a file, whether in an array or one after the other.
fn objects(path: &Path) -> Result<Vec<Value>, UsageError> {
    let text = read(path)?;
    let mut objects = Vec::new();
    for value in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        match value.map_err(|error| shape(path, &format!("no JSON: {error}")))? {
            Value::Array(elements) => objects.extend(elements),
            object => objects.push(object),
        }
    }
    if objects.iter().all(Value::is_object) {
        Ok(objects)
    } else {
        Err(shape(path, "it holds more than objects"))
    }
}

fn spelt(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<Decimal> {
    numbers::parse(&spelt(value)?)
}

/// A time in milliseconds or as text; "permanent" is none.
fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => time::parse(text).map(|(time, _)| time),
        _ => None,
    }
}
