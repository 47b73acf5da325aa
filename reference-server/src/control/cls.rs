//! License servers by the control protocol: what operators do by hand in the vendor's portal.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::cls_instance::NewInstance;
use super::operator::{Content, Control, Named, Operator, read_secret};
use crate::domain::licensing::Secret;
use crate::http::errors::Refused;
use crate::site::{ProducerChange, Refusal};

/// Lengths of an instance ID (CM-URL-003).
const ID_LENGTH: std::ops::RangeInclusive<usize> = 8..=16;

/// A step of the Producer User's set-up, or both at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    enabled: Option<bool>,
    password: Option<String>,
}

/// Enables or disables the Producer User and defines its password (CM-PROD-004, CM-PROD-011). Whoever has the control
/// token stands for the System Administrator (CM-PROD-005).
pub(super) async fn change_producer_user(
    _operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
    body: Content,
) -> Result<StatusCode, Refused> {
    let change: Change = read_secret(&body)?;
    let password = match change.password {
        Some(password) => Some(control.secret(&site, "`password`", password).await?),
        None => None,
    };
    let change = ProducerChange { enabled: change.enabled, password };
    control.sites.act(&site, |site| site.change_producer_user(change)).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// How far the Producer User has come (CM-PROD-007).
pub(super) async fn producer_user(
    _operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
) -> Result<Response, Refused> {
    let state = control.sites.act(&site, |site| site.producer_state()).await?;
    Ok(Json(json!({ "state": state.word() })).into_response())
}

/// Makes an instance, or replaces the features of one that exists.
pub(super) async fn put_instance(
    _operator: Operator,
    State(control): State<Control>,
    Named((site, instance)): Named<(String, String)>,
    body: Content,
) -> Result<StatusCode, Refused> {
    let capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    if !ID_LENGTH.contains(&instance.len()) || !instance.bytes().all(capital) {
        let message = "the ID of a license-server instance has 8 to 16 capitals and digits";
        return Err(Refusal::invalid(message).into());
    }
    let mut new: NewInstance = read_secret(&body)?;
    let administrator = match new.admin_password.take() {
        Some(password) => Some(control.secret(&site, "`adminPassword`", password).await?),
        None => None,
    };
    let new = new.read(administrator)?;
    let is_new = control.sites.act(&site, |site| site.put_license_server(&instance, new)).await?;
    Ok(if is_new { StatusCode::CREATED } else { StatusCode::OK })
}

impl Control {
    /// The hash of a password that the site's policy lets pass. What is refused is not repeated.
    pub(super) async fn secret(&self, site: &str, member: &str, password: String) -> Result<Secret, Refused> {
        let fault =
            self.sites.act(site, |site| (site.rules().licensing.accounts.password_fault)(&password)).await?;
        if let Some(fault) = fault {
            return Err(Refusal::invalid(format!("{member} is no password: one {fault}")).into());
        }
        let secret = self.passwords.hash(password).await;
        Ok(secret.ok_or_else(|| Refusal::new(500, "the password cannot be hashed"))?)
    }
}
