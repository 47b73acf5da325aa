//! Somebody who is logged in.

use std::time::Instant;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{COOKIE, HOST};
use axum::http::request::Parts;

use super::super::operator::same;
use super::fields::Fields;
use super::logins::Login;
use super::router::Setup;
use super::turned::Turned;

/// The field of every form that says which login it was given to.
pub(super) const FORM_KEY: &str = "key";

/// A visitor with a login, who looks at something.
pub(super) struct Visitor {
    pub(super) login: Login,
    /// Scheme and authority under which they reached the server.
    pub(super) origin: String,
}

impl FromRequestParts<Setup> for Visitor {
    type Rejection = Turned;

    async fn from_request_parts(parts: &mut Parts, setup: &Setup) -> Result<Self, Turned> {
        if !setup.control.enabled {
            return Err(Turned::Off);
        }
        let login = login(setup, &parts.headers).ok_or(Turned::Stranger)?;
        Ok(Self { login, origin: origin(setup, &parts.headers) })
    }
}

/// A visitor with a login, who sends a form that was given to this login.
pub(super) struct Change {
    pub(super) visitor: Visitor,
    pub(super) fields: Fields,
}

impl FromRequest<Setup> for Change {
    type Rejection = Turned;

    async fn from_request(request: Request, setup: &Setup) -> Result<Self, Turned> {
        let login = login(setup, request.headers());
        let origin = origin(setup, request.headers());
        let fields = Fields::from_request(request, setup).await?;
        let login = login.ok_or(Turned::Expired)?;
        if !same(fields.get(FORM_KEY), &login.form_key) {
            return Err(Turned::Elsewhere);
        }
        Ok(Self { visitor: Visitor { login, origin }, fields })
    }
}

fn login(setup: &Setup, headers: &HeaderMap) -> Option<Login> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let now = Instant::now();
    pairs.filter(|(name, _)| **name == *setup.cookie).find_map(|(_, id)| setup.logins.of(id, now))
}

/// What the commands of the page begin with. They are meant to be pasted into a shell, so that a host with anything but
/// the letters of hosts in it is not repeated.
fn origin(setup: &Setup, headers: &HeaderMap) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).filter(|host| host.bytes().all(plain));
    let host = host.map_or_else(|| setup.control.address.to_string(), str::to_owned);
    format!("{}://{host}", setup.control.scheme)
}
