//! Bodies of configuration changes (`20` §7).

use serde_json::Value;

use super::language::{Schema, array, open, required};
use super::members::{Members, elements};
use crate::domain::{ApiVersion, per_version};
use crate::site::Refusal;

/// Values to change: an array of them, or a single one (DM-CONF-004).
pub(in crate::http) static SETTINGS: Schema =
    Schema::Choice(|value| usize::from(!value.is_array()), &[&array(&SETTING), &SETTING]);

/// A value to change. Its name is looked up later, under the rules of the site (DM-CONF-007 to DM-CONF-011).
static SETTING: Schema = Schema::Named(
    "Setting",
    &Schema::Said(
        &open(&[required("name", &Schema::Text), required("value", &VALUE)]),
        per_version(NAMES_OF_V1_0, NAMES_OF_V1_1),
    ),
);
const NAMES_OF_V1_0: &str = r#"{"properties": {"name": {"enum": ["timezone.tolerant"]},
                                               "value": {"enum": ["true", "false", true, false]}}}"#;
const NAMES_OF_V1_1: &str = r#"{"anyOf": [
    {"properties": {"name": {"enum": ["timezone.tolerant"]}, "value": {"enum": ["true", "false", true, false]}}},
    {"properties": {"name": {"enum": ["session.charge.period"]},
                    "value": {"type": "string", "format": "charge-period"}}}]}"#;
/// A boolean is taken for its word, which is how it is shown (DM-CONF-008).
static VALUE: Schema =
    Schema::Choice(|value| usize::from(value.is_boolean()), &[&Schema::String, &Schema::Boolean]);

/// Values to change, as (name, value).
pub(in crate::http) fn configuration(body: Value) -> Result<Vec<(String, String)>, Refusal> {
    SETTINGS.read(body, ApiVersion::V1_0, |body| match body {
        Value::Array(_) => elements(body, setting),
        single => setting(single).map(|setting| vec![setting]),
    })
}

fn setting(value: Value) -> Option<(String, String)> {
    let mut setting = Members::of(value)?;
    let name = setting.string("name")?;
    match setting.any("value")? {
        Value::String(text) => Some((name, text)),
        other => Some((name, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_value_or_several_as_text_or_boolean() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let one = json!({"name": "timezone.tolerant", "value": true});
        assert_eq!(configuration(one.clone()).unwrap(), [pair("timezone.tolerant", "true")]);
        let two = json!([one, {"name": "session.charge.period", "value": "PT30M", "modified": 5}]);
        assert_eq!(configuration(two).unwrap()[1], pair("session.charge.period", "PT30M"));
        for body in [json!([1]), json!("x"), json!({"name": "a"}), json!([{"name": "a", "value": 1}])] {
            assert_eq!(configuration(body.clone()).unwrap_err().status, 400, "{body}");
        }
    }
}
