//! Faults in how conditions and lists of actions are kept and shown.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::{Action, Tokens};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "condition.seen",
        "everywhere",
        &["DM-RULE-001"],
        "Lets every instance see and delete the conditions of all.",
        |r| r.access.sees_condition = |_condition, _instance| true,
    ),
    mutant(
        "condition.change",
        "replaces-all",
        &["DM-RULE-003"],
        "Removes the conditions that a change does not name.",
        |r| r.access.unnamed_conditions_stay = false,
    ),
    mutant(
        "condition.change",
        "name-alone",
        &["DM-RULE-003", "DM-RULE-015"],
        "Changes the name of a condition, but not what it asks.",
        |r| r.access.changed_expression = |former, _sent| former.clone(),
    ),
    mutant("condition.deletable", "in-use", &["DM-RULE-012"], "Deletes conditions in use.", |r| {
        r.access.used_condition_deletable = true;
    }),
    mutant(
        "action.condition",
        "unchecked",
        &["DM-RULE-023"],
        "Accepts actions whose condition the instance does not have.",
        |r| r.statuses.action_foreign_condition = 200,
    ),
    mutant(
        "action.defaults",
        "many",
        &["DM-RULE-022", "DM-ROA-004"],
        "Accepts several actions without a condition.",
        |r| r.access.most_default_actions = usize::MAX,
    ),
    mutant(
        "action.uncapped",
        "many",
        &["DM-RULE-024", "DM-ROA-008"],
        "Accepts several actions that allow without an allocation.",
        |r| r.access.most_uncapped_actions = usize::MAX,
    ),
    mutant(
        "action.uncapped",
        "none",
        &["DM-RULE-024", "DM-ROA-008"],
        "Accepts no action that allows without an allocation.",
        |r| r.access.most_uncapped_actions = 0,
    ),
    mutant(
        "action.replacement",
        "keeps-left-out",
        &["DM-RULE-028", "DM-ROA-012"],
        "Keeps the actions that a new list leaves out.",
        |r| {
            r.access.replaced_list = |stored, mut sent| {
                let left_out = stored.iter().filter(|old| !sent.iter().any(|new| new.id == old.id));
                let left_out: Vec<Action> = left_out.cloned().collect();
                sent.extend(left_out);
                sent
            };
        },
    ),
    mutant(
        "action.replacement",
        "former-order",
        &["DM-RULE-028"],
        "Keeps the former order of the actions that a new list names.",
        |r| {
            r.access.replaced_list = |stored, mut sent| {
                let place = |id: &Arc<str>| stored.iter().position(|old| old.id == *id);
                sent.sort_by_key(|action| place(&action.id).unwrap_or(usize::MAX));
                sent
            };
        },
    ),
    mutant(
        "action.replacement",
        "count-by-condition",
        &["DM-RULE-028", "DM-ROA-012"],
        "Gives a new action the count of a former one with the same condition.",
        |r| {
            r.access.replaced_list = |stored, mut sent| {
                for action in &mut sent {
                    let same = |old: &&Action| old.condition_id == action.condition_id;
                    action.used = stored.iter().find(same).map_or(Tokens::ZERO, |old| old.used);
                }
                sent
            };
        },
    ),
    mutant(
        "action.kept_count",
        "zero",
        &["DM-RULE-029", "DM-ROA-012"],
        "Loses the counts of actions that are sent with their ID.",
        |r| r.access.kept_count = |_action| Tokens::ZERO,
    ),
    mutant("action.deletion", "nothing", &["DM-RULE-032"], "Deletes no actions.", |r| {
        r.access.deleted_list = |stored| stored;
    }),
    mutant("wire.actions", "without-ids", &["DM-RULE-021"], "Answers new actions without IDs.", |r| {
        r.wire = |answer| without_ids(answer, Operation::CreateActions);
    }),
    mutant("wire.actions", "reversed", &["DM-RULE-020"], "Lists actions in the reverse order.", |r| {
        r.wire = |answer| {
            if let Some(actions) = listed(answer, Operation::ListActions) {
                actions.reverse();
            }
        };
    }),
    mutant(
        "wire.actions",
        "used-everywhere",
        &["DM-ROA-009"],
        "Shows a count for actions without an allocation.",
        |r| {
            r.wire = |answer| {
                for action in listed(answer, Operation::ListActions).into_iter().flatten() {
                    if action.get("used").is_none() {
                        action["used"] = json!(0);
                    }
                }
            };
        },
    ),
    mutant(
        "wire.actions",
        "empty-for-unknown",
        &["DM-RULE-033"],
        "Answers an empty list for a line item that is not there.",
        |r| r.wire = |answer| instead(answer, Operation::ListActions, 404, 200, Some(json!([]))),
    ),
    mutant(
        "wire.all_actions",
        "array",
        &["DM-RULE-034"],
        "Lists the actions of all line items in a bare array.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::ListAllActions
                    && let Some(body) = &mut answer.body
                {
                    *body = body["lineItems"].take();
                }
            };
        },
    ),
    mutant("wire.all_actions", "no-next", &["DM-RULE-034"], "Leaves out `next` on the last page.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListAllActions
                && let Some(members) = answer.body.as_mut().and_then(Value::as_object_mut)
            {
                members.remove("next");
            }
        };
    }),
    mutant(
        "wire.all_actions",
        "line-item",
        &["DM-RULE-036"],
        "Takes the address of the list of all actions for a line item of that name.",
        |r| r.wire = |answer| instead(answer, Operation::ListAllActions, 200, 404, None),
    ),
    mutant("wire.conditions", "without-ids", &["DM-RULE-002"], "Answers new conditions without IDs.", |r| {
        r.wire = |answer| without_ids(answer, Operation::CreateConditions);
    }),
    mutant("wire.conditions", "object", &["DM-RULE-006"], "Lists conditions in an object.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListConditions
                && let Some(body) = &mut answer.body
            {
                *body = json!({ "conditions": body.take() });
            }
        };
    }),
    mutant(
        "wire.conditions",
        "faulty-accepted",
        &["DM-RULE-016"],
        "Answers 200 to conditions that it cannot read.",
        |r| r.wire = |answer| instead(answer, Operation::CreateConditions, 400, 200, Some(json!([]))),
    ),
    mutant(
        "wire.condition_deleted",
        "unknown-is-well",
        &["DM-RULE-014"],
        "Answers 204 to the deletion of a condition that is not there.",
        |r| r.wire = |answer| instead(answer, Operation::DeleteCondition, 404, 204, None),
    ),
];

/// Answers an operation by another status than it has.
fn instead(answer: &mut WireAnswer, operation: Operation, from: u16, to: u16, body: Option<Value>) {
    if answer.operation == operation && answer.status == from {
        (answer.status, answer.body) = (to, body);
    }
}

/// The elements of the answer to an operation, if it is a list.
fn listed(answer: &mut WireAnswer, operation: Operation) -> Option<&mut Vec<Value>> {
    answer.body.as_mut().filter(|_| answer.operation == operation)?.as_array_mut()
}

fn without_ids(answer: &mut WireAnswer, operation: Operation) {
    for element in listed(answer, operation).into_iter().flatten() {
        if let Some(members) = element.as_object_mut() {
            members.remove("id");
        }
    }
}
