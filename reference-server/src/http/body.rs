//! Bodies: content type, size and JSON syntax, before anything looks at what they say.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::Value;
use tokio::time::timeout;

use crate::domain::Rules;
use crate::site::Refusal;

/// Largest body that is read.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// Most levels of arrays and objects inside of each other, half of what the parser can read.
const DEEPEST: usize = 64;

/// How names begin that the parser keeps for itself.
pub(super) const RESERVED: &str = "$serde_json::private::";

/// How long a body may take to arrive.
const LONGEST_READ: Duration = Duration::from_secs(30);

/// Why a body cannot be used.
#[derive(Debug, PartialEq)]
pub(super) enum BodyFault {
    /// It does not claim to be JSON; the status depends on the site's rules (DM-ERR-A03).
    ContentType,
    /// Anything else.
    Refused(Refusal),
}

impl BodyFault {
    /// The refusal under the rules of the site.
    pub(super) fn refusal(self, rules: &Rules) -> Refusal {
        match self {
            Self::ContentType => {
                Refusal::new(rules.statuses.content_type, "the content type must be application/json")
            }
            Self::Refused(refusal) => refusal,
        }
    }
}

/// The body of a request that claims to be JSON, or why it cannot be. Which of several refusals is answered is decided
/// later.
pub(super) struct JsonBody(Result<Bytes, BodyFault>);

impl JsonBody {
    /// What the body says, checked against the schema of the operation.
    pub(super) fn read<T>(self, schema: impl FnOnce(Value) -> Result<T, Refusal>) -> Result<T, BodyFault> {
        self.read_plain(|_| None, schema)
    }

    /// The same for an operation whose bodies are nearly always of a plain form that can be read at once. What is not
    /// is left to the schema.
    pub(super) fn read_plain<T>(
        self,
        plain: impl FnOnce(&[u8]) -> Option<T>,
        schema: impl FnOnce(Value) -> Result<T, Refusal>,
    ) -> Result<T, BodyFault> {
        let bytes = self.0?;
        match plain(&bytes) {
            Some(read) => Ok(read),
            None => parse(&bytes).and_then(|value| schema(value).map_err(BodyFault::Refused)),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let is_json = is_json(request.headers());
        let bytes = bytes(request, state).await.map_err(BodyFault::Refused);
        Ok(Self(bytes.and_then(|bytes| if is_json { Ok(bytes) } else { Err(BodyFault::ContentType) })))
    }
}

/// The bytes of a body, or why there are too many or too few of them.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Refusal> {
    // What is announced as too large need not be waited for.
    if announced_bytes(request.headers()) > MOST_BYTES {
        return Err(unread(413));
    }
    bytes_within(LONGEST_READ, request, state).await
}

/// Only the reading is timed: what has begun is always finished.
async fn bytes_within<S: Send + Sync>(time: Duration, request: Request, state: &S) -> Result<Bytes, Refusal> {
    match timeout(time, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) => Err(unread(rejection.status().as_u16())),
        Err(_) => Err(unread(408)),
    }
}

/// DM-GEN-010.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, BodyFault> {
    let refused = |what: String| BodyFault::Refused(Refusal::invalid(what));
    let value = serde_json::from_slice(bytes)
        .map_err(|error| refused(format!("the body is not valid JSON: {error}")))?;
    match unkeepable(&value, DEEPEST) {
        None => Ok(value),
        Some(what) => Err(refused(what.to_owned())),
    }
}

/// Why a value could be read now but not again out of the store, where it stands inside of other values. What comes in
/// by the `metaData` or the `dictionary` of a request is kept as it is.
fn unkeepable(value: &Value, levels: usize) -> Option<&'static str> {
    let within = |inner: &Value| match levels {
        0 => Some("the body is nested too deeply"),
        _ => unkeepable(inner, levels - 1),
    };
    match value {
        Value::Array(elements) => elements.iter().find_map(within),
        // These names are how the parser itself marks numbers, so that an object that has one is no object to it.
        Value::Object(members) if members.keys().any(|name| name.starts_with(RESERVED)) => {
            Some("the body has a member with a reserved name")
        }
        Value::Object(members) => members.values().find_map(within),
        _ => None,
    }
}

fn unread(status: u16) -> Refusal {
    let text = match status {
        413 => format!("the body is larger than {MOST_BYTES} bytes"),
        408 => format!("the body did not arrive within {} seconds", LONGEST_READ.as_secs()),
        _ => "the body could not be read to its end".to_owned(),
    };
    Refusal::new(status, text)
}

/// Whether the body claims to be JSON; without a claim it speaks for itself.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(declared) = headers.get(CONTENT_TYPE) else { return true };
    let essence = declared.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn announced_bytes(headers: &HeaderMap) -> usize {
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::Body;
    use axum::http::HeaderValue;
    use hyper::body::Frame;

    use super::*;

    /// A body that begins and never ends.
    struct Begun(Option<&'static str>);

    impl hyper::body::Body for Begun {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.0.take() {
                Some(begin) => Poll::Ready(Some(Ok(Frame::data(begin.into())))),
                None => Poll::Pending,
            }
        }
    }

    #[test]
    fn parameters_of_the_content_type_do_not_matter() {
        let claims = |declared: &'static str| {
            is_json(&HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(declared))]))
        };
        assert!(claims("application/json"));
        assert!(claims("Application/JSON; charset=utf-8"));
        assert!(!claims("text/plain"));
        assert!(!claims(""));
        assert!(is_json(&HeaderMap::new()));
    }

    /// A body that is there is read whatever the limit, and one that does not end is given up.
    #[tokio::test]
    async fn a_body_that_does_not_arrive_is_answered_408() {
        let within = |time, body| async move { bytes_within(time, Request::new(body), &()).await };
        assert_eq!(within(Duration::ZERO, Body::from("{}")).await.unwrap(), "{}");
        let refusal = within(Duration::ZERO, Body::new(Begun(Some("{")))).await.unwrap_err();
        assert_eq!(refusal.status, 408);
        assert_eq!(LONGEST_READ, Duration::from_secs(30));
        assert_eq!(refusal.messages, ["the body did not arrive within 30 seconds"]);
    }

    #[test]
    fn what_could_not_be_read_again_is_refused() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(DEEPEST + 1).as_bytes()).is_ok());
        for body in [
            nested(DEEPEST + 2),
            nested(30_000),
            r#"{"a": 1, "$serde_json::private::Number": "x"}"#.to_owned(),
            r#"[{"a": 1, "\u0024serde_json::private::RawValue": "x"}]"#.to_owned(),
            r#"{"$serde_json::private::Number": "x"}"#.to_owned(),
            "{\"a\": \"\\ud800\"}".to_owned(),
            "{\"a\": 01}".to_owned(),
        ] {
            let Err(BodyFault::Refused(refusal)) = parse(body.as_bytes()) else { panic!("{body}") };
            assert_eq!(refusal.status, 400);
        }
    }
}
