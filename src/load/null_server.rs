//! A server that does nothing but answer.
//!
//! What the generator reaches on it is the most that it can reach on this machine, so that every run begins
//! with a calibration against it. It can also answer like a single clerk with known habits — so long for each
//! answer, away for so long every so often — whose response times can be calculated: that is how the
//! measurement itself is put to the test.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::LoadError;

/// The only item that the server knows.
pub const ITEM: &str = "Null";

/// The only line item that it charges.
pub const ACTIVATION: &str = "null-0";

/// Where the digits of the correlation ID begin in [`BODY`], and how many there are.
const DIGITS: std::ops::Range<usize> = 42..54;

/// Every charging request is granted one token.
const BODY: &str = concat!(
    r#"{"correlationId":"00000000-0000-4000-8000-000000000000","requestedItems":[{"item":"Null","#,
    r#""status":{"code":"101"},"totalTokensCharged":1,"#,
    r#""lineItems":[{"activationId":"null-0","rate":1,"tokensCharged":1}]}]}"#
);

/// How the server answers charging requests; by default as fast as it can.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// Between two answers: the server deals with one request at a time.
    pub each: Duration,
    /// What an answer takes beyond that, however many are under way.
    pub delay: Duration,
    /// From the beginning of one stall to that of the next; the first one begins with the first request.
    pub every: Duration,
    /// How long a stall lasts.
    pub stall: Duration,
}

impl Pace {
    fn is_prompt(&self) -> bool {
        self.each.is_zero() && self.delay.is_zero() && self.stall.is_zero()
    }
}

/// A server on a thread of its own, for as long as this value lives.
#[derive(Debug)]
pub struct NullServer {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl NullServer {
    /// Starts a server on a free port.
    ///
    /// # Errors
    /// When there is no port or no thread to be had.
    pub fn start(pace: Pace) -> Result<Self, LoadError> {
        let failed = |source: std::io::Error| {
            LoadError::Generator(format!("the server for the calibration could not be started: {source}"))
        };
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let clerk = Arc::new(Clerk::new(pace).map_err(failed)?);
        let thread = std::thread::Builder::new().name("null-server".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, clerk) => {}
                    // A sender that is dropped means the same as a message.
                    _ = stopped => {}
                }
            });
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread.map_err(failed)?) })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for NullServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been printed by its thread.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, clerk: Arc<Clerk>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _)) = listener.accept().await {
        let clerk = Arc::clone(&clerk);
        // A connection that breaks is the client's affair.
        tokio::spawn(async move { drop(serve(stream, &clerk).await) });
    }
}

async fn serve(mut stream: TcpStream, clerk: &Clerk) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4096);
    loop {
        if let Some(length) = request_length(&buffer) {
            let charges = buffer.starts_with(b"POST");
            buffer.drain(..length);
            if charges {
                clerk.turn().await;
            }
            stream.write_all(&clerk.answer()).await?;
        } else if stream.read_buf(&mut buffer).await? == 0 {
            return Ok(());
        }
    }
}

/// The length of the first request in the buffer, once it is there as a whole.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let body = buffer[..head]
        .split(|byte| *byte == b'\n')
        .find_map(|line| {
            let (name, value) = line.split_at_checked(15)?;
            let is_length = name.eq_ignore_ascii_case(b"content-length:");
            is_length.then(|| std::str::from_utf8(value).ok()?.trim().parse::<usize>().ok()).flatten()
        })
        .unwrap_or(0);
    (buffer.len() >= head + body).then_some(head + body)
}

/// Decides when each answer leaves.
struct Clerk {
    pace: Pace,
    desk: Mutex<Desk>,
    /// To the thread that lets answers go at their instant, which the runtime's timer could only do to a
    /// millisecond.
    releases: Option<Sender<(Instant, oneshot::Sender<()>)>>,
}

#[derive(Default)]
struct Desk {
    answers: u64,
    opened: Option<Instant>,
    free_at: Duration,
}

impl Clerk {
    fn new(pace: Pace) -> std::io::Result<Self> {
        let releases = if pace.is_prompt() { None } else { Some(start_releasing()?) };
        Ok(Self { pace, desk: Mutex::default(), releases })
    }

    /// Waits until the answer to a request that has just come may leave.
    async fn turn(&self) {
        let Some(releases) = &self.releases else { return };
        let (release, released) = oneshot::channel();
        {
            let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let opened = *desk.opened.get_or_insert(now);
            let leaves = leave(&self.pace, &mut desk.free_at, now - opened);
            // The thread lives as long as this sender.
            let _ = releases.send((opened + leaves, release));
        }
        let _ = released.await;
    }

    fn answer(&self) -> Vec<u8> {
        let number = {
            let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
            desk.answers += 1;
            desk.answers
        };
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
        let mut answer = Vec::with_capacity(320);
        answer.extend_from_slice(head.as_bytes());
        answer.extend_from_slice(format!("{}\r\n\r\n", BODY.len()).as_bytes());
        let body = answer.len();
        answer.extend_from_slice(BODY.as_bytes());
        answer[body + DIGITS.start..body + DIGITS.end].copy_from_slice(format!("{number:012}").as_bytes());
        answer
    }
}

/// When the answer to a request that came at `arrived` leaves; all instants count from the first request.
fn leave(pace: &Pace, free_at: &mut Duration, arrived: Duration) -> Duration {
    let mut begins = arrived.max(*free_at);
    if !pace.stall.is_zero() && !pace.every.is_zero() {
        let period = u128::max(1, pace.every.as_nanos());
        let into = Duration::from_nanos(u64::try_from(begins.as_nanos() % period).unwrap_or(0));
        if into < pace.stall {
            begins += pace.stall - into;
        }
    }
    *free_at = begins + pace.each;
    begins + pace.delay
}

/// A thread that lets answers go in their order, each at its instant.
fn start_releasing() -> std::io::Result<Sender<(Instant, oneshot::Sender<()>)>> {
    let (sender, receiver): (_, Receiver<(Instant, oneshot::Sender<()>)>) = channel();
    std::thread::Builder::new().name("null-server".to_owned()).spawn(move || {
        for (instant, release) in receiver {
            std::thread::sleep(instant.saturating_duration_since(Instant::now()));
            // A client that has gone away needs no answer.
            let _ = release.send(());
        }
    })?;
    Ok(sender)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_digits_of_the_correlation_stand_where_they_are_written() {
        assert_eq!(&BODY[DIGITS], "000000000000");
        assert_eq!(&BODY[DIGITS.end..=DIGITS.end], "\"");
    }

    #[test]
    fn requests_are_told_apart() {
        let two = b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}GET / HTTP/1.1\r\n\r\n";
        assert_eq!(request_length(two), Some(40));
        assert_eq!(request_length(&two[40..]), Some(18));
        assert_eq!(request_length(&two[..39]), None);
        assert_eq!(request_length(b""), None);
    }

    #[test]
    fn answers_wait_for_the_end_of_a_stall_and_for_one_another() {
        let pace = Pace { each: ms(2), delay: ms(100), every: ms(1000), stall: ms(200) };
        let mut free_at = Duration::ZERO;
        assert_eq!(leave(&pace, &mut free_at, ms(0)), ms(300));
        assert_eq!(leave(&pace, &mut free_at, ms(5)), ms(302));
        assert_eq!(leave(&pace, &mut free_at, ms(500)), ms(600));
        assert_eq!(leave(&pace, &mut free_at, ms(500)), ms(602));
        assert_eq!(leave(&pace, &mut free_at, ms(1199)), ms(1300));
    }
}
