//! Public keys as callers save them: SPKI PEM of an RSA or EC key (DM-AUTH-021, DM-AUTH-022).

use jsonwebtoken::crypto::{self, aws_lc};
use jsonwebtoken::{Algorithm, DecodingKey};

/// Shortest RSA modulus whose signatures are accepted.
const LEAST_RSA_BYTES: usize = 256;
/// Length of an uncompressed point on P-256: a marker and two coordinates.
const P256_POINT: usize = 65;
/// The same on P-384.
const P384_POINT: usize = 97;

/// A key with the algorithms that its type allows (DM-AUTH-009).
pub(super) struct PublicKey {
    key: DecodingKey,
    algorithms: &'static [Algorithm],
}

impl PublicKey {
    /// Reads a PEM; its line breaks may be the two characters `\n`.
    pub(super) fn read(pem: &str) -> Result<Self, &'static str> {
        let pem = pem.replace("\\n", "\n");
        if !pem.trim_start().starts_with("-----BEGIN PUBLIC KEY-----") {
            return Err("is not an SPKI PEM, which begins with -----BEGIN PUBLIC KEY-----");
        }
        if let Ok(key) = DecodingKey::from_rsa_pem(pem.as_bytes()) {
            return Self::rsa(key);
        }
        match DecodingKey::from_ec_pem(pem.as_bytes()) {
            Ok(key) => Self::ec(key),
            Err(_) => Err("does not parse as an RSA or EC public key"),
        }
    }

    fn rsa(key: DecodingKey) -> Result<Self, &'static str> {
        let components = aws_lc::DEFAULT_PROVIDER.key_utils.rsa_pub_components_from_public_key;
        let modulus = key.try_get_as_bytes().and_then(components).map(|(modulus, _exponent)| modulus.len());
        match modulus {
            Ok(bytes) if bytes >= LEAST_RSA_BYTES => {
                Ok(Self { key, algorithms: &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512] })
            }
            Ok(_) => Err("is an RSA key of less than 2048 bits"),
            Err(_) => Err("does not parse as an RSA public key"),
        }
    }

    fn ec(key: DecodingKey) -> Result<Self, &'static str> {
        let algorithms: &[Algorithm] = match key.try_get_as_bytes() {
            Ok(point) if point.len() == P256_POINT && point.starts_with(&[4]) => &[Algorithm::ES256],
            Ok(point) if point.len() == P384_POINT && point.starts_with(&[4]) => &[Algorithm::ES384],
            _ => return Err("is not an EC key on P-256 or P-384 with an uncompressed point"),
        };
        Ok(Self { key, algorithms })
    }

    /// Whether the signature is this key's.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &str, signature: &str) -> bool {
        self.algorithms.contains(&algorithm)
            && crypto::verify(signature, message.as_bytes(), &self.key, algorithm).unwrap_or(false)
    }
}

/// Whether a PEM can be saved; otherwise what is wrong with it, as the end of a sentence.
pub(crate) fn check(pem: &str) -> Result<(), &'static str> {
    PublicKey::read(pem).map(|_key| ())
}

#[cfg(test)]
mod tests {
    use super::super::test_keys::{EC_PRIVATE, EC_PUBLIC, RSA_PUBLIC};
    use super::*;

    #[test]
    fn rsa_and_ec_keys_are_read_with_either_kind_of_line_break() {
        assert_eq!(check(RSA_PUBLIC), Ok(()));
        assert_eq!(check(EC_PUBLIC), Ok(()));
        assert_eq!(check(&EC_PUBLIC.replace('\n', "\\n")), Ok(()));
    }

    #[test]
    fn other_things_are_no_public_keys() {
        assert!(check("").is_err());
        assert!(check(EC_PRIVATE).is_err());
        assert!(check(&RSA_PUBLIC[..200]).is_err());
        assert!(check(&EC_PUBLIC.replace("PUBLIC KEY", "CERTIFICATE")).is_err());
    }
}
