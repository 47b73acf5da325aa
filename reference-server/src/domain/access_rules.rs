//! Rules of access: who may consume from a line item, and how much of it (`20` §6, `10` §10).
//!
//! Conditions belong to an instance and look at the requester's dictionary. Actions belong to a line item, are
//! ordered, and point to conditions; the first that holds decides.

use std::collections::HashMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Rules, Tokens};

/// Facts about a requester, the only thing that conditions look at (DM-ROA-001).
pub type Dictionary = Map<String, Value>;

/// How a test compares (DM-RULE-008).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operator {
    /// The dictionary's value is one of those listed.
    In,
    /// It is not, or there is none.
    Not,
}

/// A simple condition: a key of the dictionary and the values that it is held against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Key of the dictionary.
    pub key: String,
    /// How its value is compared.
    pub operator: Operator,
    /// With what.
    pub values: Vec<String>,
}

/// What a condition asks (DM-RULE-007, DM-RULE-011).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Expression {
    /// One test.
    Simple(Test),
    /// All of several tests (AND).
    All(Vec<Test>),
    /// Any of several tests (OR).
    Any(Vec<Test>),
}

/// A condition of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Made by the server (DM-RULE-002).
    pub id: String,
    /// The instance that it belongs to (DM-RULE-001).
    pub instance_id: String,
    /// Name; it need not be unique.
    pub name: Option<String>,
    /// What it asks.
    pub expression: Expression,
    /// Order of creation within the site.
    pub sequence: u64,
}

/// What an action does with those whom it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// They may consume, up to the allocation if there is one.
    Allow,
    /// They may not.
    Deny,
}

/// One entry of the ordered list of a line item (DM-RULE-020 to DM-RULE-026).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// Made by the server (DM-RULE-021).
    pub id: Arc<str>,
    /// Name, if any.
    pub name: Option<String>,
    /// Whom it concerns; nothing means everybody: the default action (DM-RULE-025).
    pub condition_id: Option<String>,
    /// What it does.
    pub action: Verdict,
    /// The most that may be taken from the line item under this action (DM-RULE-045).
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option")]
    pub allocation: Option<Decimal>,
    /// What has been taken under it.
    pub used: Tokens,
}

/// How a line item stands to a requester.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It has no actions: open to everybody (DM-ROA-002).
    Open,
    /// The action at this place of the list allows it.
    Allowed(usize),
    /// An action denies it, or none of them holds (DM-ROA-005, DM-ROA-006).
    Refused,
}

/// Every condition of a site, by ID.
pub type Conditions = HashMap<String, Condition>;

/// Whether a condition holds for a requester.
#[must_use]
pub fn holds(rules: &Rules, expression: &Expression, dictionary: &Dictionary) -> bool {
    match expression {
        Expression::Simple(test) => (rules.access.test_passes)(rules, test, dictionary),
        Expression::All(tests) => (rules.access.joined_by_and)(rules, tests, dictionary),
        Expression::Any(tests) => (rules.access.joined_by_or)(rules, tests, dictionary),
    }
}

/// Whether every test passes (DM-RULE-011).
#[must_use]
pub fn all_pass(rules: &Rules, tests: &[Test], dictionary: &Dictionary) -> bool {
    tests.iter().all(|test| (rules.access.test_passes)(rules, test, dictionary))
}

/// Whether at least one test passes (DM-RULE-011).
#[must_use]
pub fn any_passes(rules: &Rules, tests: &[Test], dictionary: &Dictionary) -> bool {
    tests.iter().any(|test| (rules.access.test_passes)(rules, test, dictionary))
}

/// Whether a test passes. A missing key fails IN and passes NOT (DM-ROA-014).
#[must_use]
pub fn exact_test(rules: &Rules, test: &Test, dictionary: &Dictionary) -> bool {
    let listed = dictionary.get(&test.key).map(|value| is_one_of(rules, value, &test.values));
    match test.operator {
        Operator::In => listed == Some(true),
        Operator::Not => listed.map_or(rules.access.not_without_key, |listed| !listed),
    }
}

/// An array matches when any element does; everything else is compared by its text (DM-RULE-008, DM-RULE-009).
fn is_one_of(rules: &Rules, value: &Value, values: &[String]) -> bool {
    if let Value::Array(elements) = value {
        return rules.access.arrays_match && elements.iter().any(|element| is_one_of(rules, element, values));
    }
    let Some(text) = (rules.access.value_text)(value) else { return false };
    values.iter().any(|listed| (rules.access.same_text)(listed, &text))
}

/// A string as it is, everything else by its JSON text (DM-RULE-008).
#[must_use]
pub fn json_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The smaller of two bounds, of which either may be missing (DM-ROA-010).
#[must_use]
pub fn smaller(capacity: Option<Tokens>, allocation: Option<Tokens>) -> Option<Tokens> {
    match (capacity, allocation) {
        (Some(capacity), Some(allocation)) => Some(capacity.min(allocation)),
        (capacity, allocation) => capacity.or(allocation),
    }
}

/// The first action of the list that concerns the requester decides (DM-ROA-003, DM-RULE-041, DM-RULE-040).
#[must_use]
pub fn first_match(
    rules: &Rules,
    actions: &[Action],
    dictionary: &Dictionary,
    conditions: &Conditions,
) -> Option<usize> {
    actions.iter().position(|action| concerns(rules, action, dictionary, conditions))
}

/// The first action with a condition that concerns the requester, else the default action wherever it stands.
#[must_use]
pub fn default_last(
    rules: &Rules,
    actions: &[Action],
    dictionary: &Dictionary,
    conditions: &Conditions,
) -> Option<usize> {
    let is_default = |action: &Action| action.condition_id.is_none();
    let decides = |action: &Action| !is_default(action) && concerns(rules, action, dictionary, conditions);
    actions.iter().position(decides).or_else(|| actions.iter().position(is_default))
}

/// Whether an action concerns a requester: the default action concerns everybody, one whose condition is gone
/// nobody (DM-RULE-025, DM-RULE-015).
#[must_use]
pub fn concerns(rules: &Rules, action: &Action, dictionary: &Dictionary, conditions: &Conditions) -> bool {
    match &action.condition_id {
        None => true,
        Some(id) => {
            conditions.get(id).is_some_and(|condition| holds(rules, &condition.expression, dictionary))
        }
    }
}

/// How a line item with these actions stands to a requester: open without actions, else as the first action says
/// that concerns the requester, else refused (DM-ROA-002 to DM-ROA-006, DM-RULE-042, DM-RULE-043).
#[must_use]
pub fn admission(
    rules: &Rules,
    actions: &[Action],
    dictionary: &Dictionary,
    conditions: &Conditions,
) -> Admission {
    if actions.is_empty() {
        return rules.access.without_actions;
    }
    match (rules.access.deciding_action)(rules, actions, dictionary, conditions) {
        Some(index) if actions[index].action == Verdict::Allow => Admission::Allowed(index),
        Some(_) => Admission::Refused,
        None => rules.access.without_match,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn test(operator: Operator, values: &[&str]) -> Test {
        Test {
            key: "department".into(),
            operator,
            values: values.iter().map(|text| (*text).into()).collect(),
        }
    }

    fn dictionary(value: Value) -> Dictionary {
        json!({ "department": value }).as_object().cloned().unwrap()
    }

    #[test]
    fn in_and_not_are_opposites_also_for_what_is_missing() {
        let rules = Rules::default();
        let exact_test = |test: &Test, dictionary: &Dictionary| exact_test(&rules, test, dictionary);
        let wanted = test(Operator::In, &["Engineering"]);
        let unwanted = test(Operator::Not, &["Engineering"]);
        for (requester, listed) in [
            (dictionary(json!("Engineering")), true),
            (dictionary(json!("engineering")), false),
            (dictionary(json!(["Sales", "Engineering"])), true),
            (dictionary(json!([])), false),
            (Dictionary::new(), false),
        ] {
            assert_eq!(exact_test(&wanted, &requester), listed);
            assert_eq!(exact_test(&unwanted, &requester), !listed);
        }
        assert!(exact_test(&test(Operator::In, &["7"]), &dictionary(json!(7))));
        assert!(exact_test(&test(Operator::In, &["true"]), &dictionary(json!(true))));
    }

    #[test]
    fn the_first_action_that_concerns_the_requester_decides() {
        let rules = Rules::default();
        let condition = Condition {
            id: "eng".into(),
            instance_id: "i".into(),
            name: None,
            expression: Expression::Simple(test(Operator::In, &["Engineering"])),
            sequence: 0,
        };
        let conditions = Conditions::from([("eng".to_owned(), condition)]);
        let action = |condition: Option<&str>, action| Action {
            id: "a".into(),
            name: None,
            condition_id: condition.map(str::to_owned),
            action,
            allocation: None,
            used: Tokens::ZERO,
        };
        let engineer = dictionary(json!("Engineering"));
        let list = [action(Some("eng"), Verdict::Deny), action(None, Verdict::Allow)];
        let of = |list: &[Action], who: &Dictionary| admission(&rules, list, who, &conditions);
        assert_eq!(of(&[], &engineer), Admission::Open);
        assert_eq!(of(&list, &engineer), Admission::Refused);
        assert_eq!(of(&list, &Dictionary::new()), Admission::Allowed(1));
        assert_eq!(of(&list[..1], &Dictionary::new()), Admission::Refused);
        assert_eq!(of(&[action(Some("gone"), Verdict::Allow)], &engineer), Admission::Refused);
    }
}
