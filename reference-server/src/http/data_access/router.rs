//! The addresses of the Data Access API.

use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, get};

use super::super::errors;
use super::{metadata, reference, report};
use crate::sites::Sites;

/// Where the addresses of a site begin; without a site in the path it is the site `default`.
const BASES: [&str; 2] = ["/data", "/sites/{siteId}/data"];

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

fn routes() -> [(&'static str, MethodRouter<Arc<Sites>>); 6] {
    [
        ("/swagger-ui.html", get(reference::page)),
        ("/api/v1/report/report-names", get(metadata::names)),
        ("/api/v1/report/report-types/{group}", get(metadata::types)),
        ("/api/v1/report/global-filters", get(metadata::global_filters)),
        // The documents name this list, but not where it is (DAPI-011).
        ("/api/v1/report/query-operators", get(metadata::operators)),
        ("/api/v1/report/{group}", get(report::serve)),
    ]
}

/// Every address that is served, with its parameters in braces.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    routes().into_iter().flat_map(|(path, _)| BASES.map(|base| format!("{base}{path}"))).collect()
}
