//! Bodies of configuration changes (`20` §7).

use serde_json::Value;

use super::super::check::{Check, Path};
use crate::site::Refusal;

/// Values to change, as (name, value): an array of them, or a single one (DM-CONF-004).
pub(in crate::http) fn configuration(body: Value) -> Result<Vec<(String, String)>, Refusal> {
    let mut check = Check::default();
    let elements = match body {
        Value::Array(elements) => elements,
        single => vec![single],
    };
    let mut values = Vec::with_capacity(elements.len());
    for (index, element) in elements.into_iter().enumerate() {
        values.extend(setting(&mut check, &Path::Root.element(index), element));
    }
    check.finish(Some(values))
}

fn setting(check: &mut Check, path: &Path<'_>, value: Value) -> Option<(String, String)> {
    let mut members = check.object(path, value)?;
    let name = check.required(path, &mut members, "name", Check::text);
    let value = check.required(path, &mut members, "value", |check, path, value| match value {
        // A boolean is taken for its word, which is how it is shown (DM-CONF-008).
        Value::Bool(value) => Some(value.to_string()),
        other => check.string(path, other),
    });
    Some((name?, value?))
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
