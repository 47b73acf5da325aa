//! Who calls, and whether they may: tokens of `/authorize` and client JWTs, judged under the site's lock.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};

use super::super::check::exact;
use super::account_token::{self, ALGORITHM_NAME};
use super::key;
use crate::domain::licensing::{CallerKind, ClientClaims, LicensingKey, Need, SigningWay, roles};
use crate::site::{Refusal, Site};

/// A token as it came; nothing of it is proven.
pub(super) struct Presented<'t> {
    pub(super) algorithm: String,
    pub(super) claims: Claims,
    pub(super) message: &'t str,
    pub(super) signature: &'t str,
}

/// What a token says.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A time in whole seconds, a fraction cut off.
    pub(super) fn seconds(&self, name: &str) -> Option<i64> {
        let number = exact(self.0.get(name)?.as_number()?.as_str())?;
        i64::try_from(number.floor()).ok()
    }

    /// Whether a claim is there that is no time.
    fn has_wrong_time(&self, name: &str) -> bool {
        self.0.contains_key(name) && self.seconds(name).is_none()
    }
}

impl<'t> Presented<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let part = |text: &str| -> Option<Map<String, Value>> {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
        };
        let algorithm = part(header)?.get("alg")?.as_str()?.to_owned();
        Some(Self { algorithm, claims: Claims(part(payload)?), message, signature })
    }
}

/// Lets a caller in, or refuses with 404 for the instance, 401 for the token (CM-HTTP-004), 403 for the roles
/// (CM-HTTP-005).
pub(super) fn authenticate(
    site: &Site,
    instance: &str,
    bearer: Option<&str>,
    need: Need,
) -> Result<(), Refusal> {
    let server = site.license_server(instance)?;
    let rules = &site.rules().licensing;
    let open = match need {
        Need::Licensing => !server.terms.json_security || !rules.clients.required,
        Need::Role(role) => role == roles::READ && rules.accounts.anonymous_reads,
    };
    if open {
        return Ok(());
    }
    let unauthorized = |why: &str| Refusal::new(401, why);
    let text = bearer.ok_or_else(|| unauthorized("there is no bearer token"))?;
    let token = Presented::read(text).ok_or_else(|| unauthorized("the token is no signed JWT"))?;
    let (kind, roles) = if is_of_an_account(&token) {
        (CallerKind::Account, account_token::verify(site, &server.id, &token).map_err(unauthorized)?)
    } else {
        (CallerKind::Client, verify_client(site, &server.id, &token).map_err(unauthorized)?)
    };
    if (rules.accounts.may)(kind, &roles, need) {
        return Ok(());
    }
    Err(Refusal::new(403, "the token does not have the role that this needs"))
}

/// The server's own tokens are told by their algorithm, and unsigned ones by their issuer.
fn is_of_an_account(token: &Presented<'_>) -> bool {
    token.algorithm == ALGORITHM_NAME || token.algorithm == "none" && token.claims.text("iss").is_some()
}

/// The roles of a client JWT that the licensing key of the instance has signed (CM-JWT-001 to CM-JWT-010, CM-JWT-013,
/// S-19, S-24).
fn verify_client(site: &Site, instance: &str, token: &Presented<'_>) -> Result<String, &'static str> {
    let rules = &site.rules().licensing.clients;
    let way = (rules.way)(&token.algorithm).ok_or("the token is not signed with an accepted algorithm")?;
    let keys = site.licensing_keys(instance).map_err(|_| "there is no such instance")?;
    if keys.is_empty() {
        return Err("the instance has no licensing key");
    }
    if rules.signature_counts && !keys.iter().any(|key| verifies(way, key, token)) {
        return Err("the signature of the token does not verify");
    }
    if token.claims.has_wrong_time("exp") {
        return Err("claim `exp` of the token is no time in seconds");
    }
    let claims = ClientClaims {
        subject: token.claims.text("sub").map(str::to_owned),
        roles: token.claims.text("roles").map(str::to_owned),
        issued_s: token.claims.seconds("iat"),
        expires_s: token.claims.seconds("exp"),
    };
    if rules.subject_required && claims.subject.as_deref().is_none_or(str::is_empty) {
        return Err("the token has no subject");
    }
    if !(rules.in_time)(&claims, site.now().div_euclid(1000)) {
        return Err("the token is not valid at this time");
    }
    Ok(claims.roles.unwrap_or_else(|| rules.roles_left_out.to_owned()))
}

fn verifies(way: SigningWay, key: &LicensingKey, token: &Presented<'_>) -> bool {
    match way {
        SigningWay::PublicKey => Algorithm::from_str(&token.algorithm)
            .is_ok_and(|algorithm| key::verifies(key, algorithm, token.message, token.signature)),
        SigningWay::SharedSecret => key::is_secret_of(key, token.message, token.signature),
        SigningWay::Unsigned => true,
    }
}
