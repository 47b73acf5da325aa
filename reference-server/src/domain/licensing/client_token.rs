//! Client JWTs: what they must say (CM-JWT-001 to CM-JWT-010).

/// What a client JWT says; nothing of it is proven.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientClaims {
    /// Anything but nothing (CM-JWT-003).
    pub subject: Option<String>,
    /// The roles (CM-JWT-002).
    pub roles: Option<String>,
    /// When it was made, s.
    pub issued_s: Option<i64>,
    /// Its end, s.
    pub expires_s: Option<i64>,
}

/// How a signature is held against the licensing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningWay {
    /// By the public key, as an RSA signature.
    PublicKey,
    /// With the public key as a secret that it is not.
    SharedSecret,
    /// Not at all.
    Unsigned,
}

/// RS256 and nothing else is taken (CM-JWT-001, CM-JWT-009, CM-JWT-010).
pub(super) fn rs256_only(algorithm: &str) -> Option<SigningWay> {
    (algorithm == "RS256").then_some(SigningWay::PublicKey)
}

/// A token has passed when its end has; one without an end never does (CM-JWT-004, CM-JWT-005). When it was made does
/// not matter (CM-JWT-006).
pub(super) fn before_its_end(claims: &ClientClaims, now_s: i64) -> bool {
    claims.expires_s.is_none_or(|end| now_s < end)
}
