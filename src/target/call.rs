//! A request as a step writes it, before it is sent.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;

/// A request to be sent.
#[derive(Clone)]
pub struct Call {
    /// HTTP method.
    pub method: Method,
    /// Absolute address.
    pub url: String,
    /// Token for `Authorization: Bearer`.
    pub bearer: Option<String>,
    /// Other headers, in this order.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Body,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// None at all.
    None,
    /// JSON, with its content type.
    Json(Value),
    /// Any text, valid or not, with any content type.
    Text {
        /// Value of `Content-Type`.
        content_type: String,
        /// The text.
        text: String,
    },
    /// Bytes that are no text, for example a key in DER.
    Octets(Vec<u8>),
}

impl Body {
    /// What is sent, if anything.
    pub(super) fn into_bytes(self) -> Option<Vec<u8>> {
        match self {
            Body::None => None,
            Body::Json(value) => Some(value.to_string().into_bytes()),
            Body::Text { text, .. } => Some(text.into_bytes()),
            Body::Octets(bytes) => Some(bytes),
        }
    }

    fn content_type(&self) -> Option<&str> {
        match self {
            Body::None => None,
            Body::Json(_) => Some("application/json"),
            Body::Text { content_type, .. } => Some(content_type),
            Body::Octets(_) => Some("application/octet-stream"),
        }
    }
}

impl Call {
    /// A request with this method, address and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>, body: Body) -> Call {
        Call { method, url: url.into(), bearer: None, headers: Vec::new(), body }
    }

    /// GET.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Call {
        Call::new(Method::GET, url, Body::None)
    }

    /// POST with a JSON body.
    #[must_use]
    pub fn post(url: impl Into<String>, body: Value) -> Call {
        Call::new(Method::POST, url, Body::Json(body))
    }

    /// PUT with a JSON body.
    #[must_use]
    pub fn put(url: impl Into<String>, body: Value) -> Call {
        Call::new(Method::PUT, url, Body::Json(body))
    }

    /// PATCH with a JSON body.
    #[must_use]
    pub fn patch(url: impl Into<String>, body: Value) -> Call {
        Call::new(Method::PATCH, url, Body::Json(body))
    }

    /// DELETE.
    #[must_use]
    pub fn delete(url: impl Into<String>) -> Call {
        Call::new(Method::DELETE, url, Body::None)
    }

    /// The same with a bearer token.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Call {
        self.bearer = Some(token.to_owned());
        self
    }

    /// The same with one more header. A `Content-Type` given here replaces the one of the body.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Call {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Every header in the order in which it is sent.
    pub(super) fn headers_as_sent(&self) -> Vec<(String, String)> {
        let mut headers = Vec::with_capacity(self.headers.len() + 2);
        if let Some(token) = &self.bearer {
            headers.push((AUTHORIZATION.to_string(), format!("Bearer {token}")));
        }
        let replaced = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
        if let Some(content_type) = self.body.content_type()
            && !replaced
        {
            headers.push((CONTENT_TYPE.to_string(), content_type.to_owned()));
        }
        headers.extend(self.headers.iter().cloned());
        headers
    }
}

/// Shows where a call goes, never its token.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("method", &self.method).field("url", &self.url).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_content_type_of_the_caller_replaces_the_default() {
        let call = Call::put("http://t/", json!({})).header("Content-Type", "text/plain");
        assert_eq!(call.headers_as_sent(), [("Content-Type".to_owned(), "text/plain".to_owned())]);
    }

    #[test]
    fn a_bearer_token_comes_first_and_is_not_shown_in_debug() {
        let call = Call::get("http://t/").header("accept", "*/*").bearer("secret-jwt");
        assert_eq!(call.headers_as_sent()[0].1, "Bearer secret-jwt");
        assert!(!format!("{call:?}").contains("secret-jwt"));
    }

    #[test]
    fn text_is_sent_as_it_is_written() {
        let body = Body::Text { content_type: "application/json".to_owned(), text: "{\"a\":".to_owned() };
        let call = Call::new(Method::POST, "http://t/", body);
        assert_eq!(call.headers_as_sent(), [("content-type".to_owned(), "application/json".to_owned())]);
        assert_eq!(call.body.into_bytes().as_deref(), Some("{\"a\":".as_bytes()));
    }
}
