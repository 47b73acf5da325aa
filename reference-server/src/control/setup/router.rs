//! The addresses of the set-up page, and what holds for all its answers.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::Control;
use super::handlers;
use super::logins::Logins;
use super::pages::STYLE;
use crate::http::body::MOST_BYTES;
use crate::http::errors;

/// Where the page begins.
pub(super) const ENTRANCE: &str = "/setup";

/// What the handlers share.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) control: Control,
    pub(super) logins: Arc<Logins>,
    /// Name of the cookie. Servers on other ports of this machine see it, so that each has its own.
    pub(super) cookie: Arc<str>,
    policy: HeaderValue,
}

/// The page, behind the token of the control protocol.
pub(crate) fn router(control: Control) -> Router {
    let cookie = format!("chargeproof-setup-{}", control.address.port()).into();
    let setup = Setup { control, logins: Arc::default(), cookie, policy: content_policy() };
    let mut router = Router::new();
    for (path, methods) in routes() {
        router = router.route(path, methods);
    }
    router
        .method_not_allowed_fallback(errors::method_not_allowed)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(setup.clone(), guarded))
        .with_state(setup)
}

fn routes() -> [(&'static str, MethodRouter<Setup>); 6] {
    [
        (ENTRANCE, get(handlers::entrance)),
        ("/setup/login", post(handlers::log_in)),
        ("/setup/logout", post(handlers::log_out)),
        ("/setup/sites/{siteId}", get(handlers::site)),
        ("/setup/sites/{siteId}/enabled", post(handlers::enable)),
        ("/setup/sites/{siteId}/password", post(handlers::define_password)),
    ]
}

/// Every address that is served, with its parameters in braces.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    routes().into_iter().map(|(path, _)| path.to_owned()).collect()
}

/// No script, nothing from elsewhere, in no frame of another page, and in no cache. The policy on referrers still tells
/// this server that its own forms are its own.
async fn guarded(State(setup): State<Setup>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let fixed = [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-frame-options"), "DENY"),
    ];
    let headers = response.headers_mut();
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.insert(CONTENT_SECURITY_POLICY, setup.policy);
    response
}

/// The one style that may apply is the page's own.
fn content_policy() -> HeaderValue {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
