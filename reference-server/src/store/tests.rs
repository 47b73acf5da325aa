//! The store as the server uses it.

use serde_json::{Value, json};

use super::*;
use crate::domain::UsageRow;
use crate::site::{Effect, Kind};

pub(super) fn save(id: &str, body: &str) -> Effect {
    Effect::Save { kind: Kind::Instance, id: id.into(), body: body.into() }
}

pub(super) fn row(sequence: u64) -> Effect {
    let row: UsageRow = serde_json::from_value(json!({
        "CORRELATION_ID": "c", "TENANT_ID": "acme", "USAGE_TIME": 10, "WRITE_TIME": 11, "ACCOUNT_ID": "ACME",
        "INSTANCE_ID": "i", "ACTIVATION_ID": ["ACT01"], "USED": 1.5, "ITEM": "PhotoPrint", "ITEM_QUANTITY": 0.5,
        "METER_TYPE": "elastic", "METER": "elastic token", "METER_COST": 3, "METER_QUANTITY": 1.5,
        "METER_COST_LIST": {"series": "X", "version": "1"}, "META_DATA": {"job": 7},
    }))
    .unwrap();
    Effect::Row { sequence, kind: crate::domain::usage_row::RowKind::Charge, row: Box::new(row) }
}

pub(super) async fn kept(store: &Store, site: &str, effects: Vec<Effect>) {
    let ticket = store.submit(site, effects);
    store.durable(ticket).await.unwrap();
}

#[tokio::test]
async fn after_a_restart_everything_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = Store::open(&path).unwrap();
    store.submit("acme", vec![save("i", "1"), row(1)]);
    store.submit("acme", vec![save("i", "2"), row(2)]);
    kept(&store, "globex", vec![save("j", "3")]).await;
    assert_eq!(store.last_ticket(), 3);
    store.close().await;

    let store = Store::open(&path).unwrap();
    let sites = store.load().await.unwrap();
    assert_eq!(
        sites,
        [
            StoredSite {
                id: "acme".into(),
                entities: vec![(Kind::Instance, "i".into(), "2".into())],
                used: Vec::new(),
                progress: Vec::new(),
                last_sequence: 2,
            },
            StoredSite {
                id: "globex".into(),
                entities: vec![(Kind::Instance, "j".into(), "3".into())],
                used: Vec::new(),
                progress: Vec::new(),
                last_sequence: 0,
            },
        ]
    );
    assert_eq!(store.usage_rows("acme", 0, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_usage_row_comes_back_with_all_its_columns() {
    let store = Store::memory().unwrap();
    store.submit("acme", vec![row(1), row(2), row(3)]);
    let lines = store.usage_rows("acme", 1, 1).await.unwrap();
    assert_eq!(lines.len(), 1);
    let line: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(line.as_object().unwrap().len(), 32);
    assert_eq!(line["_SEQ"], json!(2));
    assert_eq!(line["METER_QUANTITY"].to_string(), "1.5");
    assert_eq!(line["ITEM_QUANTITY"].to_string(), "0.5");
    assert_eq!(line["ACTIVATION_ID"], json!(["ACT01"]));
    assert_eq!(line["META_DATA"], json!({"job": 7}));
    assert_eq!(line["SESSION_ID"], Value::Null);
}

/// Whoever opens the file with another tool sees whose rows they are, and each site reads its own.
#[tokio::test]
async fn rows_of_several_sites_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let store = Store::open(&path).unwrap();
    store.submit("acme", vec![row(1)]);
    store.submit("globex", vec![row(1), row(2)]);
    kept(&store, "acme", vec![row(2), row(3)]).await;
    for (site, after, count) in
        [("acme", 0, 3), ("acme", 2, 1), ("globex", 0, 2), ("globex", u64::MAX, 0), ("x", 0, 0)]
    {
        assert_eq!(store.usage_rows(site, after, 10).await.unwrap().len(), count, "{site} after {after}");
    }
    store.close().await;
    let connection = rusqlite::Connection::open(&path).unwrap();
    let mut statement = connection.prepare("SELECT site, seq, ITEM FROM usage ORDER BY site, seq").unwrap();
    let shown = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let shown: Vec<(String, i64, String)> = shown.collect::<Result<_, _>>().unwrap();
    let expected = [("acme", 1), ("acme", 2), ("acme", 3), ("globex", 1), ("globex", 2)];
    assert_eq!(shown, expected.map(|(site, seq)| (site.to_owned(), seq, "PhotoPrint".to_owned())));
}

#[tokio::test]
async fn a_dropped_site_leaves_nothing_and_may_begin_again() {
    let store = Store::memory().unwrap();
    kept(&store, "acme", vec![save("i", "1"), row(1)]).await;
    kept(&store, "acme", vec![Effect::DropSite]).await;
    assert!(store.load().await.unwrap().is_empty());
    kept(&store, "acme", vec![save("k", "1"), row(1)]).await;
    assert_eq!(store.load().await.unwrap()[0].last_sequence, 1);
}

#[tokio::test]
async fn two_servers_cannot_have_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let first = Store::open(&path).unwrap();
    assert!(matches!(Store::open(&path), Err(StoreError::InUse { .. })));
    first.close().await;
    Store::open(&path).unwrap();
}

#[tokio::test]
async fn a_closed_store_promises_nothing() {
    let store = Store::memory().unwrap();
    store.close().await;
    let ticket = store.submit("acme", vec![save("i", "1")]);
    assert!(matches!(store.durable(ticket).await, Err(StoreError::Failed(_))));
    assert!(store.load().await.is_err());
}

#[tokio::test]
async fn a_failed_commit_ends_every_promise() {
    let store = Store::memory().unwrap();
    kept(&store, "acme", vec![row(1)]).await;
    let twice = store.submit("acme", vec![row(1)]);
    assert!(matches!(store.durable(twice).await, Err(StoreError::Failed(_))));
    assert!(store.durable(1).await.is_err());
}
