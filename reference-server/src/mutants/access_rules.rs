//! Faults in what rules of access decide about a request.

use super::{Mutant, mutant};
use crate::domain::access_rules::{self, Verdict};
use crate::domain::{Admission, Tokens};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "roa.decision",
        "last-match",
        &["DM-ROA-003", "DM-RULE-040"],
        "Lets the last action decide.",
        |r| {
            r.access.deciding_action = |rules, actions, dictionary, conditions| {
                actions
                    .iter()
                    .rposition(|action| access_rules::concerns(rules, action, dictionary, conditions))
            };
        },
    ),
    mutant("roa.decision", "ignored", &["DM-LI-A08"], "Ignores rules of access.", |r| {
        r.access.deciding_action = |_rules, _actions, _dictionary, _conditions| None;
        r.access.without_match = Admission::Open;
    }),
    mutant(
        "roa.decision",
        "default-never",
        &["DM-ROA-004"],
        "Takes the default action for one that concerns nobody.",
        |r| {
            r.access.deciding_action = |rules, actions, dictionary, conditions| {
                let concerns = |action| access_rules::concerns(rules, action, dictionary, conditions);
                actions.iter().position(|action| action.condition_id.is_some() && concerns(action))
            };
        },
    ),
    mutant(
        "roa.decision",
        "first-permission-for-the-silent",
        &["DM-RULE-010"],
        "Lets in who sends no dictionary by the first action that allows anybody.",
        |r| {
            r.access.deciding_action = |rules, actions, dictionary, conditions| {
                if dictionary.is_empty() {
                    return actions.iter().position(|action| action.action == Verdict::Allow);
                }
                access_rules::first_match(rules, actions, dictionary, conditions)
            };
        },
    ),
    mutant("roa.test", "inverted", &["DM-RULE-008", "DM-LI-A08"], "Takes IN for NOT and NOT for IN.", |r| {
        r.access.test_passes = |rules, test, dictionary| !access_rules::exact_test(rules, test, dictionary);
    }),
    mutant("roa.test", "always", &["DM-RULE-008", "DM-ROA-001"], "Takes every condition as met.", |r| {
        r.access.test_passes = |_rules, _test, _dictionary| true
    }),
    mutant(
        "roa.test",
        "beginning",
        &["DM-RULE-008"],
        "Takes a value for equal that only begins like the wanted one.",
        |r| r.access.same_text = |listed, text| listed.starts_with(text) || text.starts_with(listed),
    ),
    mutant("roa.join", "and-as-or", &["DM-RULE-011"], "Joins the parts of AND by OR.", |r| {
        r.access.joined_by_and = access_rules::any_passes;
    }),
    mutant("roa.join", "or-as-and", &["DM-RULE-011"], "Joins the parts of OR by AND.", |r| {
        r.access.joined_by_or = access_rules::all_pass;
    }),
    mutant(
        "roa.without_actions",
        "closed",
        &["DM-RULE-042", "DM-ROA-002"],
        "Closes a line item without actions to everybody.",
        |r| r.access.without_actions = Admission::Refused,
    ),
    mutant(
        "roa.refusal",
        "ends-the-search",
        &["DM-RULE-044", "DM-ROA-006"],
        "Tries no other line item after one that refuses the requester.",
        |r| r.access.others_after_refusal = false,
    ),
    mutant(
        "roa.sessions",
        "open",
        &["DM-ROA-016"],
        "Applies rules of access to one-off requests only.",
        |r| r.access.admits_in_session = |_rules, _actions, _dictionary, _conditions| Admission::Open,
    ),
    mutant(
        "roa.count",
        "nothing",
        &["DM-RULE-045", "DM-ROA-007", "DM-RULE-047", "DM-ROA-009"],
        "Does not count what is taken under an action.",
        |r| r.access.counted = |_charge| Tokens::ZERO,
    ),
    mutant("roa.count", "twice", &["DM-RULE-045", "DM-RULE-047"], "Counts twice what is taken.", |r| {
        r.access.counted = |charge| charge + charge;
    }),
    mutant(
        "roa.count",
        "whole-tokens",
        &["DM-ROA-009", "DM-RULE-045"],
        "Counts what is taken in whole tokens.",
        |r| r.access.counted = |charge| Tokens::rounded(charge.decimal().trunc()),
    ),
    mutant(
        "roa.ceiling",
        "default-of-0",
        &["DM-ROA-008"],
        "Takes an action without an allocation for one of 0 tokens.",
        |r| {
            r.access.ceiling = |action| Some(Tokens::rounded(action.allocation.unwrap_or_default()));
        },
    ),
    mutant(
        "roa.left",
        "allocation-alone",
        &["DM-ROA-010", "DM-ROA-013", "DM-RULE-048"],
        "Gives what is left of an allocation even when the line item has less.",
        |r| r.access.left_of_both = |capacity, allocation| allocation.or(capacity),
    ),
    mutant(
        "roa.left",
        "capacity-alone",
        &["DM-ROA-007", "DM-RULE-045", "DM-ROA-010"],
        "Gives what is left of the line item, whatever the allocation.",
        |r| r.access.left_of_both = |capacity, _allocation| capacity,
    ),
];
