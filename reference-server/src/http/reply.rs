//! Answers: a status with JSON, or without a body.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use axum::response::Response;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Number, Value};

/// Status and body before the wire rule has seen them.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Option<Value>,
}

impl Reply {
    /// 200 with a body.
    pub(super) const fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    /// A status with a body.
    pub(super) const fn new(status: u16, body: Value) -> Self {
        Self { status, body: Some(body) }
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
    match i64::try_from(decimal.mantissa()) {
        Ok(whole) if decimal.scale() == 0 => Value::from(whole),
        _ => Value::Number(decimal.to_string().parse::<Number>().expect("a decimal is a JSON number")),
    }
}

/// The HTTP response.
pub(super) fn respond(status: u16, body: Option<&Value>) -> Response {
    let bytes = body.map(|body| serde_json::to_vec(body).expect("a JSON value always becomes text"));
    let mut response = Response::new(bytes.map_or_else(Body::empty, Body::from));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
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
    }
}
