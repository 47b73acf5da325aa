//! A token: what it says, whose it claims to be, and what its bearer may do (`20` §2).

use std::sync::Arc;

use jsonwebtoken::dangerous::insecure_decode_claims;
use jsonwebtoken::{Algorithm, decode_header};
use serde::Deserialize;
use serde_json::{Number, Value};

use super::call::Call;
use super::check::exact;
use super::public_key::PublicKey;
use crate::domain::{KeyKind, Rules};
use crate::site::Refusal;

/// Algorithms that any key may be used with; `none` and HMAC are not among them (DM-AUTH-009).
const ACCEPTED: [Algorithm; 5] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::ES256, Algorithm::ES384];

/// What a token says; nothing of it is proven.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) text: Arc<str>,
    pub(super) kind: KeyKind,
    key_id: String,
    /// The `kid` of the header, which plays no part (DM-AUTH-005).
    pub(super) header_key_id: Option<String>,
    /// Instances that a client token is for (DM-AUTH-A02).
    audience: Vec<String>,
    /// Claims that are not there.
    pub(super) missing: Vec<&'static str>,
    pub(super) issued_s: i64,
    pub(super) not_before_s: i64,
    pub(super) expires_s: i64,
    /// The signature algorithm, when it is one that is accepted.
    pub(super) algorithm: Option<Algorithm>,
    pub(super) unsigned: bool,
}

/// The claims of both kinds of token (DM-AUTH-002, DM-AUTH-003); which of them must be there is a rule of the site.
#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    iat: Option<Number>,
    nbf: Option<Number>,
    exp: Option<Number>,
    cnf: Confirmation,
    aud: Option<Value>,
}

#[derive(Deserialize)]
struct Confirmation {
    jwk: NamedKey,
}

/// Key ID and kind stand in the payload; the JOSE header plays no part (DM-AUTH-005).
#[derive(Deserialize)]
struct NamedKey {
    kid: String,
    kty: KeyKind,
}

impl Claims {
    /// The claims that a token of this kind lacks.
    fn missing(&self) -> Vec<&'static str> {
        let there = [
            ("iss", self.iss.is_some()),
            ("iat", self.iat.is_some()),
            ("nbf", self.nbf.is_some()),
            ("exp", self.exp.is_some()),
            ("aud", self.aud.is_some() || self.cnf.jwk.kty == KeyKind::Admin),
        ];
        there.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect()
    }
}

impl Token {
    pub(super) fn read(text: &str) -> Result<Self, &'static str> {
        let claims: Claims =
            insecure_decode_claims(text).map_err(|_| "the token is no JWT with all required claims")?;
        let missing = claims.missing();
        let audience = match claims.aud {
            Some(audience) if claims.cnf.jwk.kty == KeyKind::Client => serde_json::from_value(audience)
                .map_err(|_| "claim `aud` of the token is not a list of instance IDs")?,
            _ => Vec::new(),
        };
        let header = decode_header(text).ok();
        let algorithm = header.as_ref().map(|header| header.alg);
        Ok(Self {
            text: text.into(),
            kind: claims.cnf.jwk.kty,
            key_id: claims.cnf.jwk.kid,
            audience,
            missing,
            issued_s: seconds(claims.iat.as_ref(), i64::MIN)
                .ok_or("claim `iat` of the token is no time in seconds")?,
            not_before_s: seconds(claims.nbf.as_ref(), i64::MIN)
                .ok_or("claim `nbf` of the token is no time in seconds")?,
            expires_s: seconds(claims.exp.as_ref(), i64::MAX)
                .ok_or("claim `exp` of the token is no time in seconds")?,
            algorithm: algorithm.filter(|algorithm| ACCEPTED.contains(algorithm)),
            header_key_id: header.and_then(|header| header.kid),
            unsigned: text.ends_with('.'),
        })
    }

    /// What stands in for a token where the rules let everybody in.
    pub(super) fn of_a_stranger() -> Self {
        Self {
            text: "".into(),
            kind: KeyKind::Admin,
            key_id: String::new(),
            header_key_id: None,
            audience: Vec::new(),
            missing: Vec::new(),
            issued_s: i64::MIN,
            not_before_s: i64::MIN,
            expires_s: i64::MAX,
            algorithm: None,
            unsigned: true,
        }
    }

    /// Whether the signature is that of this key.
    pub(super) fn signed_with(&self, algorithm: Algorithm, public_key: &str) -> bool {
        let Some((message, signature)) = self.text.rsplit_once('.') else { return false };
        PublicKey::read(public_key).is_ok_and(|key| key.verifies(algorithm, message, signature))
    }

    /// For operations of the administration (DM-AUTH-012, DM-AUTH-040).
    pub(super) fn administration(&self, rules: &Rules) -> Result<(), Refusal> {
        if (rules.tokens.kind_allowed)(self.kind, KeyKind::Admin) {
            return Ok(());
        }
        Err(Refusal::new(rules.statuses.token_wrong_kind, "this operation needs an administration token"))
    }

    /// For operations with the instance in the path (DM-AUTH-013, DM-AUTH-A08).
    pub(super) fn instance_in_path(&self, rules: &Rules, instance: &str) -> Result<(), Refusal> {
        if self.reaches(rules, instance) {
            return Ok(());
        }
        Err(Refusal::new(rules.statuses.token_other_instance, "the token is not for this instance"))
    }

    /// For the list of sessions, which names the instance in the query (DM-AUTH-A05, DM-AUTH-A08).
    pub(super) fn instance_in_query(&self, rules: &Rules, instance: &str) -> Result<(), Refusal> {
        if self.reaches(rules, instance) {
            Ok(())
        } else {
            Err(Refusal::new(rules.statuses.token_session_instance, "the token is not for this instance"))
        }
    }

    /// The instance that a client token names in the header, which it must (DM-AUTH-A03, DM-AUTH-A04,
    /// DM-AUTH-A06); an administration token names none, whatever the header says (DM-AUTH-A07, DM-AUTH-015).
    pub(super) fn instance_in_header<'c>(
        &self,
        rules: &Rules,
        call: &'c Call,
    ) -> Result<Option<&'c str>, Refusal> {
        let Some(instance) = call.instance_header() else {
            if !(rules.tokens.needs_instance_header)(self.kind) {
                return Ok(None);
            }
            let status = rules.statuses.token_no_instance_header;
            return Err(Refusal::new(status, "this token needs the header x-instance-id"));
        };
        if self.kind == KeyKind::Admin && !rules.tokens.administration_header_counts {
            return Ok(None);
        }
        self.instance_in_query(rules, instance)?;
        Ok(Some(instance))
    }

    /// The key that the token names.
    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    fn reaches(&self, rules: &Rules, instance: &str) -> bool {
        let everywhere = self.kind == KeyKind::Admin && rules.tokens.administration_reaches_all;
        everywhere || (rules.tokens.audience_allows)(&self.audience, instance)
    }
}

/// A time in whole seconds, a fraction cut off; without one, what stands for it.
fn seconds(time: Option<&Number>, without: i64) -> Option<i64> {
    let Some(time) = time else { return Some(without) };
    let whole = exact(time.as_str())?.floor().normalize();
    i64::try_from(whole.mantissa()).ok().filter(|_| whole.scale() == 0)
}
