//! The addresses of Dynamic Monetization v1.0.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::MethodRouter;

use super::api::Api;
use super::body::MOST_BYTES;
use super::{access, errors, instances, keys, line_items, rate_tables, sessions};

/// Where the API of a site begins; without a site in the path it is the site `default`.
const SITES: [&str; 2] = ["/dynamicmonetization", "/sites/{siteId}/dynamicmonetization"];

/// Instances and line items are published under two bases (DM-GEN-002).
pub(super) const INSTANCE_BASES: &[&str] = &["/provisioning/api/v1.0", "/api/v1.0"];
/// So are keys (DM-GEN-002) and sessions (DM-SES-007).
pub(super) const FLOATING_BASES: &[&str] = &["/floating/api/v1.0", "/api/v1.0"];
/// Rate tables.
pub(super) const PROVISIONING_BASE: &[&str] = &["/provisioning/api/v1.0"];
/// One-off access requests.
pub(super) const ELASTIC_BASE: &[&str] = &["/elastic/api/v1.0"];

/// Everything that is served.
pub(crate) fn router(api: Api) -> Router {
    let groups = [
        keys::routes(),
        instances::routes(),
        rate_tables::routes(),
        line_items::routes(),
        access::routes(),
        sessions::routes(),
    ];
    let mut router = Router::new();
    for route in groups.into_iter().flatten() {
        router = mount(router, &route);
    }
    router
        .method_not_allowed_fallback(errors::method_not_allowed)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(api)
}

/// One path with its methods under each of its bases.
pub(super) struct Route {
    pub(super) bases: &'static [&'static str],
    pub(super) path: &'static str,
    pub(super) methods: MethodRouter<Api>,
}

/// Serves a route under every site prefix and base, with and without a slash at its end: a redirect would lose the
/// method or the headers (DM-GEN-004).
fn mount(mut router: Router<Api>, route: &Route) -> Router<Api> {
    for site in SITES {
        for base in route.bases {
            for slash in ["", "/"] {
                let path = format!("{site}{base}{}{slash}", route.path);
                router = router.route(&path, route.methods.clone());
            }
        }
    }
    router
}
