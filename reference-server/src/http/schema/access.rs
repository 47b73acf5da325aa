//! Bodies of access requests and sessions (`10` §3.1, §8.1, §8.4).

use rust_decimal::Decimal;
use serde_json::Value;

use super::language::{OBJECT, Schema, Sign, UUID, array, nullable, open, required};
use super::members::{Members, decimal};
use crate::domain::{ApiVersion, PerVersion, RequestedItem, Requester, Rules, Variables};
use crate::site::{AccessRequest, Refusal};

/// An access request (`10` §3.1 and §8.4). Unknown members are ignored (DM-ERR-A04).
pub(in crate::http) static ACCESS_REQUEST: Schema = Schema::Named("AccessRequest", &REQUEST);

/// The same in a session, where it must be said what a denial does (DM-SES-054).
pub(in crate::http) static SESSION_REQUEST: Schema =
    Schema::Named("SessionRequest", &Schema::Said(&REQUEST, PerVersion::both(ROLLBACK_REQUIRED)));
const ROLLBACK_REQUIRED: &str = r#"{"properties": {"rollbackOnDeny": {"type": "boolean"}},
    "required": ["requester", "requestedItems", "rollbackOnDeny"]}"#;

static REQUEST: Schema = open(&[
    required("requester", &REQUESTER),
    required("requestedItems", &array(&REQUESTED_ITEM)),
    nullable("rollbackOnDeny", &Schema::Boolean),
]);
static REQUESTER: Schema = Schema::Named(
    "Requester",
    &open(&[
        required("type", &Schema::Text),
        required("value", &Schema::Text),
        nullable("dictionary", &OBJECT),
    ]),
);
static REQUESTED_ITEM: Schema = Schema::Named(
    "RequestedItem",
    &open(&[
        required("item", &Schema::Text),
        nullable("version", &Schema::String),
        required("count", &Schema::Decimal(Sign::PositiveByRules)),
        nullable("metaData", &OBJECT),
        // The variables of formulas: names with numbers (DM-RATE-A13).
        nullable("variables", &Schema::Map(&super::DECIMAL)).only(ApiVersion::V1_1),
    ]),
);

/// A session to open (DM-SES-012).
pub(in crate::http) static NEW_SESSION: Schema =
    Schema::Named("NewSession", &open(&[required("instanceId", &UUID)]));

/// The body of an access request, one-off or in a session.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct AccessBody {
    pub(in crate::http) request: AccessRequest,
    pub(in crate::http) rollback_on_deny: Option<bool>,
    /// `requestedVersion` of each item that has no `version`.
    pub(super) requested_versions: Vec<Option<String>>,
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

    /// What the rules of the site have against the counts (DM-ACC-023). Where they accept such a count, the site
    /// answers the item as one that cannot be paid.
    pub(in crate::http) fn fault(&self, rules: &Rules) -> Option<Refusal> {
        let status = rules.statuses.count_nonpositive;
        let positive = |item: &RequestedItem| item.count > Decimal::ZERO;
        if status < 400 || self.request.items.iter().all(positive) {
            return None;
        }
        Some(Refusal::new(status, "$.requestedItems: each count must be greater than 0"))
    }
}

/// Reads an access request, one-off or in a session.
pub(in crate::http) fn access_request(body: Value, version: ApiVersion) -> Result<AccessBody, Refusal> {
    ACCESS_REQUEST.read(body, version, |body| {
        let mut body = Members::of(body)?;
        let requester = requester(body.any("requester")?)?;
        let items = body.array("requestedItems", |item| requested_item(item, version))?;
        let (items, requested_versions) = items.into_iter().unzip();
        Some(AccessBody {
            request: AccessRequest { requester, items, version },
            rollback_on_deny: body.boolean("rollbackOnDeny"),
            requested_versions,
        })
    })
}

/// Who asks, with what rules of access look at (DM-RULE-010).
fn requester(value: Value) -> Option<Requester> {
    let mut requester = Members::of(value)?;
    Some(Requester {
        kind: requester.string("type")?,
        value: requester.string("value")?,
        dictionary: requester.object("dictionary").unwrap_or_default(),
    })
}

/// An item, with what stands in `requestedVersion` if it leaves out `version` (DM-ACC-021).
fn requested_item(value: Value, version: ApiVersion) -> Option<(RequestedItem, Option<String>)> {
    let mut item = Members::of(value)?;
    let item_version = item.string("version");
    let requested_version = item.string("requestedVersion").filter(|_| item_version.is_none());
    let read = RequestedItem {
        item: item.string("item")?,
        version: item_version.unwrap_or_default(),
        count: item.decimal("count")?,
        meta_data: item.object("metaData"),
        variables: match version {
            ApiVersion::V1_0 => Variables::default(),
            ApiVersion::V1_1 => variables(&mut item),
        },
    };
    Some((read, requested_version))
}

fn variables(item: &mut Members) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in item.object("variables").unwrap_or_default() {
        if let Some(value) = decimal(&value) {
            variables.set(&name, value);
        }
    }
    variables
}

/// The instance that a new session is for (DM-SES-012).
pub(in crate::http) fn new_session(body: Value) -> Result<String, Refusal> {
    NEW_SESSION.read(body, ApiVersion::V1_0, |body| Members::of(body)?.string("instanceId"))
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
