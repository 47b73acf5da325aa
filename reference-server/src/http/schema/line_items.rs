//! Bodies of line items, strictly (`20` §5).

use serde_json::{Map, Value};

use super::super::check::{Check, Path};
use crate::domain::{ApiVersion, Attributes, LineItemState, OverdraftType, Tokens};
use crate::site::{NewLineItem, Refusal};

const STATES: [(&str, LineItemState); 3] = [
    ("DEPLOYED", LineItemState::Deployed),
    ("INACTIVE", LineItemState::Inactive),
    ("OBSOLETE", LineItemState::Obsolete),
];
const OVERDRAFTS: [(&str, OverdraftType); 2] =
    [("Number", OverdraftType::Number), ("Unlimited", OverdraftType::Unlimited)];

/// A line item, strictly: nothing but what the schema knows (DM-LINE-013 to DM-LINE-018). `used` and
/// `instanceId` are accepted because a listing may be sent back (DM-LINE-004, DM-LINE-005, DM-LINE-026).
pub(in crate::http) fn line_item(body: Value, version: ApiVersion) -> Result<NewLineItem, Refusal> {
    let mut check = Check::default();
    let line_item = check.object(&Path::Root, body).and_then(|mut members| {
        let line_item = line_item_members(&mut check, &mut members, version);
        check.optional(&Path::Root, &mut members, "instanceId", Check::string);
        check.nothing_else(&Path::Root, &members);
        line_item
    });
    check.finish(line_item)
}

fn line_item_members(
    check: &mut Check,
    members: &mut Map<String, Value>,
    version: ApiVersion,
) -> Option<NewLineItem> {
    let root = Path::Root;
    let activation_id = check.required(&root, members, "activationId", Check::text);
    let state =
        check.required(&root, members, "state", |check, path, value| check.one_of(path, value, &STATES));
    let quantity = check.required(&root, members, "quantity", Check::integer);
    if quantity.is_some_and(|quantity| quantity < 1) {
        check.violation(&root.member("quantity"), "must have a minimum value of 1");
    }
    let start = check.required(&root, members, "start", Check::integer);
    let end = check.required(&root, members, "end", Check::integer);
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        check.violation(&root.member("end"), "must not lie before start");
    }
    let attributes = check
        .required(&root, members, "attributes", |check, path, value| attributes(check, path, value, version));
    let used = check.optional(&root, members, "used", Check::decimal);
    Some(NewLineItem {
        activation_id: activation_id?,
        state: state?,
        quantity: quantity?,
        start: start?,
        end: end?,
        attributes: attributes?,
        used_in_body: used.map(Tokens::rounded),
    })
}

fn attributes(check: &mut Check, path: &Path<'_>, value: Value, version: ApiVersion) -> Option<Attributes> {
    let mut members = check.object(path, value)?;
    let elastic = check.optional(path, &mut members, "elastic", Check::boolean);
    let rate_table_series = check.optional(path, &mut members, "rateTableSeries", Check::string);
    let overdraft_type = check.optional(path, &mut members, "overdraftType", |check, path, value| {
        check.one_of(path, value, &OVERDRAFTS)
    });
    let limit_given = members.contains_key("overdraftLimit");
    let limit = check.optional(path, &mut members, "overdraftLimit", Check::integer);
    overdraft(check, path, overdraft_type, limit_given, limit);
    // The older version does not know the property, and refuses it (DM-LINE-019).
    let reset_frequency = match version {
        ApiVersion::V1_0 => None,
        ApiVersion::V1_1 => check.optional(path, &mut members, "resetFrequency", Check::text),
    };
    check.nothing_else(path, &members);
    // Without bound there is no limit to keep (DM-LINE-023).
    let overdraft_limit = limit.filter(|_| overdraft_type == Some(OverdraftType::Number));
    Some(Attributes { elastic, rate_table_series, overdraft_limit, overdraft_type, reset_frequency })
}

/// Type and limit of an overdraft belong together (DM-LINE-021, DM-LINE-023).
fn overdraft(
    check: &mut Check,
    path: &Path<'_>,
    overdraft_type: Option<OverdraftType>,
    limit_given: bool,
    limit: Option<i64>,
) {
    let at = path.member("overdraftLimit");
    if limit.is_some_and(|limit| limit < 0) {
        check.violation(&at, "must have a minimum value of 0");
    }
    match overdraft_type {
        Some(OverdraftType::Number) if !limit_given => {
            check.violation(path, "required property 'overdraftLimit' not found beside overdraftType Number");
        }
        None if limit_given => check.violation(&at, "needs overdraftType Number"),
        _ => {}
    }
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
