//! Bodies of conditions and actions (`20` §6). The shape of a condition's expression stands here and where it is
//! shown, and nowhere else (DM-RULE-007).

use serde_json::{Map, Value};

use super::super::check::{Check, Path};
use crate::domain::Expression;
use crate::domain::access_rules::{Operator, Test, Verdict};
use crate::site::{NewAction, NewCondition, Refusal};

const TESTS: [(&str, Operator); 2] = [("IN", Operator::In), ("NOT", Operator::Not)];
const VERDICTS: [(&str, Verdict); 2] = [("ALLOW", Verdict::Allow), ("DENY", Verdict::Deny)];

/// Conditions to create; IDs are the server's to give (DM-RULE-005).
pub(in crate::http) fn new_conditions(body: Value) -> Result<Vec<NewCondition>, Refusal> {
    conditions(body, false)
}

/// Conditions to change, those with an ID, and to add, those without (DM-RULE-003).
pub(in crate::http) fn changed_conditions(body: Value) -> Result<Vec<NewCondition>, Refusal> {
    conditions(body, true)
}

fn conditions(body: Value, with_ids: bool) -> Result<Vec<NewCondition>, Refusal> {
    let mut check = Check::default();
    let conditions = check.object(&Path::Root, body).and_then(|mut members| {
        let elements = check.required(&Path::Root, &mut members, "conditions", Check::array)?;
        let at = Path::Root.member("conditions");
        let read = |(index, element)| condition(&mut check, &at.element(index), element, with_ids);
        Some(elements.into_iter().enumerate().filter_map(read).collect())
    });
    check.finish(conditions)
}

fn condition(check: &mut Check, path: &Path<'_>, value: Value, with_ids: bool) -> Option<NewCondition> {
    let mut members = check.object(path, value)?;
    let id = check.nullable(path, &mut members, "id", Check::text);
    if id.is_some() && !with_ids {
        check.violation(&path.member("id"), "must not be given for a new condition");
    }
    let name = check.nullable(path, &mut members, "name", Check::string);
    let expression = expression(check, path, members)?;
    Some(NewCondition { id, name, expression })
}

/// A simple condition, or several of them joined; no deeper (DM-RULE-011).
fn expression(check: &mut Check, path: &Path<'_>, mut members: Map<String, Value>) -> Option<Expression> {
    let join: Option<fn(Vec<Test>) -> Expression> = match members.get("operator").and_then(Value::as_str) {
        Some("AND") => Some(Expression::All),
        Some("OR") => Some(Expression::Any),
        _ => None,
    };
    let Some(join) = join else { return test(check, path, members).map(Expression::Simple) };
    let parts = check.required(path, &mut members, "conditions", Check::array)?;
    let at = path.member("conditions");
    if parts.is_empty() {
        check.violation(&at, "must have at least one element");
    }
    let mut tests = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        let at = at.element(index);
        if let Some(part) = check.object(&at, part) {
            tests.extend(test(check, &at, part));
        }
    }
    Some(join(tests))
}

/// DM-RULE-016.
fn test(check: &mut Check, path: &Path<'_>, mut members: Map<String, Value>) -> Option<Test> {
    let key = check.required(path, &mut members, "key", Check::text);
    let operator = check
        .required(path, &mut members, "operator", |check, path, value| check.one_of(path, value, &TESTS));
    let elements = check.required(path, &mut members, "values", Check::array)?;
    let at = path.member("values");
    if elements.is_empty() {
        check.violation(&at, "must have at least one element");
    }
    let read = |(index, element)| check.string(&at.element(index), element);
    let values: Vec<String> = elements.into_iter().enumerate().filter_map(read).collect();
    Some(Test { key: key?, operator: operator?, values })
}

/// The ordered list of a line item that has none yet (DM-RULE-020).
pub(in crate::http) fn new_actions(body: Value) -> Result<Vec<NewAction>, Refusal> {
    actions(body, false)
}

/// The ordered list that replaces the one that is there (DM-RULE-028).
pub(in crate::http) fn replaced_actions(body: Value) -> Result<Vec<NewAction>, Refusal> {
    actions(body, true)
}

fn actions(body: Value, with_ids: bool) -> Result<Vec<NewAction>, Refusal> {
    let mut check = Check::default();
    let actions = check.array(&Path::Root, body).map(|elements| {
        let read = |(index, element)| action(&mut check, &Path::Root.element(index), element, with_ids);
        elements.into_iter().enumerate().filter_map(read).collect::<Vec<_>>()
    });
    if let Some(actions) = &actions {
        whole_list(&mut check, actions);
    }
    check.finish(actions)
}

/// DM-RULE-027.
fn action(check: &mut Check, path: &Path<'_>, value: Value, with_ids: bool) -> Option<NewAction> {
    let mut members = check.object(path, value)?;
    let id = check.nullable(path, &mut members, "id", Check::text);
    if id.is_some() && !with_ids {
        check.violation(&path.member("id"), "must not be given for a new action");
    }
    let name = check.nullable(path, &mut members, "name", Check::string);
    let condition_id = check.nullable(path, &mut members, "conditionId", Check::text);
    let action = check
        .required(path, &mut members, "action", |check, path, value| check.one_of(path, value, &VERDICTS));
    let allocation = check.nullable(path, &mut members, "allocation", Check::decimal);
    Some(NewAction { id, name, condition_id, action: action?, allocation })
}

/// No action is named twice (DM-ROA-008). How many actions of a kind a list may have is for the site to say.
fn whole_list(check: &mut Check, actions: &[NewAction]) {
    let ids: Vec<&String> = actions.iter().filter_map(|action| action.id.as_ref()).collect();
    if ids.iter().enumerate().any(|(index, id)| ids[..index].contains(id)) {
        check.violation(&Path::Root, "must not have an 'id' twice");
    }
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
