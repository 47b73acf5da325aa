//! Usage rows as the audit needs them.
//!
//! A row is read leniently — every documented form of a cell is taken — because the audit asks what was
//! charged, not how it is written down. How it is written down is judged by the usage rules, from the same
//! text.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

use super::amount;
use super::cell::Cell;

/// Response codes of a granted row, in v1.0 and in v1.1.
const GRANTED: [&str; 2] = ["101", "1101"];

/// A row as it stands in the text, cells still untyped.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "SCREAMING_SNAKE_CASE")]
struct RawRow<'a> {
    #[serde(rename = "_SEQ", borrow)]
    seq: Cell<'a>,
    #[serde(borrow)]
    correlation_id: Cell<'a>,
    #[serde(borrow)]
    usage_time: Cell<'a>,
    #[serde(borrow)]
    activation_id: Cell<'a>,
    #[serde(borrow)]
    used: Cell<'a>,
    #[serde(borrow)]
    item: Cell<'a>,
    #[serde(borrow)]
    session_id: Cell<'a>,
    #[serde(borrow)]
    request_response: Cell<'a>,
    #[serde(borrow)]
    meter_quantity: Cell<'a>,
    #[serde(borrow)]
    meta_data: Cell<'a>,
}

/// A usage row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Place in the order of rows, from 1.
    pub seq: u64,
    /// Correlation ID.
    pub correlation: String,
    /// When the usage happened, in milliseconds since 1970.
    pub usage_time_ms: Option<i64>,
    /// The line item; none when nothing was charged.
    pub activation: Option<String>,
    /// What the line item has given out after this row.
    pub used: Option<Decimal>,
    /// The item.
    pub item: String,
    /// The session, for activity in one.
    pub session: Option<String>,
    /// Response code.
    pub code: Option<String>,
    /// Tokens taken by this row; negative for a refund.
    pub quantity: Decimal,
    /// The operation's own ID, from `META_DATA`.
    pub operation: Option<String>,
}

impl Row {
    /// Whether it gives tokens back.
    pub fn is_refund(&self) -> bool {
        self.quantity < Decimal::ZERO
    }

    /// Whether it says that an item was not granted.
    pub fn is_denied(&self) -> bool {
        self.code.as_deref().is_some_and(|code| !GRANTED.contains(&code))
    }

    /// Names the row in a message.
    pub fn place(&self) -> String {
        format!("row {} ({}, {})", self.seq, self.correlation, self.item)
    }
}

/// The rows in these lines, and what is wrong with lines that cannot be read.
pub fn parse(ndjson: &str) -> (Vec<Row>, Vec<String>) {
    let mut rows = Vec::new();
    let mut unreadable = Vec::new();
    for line in ndjson.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<RawRow<'_>>(line) {
            Ok(raw) => match typed(&raw) {
                Some(row) => rows.push(row),
                None => {
                    unreadable.push(format!("no _SEQ, CORRELATION_ID or METER_QUANTITY: {}", excerpt(line)))
                }
            },
            Err(error) => unreadable.push(format!("{error}: {}", excerpt(line))),
        }
    }
    (rows, unreadable)
}

fn typed(raw: &RawRow<'_>) -> Option<Row> {
    let quantity = match &raw.meter_quantity {
        // Nothing taken may be written as an empty cell on a denied row.
        Cell::Empty => Decimal::ZERO,
        cell => amount(cell)?,
    };
    Some(Row {
        seq: raw.seq.text()?.parse().ok()?,
        correlation: raw.correlation_id.text()?.into_owned(),
        usage_time_ms: time_ms(&raw.usage_time),
        activation: activation(&raw.activation_id),
        used: amount(&raw.used),
        item: raw.item.text().unwrap_or_default().into_owned(),
        session: raw.session_id.text().map(Cow::into_owned),
        code: raw.request_response.text().map(Cow::into_owned),
        quantity,
        operation: operation(&raw.meta_data),
    })
}

/// An amount, as number or text.
pub(super) fn amount(cell: &Cell<'_>) -> Option<Decimal> {
    match cell {
        Cell::Empty => None,
        Cell::Text(text) => amount::from_text(text.trim()),
        Cell::Other(value) => amount::from_value(value),
    }
}

/// A line item stands alone, in an array, or in an array written as text.
fn activation(cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::Other(Value::Array(elements)) => elements.first()?.as_str().map(str::to_owned),
        Cell::Text(array) if array.starts_with('[') => {
            serde_json::from_str::<Vec<String>>(array).ok()?.into_iter().next()
        }
        single => single.text().map(Cow::into_owned),
    }
}

/// The ID of an operation in `META_DATA`.
pub(super) fn operation(cell: &Cell<'_>) -> Option<String> {
    let read = |members: &Value| members.get("op")?.as_str().map(str::to_owned);
    match cell {
        Cell::Other(object) => read(object),
        Cell::Text(object) => read(&serde_json::from_str(object).ok()?),
        Cell::Empty => None,
    }
}

/// A time in milliseconds since 1970.
pub(super) fn time_ms(cell: &Cell<'_>) -> Option<i64> {
    let text = cell.text()?;
    text.parse().ok().or_else(|| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond))
}

/// The beginning of a line, for a message.
pub(super) fn excerpt(line: &str) -> String {
    line.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_canonical_row() {
        let (rows, unreadable) = parse(
            r#"{"_SEQ":3,"CORRELATION_ID":"c","USAGE_TIME":1760000000000,"ACTIVATION_ID":["act"],"USED":44.5,
            "ITEM":"CADPrint","REQUEST_RESPONSE":"101","METER_QUANTITY":14,"META_DATA":{"op":"r-1"}}"#
                .replace('\n', "")
                .as_str(),
        );
        assert!(unreadable.is_empty(), "{unreadable:?}");
        let row = &rows[0];
        assert_eq!(
            (row.seq, row.activation.as_deref(), row.operation.as_deref()),
            (3, Some("act"), Some("r-1"))
        );
        assert_eq!((row.used, row.quantity), ("44.5".parse().ok(), Decimal::from(14)));
        assert_eq!(row.usage_time_ms, Some(1_760_000_000_000));
        assert!(!row.is_denied() && !row.is_refund());
    }

    #[test]
    fn takes_every_documented_form() {
        let (rows, _) = parse(concat!(
            r#"{"_SEQ":"1","CORRELATION_ID":"c","USAGE_TIME":"2026-01-01T00:00:00Z","#,
            r#""ACTIVATION_ID":"[\"a\"]","METER_QUANTITY":"-2.5","META_DATA":"{\"op\":\"r-2\"}"}"#,
            "\n\n",
            r#"{"_SEQ":2,"CORRELATION_ID":"d","ACTIVATION_ID":null,"REQUEST_RESPONSE":201,"#,
            r#""METER_QUANTITY":0}"#,
        ));
        assert!(rows[0].is_refund());
        assert_eq!(rows[0].activation.as_deref(), Some("a"));
        assert_eq!(rows[0].operation.as_deref(), Some("r-2"));
        assert_eq!(rows[0].usage_time_ms, Some(1_767_225_600_000));
        assert!(rows[1].is_denied() && rows[1].activation.is_none());
    }

    #[test]
    fn both_versions_grant_in_their_own_digits() {
        let denied = |code: &str| Row { code: Some(code.to_owned()), ..Row::default() }.is_denied();
        assert!(!denied("101") && !denied("1101"));
        assert!(denied("202") && denied("1202") && denied("11010"));
        assert!(!Row::default().is_denied());
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let (rows, unreadable) = parse("{\"_SEQ\":1\n{\"_SEQ\":2}\n");
        assert!(rows.is_empty());
        assert_eq!(unreadable.len(), 2);
    }
}
