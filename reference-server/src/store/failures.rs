//! What disks and people do to a store: each ends in a refusal with its reason, or loses nothing that was promised.

use std::path::{Path, PathBuf};

use super::tests::{kept, row, save};
use super::*;
use crate::site::Effect;

#[test]
fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a database, but long enough to look at").unwrap();
    assert!(matches!(Store::open(&text), Err(StoreError::NotAStore { .. })));

    let other = folder.path().join("other.sqlite");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    assert!(matches!(Store::open(&other), Err(StoreError::NotAStore { .. })));

    let newer = folder.path().join("newer.sqlite");
    rusqlite::Connection::open(&newer).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
    assert!(matches!(Store::open(&newer), Err(StoreError::OtherVersion { found: 99, .. })));
}

#[test]
fn a_missing_folder_is_named() {
    let error = Store::open(Path::new("/nowhere/at/all/store.sqlite")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all/store.sqlite"), "{error}");
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_promised() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = Store::with_room_for(&path, 24).unwrap();
    let mut promised = 0;
    let failure = loop {
        let ticket = store.submit("acme", vec![row(promised + 1)]);
        match store.durable(ticket).await {
            Ok(()) => promised += 1,
            Err(error) => break error,
        }
    };
    assert!(failure.to_string().contains("full"), "{failure}");
    assert!(promised > 0 && store.failure().is_some());
    store.close().await;
    drop(store);
    let kept = Store::open(&path).unwrap().usage_rows("acme", 0, u64::from(u32::MAX)).await.unwrap();
    assert_eq!(kept.len() as u64, promised);
}

#[tokio::test]
async fn a_torn_tail_of_the_log_costs_only_what_was_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let (path, torn) = (folder.path().join("store.sqlite"), folder.path().join("torn.sqlite"));
    let store = Store::open(&path).unwrap();
    for sequence in 1..=20 {
        kept(&store, "acme", vec![row(sequence)]).await;
    }
    // What a power cut leaves: the file as it is, and a log that ends in the middle of a page.
    std::fs::copy(&path, &torn).unwrap();
    let log = std::fs::read(folder.path().join("store.sqlite-wal")).unwrap();
    std::fs::write(folder.path().join("torn.sqlite-wal"), &log[..log.len() - 1000]).unwrap();
    let lines = Store::open(&torn).unwrap().usage_rows("acme", 0, 100).await.unwrap();
    assert_eq!(lines.len(), 19, "only the last commit was torn");
    let bare = folder.path().join("bare.sqlite");
    std::fs::copy(&path, &bare).unwrap();
    assert!(Store::open(&bare).is_ok(), "without its log the file is as it was at the last checkpoint");
}

#[tokio::test]
async fn a_corrupt_file_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = Store::open(&path).unwrap();
    let rows: Vec<Effect> = (1..=200).map(row).collect();
    kept(&store, "acme", [vec![save("i", "1")], rows].concat()).await;
    store.close().await;
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    let reason = match Store::open(&path) {
        Err(error) => error.to_string(),
        Ok(store) => store.load().await.unwrap_err().to_string(),
    };
    assert!(reason.contains("malformed") || reason.contains("not a database"), "{reason}");
}

/// A store that was killed with rows in its log that are not in the file yet.
async fn killed(folder: &Path) -> PathBuf {
    let (path, copy) = (folder.join("running.sqlite"), folder.join("store.sqlite"));
    let store = Store::open(&path).unwrap();
    for sequence in 1..=20 {
        kept(&store, "acme", vec![row(sequence)]).await;
    }
    for end in ["", "-wal", "-shm"] {
        std::fs::copy(with(&path, end), with(&copy, end)).unwrap();
    }
    copy
}

fn with(path: &Path, end: &str) -> PathBuf {
    PathBuf::from(format!("{}{end}", path.display()))
}

async fn rows(path: &Path) -> usize {
    let store = Store::open(path).unwrap();
    let rows = store.usage_rows("acme", 0, 100).await.unwrap().len();
    store.close().await;
    rows
}

fn refusal(path: &Path) -> String {
    Store::open(path).unwrap_err().to_string()
}

#[tokio::test]
async fn what_is_in_the_log_counts_whatever_has_become_of_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let store = killed(folder.path()).await;
    std::fs::write(with(&store, "-shm"), [0x5a; 70_000]).unwrap();
    assert_eq!(rows(&store).await, 20);
    let other = tempfile::tempdir().unwrap();
    let store = killed(other.path()).await;
    std::fs::remove_file(with(&store, "-shm")).unwrap();
    assert_eq!(rows(&store).await, 20);
}

#[tokio::test]
async fn a_log_is_not_thrown_away_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = killed(folder.path()).await;
    let file = std::fs::read(&store).unwrap();
    std::fs::write(&store, "").unwrap();
    assert!(refusal(&store).contains("put the file back"), "{}", refusal(&store));
    std::fs::remove_file(&store).unwrap();
    assert!(refusal(&store).contains("put the file back"), "{}", refusal(&store));
    assert!(!store.exists(), "nothing is put in its place");
    std::fs::write(&store, file).unwrap();
    assert_eq!(rows(&store).await, 20, "the refusals have left the log alone");
}

#[tokio::test]
async fn an_empty_file_is_a_new_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    std::fs::write(&path, "").unwrap();
    let store = Store::open(&path).unwrap();
    assert!(store.load().await.unwrap().is_empty());
    kept(&store, "acme", vec![row(1)]).await;
}

/// Cut to a half again and again, down to a single byte.
#[tokio::test]
async fn a_file_that_was_cut_short_is_refused_or_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = killed(folder.path()).await;
    rows(&store).await;
    let whole = std::fs::read(&store).unwrap();
    let mut length = whole.len();
    while length > 1 {
        length /= 2;
        std::fs::write(&store, &whole[..length]).unwrap();
        let outcome = match Store::open(&store) {
            Err(error) => Err(error),
            Ok(opened) => {
                let rows = opened.usage_rows("acme", 0, 100).await;
                opened.close().await;
                rows
            }
        };
        assert!(outcome.as_ref().is_err_and(|error| error.to_string().len() > 20), "{length}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_refused_with_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    Store::open(&path).unwrap().close().await;
    // Permissions do not stop every user; a folder where the log belongs does.
    std::fs::create_dir(with(&path, "-wal")).unwrap();
    assert!(refusal(&path).contains("store.sqlite"), "{}", refusal(&path));
    assert!(refusal(folder.path()).contains("cannot be opened"), "{}", refusal(folder.path()));
    if cfg!(target_os = "linux") {
        let reason = refusal(Path::new("/proc/store.sqlite"));
        assert!(reason.contains("/proc/store.sqlite") && reason.contains("can be written"), "{reason}");
    }
}

#[tokio::test]
async fn a_disk_that_becomes_read_only_ends_every_promise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = Store::open(&path).unwrap();
    kept(&store, "acme", vec![row(1)]).await;
    store.close().await;
    let store = Store::on_read_only_disk(&path).unwrap();
    let ticket = store.submit("acme", vec![row(2)]);
    let error = store.durable(ticket).await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
    assert!(store.failure().is_some_and(|reason| reason.contains("readonly")));
    store.close().await;
    drop(store);
    assert_eq!(rows(&path).await, 1);
}

#[tokio::test]
async fn nothing_is_promised_once_the_files_have_been_removed() {
    for end in ["", "-wal"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let store = Store::open(&path).unwrap();
        kept(&store, "acme", vec![row(1)]).await;
        std::fs::remove_file(with(&path, end)).unwrap();
        let ticket = store.submit("acme", vec![row(2)]);
        let error = store.durable(ticket).await.unwrap_err();
        assert!(error.to_string().contains("has been removed"), "{error}");
        assert!(store.failure().is_some());
    }
}

#[tokio::test]
async fn a_store_that_has_been_closed_says_so() {
    let store = Store::memory().unwrap();
    assert_eq!(store.failure(), None);
    store.close().await;
    while store.failure().is_none() {
        // The thread that has closed the file is about to end.
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_path_is_a_path_also_when_it_looks_like_an_address() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("file:")).unwrap();
    let path = folder.path().join("file:").join("store.sqlite?mode=memory");
    let _store = Store::open(&path).unwrap();
    assert!(path.exists());
}

/// Log and lock stand beside the file, so that a link to it is as good a name, be the file there or not yet.
#[cfg(unix)]
#[tokio::test]
async fn a_link_names_the_file_that_it_leads_to() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("disk")).unwrap();
    let (path, link) = (folder.path().join("disk/store.sqlite"), folder.path().join("link.sqlite"));
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for number in 1..=2 {
        let store = Store::open(&link).unwrap();
        kept(&store, "acme", vec![row(number)]).await;
        assert!(matches!(Store::open(&path), Err(StoreError::InUse { .. })), "its other name is in use, too");
        store.close().await;
    }
    assert_eq!(rows(&path).await, 2);
    let store = Store::open(&link).unwrap();
    std::fs::remove_file(&path).unwrap();
    let ticket = store.submit("acme", vec![row(3)]);
    assert!(store.durable(ticket).await.unwrap_err().to_string().contains("has been removed"));
}
