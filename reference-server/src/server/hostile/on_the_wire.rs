//! Hostile bytes at the real listener.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::try_for;
use super::world::TOKEN;
use crate::{Limits, RunningServer, ServerOptions, StoreLocation, start};

/// How long the server may take over a connection to which nothing more comes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that a server without limits would take, and that one with limits, together with the buffers of the system,
/// does not.
const TOO_MANY: usize = 64 << 20;
/// How much memory may have grown after all, with every test of this process running beside this one.
const MOST_GROWTH: usize = 512 << 20;

const LINES: [&str; 9] = [
    "GET /health HTTP/1.1",
    "POST /_control/v1/sites/x/clock/advance HTTP/1.1",
    "PUT /_control/v1/sites/a%00b HTTP/1.1",
    "HEAD / HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "GET http://x/health HTTP/1.0",
    "GET /health",
    "PRI * HTTP/2.0",
    "CONNECT x:1 HTTP/1.1",
];

const HEADERS: [&str; 19] = [
    "Host: x",
    "Connection: close",
    "Connection: keep-alive, upgrade",
    "Upgrade: h2c",
    "Expect: 100-continue",
    "Content-Length: 2",
    "Content-Length: 0",
    "Content-Length: -1",
    "Content-Length: 18446744073709551616",
    "Content-Length: 2, 2",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding : chunked",
    "Content-Type: application/json",
    " folded: x",
    ": nameless",
    "x-instance-id: \u{0}",
    "Cookie",
    "Trailer: x",
];

const BODIES: [&str; 10] = [
    "",
    "{}",
    "{\"by\":1}",
    "2\r\n{}\r\n0\r\n\r\n",
    "ffffffffffffffff1\r\n{}",
    "-2\r\n{}\r\n",
    "2;x=\r\n{}\r\n0\r\nx: y\r\n\r\n",
    "0\r\n\r\nGET /health HTTP/1.1\r\n\r\n",
    "\r\n\r\n\r\n",
    "\u{0}\u{0}",
];

/// Something like a request, and sometimes with other bytes in it.
fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![6 => select(&LINES[..]).prop_map(str::to_owned), 1 => "[ -~]{0,60}"];
    let header = prop_oneof![9 => select(&HEADERS[..]).prop_map(str::to_owned), 1 => "[ -~]{0,60}"];
    let token = prop_oneof![Just(String::new()), Just(format!("Authorization: Bearer {TOKEN}\r\n"))];
    let headers = prop::collection::vec(header, 0..6);
    let noise = prop::collection::vec((any::<Index>(), any::<u8>()), 0..3);
    let end = select(vec!["\r\n", "\r\n", "\r\n", "\n", ""]);
    let shaped = (line, token, headers, end, select(&BODIES[..]), noise).prop_map(
        |(line, token, headers, end, body, noise)| {
            let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
            let mut bytes = format!("{line}\r\n{token}{headers}{end}{body}").into_bytes();
            for (place, byte) in noise {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        },
    );
    prop_oneof![8 => shaped, 1 => prop::collection::vec(any::<u8>(), 0..400)]
}

async fn server() -> RunningServer {
    let (header_time, write_time) = (Duration::from_millis(500), Duration::from_millis(500));
    let limits = Limits { header_time, write_time, ..Limits::default() };
    start(ServerOptions { limits, ..ServerOptions::on_loopback(StoreLocation::Memory, TOKEN) }).await.unwrap()
}

/// Sends bytes, says that no more come, and reads what is answered until the server closes the connection.
async fn exchange(address: SocketAddr, payload: &[u8]) -> Result<Vec<u8>, String> {
    let mut stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    // A server that has seen enough may close before everything is sent.
    let _ = stream.write_all(payload).await;
    let _ = timeout(Duration::from_millis(20), stream.read_buf(&mut answer)).await;
    let _ = stream.shutdown().await;
    match timeout(PATIENCE, stream.read_to_end(&mut answer)).await {
        // A reset after the answer is the end of a connection, too.
        Ok(_) => Ok(answer),
        Err(_) => Err(format!("the connection is still open after {}", payload.escape_ascii())),
    }
}

/// The statuses of the answers on a connection, each of which must have its head and its body.
fn statuses(mut bytes: &[u8]) -> Result<Vec<u16>, String> {
    let mut statuses = Vec::new();
    while !bytes.is_empty() {
        let broken = || format!("no answer: {}", bytes.escape_ascii());
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(broken)?;
        let head = std::str::from_utf8(&bytes[..end]).map_err(|_| broken())?.to_ascii_lowercase();
        let status =
            head.strip_prefix("http/1.1 ").or_else(|| head.strip_prefix("http/1.0 ")).ok_or_else(broken)?;
        statuses.push(status.get(..3).and_then(|status| status.parse().ok()).ok_or_else(broken)?);
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.map_or(Ok(0), |length| length.trim().parse()).map_err(|_| broken())?;
        bytes = &bytes[end + 4..];
        // An answer to HEAD announces a body that does not come.
        if !bytes.is_empty() && !bytes.starts_with(b"HTTP/1.") {
            bytes = bytes.get(length..).ok_or_else(|| format!("cut short: {head}"))?;
        }
    }
    Ok(statuses)
}

async fn healthy(address: SocketAddr) -> bool {
    let request = b"GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    exchange(address, request).await.is_ok_and(|answer| statuses(&answer) == Ok(vec![200]))
}

/// Bytes of memory that this process has in use; 0 where the system does not say.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096
}

#[test]
fn whatever_comes_over_the_wire_is_answered_or_closed() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime.block_on(server());
    let (address, before) = (server.address(), resident());
    try_for(Duration::from_secs(3), &prop::collection::vec(payloads(), 1..60), |payloads| {
        runtime.block_on(async {
            let mut connections = JoinSet::new();
            for payload in payloads {
                connections.spawn(async move { (exchange(address, &payload).await, payload) });
            }
            while let Some(connection) = connections.join_next().await {
                let (answer, payload) = connection.expect("no connection panics");
                let answer = answer.and_then(|answer| statuses(&answer)).map_err(TestCaseError::fail)?;
                prop_assert!(
                    answer.iter().all(|status| *status < 500),
                    "{answer:?}: {}",
                    payload.escape_ascii()
                );
            }
            prop_assert!(healthy(address).await);
            Ok(())
        })
    });
    assert!(resident().saturating_sub(before) < MOST_GROWTH, "the memory has grown from {before}");
    runtime.block_on(server.shutdown());
}

/// Sends the beginning, and then the same again and again until the server has had enough; returns what it answered.
async fn endless(address: SocketAddr, beginning: &str, again: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut answers, mut requests) = stream.split();
    let again = again.repeat(16 * 1024 / again.len());
    let sending = async {
        requests.write_all(beginning.as_bytes()).await.unwrap();
        let mut sent = 0;
        while requests.write_all(again.as_bytes()).await.is_ok() {
            sent += again.len();
            assert!(sent < TOO_MANY, "the server takes {beginning:?} without end");
        }
    };
    let mut answer = Vec::new();
    let reading = async {
        let _ = answers.read_to_end(&mut answer).await;
    };
    timeout(PATIENCE, async { tokio::join!(sending, reading) }).await.expect("the server closes in time");
    answer
}

#[tokio::test]
async fn what_never_ends_is_cut_off() {
    let server = server().await;
    let address = server.address();
    let put = format!("PUT /_control/v1/sites/x HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n");
    let chunked = format!("{put}transfer-encoding: chunked\r\n\r\n");
    for (beginning, again, status) in [
        ("GET /", "x", 431),
        ("GET / HTTP/1.1\r\nhost: x\r\nlong: ", "x", 431),
        ("GET / HTTP/1.1\r\nhost: x\r\n", "a: b\r\n", 431),
        (&format!("{put}content-length: 999999999999\r\n\r\n"), "{\"a\":", 413),
        (&chunked, "5\r\n[[[[[\r\n", 413),
        (&format!("{chunked}1;"), "x", 400),
        (&format!("{chunked}0\r\n"), "a: b\r\n", 400),
    ] {
        let answer = endless(address, beginning, again).await;
        // The system may throw the answer away when it resets a connection into which the client still sends.
        assert!(
            answer.is_empty() || statuses(&answer) == Ok(vec![status]),
            "{beginning}: {}",
            answer.escape_ascii()
        );
        assert!(healthy(address).await);
    }
    server.shutdown().await;
}

/// Headers that come one byte at a time: the connection ends when their time is up, however busy it looks.
#[tokio::test]
async fn slow_headers_are_cut_off_and_answered() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let started = Instant::now();
    let (mut answers, mut requests) = stream.split();
    let sending = async {
        requests.write_all(b"GET /health HTTP/1.1\r\nhost: ").await.unwrap();
        while requests.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = sending => {}
        read = answers.read_to_end(&mut answer) => { let _ = read; }
    }
    assert!(started.elapsed() < PATIENCE);
    assert_eq!(statuses(&answer), Ok(vec![408]), "{}", answer.escape_ascii());
    assert!(healthy(server.address()).await);
    server.shutdown().await;
}

/// A connection on which nothing has begun is closed without a word, which the next request could take for its answer.
#[tokio::test]
async fn idle_connections_are_closed_in_silence() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes in time").unwrap();
    assert_eq!(statuses(&answer), Ok(vec![200]));
    server.shutdown().await;
}

/// Requests without end whose answers nobody takes: the connection, and what is kept for it, does not last.
#[tokio::test]
async fn a_client_that_reads_nothing_is_let_go() {
    let server = server().await;
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let requests = "GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(1000);
    let sending = async { while stream.write_all(requests.as_bytes()).await.is_ok() {} };
    timeout(PATIENCE, sending).await.expect("the server closes in time");
    assert!(healthy(server.address()).await);
    server.shutdown().await;
}
