//! A call of the Data Access API: site, group, parameters and credential.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::request::Parts;
use axum::http::uri::Scheme;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::data_access::{Credential, Entity, entity};
use crate::site::Refusal;
use crate::sites::Sites;

/// What a handler knows of a call.
pub(super) struct Asked {
    pub(super) site: String,
    group: String,
    pub(super) credential: Credential,
    parameters: Option<Vec<(String, String)>>,
    /// Address of the call without its query, as the caller reached it.
    address: String,
    query: String,
}

impl FromRequestParts<Arc<Sites>> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, sites: &Arc<Sites>) -> Result<Self, Infallible> {
        // A parameter that is not UTF-8 names nothing that exists.
        let path = RawPathParams::from_request_parts(parts, sites).await.ok();
        let named = |name: &str| {
            let mut all = path.iter().flatten();
            all.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let scheme = parts.uri.scheme().cloned().unwrap_or(Scheme::HTTP);
        let host = text(HOST).unwrap_or("localhost");
        Ok(Self {
            site: named("siteId").unwrap_or_else(|| "default".to_owned()),
            group: named("group").unwrap_or_default(),
            credential: credential(text(AUTHORIZATION)),
            parameters: Query::try_from_uri(&parts.uri).ok().map(|Query(pairs)| pairs),
            address: format!("{scheme}://{host}{}", parts.uri.path()),
            query: parts.uri.query().unwrap_or_default().to_owned(),
        })
    }
}

impl Asked {
    /// The group that the path names.
    pub(super) fn entity(&self, unknown: u16) -> Result<&'static Entity, Refusal> {
        let unknown = || Refusal::new(unknown, format!("there is no report `{}`", self.group));
        entity(&self.group).ok_or_else(unknown)
    }

    /// The parameters of the query, decoded.
    pub(super) fn parameters(&self) -> Result<&[(String, String)], String> {
        self.parameters.as_deref().ok_or_else(|| "the query string cannot be read".to_owned())
    }

    /// The same call for another page.
    pub(super) fn page(&self, number: usize) -> String {
        let others = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("pageNumber"));
        let number = format!("pageNumber={number}");
        let pairs: Vec<&str> = others.chain([number.as_str()]).collect();
        format!("{}?{}", self.address, pairs.join("&"))
    }
}

/// The credential in a header; whatever cannot be read is none.
fn credential(header: Option<&str>) -> Credential {
    let Some((scheme, rest)) = header.and_then(|header| header.trim().split_once(' ')) else {
        return Credential::Missing;
    };
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Credential::Token(rest.to_owned());
    }
    let decoded = STANDARD.decode(rest).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"));
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    match text.as_deref().and_then(|text| text.split_once(':')) {
        Some((user, password)) => Credential::Password(user.to_owned(), password.to_owned()),
        None => Credential::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_come_in_two_forms() {
        let password = Credential::Password("alice".into(), "pass:word".into());
        assert_eq!(credential(Some("Basic YWxpY2U6cGFzczp3b3Jk")), password);
        assert_eq!(credential(Some("bearer rna_1f")), Credential::Token("rna_1f".into()));
        // The vendor's own example has a period in place of the colon (DAPI-017).
        for unreadable in ["Basic YWxpY2UucGFzc3dvcmQ=", "Basic !", "Digest x", "x", ""] {
            assert_eq!(credential(Some(unreadable)), Credential::Missing, "{unreadable}");
        }
        assert_eq!(credential(None), Credential::Missing);
    }

    #[test]
    fn links_keep_everything_but_the_page() {
        let asked = Asked {
            site: "s".into(),
            group: "usage".into(),
            credential: Credential::Missing,
            parameters: None,
            address: "http://h/data/api/v1/report/usage".into(),
            query: "mode=INTERACTIVE&pageNumber=2&query=%7B%7D".into(),
        };
        let next = "http://h/data/api/v1/report/usage?mode=INTERACTIVE&query=%7B%7D&pageNumber=3";
        assert_eq!(asked.page(3), next);
    }
}
