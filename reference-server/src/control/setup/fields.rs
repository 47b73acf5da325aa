//! What a form sends, and from where. A field may be a secret, so that fields are neither printed nor logged.

use std::collections::HashMap;

use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN};

use super::router::Setup;
use super::turned::Turned;
use crate::http::body;

/// Says, in every browser of today, where a request comes from.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The fields of a form of this page.
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    /// A field; one that is missing is empty.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A field that is wanted whole.
    pub(super) fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap_or_default()
    }
}

impl FromRequest<Setup> for Fields {
    type Rejection = Turned;

    async fn from_request(request: Request, setup: &Setup) -> Result<Self, Turned> {
        if !setup.control.enabled {
            return Err(Turned::Off);
        }
        if is_from_elsewhere(request.headers()) {
            return Err(Turned::Elsewhere);
        }
        let bytes = body::bytes(request, setup).await.map_err(Turned::Refused)?;
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}

/// Whether another page has made the browser send this. A client that is no browser says nothing of it, and has no
/// cookie that somebody could abuse.
fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(FETCH_SITE), text(ORIGIN)) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text(HOST),
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_other_pages_are_told_apart() {
        let elsewhere = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs.iter().map(|(name, value)| {
                (HeaderName::from_static(name), axum::http::HeaderValue::from_static(value))
            });
            is_from_elsewhere(&pairs.collect())
        };
        assert!(!elsewhere(&[("host", "a:1")]));
        assert!(!elsewhere(&[("host", "a:1"), ("origin", "http://a:1")]));
        assert!(!elsewhere(&[("host", "a:1"), ("sec-fetch-site", "same-origin")]));
        for site in ["cross-site", "same-site", ""] {
            assert!(elsewhere(&[("host", "a:1"), ("origin", "http://a:1"), ("sec-fetch-site", site)]));
        }
        for origin in ["http://a:2", "http://evil.example", "null", ""] {
            assert!(elsewhere(&[("host", "a:1"), ("origin", origin)]), "{origin}");
        }
    }
}
