//! The tokens of `/authorize`: compact JWS that the server signs and verifies itself (`50` §3).

use jsonwebtoken::crypto;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, encode};
use serde::Serialize;
use uuid::Uuid;

use super::caller::Presented;
use crate::domain::Millis;
use crate::domain::licensing::Account;
use crate::site::{Refusal, Site};

/// CM-AUTH-003.
const ALGORITHM: Algorithm = Algorithm::HS512;
/// Its name in the header.
pub(super) const ALGORITHM_NAME: &str = "HS512";

/// CM-AUTH-004.
#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iss: &'a str,
    iat: i64,
    exp: i64,
    roles: &'a str,
    #[serde(rename = "xsrfToken")]
    xsrf_token: Uuid,
}

/// A token with its end.
pub(super) struct Issued {
    pub(super) token: String,
    pub(super) expires: Millis,
}

/// A token for an account on an instance (CM-AUTH-004, CM-AUTH-005, CM-AUTH-011).
pub(super) fn issue(site: &Site, instance: &str, account: Account) -> Result<Issued, Refusal> {
    let rules = &site.rules().licensing.accounts;
    let instance = &*site.license_server(instance)?.id;
    let failed = || Refusal::new(500, "the token cannot be signed");
    let secret = site.token_secret(instance, account).ok_or_else(failed)?;
    let issued_s = site.now().div_euclid(1000);
    let claims = Claims {
        sub: account.name(),
        iss: instance,
        iat: issued_s,
        exp: issued_s + rules.token_seconds,
        roles: (rules.roles)(account),
        xsrf_token: if rules.own_xsrf { Uuid::new_v4() } else { Uuid::nil() },
    };
    let token = encode(&Header::new(ALGORITHM), &claims, &EncodingKey::from_secret(&secret));
    Ok(Issued { token: token.map_err(|_| failed())?, expires: claims.exp * 1000 })
}

/// The roles of a token that the server has issued for this instance and that has not ended; a refusal for any other
/// (CM-AUTH-009, CM-AUTH-010, CM-AUTH-015).
pub(super) fn verify(site: &Site, instance: &str, token: &Presented<'_>) -> Result<String, &'static str> {
    let rules = &site.rules().licensing.accounts;
    let claims = &token.claims;
    let (Some(issuer), Some(subject)) = (claims.text("iss"), claims.text("sub")) else {
        return Err("the token lacks a claim");
    };
    let account = (rules.named)(subject).ok_or("the token is of no account")?;
    let secret =
        site.token_secret(issuer, account).ok_or("the token is of an account that may not authorize")?;
    let signed = crypto::verify(
        token.signature,
        token.message.as_bytes(),
        &DecodingKey::from_secret(&secret),
        ALGORITHM,
    );
    let unsigned = token.algorithm == "none" && rules.unsigned_passes;
    if rules.signature_counts && !unsigned && !signed.unwrap_or(false) {
        return Err("the signature of the token does not verify");
    }
    if !(rules.issuer_counts)(issuer, instance) {
        return Err("the token is of another instance");
    }
    let end = claims.seconds("exp").ok_or("the token lacks a claim")?;
    if !(rules.in_time)(end, site.now().div_euclid(1000)) {
        return Err("the token has expired");
    }
    match claims.text("roles") {
        Some(roles) => Ok(roles.to_owned()),
        None if rules.roles_required => Err("the token lacks a claim"),
        None => Ok((rules.roles)(account).to_owned()),
    }
}
