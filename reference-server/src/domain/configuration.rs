//! Configuration: values that hold for a whole site (`20` §7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ApiVersion, DAY, HOUR, MINUTE, Millis};

/// Widens the use of line items by twelve hours on both sides (DM-CONF-013).
pub const TIMEZONE_TOLERANT: &str = "timezone.tolerant";
/// Length of the charge period of sessions (DM-TIME-012).
pub const SESSION_CHARGE_PERIOD: &str = "session.charge.period";

/// A value that was changed from its default (DM-CONF-002).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Setting {
    /// The value as it was written.
    pub value: String,
    /// When it was changed, ms.
    pub modified: Millis,
    /// ID of the key whose token changed it.
    pub updated_by: String,
}

/// What was changed from its default, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Configuration {
    settings: BTreeMap<String, Setting>,
}

impl Configuration {
    /// How far the validity of line items gives way: nothing, or twelve hours (DM-LI-A04, DM-LI-A05).
    #[must_use]
    pub fn tolerance(&self) -> Millis {
        if self.value(TIMEZONE_TOLERANT) == "true" { 12 * HOUR } else { 0 }
    }

    /// Length of a charge period (DM-TIME-012).
    #[must_use]
    pub fn charge_period(&self) -> Millis {
        charge_period(self.value(SESSION_CHARGE_PERIOD)).unwrap_or(HOUR)
    }

    /// A value, the default if nobody has changed it.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.settings.get(name).map_or_else(|| default_of(name), |setting| setting.value.as_str())
    }

    /// Who changed a value when; nothing for a default.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.get(name)
    }

    /// Forgets that a value was ever changed.
    pub fn reset(&mut self, name: &str) {
        self.settings.remove(name);
    }

    /// Changes a value (DM-CONF-012).
    pub fn set(&mut self, name: &str, setting: Setting) {
        self.settings.insert(name.to_owned(), setting);
    }
}

/// The names that a version knows (DM-CONF-011).
#[must_use]
pub const fn names(version: ApiVersion) -> &'static [&'static str] {
    match version {
        ApiVersion::V1_0 => &[TIMEZONE_TOLERANT],
        ApiVersion::V1_1 => &[TIMEZONE_TOLERANT, SESSION_CHARGE_PERIOD],
    }
}

/// The configuration after a change: what is not named stays, and what is set back to its default still tells who set
/// it (DM-CONF-006, DM-CONF-012).
#[must_use]
pub fn with_changes(configuration: &Configuration, changes: Vec<(String, Setting)>) -> Configuration {
    let mut changed = configuration.clone();
    for (name, setting) in changes {
        changed.set(&name, setting);
    }
    changed
}

/// The value of a name that nobody has changed.
#[must_use]
pub fn default_of(name: &str) -> &'static str {
    match name {
        TIMEZONE_TOLERANT => "false",
        SESSION_CHARGE_PERIOD => "PT1H",
        _ => "",
    }
}

/// Whether a value is legal under its name (DM-CONF-008, DM-CONF-009).
#[must_use]
pub fn legal(name: &str, value: &str) -> bool {
    match name {
        TIMEZONE_TOLERANT => matches!(value, "true" | "false"),
        SESSION_CHARGE_PERIOD => charge_period(value).is_some(),
        _ => false,
    }
}

/// A charge period in ms: `PTnH`, `PTnM` or `PTnHnM`, from 10 minutes to 24 hours (DM-CONF-009, DM-CONF-010).
#[must_use]
pub fn charge_period(text: &str) -> Option<Millis> {
    let time = text.strip_prefix("PT")?;
    let (hours, rest) = match time.split_once('H') {
        Some((hours, rest)) => (whole(hours)?, rest),
        None => (0, time),
    };
    let minutes = match rest.strip_suffix('M') {
        Some(minutes) => whole(minutes)?,
        None if rest.is_empty() && !time.is_empty() => 0,
        None => return None,
    };
    let period = hours.checked_mul(HOUR)?.checked_add(minutes.checked_mul(MINUTE)?)?;
    (10 * MINUTE..=DAY).contains(&period).then_some(period)
}

/// The same period in as few letters as there are: `PT60M` as `PT1H` (DM-CONF-010).
#[must_use]
pub fn shortest(text: &str) -> String {
    let Some(period) = charge_period(text) else { return text.to_owned() };
    match (period / HOUR, period % HOUR / MINUTE) {
        (0, minutes) => format!("PT{minutes}M"),
        (hours, 0) => format!("PT{hours}H"),
        (hours, minutes) => format!("PT{hours}H{minutes}M"),
    }
}

/// Digits and nothing else.
fn whole(digits: &str) -> Option<Millis> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charge_periods_are_whole_minutes_from_ten_to_a_day() {
        for (text, period) in [
            ("PT1H", HOUR),
            ("PT30M", 30 * MINUTE),
            ("PT1H30M", 90 * MINUTE),
            ("PT10M", 10 * MINUTE),
            ("PT24H", DAY),
            ("PT60M", HOUR),
        ] {
            assert_eq!(charge_period(text), Some(period), "{text}");
        }
        for text in [
            "PT9M", "PT24H1M", "PT3600S", "PT0M", "P1D", "1h", "", "PT", "PTH", "PT+1H", "PT1H30", "pt1h",
            "PT1M1H",
        ] {
            assert_eq!(charge_period(text), None, "{text}");
        }
        assert_eq!(charge_period("PT99999999999999999999H"), None);
        assert_eq!(charge_period("PT9223372036854775807H"), None);
    }

    #[test]
    fn the_shortest_form_is_the_same_period() {
        for (text, short) in
            [("PT60M", "PT1H"), ("PT90M", "PT1H30M"), ("PT0H30M", "PT30M"), ("later", "later")]
        {
            assert_eq!(shortest(text), short, "{text}");
        }
    }

    #[test]
    fn defaults_hold_until_somebody_changes_them() {
        let mut configuration = Configuration::default();
        assert_eq!((configuration.tolerance(), configuration.charge_period()), (0, HOUR));
        let setting = Setting { value: "true".into(), modified: 5, updated_by: "ops".into() };
        configuration.set(TIMEZONE_TOLERANT, setting.clone());
        assert_eq!(configuration.tolerance(), 12 * HOUR);
        assert_eq!(configuration.setting(TIMEZONE_TOLERANT), Some(&setting));
        assert_eq!(configuration.setting(SESSION_CHARGE_PERIOD), None);
    }
}
