//! What one client may take from the others.

use std::time::Duration;

/// Limits of connections and requests; the limit of bodies, 1 MiB in 30 s, is the API's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; one more is answered 503 and closed.
    pub connections: usize,
    /// Bytes of a request's first line and headers together; more are answered 431, and so are more than a hundred
    /// headers, which the HTTP library counts by itself.
    pub header_bytes: usize,
    /// How long the first line and headers may take to arrive, which is also how long a connection may be idle. What
    /// has begun by then is answered 408.
    pub header_time: Duration,
    /// How long an answer may wait for its client to take the next part of it.
    pub write_time: Duration,
    /// How long a TLS handshake may take.
    pub handshake_time: Duration,
    /// How long requests may take to finish when the server stops.
    pub drain_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            header_bytes: 32 * 1024,
            header_time: Duration::from_secs(75),
            write_time: Duration::from_secs(30),
            handshake_time: Duration::from_secs(10),
            drain_time: Duration::from_secs(5),
        }
    }
}
