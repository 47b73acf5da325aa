//! `/access_request`, `/preview_request` and `/signed_access_request` (`50` §5, §6).

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use tokio::time::sleep;

use super::super::body::JsonBody;
use super::super::reply::Reply;
use super::super::schema;
use super::super::wire::Operation;
use super::api::{LicensingApi, body_refusal, of_sites};
use super::call::LicensingCall;
use super::render;
use crate::domain::Rules;
use crate::domain::licensing::{CapabilityRequest, Need};
use crate::site::Refusal;

/// How long others have between a judgement and its booking, where rules have these apart.
const BETWEEN: Duration = Duration::from_millis(20);

/// Grants, renews and takes back (CM-ACC-001).
pub(super) async fn request(
    State(api): State<LicensingApi>,
    call: LicensingCall,
    body: JsonBody,
) -> Response {
    let request = body.read(schema::capability_request).map_err(body_refusal);
    let mut judged = None;
    if let Ok(request) = &request {
        match api.sites.look(call.site(), |site| site.judge_ahead(call.instance(), request)) {
            Ok(ahead) => judged = ahead.ok().flatten(),
            Err(error) => return of_sites(&error),
        }
    }
    if judged.is_some() {
        sleep(BETWEEN).await;
    }
    api.answer(
        &call,
        Operation::RequestLicenses,
        Need::Licensing,
        |site| {
            let request = request.and_then(|request| known_host(site.rules(), request))?;
            let answer = site.request_licenses(call.instance(), &request, judged.as_ref())?;
            let percent = site.license_server(call.instance())?.terms.borrow.renew_percent;
            let rules = &site.rules().licensing.granting;
            Ok(render::answer(&request.host, &answer.served, rules, Some(percent)))
        },
        Reply::ok,
    )
    .await
}

/// Refuses hosts of unknown types (CM-ACC-003).
fn known_host(rules: &Rules, request: CapabilityRequest) -> Result<CapabilityRequest, Refusal> {
    if (rules.licensing.granting.host_type_known)(&request.host.kind) {
        return Ok(request);
    }
    Err(Refusal::invalid("$.hostId.type: is no known type of host ID"))
}

/// Shows what a request would come to (CM-PRE-001).
pub(super) async fn preview(
    State(api): State<LicensingApi>,
    call: LicensingCall,
    body: JsonBody,
) -> Response {
    let request = body.read(schema::preview_request).map_err(body_refusal);
    api.answer(
        &call,
        Operation::PreviewLicenses,
        Need::Licensing,
        |site| {
            let request = request.and_then(|request| known_host(site.rules(), request))?;
            let served = site.preview_licenses(call.instance(), &request)?;
            Ok(render::answer(&request.host, &served, &site.rules().licensing.granting, None))
        },
        Reply::ok,
    )
    .await
}

/// What is signed there, and how, is not published (CM-SIG-002).
pub(super) async fn signed(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    api.answer(
        &call,
        Operation::RequestSignedLicenses,
        Need::Licensing,
        |_site| -> Result<Reply, Refusal> {
            Err(Refusal::new(501, "signed access requests are not served here"))
        },
        |reply| reply,
    )
    .await
}
