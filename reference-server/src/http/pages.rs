//! What the server tells people and monitors of itself: a page, its health, its metrics.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use serde_json::json;

use super::reply::respond;
use crate::site::Clock;
use crate::sites::{SiteOverview, Sites};

/// Most sites that the page lists.
const MOST_SITES: usize = 100;

/// Page, health and metrics, none of which needs a token or tells anything that does.
pub(crate) fn router(sites: Arc<Sites>) -> Router {
    let mut router = Router::new();
    for (path, method) in routes() {
        router = router.route(path, method);
    }
    router.with_state(sites)
}

fn routes() -> [(&'static str, MethodRouter<Arc<Sites>>); 3] {
    [("/", get(page)), ("/health", get(health)), ("/metrics", get(metrics))]
}

/// Every address that is served.
#[cfg(test)]
pub(crate) fn addresses() -> Vec<String> {
    routes().into_iter().map(|(path, _)| path.to_owned()).collect()
}

/// 200 as long as the store keeps what is done, else 503 with the reason.
async fn health(State(sites): State<Arc<Sites>>) -> Response {
    match sites.store().failure() {
        None => respond(200, Some(&json!({ "status": "ok" }))),
        Some(reason) => respond(503, Some(&json!({ "status": "failing", "reason": reason }))),
    }
}

async fn metrics(State(sites): State<Arc<Sites>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], sites.store().metrics().render()).into_response()
}

async fn page(State(sites): State<Arc<Sites>>, headers: HeaderMap) -> Html<String> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let overview = sites.overview();
    let mut rows = String::new();
    for site in overview.iter().take(MOST_SITES) {
        row(&mut rows, host, site);
    }
    let more = overview.len().saturating_sub(MOST_SITES);
    let more = if more > 0 { format!("<p>… and {more} more.</p>") } else { String::new() };
    let (version, kept) = (env!("CARGO_PKG_VERSION"), sites.store().place());
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8>\
         <meta name=viewport content=\"width=device-width\"><title>Elastic Access reference server</title>\
         <style>{STYLE}</style><h1>Elastic Access reference server</h1>\
         <p>Version {version}. It serves Dynamic Monetization v1.0 and v1.1 and the Cloud Monetization API, charges as \
         the documents say, and keeps its data {kept}.</p>\
         <p>OpenAPI: <a href=/openapi/v1.0.json>v1.0</a>, <a href=/openapi/v1.1.json>v1.1</a>, \
         <a href=/openapi/cmapi.json>Cloud Monetization</a> · \
         <a href=/health>Health</a> · <a href=/metrics>Metrics</a></p>\
         <h2>Sites</h2><div class=wide><table><tr><th>Site<th>Base address<th>Clock<th>Instances<th>Live sessions\
         {rows}</table></div>{more}\
         <h2>For tests</h2><p>The control protocol at <code>/_control/v1</code> makes sites, moves their clocks and \
         reads their usage rows. It takes the control token that the server was started with. People set up the Producer User of \
         license servers at <a href=/setup>the set-up page</a>.</p></html>",
        kept = escaped(&kept),
    ))
}

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;\
margin:2rem auto;padding:0 1rem}.wide{overflow-x:auto}table{border-collapse:collapse}\
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884;white-space:nowrap}";

fn row(rows: &mut String, host: &str, site: &SiteOverview) {
    let clock = match site.clock {
        Clock::Real => "the machine's".to_owned(),
        Clock::Virtual(now) => format!("virtual, at {now} ms"),
    };
    let (id, host) = (escaped(&site.id), escaped(host));
    let prefix = if site.id == "default" { String::new() } else { format!("/sites/{id}") };
    let (instances, sessions) = (site.instances, site.live_sessions);
    write!(
        rows,
        "<tr><td>{id}<td><code>http://{host}{prefix}/dynamicmonetization</code><td>{clock}<td>{instances}\
         <td>{sessions}"
    )
    .expect("text takes all that is written to it");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_cannot_write_the_page() {
        let site =
            SiteOverview { id: "<b>".into(), clock: Clock::Virtual(5), instances: 1, live_sessions: 2 };
        let mut rows = String::new();
        row(&mut rows, "a\"><script>", &site);
        assert!(!rows.contains("<b>") && !rows.contains("<script>"), "{rows}");
    }
}
