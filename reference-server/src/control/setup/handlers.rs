//! What each address does.

use std::time::Instant;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::super::operator::same;
use super::fields::Fields;
use super::logins::LIFETIME;
use super::pages::{self, SiteLine};
use super::router::{ENTRANCE, Setup};
use super::site_page::{self, Message, SiteView};
use super::turned::Turned;
use super::visitor::{Change, Visitor};
use crate::http::errors::Refused;
use crate::site::{ProducerChange, Refusal};

/// Most sites that the page lists.
const MOST_SITES: usize = 100;

/// Asks for the token, or lists the sites for whoever has shown it.
pub(super) async fn entrance(
    State(setup): State<Setup>,
    visitor: Result<Visitor, Turned>,
) -> Result<Response, Turned> {
    let visitor = match visitor {
        Ok(visitor) => visitor,
        Err(Turned::Stranger) => return Ok(pages::entrance(None).into_response()),
        Err(other) => return Err(other),
    };
    let overview = setup.control.sites.overview();
    let more = overview.len().saturating_sub(MOST_SITES);
    let line = |id: String| {
        let looked =
            setup.control.sites.look(&id, |site| (site.producer_state(), site.license_servers().count()));
        // A site that has gone meanwhile is not listed.
        looked.ok().map(|(state, servers)| SiteLine { id, state, servers })
    };
    let lines: Vec<SiteLine> =
        overview.into_iter().take(MOST_SITES).filter_map(|site| line(site.id)).collect();
    Ok(pages::sites(&visitor.login, &lines, more).into_response())
}

/// Trades the control token for a cookie.
pub(super) async fn log_in(State(setup): State<Setup>, fields: Fields) -> Result<Response, Turned> {
    if !same(fields.get("token").trim(), &setup.control.token) {
        tracing::warn!("somebody tried to log in to the set-up page with a wrong control token");
        let page = pages::entrance(Some("This is not the control token of this server."));
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    let login = setup.logins.open(Instant::now());
    let login = login.ok_or_else(|| Turned::Refused(Refusal::new(500, "there are no random numbers")))?;
    Ok(([(SET_COOKIE, cookie(&setup, &login.id, LIFETIME.as_secs()))], Redirect::to(ENTRANCE))
        .into_response())
}

/// Ends the login.
pub(super) async fn log_out(State(setup): State<Setup>, change: Change) -> Response {
    setup.logins.close(&change.visitor.login.id);
    ([(SET_COOKIE, cookie(&setup, "", 0))], Redirect::to(ENTRANCE)).into_response()
}

/// No script reads it, no other site sends it, and nothing but this page gets it.
fn cookie(setup: &Setup, value: &str, seconds: u64) -> String {
    let secure = if setup.control.scheme == "https" { "; Secure" } else { "" };
    let name = &setup.cookie;
    format!("{name}={value}; Path={ENTRANCE}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

/// What a page of a site is asked to show besides.
#[derive(Default, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    done: String,
    instance: Option<String>,
}

/// The two steps for a site, and how to go on.
pub(super) async fn site(
    State(setup): State<Setup>,
    visitor: Visitor,
    site: Result<Path<String>, PathRejection>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Turned> {
    let Path(site) = site.map_err(|_| Turned::Nothing)?;
    let Query(wanted) = wanted.unwrap_or_default();
    let message = Message::of(&wanted.done);
    show(&setup, &visitor, &site, wanted.instance.as_deref(), message).await
}

/// The first step: the tick and "Save" (CM-PROD-004).
pub(super) async fn enable(
    State(setup): State<Setup>,
    site: Result<Path<String>, PathRejection>,
    change: Change,
) -> Result<Response, Turned> {
    let Path(site) = site.map_err(|_| Turned::Nothing)?;
    let enabled = !change.fields.get("enabled").is_empty();
    let producer = ProducerChange { enabled: Some(enabled), password: None };
    let changed = setup.control.sites.act(&site, |site| site.change_producer_user(producer)).await?;
    changed.map_err(Turned::Refused)?;
    Ok(done(&site, if enabled { "enabled" } else { "disabled" }))
}

/// The second step: a password and "Save". A password that the policy refuses is explained and not repeated
/// (CM-PWD-006).
pub(super) async fn define_password(
    State(setup): State<Setup>,
    site: Result<Path<String>, PathRejection>,
    change: Change,
) -> Result<Response, Turned> {
    let Path(site) = site.map_err(|_| Turned::Nothing)?;
    let Change { visitor, mut fields } = change;
    // A site that is not there comes before what is wrong with a password.
    setup.control.sites.look(&site, |_site| ())?;
    let refusal = match setup.control.secret(&site, "This", fields.take("password")).await {
        Ok(secret) => {
            let producer = ProducerChange { enabled: None, password: Some(secret) };
            setup.control.sites.act(&site, |site| site.change_producer_user(producer)).await?.err()
        }
        Err(Refused(refusal)) => Some(refusal),
    };
    let Some(refusal) = refusal else { return Ok(done(&site, "password")) };
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let message = Some(Message::Refused(refusal.messages.join("; ")));
    let page = show(&setup, &visitor, &site, None, message).await?;
    Ok((status, page).into_response())
}

/// A page that can be loaded again without doing anything again.
fn done(site: &str, what: &str) -> Response {
    Redirect::to(&format!("{ENTRANCE}/sites/{site}?done={what}")).into_response()
}

async fn show(
    setup: &Setup,
    visitor: &Visitor,
    site: &str,
    instance: Option<&str>,
    message: Option<Message>,
) -> Result<Response, Turned> {
    let view = setup.control.sites.act(site, |site| SiteView::of(site)).await?;
    Ok(site_page::render(visitor, &view, instance, message.as_ref()).into_response())
}
