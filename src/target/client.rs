//! Sends requests to the target and keeps what came back.
//!
//! Sending never fails: an answer that did not come is an answer too, with the reason in place of a status,
//! so that every exchange can be shown. Redirects are not followed and nothing is sent twice, because a judge
//! must see what the target did, not what a friendly client made of it.

use std::error::Error;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::Uri;
use reqwest::header::HeaderMap;
use reqwest::{NoProxy, Proxy, RequestBuilder, Response, redirect};

use super::answer::{Answer, NO_ANSWER, NO_CONNECTION, TIMED_OUT, TOO_LONG};
use super::call::Call;
use super::exchange;
use crate::report::events::Exchange;

/// What this program says of itself.
pub(crate) const USER_AGENT: &str = concat!("chargeproof/", env!("CARGO_PKG_VERSION"));
/// A target that sends more than this in one answer is broken, and must not take the harness with it.
pub(crate) const LARGEST_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// What of a body is kept for reports. Hundreds of checks may show a body each, all in memory and in the journal.
const LONGEST_SHOWN_BYTES: usize = 64 * 1024;
const LONGEST_CONNECT: Duration = Duration::from_secs(10);
const IDLE_CONNECTION: Duration = Duration::from_secs(90);
/// As many as a load run has workers, so that none of them has to open its connection anew.
const IDLE_CONNECTIONS_PER_HOST: usize = 4096;

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The system offers no usable TLS set-up.
    #[error(
        "the HTTP client cannot be made: {}; check that the system's CA certificates are installed",
        causes(.0)
    )]
    Build(reqwest::Error),
    /// A proxy named by the environment is not an address.
    #[error(
        "the environment variable {variable} names no usable proxy: {}; correct it or unset it",
        causes(.problem)
    )]
    Proxy {
        /// Name of the variable.
        variable: &'static str,
        /// What is wrong with it.
        problem: reqwest::Error,
    },
}

/// An HTTP client with a keep-alive pool; clones share it.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    /// Whether the environment names a proxy for anything but this machine itself.
    proxied: bool,
    watcher: Option<Watcher>,
}

/// Who is told of every exchange.
#[derive(Clone)]
struct Watcher(Arc<dyn Fn(&Exchange) + Send + Sync>);

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watcher")
    }
}

impl Client {
    /// A client whose requests end after `timeout`, body included.
    ///
    /// # Errors
    /// When the system offers no usable TLS set-up, or the environment names a proxy that is not an address.
    pub fn new(timeout: Duration) -> Result<Client, ClientError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .connect_timeout(timeout.min(LONGEST_CONNECT))
            .pool_idle_timeout(IDLE_CONNECTION)
            .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
            .no_proxy();
        let proxies = proxies_of_the_environment()?;
        let proxied = !proxies.is_empty();
        for proxy in proxies {
            builder = builder.proxy(proxy);
        }
        Ok(Client { http: builder.build().map_err(ClientError::Build)?, proxied, watcher: None })
    }

    /// The same client, telling somebody of every exchange before its answer is given back.
    #[must_use]
    pub fn watched(mut self, watch: impl Fn(&Exchange) + Send + Sync + 'static) -> Client {
        self.watcher = Some(Watcher(Arc::new(watch)));
        self
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(&self, call: Call) -> Answer {
        let headers = call.headers_as_sent();
        let body = call.body.into_bytes();
        let shown_body = body.as_deref().map(|bytes| readable(bytes.to_vec()));
        let mut exchange = exchange::sent(call.method.as_str(), &call.url, &headers, shown_body.as_deref());
        let mut request = self.http.request(call.method, call.url.as_str());
        for (name, value) in &headers {
            request = request.header(name.as_str(), value.as_str());
        }
        if let Some(bytes) = body {
            request = request.body(bytes);
        }
        let started = Instant::now();
        let received = receive(request, &mut exchange).await;
        exchange.duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let answer = match received {
            Ok((status, body)) => {
                exchange.response_body = shown(exchange::redact_body(&body));
                Answer { status: Some(status), body, exchange }
            }
            Err(reason) => {
                exchange.error = Some(reason);
                Answer { status: None, body: String::new(), exchange }
            }
        };
        if let Some(Watcher(watch)) = &self.watcher {
            watch(&answer.exchange);
        }
        answer
    }

    /// The client underneath, for engines that do their own sending.
    #[must_use]
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Whether this client sends requests for this address straight to its host and unencrypted. Then an engine may
    /// do so itself, and nothing is lost that the client knows of proxies and certificates.
    #[must_use]
    pub fn reaches_directly(&self, address: &str) -> bool {
        let Ok(address) = address.parse::<Uri>() else { return false };
        let host = address.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let is_loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        // A name and password in front of the host become a header, which is the client's business.
        let names_a_user = address.authority().is_some_and(|authority| authority.as_str().contains('@'));
        address.scheme_str() == Some("http") && !names_a_user && (is_loopback || !self.proxied)
    }
}

/// Reads status, headers and body; the reason in words when the answer did not come whole.
async fn receive(request: RequestBuilder, exchange: &mut Exchange) -> Result<(u16, String), String> {
    let mut response = request.send().await.map_err(describe)?;
    let status = response.status().as_u16();
    exchange.status = Some(status);
    exchange.response_headers = exchange::redact_headers(&header_list(response.headers()));
    Ok((status, readable(whole_body(&mut response).await?)))
}

/// Reads a body to its end, but never more than [`LARGEST_ANSWER_BYTES`] of it; the reason in words when it did
/// not come whole.
pub(crate) async fn whole_body(response: &mut Response) -> Result<Vec<u8>, String> {
    let declared = response.content_length().and_then(|length| usize::try_from(length).ok());
    if declared.is_some_and(|length| length > LARGEST_ANSWER_BYTES) {
        return Err(longer_than_allowed());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(describe)? {
        if bytes.len() + chunk.len() > LARGEST_ANSWER_BYTES {
            return Err(longer_than_allowed());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Says that an answer is longer than any target has reason to send.
pub(crate) fn longer_than_allowed() -> String {
    format!("{NO_ANSWER}: {TOO_LONG} {LARGEST_ANSWER_BYTES} bytes")
}

/// A body as reports show it: its beginning, and how much of it is left out.
fn shown(mut body: String) -> String {
    if body.len() <= LONGEST_SHOWN_BYTES {
        return body;
    }
    let left_out = body.len() - body.floor_char_boundary(LONGEST_SHOWN_BYTES);
    body.truncate(body.len() - left_out);
    body.shrink_to_fit();
    body.push_str(&format!("… and {left_out} bytes more"));
    body
}

fn header_list(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// Text of a body; bytes that are not UTF-8 are replaced, so that a wrong answer can still be read.
fn readable(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// A failure in words. It begins with its kind, which [`Answer::timed_out`] and
/// [`Answer::refused_connection`] read again.
fn describe(error: reqwest::Error) -> String {
    let kind = match (error.is_connect(), error.is_timeout()) {
        (true, true) => format!("{NO_CONNECTION}, {TIMED_OUT}"),
        (true, false) => NO_CONNECTION.to_owned(),
        (false, true) => TIMED_OUT.to_owned(),
        (false, false) => NO_ANSWER.to_owned(),
    };
    // The address stands in the exchange already.
    format!("{kind}: {}", causes(&error.without_url()))
}

/// An error with everything that caused it; the outermost text alone says next to nothing.
pub(crate) fn causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// Proxies as the environment names them, but never for this machine itself: the bundled server listens on
/// loopback, where no proxy can reach it.
fn proxies_of_the_environment() -> Result<Vec<Proxy>, ClientError> {
    let excepted = environment("NO_PROXY").unwrap_or_default();
    let direct = NoProxy::from_string(&format!("localhost,127.0.0.0/8,::1,{excepted}"));
    let mut proxies = Vec::new();
    for variable in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let Some(address) = environment(variable) else { continue };
        let proxy = match variable {
            "HTTP_PROXY" => Proxy::http(address),
            "HTTPS_PROXY" => Proxy::https(address),
            _ => Proxy::all(address),
        };
        let proxy = proxy.map_err(|problem| ClientError::Proxy { variable, problem })?;
        proxies.push(proxy.no_proxy(direct.clone()));
    }
    Ok(proxies)
}

/// A variable in upper or lower case, as other tools read these; empty counts as not set.
fn environment(variable: &str) -> Option<String> {
    let value = std::env::var(variable).or_else(|_| std::env::var(variable.to_ascii_lowercase())).ok()?;
    Some(value).filter(|value| !value.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wiremock::matchers::{body_json, header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    fn client() -> Client {
        Client::new(Duration::from_secs(5)).unwrap()
    }

    #[tokio::test]
    async fn a_call_arrives_as_written_and_its_answer_is_kept() {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/api/v1.0/sessions"))
            .and(header("authorization", "Bearer secret-jwt"))
            .and(header("content-type", "application/json"))
            .and(header("x-instance-id", "i-1"))
            .and(body_json(json!({"instanceId": "i-1"})))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"sessionId": "s-1"})))
            .mount(&server)
            .await;
        let call = Call::post(format!("{}/api/v1.0/sessions", server.uri()), json!({"instanceId": "i-1"}))
            .bearer("secret-jwt")
            .header("x-instance-id", "i-1");
        let answer = client().send(call).await;
        assert!(answer.is(200) && answer.ok(), "{}", answer.summary());
        assert_eq!(answer.json(), Some(json!({"sessionId": "s-1"})));
        assert_eq!(answer.exchange.status, Some(200));
        assert_eq!(answer.exchange.request_headers[0].1, "Bearer <redacted>");
        assert_eq!(answer.exchange.request_body.as_deref(), Some(r#"{"instanceId":"i-1"}"#));
        assert_eq!(answer.summary(), r#"200 {"sessionId":"s-1"}"#);
    }

    #[tokio::test]
    async fn redirects_are_shown_not_followed() {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(302).insert_header("location", "/elsewhere"))
            .expect(1)
            .mount(&server)
            .await;
        let answer = client().send(Call::get(server.uri())).await;
        assert!(answer.is(302) && !answer.ok());
    }

    #[tokio::test]
    async fn a_body_that_is_not_utf8_stays_readable() {
        let server = MockServer::start().await;
        let body = vec![b'o', b'k', 0xFF];
        let template = ResponseTemplate::new(200).set_body_raw(body, "text/plain");
        Mock::given(method("GET")).respond_with(template).mount(&server).await;
        assert_eq!(client().send(Call::get(server.uri())).await.body, "ok\u{FFFD}");
    }

    #[tokio::test]
    async fn a_body_without_end_is_cut_off() {
        let server = MockServer::start().await;
        let body = vec![b'x'; LARGEST_ANSWER_BYTES + 1];
        let template = ResponseTemplate::new(200).set_body_raw(body, "text/plain");
        Mock::given(method("GET")).respond_with(template).mount(&server).await;
        let answer = client().send(Call::get(server.uri())).await;
        assert_eq!(answer.status, None);
        assert_eq!(answer.exchange.status, Some(200));
        assert!(answer.too_long() && !answer.timed_out());
        assert!(answer.summary().contains("longer than 16777216 bytes"), "{}", answer.summary());
    }

    #[tokio::test]
    async fn a_long_body_is_read_whole_and_shown_in_part() {
        let server = MockServer::start().await;
        let body = "é".repeat(LONGEST_SHOWN_BYTES);
        let template = ResponseTemplate::new(200).set_body_string(body.clone());
        Mock::given(method("GET")).respond_with(template).mount(&server).await;
        let answer = client().send(Call::get(server.uri())).await;
        assert_eq!(answer.body, body);
        let shown = answer.exchange.response_body;
        assert!(shown.len() < LONGEST_SHOWN_BYTES + 40, "{}", shown.len());
        assert!(shown.ends_with("é… and 65536 bytes more"), "{}", shown.len());
    }

    #[tokio::test]
    async fn a_slow_answer_times_out() {
        let server = MockServer::start().await;
        let template = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
        Mock::given(method("GET")).respond_with(template).mount(&server).await;
        let hasty = Client::new(Duration::from_millis(50)).unwrap();
        let answer = hasty.send(Call::get(server.uri())).await;
        assert!(answer.timed_out() && !answer.refused_connection(), "{}", answer.summary());
        assert_eq!(answer.status, None);
    }

    #[test]
    fn only_what_needs_neither_certificate_nor_proxy_is_reached_directly() {
        let (plain, proxied) = (client(), Client { proxied: true, ..client() });
        for (address, without_proxy, with_proxy) in [
            ("http://target.example:8080/api", true, false),
            ("http://127.0.0.1:8080/api", true, true),
            ("http://[::1]:8080/api", true, true),
            ("http://localhost/api", true, true),
            ("https://localhost/api", false, false),
            ("http://name:password@localhost/api", false, false),
            ("localhost:8080", false, false),
            ("not an address", false, false),
        ] {
            assert_eq!(plain.reaches_directly(address), without_proxy, "{address}");
            assert_eq!(proxied.reaches_directly(address), with_proxy, "{address} with a proxy");
        }
    }

    #[tokio::test]
    async fn a_closed_port_refuses() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let answer = client().send(Call::get(format!("http://{address}/"))).await;
        assert!(answer.refused_connection() && !answer.timed_out(), "{}", answer.summary());
    }

    #[tokio::test]
    async fn a_call_that_cannot_be_made_is_an_answer_too() {
        let answer = client().send(Call::get("not an address")).await;
        assert_eq!(answer.status, None);
        assert!(answer.exchange.error.is_some());
    }
}
