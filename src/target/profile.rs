//! What the harness knows of a target before it speaks to it.
//!
//! A profile comes from a target file, or stands for the server that runs in this process. Whatever a target
//! does not offer is said here, so that scenarios which need it are reported as not tested, with this as the
//! reason.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::api::without_trailing_slash;
use super::credentials::{CredentialError, KeyPair};
use super::profile_file::{self, ProfileError};

/// How long an answer may take.
pub(super) const ANSWER_S: u64 = 15;
/// How long a live tenant may take until a saved key counts.
pub(super) const KEY_PROPAGATION_S: u64 = 600;
/// How long a live tenant may take until a usage row can be read.
pub(super) const ROW_VISIBLE_S: u64 = 120;

/// A target: where it is, what it offers, and how to be let in.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Name for reports.
    pub name: String,
    /// The test control protocol, if the target offers it.
    pub control: Option<ControlProfile>,
    /// Where the API groups are; with a control protocol every site tells its own.
    pub bases: Option<Bases>,
    /// Versions of the Dynamic Monetization API that the target serves.
    pub versions: Vec<String>,
    /// An administration key that is registered already.
    pub administration: Option<AdministrationProfile>,
    /// How to read the Data Access API.
    pub data_access: Option<DataAccessProfile>,
    /// A license-server instance made for testing.
    pub cmapi: Option<CmapiProfile>,
    /// Where usage rows are read from.
    pub usage: UsageProfile,
    /// How long answers may take to come and effects to show.
    pub timing: Timing,
    /// Capabilities that the target declares absent.
    pub absent: BTreeSet<String>,
    /// Decisions to be set on every site made; never in a file.
    pub policy: BTreeMap<String, String>,
    /// Whether the target is the server started in this process; never in a file.
    pub bundled: bool,
    /// The target file that this was read from, so that a reproduction can name it.
    pub file: Option<PathBuf>,
}

impl Profile {
    /// Reads a target file.
    ///
    /// # Errors
    /// When the file cannot be read, says something unknown or contradictory, or names a variable or
    /// key that is not there. The message names the file, the key and what to do.
    pub fn load(path: &Path) -> Result<Profile, ProfileError> {
        let mut profile = profile_file::load(path, &|variable| std::env::var(variable).ok())?;
        profile.file = Some(path.to_path_buf());
        Ok(profile)
    }

    /// The server started in this process, which offers everything.
    #[must_use]
    pub fn bundled(control_base: &str, token: &str) -> Profile {
        let control =
            ControlProfile { base: without_trailing_slash(control_base), token: Secret::new(token) };
        Profile {
            name: "bundled reference server".to_owned(),
            control: Some(control),
            bases: None,
            versions: vec!["v1.0".to_owned(), "v1.1".to_owned()],
            administration: None,
            data_access: None,
            cmapi: None,
            usage: UsageProfile::Control,
            timing: Timing {
                answer_s: ANSWER_S,
                key_propagation_s: 0,
                row_visible_s: 0,
                short_periods: false,
            },
            absent: BTreeSet::new(),
            policy: BTreeMap::new(),
            bundled: true,
            file: None,
        }
    }

    /// The same target with one decision set on every site made.
    #[must_use]
    pub fn with_policy(mut self, decision: &str, value: &str) -> Profile {
        self.policy.insert(decision.to_owned(), value.to_owned());
        self
    }

    /// The same target with this capability declared absent.
    #[must_use]
    pub fn without(mut self, capability: &str) -> Profile {
        self.absent.insert(capability.to_owned());
        self
    }

    /// Whether the target does not declare this capability absent.
    #[must_use]
    pub fn has(&self, capability: &str) -> bool {
        !self.absent.contains(capability)
    }

    /// How much of the contract the target offers: `bundled`, `control` or `plain`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match (self.bundled, &self.control) {
            (true, _) => "bundled",
            (false, Some(_)) => "control",
            (false, None) => "plain",
        }
    }
}

/// A value that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Guards this value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    /// The value itself, for the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

/// Where the test control protocol is, and its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlProfile {
    /// Base address, without a trailing slash.
    pub base: String,
    /// Bearer token.
    pub token: Secret,
}

/// Where the API groups are, each without a trailing slash: vendors deploy them apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bases {
    /// Dynamic Monetization, up to and including `/dynamicmonetization`.
    pub dynamic_monetization: String,
    /// Data Access API.
    pub data_access: Option<String>,
    /// Cloud Monetization API.
    pub cmapi: Option<String>,
}

impl Bases {
    /// Bases with the slashes at their ends removed.
    #[must_use]
    pub fn new(dynamic_monetization: &str, data_access: Option<&str>, cmapi: Option<&str>) -> Bases {
        Bases {
            dynamic_monetization: without_trailing_slash(dynamic_monetization),
            data_access: data_access.map(without_trailing_slash),
            cmapi: cmapi.map(without_trailing_slash),
        }
    }
}

/// An administration key that is registered at the target already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationProfile {
    /// ID under which its public half is registered.
    pub key_id: String,
    /// File with its private half.
    pub private_key: PathBuf,
    /// Issuer to be named in tokens.
    pub issuer: String,
}

impl AdministrationProfile {
    /// Reads the key.
    ///
    /// # Errors
    /// When the file is gone since the profile was loaded, or holds no usable private key.
    pub fn key(&self) -> Result<KeyPair, CredentialError> {
        let path = self.private_key.display().to_string();
        let text = std::fs::read_to_string(&self.private_key)
            .map_err(|problem| CredentialError::Unreadable { path, problem })?;
        KeyPair::from_pem(&self.key_id, &text)
    }
}

/// How to be let in to the Data Access API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataAccessProfile {
    /// User and password.
    Password {
        /// Name of the user.
        user: String,
        /// Password of the user.
        password: Secret,
    },
    /// A token.
    Token(Secret),
}

/// A license-server instance made for testing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CmapiProfile {
    /// ID of the instance.
    pub instance: String,
    /// Password of its Producer User.
    pub producer_password: Option<Secret>,
}

/// Where usage rows are read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageProfile {
    /// The test control protocol.
    Control,
    /// Nowhere: usage rows are not tested.
    None,
    /// Another source, as the usage engine spells it, for example `data-access` or `files:exports/*.parquet`.
    Other(String),
}

/// How long answers may take to come and effects to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Until a call of the suite counts as unanswered, in seconds.
    pub answer_s: u64,
    /// Until a saved key counts, in seconds.
    pub key_propagation_s: u64,
    /// Until a usage row can be read, in seconds.
    pub row_visible_s: u64,
    /// Whether a run in real time may set the site's charge period to ten minutes while it lasts, because the rates of
    /// the site are the price of a period and not of an hour (DM-TIME-013).
    pub short_periods: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundled_server_offers_everything() {
        let profile = Profile::bundled("http://127.0.0.1:8080/_control/v1/", "secret");
        assert_eq!(profile.kind(), "bundled");
        assert!(profile.has("rules-of-access"));
        assert_eq!(profile.control.as_ref().unwrap().base, "http://127.0.0.1:8080/_control/v1");
        assert!(!format!("{profile:?}").contains("secret"));
    }

    #[test]
    fn a_policy_is_kept_for_the_sites_made() {
        let profile = Profile::bundled("http://t", "t").with_policy("session.denied.http", "409");
        assert_eq!(profile.policy["session.denied.http"], "409");
        assert!(profile.has("cls") && !profile.without("cls").has("cls"));
    }
}
