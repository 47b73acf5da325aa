//! Schemas as JSON Schema, in the dialect of OpenAPI 3.1.

use serde_json::{Map, Value, json};

use super::language::{Array, Member, Object, Presence, Rule, Schema, Sign};
use crate::domain::ApiVersion;

/// Text that is not blank. The class is the white space of Unicode, written out because dialects of regular expressions
/// disagree about `\s`.
const NOT_BLANK: &str =
    r"[^\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";
/// The largest decimal.
const LARGEST: &str = "79228162514264337593543950335";
/// Decimals have 28 places: from here on, every number of 17 digits is one.
const SMALLEST: &str = "1e-12";

impl Schema {
    /// The schema as a version publishes it; what has a name goes to the components.
    pub(in crate::http) fn published(&self, version: ApiVersion, named: &mut Map<String, Value>) -> Value {
        match self {
            Self::Boolean => json!({ "type": "boolean" }),
            Self::Number => json!({ "type": "number" }),
            Self::String => json!({ "type": "string" }),
            Self::Text => json!({ "type": "string", "minLength": 1, "pattern": NOT_BLANK }),
            Self::Form(form) => json!({ "type": "string", "format": form.format }),
            Self::Words(words) => json!({ "type": "string", "enum": words }),
            Self::Integer(least) => {
                json!({ "type": "integer", "format": "int64", "minimum": least, "maximum": i64::MAX })
            }
            Self::Integer32 => {
                json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX })
            }
            Self::Decimal(sign) => decimal(*sign),
            Self::Array(array) => array.published(version, named),
            Self::Object(object) => object.published(version, named),
            Self::Map(of) => {
                json!({ "type": "object", "additionalProperties": of.published(version, named) })
            }
            Self::Forbidden(_) => json!({ "type": "null" }),
            Self::Choice(_, among) => json!({ "anyOf": list(among, version, named) }),
            Self::All(parts) => json!({ "allOf": list(parts, version, named) }),
            Self::Named(name, schema) => {
                if !named.contains_key(*name) {
                    let schema = schema.published(version, named);
                    named.insert((*name).to_owned(), schema);
                }
                json!({ "$ref": format!("#/components/schemas/{name}") })
            }
            Self::Said(schema, besides) => {
                let mut published = schema.published(version, named);
                merge(&mut published, declared(besides.of(version)));
                published
            }
        }
    }
}

fn list(schemas: &[&Schema], version: ApiVersion, named: &mut Map<String, Value>) -> Vec<Value> {
    schemas.iter().map(|schema| schema.published(version, named)).collect()
}

/// Exact decimals. JSON Schema cannot count digits, so that the numbers next to 0 that are exact are not promised.
fn decimal(sign: Sign) -> Value {
    let (largest, smallest) = (declared(LARGEST), declared(SMALLEST));
    let positive = json!({ "minimum": smallest, "maximum": largest });
    let (below, above) = (declared(&format!("-{LARGEST}")), declared(&format!("-{SMALLEST}")));
    match sign {
        Sign::PositiveByRules => json!({ "type": "number", "minimum": smallest, "maximum": largest }),
        Sign::NotNegative => json!({ "type": "number", "anyOf": [positive, { "const": 0 }] }),
        Sign::Any => {
            let negative = json!({ "minimum": below, "maximum": above });
            json!({ "type": "number", "anyOf": [positive, { "const": 0 }, negative] })
        }
    }
}

impl Array {
    fn published(&self, version: ApiVersion, named: &mut Map<String, Value>) -> Value {
        let mut published = json!({ "type": "array", "items": self.of.published(version, named) });
        if self.least > 0 {
            published["minItems"] = json!(self.least);
        }
        say(self.rules, version, &mut published);
        published
    }
}

impl Object {
    fn published(&self, version: ApiVersion, named: &mut Map<String, Value>) -> Value {
        let mut published = json!({ "type": "object" });
        let properties: Map<String, Value> = self
            .known(version)
            .map(|member| (member.name.to_owned(), member.published(version, named)))
            .collect();
        if !properties.is_empty() {
            published["properties"] = Value::Object(properties);
        }
        let required: Vec<&str> = self
            .known(version)
            .filter(|member| member.presence == Presence::Required)
            .map(|member| member.name)
            .collect();
        if !required.is_empty() {
            published["required"] = json!(required);
        }
        if self.closed {
            published["additionalProperties"] = json!(false);
        }
        say(self.rules, version, &mut published);
        published
    }
}

impl Member {
    fn published(&self, version: ApiVersion, named: &mut Map<String, Value>) -> Value {
        let mut published = self.schema.published(version, named);
        if self.presence != Presence::Nullable || published["type"] == "null" {
            return published;
        }
        match published.get("type") {
            Some(Value::String(kind)) if published.get("anyOf").is_none() => {
                published["type"] = json!([kind, "null"]);
                published
            }
            _ => json!({ "anyOf": [published, { "type": "null" }] }),
        }
    }
}

fn say(rules: &[Rule], version: ApiVersion, published: &mut Value) {
    for rule in rules.iter().filter(|rule| rule.only.is_none_or(|only| only == version)) {
        merge(published, declared(rule.published));
    }
}

/// JSON that stands in a declaration.
fn declared(text: &str) -> Value {
    serde_json::from_str(text).expect("what is declared as JSON is JSON")
}

/// Adds to an object, member by member; what is no object is replaced.
fn merge(published: &mut Value, besides: Value) {
    match (published, besides) {
        (Value::Object(into), Value::Object(besides)) => {
            for (name, value) in besides {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (published, besides) => *published = besides,
    }
}
