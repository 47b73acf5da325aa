//! Faults in rules of access.

use serde_json::Value;

use super::{Mutant, mutant};
use crate::domain::{Admission, Tokens, access_rules};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "roa.decision",
        "last-match",
        &["DM-ROA-003", "DM-RULE-040"],
        "Lets the last action decide.",
        |r| {
            r.deciding_action = |rules, actions, dictionary, conditions| {
                actions
                    .iter()
                    .rposition(|action| access_rules::concerns(rules, action, dictionary, conditions))
            };
        },
    ),
    mutant("roa.decision", "ignored", &["DM-LI-A08"], "Ignores rules of access.", |r| {
        r.deciding_action = |_rules, _actions, _dictionary, _conditions| None;
        r.without_match = Admission::Open;
    }),
    mutant("roa.test", "inverted", &["DM-RULE-008", "DM-LI-A08"], "Takes IN for NOT and NOT for IN.", |r| {
        r.test_passes = |test, dictionary| !access_rules::exact_test(test, dictionary);
    }),
    mutant("roa.test", "always", &["DM-RULE-008", "DM-ROA-001"], "Takes every condition as met.", |r| {
        r.test_passes = |_test, _dictionary| true;
    }),
    mutant(
        "roa.count",
        "nothing",
        &["DM-RULE-045", "DM-ROA-007", "DM-RULE-047"],
        "Does not count what is taken under an action.",
        |r| r.counted = |_charge| Tokens::ZERO,
    ),
    mutant("roa.count", "twice", &["DM-RULE-045", "DM-RULE-047"], "Counts twice what is taken.", |r| {
        r.counted = |charge| charge + charge;
    }),
    mutant("condition.deletable", "in-use", &["DM-RULE-012"], "Deletes conditions in use.", |r| {
        r.used_condition_deletable = true;
    }),
    mutant("wire.actions", "without-ids", &["DM-RULE-021"], "Answers new actions without IDs.", |r| {
        r.wire = |answer| without_ids(answer, Operation::CreateActions);
    }),
    mutant("wire.conditions", "without-ids", &["DM-RULE-002"], "Answers new conditions without IDs.", |r| {
        r.wire = |answer| without_ids(answer, Operation::CreateConditions);
    }),
    mutant("wire.actions", "reversed", &["DM-RULE-020"], "Lists actions in the reverse order.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListActions
                && let Some(actions) = answer.body.as_mut().and_then(Value::as_array_mut)
            {
                actions.reverse();
            }
        };
    }),
];

fn without_ids(answer: &mut WireAnswer, operation: Operation) {
    let listed = answer.body.as_mut().filter(|_| answer.operation == operation);
    for element in listed.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = element.as_object_mut() {
            members.remove("id");
        }
    }
}
