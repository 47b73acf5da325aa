//! The addresses of the control protocol.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post, put};

use super::operator::{Control, Operator};
use super::{about, clock, cls, sites, warehouse};
use crate::http::body::MOST_BYTES;
use crate::http::errors;

const BASE: &str = "/_control/v1";

/// Everything that is served.
pub(crate) fn router(control: Control) -> Router {
    let mut router = Router::new();
    for (path, methods) in routes() {
        router = router.route(&format!("{BASE}{path}"), methods);
    }
    router
        .route(&format!("{BASE}/{{*rest}}"), any(unknown))
        .method_not_allowed_fallback(errors::method_not_allowed)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(control)
}

fn routes() -> [(&'static str, MethodRouter<Control>); 11] {
    [
        ("", get(about::about)),
        ("/", get(about::about)),
        ("/policy", get(about::policy)),
        ("/sites/{siteId}", put(sites::create).delete(sites::delete)),
        ("/sites/{siteId}/clock", get(clock::read)),
        ("/sites/{siteId}/clock/advance", post(clock::advance)),
        ("/sites/{siteId}/usage-rows", get(sites::usage_rows)),
        ("/sites/{siteId}/warehouse/{entity}", put(warehouse::replace)),
        ("/sites/{siteId}/sessions/{sessionId}/fail", post(sites::fail_session)),
        ("/sites/{siteId}/cls/producer-user", get(cls::producer_user).put(cls::change_producer_user)),
        ("/sites/{siteId}/cls/instances/{instanceId}", put(cls::put_instance)),
    ]
}

/// Every address that is served, with its parameters in braces.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    routes().into_iter().map(|(path, _)| format!("{BASE}{path}")).collect()
}

/// A call that is not served is as closed to strangers as one that is.
async fn unknown(_operator: Operator) -> Response {
    errors::not_found().await
}
