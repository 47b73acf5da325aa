//! What an operator says of a license-server instance and its features.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::Millis;
use crate::domain::licensing::{
    BorrowTerms, FeatureKey, Granularity, InstanceTerms, License, Model, Secret, parse_interval,
};
use crate::site::{NewLicenseServer, Refusal};

/// The largest count and overdraft, so that no sum of them leaves 64 bits.
const MOST: i64 = 1_000_000_000_000;

/// A license-server instance; of a feature only the name is required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewInstance {
    account_id: Option<String>,
    pub(super) admin_password: Option<String>,
    #[serde(default)]
    features: Vec<NewFeature>,
    /// Borrow interval of features without their own.
    borrow_interval: Option<String>,
    /// Longest borrow interval that the administrator allows.
    borrow_interval_max: Option<String>,
    /// Unit to which borrow ends are rounded up.
    borrow_granularity: Option<Granularity>,
    /// Renew interval, percent.
    renew_interval: Option<i64>,
    /// Whether licensing calls need a client JWT.
    json_security: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewFeature {
    name: String,
    version: Option<String>,
    #[serde(rename = "type", default)]
    kind: Kind,
    count: Option<i64>,
    #[serde(default)]
    uncounted: bool,
    overdraft: Option<Value>,
    start: Option<Value>,
    end: Option<Value>,
    borrow_interval: Option<String>,
    #[serde(default)]
    reusable: bool,
    #[serde(default)]
    undo_interval: i64,
    activation_id: Option<String>,
    entitlement_id: Option<String>,
    product_name: Option<String>,
    product_version: Option<String>,
    #[serde(default)]
    selectors: BTreeMap<String, String>,
    #[serde(default)]
    vendor_string: String,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    #[default]
    Concurrent,
    Metered,
}

impl NewInstance {
    pub(super) fn read(self, administrator: Option<Secret>) -> Result<NewLicenseServer, Refusal> {
        let terms = self.terms()?;
        let mut licenses: Vec<License> = Vec::new();
        for feature in self.features {
            let same = |license: &&License| {
                license.feature.name == feature.name
                    && license.feature.version == feature.version.as_deref().unwrap_or("1.0")
            };
            let number = licenses.iter().filter(same).count() + 1;
            let license = feature.read(number)?;
            if licenses.iter().any(|other| other.is_same_as(&license)) {
                let (name, id) = (&license.feature.name, &license.activation_id);
                return Err(Refusal::invalid(format!("feature `{name}` is there twice for `{id}`")));
            }
            licenses.push(license);
        }
        Ok(NewLicenseServer { account_id: self.account_id, administrator, terms, licenses })
    }

    /// The terms, if any of them is given.
    fn terms(&self) -> Result<Option<InstanceTerms>, Refusal> {
        let given = self.borrow_interval.is_some()
            || self.borrow_interval_max.is_some()
            || self.borrow_granularity.is_some()
            || self.renew_interval.is_some()
            || self.json_security.is_some();
        if !given {
            return Ok(None);
        }
        let standard = BorrowTerms::default();
        Ok(Some(InstanceTerms {
            borrow: BorrowTerms {
                interval: interval("borrowInterval", self.borrow_interval.as_deref())?
                    .unwrap_or(standard.interval),
                longest: interval("borrowIntervalMax", self.borrow_interval_max.as_deref())?,
                granularity: self.borrow_granularity.unwrap_or_default(),
                renew_percent: self.renew_interval.unwrap_or(standard.renew_percent),
            },
            json_security: self.json_security.unwrap_or(true),
        }))
    }
}

impl NewFeature {
    /// The license; `number` tells those of one name and version apart that have no activation ID.
    fn read(self, number: usize) -> Result<License, Refusal> {
        let version = self.version.unwrap_or_else(|| "1.0".to_owned());
        if self.name.trim().is_empty() || self.count.is_some_and(|count| !(0..=MOST).contains(&count)) {
            return Err(Refusal::invalid(format!("a feature has a name, and a count from 0 to {MOST}")));
        }
        let model = match self.kind {
            Kind::Concurrent => Model::Concurrent,
            Kind::Metered => Model::Metered { reusable: self.reusable, undo_seconds: self.undo_interval },
        };
        let unnamed = || format!("act-{}-{version}-{number}", self.name);
        Ok(License {
            id: 0,
            model,
            count: (!self.uncounted).then(|| self.count.unwrap_or(1)),
            overdraft: overdraft(self.overdraft.as_ref())?,
            start: moment("start", self.start.as_ref())?.unwrap_or(0),
            end: moment("end", self.end.as_ref())?,
            borrow_interval: interval("borrowInterval", self.borrow_interval.as_deref())?,
            activation_id: self.activation_id.unwrap_or_else(unnamed),
            entitlement_id: self.entitlement_id.unwrap_or_else(|| "ent-1".to_owned()),
            product_name: self.product_name.unwrap_or_else(|| self.name.clone()),
            product_version: self.product_version.unwrap_or_else(|| version.clone()),
            selectors: self.selectors,
            vendor_string: self.vendor_string,
            used: 0,
            feature: FeatureKey { name: self.name, version },
        })
    }
}

/// A number, or `unlimited`; none is 0.
fn overdraft(given: Option<&Value>) -> Result<Option<i64>, Refusal> {
    match given {
        None | Some(Value::Null) => Ok(Some(0)),
        Some(Value::String(word)) if word == "unlimited" => Ok(None),
        Some(value) => match value.as_i64().filter(|count| (0..=MOST).contains(count)) {
            Some(count) => Ok(Some(count)),
            None => Err(Refusal::invalid("`overdraft` is a number from 0 upwards, or `unlimited`")),
        },
    }
}

/// Milliseconds or ISO 8601; `permanent` is no moment.
fn moment(name: &str, given: Option<&Value>) -> Result<Option<Millis>, Refusal> {
    let refusal = || Refusal::invalid(format!("`{name}` is a time in ms or ISO 8601, or `permanent`"));
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(word)) if word == "permanent" => Ok(None),
        Some(Value::String(text)) => {
            let at: Timestamp = text.parse().map_err(|_| refusal())?;
            Ok(Some(at.as_millisecond()))
        }
        Some(value) => value.as_i64().map(Some).ok_or_else(refusal),
    }
}

/// An interval as requests write it; 0 sets none.
fn interval(name: &str, given: Option<&str>) -> Result<Option<Millis>, Refusal> {
    let Some(text) = given else { return Ok(None) };
    match parse_interval(text) {
        Some(interval) => Ok(Some(interval).filter(|interval| *interval > 0)),
        None => Err(Refusal::invalid(format!("`{name}` is a number with one of the units s, m, h, d, w"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<NewLicenseServer, Refusal> {
        serde_json::from_str::<NewInstance>(body)
            .map_err(|error| Refusal::invalid(error.to_string()))?
            .read(None)
    }

    #[test]
    fn a_feature_needs_a_name_and_no_more() {
        let server = read(r#"{"features": [{"name": "f1"}, {"name": "f1"}]}"#).unwrap();
        let [first, second] = &server.licenses[..] else { panic!() };
        assert_eq!((first.count, first.overdraft, first.end), (Some(1), Some(0), None));
        assert_eq!(first.feature.version, "1.0");
        assert_ne!(first.activation_id, second.activation_id);
        assert_eq!(server.terms, None);
    }

    #[test]
    fn times_and_overdraft_come_in_several_forms() {
        let body = r#"{"borrowGranularity": "day", "features": [
            {"name": "a", "start": 5, "end": "2030-01-01T00:00:00Z", "overdraft": "unlimited"},
            {"name": "b", "uncounted": true, "end": "permanent", "overdraft": 2, "borrowInterval": "1d"},
            {"name": "m", "type": "metered", "count": 100, "reusable": true, "undoInterval": 300}]}"#;
        let server = read(body).unwrap();
        let [first, second, third] = &server.licenses[..] else { panic!() };
        assert_eq!((first.start, first.end, first.overdraft), (5, Some(1_893_456_000_000), None));
        assert_eq!((second.count, second.end, second.overdraft), (None, None, Some(2)));
        assert_eq!(third.model, Model::Metered { reusable: true, undo_seconds: 300 });
        assert_eq!(server.terms.unwrap().borrow.granularity, Granularity::Day);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for body in [
            r#"{"features": [{"version": "1.0"}]}"#,
            r#"{"features": [{"name": " "}]}"#,
            r#"{"features": [{"name": "f", "count": -1}]}"#,
            r#"{"features": [{"name": "f", "overdraft": "some"}]}"#,
            r#"{"features": [{"name": "f", "end": "soon"}]}"#,
            r#"{"features": [{"name": "f", "type": "rented"}]}"#,
            r#"{"features": [{"name": "f", "activationId": "a"}, {"name": "f", "activationId": "a"}]}"#,
            r#"{"borrowInterval": "1y"}"#,
            r#"{"colour": "red"}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
