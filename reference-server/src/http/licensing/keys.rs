//! `/rest_licensing_keys` (`50` §4.2).

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use serde_json::json;

use super::super::body;
use super::super::reply::Reply;
use super::super::wire::Operation;
use super::api::{LicensingApi, refused};
use super::call::LicensingCall;
use super::key;
use crate::domain::licensing::{LicensingKey, Need, roles};
use crate::site::Refusal;

const ADMINISTRATION: Need = Need::Role(roles::ADMIN);

/// The bytes of an upload, or what is wrong with them.
pub(super) struct Upload(Result<Bytes, Refusal>);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let declared =
            request.headers().get(CONTENT_TYPE).map(|declared| declared.to_str().unwrap_or_default());
        let octets = declared.is_none_or(|declared| {
            let essence = declared.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case("application/octet-stream")
        });
        if !octets {
            return Ok(Self(Err(Refusal::new(415, "the content type must be application/octet-stream"))));
        }
        Ok(Self(body::bytes(request, state).await))
    }
}

/// Takes a public key for client JWTs (CM-KEY-001, CM-KEY-003, CM-KEY-004).
pub(super) async fn upload(
    State(api): State<LicensingApi>,
    call: LicensingCall,
    Upload(body): Upload,
) -> Response {
    api.answer(
        &call,
        Operation::UploadLicensingKey,
        ADMINISTRATION,
        |site| {
            let key = key::read(&body?, &site.rules().licensing.keys).map_err(Refusal::invalid)?;
            site.upload_licensing_key(call.instance(), key.clone())?;
            Ok(key)
        },
        |key| shown(&key),
    )
    .await
}

/// Shows the key (CM-KEY-010).
pub(super) async fn read(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    api.answer(
        &call,
        Operation::ReadLicensingKey,
        ADMINISTRATION,
        |site| {
            let keys = &site.license_server(call.instance())?.keys;
            keys.last().cloned().ok_or_else(|| Refusal::not_found("licensing key"))
        },
        |key| shown(&key),
    )
    .await
}

fn shown(LicensingKey(key): &LicensingKey) -> Reply {
    Reply::ok(json!({ "publicKey": key }))
}

/// Revokes the key; that it is gone is what 410 says (CM-KEY-007, CM-KEY-008).
pub(super) async fn revoke(State(api): State<LicensingApi>, call: LicensingCall) -> Response {
    api.answer(
        &call,
        Operation::RevokeLicensingKey,
        ADMINISTRATION,
        |site| {
            let rules = site.rules().licensing.keys;
            let was_there = site.revoke_licensing_key(call.instance())?;
            Ok(if was_there { rules.revoked_status } else { rules.revoked_none })
        },
        |status| match status {
            410 => refused(&Refusal::new(410, "the licensing key is revoked")),
            400.. => refused(&Refusal::new(status, "there is no licensing key")),
            status => Reply::done(status),
        },
    )
    .await
}
