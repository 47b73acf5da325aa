//! Access requests as they nearly always come, read in one pass and without a tree of values in between.
//!
//! This is the one body whose reading shows in the pace of the server. It is read here when there is nothing to say about
//! it: every member is known to both versions, is there once and is of the right kind, and the objects of the caller's
//! own are flat. Anything else is left to the schema, which finds all that is wrong; what is read here, the schema reads
//! to the same (see the tests).

use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Number, Value};

use super::super::body::RESERVED;
use super::super::check::exact;
use super::access::AccessBody;
use crate::domain::{ApiVersion, RequestedItem, Requester, Variables};
use crate::site::AccessRequest;

/// Reads an access request, one-off or in a session; nothing when it has to be looked at more closely.
pub(in crate::http) fn plain_access_request(body: &[u8], version: ApiVersion) -> Option<AccessBody> {
    let Object(body): Object<Request> = serde_json::from_slice(body).ok()?;
    let requested_versions = vec![None; body.requested_items.len()];
    let items = body.requested_items.into_iter().map(|Object(item)| item.read()).collect::<Option<_>>()?;
    let requester = body.requester.0.read()?;
    Some(AccessBody {
        request: AccessRequest { requester, items, version },
        rollback_on_deny: body.rollback_on_deny,
        requested_versions,
    })
}

/// A value that is written as an object. On its own a struct is also read from an array of its members.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OfMembers(PhantomData)).map(Self)
    }
}

struct OfMembers<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OfMembers<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    requester: Object<Who>,
    requested_items: Vec<Object<Item>>,
    #[serde(default)]
    rollback_on_deny: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Who {
    #[serde(rename = "type")]
    kind: String,
    value: String,
    #[serde(default)]
    dictionary: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    item: String,
    #[serde(default)]
    version: Option<String>,
    #[serde(deserialize_with = "count")]
    count: Decimal,
    #[serde(default)]
    meta_data: Option<Map<String, Value>>,
}

impl Who {
    fn read(self) -> Option<Requester> {
        let said =
            is_said(&self.kind) && is_said(&self.value) && self.dictionary.as_ref().is_none_or(is_flat);
        said.then(|| Requester {
            kind: self.kind,
            value: self.value,
            dictionary: self.dictionary.unwrap_or_default(),
        })
    }
}

impl Item {
    fn read(self) -> Option<RequestedItem> {
        let said = is_said(&self.item) && self.meta_data.as_ref().is_none_or(is_flat);
        said.then(|| RequestedItem {
            item: self.item,
            version: self.version.unwrap_or_default(),
            count: self.count,
            meta_data: self.meta_data,
            variables: Variables::default(),
        })
    }
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    let number = Number::deserialize(deserializer)?;
    exact(number.as_str()).ok_or_else(|| Error::custom("more digits than can be kept exactly"))
}

fn is_said(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Whether nothing stands inside of anything, so that it can be kept as it is.
fn is_flat(members: &Map<String, Value>) -> bool {
    members.iter().all(|(name, value)| {
        !name.starts_with(RESERVED) && !matches!(value, Value::Array(_) | Value::Object(_))
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::access::access_request;
    use super::*;

    const BOTH: [ApiVersion; 2] = [ApiVersion::V1_0, ApiVersion::V1_1];

    /// Values that fit somewhere, and some that fit nowhere.
    const VALUES: [&str; 24] = [
        "null",
        "true",
        "\"user\"",
        "\"x \\u00e9\"",
        "\" \"",
        "\"\"",
        "\"\\ud800\"",
        "1",
        "0",
        "-5",
        "0.10",
        "1e3",
        "1e400",
        "0.1234567890123456789012345678901",
        "01",
        "[]",
        "[\"user\", \"x\"]",
        "{}",
        "{\"a\": 1, \"b\": null}",
        "{\"a\": [1]}",
        "{\"a\": {\"b\": 1}}",
        "{\"$serde_json::private::Number\": \"5\"}",
        "{\"a\": {\"$serde_json::private::Number\": \"5\"}}",
        "{\"a\": 1, \"$serde_json::private::RawValue\": \"5\"}",
    ];

    /// An object of members that are right, of which one or two may be replaced, added or doubled.
    fn object(right: &[(&'static str, String)], others: &[&'static str]) -> BoxedStrategy<String> {
        let right = right.to_vec();
        let names: Vec<&str> = right.iter().map(|(name, _)| *name).chain(others.iter().copied()).collect();
        let strange = vec((select(names), select(&VALUES[..]), any::<bool>()), 0..3);
        strange
            .prop_map(move |strange| {
                let mut members: Vec<(&str, String)> = right.clone();
                for (name, value, doubled) in strange {
                    if !doubled {
                        members.retain(|(other, _)| *other != name);
                    }
                    members.push((name, value.to_owned()));
                }
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
                format!("{{{}}}", members.join(", "))
            })
            .boxed()
    }

    fn bodies() -> impl Strategy<Value = String> {
        let who = [("type", "\"user\"".to_owned()), ("value", "\"LisaBarry\"".to_owned())];
        let item = [
            ("item", "\"PhotoPrint\"".to_owned()),
            ("version", "\"1.0\"".to_owned()),
            ("count", "2.50".to_owned()),
            ("metaData", "{\"op\": \"r-1\"}".to_owned()),
        ];
        let items = vec(object(&item, &["requestedVersion", "variables", "colour"]), 0..3);
        (object(&who, &["dictionary", "colour"]), items).prop_flat_map(|(who, items)| {
            let request = [
                ("requester", who),
                ("requestedItems", format!("[{}]", items.join(", "))),
                ("rollbackOnDeny", "true".to_owned()),
            ];
            object(&request, &["colour"])
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

        /// Whatever is read here, the schema lets pass and reads to the same.
        #[test]
        fn nothing_is_read_in_another_way_than_by_the_schema(body in bodies()) {
            for version in BOTH {
                if let Some(read) = plain_access_request(body.as_bytes(), version) {
                    let value = super::super::super::body::parse(body.as_bytes());
                    prop_assert!(value.is_ok(), "{body}: {value:?}");
                    prop_assert_eq!(access_request(value.unwrap(), version), Ok(read), "{}", body);
                }
            }
        }
    }

    #[test]
    fn what_clients_send_is_plain_and_anything_else_is_looked_at_more_closely() {
        let with = |item: &str| {
            format!(
                r#"{{"requester": {{"type": "user", "value": "LisaBarry", "dictionary": {{"team": "print"}}}},
                "rollbackOnDeny": true, "requestedItems": [{{"item": "PhotoPrint", {item}}}]}}"#
            )
        };
        for plain in
            [r#""version": "1.0", "count": 10"#, r#""count": 0.5, "metaData": {"op": "r-1", "n": 1}"#]
        {
            assert!(
                BOTH.iter().all(|version| plain_access_request(with(plain).as_bytes(), *version).is_some())
            );
        }
        for strange in [
            r#""count": 1, "count": 2"#,
            r#""count": 1, "colour": "red""#,
            r#""count": 1, "requestedVersion": "1.0""#,
            r#""count": 1, "variables": {"a": 1}"#,
            r#""count": "1""#,
            r#""count": 1, "metaData": {"jobs": [1]}"#,
        ] {
            assert_eq!(plain_access_request(with(strange).as_bytes(), ApiVersion::V1_1), None, "{strange}");
        }
    }
}
