//! A request before its body is read: site, instance, token.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Uri};

use super::super::arrival::Arrival;
use super::super::wire::Operation;
use crate::site::Refusal;

/// The site without a `/sites/{siteId}` prefix.
const DEFAULT_SITE: &str = "default";

/// What a handler knows of a request before the body.
pub(super) struct LicensingCall {
    path: Option<RawPathParams>,
    method: Method,
    uri: Uri,
    content_type: Option<HeaderValue>,
    bearer: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for LicensingCall {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        // A parameter that is not UTF-8 names nothing that exists.
        let path = RawPathParams::from_request_parts(parts, state).await.ok();
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = header.and_then(|value| value.split_once(' '));
        let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        Ok(Self {
            path,
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            content_type: parts.headers.get(CONTENT_TYPE).cloned(),
            bearer: bearer.map(|(_, token)| token.trim().to_owned()),
        })
    }
}

impl LicensingCall {
    /// The site that is meant.
    pub(super) fn site(&self) -> &str {
        self.named("siteId").unwrap_or(DEFAULT_SITE)
    }

    /// The instance that the path names.
    pub(super) fn instance(&self) -> &str {
        self.named("instanceId").unwrap_or_default()
    }

    /// The number that the path names something by.
    pub(super) fn number(&self, what: &str) -> Result<u64, Refusal> {
        self.named("id").and_then(|id| id.parse().ok()).ok_or_else(|| Refusal::not_found(what))
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.path.as_ref()?.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The token of the header, and of no other place (CM-HTTP-002, CM-AUTH-013).
    pub(super) fn bearer(&self) -> Option<&str> {
        self.bearer.as_deref()
    }

    /// A query parameter.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let pairs = self.uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The request as it arrived.
    pub(super) fn arrival(&self, operation: Operation) -> Arrival<'_> {
        Arrival {
            operation,
            method: self.method.as_str(),
            path: self.uri.path(),
            content_type: self.content_type.as_ref().and_then(|declared| declared.to_str().ok()),
            names_instance: false,
        }
    }
}
