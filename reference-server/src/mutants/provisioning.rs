//! Faults of rate tables and line items.

use super::{Mutant, mutant};
use crate::domain::{LineItem, Tokens, line_item};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("table.unique", "not-checked", &["DM-RATE-002"], "Saves a rate table twice.", |r| {
        r.table_exists = |_tables, _series, _version| false;
    }),
    mutant(
        "table.unique",
        "version-alone",
        &["DM-RATE-002", "DM-RATE-003"],
        "Takes versions for unique across series.",
        |r| {
            r.table_exists = |tables, _series, version| tables.iter().any(|table| *table.version == *version);
        },
    ),
    mutant("table.deletable", "always", &["DM-RATE-017"], "Deletes rate tables that are in effect.", |r| {
        r.table_deletable = |_table, _now| true;
    }),
    mutant("table.deletable", "never", &["DM-RATE-016"], "Never deletes a rate table.", |r| {
        r.table_deletable = |_table, _now| false;
    }),
    mutant("lineitem.replace", "merges", &["DM-LINE-002"], "Keeps attributes that a PUT leaves out.", |r| {
        r.replace = |old, new, used| {
            let attributes = crate::domain::Attributes {
                elastic: new.attributes.elastic.or(old.attributes.elastic),
                rate_table_series: new
                    .attributes
                    .rate_table_series
                    .clone()
                    .or(old.attributes.rate_table_series.clone()),
                overdraft_limit: new.attributes.overdraft_limit.or(old.attributes.overdraft_limit),
                overdraft_type: new.attributes.overdraft_type.or(old.attributes.overdraft_type),
                reset_frequency: new
                    .attributes
                    .reset_frequency
                    .clone()
                    .or(old.attributes.reset_frequency.clone()),
            };
            line_item::replaced(old, LineItem { attributes, ..new }, used)
        };
    }),
    mutant(
        "lineitem.replace",
        "resets-used",
        &["DM-LINE-003", "DM-LINE-004"],
        "Forgets what was used when details change.",
        |r| {
            r.replace = |old, new, _used| LineItem { used: Tokens::ZERO, sequence: old.sequence, ..new };
        },
    ),
    mutant(
        "lineitem.replace",
        "takes-used",
        &["DM-LINE-004"],
        "Lets the producer write what was used.",
        |r| {
            r.replace =
                |old, new, used| LineItem { used: used.unwrap_or(old.used), sequence: old.sequence, ..new };
        },
    ),
    mutant(
        "lineitem.replace",
        "not-with-used",
        &["DM-LINE-004", "DM-LINE-005"],
        "Ignores a PUT that carries `used`.",
        |r| {
            r.replace = |old, new, used| {
                if used.is_some() { old.clone() } else { line_item::replaced(old, new, used) }
            };
        },
    ),
    mutant(
        "table.unique",
        "no-series-never-equal",
        &["DM-RATE-002", "DM-RATE-004"],
        "Takes tables without series for different.",
        |r| {
            r.table_exists = |tables, series, version| {
                !series.is_empty()
                    && tables.iter().any(|table| *table.series == *series && *table.version == *version)
            };
        },
    ),
    mutant(
        "lineitem.life",
        "obsolete-revives",
        &["DM-LINE-010", "DM-LI-A11"],
        "Lets OBSOLETE line items become DEPLOYED again.",
        |r| {
            r.may_become = |_from, _to| true;
        },
    ),
    mutant(
        "lineitem.life",
        "inactive-stays",
        &["DM-LINE-011", "DM-LI-A10"],
        "Does not let INACTIVE line items become DEPLOYED again.",
        |r| {
            r.may_become = |from, to| {
                line_item::may_become(from, to)
                    && (from != line_item::LineItemState::Inactive
                        || to != line_item::LineItemState::Deployed)
            };
        },
    ),
];
