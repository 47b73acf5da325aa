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
pub(super) const MOST_BYTES: usize = 1 << 20;

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

/// The JSON of a request, or what is wrong with it. Which of several refusals is answered is decided later.
pub(super) struct JsonBody(Result<Value, BodyFault>);

impl JsonBody {
    /// What the body says, checked against the schema of the operation.
    pub(super) fn read<T>(self, schema: impl FnOnce(Value) -> Result<T, Refusal>) -> Result<T, BodyFault> {
        self.0.and_then(|value| schema(value).map_err(BodyFault::Refused))
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Infallible> {
        let is_json = is_json(request.headers());
        // What is announced as too large need not be waited for.
        if announced_bytes(request.headers()) > MOST_BYTES {
            return Ok(Self(Err(unread(413))));
        }
        // Only the reading is timed: what has begun is always finished.
        let bytes = match timeout(LONGEST_READ, Bytes::from_request(request, state)).await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(rejection)) => return Ok(Self(Err(unread(rejection.status().as_u16())))),
            Err(_) => return Ok(Self(Err(unread(408)))),
        };
        if !is_json {
            return Ok(Self(Err(BodyFault::ContentType)));
        }
        let parsed = serde_json::from_slice(&bytes).map_err(|error| {
            BodyFault::Refused(Refusal::invalid(format!("the body is not valid JSON: {error}")))
        });
        Ok(Self(parsed))
    }
}

fn unread(status: u16) -> BodyFault {
    let text = match status {
        413 => format!("the body is larger than {MOST_BYTES} bytes"),
        408 => format!("the body did not arrive within {} seconds", LONGEST_READ.as_secs()),
        _ => "the body could not be read to its end".to_owned(),
    };
    BodyFault::Refused(Refusal::new(status, text))
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
    use axum::http::HeaderValue;

    use super::*;

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
}
