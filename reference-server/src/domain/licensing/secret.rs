//! Passwords as they are kept: Argon2 hashes, which tell nothing and are dear to guess.

use std::fmt;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

/// How dear it is to try a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PasswordCost {
    /// As recommended for servers: 19 MiB, two passes.
    #[default]
    Standard,
    /// As cheap as Argon2 allows, for test runs that make sites by the thousand.
    Quick,
}

impl PasswordCost {
    fn hasher(self) -> Argon2<'static> {
        let params = match self {
            Self::Standard => Params::DEFAULT,
            Self::Quick => Params::new(Params::MIN_M_COST, 1, 1, None).unwrap_or(Params::DEFAULT),
        };
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
    }
}

/// The hash of a password with its salt and cost. It is not printed, not even for debugging.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The hash of a password under a salt of 16 random bytes; nothing when Argon2 refuses, which it does for
    /// passwords of gigabytes only.
    #[must_use]
    pub fn of(password: &str, salt: [u8; 16], cost: PasswordCost) -> Option<Self> {
        let salt = SaltString::encode_b64(&salt).ok()?;
        let hash = cost.hasher().hash_password(password.as_bytes(), &salt).ok()?;
        Some(Self(hash.to_string()))
    }

    /// Whether it is the hash of this password; the hash says at which cost it was made.
    #[must_use]
    pub fn is_of(&self, password: &str) -> bool {
        PasswordHash::new(&self.0)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    }

    /// The bytes that bind a token to the password that it was got with.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_knows_its_password_and_does_not_show_it() {
        for cost in [PasswordCost::Quick, PasswordCost::Standard] {
            let secret = Secret::of("Aa1!aaaa", [7; 16], cost).unwrap();
            assert!(secret.is_of("Aa1!aaaa") && !secret.is_of("Aa1!aaab") && !secret.is_of(""));
            let kept = serde_json::to_string(&secret).unwrap();
            assert!(kept.starts_with("\"$argon2id$") && !kept.contains("Aa1!aaaa"));
            assert_eq!(format!("{secret:?}"), "Secret(…)");
        }
    }

    #[test]
    fn the_same_password_has_another_hash_under_another_salt() {
        let of = |salt| Secret::of("Aa1!aaaa", salt, PasswordCost::Quick).unwrap();
        assert_ne!(of([1; 16]), of([2; 16]));
    }
}
