//! Bodies of line items, strictly (`20` §5).

use serde_json::Value;

use super::super::check::{Check, Path, whole};
use super::language::{INTEGER, Object, Rule, Schema, closed, optional, required, words};
use super::members::Members;
use crate::domain::{ApiVersion, Attributes, LineItemState, OverdraftType, Tokens};
use crate::site::{NewLineItem, Refusal};

const STATES: [(&str, LineItemState); 3] = [
    ("DEPLOYED", LineItemState::Deployed),
    ("INACTIVE", LineItemState::Inactive),
    ("OBSOLETE", LineItemState::Obsolete),
];
const OVERDRAFTS: [(&str, OverdraftType); 2] =
    [("Number", OverdraftType::Number), ("Unlimited", OverdraftType::Unlimited)];

/// A line item, strictly: nothing but what the schema knows (DM-LINE-013 to DM-LINE-018). `used` and `instanceId`
/// are accepted because a listing may be sent back (DM-LINE-004, DM-LINE-005).
pub(in crate::http) static LINE_ITEM: Schema = Schema::Named(
    "NewLineItem",
    &Schema::Object(Object {
        members: &[
            required("activationId", &Schema::Text),
            required("state", &STATE),
            required("quantity", &Schema::Integer(1)),
            required("start", &INTEGER),
            required("end", &INTEGER),
            required("attributes", &ATTRIBUTES),
            optional("used", &super::DECIMAL),
            optional("instanceId", &Schema::String),
        ],
        closed: true,
        rules: &[END_NOT_BEFORE_START],
    }),
);
static ATTRIBUTES: Schema = Schema::Object(Object {
    members: &[
        optional("elastic", &Schema::Boolean),
        optional("rateTableSeries", &Schema::String),
        optional("overdraftType", &OVERDRAFT),
        optional("overdraftLimit", &Schema::Integer(0)),
        // The older version does not know the property, and refuses it (DM-LINE-019).
        optional("resetFrequency", &Schema::Text).only(ApiVersion::V1_1),
    ],
    closed: true,
    rules: &[TYPE_AND_LIMIT],
});
static STATE: Schema = Schema::Words(&words(&STATES));
static OVERDRAFT: Schema = Schema::Words(&words(&OVERDRAFTS));

/// A line item as it is shown (DM-LINE-031), in both versions with all that either has saved.
pub(in crate::http) static SHOWN_LINE_ITEM: Schema = Schema::Named(
    "LineItem",
    &closed(&[
        required("activationId", &Schema::Text),
        required("state", &STATE),
        required("quantity", &Schema::Integer(1)),
        required("start", &INTEGER),
        required("end", &INTEGER),
        required("used", &Schema::Number),
        required(
            "attributes",
            &closed(&[
                optional("elastic", &Schema::Boolean),
                optional("rateTableSeries", &Schema::String),
                optional("overdraftType", &OVERDRAFT),
                optional("overdraftLimit", &Schema::Integer(0)),
                optional("resetFrequency", &Schema::Text),
            ]),
        ),
    ]),
);

/// The last instant is not before the first (DM-LINE-026).
const END_NOT_BEFORE_START: Rule = Rule {
    check: |check, path, line_item| {
        let time = |name| whole(&line_item[name]).flatten();
        if time("start").zip(time("end")).is_some_and(|(start, end)| end < start) {
            check.violation(&path.member("end"), "must not lie before start");
        }
    },
    published: r#"{"description": "`end` must not lie before `start`."}"#,
    only: None,
};

/// Type and limit of an overdraft belong together (DM-LINE-021, DM-LINE-023).
const TYPE_AND_LIMIT: Rule = Rule {
    check: type_and_limit,
    published: r#"{"anyOf": [
        {"properties": {"overdraftType": {"enum": ["Number"]}}, "required": ["overdraftType", "overdraftLimit"]},
        {"properties": {"overdraftType": {"enum": ["Unlimited"]}}, "required": ["overdraftType"]},
        {"properties": {"overdraftType": false, "overdraftLimit": false}}]}"#,
    only: None,
};

fn type_and_limit(check: &mut Check, path: &Path<'_>, attributes: &Value) {
    let limit_given = attributes.get("overdraftLimit").is_some();
    match attributes["overdraftType"].as_str() {
        Some("Number") if !limit_given => {
            check.violation(path, "required property 'overdraftLimit' not found beside overdraftType Number");
        }
        Some("Number" | "Unlimited") => {}
        _ if limit_given => check.violation(&path.member("overdraftLimit"), "needs overdraftType Number"),
        _ => {}
    }
}

/// Reads a line item.
pub(in crate::http) fn line_item(body: Value, version: ApiVersion) -> Result<NewLineItem, Refusal> {
    LINE_ITEM.read(body, version, |body| {
        let mut item = Members::of(body)?;
        Some(NewLineItem {
            activation_id: item.string("activationId")?,
            state: item.word("state", &STATES)?,
            quantity: item.integer("quantity")?,
            start: item.integer("start")?,
            end: item.integer("end")?,
            attributes: attributes(item.any("attributes")?)?,
            used_in_body: item.decimal("used").map(Tokens::rounded),
        })
    })
}

fn attributes(value: Value) -> Option<Attributes> {
    let mut attributes = Members::of(value)?;
    let overdraft_type = attributes.word("overdraftType", &OVERDRAFTS);
    // Without bound there is no limit to keep (DM-LINE-023).
    let limited = overdraft_type == Some(OverdraftType::Number);
    Some(Attributes {
        elastic: attributes.boolean("elastic"),
        rate_table_series: attributes.string("rateTableSeries"),
        overdraft_limit: attributes.integer("overdraftLimit").filter(|_| limited),
        overdraft_type,
        reset_frequency: attributes.string("resetFrequency"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn old(body: Value) -> Result<NewLineItem, Refusal> {
        line_item(body, ApiVersion::V1_0)
    }

    fn messages<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
        let refusal = result.unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.messages
    }

    fn line_item_body() -> Value {
        json!({
            "activationId": "ACT01", "state": "DEPLOYED", "quantity": 500, "start": 10, "end": 20,
            "attributes": { "elastic": true, "rateTableSeries": "CAD" },
        })
    }

    #[test]
    fn every_violation_of_a_line_item_is_reported_with_its_path() {
        let body = json!({
            "state": "LOST", "quantity": 0, "start": "now", "end": 20, "colour": "red",
            "attributes": { "elastic": "yes", "resetFrequency": "monthly" },
        });
        let mut found = messages(old(body));
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "$.attributes.elastic: string found, boolean expected",
                "$.attributes: property 'resetFrequency' is not defined in the schema and the schema does not \
                 allow additional properties",
                "$.quantity: must have a minimum value of 1",
                "$.start: string found, integer expected",
                "$.state: does not have a value in the enumeration [\"DEPLOYED\", \"INACTIVE\", \"OBSOLETE\"]",
                "$: property 'colour' is not defined in the schema and the schema does not allow additional \
                 properties",
                "$: required property 'activationId' not found",
            ]
        );
    }

    #[test]
    fn a_listed_line_item_may_be_sent_back() {
        let mut body = line_item_body();
        body["used"] = json!(1.5);
        body["instanceId"] = json!("i");
        let item = old(body).unwrap();
        assert_eq!(item.used_in_body.map(|used| used.to_string()).as_deref(), Some("1.5"));
        let mut empty = line_item_body();
        empty["attributes"] = json!({});
        assert_eq!(old(empty).unwrap().attributes, Attributes::default());
    }

    #[test]
    fn an_overdraft_has_a_type_and_only_a_number_has_a_limit() {
        let with = |attributes: Value| {
            let mut body = line_item_body();
            body["attributes"] = attributes;
            old(body)
        };
        assert_eq!(messages(with(json!({"overdraftLimit": 5}))).len(), 1);
        assert_eq!(messages(with(json!({"overdraftType": "Number"}))).len(), 1);
        assert_eq!(messages(with(json!({"overdraftType": "Number", "overdraftLimit": -1}))).len(), 1);
        assert_eq!(messages(with(json!({"overdraftType": "Percent", "overdraftLimit": 1.5}))).len(), 3);
        let unlimited = with(json!({"overdraftType": "Unlimited", "overdraftLimit": 5})).unwrap();
        assert_eq!(unlimited.attributes.overdraft_limit, None);
        let number = with(json!({"overdraftType": "Number", "overdraftLimit": 5})).unwrap();
        assert_eq!(number.attributes.overdraft_limit, Some(5));
    }

    #[test]
    fn the_end_may_be_the_start_but_not_before_it() {
        let ending = |end: i64| {
            let mut body = line_item_body();
            body["end"] = json!(end);
            old(body)
        };
        assert!(ending(10).is_ok());
        assert_eq!(messages(ending(9)), ["$.end: must not lie before start"]);
    }

    #[test]
    fn a_reset_frequency_is_known_to_the_newer_version_only() {
        let with = |value: Value, version| {
            let mut body = line_item_body();
            body["attributes"]["resetFrequency"] = value;
            line_item(body, version)
        };
        let kept = with(json!("monthly"), ApiVersion::V1_1).unwrap().attributes.reset_frequency;
        assert_eq!(kept.as_deref(), Some("monthly"));
        assert_eq!(messages(with(json!(1), ApiVersion::V1_1)).len(), 1);
        assert_eq!(messages(with(json!("monthly"), ApiVersion::V1_0)).len(), 1);
    }
}
