//! A client as small as can be: a socket for each connection, requests made beforehand, answers read to their end.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Requests as they go over the wire, shared by the connections.
pub type Requests = Arc<Vec<Vec<u8>>>;

/// Connections over which a world is filled.
const CLIENTS: usize = 128;

/// How often it is looked which requests of an open loop have fallen due.
const PACE: Duration = Duration::from_micros(100);

/// A request as it goes over the wire.
#[must_use]
pub fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n");
    if !body.is_empty() {
        text.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}

/// One exchange on a connection of its own; returns status and body.
pub fn once(address: SocketAddr, request: &[u8]) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.write_all(request).expect("the server reads");
    let mut buffer = Vec::new();
    loop {
        let mut part = [0; 65536];
        let read = stream.read(&mut part).expect("the server answers");
        buffer.extend_from_slice(&part[..read]);
        if let Some(answer) = answer(&buffer) {
            return (answer.status, String::from_utf8_lossy(&buffer[answer.head..answer.end]).into_owned());
        }
        assert!(read > 0, "the server broke off");
    }
}

struct Answer {
    status: u16,
    head: usize,
    end: usize,
}

/// The first answer of a buffer, once it is whole.
fn answer(buffer: &[u8]) -> Option<Answer> {
    let head = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&buffer[..head]).expect("headers are text");
    let status = text.get(9..12)?.parse().expect("an answer begins with its status");
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    let end = head + length.unwrap_or(0);
    (buffer.len() >= end).then_some(Answer { status, head, end })
}

/// What a closed loop has come to.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Answers a second.
    pub rate: f64,
    /// Processor time of this process for each answer, µs.
    pub cpu_us: f64,
}

/// The pace over some connections for some time, each sending its next request when it has its answer. The requests
/// go round; every answer must have the expected status.
pub fn closed_loop(
    address: SocketAddr,
    requests: &Requests,
    expected: u16,
    connections: usize,
    time: Duration,
) -> Pace {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be had");
    runtime.block_on(async {
        let (started, cpu_before) = (Instant::now(), cpu_time_us());
        let mut clients = JoinSet::new();
        for place in 0..connections {
            clients.spawn(client(address, Arc::clone(requests), expected, place, connections, time));
        }
        let answered: u32 = clients.join_all().await.into_iter().sum();
        let (answered, seconds) = (f64::from(answered), started.elapsed().as_secs_f64());
        Pace { rate: answered / seconds, cpu_us: (cpu_time_us() - cpu_before) / answered }
    })
}

/// Processor time that this process has had, in steps of 10 ms; nothing where the system does not say.
pub fn cpu_time_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    // The 14th and 15th fields of the file, user and system time, in hundredths of a second.
    let ticks = after_name.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok());
    f64::from(ticks.sum::<u32>()) * 1e4
}

async fn client(
    address: SocketAddr,
    requests: Requests,
    expected: u16,
    place: usize,
    step: usize,
    time: Duration,
) -> u32 {
    let mut stream = connect(address).await;
    let (mut next, mut answered, until) = (place % requests.len(), 0, Instant::now() + time);
    while Instant::now() < until {
        exchange(&mut stream, &requests[next], expected).await;
        next = (next + step) % requests.len();
        answered += 1;
    }
    answered
}

/// The delay of each answer from the instant at which its request was due, ms, sorted: an open loop at a constant
/// rate, whose requests wait for a connection if they must.
pub fn open_loop(
    address: SocketAddr,
    request: &[u8],
    rate: f64,
    connections: usize,
    time: Duration,
) -> Vec<f64> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be had");
    let request: Arc<[u8]> = request.into();
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..connections {
            streams.push(connect(address).await);
        }
        let (started, next) = (Instant::now(), Arc::new(AtomicU64::new(0)));
        let due_now = Arc::new(Semaphore::new(0));
        let pacer = pacer(Arc::clone(&due_now), started, rate, connections, time);
        let mut clients = JoinSet::new();
        for mut stream in streams {
            let (request, next, due_now) = (Arc::clone(&request), Arc::clone(&next), Arc::clone(&due_now));
            clients.spawn(async move {
                let mut delays = Vec::new();
                loop {
                    due_now.acquire().await.expect("nobody closes it").forget();
                    let ticket = next.fetch_add(1, Ordering::Relaxed);
                    let due = started + Duration::from_secs_f64(ticket as f64 / rate);
                    if due > started + time {
                        return delays;
                    }
                    exchange(&mut stream, &request, 200).await;
                    delays.push(due.elapsed().as_secs_f64() * 1e3);
                }
            });
        }
        let mut delays = clients.join_all().await.concat();
        pacer.join().expect("the pacer counts to its end");
        delays.sort_by(f64::total_cmp);
        delays
    })
}

/// Gives a permit for each request that has fallen due, and one more to each connection when the time is over. The
/// runtime's own clock goes by whole milliseconds: it would send the requests of one of them all at once, and late.
fn pacer(
    due_now: Arc<Semaphore>,
    started: Instant,
    rate: f64,
    connections: usize,
    time: Duration,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut given = 0;
        while started.elapsed() <= time {
            let due = (started.elapsed().as_secs_f64() * rate) as usize + 1;
            due_now.add_permits(due - given);
            given = due;
            std::thread::sleep(PACE);
        }
        let due = (time.as_secs_f64() * rate) as usize + 1;
        due_now.add_permits(due.saturating_sub(given) + connections);
    })
}

/// Sends each of so many requests once over some connections, and keeps what is read from the answers, in the order
/// of the requests. Requests are made when they are sent, so that they take no memory of the process that is measured.
/// Every answer must have the expected status.
pub fn all<T: Send + 'static>(
    address: SocketAddr,
    count: usize,
    request: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static,
    expected: u16,
    read: fn(&str) -> T,
) -> Vec<T> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be had");
    let (request, next) = (Arc::new(request), Arc::new(AtomicUsize::new(0)));
    runtime.block_on(async {
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            let (request, next) = (Arc::clone(&request), Arc::clone(&next));
            clients.spawn(async move {
                let mut stream = connect(address).await;
                let mut answers = Vec::new();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        return answers;
                    }
                    let body = exchange(&mut stream, &request(place), expected).await;
                    answers.push((place, read(&body)));
                }
            });
        }
        let mut answers: Vec<(usize, T)> = clients.join_all().await.into_iter().flatten().collect();
        answers.sort_unstable_by_key(|(place, _)| *place);
        answers.into_iter().map(|(_, answer)| answer).collect()
    })
}

async fn connect(address: SocketAddr) -> tokio::net::TcpStream {
    let stream = tokio::net::TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket can be set up");
    stream
}

/// One request and the body of its answer.
async fn exchange(stream: &mut tokio::net::TcpStream, request: &[u8], expected: u16) -> String {
    stream.write_all(request).await.expect("the server reads");
    let mut buffer = [0; 4096];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("the server answers");
        assert!(read > 0, "the server broke off");
        filled += read;
        if let Some(answer) = answer(&buffer[..filled]) {
            assert_eq!(answer.status, expected, "{}", String::from_utf8_lossy(&buffer[..filled]));
            return String::from_utf8_lossy(&buffer[answer.head..answer.end]).into_owned();
        }
    }
}
