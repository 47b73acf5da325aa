//! The vendor's systems that requirements are about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A system of the vendor. Only the first one, and the rows that it leaves, come in versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum System {
    /// Dynamic Monetization, alias Elastic Access.
    #[default]
    DynamicMonetization,
    /// License servers by the Cloud Monetization API.
    Cmapi,
    /// Reports by the Data Access API.
    DataAccess,
    /// The rows of usage in the warehouse.
    UsageTable,
}

impl System {
    /// Every system.
    pub const ALL: [System; 4] =
        [System::DynamicMonetization, System::Cmapi, System::DataAccess, System::UsageTable];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::DynamicMonetization => "Dynamic Monetization",
            Self::Cmapi => "Cloud Monetization API",
            Self::DataAccess => "Data Access API",
            Self::UsageTable => "usage table",
        }
    }

    /// Whether what is required of it depends on the version of Dynamic Monetization that is spoken.
    #[must_use]
    pub const fn has_versions(self) -> bool {
        matches!(self, Self::DynamicMonetization | Self::UsageTable)
    }

    /// The system in these versions, in words.
    #[must_use]
    pub fn in_versions(self, versions: &[String]) -> String {
        if versions.is_empty() { self.name().to_owned() } else { format!("{self} {}", versions.join(", ")) }
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_named_with_its_versions_if_it_has_any() {
        let both = ["v1.0".to_owned(), "v1.1".to_owned()];
        assert_eq!(System::DynamicMonetization.in_versions(&both), "Dynamic Monetization v1.0, v1.1");
        assert_eq!(System::Cmapi.in_versions(&[]), "Cloud Monetization API");
        assert_eq!(serde_json::to_string(&System::UsageTable).unwrap(), "\"usage-table\"");
        assert_eq!(System::ALL.iter().filter(|system| system.has_versions()).count(), 2);
    }
}
