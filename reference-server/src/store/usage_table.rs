//! The table of usage rows under the column names of the warehouse.
//!
//! Amounts are exact decimals as text, times are integers, JSON is text. A row is read back into the same type that
//! it was written from, so that both directions have one definition of the columns.

use std::fmt::Write as _;
use std::sync::LazyLock;

use rusqlite::types::{FromSql, Type};
use rusqlite::{CachedStatement, Connection, Error, Row, params};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{Tokens, UsageRow};

/// The columns with their types, in the order of the row type.
const COLUMNS: [(&str, &str); 31] = [
    ("CORRELATION_ID", "TEXT NOT NULL"),
    ("TENANT_ID", "TEXT NOT NULL"),
    ("USAGE_TIME", "INTEGER NOT NULL"),
    ("WRITE_TIME", "INTEGER NOT NULL"),
    ("CONSUMER_ID", "TEXT"),
    ("CONSUMER_TYPE", "TEXT"),
    ("ACCOUNT_ID", "TEXT NOT NULL"),
    ("INSTANCE_ID", "TEXT NOT NULL"),
    ("ACTIVATION_ID", "TEXT"),
    ("MAPPED_ENTITLED_COUNT", "INTEGER"),
    ("USED", "TEXT"),
    ("ITEM", "TEXT NOT NULL"),
    ("ITEM_VERSION", "TEXT"),
    ("ITEM_QUANTITY", "TEXT NOT NULL"),
    ("SESSION_ID", "TEXT"),
    ("SESSION_STATE", "TEXT"),
    ("REQUEST_RESPONSE", "TEXT"),
    ("CONTROLS_APPLIED", "TEXT"),
    ("METER_TYPE", "TEXT NOT NULL"),
    ("METER", "TEXT NOT NULL"),
    ("METER_COST_LIST", "TEXT"),
    ("METER_COST", "TEXT"),
    ("METER_QUANTITY", "TEXT NOT NULL"),
    ("META_DATA", "TEXT"),
    ("PARTIAL", "INTEGER"),
    ("INCREMENTAL", "INTEGER"),
    ("OVERDRAFT_COUNT", "INTEGER"),
    ("ENTITLED_ARTICLES", "TEXT"),
    ("ENTITLED_ARTICLE_VERSIONS", "TEXT"),
    ("BORROWED_UNTIL", "INTEGER"),
    ("SERVED_CLIENT_STATUS", "TEXT"),
];

const LAST: &str = "SELECT max(seq) FROM usage_row WHERE site = ?1";
const DROP: &str = "DELETE FROM usage_row WHERE site = ?1";

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=COLUMNS.len() + 2).map(|place| format!("?{place}")).collect();
    format!("INSERT INTO usage_row (site, seq, {}) VALUES ({})", names(), places.join(", "))
});
static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT seq, {} FROM usage_row WHERE site = ?1 AND seq > ?2 ORDER BY site, seq LIMIT ?3", names())
});

/// The statement that creates the table.
pub(super) fn create() -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    format!(
        "CREATE TABLE usage_row (site TEXT NOT NULL, seq INTEGER NOT NULL, {},
            PRIMARY KEY (site, seq)) WITHOUT ROWID;",
        columns.join(", ")
    )
}

/// The statement that adds rows, prepared once for all rows of a commit.
pub(super) struct Insertion<'c>(CachedStatement<'c>);

impl<'c> Insertion<'c> {
    /// Prepares it.
    pub(super) fn prepare(connection: &'c Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached(&INSERT).map(Self)
    }

    /// Adds a row.
    pub(super) fn add(&mut self, site: &str, sequence: u64, row: &UsageRow) -> rusqlite::Result<()> {
        self.0.execute(params![
            site,
            signed(sequence),
            row.correlation_id,
            row.tenant_id,
            row.usage_time,
            row.write_time,
            row.consumer_id,
            row.consumer_type,
            row.account_id,
            row.instance_id,
            json(row.activation_id.as_ref())?,
            row.mapped_entitled_count,
            row.used.map(|used| used.to_string()),
            row.item,
            row.item_version,
            row.item_quantity.to_string(),
            row.session_id,
            row.session_state,
            row.request_response,
            json(row.controls_applied.as_ref())?,
            row.meter_type,
            row.meter,
            json(row.meter_cost_list.as_ref())?,
            row.meter_cost.map(|cost| cost.to_string()),
            row.meter_quantity.to_string(),
            json(row.meta_data.as_ref())?,
            row.partial,
            row.incremental,
            row.overdraft_count,
            json(row.entitled_articles.as_ref())?,
            json(row.entitled_article_versions.as_ref())?,
            row.borrowed_until,
            row.served_client_status,
        ])?;
        Ok(())
    }
}

/// Rows of a site after a sequence number in ascending order, each a JSON object with its columns and `_SEQ`.
pub(super) fn select(
    connection: &Connection,
    site: &str,
    after: u64,
    limit: u64,
) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached(&SELECT)?;
    let mut rows = statement.query(params![site, signed(after), signed(limit)])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(line(row)?);
    }
    Ok(lines)
}

/// The sequence number of a site's last row; 0 when there is none.
pub(super) fn last_sequence(connection: &Connection, site: &str) -> rusqlite::Result<u64> {
    let last: Option<u64> = connection.prepare_cached(LAST)?.query_row([site], |row| row.get(0))?;
    Ok(last.unwrap_or(0))
}

/// Removes every row of a site.
pub(super) fn drop_site(connection: &Connection, site: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(DROP)?.execute([site])?;
    Ok(())
}

fn line(row: &Row<'_>) -> rusqlite::Result<String> {
    let sequence: u64 = row.get(0)?;
    let mut line = serde_json::to_string(&read(row)?).map_err(|error| unreadable(0, error))?;
    // The row is an object with members, so that one more can take the place of its closing brace.
    line.pop();
    let _ = write!(line, ",\"_SEQ\":{sequence}}}");
    Ok(line)
}

fn read(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    let mut next = Cursor { row, column: 1 };
    Ok(UsageRow {
        correlation_id: next.value()?,
        tenant_id: next.value()?,
        usage_time: next.value()?,
        write_time: next.value()?,
        consumer_id: next.value()?,
        consumer_type: next.value()?,
        account_id: next.value()?,
        instance_id: next.value()?,
        activation_id: next.json()?,
        mapped_entitled_count: next.value()?,
        used: next.decimal()?.map(Tokens::rounded),
        item: next.value()?,
        item_version: next.value()?,
        item_quantity: next.decimal()?.unwrap_or_default(),
        session_id: next.value()?,
        session_state: next.value()?,
        request_response: next.value()?,
        controls_applied: next.json()?,
        meter_type: next.value()?,
        meter: next.value()?,
        meter_cost_list: next.json()?,
        meter_cost: next.decimal()?,
        meter_quantity: next.decimal()?.map(Tokens::rounded).unwrap_or_default(),
        meta_data: next.json()?,
        partial: next.value()?,
        incremental: next.value()?,
        overdraft_count: next.value()?,
        entitled_articles: next.json()?,
        entitled_article_versions: next.json()?,
        borrowed_until: next.value()?,
        served_client_status: next.value()?,
    })
}

/// Takes the columns one after the other.
struct Cursor<'a, 'b> {
    row: &'a Row<'b>,
    column: usize,
}

impl Cursor<'_, '_> {
    fn value<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let value = self.row.get(self.column)?;
        self.column += 1;
        Ok(value)
    }

    fn decimal(&mut self) -> rusqlite::Result<Option<Decimal>> {
        let column = self.column;
        let text: Option<String> = self.value()?;
        text.map(|text| Decimal::from_str_exact(&text)).transpose().map_err(|error| unreadable(column, error))
    }

    fn json<T: DeserializeOwned>(&mut self) -> rusqlite::Result<Option<T>> {
        let column = self.column;
        let text: Option<String> = self.value()?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| unreadable(column, error))
    }
}

fn json<T: Serialize>(value: Option<&T>) -> rusqlite::Result<Option<String>> {
    value
        .map(serde_json::to_string)
        .transpose()
        .map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))
}

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

fn names() -> String {
    COLUMNS.map(|(name, _)| name).join(", ")
}

/// SQLite's integers are signed; no sequence number gets near the end of them.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
