//! A request before its body is read: site, path, query, token and instance header.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Uri};
use uuid::Uuid;

use super::api::Api;
use super::arrival::Arrival;
use super::auth::Bearer;
use super::wire::Operation;
use crate::site::Refusal;

/// The site without a `/sites/{siteId}` prefix.
const DEFAULT_SITE: &str = "default";

/// What a handler knows of a request before the body (DM-GEN-006).
pub(super) struct Call {
    path: Option<RawPathParams>,
    method: Method,
    content_type: Option<HeaderValue>,
    uri: Uri,
    bearer: Bearer,
    instance_header: Option<String>,
}

impl FromRequestParts<Api> for Call {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Infallible> {
        // A parameter that is not UTF-8 names nothing that exists.
        let path = RawPathParams::from_request_parts(parts, api).await.ok();
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        Ok(Self {
            bearer: api.shared.tokens.read(text(AUTHORIZATION.as_str())),
            instance_header: text("x-instance-id").map(|id| id.trim().to_owned()),
            uri: parts.uri.clone(),
            method: parts.method.clone(),
            content_type: parts.headers.get(CONTENT_TYPE).cloned(),
            path,
        })
    }
}

impl Call {
    /// The site that is meant.
    pub(super) fn site(&self) -> &str {
        self.named("siteId").unwrap_or(DEFAULT_SITE)
    }

    /// A part of the path, percent-decoded.
    pub(super) fn path(&self, name: &str) -> &str {
        self.named(name).unwrap_or_default()
    }

    fn named(&self, name: &str) -> Option<&str> {
        self.path.as_ref()?.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The session that the path names; one that is no UUID is malformed (DM-SES-033).
    pub(super) fn session(&self) -> Result<Uuid, Refusal> {
        Uuid::try_parse(self.path("sessionId")).map_err(|_| Refusal::invalid("the session ID is not a UUID"))
    }

    /// Whether the path has this part.
    pub(super) fn is_below(&self, part: &str) -> bool {
        self.uri.path().contains(part)
    }

    /// The token as presented.
    pub(super) const fn bearer(&self) -> &Bearer {
        &self.bearer
    }

    /// Header `x-instance-id` (DM-AUTH-A03).
    pub(super) fn instance_header(&self) -> Option<&str> {
        self.instance_header.as_deref()
    }

    /// The request as it arrived, which is a call of this operation.
    pub(super) fn arrival(&self, operation: Operation) -> Arrival<'_> {
        Arrival {
            operation,
            method: self.method.as_str(),
            path: self.uri.path(),
            content_type: self.content_type.as_ref().and_then(|declared| declared.to_str().ok()),
            names_instance: self.instance_header.is_some(),
        }
    }

    /// The query.
    pub(super) fn query(&self) -> Result<Parameters, Refusal> {
        match Query::try_from_uri(&self.uri) {
            Ok(Query(pairs)) => Ok(Parameters(pairs)),
            Err(error) => Err(Refusal::invalid(format!("the query cannot be read: {error}"))),
        }
    }
}

/// Query parameters in their order; the first of a name counts.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A parameter as text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter as a whole number of 64 bits that is not negative, in digits and nothing else.
    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Refusal> {
        let Some(text) = self.text(name) else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number =
            text.parse::<i64>().ok().filter(|_| digits).and_then(|number| usize::try_from(number).ok());
        let refusal = || Refusal::invalid(format!("query parameter `{name}` is not a whole number"));
        number.ok_or_else(refusal).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_do_not_come_as_words() {
        let query = Query::try_from_uri(&"http://x/?default=True&size=ten&next=5&next=6".parse().unwrap());
        let parameters = Parameters(query.unwrap().0);
        assert_eq!(parameters.text("default"), Some("True"));
        assert_eq!(parameters.number("next").unwrap(), Some(5));
        assert_eq!(parameters.number("missing").unwrap(), None);
        assert!(parameters.number("size").is_err());
    }
}
