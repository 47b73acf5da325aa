//! Readings of what the documents leave open about rules of access; part of [`super::readings`].

use super::readings::{Reading, reading};
use super::{Admission, access_rules, per_version};

/// Every one that is not a default.
pub const READINGS: &[Reading] = &[
    reading("conditions.created.http", "DM-RULE-005", "200", "201", |r| r.statuses.conditions_created = 201),
    reading("conditions.in_use.http", "DM-RULE-012", "409", "400", |r| r.statuses.condition_in_use = 400),
    reading("conditions.in_use.http", "DM-RULE-012", "409", "403", |r| r.statuses.condition_in_use = 403),
    reading("actions.exist.http", "DM-RULE-031", "409", "400", |r| r.statuses.actions_exist = 400),
    reading("actions.exist.http", "DM-RULE-031", "409", "200", |r| r.statuses.actions_exist = 200),
    reading("conditions.unknown.http", "DM-RULE-004", "404", "400", |r| r.statuses.condition_unknown = 400),
    reading("conditions.deleted.http", "DM-RULE-013", "204", "200", |r| r.statuses.condition_deleted = 200),
    reading("actions.deleted.http", "DM-RULE-032", "204", "200", |r| r.statuses.actions_deleted = 200),
    reading("actions.foreign_condition.http", "DM-RULE-023", "400", "404", |r| {
        r.statuses.action_foreign_condition = 404;
    }),
    reading("actions.unknown.http", "DM-RULE-030", "400", "404", |r| r.statuses.action_unknown = 404),
    reading("actions.unknown.http", "DM-RULE-030", "400", "200", |r| r.statuses.action_unknown = 200),
    reading("actions.uncapped_condition.http", "DM-RULE-025", "200", "400", |r| {
        r.statuses.action_uncapped_condition = 400;
    }),
    reading("actions.deny_allocation", "DM-RULE-026", "ignored", "kept", |r| {
        r.access.denial_keeps_allocation = true;
    }),
    reading("actions.deny_allocation", "DM-RULE-026", "ignored", "400", |r| {
        r.statuses.action_denial_allocation = 400;
    }),
    reading("actions.fraction.http", "DM-RULE-027", "200", "400", |r| r.statuses.action_fraction = 400),
    reading("actions.negative.http", "DM-RULE-027", "400", "200", |r| r.statuses.action_negative = 200),
    reading("actions.sum.http", "DM-RULE-027", "200", "400", |r| r.statuses.action_sum = 400),
    reading("actions.listed", "DM-RULE-035", "all", "with-actions", |r| {
        r.access.listed_with = |actions| !actions.is_empty();
    }),
    reading("lineitem.deleted_actions", "DM-LINE-037", "removed", "kept", |r| {
        r.access.actions_go_with_line_item = false;
    }),
    reading("roa.no_match", "DM-ROA-005", "refuse", "allow", |r| r.access.without_match = Admission::Open),
    reading("roa.default_position", "DM-RULE-041", "in-place", "last", |r| {
        r.access.deciding_action = access_rules::default_last;
    }),
    reading("roa.spent_allocation", "DM-ROA-011", "other-line-items", "later-action", |r| {
        r.access.spent_allocation_passes_on = true;
    }),
    reading("roa.refund_restores_allocation", "DM-REF-009", "yes", "no", |r| {
        r.access.refund_restores_allocation = false;
    }),
    reading("roa.array", "DM-ROA-015", "any-element", "never", |r| r.access.arrays_match = false),
    reading("roa.number", "DM-ROA-015", "text", "never", |r| {
        r.access.value_text = |value| value.as_str().map(str::to_owned);
    }),
    reading("roa.case", "DM-RULE-008", "exact", "ignored", |r| {
        r.access.same_text = |listed, text| listed.to_lowercase() == text.to_lowercase();
    }),
    reading("roa.not_without_key", "DM-ROA-014", "holds", "fails", |r| r.access.not_without_key = false),
    reading("roa.automatic_charge", "DM-TIME-017", "again", "as-granted", |r| {
        r.access.automatic_charges_ask_again = false;
    }),
    reading("code.rules_of_access", "DM-CODE-005", "as-insufficient", "own", |r| {
        r.codes.barred = Some(per_version("205", "1205"));
    }),
    reading("actions.unknown.http", "DM-RULE-030", "400", "409", |r| r.statuses.action_unknown = 409),
];
