//! Usage rows of license servers as the audit needs them.

use std::borrow::Cow;

use rust_decimal::Decimal;
use serde::Deserialize;

use super::super::cell::Cell;
use super::super::rows::{amount, excerpt, operation, time_ms};

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "SCREAMING_SNAKE_CASE")]
struct RawRow<'a> {
    #[serde(rename = "_SEQ", borrow)]
    seq: Cell<'a>,
    #[serde(borrow)]
    correlation_id: Cell<'a>,
    #[serde(borrow)]
    consumer_id: Cell<'a>,
    #[serde(borrow)]
    instance_id: Cell<'a>,
    #[serde(borrow)]
    item: Cell<'a>,
    #[serde(borrow)]
    used: Cell<'a>,
    #[serde(borrow)]
    request_response: Cell<'a>,
    #[serde(borrow)]
    meter_quantity: Cell<'a>,
    #[serde(borrow)]
    borrowed_until: Cell<'a>,
    #[serde(borrow)]
    meta_data: Cell<'a>,
}

/// A usage row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LicenseRow {
    /// Place in the order of rows, from 1.
    pub seq: u64,
    /// Correlation ID.
    pub correlation: String,
    /// The host.
    pub host: String,
    /// The license server.
    pub instance: String,
    /// The feature.
    pub feature: String,
    /// How much of it is in use, or was consumed, after this row.
    pub used: Option<Decimal>,
    /// Why it was denied, if it was.
    pub code: Option<String>,
    /// How much was granted, asked for or returned.
    pub quantity: Decimal,
    /// Until when it is borrowed, in milliseconds since 1970.
    pub until_ms: Option<i64>,
    /// The ID of the request that wrote it, if it carries one.
    pub operation: Option<String>,
}

impl LicenseRow {
    /// Where it stands, for messages.
    pub fn place(&self) -> String {
        format!("row {} ({} for {})", self.seq, self.feature, self.host)
    }
}

/// Takes lines apart; those that cannot be read come back as text.
pub fn parse(page: &str) -> (Vec<LicenseRow>, Vec<String>) {
    let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
    for line in page.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str::<RawRow<'_>>(line).ok().and_then(|raw| row(&raw)) {
            Some(row) => rows.push(row),
            None => unreadable.push(excerpt(line)),
        }
    }
    (rows, unreadable)
}

fn row(raw: &RawRow<'_>) -> Option<LicenseRow> {
    let text = |cell: &Cell<'_>| cell.text().map(Cow::into_owned);
    Some(LicenseRow {
        seq: raw.seq.text()?.parse().ok()?,
        correlation: text(&raw.correlation_id)?,
        host: text(&raw.consumer_id)?,
        instance: text(&raw.instance_id)?,
        feature: text(&raw.item)?,
        used: amount(&raw.used),
        code: text(&raw.request_response),
        quantity: amount(&raw.meter_quantity)?,
        until_ms: time_ms(&raw.borrowed_until),
        operation: operation(&raw.meta_data),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_granted_and_denied_rows() {
        let (rows, unreadable) = parse(concat!(
            r#"{"_SEQ":4,"CORRELATION_ID":"c","CONSUMER_ID":"h","INSTANCE_ID":"I","ITEM":"f1","USED":3,"#,
            r#""REQUEST_RESPONSE":null,"METER_QUANTITY":2,"BORROWED_UNTIL":9,"META_DATA":{"op":"r-1"}}"#,
            "\n",
            r#"{"_SEQ":5,"CORRELATION_ID":"d","CONSUMER_ID":"h","INSTANCE_ID":"I","ITEM":"f1","USED":null,"#,
            r#""REQUEST_RESPONSE":"FEATURE_COUNT_INSUFFICIENT","METER_QUANTITY":2}"#,
            "\n{}\n",
        ));
        assert_eq!((rows.len(), unreadable.len()), (2, 1));
        assert_eq!((rows[0].used, rows[0].until_ms), (Some(Decimal::from(3)), Some(9)));
        assert_eq!(rows[0].operation.as_deref(), Some("r-1"));
        assert_eq!(rows[1].code.as_deref(), Some("FEATURE_COUNT_INSUFFICIENT"));
        assert_eq!((rows[1].used, rows[1].until_ms, &rows[1].operation), (None, None, &None));
    }
}
