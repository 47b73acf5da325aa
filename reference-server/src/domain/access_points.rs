//! The decision points of rules of access, one field for each place where a rule could be another one.
//!
//! They are apart from the other [`super::Rules`] because only rules of access ask for them.

use serde_json::Value;

use super::access_rules::{self, Action, Admission, Condition, Conditions, Dictionary, Test};
use super::{Expression, Rules, Tokens};

/// How a line item with these actions stands to a requester.
pub type Admit = fn(&Rules, &[Action], &Dictionary, &Conditions) -> Admission;

/// Whether a condition of several tests holds.
pub type Join = fn(&Rules, &[Test], &Dictionary) -> bool;

/// Every rule of access in force at a site.
#[derive(Clone, Copy)]
pub struct AccessPoints {
    // Conditions.
    /// Whether an instance sees a condition (DM-RULE-001).
    pub sees_condition: fn(&Condition, &str) -> bool,
    /// Whether conditions that a change does not name stay (DM-RULE-003).
    pub unnamed_conditions_stay: bool,
    /// What a changed condition asks, from what it asked and what was sent (DM-RULE-003, DM-RULE-015).
    pub changed_expression: fn(&Expression, Expression) -> Expression,
    /// Whether a condition that an action refers to can be deleted (DM-RULE-012).
    pub used_condition_deletable: bool,
    /// Whether a test of a condition passes.
    pub test_passes: fn(&Rules, &Test, &Dictionary) -> bool,
    /// The text of a dictionary value that is no array; nothing when it has none to compare (DM-RULE-008).
    pub value_text: fn(&Value) -> Option<String>,
    /// Whether a text of the dictionary is one of a condition.
    pub same_text: fn(&str, &str) -> bool,
    /// Whether an array matches when any of its elements does (DM-RULE-009).
    pub arrays_match: bool,
    /// Whether NOT passes when the dictionary lacks the key (DM-ROA-014).
    pub not_without_key: bool,
    /// How the parts of AND are joined (DM-RULE-011).
    pub joined_by_and: Join,
    /// How the parts of OR are joined (DM-RULE-011).
    pub joined_by_or: Join,

    // The list of actions.
    /// Most actions without a condition in a list (DM-RULE-022).
    pub most_default_actions: usize,
    /// Most actions in a list that allow without an allocation (DM-RULE-024).
    pub most_uncapped_actions: usize,
    /// Whether the allocation of a denial is kept and shown (DM-RULE-026).
    pub denial_keeps_allocation: bool,
    /// The list after a replacement, from the stored one and the one sent (DM-RULE-028).
    pub replaced_list: fn(&[Action], Vec<Action>) -> Vec<Action>,
    /// The count of an action that is sent again under its ID (DM-RULE-029).
    pub kept_count: fn(&Action) -> Tokens,
    /// The list after its deletion (DM-RULE-032).
    pub deleted_list: fn(Vec<Action>) -> Vec<Action>,
    /// Whether the actions of a deleted line item are gone (DM-LINE-037).
    pub actions_go_with_line_item: bool,
    /// Whether the list of all actions names a line item with these (DM-RULE-035).
    pub listed_with: fn(&[Action]) -> bool,

    // Requests.
    /// How a line item stands to the requester of a one-off request.
    pub admits_once: Admit,
    /// How it stands to the requester in a session (DM-ROA-016).
    pub admits_in_session: Admit,
    /// Whether automatic charges ask again, or go by what admitted the last request (DM-TIME-017).
    pub automatic_charges_ask_again: bool,
    /// What holds when a line item has no actions (DM-ROA-002).
    pub without_actions: Admission,
    /// The action that decides for a requester.
    pub deciding_action: fn(&Rules, &[Action], &Dictionary, &Conditions) -> Option<usize>,
    /// What holds when there are actions and none of them concerns the requester (DM-ROA-005).
    pub without_match: Admission,
    /// Whether other line items are tried after one that refuses the requester (DM-ROA-006).
    pub others_after_refusal: bool,

    // Allocations.
    /// The most that may be taken under an action; nothing means without bound (DM-ROA-007, DM-ROA-008).
    pub ceiling: fn(&Action) -> Option<Tokens>,
    /// What is left, from what the line item leaves and what the allocation leaves (DM-ROA-010).
    pub left_of_both: fn(Option<Tokens>, Option<Tokens>) -> Option<Tokens>,
    /// Whether a later action may give what the allocation of an earlier one cannot (DM-ROA-011).
    pub spent_allocation_passes_on: bool,
    /// What is added to the count of an action for a charge.
    pub counted: fn(Tokens) -> Tokens,
    /// Whether a refund lowers the count of the action that it was taken under (DM-REF-009).
    pub refund_restores_allocation: bool,
}

impl Default for AccessPoints {
    fn default() -> Self {
        Self {
            sees_condition: |condition, instance| condition.instance_id == instance,
            unnamed_conditions_stay: true,
            changed_expression: |_former, sent| sent,
            used_condition_deletable: false,
            test_passes: access_rules::exact_test,
            value_text: |value| Some(access_rules::json_text(value)),
            same_text: |a, b| a == b,
            arrays_match: true,
            not_without_key: true,
            joined_by_and: access_rules::all_pass,
            joined_by_or: access_rules::any_passes,
            most_default_actions: 1,
            most_uncapped_actions: 1,
            denial_keeps_allocation: false,
            replaced_list: |_stored, sent| sent,
            kept_count: |action| action.used,
            deleted_list: |_stored| Vec::new(),
            actions_go_with_line_item: true,
            listed_with: |_actions| true,
            admits_once: access_rules::admission,
            admits_in_session: access_rules::admission,
            automatic_charges_ask_again: true,
            without_actions: Admission::Open,
            deciding_action: access_rules::first_match,
            without_match: Admission::Refused,
            others_after_refusal: true,
            ceiling: |action| action.allocation.map(Tokens::rounded),
            left_of_both: access_rules::smaller,
            spent_allocation_passes_on: false,
            counted: |charge| charge,
            refund_restores_allocation: true,
        }
    }
}
