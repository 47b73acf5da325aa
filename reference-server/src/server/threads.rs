//! The threads that answer requests: a connection stays with the thread that it was given to.
//!
//! Each thread has a runtime of its own. On one runtime for all threads a connection would wander from one to the next
//! and have its buffers, its task and all that it has touched fetched from the other core's cache each time, which costs
//! little where the cores share a cache and half as much again as the whole request where they do not.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;

use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::listener::Service;

/// A connection that was taken and is to be served.
pub(super) struct Accepted {
    pub(super) stream: std::net::TcpStream,
    /// Its place within the limit.
    pub(super) place: OwnedSemaphorePermit,
    /// Tells it when the server stops.
    pub(super) watcher: Watcher,
}

/// Threads that serve connections until this is dropped; what they have not finished then is broken off.
pub(super) struct Threads(Vec<Thread>);

struct Thread {
    connections: UnboundedSender<(Accepted, Arc<()>)>,
    /// Every connection of the thread holds one more of it.
    held: Arc<()>,
}

impl Threads {
    /// Starts a thread for each processor, with a service of its own.
    ///
    /// # Errors
    /// When the system has no threads, or nothing to wait for events with.
    pub(super) fn start(service: impl Fn() -> Service) -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, NonZero::get);
        (0..count).map(|_| Thread::start(service())).collect::<io::Result<_>>().map(Self)
    }

    /// Gives a connection to the thread that has the fewest.
    pub(super) fn serve(&self, accepted: Accepted) {
        let Some(thread) = self.0.iter().min_by_key(|thread| Arc::strong_count(&thread.held)) else { return };
        // A thread ends after this only.
        let _ = thread.connections.send((accepted, Arc::clone(&thread.held)));
    }
}

impl Thread {
    fn start(service: Service) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (connections, given) = unbounded_channel();
        thread::Builder::new().name("answers".to_owned()).spawn(move || run(&runtime, &service, given))?;
        Ok(Self { connections, held: Arc::default() })
    }
}

fn run(runtime: &Runtime, service: &Service, mut given: UnboundedReceiver<(Accepted, Arc<()>)>) {
    let work = async {
        while let Some((accepted, held)) = given.recv().await {
            let service = service.clone();
            tokio::spawn(async move {
                let Accepted { stream, place, watcher } = accepted;
                match TcpStream::from_std(stream) {
                    Ok(stream) => service.connection(stream, watcher).await,
                    Err(error) => tracing::warn!(%error, "a connection could not be served"),
                }
                drop((place, held));
            });
        }
    };
    runtime.block_on(service.store.attend(work));
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net;

    use axum::Router;
    use axum::routing::get;
    use hyper_util::server::graceful::GracefulShutdown;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::server::Limits;
    use crate::store::Store;

    /// Names the thread that answers.
    fn service() -> Service {
        let router = Router::new().route("/", get(|| async { format!("{:?}", thread::current().id()) }));
        let store = Arc::new(Store::memory().unwrap());
        Service { router, limits: Limits::default(), tls: None, store }
    }

    fn connect(threads: &Threads, graceful: &GracefulShutdown) -> BufReader<net::TcpStream> {
        let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
        let client = net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        stream.set_nonblocking(true).unwrap();
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        threads.serve(Accepted { stream, place, watcher: graceful.watcher() });
        BufReader::new(client)
    }

    fn who_answers(client: &mut BufReader<net::TcpStream>) -> String {
        client.get_mut().write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            client.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        client.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn connections_are_spread_evenly_and_stay_where_they_are() {
        let (threads, graceful) = (Threads::start(service).unwrap(), GracefulShutdown::new());
        let mut clients: Vec<_> = (0..3 * threads.0.len()).map(|_| connect(&threads, &graceful)).collect();
        let first: Vec<String> = clients.iter_mut().map(who_answers).collect();
        let again: Vec<String> = clients.iter_mut().rev().map(who_answers).collect();
        assert!(first.iter().eq(again.iter().rev()));
        let mut shares: HashMap<&String, usize> = HashMap::new();
        for thread in &first {
            *shares.entry(thread).or_default() += 1;
        }
        assert!(shares.len() == threads.0.len() && shares.values().all(|share| *share == 3), "{shares:?}");
    }

    #[test]
    fn what_is_not_finished_is_broken_off_at_the_end() {
        let (threads, graceful) = (Threads::start(service).unwrap(), GracefulShutdown::new());
        let mut client = connect(&threads, &graceful);
        who_answers(&mut client);
        drop(threads);
        assert_eq!(client.read(&mut [0]).unwrap(), 0, "the connection is closed");
    }
}
