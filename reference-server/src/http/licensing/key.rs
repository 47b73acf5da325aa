//! Licensing keys: RSA public keys as DER, and what they verify (CM-KEY-001, CM-KEY-002, CM-KEY-009).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::crypto::{self, aws_lc};
use jsonwebtoken::{Algorithm, DecodingKey};

use super::super::public_key::PublicKey;
use crate::domain::licensing::{LicensingKey, LicensingKeyRules};

/// Columns of a line of PEM.
const LINE: usize = 64;

/// Takes an uploaded key, or says what is wrong with it.
pub(super) fn read(body: &[u8], rules: &LicensingKeyRules) -> Result<LicensingKey, &'static str> {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let der = if rules.takes_pem && text.starts_with("-----BEGIN") {
        let inner: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
        STANDARD.decode(inner).map_err(|_| "the body is no PEM")?
    } else {
        body.to_vec()
    };
    if !is_one_sequence(&der) {
        return Err("the body is not the DER of a public key (SubjectPublicKeyInfo)");
    }
    let key = LicensingKey(STANDARD.encode(&der));
    let rsa = DecodingKey::from_rsa_pem(pem(&key).as_bytes()).map_err(|_| "the body is no RSA public key")?;
    let components = aws_lc::DEFAULT_PROVIDER.key_utils.rsa_pub_components_from_public_key;
    let modulus = rsa.try_get_as_bytes().and_then(components).map(|(modulus, _exponent)| modulus.len());
    match modulus {
        Ok(bytes) if (rules.bits_accepted)(bytes * 8) => Ok(key),
        Ok(_) => Err("the RSA key has less than 2048 bits"),
        Err(_) => Err("the body is no RSA public key"),
    }
}

/// Whether bytes are one DER sequence from the first to the last.
fn is_one_sequence(der: &[u8]) -> bool {
    let [0x30, first, rest @ ..] = der else { return false };
    if *first < 0x80 {
        return usize::from(*first) == rest.len();
    }
    let octets = usize::from(first & 0x7f);
    let Some((length, content)) = rest.split_at_checked(octets) else { return false };
    (1..=4).contains(&octets)
        && length.iter().fold(0_usize, |length, octet| length << 8 | usize::from(*octet)) == content.len()
}

fn pem(key: &LicensingKey) -> String {
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (place, letter) in key.0.chars().enumerate() {
        if place > 0 && place % LINE == 0 {
            text.push('\n');
        }
        text.push(letter);
    }
    text + "\n-----END PUBLIC KEY-----\n"
}

/// Whether a signature is that of the private half.
pub(super) fn verifies(key: &LicensingKey, algorithm: Algorithm, message: &str, signature: &str) -> bool {
    PublicKey::read(&pem(key)).is_ok_and(|key| key.verifies(algorithm, message, signature))
}

/// Whether the public key was taken for a secret to sign with.
pub(super) fn is_secret_of(key: &LicensingKey, message: &str, signature: &str) -> bool {
    let der = STANDARD.decode(&key.0).unwrap_or_default();
    [der, pem(key).into_bytes(), key.0.clone().into_bytes()].iter().any(|secret| {
        let secret = DecodingKey::from_secret(secret);
        crypto::verify(signature, message.as_bytes(), &secret, Algorithm::HS256).unwrap_or(false)
    })
}
