//! Keys that callers sign their tokens with.

use serde::{Deserialize, Serialize};

/// Whose key it is (DM-AUTH-002, DM-AUTH-004).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KeyKind {
    /// Producer staff.
    Admin,
    /// Client applications and customers' users.
    Client,
}

impl KeyKind {
    /// The word used for this kind in tokens and listings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Client => "CLIENT",
        }
    }
}

/// A registered public key; the two kinds are separate name spaces (DM-AUTH-030).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredKey {
    /// Whose key it is.
    pub kind: KeyKind,
    /// ID that tokens name.
    pub id: String,
    /// SPKI PEM as it was saved.
    pub public_key: String,
}
