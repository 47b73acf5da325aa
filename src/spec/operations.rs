//! The operations of the systems and the statuses that are documented for them, read from `operations.toml`.
//!
//! Written apart from the bundled server's own description: what a target says of itself must not decide what it is
//! measured against.

use serde::Deserialize;

use super::errors::SpecError;
use super::registry::FEATURES;
use crate::report::events::System;

/// The file, which stands among the requirements and holds none.
pub(super) const FILE: &str = "operations.toml";

/// What an address says in place of its version.
const VERSION: &str = "{version}";
/// What an address says in place of an ID.
const ID: &str = "{}";

/// Where the addresses of every target begin to be alike, system by system.
const BASES: [(System, &str); 3] = [
    (System::DynamicMonetization, "/dynamicmonetization"),
    (System::Cmapi, "/api/1.0"),
    (System::DataAccess, "/api/v1/report"),
];

/// One operation in the versions that answer alike.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// What it does, in a few words.
    pub name: String,
    /// HTTP method.
    pub method: String,
    /// The addresses under which it is published, below the base; the first one is shown.
    pub paths: Vec<String>,
    /// The system that it belongs to.
    #[serde(default)]
    pub system: System,
    /// Versions of the API; none where the system has none.
    #[serde(default)]
    pub versions: Vec<String>,
    /// The documented statuses.
    pub statuses: Vec<u16>,
}

/// A documented status that no test can bring about.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excuse {
    /// The operation; every one when absent.
    pub operation: Option<String>,
    /// The status.
    pub status: u16,
    /// Why.
    pub reason: String,
}

/// All operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operations {
    /// The operations in the order of the file.
    #[serde(rename = "operation")]
    pub all: Vec<Operation>,
    /// What can never be seen.
    #[serde(rename = "excuse", default)]
    pub excuses: Vec<Excuse>,
}

impl Operations {
    /// The operations inside this program.
    ///
    /// # Errors
    /// When the file was wrong at the time of the build, which the tests rule out.
    pub fn embedded() -> Result<Operations, SpecError> {
        let text = FEATURES.get_file(format!("requirements/{FILE}")).and_then(|file| file.contents_utf8());
        toml::from_str(text.unwrap_or_default())
            .map_err(|error| SpecError::Malformed { file: FILE.to_owned(), detail: error.to_string() })
    }

    /// The operation that a request asks for, by its place in the list, and the version that its address names, which
    /// is empty where there are none. The address has no query.
    #[must_use]
    pub fn of(&self, method: &str, address: &str) -> Option<(usize, &str)> {
        let below = |(system, base): (System, &str)| Some((system, address.split_once(base)?.1));
        let (system, path) = BASES.into_iter().find_map(below)?;
        let path = path.trim_matches('/');
        let candidates = self.all.iter().enumerate();
        candidates.filter(|(_, one)| one.method == method && one.system == system).find_map(
            |(at, operation)| {
                let version = operation.paths.iter().find_map(|pattern| operation.version(pattern, path))?;
                Some((at, version))
            },
        )
    }

    /// Why a documented status of an operation cannot be seen, if it cannot.
    #[must_use]
    pub fn excuse(&self, operation: &str, status: u16) -> Option<&str> {
        let about = |excuse: &&Excuse| {
            excuse.status == status && excuse.operation.as_deref().is_none_or(|name| name == operation)
        };
        self.excuses.iter().find(about).map(|excuse| excuse.reason.as_str())
    }
}

impl Operation {
    /// The version that a path names, if it fits the pattern in one of this operation's versions; empty where it has
    /// none.
    fn version(&self, pattern: &str, path: &str) -> Option<&str> {
        let mut found = self.versions.is_empty().then_some("");
        let (mut wanted, mut given) = (pattern.trim_matches('/').split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return found,
                (Some(VERSION), Some(part)) => {
                    found = Some(self.versions.iter().find(|version| *version == part)?.as_str());
                }
                (Some(ID), Some(part)) if !part.is_empty() => {}
                (Some(word), Some(part)) if word == part => {}
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(method: &str, path: &str) -> Option<(String, String)> {
        let operations = Operations::embedded().unwrap();
        let (at, version) = operations.of(method, path)?;
        Some((operations.all[at].name.clone(), version.to_owned()))
    }

    fn some(name: &str, version: &str) -> Option<(String, String)> {
        Some((name.to_owned(), version.to_owned()))
    }

    #[test]
    fn an_address_names_its_operation_and_version() {
        let named = |method: &str, path: &str| named(method, &format!("http://x/dynamicmonetization{path}"));
        assert_eq!(named("POST", "/api/v1.0/sessions"), some("open a session", "v1.0"));
        assert_eq!(named("DELETE", "/api/v1.1/sessions/x"), some("close a session", "v1.1"));
        assert_eq!(named("GET", "/floating/api/v1.0/sessions/x/heartbeat"), some("heartbeat", "v1.0"));
        assert_eq!(named("GET", "/provisioning/api/v1.0/instances/"), some("list instances", "v1.0"));
        assert_eq!(
            named("GET", "/api/v1.1/instances/i/line-items/actions"),
            some("list the actions of all line items", "v1.1")
        );
        assert_eq!(named("GET", "/api/v2/sessions/x"), None);
        assert_eq!(named("PATCH", "/api/v1.0/sessions/x"), None);
    }

    #[test]
    fn systems_without_versions_have_operations_too() {
        let licensing = "https://x/sites/a/api/1.0";
        let authorize = named("POST", &format!("{licensing}/instances/3VH8MNZESMSP/authorize"));
        assert_eq!(authorize, some("authorize", ""));
        assert_eq!(named("GET", &format!("{licensing}/health")), some("read the health", ""));
        assert_eq!(named("GET", &format!("{licensing}/instances")), None);
        let reports = "https://x/data/api/v1/report";
        assert_eq!(named("GET", &format!("{reports}/report-names")), some("list the reports", ""));
        assert_eq!(named("GET", &format!("{reports}/usage")), some("read a report", ""));
    }

    #[test]
    fn an_operation_stands_once_for_each_version() {
        let operations = Operations::embedded().unwrap();
        let mut seen = std::collections::HashSet::new();
        for operation in &operations.all {
            let name = &operation.name;
            assert!(!operation.statuses.is_empty() && !operation.paths.is_empty(), "{name}");
            assert_eq!(operation.versions.is_empty(), !operation.system.has_versions(), "{name}");
            for version in &operation.versions {
                assert!(seen.insert((name, version)), "{name} {version}");
            }
        }
        assert_eq!(seen.len(), 2 * 34 - 5, "the addresses of keys are published for v1.0 only");
        let of = |system: System| operations.all.iter().filter(|one| one.system == system).count();
        assert_eq!((of(System::Cmapi), of(System::DataAccess)), (17, 4));
    }

    #[test]
    fn an_excuse_is_about_a_documented_status() {
        let operations = Operations::embedded().unwrap();
        for excuse in &operations.excuses {
            let fits = |operation: &Operation| {
                excuse.operation.as_ref().is_none_or(|name| *name == operation.name)
                    && operation.statuses.contains(&excuse.status)
            };
            assert!(operations.all.iter().any(fits), "{excuse:?}");
        }
    }
}
