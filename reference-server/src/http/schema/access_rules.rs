//! Bodies of conditions and actions (`20` §6). The shape of a condition's expression stands here and where it is
//! shown, and nowhere else (DM-RULE-007).

use std::collections::HashSet;

use serde_json::Value;

use super::super::check::{Check, Path};
use super::language::{Array, DECIMAL, Rule, Schema, array, filled, nullable, open, required, words};
use super::members::{Members, elements, string};
use crate::domain::access_rules::{Operator, Test, Verdict};
use crate::domain::{ApiVersion, Expression, PerVersion};
use crate::site::{NewAction, NewCondition, Refusal};

/// How tests become one expression.
type Join = fn(Vec<Test>) -> Expression;

const TESTS: [(&str, Operator); 2] = [("IN", Operator::In), ("NOT", Operator::Not)];
const JOINS: [(&str, Join); 2] = [("AND", Expression::All), ("OR", Expression::Any)];
const VERDICTS: [(&str, Verdict); 2] = [("ALLOW", Verdict::Allow), ("DENY", Verdict::Deny)];

/// Conditions to create; IDs are the server's to give (DM-RULE-005).
pub(in crate::http) static NEW_CONDITIONS: Schema =
    open(&[required("conditions", &array(&Schema::All(&[&NEW, &EXPRESSION])))]);
static NEW: Schema = open(&[
    nullable("id", &Schema::Forbidden("must not be given for a new condition")),
    nullable("name", &Schema::String),
]);

/// Conditions to change, those with an ID, and to add, those without (DM-RULE-003).
pub(in crate::http) static CHANGED_CONDITIONS: Schema =
    open(&[required("conditions", &array(&Schema::All(&[&CHANGED, &EXPRESSION])))]);
static CHANGED: Schema = open(&[nullable("id", &Schema::Text), nullable("name", &Schema::String)]);

/// A condition as it is shown.
pub(in crate::http) static SHOWN_CONDITION: Schema =
    Schema::Named("Condition", &Schema::All(&[&SHOWN, &EXPRESSION]));
static SHOWN: Schema = open(&[required("id", &Schema::Text), nullable("name", &Schema::String)]);

/// A simple condition, or several of them joined; no deeper (DM-RULE-011).
static EXPRESSION: Schema =
    Schema::Named("Expression", &Schema::Choice(|value| usize::from(joins(value)), &[&TEST, &JOINED]));
static TEST: Schema = open(&[
    required("key", &Schema::Text),
    required("operator", &Schema::Words(&words(&TESTS))),
    required("values", &filled(&Schema::String)),
]);
static JOINED: Schema =
    open(&[required("operator", &Schema::Words(&words(&JOINS))), required("conditions", &filled(&TEST))]);

fn joins(value: &Value) -> bool {
    let operator = value.get("operator").and_then(Value::as_str);
    operator.is_some_and(|operator| JOINS.iter().any(|(word, _)| *word == operator))
}

/// The ordered list of a line item that has none yet (DM-RULE-020).
pub(in crate::http) static NEW_ACTIONS: Schema = actions(&Schema::All(&[&UNKNOWN, &ACTION]));
static UNKNOWN: Schema = open(&[nullable("id", &Schema::Forbidden("must not be given for a new action"))]);

/// The ordered list that replaces the one that is there (DM-RULE-028).
pub(in crate::http) static REPLACED_ACTIONS: Schema = actions(&Schema::All(&[&KNOWN, &ACTION]));
static KNOWN: Schema = open(&[nullable("id", &Schema::Text)]);

/// One below 0 is refused by the rules of the site (DM-RULE-027).
static ALLOCATION: Schema = Schema::Said(&DECIMAL, PerVersion::both(r#"{"minimum": 0}"#));

static ACTION: Schema = Schema::Named(
    "Action",
    &open(&[
        nullable("name", &Schema::String),
        nullable("conditionId", &Schema::Text),
        required("action", &VERDICT),
        nullable("allocation", &ALLOCATION),
    ]),
);
pub(in crate::http) static VERDICT: Schema = Schema::Words(&words(&VERDICTS));

const fn actions(action: &'static Schema) -> Schema {
    Schema::Array(Array { of: action, least: 0, rules: &[WHOLE_LIST] })
}

/// No action is named twice (DM-ROA-008). How many actions of a kind a list may have is for the rules of the site to
/// say, which the documents tell (DM-RULE-022, DM-RULE-024, DM-RULE-025).
const WHOLE_LIST: Rule = Rule {
    check: whole_list,
    published: r#"{"description": "At most one action without `conditionId`, one `ALLOW` without `allocation`, no `id` twice."}"#,
    only: None,
};

fn whole_list(check: &mut Check, path: &Path<'_>, actions: &Value) {
    let actions = actions.as_array().map_or(&[][..], Vec::as_slice);
    let mut seen = HashSet::new();
    if actions.iter().filter_map(|action| action["id"].as_str()).any(|id| !seen.insert(id)) {
        check.violation(path, "must not have an 'id' twice");
    }
}

/// Reads conditions to create.
pub(in crate::http) fn new_conditions(body: Value) -> Result<Vec<NewCondition>, Refusal> {
    NEW_CONDITIONS.read(body, ApiVersion::V1_0, conditions)
}

/// Reads conditions to change and to add.
pub(in crate::http) fn changed_conditions(body: Value) -> Result<Vec<NewCondition>, Refusal> {
    CHANGED_CONDITIONS.read(body, ApiVersion::V1_0, conditions)
}

fn conditions(body: Value) -> Option<Vec<NewCondition>> {
    Members::of(body)?.array("conditions", |condition| {
        let mut condition = Members::of(condition)?;
        Some(NewCondition {
            id: condition.string("id"),
            name: condition.string("name"),
            expression: expression(condition)?,
        })
    })
}

fn expression(mut condition: Members) -> Option<Expression> {
    match condition.word("operator", &JOINS) {
        Some(join) => condition.array("conditions", |part| test(Members::of(part)?)).map(join),
        None => test(condition).map(Expression::Simple),
    }
}

fn test(mut test: Members) -> Option<Test> {
    Some(Test {
        key: test.string("key")?,
        operator: test.word("operator", &TESTS)?,
        values: test.array("values", string)?,
    })
}

/// Reads the actions of a line item that has none.
pub(in crate::http) fn new_actions(body: Value) -> Result<Vec<NewAction>, Refusal> {
    NEW_ACTIONS.read(body, ApiVersion::V1_0, |body| elements(body, action))
}

/// Reads the actions that replace those that are there.
pub(in crate::http) fn replaced_actions(body: Value) -> Result<Vec<NewAction>, Refusal> {
    REPLACED_ACTIONS.read(body, ApiVersion::V1_0, |body| elements(body, action))
}

fn action(value: Value) -> Option<NewAction> {
    let mut action = Members::of(value)?;
    Some(NewAction {
        id: action.string("id"),
        name: action.string("name"),
        condition_id: action.string("conditionId"),
        action: action.word("action", &VERDICTS)?,
        allocation: action.decimal("allocation"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn violations<T: std::fmt::Debug>(result: Result<T, Refusal>) -> usize {
        let refusal = result.unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.messages.len()
    }

    #[test]
    fn conditions_are_simple_or_joined_once() {
        let simple = json!({"key": "department", "operator": "IN", "values": ["Engineering"]});
        let joined = json!({"name": "both", "operator": "AND", "conditions": [simple, simple]});
        let read = new_conditions(json!({"conditions": [simple, joined]})).unwrap();
        assert!(matches!(&read[0].expression, Expression::Simple(test) if test.operator == Operator::In));
        assert!(matches!(&read[1].expression, Expression::All(tests) if tests.len() == 2));
        for wrong in [
            json!({"name": "nothing"}),
            json!({"key": "a", "operator": "LIKE", "values": ["x"]}),
            json!({"key": "a", "operator": "IN", "values": []}),
            json!({"operator": "OR", "conditions": []}),
            json!({"operator": "OR", "conditions": [{"operator": "OR", "conditions": [simple]}]}),
            json!({"id": "mine", "key": "a", "operator": "IN", "values": ["x"]}),
        ] {
            assert!(violations(new_conditions(json!({"conditions": [wrong.clone()]}))) > 0, "{wrong}");
        }
        assert_eq!(violations(new_conditions(json!([simple]))), 1);
        let known = json!({"id": "c", "key": "a", "operator": "NOT", "values": ["x"]});
        assert_eq!(changed_conditions(json!({"conditions": [known]})).unwrap()[0].id.as_deref(), Some("c"));
    }

    #[test]
    fn actions_are_named_once_and_only_where_they_are_replaced() {
        let allow = |condition: Option<&str>, allocation: Option<i64>| json!({"conditionId": condition, "action": "ALLOW", "allocation": allocation});
        let list = json!([allow(Some("c"), Some(150)), allow(None, None)]);
        assert_eq!(new_actions(list).unwrap().len(), 2);
        assert_eq!(violations(new_actions(json!([{"action": "MAYBE"}]))), 1);
        assert_eq!(violations(new_actions(json!([{"id": "mine", "action": "DENY"}]))), 1);
        let twice = json!([{"id": "a", "conditionId": "c", "action": "DENY"}, {"id": "a", "action": "DENY"}]);
        assert_eq!(violations(replaced_actions(twice)), 1);
    }
}
