//! What the bodies of the operations must look like, and what they say.

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::check::{Check, Path};
use super::public_key;
use crate::domain::{
    Attributes, LineItemState, OverdraftType, RateItem, RequestedItem, Requester, Rules, Tokens,
};
use crate::site::{AccessRequest, NewInstance, NewLineItem, NewRateTable, Refusal};

const STATES: [(&str, LineItemState); 3] = [
    ("DEPLOYED", LineItemState::Deployed),
    ("INACTIVE", LineItemState::Inactive),
    ("OBSOLETE", LineItemState::Obsolete),
];
const OVERDRAFTS: [(&str, OverdraftType); 2] =
    [("Number", OverdraftType::Number), ("Unlimited", OverdraftType::Unlimited)];

/// The body of an access request, one-off or in a session.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AccessBody {
    pub(super) request: AccessRequest,
    pub(super) rollback_on_deny: Option<bool>,
}

impl AccessBody {
    /// What the rules of the site have against the counts (DM-ACC-023). Where they accept such a count, the site
    /// answers the item as one that cannot be paid.
    pub(super) fn fault(&self, rules: &Rules) -> Option<Refusal> {
        let status = rules.statuses.count_nonpositive;
        let positive = |item: &RequestedItem| item.count > Decimal::ZERO;
        if status < 400 || self.request.items.iter().all(positive) {
            return None;
        }
        Some(Refusal::new(status, "$.requestedItems: each count must be greater than 0"))
    }
}

/// An access request (`10` §3.1 and §8.4). Unknown members are ignored (DM-ERR-A04); `dictionary` plays no part as
/// long as there are no rules of access, but must be an object.
pub(super) fn access_request(body: Value) -> Result<AccessBody, Refusal> {
    let mut check = Check::default();
    let body = check.object(&Path::Root, body).and_then(|mut members| {
        let requester = check.required(&Path::Root, &mut members, "requester", requester);
        let items = check.required(&Path::Root, &mut members, "requestedItems", requested_items);
        let rollback_on_deny = check.nullable(&Path::Root, &mut members, "rollbackOnDeny", Check::boolean);
        Some(AccessBody { request: AccessRequest { requester: requester?, items: items? }, rollback_on_deny })
    });
    check.finish(body)
}

fn requester(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Requester> {
    let mut members = check.object(path, value)?;
    let kind = check.required(path, &mut members, "type", Check::text);
    let value = check.required(path, &mut members, "value", Check::text);
    check.nullable(path, &mut members, "dictionary", Check::object);
    Some(Requester { kind: kind?, value: value? })
}

fn requested_items(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Vec<RequestedItem>> {
    let elements = check.array(path, value)?;
    let mut items = Vec::with_capacity(elements.len());
    for (index, element) in elements.into_iter().enumerate() {
        items.extend(requested_item(check, &path.element(index), element));
    }
    Some(items)
}

fn requested_item(check: &mut Check, path: &Path<'_>, value: Value) -> Option<RequestedItem> {
    let mut members = check.object(path, value)?;
    let item = check.required(path, &mut members, "item", Check::text);
    let version = check.nullable(path, &mut members, "version", Check::string);
    let count = check.required(path, &mut members, "count", Check::decimal);
    let meta_data = check.nullable(path, &mut members, "metaData", Check::object);
    Some(RequestedItem { item: item?, version: version.unwrap_or_default(), count: count?, meta_data })
}

/// The instance that a new session is for (DM-SES-012).
pub(super) fn new_session(body: Value) -> Result<String, Refusal> {
    let mut check = Check::default();
    let instance = check.object(&Path::Root, body).and_then(|mut members| {
        let id = check.required(&Path::Root, &mut members, "instanceId", Check::text)?;
        if Uuid::try_parse(&id).is_err() {
            check.violation(&Path::Root.member("instanceId"), "must be a UUID");
        }
        Some(id)
    });
    check.finish(instance)
}

/// A new instance; other members have no influence (DM-INST-005, DM-INST-006).
pub(super) fn new_instance(body: Value) -> Result<NewInstance, Refusal> {
    let mut check = Check::default();
    let instance = check.object(&Path::Root, body).and_then(|mut members| {
        let short_name = check.required(&Path::Root, &mut members, "shortName", Check::text);
        let account_id = check.required(&Path::Root, &mut members, "accountId", Check::text);
        Some(NewInstance { short_name: short_name?, account_id: account_id? })
    });
    check.finish(instance)
}

/// A new rate table; other members are ignored (DM-RATE-012, DM-RATE-021 to DM-RATE-026).
pub(super) fn rate_table(body: Value) -> Result<NewRateTable, Refusal> {
    let mut check = Check::default();
    let table = check.object(&Path::Root, body).and_then(|mut members| {
        let series = check.nullable(&Path::Root, &mut members, "series", Check::string);
        let version = check.required(&Path::Root, &mut members, "version", Check::text);
        let effective_from = check.required(&Path::Root, &mut members, "effectiveFrom", Check::integer);
        let items = check.required(&Path::Root, &mut members, "items", rate_items);
        Some(NewRateTable {
            series: series.unwrap_or_default(),
            version: version?,
            effective_from: effective_from?,
            items: items?,
        })
    });
    check.finish(table)
}

/// What the rules of the site have against a rate table: items that are there twice (DM-RATE-024).
pub(super) fn rate_table_fault(table: &NewRateTable, rules: &Rules) -> Option<Refusal> {
    let status = rules.statuses.table_duplicate_item;
    let mut seen = HashSet::new();
    let index = table.items.iter().position(|item| !seen.insert((&item.name, &item.version)))?;
    if status < 400 {
        return None;
    }
    let item = &table.items[index];
    let (name, version) = (&item.name, &item.version);
    Some(Refusal::new(status, format!("$.items[{index}]: item '{name}' version '{version}' is there twice")))
}

fn rate_items(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Vec<RateItem>> {
    let elements = check.array(path, value)?;
    if elements.is_empty() {
        check.violation(path, "must have at least one element");
    }
    let mut items = Vec::with_capacity(elements.len());
    for (index, element) in elements.into_iter().enumerate() {
        items.extend(rate_item(check, &path.element(index), element));
    }
    Some(items)
}

fn rate_item(check: &mut Check, path: &Path<'_>, value: Value) -> Option<RateItem> {
    let mut members = check.object(path, value)?;
    let name = check.required(path, &mut members, "name", Check::text);
    let version = check.nullable(path, &mut members, "version", Check::string);
    let rate = check.required(path, &mut members, "rate", Check::decimal);
    if rate.is_some_and(|rate| rate < Decimal::ZERO) {
        check.violation(&path.member("rate"), "must have a minimum value of 0");
    }
    Some(RateItem { name: name?, version: version.unwrap_or_default(), rate: rate? })
}

/// A line item, strictly: nothing but what the schema knows (DM-LINE-013 to DM-LINE-018). `used` and `instanceId`
/// are accepted because a listing may be sent back (DM-LINE-004, DM-LINE-005).
pub(super) fn line_item(body: Value) -> Result<NewLineItem, Refusal> {
    let mut check = Check::default();
    let line_item = check.object(&Path::Root, body).and_then(|mut members| {
        let line_item = line_item_members(&mut check, &mut members);
        check.optional(&Path::Root, &mut members, "instanceId", Check::string);
        check.nothing_else(&Path::Root, &members);
        line_item
    });
    check.finish(line_item)
}

fn line_item_members(check: &mut Check, members: &mut Map<String, Value>) -> Option<NewLineItem> {
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
    let attributes = check.required(&root, members, "attributes", attributes);
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

fn attributes(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Attributes> {
    let mut members = check.object(path, value)?;
    let elastic = check.optional(path, &mut members, "elastic", Check::boolean);
    let rate_table_series = check.optional(path, &mut members, "rateTableSeries", Check::string);
    let overdraft_type = check.optional(path, &mut members, "overdraftType", |check, path, value| {
        check.one_of(path, value, &OVERDRAFTS)
    });
    let limit_given = members.contains_key("overdraftLimit");
    let limit = check.optional(path, &mut members, "overdraftLimit", Check::integer);
    overdraft(check, path, overdraft_type, limit_given, limit);
    check.nothing_else(path, &members);
    // Without bound there is no limit to keep (DM-LINE-023).
    let overdraft_limit = limit.filter(|_| overdraft_type == Some(OverdraftType::Number));
    Some(Attributes { elastic, rate_table_series, overdraft_limit, overdraft_type })
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

/// Keys to save as (ID, PEM), all of them or none (DM-AUTH-020 to DM-AUTH-023).
pub(super) fn keys(body: Value) -> Result<Vec<(String, String)>, Refusal> {
    let mut check = Check::default();
    let keys = check.array(&Path::Root, body).map(|elements| {
        let mut keys = Vec::with_capacity(elements.len());
        for (index, element) in elements.into_iter().enumerate() {
            keys.extend(key(&mut check, &Path::Root.element(index), element));
        }
        keys
    });
    check.finish(keys)
}

fn key(check: &mut Check, path: &Path<'_>, value: Value) -> Option<(String, String)> {
    let mut members = check.object(path, value)?;
    let id = check.required(path, &mut members, "id", Check::text);
    let public_key = check.required(path, &mut members, "publicKey", Check::text)?;
    if let Err(what) = public_key::check(&public_key) {
        check.violation(&path.member("publicKey"), what);
    }
    Some((id?, public_key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::test_keys::EC_PUBLIC;
    use super::*;

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
        let mut found = messages(line_item(body));
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
        let item = line_item(body).unwrap();
        assert_eq!(item.used_in_body.map(|used| used.to_string()).as_deref(), Some("1.5"));
        let mut empty = line_item_body();
        empty["attributes"] = json!({});
        assert_eq!(line_item(empty).unwrap().attributes, Attributes::default());
    }

    #[test]
    fn an_overdraft_has_a_type_and_only_a_number_has_a_limit() {
        let with = |attributes: Value| {
            let mut body = line_item_body();
            body["attributes"] = attributes;
            line_item(body)
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
            line_item(body)
        };
        assert!(ending(10).is_ok());
        assert_eq!(messages(ending(9)), ["$.end: must not lie before start"]);
    }

    #[test]
    fn an_access_request_is_read_exactly() {
        let body = serde_json::from_str(
            r#"{"requester": {"type": "user", "value": "LisaBarry", "dictionary": null}, "other": 1,
                "requestedItems": [{"item": "A", "count": 0.10, "metaData": null, "colour": "red"},
                                   {"item": "B", "version": "1.0", "count": 1e1, "metaData": {"job": 7}}]}"#,
        );
        let body = access_request(body.unwrap()).unwrap();
        let [first, second] = body.request.items.as_slice() else { panic!("two items") };
        assert_eq!((first.version.as_str(), first.count.to_string().as_str()), ("", "0.1"));
        assert_eq!(first.meta_data, None);
        assert_eq!(second.count, Decimal::TEN);
        assert_eq!(second.meta_data.as_ref().unwrap()["job"], json!(7));
        assert_eq!(body.rollback_on_deny, None);
        assert_eq!(body.fault(&Rules::default()), None);
    }

    #[test]
    fn incomplete_access_requests_are_refused() {
        let requester = json!({"type": "user", "value": "LisaBarry"});
        let wrong = [
            json!([]),
            json!({"requestedItems": []}),
            json!({"requester": {"type": " ", "value": "x"}, "requestedItems": []}),
            json!({"requester": ["user", "x"], "requestedItems": []}),
            json!({"requester": requester, "requestedItems": [{"item": "A"}]}),
            json!({"requester": requester, "requestedItems": [{"item": "A", "count": "1"}]}),
            json!({"requester": requester, "requestedItems": [{"item": "A", "count": 1, "metaData": "x"}]}),
            json!({"requester": requester, "requestedItems": [{"item": "A", "count": 1, "version": 1}]}),
            json!({"requester": requester, "requestedItems": [], "rollbackOnDeny": "yes"}),
        ];
        for body in wrong {
            assert_eq!(messages(access_request(body.clone())).len(), 1, "{body}");
        }
    }

    #[test]
    fn counts_must_be_positive_unless_the_rules_say_otherwise() {
        let body = json!({"requester": {"type": "user", "value": "x"}, "requestedItems": [{"item": "A", "count": 0}]});
        let body = access_request(body).unwrap();
        let mut rules = Rules::default();
        assert_eq!(body.fault(&rules).map(|refusal| refusal.status), Some(400));
        rules.statuses.count_nonpositive = 200;
        assert_eq!(body.fault(&rules), None);
    }

    #[test]
    fn rate_tables_are_checked_item_by_item() {
        let body = json!({
            "version": "1", "effectiveFrom": 5, "created": 9,
            "items": [{"name": "A", "rate": 4.5}, {"name": "A", "version": "", "rate": 1}],
        });
        let table = rate_table(body).unwrap();
        assert_eq!((table.series.as_str(), table.items[0].rate.to_string().as_str()), ("", "4.5"));
        let mut rules = Rules::default();
        assert_eq!(rate_table_fault(&table, &rules).map(|refusal| refusal.status), Some(400));
        rules.statuses.table_duplicate_item = 201;
        assert_eq!(rate_table_fault(&table, &rules), None);
        let wrong = json!({
            "version": "", "effectiveFrom": 1.5, "items": [{"name": "A", "formula": "1"}, {"name": 1, "rate": -1}],
        });
        assert_eq!(messages(rate_table(wrong)).len(), 5);
        assert_eq!(messages(rate_table(json!({"version": "1", "effectiveFrom": 5, "items": []}))).len(), 1);
    }

    #[test]
    fn keys_are_saved_all_or_none() {
        let good = json!({"id": "k", "publicKey": EC_PUBLIC});
        assert_eq!(keys(json!([good])).unwrap(), [("k".to_owned(), EC_PUBLIC.to_owned())]);
        assert_eq!(messages(keys(json!([good, {"id": " ", "publicKey": "PEM"}]))).len(), 2);
        assert_eq!(messages(keys(good)), ["$: object found, array expected"]);
    }

    #[test]
    fn instances_and_sessions_need_their_names() {
        assert!(new_instance(json!({"shortName": "a", "accountId": "A", "id": "mine"})).is_ok());
        assert_eq!(messages(new_instance(json!({"shortName": "", "accountId": 1}))).len(), 2);
        assert!(new_session(json!({"instanceId": "7b0f1c2e-5a44-4b7e-9a43-2f5f5f1f0a11"})).is_ok());
        assert_eq!(messages(new_session(json!({"instanceId": "text"}))), ["$.instanceId: must be a UUID"]);
    }
}
