//! Keys and tokens: what a caller needs to be let in, and what a test needs to be turned away.
//!
//! Keys are made with the same library that the TLS stack uses. Tokens carry the key's ID and kind in their
//! payload, as the vendor's reference says (DM-AUTH-002, DM-AUTH-005), and claims are plain data so that a
//! test may spoil any one of them. Token times are seconds; everything else in the protocol is milliseconds.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RsaKeyPair,
};
use jsonwebtoken::{EncodingKey, Header};
use pem::{EncodeConfig, LineEnding, Pem};
use serde_json::{Value, json};

/// A token made now is valid from this long ago, so that a target's clock may be a little behind.
const BACKDATED_S: i64 = 120;
const LIFETIME_S: i64 = 30 * 24 * 3600;
const DEFAULT_ISSUER: &str = "chargeproof";

/// How tokens are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSA PKCS #1 v1.5 with SHA-256.
    Rs256,
    /// RSA PKCS #1 v1.5 with SHA-384.
    Rs384,
    /// RSA PKCS #1 v1.5 with SHA-512.
    Rs512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Rs256 => Self::RS256,
            Algorithm::Rs384 => Self::RS384,
            Algorithm::Rs512 => Self::RS512,
            Algorithm::Es256 => Self::ES256,
            Algorithm::Es384 => Self::ES384,
        }
    }
}

/// Why a key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// The file with the key cannot be read.
    #[error("the private key {path} cannot be read: {problem}; check the path in the target file")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        problem: std::io::Error,
    },
    /// The text holds no PEM block.
    #[error("the private key is not PEM text ({0}); it begins with `-----BEGIN PRIVATE KEY-----`")]
    NotPem(pem::PemError),
    /// The PEM block is of another kind, for example a public key or an encrypted one.
    #[error("a PEM block `{0}` is not a private key that can be used; give an unencrypted `PRIVATE KEY`")]
    WrongBlock(String),
    /// The key is damaged or of a kind that tokens are not signed with.
    #[error("the private key is neither RSA of 2048 bits or more nor EC on P-256 or P-384; make a new one")]
    Unsupported,
    /// The cryptographic library failed.
    #[error("the key cannot be made: the cryptographic library gave no reason")]
    Library(#[from] aws_lc_rs::error::Unspecified),
    /// The token could not be signed.
    #[error("the token cannot be signed: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
}

/// A private key that signs tokens, and its public half; clones share it.
#[derive(Clone)]
pub struct KeyPair {
    inner: Arc<Inner>,
}

struct Inner {
    id: String,
    algorithm: Algorithm,
    public_pem: String,
    public_der: Vec<u8>,
    private_pem: String,
    signing: EncodingKey,
}

impl KeyPair {
    /// A new key: RSA of 2048 bits or EC, as the algorithm asks.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn generate(id: &str, algorithm: Algorithm) -> Result<KeyPair, CredentialError> {
        match algorithm {
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => {
                Self::from_rsa(id, algorithm, &RsaKeyPair::generate(KeySize::Rsa2048)?)
            }
            Algorithm::Es256 => {
                Self::from_ec(id, algorithm, &EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?)
            }
            Algorithm::Es384 => {
                Self::from_ec(id, algorithm, &EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING)?)
            }
        }
    }

    /// A key that exists already, as PKCS #8, or as the older RSA and EC forms. RSA keys sign with RS256, EC
    /// keys with the algorithm of their curve.
    ///
    /// # Errors
    /// When the text is no PEM, or the key in it is of no kind that signs tokens.
    pub fn from_pem(id: &str, private_pem: &str) -> Result<KeyPair, CredentialError> {
        let block = pem::parse(private_pem).map_err(CredentialError::NotPem)?;
        let der = block.contents();
        match block.tag() {
            "RSA PRIVATE KEY" => {
                let pair = RsaKeyPair::from_der(der).map_err(|_| CredentialError::Unsupported)?;
                Self::from_rsa(id, Algorithm::Rs256, &pair)
            }
            "PRIVATE KEY" => match RsaKeyPair::from_pkcs8(der) {
                Ok(pair) => Self::from_rsa(id, Algorithm::Rs256, &pair),
                Err(_) => Self::from_ec_der(id, der),
            },
            "EC PRIVATE KEY" => Self::from_ec_der(id, der),
            other => Err(CredentialError::WrongBlock(other.to_owned())),
        }
    }

    fn from_ec_der(id: &str, der: &[u8]) -> Result<KeyPair, CredentialError> {
        let curves: [(Algorithm, &'static EcdsaSigningAlgorithm); 2] = [
            (Algorithm::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING),
            (Algorithm::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING),
        ];
        for (algorithm, curve) in curves {
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve, der) {
                return Self::from_ec(id, algorithm, &pair);
            }
        }
        Err(CredentialError::Unsupported)
    }

    fn from_rsa(id: &str, algorithm: Algorithm, pair: &RsaKeyPair) -> Result<KeyPair, CredentialError> {
        let private: Pkcs8V1Der<'static> = pair.as_der()?;
        let public: PublicKeyX509Der<'static> = pair.public_key().as_der()?;
        let private_pem = pem_text("PRIVATE KEY", private.as_ref());
        let signing = EncodingKey::from_rsa_pem(private_pem.as_bytes())?;
        Ok(Self::assemble(id, algorithm, public.as_ref(), private_pem, signing))
    }

    fn from_ec(id: &str, algorithm: Algorithm, pair: &EcdsaKeyPair) -> Result<KeyPair, CredentialError> {
        let private = pair.to_pkcs8v1()?;
        let public: PublicKeyX509Der<'static> = pair.public_key().as_der()?;
        let private_pem = pem_text("PRIVATE KEY", private.as_ref());
        let signing = EncodingKey::from_ec_der(private.as_ref());
        Ok(Self::assemble(id, algorithm, public.as_ref(), private_pem, signing))
    }

    fn assemble(
        id: &str,
        algorithm: Algorithm,
        public_der: &[u8],
        private_pem: String,
        signing: EncodingKey,
    ) -> KeyPair {
        let public_pem = pem_text("PUBLIC KEY", public_der);
        let (id, public_der) = (id.to_owned(), public_der.to_vec());
        KeyPair { inner: Arc::new(Inner { id, algorithm, public_pem, public_der, private_pem, signing }) }
    }

    /// The ID under which the public half is saved at the target.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// The public half as SPKI PEM text.
    #[must_use]
    pub fn public_pem(&self) -> &str {
        &self.inner.public_pem
    }

    /// The public half as SPKI DER, in which license servers take it.
    #[must_use]
    pub fn public_der(&self) -> Vec<u8> {
        self.inner.public_der.clone()
    }

    /// The private half as PKCS #8 PEM text.
    #[must_use]
    pub fn private_pem(&self) -> &str {
        &self.inner.private_pem
    }

    /// How this key signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.inner.algorithm
    }

    /// Signs claims as a JWT. The header names no key: targets read it from the payload.
    ///
    /// # Errors
    /// When the cryptographic library refuses the key.
    pub fn sign(&self, claims: &Value) -> Result<String, CredentialError> {
        self.sign_under(None, claims)
    }

    /// Signs claims as a JWT whose header names this key, which targets must not care about (DM-AUTH-005).
    ///
    /// # Errors
    /// When the cryptographic library refuses the key.
    pub fn sign_naming(&self, header_kid: &str, claims: &Value) -> Result<String, CredentialError> {
        self.sign_under(Some(header_kid.to_owned()), claims)
    }

    fn sign_under(&self, kid: Option<String>, claims: &Value) -> Result<String, CredentialError> {
        let header = Header { kid, ..Header::new(self.inner.algorithm.into()) };
        Ok(jsonwebtoken::encode(&header, claims, &self.inner.signing)?)
    }
}

/// Shows which key it is, never the key.
impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair")
            .field("id", &self.inner.id)
            .field("algorithm", &self.inner.algorithm)
            .finish_non_exhaustive()
    }
}

fn pem_text(tag: &str, der: &[u8]) -> String {
    pem::encode_config(&Pem::new(tag, der), EncodeConfig::new().set_line_ending(LineEnding::LF))
}

/// Whom a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// The producer: AdministrationAccess.
    Admin,
    /// A client application: ClientAccess.
    Client,
}

impl TokenKind {
    /// The kind as tokens spell it, in `cnf.jwk.kty`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TokenKind::Admin => "ADMIN",
            TokenKind::Client => "CLIENT",
        }
    }
}

/// Claims with defaults that are right, each of which a test may spoil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Who made the token: `iss`.
    pub issuer: String,
    /// ID of the signing key: `cnf.jwk.kid`.
    pub kid: String,
    /// Kind of the signing key: `cnf.jwk.kty`.
    pub kind: TokenKind,
    /// Instances that the token is for: `aud`.
    pub audience: Option<Vec<String>>,
    /// When it was made: `iat`.
    pub issued_s: i64,
    /// From when it is valid: `nbf`.
    pub not_before_s: i64,
    /// Until when it is valid: `exp`.
    pub expires_s: i64,
}

impl Claims {
    /// Claims of an AdministrationAccess token, valid from two minutes ago for 30 days.
    #[must_use]
    pub fn admin(key: &KeyPair, now_s: i64) -> Claims {
        Claims {
            issuer: DEFAULT_ISSUER.to_owned(),
            kid: key.id().to_owned(),
            kind: TokenKind::Admin,
            audience: None,
            issued_s: now_s - BACKDATED_S,
            not_before_s: now_s - BACKDATED_S,
            expires_s: now_s + LIFETIME_S,
        }
    }

    /// Claims of a ClientAccess token for these instances, valid for as long as an administration token.
    #[must_use]
    pub fn client(key: &KeyPair, instances: &[String], now_s: i64) -> Claims {
        Claims { kind: TokenKind::Client, audience: Some(instances.to_vec()), ..Claims::admin(key, now_s) }
    }

    /// The payload of the token.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut payload = json!({
            "iss": self.issuer,
            "iat": self.issued_s,
            "nbf": self.not_before_s,
            "exp": self.expires_s,
            "cnf": { "jwk": { "kid": self.kid, "kty": self.kind.as_str() } },
        });
        if let Some(instances) = &self.audience {
            payload["aud"] = json!(instances);
        }
        payload
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{DecodingKey, Validation};

    use super::*;

    const NOW_S: i64 = 1_768_435_200;

    /// What a target does with a token: looks at the signature and hands out the claims.
    fn verified(key: &KeyPair, public_pem: &str, token: &str) -> Option<Value> {
        let decoding = match key.algorithm() {
            Algorithm::Es256 | Algorithm::Es384 => DecodingKey::from_ec_pem(public_pem.as_bytes()),
            _ => DecodingKey::from_rsa_pem(public_pem.as_bytes()),
        };
        let mut validation = Validation::new(key.algorithm().into());
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode::<Value>(token, &decoding.unwrap(), &validation).ok().map(|data| data.claims)
    }

    #[test]
    fn every_algorithm_signs_what_its_public_key_verifies() {
        for algorithm in [Algorithm::Rs256, Algorithm::Rs512, Algorithm::Es256, Algorithm::Es384] {
            let key = KeyPair::generate("k1", algorithm).unwrap();
            let claims = Claims::admin(&key, NOW_S).to_json();
            let token = key.sign(&claims).unwrap();
            assert_eq!(verified(&key, key.public_pem(), &token), Some(claims), "{algorithm:?}");
            assert!(key.public_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
        }
    }

    #[test]
    fn another_key_does_not_verify() {
        let key = KeyPair::generate("k1", Algorithm::Es256).unwrap();
        let other = KeyPair::generate("k1", Algorithm::Es256).unwrap();
        let token = key.sign(&Claims::admin(&key, NOW_S).to_json()).unwrap();
        assert_eq!(verified(&key, other.public_pem(), &token), None);
    }

    #[test]
    fn a_key_survives_its_pem_text() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es384] {
            let key = KeyPair::generate("k1", algorithm).unwrap();
            let again = KeyPair::from_pem("k1", key.private_pem()).unwrap();
            assert_eq!(again.algorithm(), algorithm);
            assert_eq!(again.public_pem(), key.public_pem());
        }
    }

    #[test]
    fn what_is_no_private_key_is_refused_with_advice() {
        let key = KeyPair::generate("k1", Algorithm::Es256).unwrap();
        let not_pem = KeyPair::from_pem("k1", "hello").unwrap_err().to_string();
        assert!(not_pem.contains("not PEM text"), "{not_pem}");
        let public = KeyPair::from_pem("k1", key.public_pem()).unwrap_err().to_string();
        assert!(public.contains("`PUBLIC KEY`"), "{public}");
        let garbage = pem_text("PRIVATE KEY", b"garbage");
        assert!(matches!(KeyPair::from_pem("k1", &garbage), Err(CredentialError::Unsupported)));
    }

    #[test]
    fn claims_carry_key_and_kind_in_the_payload() {
        let key = KeyPair::generate("ops-2026", Algorithm::Es256).unwrap();
        let admin = Claims::admin(&key, NOW_S).to_json();
        assert_eq!(admin["cnf"], json!({"jwk": {"kid": "ops-2026", "kty": "ADMIN"}}));
        assert_eq!(admin["nbf"], json!(NOW_S - 120));
        assert_eq!(admin["iat"], json!(NOW_S - 120));
        assert_eq!(admin["exp"], json!(NOW_S + 2_592_000));
        assert_eq!(admin.get("aud"), None);
        let client = Claims::client(&key, &["i-1".to_owned()], NOW_S).to_json();
        assert_eq!(client["cnf"]["jwk"]["kty"], "CLIENT");
        assert_eq!(client["aud"], json!(["i-1"]));
    }

    #[test]
    fn a_key_is_not_shown_in_debug() {
        let key = KeyPair::generate("k1", Algorithm::Es256).unwrap();
        assert_eq!(format!("{key:?}"), "KeyPair { id: \"k1\", algorithm: Es256, .. }");
    }
}
