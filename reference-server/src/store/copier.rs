//! Copies the log into the database beside the writer, so that no commit waits for it.
//!
//! SQLite would copy the log within the commit that makes it long, and everybody who waits for that commit would wait
//! for the copy too, some milliseconds. So a thread with a connection of its own copies what the log holds while the
//! writer goes on; the writer then copies the little that it has added meanwhile, after which SQLite begins the log
//! anew. A copy that fails loses nothing: what has been promised is in the log, and the next attempt copies more.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, OpenFlags};

/// From so many pages in the log on it is copied. Pages that are written with every commit are copied once for all of
/// their versions, which favours a long log; the disk serves a commit later while a copy is under way, and later the
/// longer that is, which favours a short one.
const LONG: i64 = 400;

/// With fewer changed rows since the last look, the log cannot have become much longer: a row is on a few pages.
const FEW: u64 = 200;

const COPY: &str = "PRAGMA wal_checkpoint(PASSIVE)";
const LOOK: &str = "PRAGMA wal_checkpoint(NOOP)";

/// The writer's end of the copying.
pub(super) struct Copier {
    /// Asks the thread for a copy; gone when the copier is.
    ask: Option<SyncSender<()>>,
    copying: Arc<AtomicBool>,
    /// Whether the thread has copied and the writer not yet the rest.
    rest: bool,
    /// Rows that the writer had changed when it last looked at a log that was short.
    seen: u64,
    thread: Option<JoinHandle<()>>,
}

impl Copier {
    /// Starts the thread for a database. From now on the writer's connection does not copy of itself.
    pub(super) fn start(path: &Path, flags: OpenFlags, writer: &Connection) -> rusqlite::Result<Self> {
        writer.pragma_update(None, "wal_autocheckpoint", 0)?;
        let beside = Connection::open_with_flags(path, flags)?;
        let (ask, asked) = sync_channel(1);
        let copying = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&copying);
        let copier =
            thread::Builder::new().name("log".to_owned()).spawn(move || run(&beside, &asked, &shared));
        // Without a thread the store works as SQLite does of itself.
        if let Err(error) = &copier {
            tracing::warn!(%error, "no thread can be had for the store's log; commits will copy it");
            writer.pragma_update(None, "wal_autocheckpoint", LONG)?;
        }
        let thread = copier.ok();
        Ok(Self { ask: thread.is_some().then_some(ask), copying, rest: false, seen: 0, thread })
    }

    /// Called by the writer after a commit.
    pub(super) fn committed(&mut self, writer: &Connection) {
        let Some(ask) = &self.ask else { return };
        if self.copying.load(Ordering::Acquire) {
            return;
        }
        if self.rest {
            self.rest = false;
            report(copy(writer, COPY));
            return;
        }
        // The look itself costs as much as writing some rows.
        let changed = writer.total_changes();
        if changed.saturating_sub(self.seen) < FEW {
            return;
        }
        if copy(writer, LOOK).is_ok_and(|pages| pages >= LONG) {
            self.copying.store(true, Ordering::Release);
            self.rest = ask.try_send(()).is_ok();
        } else {
            self.seen = changed;
        }
    }
}

impl Drop for Copier {
    /// Whoever closes the store may open it anew at once, so the thread's connection goes first.
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has no connection any more, which is all that matters here.
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, asked: &Receiver<()>, copying: &AtomicBool) {
    while asked.recv().is_ok() {
        report(copy(connection, COPY));
        copying.store(false, Ordering::Release);
    }
}

/// How many pages of the log are not in the database afterwards.
fn copy(connection: &Connection, how: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached(how)?.query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
}

fn report(copied: rusqlite::Result<i64>) {
    if let Err(error) = copied {
        tracing::warn!(%error, "the store's log could not be copied into its database; it grows until it can");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Store {
        folder: tempfile::TempDir,
        writer: Connection,
        copier: Copier,
    }

    fn store() -> Store {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let writer = Connection::open(&path).unwrap();
        writer.pragma_update(None, "journal_mode", "WAL").unwrap();
        writer.execute_batch("CREATE TABLE t (x BLOB)").unwrap();
        let copier = Copier::start(&path, OpenFlags::default(), &writer).unwrap();
        Store { folder, writer, copier }
    }

    impl Store {
        /// Commits so many rows that fill a page each.
        fn commit(&mut self, pages: i64) {
            let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                INSERT INTO t SELECT zeroblob(4000) FROM n";
            self.writer.execute(fill, [pages]).unwrap();
            self.copier.committed(&self.writer);
        }

        fn waiting(&self) -> i64 {
            copy(&self.writer, LOOK).unwrap()
        }

        fn until_copied(&self) {
            while self.copier.copying.load(Ordering::Acquire) {
                thread::yield_now();
            }
        }

        fn log_bytes(&self) -> u64 {
            self.folder.path().join("store.sqlite-wal").metadata().unwrap().len()
        }
    }

    #[test]
    fn a_long_log_is_copied_and_begun_anew() {
        let mut store = store();
        store.commit(LONG / 2);
        assert!(!store.copier.rest && store.waiting() >= LONG / 2, "nothing is copied yet");
        store.commit(LONG);
        store.until_copied();
        assert!(store.copier.rest);
        store.commit(10);
        assert_eq!(store.waiting(), 0, "the thread copied most, and the writer what it added meanwhile");
        let full = store.log_bytes();
        for _ in 0..3 {
            store.commit(LONG / 4);
        }
        assert_eq!(store.log_bytes(), full, "the log was begun anew in the same place");
        let rows: i64 = store.writer.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(rows, LONG / 2 + LONG + 10 + 3 * (LONG / 4));
    }

    #[test]
    fn a_reader_that_holds_the_log_delays_its_copy_and_loses_nothing() {
        let mut store = store();
        let reader = Connection::open(store.folder.path().join("store.sqlite")).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
        for _ in 0..3 {
            store.commit(LONG);
            store.until_copied();
        }
        assert!(store.waiting() >= LONG, "what came after the reader's moment stays in the log");
        reader.execute_batch("COMMIT").unwrap();
        for _ in 0..4 {
            store.commit(1);
            store.until_copied();
        }
        assert!(store.waiting() < LONG);
    }

    #[test]
    fn the_thread_and_its_connection_end_with_the_copier() {
        let Store { folder, writer, copier } = store();
        drop(copier);
        drop(writer);
        assert!(!folder.path().join("store.sqlite-wal").exists(), "the last connection removes the log");
    }
}
