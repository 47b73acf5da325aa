//! Readings of rate tables, formulas, line items and configuration: the other legal values of their decision points.

use std::sync::Arc;

use rust_decimal::{Decimal, RoundingStrategy};

use super::configuration::{self, Configuration, Setting};
use super::formula::{Variables, rounded};
use super::producer_rules::{LineItemRules, surplus_arguments};
use super::rate_table::RateItem;
use super::readings::{Reading, reading};
use super::{Arithmetic, OpenFault, line_item, sale_rules};

/// The readings of what a producer keeps, and of how items are sold.
pub(super) const READINGS: &[Reading] = &[
    // Rate tables.
    reading("table.list_parameters", "DM-RATE-014", "ignored", "refused", |r| {
        r.tables.list_parameters_refused = true;
    }),
    reading("table.list_order", "DM-RATE-013", "creation", "newest-first", |r| {
        r.tables.list_order = |table| (-table.effective_from, table.sequence);
    }),
    reading("table.no_series", "DM-RATE-009", "empty", "null", |r| r.tables.no_series_is_null = true),
    reading("table.created_in_body", "DM-RATE-012", "accepted", "refused", |r| {
        r.tables.created_refused = true
    }),
    reading("table.incomplete.http", "DM-RATE-022", "400", "201", |r| r.statuses.table_incomplete = 201),
    reading("table.extra_field.http", "DM-RATE-025", "201", "400", |r| r.statuses.table_extra_field = 400),
    reading("table.item_case", "DM-RATE-A07", "refused", "granted", |r| {
        r.find_item = |table, name, version| {
            let same = |item: &&RateItem| {
                item.name.eq_ignore_ascii_case(name) && item.version.eq_ignore_ascii_case(version)
            };
            table.items.iter().find(same)
        };
    }),
    // Formulas.
    reading("formula.in_v1_0", "DM-RATE-027", "formula", "bare", |r| {
        r.tables.shown_to_v1_0 = |item| Some(RateItem { formula: None, ..item.clone() });
    }),
    reading("formula.in_v1_0", "DM-RATE-027", "formula", "left-out", |r| {
        r.tables.shown_to_v1_0 = |item| item.formula.is_none().then(|| item.clone());
    }),
    reading("formula.lower_case.http", "DM-RATE-045", "201", "400", |r| {
        r.tables.formula_fault = |formula| {
            let small =
                (!formula.has_functions_in_capitals()).then_some("writes a function in small letters");
            small.or_else(|| surplus_arguments(formula))
        };
    }),
    reading("formula.power_chain", "DM-RATE-044", "64", "512", |r| r.arithmetic.power_from_left = false),
    reading("formula.minus_power", "DM-RATE-044", "14", "6", |r| r.arithmetic.minus_before_power = false),
    reading("formula.half", "DM-RATE-044", "3", "2", |r| {
        r.arithmetic.round = |value, places| rounded(value, places, RoundingStrategy::MidpointNearestEven);
    }),
    reading("formula.floor_negative", "DM-RATE-044", "8", "9", |r| {
        r.arithmetic.floor = |value| value.trunc()
    }),
    reading("formula.ceiling_negative", "DM-RATE-044", "9", "8", |r| {
        r.arithmetic.ceiling = |value| if value < Decimal::ZERO { value.floor() } else { value.ceil() };
    }),
    reading("formula.variables", "DM-RATE-A13", "with-items", "elsewhere", |r| {
        r.sale.variables_with_items = false;
    }),
    reading("formula.counts", "DM-RATE-A14", "20", "5", |r| r.formula_gives_whole_charge = true),
    reading("code.unpriceable", "DM-RATE-047", "own", "not-found", |r| {
        r.codes.unpriceable = r.codes.not_found;
    }),
    reading("code.unpriceable", "DM-RATE-047", "own", "insufficient", |r| {
        r.codes.unpriceable = r.codes.insufficient;
    }),
    // Line items.
    reading("lineitem.put_body", "DM-LINE-008", "line-item", "other", |r| {
        r.line_items.put_shows_line_item = false;
    }),
    reading("lineitem.unknown_series", "DM-RATE-034", "accepted", "refused", |r| {
        r.line_items.minds = |fault| fault == OpenFault::UnknownSeries || minded_by_default(fault);
    }),
    reading("lineitem.reset_frequency", "DM-LINE-020", "stored", "refused", |r| {
        r.line_items.minds = |fault| fault == OpenFault::ResetFrequency || minded_by_default(fault);
    }),
    reading("lineitem.unlimited_with_limit", "DM-LINE-023", "accepted", "refused", |r| {
        r.line_items.minds = |fault| fault == OpenFault::UnlimitedWithLimit || minded_by_default(fault);
    }),
    reading("lineitem.number_without_limit", "DM-LINE-023", "refused", "accepted", |r| {
        r.line_items.minds = |fault| fault != OpenFault::NumberWithoutLimit && minded_by_default(fault);
    }),
    reading("lineitem.negative_limit", "DM-LINE-023", "refused", "accepted", |r| {
        r.line_items.minds = |fault| fault != OpenFault::NegativeLimit && minded_by_default(fault);
    }),
    reading("lineitem.end_before_start", "DM-LINE-026", "refused", "accepted", |r| {
        r.line_items.minds = |fault| fault != OpenFault::EndBeforeStart && minded_by_default(fault);
    }),
    reading("lineitem.end_is_start", "DM-LINE-026", "accepted", "refused", |r| {
        r.line_items.minds = |fault| fault == OpenFault::EndIsStart || minded_by_default(fault);
    }),
    reading("lineitem.quantity_below_used", "DM-LINE-027", "accepted", "refused", |r| {
        r.statuses.quantity_below_used = 409;
    }),
    reading("lineitem.list_order", "DM-LINE-030", "creation", "activation-id", |r| {
        r.line_items.list_order = |item| (0, Arc::clone(&item.activation_id));
    }),
    reading("lineitem.made_anew", "DM-LINE-039", "accepted", "refused", |r| {
        r.line_items.ids_stay_taken = true;
    }),
    reading("lineitem.elastic_absent", "DM-LINE-040", "refused", "granted", |r| {
        r.usable = |item, now, tolerance| {
            let mut item = item.clone();
            item.attributes.elastic.get_or_insert(true);
            line_item::usable(&item, now, tolerance)
        };
    }),
    reading("lineitem.series_absent", "DM-RATE-A11", "granted", "refused", |r| {
        r.line_items.series = |item| item.attributes.rate_table_series.as_deref();
    }),
    // Configuration.
    reading("configuration.body", "DM-CONF-004", "both", "list", |r| {
        r.configuration.body_forms = (true, false);
    }),
    reading("configuration.body", "DM-CONF-004", "both", "single", |r| {
        r.configuration.body_forms = (false, true);
    }),
    reading("configuration.changed.http", "DM-CONF-005", "200", "204", |r| {
        r.statuses.configuration_changed = 204;
    }),
    reading("configuration.unknown.http", "DM-CONF-007", "400", "404", |r| {
        r.statuses.configuration_unknown = 404;
    }),
    reading("configuration.boolean", "DM-CONF-008", "accepted", "refused", |r| {
        r.configuration.booleans_count = false;
    }),
    reading("configuration.period", "DM-CONF-010", "PT60M", "PT1H", |r| {
        r.configuration.kept_as = |name, value| match name {
            configuration::SESSION_CHARGE_PERIOD => configuration::shortest(&value),
            _ => value,
        };
    }),
    reading("configuration.default_again", "DM-CONF-012", "kept", "gone", |r| {
        r.configuration.changed = without_defaults;
    }),
    reading("configuration.running_session", "DM-CONF-014", "next-period", "new-sessions", |r| {
        r.next_period = |running, _configured| running;
    }),
    // Sales.
    reading("oneoff.repeated_item", "DM-ACC-025", "independent", "refused", |r| {
        r.sale.repeated_item_refused = true;
    }),
    reading("code.unusable", "DM-CODE-006", "insufficient", "not-found", |r| r.sale.unusable_counts = false),
    reading("lineitem.answer_order", "DM-LI-A24", "charging", "other", |r| {
        r.sale.answer_in_charging_order = false;
    }),
    reading("lineitem.split", "DM-LI-A25", "tokens", "counts", |r| r.sale.part = sale_rules::whole_counts),
    reading("lineitem.created_inactive.http", "DM-LINE-009", "400", "403", |r| {
        r.statuses.lineitem_created_inactive = 403;
    }),
    reading("lineitem.created_inactive.http", "DM-LINE-009", "400", "422", |r| {
        r.statuses.lineitem_created_inactive = 422;
    }),
    reading("lineitem.leave_obsolete.http", "DM-LINE-010", "409", "403", |r| {
        r.statuses.lineitem_leave_obsolete = 403;
    }),
    reading("lineitem.leave_obsolete.http", "DM-LINE-010", "409", "422", |r| {
        r.statuses.lineitem_leave_obsolete = 422;
    }),
    reading("key.id_of_other_kind.http", "DM-AUTH-030", "200", "400", |r| r.keys.id_of_other_kind = 400),
    reading("instance.same_name.http", "DM-INST-007", "200", "400", |r| r.instances.same_name = 400),
    // Where a new instance is answered with 201, one with such a body is so too.
    reading("instance.same_name.http", "DM-INST-007", "200", "201", |r| r.instances.created = 201),
    reading("instance.given_fields.http", "DM-INST-006", "200", "201", |r| r.instances.created = 201),
    reading("table.list_order", "DM-RATE-013", "creation", "other", |r| {
        r.tables.list_order = |table| (table.effective_from, table.sequence);
    }),
    reading("lineitem.list_order", "DM-LINE-030", "creation", "other", |r| {
        r.line_items.list_order = |item| (u64::MAX - item.sequence, "".into());
    }),
    reading("formula.in_v1_0", "DM-RATE-027", "formula", "rate", |r| {
        r.tables.shown_to_v1_0 = |item| Some(with_rate(item));
    }),
    reading("formula.argument_count", "DM-RATE-040", "refused", "accepted", |r| {
        r.tables.formula_fault = |_formula| None;
    }),
    reading("usage.formula_cost", "WH-USAGE-098", "unit-price", "other", |r| {
        r.formula_cost = Some(|_rate| Some(Decimal::ZERO));
    }),
];

fn minded_by_default(fault: OpenFault) -> bool {
    (LineItemRules::default().minds)(fault)
}

/// A configuration in which a value that is set back to its default was never changed (DM-CONF-012).
fn without_defaults(configuration: &Configuration, changes: Vec<(String, Setting)>) -> Configuration {
    let names: Vec<String> = changes.iter().map(|(name, _)| name.clone()).collect();
    let mut changed = configuration::with_changes(configuration, changes);
    for name in names {
        if changed.value(&name) == configuration::default_of(&name) {
            changed.reset(&name);
        }
    }
    changed
}

/// An item as a client that knows no formulas can read it: with what the formula comes to without variables.
fn with_rate(item: &RateItem) -> RateItem {
    let Some(formula) = &item.formula else { return item.clone() };
    let rate = formula.evaluate(&Variables::default(), &Arithmetic::default()).unwrap_or_default();
    RateItem { rate: Some(rate), formula: None, ..item.clone() }
}
