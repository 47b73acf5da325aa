//! Rows as they are written: nested objects in JSON, flat headings in CSV (DAPI-042, DAPI-043).

use serde_json::{Map, Value};

use super::schema::Entity;

/// A row under the names of the Data Access API, periods and all.
pub type Cells = Map<String, Value>;

/// A name with a period is a member of an object (DAPI-042).
#[must_use]
pub fn nested(row: Cells) -> Cells {
    let mut shaped = Cells::new();
    for (name, cell) in row {
        match name.split_once('.') {
            Some((object, member)) => {
                let object = shaped.entry(object).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(members) = object {
                    members.insert(member.to_owned(), cell);
                }
            }
            None => {
                shaped.insert(name, cell);
            }
        }
    }
    shaped
}

/// The heading line: every field of the group.
#[must_use]
pub fn csv_head(entity: &Entity) -> String {
    line(entity.fields.iter().map(|field| quoted(&field.name)))
}

/// A row as a line; an empty cell is NULL.
#[must_use]
pub fn csv_line(entity: &Entity, row: &Cells) -> String {
    line(entity.fields.iter().map(|field| row.get(&field.name).map(cell).unwrap_or_default()))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut line = cells.collect::<Vec<_>>().join(",");
    line.push_str("\r\n");
    line
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        other => quoted(&other.to_string()),
    }
}

/// Quoted where the text would break the line apart.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\r', '\n']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schema::entity;
    use super::*;

    fn row(value: Value) -> Cells {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn names_with_a_period_are_nested() {
        let flat = row(json!({"A": 1, "M.Start": 2, "M.End": 3}));
        assert_eq!(Value::Object(nested(flat)), json!({"A": 1, "M": {"Start": 2, "End": 3}}));
    }

    #[test]
    fn cells_that_would_break_a_line_are_quoted() {
        let account = entity("account").unwrap();
        let line = csv_line(
            account,
            &row(json!({
                "AccountID": "A", "AccountName": "Initech \"West\", Inc.", "OrgUnitCustomAttribute": {"a": 1},
            })),
        );
        assert!(line.starts_with("A,\"Initech \"\"West\"\", Inc.\",,"), "{line}");
        assert!(line.ends_with(",\"{\"\"a\"\":1}\"\r\n"), "{line}");
        assert_eq!(line.matches(',').count(), account.fields.len());
    }
}
