//! The decision points: every place where a rule could be another one, by name.
//!
//! The defaults are the specification and live with their topic. A *reading* sets a field to another legal function
//! ([`super::readings`]), a *mutant* to a wrong one ([`crate::mutants`]). Code that applies a rule calls it through
//! this record and never asks which one is in force.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::access_points::AccessPoints;
use super::formula::Arithmetic;
use super::licensing::LicensingRules;
use super::line_item::{self, LineItemState, OrderKey};
use super::session::{self, Session};
use super::usage_row::{self, Export, RowKind};
use super::{
    ConfigurationRules, DataAccessRules, InstanceRules, KeyRules, LineItem, LineItemRules, Millis,
    PerVersion, RateItem, RateTable, SaleRules, SessionRules, SessionState, TableRules, TokenRules, Tokens,
    UsageRow, charging, per_version, rate_table,
};
use crate::site::Steps;

/// How far a line item may be charged in one pass over the line items; nothing means without bound.
pub type Limit = fn(&Rules, &LineItem) -> Option<Tokens>;

/// A result code: three digits in v1.0, four in v1.1 (DM-CODE-010).
pub type Code = PerVersion<&'static str>;

/// The result codes (DM-CODE-001 to DM-CODE-004, DM-CODE-011, DM-CODE-012).
#[derive(Clone, Copy, Debug)]
pub struct Codes {
    /// Item granted and charged.
    pub granted: Code,
    /// Not processed because another item failed.
    pub blocked: Code,
    /// In no effective rate table.
    pub not_found: Code,
    /// Too few tokens.
    pub insufficient: Code,
    /// Refused by rules of access; nothing means the same as too few tokens (DM-CODE-005).
    pub barred: Option<Code>,
    /// Formula that cannot be evaluated.
    pub unpriceable: Code,
}

/// HTTP statuses that the documents leave open; the names are those of the decision points.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "each field is the decision point of its name, described in readings.rs")]
pub struct Statuses {
    pub oneoff_all_denied: u16,
    pub oneoff_mixed: u16,
    pub oneoff_empty: u16,
    pub count_nonpositive: u16,
    pub instance_unknown: u16,
    pub instance_malformed: u16,
    pub session_denied: u16,
    pub session_of_unknown_instance: u16,
    pub session_limit: u16,
    pub session_ended: PerVersion<u16>,
    pub session_unknown: u16,
    pub session_close_again: PerVersion<u16>,
    pub session_empty_put_idle: u16,
    pub heartbeat_unknown: u16,
    pub heartbeat_idle: u16,
    pub heartbeat_ended: PerVersion<u16>,
    pub session_locked: u16,
    pub lineitem_put: u16,
    pub lineitem_created_inactive: u16,
    pub lineitem_leave_obsolete: u16,
    pub lineitem_delete_deployed: u16,
    pub lineitem_second_instance: u16,
    pub table_duplicate_item: u16,
    pub token_wrong_kind: u16,
    pub token_other_instance: u16,
    pub token_session_instance: u16,
    pub token_no_instance_header: u16,
    pub content_type: u16,
    pub list_unknown_instance: u16,
    pub quantity_below_used: u16,
    pub table_incomplete: u16,
    pub table_extra_field: u16,
    pub conditions_created: u16,
    pub condition_unknown: u16,
    pub condition_in_use: u16,
    pub condition_deleted: u16,
    pub actions_exist: u16,
    pub actions_deleted: u16,
    pub action_foreign_condition: u16,
    pub action_unknown: u16,
    pub action_uncapped_condition: u16,
    pub action_denial_allocation: u16,
    pub action_fraction: u16,
    pub action_negative: u16,
    pub action_sum: u16,
    pub configuration_changed: u16,
    pub configuration_unknown: u16,
}

impl Default for Statuses {
    fn default() -> Self {
        Self {
            oneoff_all_denied: 200,
            oneoff_mixed: 200,
            oneoff_empty: 200,
            count_nonpositive: 400,
            instance_unknown: 404,
            instance_malformed: 404,
            session_denied: 200,
            session_of_unknown_instance: 400,
            session_limit: 409,
            session_ended: per_version(403, 409),
            session_unknown: 404,
            session_close_again: per_version(403, 409),
            session_empty_put_idle: 200,
            heartbeat_unknown: 404,
            heartbeat_idle: 204,
            heartbeat_ended: per_version(403, 409),
            session_locked: 409,
            lineitem_put: 200,
            lineitem_created_inactive: 400,
            lineitem_leave_obsolete: 409,
            lineitem_delete_deployed: 409,
            lineitem_second_instance: 409,
            table_duplicate_item: 400,
            token_wrong_kind: 403,
            token_other_instance: 403,
            token_session_instance: 401,
            token_no_instance_header: 400,
            content_type: 415,
            list_unknown_instance: 404,
            quantity_below_used: 200,
            table_incomplete: 400,
            table_extra_field: 201,
            conditions_created: 200,
            condition_unknown: 404,
            condition_in_use: 409,
            condition_deleted: 204,
            actions_exist: 409,
            actions_deleted: 204,
            action_foreign_condition: 400,
            action_unknown: 400,
            action_uncapped_condition: 200,
            action_denial_allocation: 200,
            action_fraction: 200,
            action_negative: 400,
            action_sum: 200,
            configuration_changed: 200,
            configuration_unknown: 400,
        }
    }
}

/// Every rule in force at a site.
#[derive(Clone, Copy)]
pub struct Rules {
    /// How rate tables are kept and shown.
    pub tables: TableRules,
    /// How line items are kept and shown.
    pub line_items: LineItemRules,
    /// How configuration is read and changed.
    pub configuration: ConfigurationRules,
    /// How the items of a request are sold.
    pub sale: SaleRules,
    /// How reports are asked for and answered.
    pub data_access: DataAccessRules,

    // Rate tables.
    /// The table that prices a series now.
    pub applicable_table: for<'a> fn(&'a [RateTable], &str, Millis) -> Option<&'a RateTable>,
    /// The table's entry for a name and version.
    pub find_item: for<'a> fn(&'a RateTable, &str, &str) -> Option<&'a RateItem>,
    /// Whether a table may be deleted now.
    pub table_deletable: fn(&RateTable, Millis) -> bool,
    /// Whether series and version are taken already.
    pub table_exists: fn(&[RateTable], &str, &str) -> bool,

    // Line items.
    /// The order of charging.
    pub line_item_order: fn(&LineItem) -> OrderKey,
    /// Whether a line item may be charged now, its validity giving way by a tolerance.
    pub usable: fn(&LineItem, Millis, Millis) -> bool,
    /// How much may be charged to a line item in all.
    pub capacity: fn(&LineItem) -> Option<Tokens>,
    /// The limits of the passes over the line items: one pass up to the capacity by default.
    pub passes: &'static [Limit],
    /// What a PUT of an existing line item leaves behind.
    pub replace: fn(&LineItem, LineItem, Option<Tokens>) -> LineItem,
    /// Whether the life cycle allows a step.
    pub may_become: fn(LineItemState, LineItemState) -> bool,
    /// Whether a refund may be credited.
    pub refundable: fn(&LineItem) -> bool,

    /// Rules of access.
    pub access: AccessPoints,

    // Charging.
    /// What a count costs at a rate; nothing when it does not fit.
    pub charge: fn(Decimal, Decimal) -> Option<Tokens>,
    /// The order in which `n` items are processed.
    pub processing_order: fn(usize) -> Vec<usize>,
    /// Whether what a one-off request could grant stands, given which items were granted.
    pub oneoff_stands: fn(&[bool]) -> bool,
    /// Whether a session request is granted, given which items could be.
    pub session_stands: fn(&[bool]) -> bool,
    /// What is added to a line item's total for a charge; a faithful book adds the charge.
    pub booked: fn(Tokens) -> Tokens,
    /// How formulas compute.
    pub arithmetic: Arithmetic,
    /// Whether a formula gives the whole charge in place of the rate of one unit (DM-RATE-A14).
    pub formula_gives_whole_charge: bool,
    /// Whether `requestedVersion` stands in for a `version` that is left out, as one tutorial has it.
    pub requested_version_counts: bool,

    // Sessions.
    /// How sessions are opened, reached, charged and ended.
    pub sessions: SessionRules,
    /// The part of a charge that comes back when a period is cut short.
    pub refund: fn(Tokens, Millis, Millis) -> Tokens,
    /// The part of an automatic charge that comes back when its heartbeat is missed.
    pub missed_heartbeat_refund: fn(Tokens, Millis, Millis) -> Tokens,
    /// How a refund is spread over the charges that it reverses.
    pub share_refund: fn(&[Tokens], Tokens) -> Vec<Tokens>,
    /// Length of the heartbeat window.
    pub heartbeat_window: fn(Millis) -> Millis,
    /// Whether an automatic charge at this time opens a heartbeat window, given the last heartbeat.
    pub heartbeat_owed: fn(Millis, Millis) -> bool,
    /// When the next automatic charge falls due: anchor, charges made, period, now.
    pub next_charge: fn(Millis, i64, Millis, Millis) -> Millis,
    /// The anchor of the timeline after a granted request: the former one, now.
    pub new_anchor: fn(Option<Millis>, Millis) -> Millis,
    /// The items asked for, as a function of those in use and those requested.
    pub requested_set:
        fn(Vec<charging::RequestedItem>, Vec<charging::RequestedItem>) -> Vec<charging::RequestedItem>,
    /// Whether a denial keeps the session as it is, by `rollbackOnDeny`.
    pub denial_keeps: fn(bool) -> bool,
    /// The refund of a denial that ends a session.
    pub denial_refund: fn(Tokens, Millis, Millis) -> Tokens,
    /// Whether a refund helps to pay the new charge of the same request (DM-SES-058).
    pub refund_pays: bool,
    /// The state after an automatic charge that lacks tokens.
    pub state_without_tokens: SessionState,
    /// Whether a failed automatic charge leaves rows.
    pub denied_automatic_rows: bool,
    /// What reading a session's details does to it.
    pub on_detail: fn(&mut Session, Millis),
    /// Whether a session is listed.
    pub listed: fn(SessionState) -> bool,
    /// Order of the list of sessions.
    pub list_order: fn(&Session, &Session) -> Ordering,
    /// Whether an instance ID in place of a session ID lists the live sessions, as one published table has it.
    pub sessions_by_instance: bool,
    /// Most sessions in a list.
    pub list_limit: usize,
    /// What `chargedUntil` shows.
    pub charged_until: fn(&session::Timeline) -> Millis,
    /// Whether an ended session still shows its last items (DM-SES-032).
    pub ended_keeps_items: bool,
    /// Whether a request that leaves out `rollbackOnDeny` is refused.
    pub rollback_required: bool,
    /// Whether a request to a session that another request is working on is refused (DM-SES-062).
    pub busy_session_refuses: bool,
    /// The charge period from the configured one (DM-TIME-012).
    pub charge_period: fn(Millis) -> Millis,
    /// The period of the next automatic charge, from that of the timeline and the configured one
    /// (DM-TIME-015).
    pub next_period: fn(Millis, Millis) -> Millis,
    /// How long a session may be idle (DM-TIME-010).
    pub idle_limit: Millis,
    /// Whether an empty request on an idle session starts its idle time anew (S-06).
    pub empty_put_restarts_idle: bool,
    /// How far the validity of line items gives way, from what is configured (DM-LI-A05).
    pub tolerance: fn(Millis) -> Millis,

    /// The steps of an operation that only load can show to be wrong.
    pub steps: Steps,

    /// Instances.
    pub instances: InstanceRules,
    /// Keys.
    pub keys: KeyRules,
    /// Tokens.
    pub tokens: TokenRules,
    /// License servers.
    pub licensing: LicensingRules,

    // Usage rows.
    /// The rows written for a row.
    pub write_row: fn(RowKind, UsageRow) -> Vec<UsageRow>,
    /// How rows are spelt when they are handed out, if not as they were written (WH-USAGE-001 to WH-USAGE-011).
    pub export: Option<Export>,
    /// Whether refunds made by a request carry a correlation ID of their own (DM-USE-002).
    pub refund_own_correlation: bool,
    /// Whether rows of a split charge repeat the whole quantity or carry their share (WH-USAGE-007).
    pub split_repeats_quantity: bool,
    /// What `METER_COST` shows of an item that a formula prices, if not the rate of one unit (WH-USAGE-098).
    pub formula_cost: Option<fn(Decimal) -> Option<Decimal>>,
    /// Whether a granted item at rate 0 shows a line item (S-10).
    pub free_item_shows_line_item: bool,

    // The wire.
    /// Result codes.
    pub codes: Codes,
    /// Statuses that the documents leave open.
    pub statuses: Statuses,
    /// The status with which a request is turned away before anything looks at what it wants, if it is.
    pub turned_away: fn(&crate::http::arrival::Arrival<'_>) -> Option<u16>,
    /// The member that says what is wrong, where the documents leave the body of an error open; nothing for errors
    /// without a body (DM-ERR-A01).
    pub error_member: Option<&'static str>,
    /// Changes an answer just before it leaves; right answers need no change.
    pub wire: fn(&mut crate::http::wire::WireAnswer),
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            tables: TableRules::default(),
            line_items: LineItemRules::default(),
            configuration: ConfigurationRules::default(),
            sale: SaleRules::default(),
            data_access: DataAccessRules::default(),
            applicable_table: rate_table::newest_effective,
            find_item: rate_table::exact_item,
            table_deletable: rate_table::not_yet_effective,
            table_exists: |tables, series, version| {
                tables.iter().any(|table| *table.series == *series && *table.version == *version)
            },
            line_item_order: line_item::charging_order,
            usable: line_item::usable,
            capacity: line_item::capacity,
            passes: &[up_to_capacity],
            replace: line_item::replaced,
            may_become: line_item::may_become,
            refundable: line_item::always_refundable,
            access: AccessPoints::default(),
            charge: charging::count_times_rate,
            processing_order: |count| (0..count).collect(),
            oneoff_stands: |_granted| true,
            session_stands: |granted| granted.iter().all(|granted| *granted),
            booked: |charge| charge,
            arithmetic: Arithmetic::default(),
            formula_gives_whole_charge: false,
            requested_version_counts: false,
            sessions: SessionRules::default(),
            refund: session::unused_part,
            missed_heartbeat_refund: session::whole_charge,
            share_refund: session::proportional,
            heartbeat_window: session::half_period,
            heartbeat_owed: |_last_heartbeat, _charge| true,
            next_charge: session::on_schedule,
            new_anchor: |_former, now| now,
            requested_set: |_in_use, requested| requested,
            denial_keeps: |rollback| rollback,
            denial_refund: session::unused_part,
            refund_pays: true,
            state_without_tokens: SessionState::Terminated,
            denied_automatic_rows: true,
            on_detail: |_session, _now| {},
            listed: SessionState::live,
            list_order: |a, b| b.sequence.cmp(&a.sequence),
            sessions_by_instance: false,
            list_limit: 100,
            charged_until: |timeline| timeline.next_charge,
            ended_keeps_items: false,
            rollback_required: true,
            busy_session_refuses: false,
            charge_period: |configured| configured,
            next_period: |_running, configured| configured,
            idle_limit: session::IDLE_LIMIT,
            empty_put_restarts_idle: true,
            tolerance: |configured| configured,
            steps: Steps::default(),
            instances: InstanceRules::default(),
            keys: KeyRules::default(),
            tokens: TokenRules::default(),
            licensing: LicensingRules::default(),
            write_row: usage_row::as_it_is,
            export: None,
            refund_own_correlation: true,
            split_repeats_quantity: true,
            formula_cost: None,
            free_item_shows_line_item: true,
            codes: Codes {
                granted: per_version("101", "1101"),
                blocked: per_version("102", "1102"),
                not_found: per_version("201", "1201"),
                insufficient: per_version("202", "1202"),
                barred: None,
                unpriceable: per_version("204", "1204"),
            },
            statuses: Statuses::default(),
            turned_away: |_arrival| None,
            error_member: Some("message"),
            wire: |_answer| {},
        }
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules").finish_non_exhaustive()
    }
}

/// Charges each line item up to its capacity before the next one is touched (DM-OD-006).
#[must_use]
pub fn up_to_capacity(rules: &Rules, item: &LineItem) -> Option<Tokens> {
    (rules.capacity)(item)
}

/// Charges what was bought first; the overdraft waits for a second pass.
#[must_use]
pub fn up_to_quantity(rules: &Rules, item: &LineItem) -> Option<Tokens> {
    let bought = Tokens::from(item.quantity);
    Some((rules.capacity)(item).map_or(bought, |capacity| capacity.min(bought)))
}
