//! Reads a target file and says precisely what is wrong with it.
//!
//! Nothing in the file is ignored: an unknown key may be a misspelt one, and a setting that silently does
//! nothing costs more than a refusal. What a run will need is looked for at once, the private key included,
//! because a run that ends after ten minutes for want of a file is worse than one that does not start.

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::path::Path;

use serde::Deserialize;

use super::api::without_trailing_slash;
use super::credentials::KeyPair;
use super::profile::{
    ANSWER_S, AdministrationProfile, Bases, CmapiProfile, ControlProfile, DataAccessProfile,
    KEY_PROPAGATION_S, Profile, ROW_VISIBLE_S, Secret, Timing, UsageProfile,
};

const KNOWN_VERSIONS: [&str; 2] = ["v1.0", "v1.1"];
const FILES_SOURCE: &str = "files:";

/// Why a target file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// The file itself cannot be read.
    #[error(
        "the target file {file} cannot be read: {problem}; check the path, or leave the target out to test \
         the bundled server"
    )]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        problem: std::io::Error,
    },
    /// The file is no TOML, or holds an unknown key or a value of the wrong type.
    #[error("the target file {file} cannot be understood\n{detail}\ncorrect the line shown and try again")]
    Malformed {
        /// The file.
        file: String,
        /// Line, column and what is wrong there.
        detail: String,
    },
    /// A key is missing, or its value cannot be used.
    #[error("the target file {file}, {key}: {problem}; {advice}")]
    Unusable {
        /// The file.
        file: String,
        /// The key or table.
        key: String,
        /// What is wrong with it.
        problem: String,
        /// What to do about it.
        advice: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetFile {
    name: String,
    control: Option<ControlTable>,
    bases: Option<BasesTable>,
    #[serde(default)]
    versions: VersionsTable,
    administration: Option<AdministrationTable>,
    data_access: Option<DataAccessTable>,
    cmapi: Option<CmapiTable>,
    #[serde(default)]
    usage: UsageTable,
    #[serde(default)]
    timing: TimingTable,
    #[serde(default)]
    capabilities: CapabilitiesTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlTable {
    base: String,
    token: Option<String>,
    token_env: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasesTable {
    dynamic_monetization: String,
    data_access: Option<String>,
    cmapi: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionsTable {
    dynamic_monetization: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdministrationTable {
    key_id: String,
    private_key: String,
    issuer: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DataAccessTable {
    user: Option<String>,
    password: Option<String>,
    password_env: Option<String>,
    token: Option<String>,
    token_env: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CmapiTable {
    instance: String,
    producer_password: Option<String>,
    producer_password_env: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageTable {
    source: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TimingTable {
    answer_s: Option<NonZeroU64>,
    key_propagation_s: Option<u64>,
    row_visible_s: Option<u64>,
    #[serde(default)]
    short_periods: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CapabilitiesTable {
    #[serde(default)]
    absent: Vec<String>,
}

/// Reads a target file; `environment` looks up variables.
pub(super) fn load(
    path: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Profile, ProfileError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|problem| ProfileError::Unreadable { file: file.clone(), problem })?;
    let parsed: TargetFile = toml::from_str(&text).map_err(|error| ProfileError::Malformed {
        file: file.clone(),
        detail: error.to_string().trim_end().to_owned(),
    })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    Reader { file, folder, environment }.profile(parsed)
}

/// Turns what the file says into what it means.
struct Reader<'a> {
    file: String,
    folder: &'a Path,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Reader<'_> {
    fn profile(&self, file: TargetFile) -> Result<Profile, ProfileError> {
        let control = file.control.map(|table| self.control(table)).transpose()?;
        let bases = file.bases.map(|table| self.bases(&table)).transpose()?;
        if control.is_none() && bases.is_none() {
            return Err(self.unusable(
                "[control] or [bases]",
                "neither is there, so the target has no address",
                "add [control] for a target with the test control protocol, or [bases] for any other",
            ));
        }
        if control.is_none() && file.administration.is_none() {
            return Err(self.unusable(
                "[administration]",
                "missing, and without [control] no key can be registered for the run",
                "name a registered key with key_id, private_key and issuer",
            ));
        }
        // Behind the test control every effect is there when its call returns.
        let (keys_s, rows_s) = if control.is_some() { (0, 0) } else { (KEY_PROPAGATION_S, ROW_VISIBLE_S) };
        let timing = Timing {
            answer_s: file.timing.answer_s.map_or(ANSWER_S, NonZeroU64::get),
            key_propagation_s: file.timing.key_propagation_s.unwrap_or(keys_s),
            row_visible_s: file.timing.row_visible_s.unwrap_or(rows_s),
            short_periods: file.timing.short_periods,
        };
        Ok(Profile {
            name: file.name,
            usage: self.usage(file.usage.source, control.is_some())?,
            control,
            bases,
            versions: self.versions(file.versions.dynamic_monetization)?,
            administration: file.administration.map(|table| self.administration(table)).transpose()?,
            data_access: file.data_access.map(|table| self.data_access(table)).transpose()?,
            cmapi: file.cmapi.map(|table| self.cmapi(table)).transpose()?,
            timing,
            absent: file.capabilities.absent.into_iter().collect(),
            policy: BTreeMap::new(),
            bundled: false,
            file: None,
        })
    }

    fn control(&self, table: ControlTable) -> Result<ControlProfile, ProfileError> {
        self.check_base("control.base", &table.base)?;
        let Some(token) = self.secret("control.token", table.token, table.token_env)? else {
            return Err(self.unusable(
                "control.token",
                "missing",
                "add token_env with the name of an environment variable, or token",
            ));
        };
        Ok(ControlProfile { base: without_trailing_slash(&table.base), token })
    }

    fn bases(&self, table: &BasesTable) -> Result<Bases, ProfileError> {
        self.check_base("bases.dynamic_monetization", &table.dynamic_monetization)?;
        for (key, base) in [("bases.data_access", &table.data_access), ("bases.cmapi", &table.cmapi)] {
            if let Some(base) = base {
                self.check_base(key, base)?;
            }
        }
        Ok(Bases::new(&table.dynamic_monetization, table.data_access.as_deref(), table.cmapi.as_deref()))
    }

    fn check_base(&self, key: &str, base: &str) -> Result<(), ProfileError> {
        let usable = reqwest::Url::parse(base.trim()).is_ok_and(|url| {
            ["http", "https"].contains(&url.scheme()) && url.query().is_none() && url.fragment().is_none()
        });
        if usable {
            return Ok(());
        }
        let problem = format!("`{base}` is not an HTTP address");
        Err(self.unusable(key, problem, "write it in full, for example https://host/path"))
    }

    fn versions(&self, named: Option<Vec<String>>) -> Result<Vec<String>, ProfileError> {
        let versions = named.unwrap_or_else(|| vec!["v1.0".to_owned()]);
        let unknown = versions.iter().find(|version| !KNOWN_VERSIONS.contains(&version.as_str()));
        if let Some(unknown) = unknown {
            let problem = format!("`{unknown}` is not a version known here");
            return Err(self.unusable("versions.dynamic_monetization", problem, "use v1.0, v1.1 or both"));
        }
        if versions.is_empty() {
            let advice = "name at least one, or leave the key out for v1.0";
            return Err(self.unusable("versions.dynamic_monetization", "empty", advice));
        }
        Ok(versions)
    }

    /// The key is read here once, so that a run never starts with one that cannot sign.
    fn administration(&self, table: AdministrationTable) -> Result<AdministrationProfile, ProfileError> {
        let path = self.folder.join(&table.private_key);
        let key = "administration.private_key";
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let problem = format!("{} cannot be read: {error}", path.display());
            self.unusable(key, problem, "give the path of a PEM file, relative to the target file")
        })?;
        KeyPair::from_pem(&table.key_id, &text).map_err(|error| {
            let problem = format!("{}: {error}", path.display());
            self.unusable(key, problem, "give the private key whose public half is registered at the target")
        })?;
        Ok(AdministrationProfile { key_id: table.key_id, private_key: path, issuer: table.issuer })
    }

    fn data_access(&self, table: DataAccessTable) -> Result<DataAccessProfile, ProfileError> {
        let token = self.secret("data_access.token", table.token, table.token_env)?;
        let password = self.secret("data_access.password", table.password, table.password_env)?;
        match (token, table.user, password) {
            (Some(token), None, None) => Ok(DataAccessProfile::Token(token)),
            (None, Some(user), Some(password)) => Ok(DataAccessProfile::Password { user, password }),
            _ => Err(self.unusable(
                "[data_access]",
                "neither a token alone nor a user with a password",
                "give token_env, or user and password_env",
            )),
        }
    }

    fn cmapi(&self, table: CmapiTable) -> Result<CmapiProfile, ProfileError> {
        let key = "cmapi.producer_password";
        let producer_password = self.secret(key, table.producer_password, table.producer_password_env)?;
        Ok(CmapiProfile { instance: table.instance, producer_password })
    }

    fn usage(&self, source: Option<String>, has_control: bool) -> Result<UsageProfile, ProfileError> {
        match source.as_deref() {
            None if has_control => Ok(UsageProfile::Control),
            None | Some("none") => Ok(UsageProfile::None),
            Some("control") if has_control => Ok(UsageProfile::Control),
            Some("control") => Err(self.unusable(
                "usage.source",
                "`control` needs the test control protocol",
                "add [control], or name another source or none",
            )),
            Some(other) => Ok(UsageProfile::Other(self.resolve_source(other))),
        }
    }

    /// Paths in the file start at the file, those inside a source too.
    fn resolve_source(&self, source: &str) -> String {
        match source.strip_prefix(FILES_SOURCE) {
            Some(path) => format!("{FILES_SOURCE}{}", self.folder.join(path).display()),
            None => source.to_owned(),
        }
    }

    /// A secret given in the file or by the name of an environment variable, but not both.
    fn secret(
        &self,
        key: &str,
        literal: Option<String>,
        variable: Option<String>,
    ) -> Result<Option<Secret>, ProfileError> {
        match (literal, variable) {
            (None, None) => Ok(None),
            (Some(value), None) => Ok(Some(Secret::new(value))),
            (Some(_), Some(_)) => Err(self.unusable(
                key,
                format!("given twice, here and as {key}_env"),
                "keep one of the two, best the environment variable",
            )),
            (None, Some(variable)) => {
                let value = (self.environment)(&variable).filter(|value| !value.is_empty());
                let Some(value) = value else {
                    let problem = format!("the environment variable {variable} is not set");
                    return Err(self.unusable(&format!("{key}_env"), problem, "set it and try again"));
                };
                Ok(Some(Secret::new(value)))
            }
        }
    }

    fn unusable(&self, key: &str, problem: impl Into<String>, advice: &str) -> ProfileError {
        ProfileError::Unusable {
            file: self.file.clone(),
            key: key.to_owned(),
            problem: problem.into(),
            advice: advice.to_owned(),
        }
    }
}
