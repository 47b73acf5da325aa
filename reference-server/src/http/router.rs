//! The addresses of Dynamic Monetization in both versions.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Uri;
use axum::routing::{MethodRouter, get, on};

use super::api::Api;
use super::body::MOST_BYTES;
use super::openapi::{self, Declared};
use super::{
    access, actions, conditions, configuration, errors, instances, keys, line_items, rate_tables, sessions,
};
use crate::domain::{ApiVersion, PerVersion, per_version};

/// Where the addresses of a site begin; without a site in the path it is the site `default`.
const SITES: [&str; 2] = ["", "/sites/{siteId}"];

/// Instances and what belongs to them are published under two bases (DM-GEN-002).
pub(super) const INSTANCE_BASES: Bases = PerVersion::both(&["/provisioning/api", "/api"]);
/// So are keys (DM-GEN-002).
pub(super) const KEY_BASES: Bases = PerVersion::both(&["/floating/api", "/api"]);
/// Sessions have a second base in v1.0 only (DM-SES-007, DM-SES-008).
pub(super) const SESSION_BASES: Bases = per_version(&["/api", "/floating/api"], &["/api"]);
/// Rate tables and configuration.
pub(super) const PROVISIONING_BASE: Bases = PerVersion::both(&["/provisioning/api"]);
/// One-off access requests.
pub(super) const ELASTIC_BASE: Bases = PerVersion::both(&["/elastic/api"]);

/// The service segments of a group of operations, before the version.
pub(super) type Bases = PerVersion<&'static [&'static str]>;

/// Everything that is served: the operations, and the documents that describe them (DM-GEN-001, DM-SES-009).
pub(crate) fn router(api: Api) -> Router {
    let mut router = Router::new();
    for version in ApiVersion::ALL {
        let mut of_version = Router::new();
        for route in routes() {
            for address in route.addresses(version) {
                of_version = of_version.route(&address, route.method.clone());
            }
        }
        for site in SITES {
            let document = move |uri: Uri| async move { openapi::serve(version, &uri, &operations()) };
            of_version = of_version.route(&format!("{site}/openapi/{}.json", version.word()), get(document));
        }
        router = router.merge(of_version.with_state(api.speaking(version)));
    }
    router.method_not_allowed_fallback(errors::method_not_allowed).layer(DefaultBodyLimit::max(MOST_BYTES))
}

/// Every operation as it is declared.
pub(super) fn operations() -> Vec<&'static Declared> {
    routes().map(|route| route.declared).collect()
}

fn routes() -> impl Iterator<Item = Route> {
    let groups = [
        keys::routes(),
        configuration::routes(),
        instances::routes(),
        rate_tables::routes(),
        line_items::routes(),
        conditions::routes(),
        actions::routes(),
        access::routes(),
        sessions::routes(),
    ];
    groups.into_iter().flatten()
}

/// An operation with what serves it.
pub(super) struct Route {
    declared: &'static Declared,
    method: MethodRouter<Api>,
}

/// Serves an operation where its declaration says.
pub(super) fn route<H, T>(declared: &'static Declared, handler: H) -> Route
where
    H: Handler<T, Api>,
    T: 'static,
{
    Route { declared, method: on(declared.method.filter(), handler) }
}

impl Route {
    /// A route stands under every site prefix and base, with and without a slash at its end: a redirect would lose
    /// the method or the headers (DM-GEN-004).
    fn addresses(&self, version: ApiVersion) -> Vec<String> {
        let Declared { bases, path, .. } = self.declared;
        let mut addresses = Vec::new();
        for site in SITES {
            for base in bases.of(version) {
                for slash in ["", "/"] {
                    let word = version.word();
                    addresses.push(format!("{site}/dynamicmonetization{base}/{word}{path}{slash}"));
                }
            }
        }
        addresses
    }
}

/// Every address that is served, with its parameters in braces.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    let of = |version| routes().flat_map(move |route| route.addresses(version));
    ApiVersion::ALL.into_iter().flat_map(of).collect()
}
