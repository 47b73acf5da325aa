//! Bodies of access requests and sessions (`10` §3.1, §8.1, §8.4).

use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::super::check::{Check, Path};
use crate::domain::{ApiVersion, RequestedItem, Requester, Rules, Variables};
use crate::site::{AccessRequest, Refusal};

/// The body of an access request, one-off or in a session.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct AccessBody {
    pub(in crate::http) request: AccessRequest,
    pub(in crate::http) rollback_on_deny: Option<bool>,
    /// `requestedVersion` of each item that has no `version`.
    requested_versions: Vec<Option<String>>,
}

impl AccessBody {
    /// The request under the rules of the site, some of which take `requestedVersion` for a version that is left
    /// out.
    pub(in crate::http) fn request(mut self, rules: &Rules) -> AccessRequest {
        if rules.requested_version_counts {
            for (item, version) in self.request.items.iter_mut().zip(self.requested_versions) {
                if let Some(version) = version {
                    item.version = version;
                }
            }
        }
        self.request
    }

    /// What the rules of the site have against the counts (DM-ACC-023). Where they accept such a count, the
    /// site answers the item as one that cannot be paid.
    pub(in crate::http) fn fault(&self, rules: &Rules) -> Option<Refusal> {
        let status = rules.statuses.count_nonpositive;
        let positive = |item: &RequestedItem| item.count > Decimal::ZERO;
        if status < 400 || self.request.items.iter().all(positive) {
            return None;
        }
        Some(Refusal::new(status, "$.requestedItems: each count must be greater than 0"))
    }
}

/// An access request (`10` §3.1 and §8.4). Unknown members are ignored (DM-ERR-A04); `variables` of formulas
/// are known to v1.1 only (DM-RATE-A13, DM-ACC-020).
pub(in crate::http) fn access_request(body: Value, version: ApiVersion) -> Result<AccessBody, Refusal> {
    let mut check = Check::default();
    let body = check.object(&Path::Root, body).and_then(|mut members| {
        let requester = check.required(&Path::Root, &mut members, "requester", requester);
        let items = check.required(&Path::Root, &mut members, "requestedItems", |check, path, value| {
            requested_items(check, path, value, version)
        });
        let rollback_on_deny = check.nullable(&Path::Root, &mut members, "rollbackOnDeny", Check::boolean);
        let (items, requested_versions) = items?;
        let request = AccessRequest { requester: requester?, items, version };
        Some(AccessBody { request, rollback_on_deny, requested_versions })
    });
    check.finish(body)
}

/// DM-RULE-010.
fn requester(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Requester> {
    let mut members = check.object(path, value)?;
    let kind = check.required(path, &mut members, "type", Check::text);
    let value = check.required(path, &mut members, "value", Check::text);
    let dictionary = check.nullable(path, &mut members, "dictionary", Check::object).unwrap_or_default();
    Some(Requester { kind: kind?, value: value?, dictionary })
}

/// The items, with what stands in `requestedVersion` of those that leave out `version`.
fn requested_items(
    check: &mut Check,
    path: &Path<'_>,
    value: Value,
    version: ApiVersion,
) -> Option<(Vec<RequestedItem>, Vec<Option<String>>)> {
    let elements = check.array(path, value)?;
    let mut items = Vec::with_capacity(elements.len());
    let mut requested_versions = Vec::new();
    for (index, element) in elements.into_iter().enumerate() {
        let at = path.element(index);
        if let Some((item, requested_version)) = requested_item(check, &at, element, version) {
            items.push(item);
            requested_versions.push(requested_version);
        }
    }
    Some((items, requested_versions))
}

/// DM-ACC-021.
fn requested_item(
    check: &mut Check,
    path: &Path<'_>,
    value: Value,
    version: ApiVersion,
) -> Option<(RequestedItem, Option<String>)> {
    let mut members = check.object(path, value)?;
    let item = check.required(path, &mut members, "item", Check::text);
    let item_version = check.nullable(path, &mut members, "version", Check::string);
    let count = check.required(path, &mut members, "count", Check::decimal);
    let meta_data = check.nullable(path, &mut members, "metaData", Check::object);
    let variables = match version {
        ApiVersion::V1_0 => None,
        ApiVersion::V1_1 => check.nullable(path, &mut members, "variables", variables),
    };
    let stand_in = members.remove("requestedVersion").and_then(|value| value.as_str().map(str::to_owned));
    let requested_version = stand_in.filter(|_| item_version.is_none());
    let item = RequestedItem {
        item: item?,
        version: item_version.unwrap_or_default(),
        count: count?,
        meta_data,
        variables: variables.unwrap_or_default(),
    };
    Some((item, requested_version))
}

/// The variables of formulas: names with numbers (DM-RATE-A13).
fn variables(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Variables> {
    let mut variables = Variables::default();
    for (name, value) in check.object(path, value)? {
        if let Some(value) = check.decimal(&path.member(&name), value) {
            variables.set(&name, value);
        }
    }
    Some(variables)
}

/// The instance that a new session is for (DM-SES-012).
pub(in crate::http) fn new_session(body: Value) -> Result<String, Refusal> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn old(body: Value) -> Result<AccessBody, Refusal> {
        access_request(body, ApiVersion::V1_0)
    }

    fn messages<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
        let refusal = result.unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.messages
    }

    #[test]
    fn an_access_request_is_read_exactly() {
        let body = serde_json::from_str(
            r#"{"requester": {"type": "user", "value": "LisaBarry", "dictionary": null}, "other": 1,
                "requestedItems": [{"item": "A", "count": 0.10, "metaData": null, "colour": "red"},
                                   {"item": "B", "version": "1.0", "count": 1e1, "metaData": {"job": 7}}]}"#,
        );
        let body = old(body.unwrap()).unwrap();
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
            assert_eq!(messages(old(body.clone())).len(), 1, "{body}");
        }
    }

    #[test]
    fn counts_must_be_positive_unless_the_rules_say_otherwise() {
        let body = json!({"requester": {"type": "user", "value": "x"}, "requestedItems": [{"item": "A", "count": 0}]});
        let body = old(body).unwrap();
        let mut rules = Rules::default();
        assert_eq!(body.fault(&rules).map(|refusal| refusal.status), Some(400));
        rules.statuses.count_nonpositive = 200;
        assert_eq!(body.fault(&rules), None);
    }

    #[test]
    fn variables_are_known_to_the_newer_version_only() {
        let body = json!({
            "requester": {"type": "user", "value": "x"},
            "requestedItems": [{"item": "A", "count": 1, "variables": {"Price": 1.5}}],
        });
        let new = access_request(body.clone(), ApiVersion::V1_1).unwrap();
        assert_eq!(new.request.items[0].variables.get("price"), Some(Decimal::new(15, 1)));
        assert!(old(body).unwrap().request.items[0].variables.is_empty());
    }

    #[test]
    fn a_requested_version_stands_in_where_the_rules_have_it_so() {
        let body = json!({
            "requester": {"type": "user", "value": "x"},
            "requestedItems": [{"item": "A", "count": 1, "requestedVersion": "1.0"},
                               {"item": "B", "count": 1, "version": "2.0", "requestedVersion": "1.0"}],
        });
        let versions = |rules: &Rules| {
            let items = old(body.clone()).unwrap().request(rules).items;
            items.into_iter().map(|item| item.version).collect::<Vec<_>>()
        };
        let mut rules = Rules::default();
        assert_eq!(versions(&rules), ["", "2.0"]);
        rules.requested_version_counts = true;
        assert_eq!(versions(&rules), ["1.0", "2.0"]);
    }
}
