//! Who may use the control protocol: whoever has the control token, unless it is switched off.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::header::{AUTHORIZATION, HOST, HeaderName};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::domain::Millis;
use crate::http::body;
use crate::http::errors::Refused;
use crate::http::licensing::PasswordDesk;
use crate::site::Refusal;
use crate::sites::Sites;

/// What holds for each new site that does not say otherwise.
#[derive(Debug, Default)]
pub(crate) struct SiteDefaults {
    /// Decisions that its own policy does not make.
    pub(crate) policy: BTreeMap<String, String>,
    /// How long a key takes to spread.
    pub(crate) key_propagation: Millis,
}

/// What the control handlers share.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) sites: Arc<Sites>,
    /// Where passwords of license servers are hashed.
    pub(crate) passwords: Arc<PasswordDesk>,
    /// Token that every call must carry.
    pub(crate) token: Arc<str>,
    /// Off when the server listens to the world and nobody has allowed it there.
    pub(crate) enabled: bool,
    /// `https` when the server speaks TLS.
    pub(crate) scheme: &'static str,
    /// What holds for each new site that does not say otherwise.
    pub(crate) defaults: Arc<SiteDefaults>,
    /// Where the server listens, for callers that do not say how they reached it.
    pub(crate) address: SocketAddr,
}

/// A caller with the control token.
pub(super) struct Operator {
    /// Scheme and authority under which the caller reached the server.
    pub(super) origin: String,
}

impl FromRequestParts<Control> for Operator {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, control: &Control) -> Result<Self, Refused> {
        if !control.enabled {
            let message = "the control API is off because the server does not listen on loopback; \
                           allow it explicitly at start-up if that is meant";
            return Err(Refusal::new(403, message).into());
        }
        let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let token = text(AUTHORIZATION).and_then(|value| value.split_once(' ')).filter(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer") && same(token.trim(), &control.token)
        });
        if token.is_none() {
            return Err(Refusal::new(401, "the control API needs the control token as bearer token").into());
        }
        let host = text(HOST).map_or_else(|| control.address.to_string(), str::to_owned);
        Ok(Self { origin: format!("{}://{host}", control.scheme) })
    }
}

/// Compares in a time that does not tell how much was right.
pub(super) fn same(given: &str, token: &str) -> bool {
    let difference = given.bytes().zip(token.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b));
    given.len() == token.len() && difference == 0
}

/// What the path names; a name that is not even text names nothing.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Control> for Named<T> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, control: &Control) -> Result<Self, Refused> {
        match Path::from_request_parts(parts, control).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(Refusal::new(404, "the path names nothing that exists").into()),
        }
    }
}

/// The bytes of a body, within the same limits as those of the API.
pub(super) struct Content(Bytes);

impl FromRequest<Control> for Content {
    type Rejection = Refused;

    async fn from_request(request: Request, control: &Control) -> Result<Self, Refused> {
        Ok(Self(body::bytes(request, control).await?))
    }
}

/// Reads a body strictly; no body counts as an empty object.
pub(super) fn read<T: DeserializeOwned>(Content(body): &Content) -> Result<T, Refused> {
    let bytes: &[u8] = if body.is_empty() { &b"{}"[..] } else { &body[..] };
    serde_json::from_slice(bytes)
        .map_err(|error| Refusal::invalid(format!("the body is not what this call takes: {error}")).into())
}

/// The same for a body with a secret in it: what is wrong is named by its place, because the words of the parser may
/// repeat what they stand for.
pub(super) fn read_secret<T: DeserializeOwned>(Content(body): &Content) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("the body is not what this call takes, at line {line}, column {column}");
        Refusal::invalid(message).into()
    })
}

#[cfg(test)]
impl Content {
    pub(super) const fn of(text: &'static str) -> Self {
        Self(Bytes::from_static(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_is_the_token() {
        assert!(same("secret", "secret"));
        assert!(!same("secreT", "secret") && !same("secre", "secret") && !same("", "secret"));
    }
}
