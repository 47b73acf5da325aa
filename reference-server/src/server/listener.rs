//! Connections: taken within limits, served, and drained at the end.

use std::sync::Arc;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::Limits;
use super::patient::Patient;
use super::threads::{Accepted, Threads};
use crate::store::Store;

/// The answer to a connection too many.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nconnection: close\r\n\
    retry-after: 1\r\ncontent-length: 67\r\n\r\n\
    {\"message\":\"the server has as many connections as it may have now\"}";
/// The answer to a request whose head does not come to its end in time.
const LATE: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/json\r\nconnection: close\r\n\
    content-length: 56\r\n\r\n{\"message\":\"the request did not arrive within its time\"}";
/// How long to wait when the system has no descriptors left.
const BREATH: std::time::Duration = std::time::Duration::from_millis(50);

/// What every connection needs.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) router: Router,
    pub(super) limits: Limits,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) store: Arc<Store>,
}

/// Serves until it is told to stop, or nobody can tell it any more; then finishes what is under way.
pub(super) async fn serve(
    listener: TcpListener,
    threads: Threads,
    limits: Limits,
    store: Arc<Store>,
    mut stopped: oneshot::Receiver<()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stopped => break,
        };
        let mut stream = match accepted {
            Ok((stream, _peer)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(BREATH).await;
                continue;
            }
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            store.metrics().connection_refused();
            tracing::warn!(limit = limits.connections, "too many connections; one was refused");
            tokio::spawn(async move { last_word(&mut stream, FULL).await });
            continue;
        };
        match stream.into_std() {
            Ok(stream) => threads.serve(Accepted { stream, place, watcher: graceful.watcher() }),
            Err(error) => tracing::warn!(%error, "a connection could not be handed over"),
        }
    }
    drop(listener);
    tracing::info!("stopping: no more connections are taken");
    if timeout(limits.drain_time, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time");
    }
}

impl Service {
    /// Serves a connection to its end.
    pub(super) async fn connection(&self, stream: TcpStream, watcher: Watcher) {
        self.store.metrics().connection_opened();
        self.exchange(stream, watcher).await;
        self.store.metrics().connection_closed();
    }

    async fn exchange(&self, stream: TcpStream, watcher: Watcher) {
        // An answer is written in one piece; waiting for more would only delay it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot switch off Nagle's algorithm");
        }
        let Some(tls) = &self.tls else { return self.http(stream, watcher).await };
        match timeout(self.limits.handshake_time, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.http(stream, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake has failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn http(&self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, watcher: Watcher) {
        let (stream, back) = Patient::lend(stream, self.limits.write_time);
        let connection = http1::Builder::new()
            // What is answered is small: to have it in one piece costs less than to name its pieces to the system.
            .writev(false)
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.header_time)
            .max_header_size(self.limits.header_bytes)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router.clone()));
        let Err(error) = watcher.watch(connection).await else { return };
        tracing::debug!(%error, "a connection has broken off");
        // What has begun is answered; a connection that was only idle is closed without a word, which its client
        // could take for the answer to its next request.
        if error.is_timeout()
            && let Ok(mut returned) = back.await
            && returned.unanswered
        {
            let _ = timeout(self.limits.write_time, last_word(&mut returned.stream, LATE)).await;
        }
    }
}

/// Whoever does not wait for the answer misses nothing.
async fn last_word(stream: &mut (impl AsyncWrite + Unpin), answer: &[u8]) {
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_that_stand_here_are_whole() {
        for answer in [FULL, LATE] {
            let text = std::str::from_utf8(answer).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert!(head.contains(&format!("content-length: {}", body.len())), "{body} has {}", body.len());
            assert!(serde_json::from_str::<serde_json::Value>(body).is_ok());
        }
    }
}
