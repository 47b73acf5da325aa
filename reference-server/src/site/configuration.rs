//! Configuration of a site: read, and changed by name (`20` §7).

use super::outcome::Kind;
use super::{Refusal, Site};
use crate::domain::{ApiVersion, Millis, Setting};

/// A value with who changed it when, unless it is a default (DM-CONF-001, DM-CONF-002).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigurationValue {
    /// Name.
    pub name: &'static str,
    /// Value in force.
    pub value: String,
    /// Time and key of the last change.
    pub changed: Option<(Millis, String)>,
}

impl Site {
    /// Every value that the version knows, defaults included (DM-CONF-011).
    #[must_use]
    pub fn configuration(&self, version: ApiVersion) -> Vec<ConfigurationValue> {
        let shown = |name: &&'static str| ConfigurationValue {
            name,
            value: self.configuration.value(name).to_owned(),
            changed: self
                .configuration
                .setting(name)
                .map(|setting| (setting.modified, setting.updated_by.clone())),
        };
        (self.rules.configuration.names)(version).iter().map(shown).collect()
    }

    /// Changes values, all or none; what is not named stays (DM-CONF-003, DM-CONF-006, DM-CONF-007).
    ///
    /// # Errors
    /// For a name that the version does not know, or a value that is not legal under its name.
    pub fn configure(
        &mut self,
        version: ApiVersion,
        values: Vec<(String, String)>,
        key: &str,
    ) -> Result<Vec<ConfigurationValue>, Refusal> {
        let rules = self.rules.configuration;
        let known = (rules.names)(version);
        let unknown: Vec<String> = values
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .map(|(name, _)| {
                format!("there is no configuration value `{name}`; there are {}", known.join(", "))
            })
            .collect();
        if !unknown.is_empty() {
            return Err(Refusal { status: self.rules.statuses.configuration_unknown, messages: unknown });
        }
        let (legal, illegal): (Vec<_>, Vec<_>) =
            values.into_iter().partition(|(name, value)| (rules.legal)(name, value));
        if illegal.is_empty() || rules.refused_in_part {
            self.take_over(legal, key);
        }
        if illegal.is_empty() {
            return Ok(self.configuration(version));
        }
        let messages =
            illegal.iter().map(|(name, value)| format!("`{value}` is no value of `{name}`")).collect();
        Err(Refusal { status: 400, messages })
    }

    fn take_over(&mut self, values: Vec<(String, String)>, key: &str) {
        let (rules, now) = (self.rules.configuration, self.now);
        let setting = |(name, value): (String, String)| {
            let value = (rules.kept_as)(&name, value);
            (name, Setting { value, modified: now, updated_by: key.to_owned() })
        };
        let changes = values.into_iter().map(setting).collect();
        self.configuration = (rules.changed)(&self.configuration, changes);
        self.touch(Kind::Configuration, "configuration");
    }

    /// Length of a charge period that starts now.
    pub(super) fn charge_period(&self) -> Millis {
        (self.rules.charge_period)(self.configuration.charge_period())
    }
}
