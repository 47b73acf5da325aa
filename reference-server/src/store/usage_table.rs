//! The table of usage rows under the column names of the warehouse.
//!
//! Amounts are exact decimals as text, times are integers, JSON is text. A row is read back into the same type that
//! its record was written from.
//!
//! A row's key is the number of its site and, in the lower bits, its sequence number: a new row goes to the end of its
//! site's rows by a whole number, which SQLite does without a search and without moving what is there. The view
//! `usage` shows both in the clear to whoever opens the file.

use std::fmt::Write as _;
use std::sync::LazyLock;

use rusqlite::types::{FromSql, Type, ValueRef};
use rusqlite::{CachedStatement, Connection, Error, OptionalExtension, Row, params};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

use super::record::Record;
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

/// Bits of a row's key that are its sequence number; the number of the site is above them.
const SEQUENCE_BITS: u32 = 40;
const SEQUENCES: i64 = (1 << SEQUENCE_BITS) - 1;

const NUMBER: &str = "SELECT number FROM site_number WHERE site = ?1";
const NEW_NUMBER: &str = "INSERT INTO site_number (site) VALUES (?1)";
const DROP_NUMBER: &str = "DELETE FROM site_number WHERE number = ?1";
const LAST: &str = "SELECT max(row) FROM usage_row WHERE row BETWEEN ?1 AND ?2";
const DROP: &str = "DELETE FROM usage_row WHERE row BETWEEN ?1 AND ?2";

static INSERT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=COLUMNS.len() + 1).map(|place| format!("?{place}")).collect();
    format!("INSERT INTO usage_row (row, {}) VALUES ({})", names(), places.join(", "))
});
static SELECT: LazyLock<String> = LazyLock::new(|| {
    format!("SELECT row, {} FROM usage_row WHERE row BETWEEN ?1 AND ?2 ORDER BY row LIMIT ?3", names())
});

/// The statements that create the table.
pub(super) fn create() -> String {
    let columns: Vec<String> = COLUMNS.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
    format!(
        "CREATE TABLE site_number (number INTEGER PRIMARY KEY, site TEXT NOT NULL UNIQUE);
        CREATE TABLE usage_row (row INTEGER PRIMARY KEY, {});
        CREATE VIEW usage AS SELECT site, row & {SEQUENCES} AS seq, {}
            FROM usage_row JOIN site_number ON number = row >> {SEQUENCE_BITS};",
        columns.join(", "),
        names()
    )
}

/// Where the rows of a site are.
#[derive(Clone, Copy)]
struct Keys {
    number: i64,
}

impl Keys {
    /// The keys of a site that has rows.
    fn of(connection: &Connection, site: &str) -> rusqlite::Result<Option<Self>> {
        let mut statement = connection.prepare_cached(NUMBER)?;
        statement.query_row([site], |row| Ok(Self { number: row.get(0)? })).optional()
    }

    /// The keys of a site that will have some.
    fn make(connection: &Connection, site: &str) -> rusqlite::Result<Self> {
        if let Some(keys) = Self::of(connection, site)? {
            return Ok(keys);
        }
        connection.prepare_cached(NEW_NUMBER)?.execute([site])?;
        Ok(Self { number: connection.last_insert_rowid() })
    }

    /// The key of a sequence number; none gets near the end of them.
    fn key(self, sequence: u64) -> i64 {
        self.number << SEQUENCE_BITS | i64::try_from(sequence).unwrap_or(SEQUENCES).min(SEQUENCES)
    }

    fn last(self) -> i64 {
        self.number << SEQUENCE_BITS | SEQUENCES
    }
}

/// The statement that adds rows, prepared once for all rows of a commit.
pub(super) struct Insertion<'c> {
    statement: CachedStatement<'c>,
    keys: Keys,
}

impl<'c> Insertion<'c> {
    /// Prepares it for rows of a site.
    pub(super) fn prepare(connection: &'c Connection, site: &str) -> rusqlite::Result<Self> {
        Ok(Self { statement: connection.prepare_cached(&INSERT)?, keys: Keys::make(connection, site)? })
    }

    /// Adds a row.
    pub(super) fn add(&mut self, sequence: u64, record: &Record) -> rusqlite::Result<()> {
        // Most columns of a row are empty.
        self.statement.clear_bindings();
        self.statement.raw_bind_parameter(1, self.keys.key(sequence))?;
        for (place, column) in (2..).zip(record.columns()) {
            if column.0 != ValueRef::Null {
                self.statement.raw_bind_parameter(place, column)?;
            }
        }
        self.statement.raw_execute().map(|_| ())
    }
}

/// Rows of a site after a sequence number in ascending order, each a JSON object with its columns and `_SEQ`.
pub(super) fn select(
    connection: &Connection,
    site: &str,
    after: u64,
    limit: u64,
) -> rusqlite::Result<Vec<String>> {
    let Some(keys) = Keys::of(connection, site)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(&SELECT)?;
    let first = keys.key(after.saturating_add(1));
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![first, keys.last(), most])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        lines.push(line(row)?);
    }
    Ok(lines)
}

/// The sequence number of a site's last row; 0 when there is none.
pub(super) fn last_sequence(connection: &Connection, site: &str) -> rusqlite::Result<u64> {
    let Some(keys) = Keys::of(connection, site)? else { return Ok(0) };
    let mut statement = connection.prepare_cached(LAST)?;
    let last: Option<i64> = statement.query_row([keys.key(0), keys.last()], |row| row.get(0))?;
    Ok(last.map_or(0, sequence))
}

/// Removes every row of a site.
pub(super) fn drop_site(connection: &Connection, site: &str) -> rusqlite::Result<()> {
    let Some(keys) = Keys::of(connection, site)? else { return Ok(()) };
    connection.prepare_cached(DROP)?.execute([keys.key(0), keys.last()])?;
    connection.prepare_cached(DROP_NUMBER)?.execute([keys.number])?;
    Ok(())
}

fn line(row: &Row<'_>) -> rusqlite::Result<String> {
    let sequence = sequence(row.get(0)?);
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

fn unreadable(column: usize, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

fn names() -> String {
    COLUMNS.map(|(name, _)| name).join(", ")
}

/// The sequence number in a row's key.
const fn sequence(key: i64) -> u64 {
    (key & SEQUENCES).unsigned_abs()
}
