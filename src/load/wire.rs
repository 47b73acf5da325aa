//! The wire of one worker to the target: connections that nobody else uses.
//!
//! The client of the rest of the program shares its connections through a pool, moves every request to another task
//! and back, and reads each address three times. At tens of thousands of requests a second that is a fifth of the
//! generator, on a machine that the target often shares. A worker sends one request after another, so one connection a
//! worker is enough, and the worker drives it itself.
//!
//! A wire is plain HTTP/1.1 and goes straight to the target. Whoever sits behind TLS or a proxy is reached
//! through the client; then the generator is calibrated that way, too.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{self, ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{Method, Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::target::{Client, LARGEST_ANSWER_BYTES, USER_AGENT, causes, longer_than_allowed};

/// How workers reach the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Each on a wire of its own.
    Wire,
    /// Through the client of the program, which knows proxies and certificates.
    Client,
}

impl Reach {
    /// The shortest way that reaches all of these addresses.
    pub fn of<'a>(client: &Client, mut addresses: impl Iterator<Item = &'a str>) -> Self {
        if addresses.all(|address| client.reaches_directly(address)) { Self::Wire } else { Self::Client }
    }
}

/// A request as a wire sends it.
pub type Outgoing = Request<Full<Bytes>>;

/// The connections of one worker. They stay open between requests, one for each address.
#[derive(Default)]
pub struct Wire {
    open: Vec<Connection>,
}

/// The content type of every body.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl Wire {
    /// A request for an absolute address.
    pub fn request(
        method: Method,
        address: Uri,
        authorization: HeaderValue,
        body: Option<String>,
    ) -> Outgoing {
        let has_body = body.is_some();
        let mut request = Request::new(Full::from(body.unwrap_or_default()));
        *request.method_mut() = method;
        *request.uri_mut() = address;
        let headers = request.headers_mut();
        headers.reserve(6);
        headers.insert(AUTHORIZATION, authorization);
        if has_body {
            headers.insert(CONTENT_TYPE, JSON);
        }
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
        request
    }

    /// Sends a request to its absolute address and reads the answer to its end: status and body.
    ///
    /// # Errors
    /// The reason in words when the answer did not come whole within `patience`.
    pub async fn exchange(
        &mut self,
        request: Outgoing,
        patience: Duration,
    ) -> Result<(u16, Vec<u8>), String> {
        match tokio::time::timeout(patience, self.send(request)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", patience.as_secs_f64())),
        }
    }

    /// A connection leaves the wire while it is used, so that a request that is given up takes its connection along:
    /// what comes late must not be taken for the next answer.
    async fn send(&mut self, mut request: Outgoing) -> Result<(u16, Vec<u8>), String> {
        let authority = request.uri().authority().cloned().ok_or("the address names no host")?;
        // A wire carries paths; the host is a header.
        *request.uri_mut() = request.uri().path_and_query().cloned().map_or_else(Uri::default, Uri::from);
        let at = self.open.iter().position(|connection| connection.authority == authority);
        if let Some(mut connection) = at.map(|at| self.open.swap_remove(at)) {
            match connection.exchange(request).await {
                Ok(answer) => return Ok(self.keep(connection, answer)),
                Err(Failure::Lost(why)) => return Err(why),
                // The target hung up between two requests, and this one has not left.
                Err(Failure::Unsent(unsent)) => request = *unsent,
            }
        }
        let mut connection = Connection::open(authority).await?;
        match connection.exchange(request).await {
            Ok(answer) => Ok(self.keep(connection, answer)),
            Err(Failure::Lost(why)) => Err(why),
            Err(Failure::Unsent(_)) => Err("the target closed a new connection at once".to_owned()),
        }
    }

    fn keep<T>(&mut self, connection: Connection, answer: T) -> T {
        if connection.driver.is_some() {
            self.open.push(connection);
        }
        answer
    }
}

/// Why there is no answer.
enum Failure {
    /// The connection was closed before anything of the request had left.
    Unsent(Box<Outgoing>),
    /// The request may have arrived.
    Lost(String),
}

struct Connection {
    authority: Authority,
    host: HeaderValue,
    sender: SendRequest<Full<Bytes>>,
    /// What reads and writes; nothing when it has ended.
    driver: Option<http1::Connection<TokioIo<TcpStream>, Full<Bytes>>>,
}

impl Connection {
    async fn open(authority: Authority) -> Result<Self, String> {
        let failed = |why: &(dyn std::error::Error + 'static)| {
            format!("no connection to {authority}: {}", causes(why))
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await;
        let stream = stream.map_err(|error| failed(&error))?;
        stream.set_nodelay(true).map_err(|error| failed(&error))?;
        let opened = http1::handshake(TokioIo::new(stream)).await;
        let (sender, driver) = opened.map_err(|error| failed(&error))?;
        let host = HeaderValue::from_str(authority.as_str()).map_err(|error| failed(&error))?;
        Ok(Self { authority, host, sender, driver: Some(driver) })
    }

    async fn exchange(&mut self, mut request: Outgoing) -> Result<(u16, Vec<u8>), Failure> {
        request.headers_mut().insert(HOST, self.host.clone());
        let sender = &mut self.sender;
        let exchange = async {
            if sender.ready().await.is_err() {
                return Err(Failure::Unsent(Box::new(request)));
            }
            let response =
                sender.try_send_request(request).await.map_err(|mut failed| match failed.take_message() {
                    Some(unsent) => Failure::Unsent(Box::new(unsent)),
                    None => Failure::Lost(format!("no answer: {}", causes(failed.error()))),
                })?;
            whole(response).await.map_err(Failure::Lost)
        };
        driven(&mut self.driver, exchange).await
    }
}

/// Reads a body to its end, but never more than [`LARGEST_ANSWER_BYTES`] of it.
async fn whole(response: Response<Incoming>) -> Result<(u16, Vec<u8>), String> {
    let status = response.status().as_u16();
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while !body.is_end_stream() {
        let Some(frame) = body.frame().await else { break };
        let frame = frame.map_err(|error| format!("the answer broke off: {}", causes(&error)))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > LARGEST_ANSWER_BYTES {
            return Err(longer_than_allowed());
        }
        bytes.extend_from_slice(&data);
    }
    Ok((status, bytes))
}

/// Carries out work on a connection and moves the connection's bytes meanwhile. A connection that ends is dropped
/// at once, because only that tells the work what became of it.
async fn driven<T>(
    driver: &mut Option<http1::Connection<TokioIo<TcpStream>, Full<Bytes>>>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        let Some(connection) = driver else { return Poll::Pending };
        if Pin::new(connection).poll(context).is_ready() {
            *driver = None;
        }
        work.as_mut().poll(context)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::JoinHandle;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(10);
    const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /// A target of which each connection plays its part: for every answer a request is read before. Then it hangs up.
    /// Gives back the requests that came.
    async fn target(parts: Vec<Vec<String>>) -> (SocketAddr, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let playing = tokio::spawn(async move {
            let mut requests = Vec::new();
            for answers in parts {
                let (mut stream, _) = listener.accept().await.unwrap();
                for answer in answers {
                    requests.push(read_request(&mut stream).await);
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            }
            requests
        });
        (address, playing)
    }

    /// Every request of these tests ends with the end of its JSON.
    async fn read_request(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        while !text.ends_with('}') {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "the wire hung up after {text:?}");
            text.push_str(std::str::from_utf8(&bytes[..read]).unwrap());
        }
        text
    }

    fn request(address: SocketAddr, body: &str) -> Outgoing {
        let uri = format!("http://{address}/a/b?c=d").parse().unwrap();
        Wire::request(Method::PUT, uri, HeaderValue::from_static("Bearer t"), Some(body.to_owned()))
    }

    fn ok() -> Result<(u16, Vec<u8>), String> {
        Ok((200, b"ok".to_vec()))
    }

    #[tokio::test]
    async fn requests_go_one_after_another_over_one_connection() {
        let chunked =
            "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        let nothing = "HTTP/1.1 204 No Content\r\n\r\n";
        let answers = [OK, chunked, nothing, OK].map(str::to_owned).to_vec();
        let (address, playing) = target(vec![answers]).await;
        let mut wire = Wire::default();
        assert_eq!(wire.exchange(request(address, r#"{"n":1}"#), PATIENCE).await, ok());
        let created = wire.exchange(request(address, r#"{"n":2}"#), PATIENCE).await;
        assert_eq!(created, Ok((201, b"abc".to_vec())));
        assert_eq!(wire.exchange(request(address, r#"{"n":3}"#), PATIENCE).await, Ok((204, Vec::new())));
        assert_eq!(wire.exchange(request(address, r#"{"n":4}"#), PATIENCE).await, ok());
        let requests = playing.await.unwrap();
        let first = requests[0].to_ascii_lowercase();
        for expected in [
            "put /a/b?c=d http/1.1\r\n",
            &format!("\r\nhost: {address}\r\n"),
            "\r\nauthorization: bearer t\r\n",
            "\r\ncontent-type: application/json\r\n",
            "\r\ncontent-length: 7\r\n",
            "\r\nuser-agent: chargeproof/",
        ] {
            assert!(first.contains(expected), "{expected:?} is not in {first:?}");
        }
        assert!(requests[3].ends_with(r#"{"n":4}"#), "{}", requests[3]);
    }

    #[tokio::test]
    async fn a_connection_that_was_closed_in_between_is_opened_anew() {
        let (address, playing) = target(vec![vec![OK.to_owned()], vec![OK.to_owned()]]).await;
        let mut wire = Wire::default();
        assert_eq!(wire.exchange(request(address, r#"{"n":1}"#), PATIENCE).await, ok());
        assert_eq!(wire.exchange(request(address, r#"{"n":2}"#), PATIENCE).await, ok());
        assert_eq!(playing.await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_may_have_arrived_is_never_sent_twice() {
        let half = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no".to_owned();
        for (answer, why) in [(String::new(), "no answer"), (half, "the answer broke off")] {
            let (address, playing) = target(vec![vec![OK.to_owned(), answer], vec![OK.to_owned()]]).await;
            let mut wire = Wire::default();
            assert_eq!(wire.exchange(request(address, r#"{"n":1}"#), PATIENCE).await, ok());
            let lost = wire.exchange(request(address, r#"{"n":2}"#), PATIENCE).await.unwrap_err();
            assert!(lost.starts_with(why), "{lost}");
            assert_eq!(wire.exchange(request(address, r#"{"n":3}"#), PATIENCE).await, ok());
            let requests = playing.await.unwrap();
            let ends: Vec<&str> = requests.iter().map(|request| &request[request.len() - 7..]).collect();
            assert_eq!(ends, [r#"{"n":1}"#, r#"{"n":2}"#, r#"{"n":3}"#]);
        }
    }

    #[tokio::test]
    async fn a_request_that_is_given_up_takes_its_connection_along() {
        let late = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate".to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut wire = Wire::default();
        // The first request is read and waits for its answer for longer than anybody listens.
        let mut first = {
            let exchange = wire.exchange(request(address, r#"{"n":1}"#), PATIENCE);
            let read = async {
                let (mut stream, _) = listener.accept().await.unwrap();
                read_request(&mut stream).await;
                stream
            };
            tokio::select! { _ = exchange => panic!("nobody answered"), stream = read => stream }
        };
        // Nobody may be there any more to take it.
        let _ = first.write_all(late.as_bytes()).await;
        let answer = async {
            let (mut second, _) = listener.accept().await.unwrap();
            read_request(&mut second).await;
            second.write_all(OK.as_bytes()).await.unwrap();
            second
        };
        let (answered, _second) =
            tokio::join!(wire.exchange(request(address, r#"{"n":2}"#), PATIENCE), answer);
        assert_eq!(answered, ok());
    }

    #[tokio::test]
    async fn patience_ends() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let lost = Wire::default().exchange(request(address, "{}"), Duration::from_millis(30)).await;
        assert_eq!(lost, Err("no answer within 0.03 s".to_owned()));
    }

    #[tokio::test]
    async fn an_answer_without_end_is_cut_off() {
        let body = "x".repeat(LARGEST_ANSWER_BYTES + 1);
        let endless = format!("HTTP/1.1 200 OK\r\n\r\n{body}");
        let (address, _playing) = target(vec![vec![endless]]).await;
        let lost = Wire::default().exchange(request(address, "{}"), PATIENCE).await;
        assert_eq!(lost, Err(longer_than_allowed()));
    }

    #[tokio::test]
    async fn nobody_there_is_said_with_the_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let lost = Wire::default().exchange(request(address, "{}"), PATIENCE).await.unwrap_err();
        assert!(lost.starts_with(&format!("no connection to {address}: ")), "{lost}");
    }
}
