//! The addresses of the Data Access API.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get};

use super::super::errors;
use super::{metadata, report};
use crate::sites::Sites;

/// Where the addresses of a site begin; without a site in the path it is the site `default`.
const BASES: [&str; 2] = ["/data/api/v1/report", "/sites/{siteId}/data/api/v1/report"];

/// Everything that is served; all calls are GET.
pub(crate) fn router(sites: Arc<Sites>) -> Router {
    let mut router = Router::new();
    for (path, method) in routes() {
        for base in BASES {
            router = router.route(&format!("{base}{path}"), method.clone());
        }
    }
    router.method_not_allowed_fallback(errors::method_not_allowed).with_state(sites)
}

fn routes() -> [(&'static str, MethodRouter<Arc<Sites>>); 5] {
    [
        ("/report-names", get(metadata::names)),
        ("/report-types/{group}", get(metadata::types)),
        ("/global-filters", get(metadata::global_filters)),
        // The documents name this list, but not where it is (DAPI-011).
        ("/query-operators", get(metadata::operators)),
        ("/{group}", get(report::serve)),
    ]
}

/// Every address that is served, with its parameters in braces.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    routes().into_iter().flat_map(|(path, _)| BASES.map(|base| format!("{base}{path}"))).collect()
}
