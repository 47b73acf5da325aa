//! Features as line items bring them: name, version, model, counts and dates.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::Millis;

/// A feature in one version. Licenses of one name and version are one pool, whichever line items they come from
/// (CM-CNT-004).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FeatureKey {
    /// Name, case-sensitive.
    pub name: String,
    /// Version.
    pub version: String,
}

/// How a feature is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Model {
    /// Counts are held for a while and come back.
    Concurrent,
    /// Counts are charged and stay charged (CM-MET-002).
    Metered {
        /// Whether they may be given back (CM-MET-004).
        reusable: bool,
        /// How long a charge could be cancelled, s; shown, and not offered here (CM-MET-006).
        undo_seconds: i64,
    },
}

impl Model {
    /// Its name, which is also the meter type of usage rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Concurrent => "concurrent",
            Self::Metered { .. } => "metered",
        }
    }

    /// Whether counts are charged.
    #[must_use]
    pub const fn is_metered(self) -> bool {
        matches!(self, Self::Metered { .. })
    }
}

/// One feature of one line item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct License {
    /// Number within the instance; it stays when the features are replaced.
    pub id: u64,
    /// Name and version.
    pub feature: FeatureKey,
    /// How it is used up.
    pub model: Model,
    /// Entitled count; nothing for an uncounted feature (CM-CNT-002).
    pub count: Option<i64>,
    /// Overdraft; nothing for an unlimited one (CM-CNT-001).
    pub overdraft: Option<i64>,
    /// First moment at which it may be used, ms.
    pub start: Millis,
    /// End, ms; nothing for a permanent one.
    pub end: Option<Millis>,
    /// Borrow interval from the back office (CM-BOR-005).
    pub borrow_interval: Option<Millis>,
    /// Activation ID of the line item.
    pub activation_id: String,
    /// Entitlement ID.
    pub entitlement_id: String,
    /// Product name.
    pub product_name: String,
    /// Product version.
    pub product_version: String,
    /// Selectors that a request must name to be served (CM-DIC-004).
    pub selectors: BTreeMap<String, String>,
    /// Text for the client.
    pub vendor_string: String,
    /// Count in use, or charged so far; kept apart, with the hosts or as a total.
    #[serde(skip)]
    pub used: i64,
}

impl License {
    /// Whether two entries are the same license before and after the features were replaced.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.activation_id == other.activation_id && self.feature == other.feature
    }
}

/// How much of a license may be in use: what was bought and the overdraft; nothing means without bound (CM-CNT-001).
pub(super) fn entitled_and_overdraft(license: &License) -> Option<i64> {
    license.count.zip(license.overdraft).map(|(count, overdraft)| count.saturating_add(overdraft))
}

/// Whether a license of one version serves a request for another: those of an equal or higher version do, and `0` is
/// any version (CM-RSP-006).
pub(super) fn equal_or_higher(license: &str, wanted: &str) -> bool {
    compare_versions(license, wanted) != Ordering::Less
}

/// Versions part by part, numbers as numbers; what is missing counts as 0.
pub(super) fn compare_versions(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one.split('.'), other.split('.'));
    loop {
        let (left, right) = match (one.next(), other.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => (left.unwrap_or("0"), right.unwrap_or("0")),
        };
        let compared = match (left.parse::<u64>(), right.parse::<u64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => left.cmp(right),
        };
        if compared != Ordering::Equal {
            return compared;
        }
    }
}

/// Whether a license may not be used yet.
pub(super) const fn not_started(license: &License, now: Millis) -> bool {
    now < license.start
}

/// Whether a license may not be used any more.
pub(super) fn expired(license: &License, now: Millis) -> bool {
    license.end.is_some_and(|end| now >= end)
}

/// A license with a selector serves requests that have the same; one without serves all (CM-DIC-004).
pub(super) fn selectors_equal(
    license: &BTreeMap<String, String>,
    request: &BTreeMap<String, String>,
) -> bool {
    license.iter().all(|(key, value)| request.get(key) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_part_by_part() {
        for (license, wanted, serves) in [
            ("1.0", "1.0", true),
            ("1.0", "1", true),
            ("2024.09", "2024.9", true),
            ("1.10", "1.9", true),
            ("1.9", "1.10", false),
            ("1.0", "0", true),
            ("1.0", "2.0", false),
            ("1.0.1", "1.0", true),
            ("1.b", "1.a", true),
        ] {
            assert_eq!(equal_or_higher(license, wanted), serves, "{license} for {wanted}");
        }
    }

    #[test]
    fn every_selector_of_the_license_must_be_met() {
        let of = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        assert!(selectors_equal(&of(&[]), &of(&[("region", "EMEA")])));
        assert!(selectors_equal(&of(&[("region", "EMEA")]), &of(&[("region", "EMEA"), ("tier", "1")])));
        assert!(!selectors_equal(&of(&[("region", "EMEA")]), &of(&[("region", "APAC")])));
        assert!(!selectors_equal(&of(&[("region", "EMEA")]), &of(&[])));
    }
}
