//! The addresses of the Cloud Monetization API (`50` §1).

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::handler::Handler;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, on};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::super::body::MOST_BYTES;
use super::super::openapi::licensing as declared;
use super::super::openapi::{self, Licensed};
use super::api::{LicensingApi, of_sites, refuse};
use super::{access, authorize, keys, reads, reservations};

/// Where the addresses of a site begin; without a site in the path it is the site `default`.
const SITES: [&str; 2] = ["", "/sites/{siteId}"];
const BASE: &str = "/api/1.0";
const INSTANCE: &str = "/api/1.0/instances/{instanceId}";

/// Everything that is served. Each exchange counts towards the tenant's connections, whatever it asks for
/// (CM-LIM-002).
pub(crate) fn router(api: &LicensingApi) -> Router {
    let exact = exact(api);
    let mut router = exact.clone();
    for site in SITES {
        let exact = exact.clone();
        let other = any(move |request: Request| without_empty_segments(exact, request));
        router = router.route(&format!("{site}{BASE}/{{*rest}}"), other);
    }
    router
}

fn exact(api: &LicensingApi) -> Router {
    let mut router = Router::new();
    for Route { licensed, method } in routes() {
        for site in SITES {
            router = router.route(&format!("{site}{INSTANCE}{}", licensed.path), method.clone());
        }
    }
    for site in SITES {
        let document = |uri: Uri| async move { openapi::serve_licensing(&uri, &operations()) };
        router = router
            .route(&format!("{site}{BASE}/health"), get(reads::health))
            .route(&format!("{site}/openapi/cmapi.json"), get(document));
    }
    router
        .method_not_allowed_fallback(|| async { refuse(405, "this address does not take this method") })
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(api.clone(), within_connections))
        .with_state(api.clone())
}

/// An operation with what serves it.
struct Route {
    licensed: &'static Licensed,
    method: MethodRouter<LicensingApi>,
}

/// Serves an operation where its declaration says.
fn route<H, T>(licensed: &'static Licensed, handler: H) -> Route
where
    H: Handler<T, LicensingApi>,
    T: 'static,
{
    Route { licensed, method: on(licensed.method.filter(), handler) }
}

fn routes() -> Vec<Route> {
    vec![
        route(&declared::AUTHORIZE, authorize::authorize),
        route(&declared::UPLOAD_LICENSING_KEY, keys::upload),
        route(&declared::READ_LICENSING_KEY, keys::read),
        route(&declared::REVOKE_LICENSING_KEY, keys::revoke),
        route(&declared::REQUEST_LICENSES, access::request),
        route(&declared::PREVIEW_LICENSES, access::preview),
        route(&declared::REQUEST_SIGNED_LICENSES, access::signed),
        route(&declared::LIST_FEATURES, reads::features),
        route(&declared::SUMMARIZE_FEATURES, reads::summaries),
        route(&declared::READ_FEATURE, reads::one_feature),
        route(&declared::LIST_FEATURE_CLIENTS, reads::feature_clients),
        route(&declared::LIST_SERVED_CLIENTS, reads::clients),
        route(&declared::DROP_SERVED_CLIENT, reads::drop_client),
        route(&declared::READ_LICENSING_CONFIGURATION, reads::configuration),
        route(&declared::CHANGE_LICENSING_CONFIGURATION, reads::change_configuration),
        route(&declared::LIST_RESERVATION_GROUPS, reservations::list),
        route(&declared::READ_RESERVATION_GROUP, reservations::read),
        route(&declared::ADD_RESERVATION_GROUP, reservations::add),
        route(&declared::DELETE_RESERVATION_GROUP, reservations::delete),
        route(&declared::READ_LICENSING_HEALTH, reads::health),
        route(&declared::LIST_HOST_IDS, reads::host_ids),
    ]
}

/// Every operation as it is declared.
pub(in crate::http) fn operations() -> Vec<&'static Licensed> {
    routes().into_iter().map(|route| route.licensed).collect()
}

/// Every address that is served, with its parameters in braces.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    let of = |route: Route| SITES.map(|site| format!("{site}{INSTANCE}{}", route.licensed.path));
    routes().into_iter().flat_map(of).collect()
}

/// Repeated slashes are one (CM-URL-004); what is not served without them either is not there.
async fn without_empty_segments(exact: Router, mut request: Request) -> Response {
    let not_found = || refuse(404, "there is nothing at this address");
    let path = request.uri().path();
    let shorter: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let shorter = format!("/{}", shorter.join("/"));
    if shorter.len() == path.trim_end_matches('/').len() && !path.ends_with('/') {
        return not_found();
    }
    let with_query = match request.uri().query() {
        Some(query) => format!("{shorter}?{query}"),
        None => shorter,
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = with_query.parse::<PathAndQuery>().ok();
    let Ok(uri) = Uri::from_parts(parts) else { return not_found() };
    *request.uri_mut() = uri;
    match TowerToHyperService::new(exact.fallback(move || async move { not_found() })).call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

/// Refuses an exchange when the tenant has as many as it may under way (CM-LIM-001, CM-LIM-004, CM-LIM-005).
async fn within_connections(State(api): State<LicensingApi>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let named = path.strip_prefix("/sites/").and_then(|rest| rest.split('/').next());
    let site = named.unwrap_or("default").to_owned();
    let rules = match api.sites.look(&site, |site| site.rules().licensing.connections) {
        Ok(rules) => rules,
        Err(error) => return of_sites(&error),
    };
    if !(rules.counts)(path) {
        return next.run(request).await;
    }
    match api.connections.enter(&site, rules.most) {
        Some(_connection) => next.run(request).await,
        None => refuse(rules.refused, "the tenant has as many connections as it may have at a time"),
    }
}
