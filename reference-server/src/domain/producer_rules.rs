//! The decision points of what a producer keeps: rate tables, line items and configuration.
//!
//! They are a part of [`super::Rules`] and follow the same rule: the defaults are the specification.

use std::sync::Arc;

use super::configuration::{self, Configuration, Setting};
use super::formula::Formula;
use super::line_item::{self, LineItem, LineItemState};
use super::rate_table::{self, RateItem, RateTable};
use super::{ApiVersion, Millis, RequestedItem, Rules};

/// What prices an item: the table that applies and its entry.
pub type Pricing<'a> = Option<(&'a RateTable, &'a RateItem)>;

/// How rate tables are kept and shown.
#[derive(Clone, Copy)]
pub struct TableRules {
    /// The table that prices a series now, with its entry for an item.
    pub priced_by: for<'a> fn(&Rules, &'a [RateTable], &str, Millis, &RequestedItem) -> Pricing<'a>,
    /// What an attempt to save a version that is taken does to the saved table: nothing (DM-RATE-006).
    pub on_taken_version: fn(&mut RateTable, Vec<RateItem>),
    /// Whether a deletion by this series and version means the table (DM-RATE-015).
    pub named: fn(&RateTable, &str, &str) -> bool,
    /// Whether a table is listed when the query names a series, which must not matter (DM-RATE-014).
    pub listed: fn(&RateTable, Option<&str>) -> bool,
    /// Whether the list is refused when the query has parameters (DM-RATE-014).
    pub list_parameters_refused: bool,
    /// What the list is sorted by (DM-RATE-013).
    pub list_order: fn(&RateTable) -> (Millis, u64),
    /// Whether a table without series shows null in place of an empty text (DM-RATE-009).
    pub no_series_is_null: bool,
    /// How v1.0 shows an item that may have a formula; nothing leaves it out (DM-RATE-027).
    pub shown_to_v1_0: fn(&RateItem) -> Option<RateItem>,
    /// Whether a body with `created` is refused (DM-RATE-012).
    pub created_refused: bool,
    /// What is held against a formula that can be read, if anything (DM-RATE-040, DM-RATE-045).
    pub formula_fault: fn(&Formula) -> Option<&'static str>,
}

/// Functions take as many arguments as are published for them (DM-RATE-040).
#[must_use]
pub fn surplus_arguments(formula: &Formula) -> Option<&'static str> {
    formula.has_surplus_arguments().then_some("gives a function more arguments than it takes")
}

impl Default for TableRules {
    fn default() -> Self {
        Self {
            priced_by: rate_table::priced_by_the_one_table,
            on_taken_version: |_saved, _items| {},
            named: |table, series, version| *table.series == *series && *table.version == *version,
            listed: |_table, _series| true,
            list_parameters_refused: false,
            list_order: |table| (0, table.sequence),
            no_series_is_null: false,
            shown_to_v1_0: |item| Some(item.clone()),
            created_refused: false,
            formula_fault: surplus_arguments,
        }
    }
}

/// Something about a line item that the documents let a target refuse or accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenFault {
    /// `overdraftType` is `Number`, and there is no limit (DM-LINE-023).
    NumberWithoutLimit,
    /// The overdraft limit is below 0 (DM-LINE-023).
    NegativeLimit,
    /// A limit beside an unlimited overdraft (DM-LINE-023).
    UnlimitedWithLimit,
    /// `end` lies before `start` (DM-LINE-026).
    EndBeforeStart,
    /// `end` is `start` (DM-LINE-026).
    EndIsStart,
    /// The series has no rate table (DM-RATE-034).
    UnknownSeries,
    /// `resetFrequency` has a value, of which none is published (DM-LINE-020).
    ResetFrequency,
}

/// How line items are kept and shown.
#[derive(Clone, Copy)]
pub struct LineItemRules {
    /// Whether a line item may be created in a state (DM-LINE-009).
    pub may_start_as: fn(LineItemState) -> bool,
    /// Whether a line item may be deleted in a state (DM-LINE-034).
    pub deletable: fn(LineItemState) -> bool,
    /// Whether a target minds something that it may mind.
    pub minds: fn(OpenFault) -> bool,
    /// Whether the ID of a deleted line item stays taken (DM-LINE-039).
    pub ids_stay_taken: bool,
    /// Whether the answer to a PUT shows the line item (DM-LINE-008).
    pub put_shows_line_item: bool,
    /// What the list is sorted by (DM-LINE-030).
    pub list_order: fn(&LineItem) -> (u64, Arc<str>),
    /// The series that prices requests to a line item; none has no price (DM-RATE-A11).
    pub series: fn(&LineItem) -> Option<&str>,
    /// Whether line items of other instances pay as well (DM-LI-A01).
    pub other_instances_pay: bool,
}

impl Default for LineItemRules {
    fn default() -> Self {
        Self {
            may_start_as: line_item::may_start_as,
            deletable: line_item::may_be_deleted,
            minds: |fault| {
                matches!(
                    fault,
                    OpenFault::NumberWithoutLimit | OpenFault::NegativeLimit | OpenFault::EndBeforeStart
                )
            },
            ids_stay_taken: false,
            put_shows_line_item: true,
            list_order: |item| (item.sequence, Arc::from("")),
            series: |item| Some(item.series()),
            other_instances_pay: false,
        }
    }
}

/// How configuration is read and changed.
#[derive(Clone, Copy)]
pub struct ConfigurationRules {
    /// The names that a version knows (DM-CONF-011).
    pub names: fn(ApiVersion) -> &'static [&'static str],
    /// Whether a value is legal under a name (DM-CONF-008, DM-CONF-009).
    pub legal: fn(&str, &str) -> bool,
    /// What a value is kept as (DM-CONF-010).
    pub kept_as: fn(&str, String) -> String,
    /// The configuration after a change (DM-CONF-006, DM-CONF-012).
    pub changed: fn(&Configuration, Vec<(String, Setting)>) -> Configuration,
    /// Whether the legal values of a change that is refused take effect all the same (DM-CONF-006).
    pub refused_in_part: bool,
    /// Whether client tokens may read and change it (DM-CONF-015).
    pub open_to_clients: bool,
    /// Whether a change may be a list of values, and whether it may be a single one (DM-CONF-004).
    pub body_forms: (bool, bool),
    /// Whether JSON booleans stand for their words (DM-CONF-008).
    pub booleans_count: bool,
}

impl Default for ConfigurationRules {
    fn default() -> Self {
        Self {
            names: configuration::names,
            legal: configuration::legal,
            kept_as: |_name, value| value,
            changed: configuration::with_changes,
            refused_in_part: false,
            open_to_clients: false,
            body_forms: (true, true),
            booleans_count: true,
        }
    }
}
