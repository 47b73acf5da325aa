//! The server on a store that fails: nothing is acknowledged that is not kept, and the health check says why.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};

use super::run;
use crate::http::test_keys::EC_PUBLIC;
use crate::sites::Sites;
use crate::store::Store;
use crate::{ServerOptions, StoreLocation};

struct Server {
    service: TowerToHyperService<Router>,
    store: Arc<Store>,
}

impl Server {
    async fn on(store: Store) -> Self {
        let store = Arc::new(store);
        let sites = Arc::new(Sites::restore(Arc::clone(&store)).await.unwrap());
        let options = ServerOptions::on_loopback(StoreLocation::Memory, "token");
        let address = options.listen;
        Self { service: TowerToHyperService::new(run::routers(&sites, options, address)()), store }
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder().method(method).uri(path).header("authorization", "Bearer token");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let (parts, body) = self.service.call(request).await.unwrap().into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (parts.status.as_u16(), serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn make_site(&self, number: usize) -> u16 {
        let site = json!({ "administrationKeys": [{ "id": "ops", "publicKey": EC_PUBLIC }] });
        self.call("PUT", &format!("/_control/v1/sites/site-{number}"), &site).await.0
    }

    /// Makes sites until that is refused; returns how many were acknowledged.
    async fn until_refused(&self) -> usize {
        let mut made = 0;
        loop {
            match self.make_site(made).await {
                201 => made += 1,
                status => {
                    assert_eq!(status, 503);
                    return made;
                }
            }
        }
    }

    /// Everything is refused with the reason, and reading is no exception: it may have seen what is not kept.
    async fn has_failed(&self, reason: &str) {
        let (status, health) = self.call("GET", "/health", &Value::Null).await;
        assert_eq!((status, &health["status"]), (503, &json!("failing")));
        assert!(health["reason"].as_str().unwrap().contains(reason), "{health}");
        let (status, refusal) = self.call("GET", "/_control/v1/sites/site-0/clock", &Value::Null).await;
        assert_eq!(status, 503, "{refusal}");
        assert!(refusal["message"].as_str().unwrap().contains(reason), "{refusal}");
        assert_eq!(self.call("GET", "/", &Value::Null).await.0, 200);
        assert_eq!(self.call("GET", "/metrics", &Value::Null).await.0, 200);
    }

    async fn stop(self) {
        self.store.close().await;
    }
}

async fn sites_in(path: &Path) -> usize {
    let store = Store::open(path).unwrap();
    let sites = store.load().await.unwrap().len();
    store.close().await;
    sites
}

#[tokio::test]
async fn a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let server = Server::on(Store::with_room_for(&path, 24).unwrap()).await;
    let acknowledged = server.until_refused().await;
    assert!(acknowledged > 0);
    server.has_failed("full").await;
    server.stop().await;
    assert_eq!(sites_in(&path).await, acknowledged);
}

#[tokio::test]
async fn a_disk_that_has_become_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let server = Server::on(Store::open(&path).unwrap()).await;
    assert_eq!(server.make_site(0).await, 201);
    server.stop().await;
    let server = Server::on(Store::on_read_only_disk(&path).unwrap()).await;
    assert_eq!(server.make_site(1).await, 503);
    server.has_failed("readonly").await;
    server.stop().await;
    assert_eq!(sites_in(&path).await, 1);
}

#[tokio::test]
async fn a_log_that_was_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let server = Server::on(Store::open(&path).unwrap()).await;
    assert_eq!(server.make_site(0).await, 201);
    std::fs::remove_file(folder.path().join("store.sqlite-wal")).unwrap();
    assert_eq!(server.make_site(1).await, 503);
    server.has_failed("has been removed").await;
    server.stop().await;
}
