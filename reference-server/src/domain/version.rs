//! The two versions of the API: same data, other shapes (DM-GEN-003, DM-VER-001).

use serde::{Deserialize, Serialize};

/// A version of Dynamic Monetization. The one in the path alone decides the shape of an answer (DM-VER-001).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ApiVersion {
    /// Three-digit result codes, one charge period for all.
    #[default]
    #[serde(rename = "v1.0")]
    V1_0,
    /// Four-digit result codes, formulas, configurable charge period.
    #[serde(rename = "v1.1")]
    V1_1,
}

impl ApiVersion {
    /// Both versions, the older first.
    pub const ALL: [Self; 2] = [Self::V1_0, Self::V1_1];

    /// The version as it stands in addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::V1_0 => "v1.0",
            Self::V1_1 => "v1.1",
        }
    }
}

/// Something that the two versions do differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerVersion<T> {
    /// In v1.0.
    pub v1_0: T,
    /// In v1.1.
    pub v1_1: T,
}

impl<T: Copy> PerVersion<T> {
    /// What holds in a version.
    pub const fn of(&self, version: ApiVersion) -> T {
        match version {
            ApiVersion::V1_0 => self.v1_0,
            ApiVersion::V1_1 => self.v1_1,
        }
    }

    /// The same in both versions.
    pub const fn both(value: T) -> Self {
        Self { v1_0: value, v1_1: value }
    }
}

/// One value for each version.
pub const fn per_version<T>(v1_0: T, v1_1: T) -> PerVersion<T> {
    PerVersion { v1_0, v1_1 }
}
