//! How the server stops: what has begun is finished and kept, nothing new is taken, and nobody can hold it up.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::store::Store;
use crate::{Limits, RunningServer, ServerOptions, StoreLocation, start};

/// Long enough for what was sent to have arrived.
const MOMENT: Duration = Duration::from_millis(100);

async fn server(store: &Path, drain_time: Duration) -> RunningServer {
    let limits = Limits { drain_time, ..Limits::default() };
    let location = StoreLocation::File(store.to_owned());
    start(ServerOptions { limits, ..ServerOptions::on_loopback(location, "token") }).await.unwrap()
}

/// A request to make a site, all but the last byte of its body.
async fn begun(server: &RunningServer) -> TcpStream {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let head = "PUT /_control/v1/sites/late HTTP/1.1\r\nhost: x\r\nauthorization: Bearer token\r\ncontent-length: 2\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    sleep(MOMENT).await;
    stream
}

async fn sites(store: &Path) -> Vec<String> {
    let store = Store::open(store).unwrap();
    let sites = store.load().await.unwrap().into_iter().map(|site| site.id).collect();
    store.close().await;
    sites
}

#[tokio::test]
async fn a_request_that_has_begun_is_answered_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let server = server(&path, Duration::from_secs(20)).await;
    let address = server.address();
    let mut stream = begun(&server).await;
    let stopping = tokio::spawn(server.shutdown());
    sleep(MOMENT).await;
    assert!(TcpStream::connect(address).await.is_err(), "no more connections are taken");
    assert!(!stopping.is_finished(), "the server waits for what has begun");
    stream.write_all(b"}").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    stopping.await.unwrap();
    assert_eq!(sites(&path).await, ["default", "late"]);
}

#[tokio::test]
async fn a_request_that_does_not_end_does_not_hold_the_server_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let server = server(&path, MOMENT).await;
    let _stream = begun(&server).await;
    let _idle = TcpStream::connect(server.address()).await.unwrap();
    let started = Instant::now();
    server.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(sites(&path).await, ["default"]);
}
