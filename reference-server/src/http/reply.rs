//! Answers: a status with JSON, or without a body.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::response::Response;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value};

use crate::domain::whole_number;

/// Bytes for which there is room in a body that is written out at once: most need no more.
const ROOM: usize = 512;

/// Status and body before the wire rule has seen them.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Option<Content>,
}

/// A body. Answers that leave by the ten thousand are written out at once; they are read back only at a site whose
/// policy may change answers.
#[derive(Debug)]
pub(super) enum Content {
    Value(Value),
    Text(Vec<u8>),
}

impl Content {
    /// The body as a value.
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Text(text) => serde_json::from_slice(&text).expect("what was written as JSON is JSON"),
        }
    }

    /// The body as it goes over the wire.
    pub(super) fn into_text(self) -> Vec<u8> {
        match self {
            Self::Value(value) => serde_json::to_vec(&value).expect("a JSON value always becomes text"),
            Self::Text(text) => text,
        }
    }
}

impl Reply {
    /// 200 with a body.
    pub(super) const fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    /// A status with a body.
    pub(super) const fn new(status: u16, body: Value) -> Self {
        Self { status, body: Some(Content::Value(body)) }
    }

    /// A status with a body that is written out at once.
    pub(super) fn written(status: u16, body: &impl Serialize) -> Self {
        let mut text = Vec::with_capacity(ROOM);
        serde_json::to_writer(&mut text, body).expect("plain data always becomes JSON");
        Self { status, body: Some(Content::Text(text)) }
    }

    /// A status for something that is gone: without a body, or with an empty object where there must be one.
    pub(super) fn done(status: u16) -> Self {
        if status == 204 { Self::empty(status) } else { Self::new(status, Value::Object(Map::new())) }
    }

    /// A status without a body (DM-GEN-008).
    pub(super) const fn empty(status: u16) -> Self {
        Self { status, body: None }
    }
}

/// A plain value as JSON.
pub(super) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("plain data always becomes JSON")
}

/// A decimal as a JSON number without trailing zeros, never through a float.
pub(super) fn number(decimal: Decimal) -> Value {
    let decimal = decimal.normalize();
    match whole_number(decimal) {
        Some(whole) => Value::from(whole),
        None => Value::Number(decimal.to_string().parse::<Number>().expect("a decimal is a JSON number")),
    }
}

/// A decimal that is written as [`number`] does.
pub(super) struct Exact(pub(super) Decimal);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let decimal = self.0.normalize();
        match whole_number(decimal) {
            Some(whole) => serializer.serialize_i64(whole),
            None => number(decimal).serialize(serializer),
        }
    }
}

/// What a body of JSON says that it is.
pub(super) const JSON: &str = "application/json";

/// The HTTP response.
pub(super) fn respond(status: u16, body: Option<&Value>) -> Response {
    let text = body.map(|body| serde_json::to_vec(body).expect("a JSON value always becomes text"));
    send_as(status, text, JSON)
}

/// The HTTP response with a body that is text of this type.
pub(super) fn send_as(status: u16, bytes: Option<Vec<u8>>, content_type: &'static str) -> Response {
    let has_body = bytes.is_some();
    let mut response = Response::new(bytes.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if has_body {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    if status == 401 {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_numbers_without_trailing_zeros() {
        assert_eq!(number(Decimal::new(440, 1)).to_string(), "44");
        assert_eq!(number(Decimal::new(1500, 3)).to_string(), "1.5");
        assert_eq!(number(Decimal::MAX).to_string(), "79228162514264337593543950335");
        assert_eq!(number(Decimal::ZERO).to_string(), "0");
        for text in ["44.0", "1.500", "0.00", "-3", "79228162514264337593543950335"] {
            let decimal: Decimal = text.parse().unwrap();
            assert_eq!(serde_json::to_string(&Exact(decimal)).unwrap(), number(decimal).to_string());
        }
    }
}
