//! The addresses of Dynamic Monetization in both versions.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::MethodRouter;

use super::api::Api;
use super::body::MOST_BYTES;
use super::{
    access, actions, conditions, configuration, errors, instances, keys, line_items, rate_tables, sessions,
};
use crate::domain::{ApiVersion, PerVersion, per_version};

/// Where the API of a site begins; without a site in the path it is the site `default`.
const SITES: [&str; 2] = ["/dynamicmonetization", "/sites/{siteId}/dynamicmonetization"];

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

/// Everything that is served (DM-GEN-001, DM-SES-009).
pub(crate) fn router(api: Api) -> Router {
    let mut router = Router::new();
    for version in ApiVersion::ALL {
        let mut of_version = Router::new();
        for route in routes() {
            for address in route.addresses(version) {
                of_version = of_version.route(&address, route.methods.clone());
            }
        }
        router = router.merge(of_version.with_state(api.speaking(version)));
    }
    router.method_not_allowed_fallback(errors::method_not_allowed).layer(DefaultBodyLimit::max(MOST_BYTES))
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

/// One path with its methods under each of its bases.
pub(super) struct Route {
    pub(super) bases: Bases,
    pub(super) path: &'static str,
    pub(super) methods: MethodRouter<Api>,
}

impl Route {
    /// A route stands under every site prefix and base, with and without a slash at its end: a redirect would lose
    /// the method or the headers (DM-GEN-004).
    fn addresses(&self, version: ApiVersion) -> Vec<String> {
        let mut addresses = Vec::new();
        for site in SITES {
            for base in self.bases.of(version) {
                for slash in ["", "/"] {
                    addresses.push(format!("{site}{base}/{}{}{slash}", version.word(), self.path));
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
