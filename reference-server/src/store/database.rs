//! The SQLite file: opened by one server at a time, written in one transaction for each batch.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, params};

use uuid::Uuid;

use super::StoreError;
use super::batch::{Batch, SiteBatch};
use super::copier::Copier;
use super::usage_table;
use crate::domain::SessionProgress;
use crate::site::Kind;

/// Version of the schema below.
const SCHEMA: i64 = 3;

/// Bytes of the smallest database that there can be: one page of the smallest kind.
const SMALLEST: u64 = 512;

const CREATE_ENTITIES: &str = "CREATE TABLE entity (
    site TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (site, kind, id)) WITHOUT ROWID;";
const CREATE_USED: &str = "CREATE TABLE line_item_used (
    site TEXT NOT NULL, line_item TEXT NOT NULL, used TEXT NOT NULL,
    PRIMARY KEY (site, line_item)) WITHOUT ROWID;";
const CREATE_PROGRESS: &str = "CREATE TABLE session_progress (
    site TEXT NOT NULL, session BLOB NOT NULL, revision INTEGER NOT NULL, last_heart_beat INTEGER NOT NULL,
    charges INTEGER NOT NULL, next_charge INTEGER NOT NULL, heartbeat_due INTEGER,
    PRIMARY KEY (site, session)) WITHOUT ROWID;";
// Every column is given, so that what was there need not be read: SQLite writes over it.
const SAVE_USED: &str = "INSERT OR REPLACE INTO line_item_used VALUES (?1, ?2, ?3)";
const SAVE_PROGRESS: &str = "INSERT OR REPLACE INTO session_progress VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const BEGIN: &str = "BEGIN IMMEDIATE";
const COMMIT: &str = "COMMIT";
const LOAD_USED: &str = "SELECT line_item, used FROM line_item_used WHERE site = ?1";
const LOAD_PROGRESS: &str = "SELECT session, revision, last_heart_beat, charges, next_charge, heartbeat_due
    FROM session_progress WHERE site = ?1";
const SAVE: &str = "INSERT OR REPLACE INTO entity (site, kind, id, body) VALUES (?1, ?2, ?3, ?4)";
const DELETE: &str = "DELETE FROM entity WHERE site = ?1 AND kind = ?2 AND id = ?3";
const DROPS: [&str; 3] = [
    "DELETE FROM entity WHERE site = ?1",
    "DELETE FROM line_item_used WHERE site = ?1",
    "DELETE FROM session_progress WHERE site = ?1",
];
const LOAD: &str = "SELECT site, kind, id, body FROM entity ORDER BY site, kind, id";

/// Everything that the store keeps of one site, usage rows aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredSite {
    /// The site.
    pub id: String,
    /// Its entities: kind, ID and JSON text.
    pub entities: Vec<(Kind, String, String)>,
    /// What its line items have used, as decimal text.
    pub used: Vec<(String, String)>,
    /// How far its sessions have come since they were saved.
    pub progress: Vec<(Uuid, SessionProgress)>,
    /// Sequence number of its last usage row; 0 when there is none.
    pub last_sequence: u64,
}

/// An open database.
pub(super) struct Database {
    /// Copies the log; none in memory. It ends before the connection, which removes the log when it is the last.
    copier: Option<Copier>,
    connection: Connection,
    /// The file and its log; none in memory.
    files: Vec<PathBuf>,
    /// Held for as long as the database is open; the system releases it even when the process is killed.
    _lock: Option<File>,
}

impl Database {
    /// Opens a file, or makes it, for this server alone.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let path = &resolved(path);
        let lock = lock(path)?;
        let files = vec![path.to_owned(), beside(path, "-wal")];
        check_files(path, &files[1])?;
        // A path is a path, also when it looks like an address.
        let flags = OpenFlags::default() - OpenFlags::SQLITE_OPEN_URI;
        let connection =
            Connection::open_with_flags(path, flags).map_err(|error| unopenable(path, &error))?;
        let mut database = Self { copier: None, connection, files, _lock: Some(lock) };
        database.prepare(path)?;
        let copier = Copier::start(path, flags, &database.connection);
        database.copier = Some(copier.map_err(|error| unopenable(path, &error))?);
        Ok(database)
    }

    /// The same without a file.
    pub(super) fn memory() -> Result<Self, StoreError> {
        let path = Path::new(":memory:");
        let connection = Connection::open_in_memory().map_err(|error| unopenable(path, &error))?;
        let database = Self { copier: None, connection, files: Vec::new(), _lock: None };
        database.prepare(path)?;
        // What cannot survive the process needs no journal: when a commit fails, the store ends.
        let off = database.connection.pragma_update(None, "journal_mode", "OFF");
        off.map_err(|error| unopenable(path, &error))?;
        Ok(database)
    }

    #[cfg(test)]
    pub(super) fn limit(&self, pages: u32) {
        let limit = format!("PRAGMA max_page_count = {pages}");
        self.connection.query_row(&limit, [], |_| Ok(())).unwrap();
    }

    /// From now on the disk takes nothing any more, as one does that the system has made read-only.
    #[cfg(test)]
    pub(super) fn make_read_only(&self) {
        self.connection.pragma_update(None, "query_only", true).unwrap();
    }

    fn prepare(&self, path: &Path) -> Result<(), StoreError> {
        match self.check_version(path)? {
            0 => self.create().map_err(|error| unopenable(path, &error))?,
            SCHEMA => {}
            found => return Err(StoreError::OtherVersion { path: shown(path), found, known: SCHEMA }),
        }
        self.configure().map_err(|error| unopenable(path, &error))
    }

    /// The version of the schema, 0 for a new file. A database of something else is left as it is.
    fn check_version(&self, path: &Path) -> Result<i64, StoreError> {
        let read = |sql: &str| {
            self.connection
                .query_row(sql, [], |row| row.get::<_, i64>(0))
                .map_err(|error| unopenable(path, &error))
        };
        let version = read("PRAGMA user_version")?;
        let tables = read("SELECT count(*) FROM sqlite_master")?;
        if version == 0 && tables > 0 {
            let reason = "it is a database of something else".to_owned();
            return Err(StoreError::NotAStore { path: shown(path), reason });
        }
        Ok(version)
    }

    fn create(&self) -> rusqlite::Result<()> {
        let usage = usage_table::create();
        self.connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {CREATE_ENTITIES} {CREATE_USED} {CREATE_PROGRESS} {usage} PRAGMA user_version = {SCHEMA}; COMMIT;"
        ))
    }

    fn configure(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(Duration::from_secs(5))?;
        // Readers with other tools do not get in the way of the write-ahead log, and a commit is one flush.
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")
    }

    /// Writes a batch as a whole or not at all.
    pub(super) fn commit(&mut self, batch: Batch) -> Result<(), String> {
        self.write(batch).map_err(|error| error.to_string())?;
        if let Some(copier) = &mut self.copier {
            copier.committed(&self.connection);
        }
        // A file that somebody removes takes every write, and is gone with this process.
        match self.files.iter().find(|file| is_gone(file)) {
            None => Ok(()),
            Some(gone) => Err(format!("{} has been removed", gone.display())),
        }
    }

    fn write(&self, batch: Batch) -> rusqlite::Result<()> {
        // The binding's own transaction would have SQLite parse its beginning and its end anew each time. One that
        // fails is left open: the store ends with it, and SQLite takes it back when the database is closed.
        self.run(BEGIN)?;
        for (site, batch) in &batch.sites {
            write(&self.connection, site, batch)?;
        }
        self.run(COMMIT)
    }

    fn run(&self, statement: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(statement)?.execute([]).map(|_| ())
    }

    /// Every site in the store.
    pub(super) fn load(&self) -> rusqlite::Result<Vec<StoredSite>> {
        let mut sites: BTreeMap<String, Vec<(Kind, String, String)>> = BTreeMap::new();
        let mut statement = self.connection.prepare(LOAD)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let word: String = row.get(1)?;
            // A kind that is unknown here cannot have been written under this schema version.
            let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == word) else { continue };
            sites.entry(row.get(0)?).or_default().push((kind, row.get(2)?, row.get(3)?));
        }
        sites
            .into_iter()
            .map(|(id, entities)| {
                let last_sequence = usage_table::last_sequence(&self.connection, &id)?;
                let (used, progress) = (self.load_used(&id)?, self.load_progress(&id)?);
                Ok(StoredSite { id, entities, used, progress, last_sequence })
            })
            .collect()
    }

    fn load_used(&self, site: &str) -> rusqlite::Result<Vec<(String, String)>> {
        let mut statement = self.connection.prepare_cached(LOAD_USED)?;
        statement.query_map([site], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    fn load_progress(&self, site: &str) -> rusqlite::Result<Vec<(Uuid, SessionProgress)>> {
        let mut statement = self.connection.prepare_cached(LOAD_PROGRESS)?;
        statement.query_map([site], read_progress)?.collect()
    }

    /// Usage rows of a site after a sequence number, as JSON lines.
    pub(super) fn usage_rows(&self, site: &str, after: u64, limit: u64) -> rusqlite::Result<Vec<String>> {
        usage_table::select(&self.connection, site, after, limit)
    }
}

/// Whether there is no such file any more.
///
/// Asking where a link leads is a way to ask for the name alone. Whoever asks for a file's properties has read its times,
/// and Linux then gives the next write a time of its own: the inode changes with every commit, and where ext4 has no
/// journal it is written with every commit too.
fn is_gone(file: &Path) -> bool {
    std::fs::read_link(file).is_err_and(|error| error.kind() == ErrorKind::NotFound)
}

fn write(connection: &Connection, site: &str, batch: &SiteBatch) -> rusqlite::Result<()> {
    if batch.dropped {
        for drop in DROPS {
            connection.prepare_cached(drop)?.execute([site])?;
        }
        usage_table::drop_site(connection, site)?;
    }
    for ((kind, id), body) in &batch.entities {
        match body {
            Some(body) => connection.prepare_cached(SAVE)?.execute(params![site, kind.word(), id, body])?,
            None => connection.prepare_cached(DELETE)?.execute(params![site, kind.word(), id])?,
        };
    }
    write_totals(connection, site, batch)?;
    write_progress(connection, site, batch)?;
    if batch.rows.is_empty() {
        return Ok(());
    }
    let mut insertion = usage_table::Insertion::prepare(connection, site)?;
    for (sequence, row) in &batch.rows {
        insertion.add(*sequence, row)?;
    }
    Ok(())
}

fn write_totals(connection: &Connection, site: &str, batch: &SiteBatch) -> rusqlite::Result<()> {
    let mut save = connection.prepare_cached(SAVE_USED)?;
    for (line_item, used) in &batch.used {
        save.execute(params![site, &**line_item, used.text()])?;
    }
    Ok(())
}

/// Sessions are written in the order of the table: neighbours share a page.
fn write_progress(connection: &Connection, site: &str, batch: &SiteBatch) -> rusqlite::Result<()> {
    let mut save = connection.prepare_cached(SAVE_PROGRESS)?;
    let mut moved: Vec<(&Uuid, &SessionProgress)> = batch.progress.iter().collect();
    moved.sort_unstable_by_key(|(session, _)| **session);
    for (session, progress) in moved {
        save.execute(params![
            site,
            session.as_bytes(),
            progress.revision,
            progress.last_heart_beat,
            progress.charges,
            progress.next_charge,
            progress.heartbeat_due,
        ])?;
    }
    Ok(())
}

fn read_progress(row: &Row<'_>) -> rusqlite::Result<(Uuid, SessionProgress)> {
    let session: [u8; 16] = row.get(0)?;
    let progress = SessionProgress {
        revision: row.get(1)?,
        last_heart_beat: row.get(2)?,
        charges: row.get(3)?,
        next_charge: row.get(4)?,
        heartbeat_due: row.get(5)?,
    };
    Ok((Uuid::from_bytes(session), progress))
}

/// A log without its file, or beside an empty one, holds what has been promised; opening the file would begin anew and
/// throw the log away. So would opening what is left of a file that was cut within its first page.
fn check_files(path: &Path, log: &Path) -> Result<(), StoreError> {
    let bytes = |file: &Path| file.metadata().map_or(0, |metadata| metadata.len());
    match bytes(path) {
        0 if bytes(log) > 0 && !log.is_dir() => {
            let log = log.display();
            let reason = format!("it is missing or empty, but its log {log} is not; put the file back");
            Err(StoreError::Unopenable { path: shown(path), reason })
        }
        1..SMALLEST => {
            let reason = "it is too short to be a database".to_owned();
            Err(StoreError::NotAStore { path: shown(path), reason })
        }
        _ => Ok(()),
    }
}

/// The name of a file with something at its end.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Where a file is that may be named by a link: its log and its lock stand beside the file and not beside the link. What
/// cannot be found out is left to SQLite, which then says why.
fn resolved(path: &Path) -> PathBuf {
    // The file of a link that leads nowhere yet is made; where nothing stands at all, nothing is touched here.
    if path.is_symlink() && !path.exists() {
        let _ = OpenOptions::new().create(true).append(true).open(path);
    }
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Locks the file's neighbour. A lock on the database itself would get in the way of SQLite's own.
fn lock(path: &Path) -> Result<File, StoreError> {
    let unopenable = |reason: String| StoreError::Unopenable { path: shown(path), reason };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(beside(path, ".lock"))
        .map_err(|error| unopenable(error.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: shown(path) }),
        Err(TryLockError::Error(error)) => Err(unopenable(error.to_string())),
    }
}

fn unopenable(path: &Path, error: &rusqlite::Error) -> StoreError {
    let (path, reason) = (shown(path), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore { path, reason },
        _ => StoreError::Unopenable { path, reason },
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
