//! Rows in the default form of every topic, so that a reader who asks what a row says need not know how it is spelt.
//!
//! A value that no documented form explains stays as it is: it is for the rules to judge.

use serde_json::{Map, Value};

use super::columns::{Column, ColumnSet, lookup};
use super::row::Row;
use super::time;
use super::unsigned::Totals;

/// The columns that hold times.
const TIMES: ColumnSet = ColumnSet::of(&[Column::UsageTime, Column::WriteTime, Column::BorrowedUntil]);
/// The columns that hold JSON.
const JSON: ColumnSet = ColumnSet::of(&[
    Column::ActivationId,
    Column::ControlsApplied,
    Column::MeterCostList,
    Column::MetaData,
    Column::EntitledArticles,
    Column::EntitledArticleVersions,
]);

/// The same rows under database names, with NULL for empty values, times in milliseconds, JSON that is native and
/// refunds with a sign.
#[must_use]
pub fn canonical(rows: &[Value]) -> Vec<Value> {
    let mut totals = Totals::default();
    rows.iter()
        .enumerate()
        .map(|(index, row)| {
            let Value::Object(cells) = row else { return row.clone() };
            let mut plain: Map<String, Value> = cells.iter().map(|(key, cell)| respelt(key, cell)).collect();
            let (typed, _) = Row::from_json(index as u64, row);
            if totals.gives_back(&typed)
                && let Some(tokens) = plain.get_mut(Column::MeterQuantity.name())
                && let Ok(negative) = serde_json::from_str(&format!("-{tokens}"))
            {
                *tokens = negative;
            }
            Value::Object(plain)
        })
        .collect()
}

fn respelt(key: &str, cell: &Value) -> (String, Value) {
    let Some((column, _)) = lookup(key) else { return (key.to_owned(), cell.clone()) };
    let spelt = match cell {
        Value::String(text) if text.is_empty() => Value::Null,
        Value::String(text) if TIMES.contains(column) => {
            time::parse(text).map_or_else(|| cell.clone(), |(ms, _)| Value::from(ms))
        }
        Value::String(text) if column == Column::ActivationId && !text.starts_with('[') => {
            Value::from(vec![text.clone()])
        }
        Value::String(text) if JSON.contains(column) => {
            serde_json::from_str(text).unwrap_or_else(|_| cell.clone())
        }
        Value::Number(code) if column == Column::RequestResponse => Value::from(code.to_string()),
        other => other.clone(),
    };
    (column.name().to_owned(), spelt)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_becomes_the_default_one() {
        let row = json!({
            "Item": "PhotoPrint", "metadata": "", "usageTime": "2026-01-15T00:00:00Z", "activationId": "ACT01",
            "requestResponse": 101, "meterCostList": "{\"version\":1}", "isPartial": null, "_SEQ": 1
        });
        let wanted = json!({
            "ITEM": "PhotoPrint", "META_DATA": null, "USAGE_TIME": 1_768_435_200_000_i64, "ACTIVATION_ID": ["ACT01"],
            "REQUEST_RESPONSE": "101", "METER_COST_LIST": {"version": 1}, "PARTIAL": null, "_SEQ": 1
        });
        assert_eq!(canonical(&[row]), [wanted]);
    }

    #[test]
    fn what_no_form_explains_stays() {
        let row = json!({"USAGE_TIME": "soon", "META_DATA": "{", "COLOUR": "red"});
        assert_eq!(canonical(&[row.clone(), json!(1)]), [row, json!(1)]);
    }

    #[test]
    fn a_falling_total_is_a_refund() {
        let row = |time: i64, tokens: i64, used: i64| {
            json!({"USAGE_TIME": time, "SESSION_ID": "s", "ACTIVATION_ID": ["a"], "METER_QUANTITY": tokens,
                   "USED": used})
        };
        let rows = canonical(&[row(1, 30, 30), row(2, 30, 60), row(3, 20, 40), row(3, 5, 35)]);
        let tokens: Vec<&Value> = rows.iter().map(|row| &row["METER_QUANTITY"]).collect();
        assert_eq!(tokens, [30, 30, -20, -5]);
    }

    #[test]
    fn rows_in_no_order_fall_by_accident() {
        let row = |time: i64, used: i64| json!({"USAGE_TIME": time, "SESSION_ID": "s", "ACTIVATION_ID": ["a"], "METER_QUANTITY": 30, "USED": used});
        let rows = [row(3, 90), row(2, 60), row(1, 30), row(1, 0)];
        assert_eq!(canonical(&rows), rows);
    }
}
