//! Faults in what is charged and to whom.

use std::sync::atomic::{AtomicU64, Ordering};

use rust_decimal::Decimal;

use super::{Mutant, mutant};
use crate::domain::rate_table::effective;
use crate::domain::{LineItemState, OverdraftType, Tokens, line_item, rate_table};

/// Charges booked under the fault that loses some.
static CHARGES: AtomicU64 = AtomicU64::new(0);

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "lineitem.order",
        "latest-end-first",
        &["DM-LI-A20", "DM-LINE-042", "WH-USAGE-071"],
        "Charges the line item that ends last first.",
        |r| {
            r.line_item_order = |item| (-item.end, item.start, 0, item.activation_id.clone());
        },
    ),
    mutant(
        "lineitem.order",
        "latest-start-first",
        &["DM-LI-A21", "DM-LINE-042"],
        "Of line items that end together, charges the one that started last first.",
        |r| {
            r.line_item_order = |item| (item.end, -item.start, 0, item.activation_id.clone());
        },
    ),
    mutant(
        "lineitem.usable",
        "inactive-too",
        &["DM-LI-A03", "DM-LI-A10", "DM-LI-A13", "DM-LI-A14", "DM-LINE-012"],
        "Charges INACTIVE line items.",
        |r| {
            r.usable = |item, now, tolerance| {
                line_item::usable(item, now, tolerance)
                    || line_item::usable(
                        &crate::domain::LineItem {
                            state: match item.state {
                                LineItemState::Inactive => LineItemState::Deployed,
                                other => other,
                            },
                            ..item.clone()
                        },
                        now,
                        tolerance,
                    )
            };
        },
    ),
    mutant(
        "lineitem.usable",
        "obsolete-too",
        &["DM-LI-A03", "DM-LI-A11", "DM-LINE-012"],
        "Charges OBSOLETE line items.",
        |r| {
            r.usable = |item, now, tolerance| {
                let obsolete = item.state == LineItemState::Obsolete;
                let state = if obsolete { LineItemState::Deployed } else { item.state };
                line_item::usable(&crate::domain::LineItem { state, ..item.clone() }, now, tolerance)
            };
        },
    ),
    mutant(
        "lineitem.usable",
        "after-its-end",
        &["DM-LI-A04", "DM-LINE-041"],
        "Charges expired line items.",
        |r| {
            r.usable = |item, now, tolerance| line_item::usable(item, now.min(item.end), tolerance);
        },
    ),
    mutant(
        "lineitem.usable",
        "before-its-start",
        &["DM-LI-A04", "DM-LINE-041"],
        "Charges line items before they start.",
        |r| r.usable = |item, now, tolerance| line_item::usable(item, now.max(item.start), tolerance),
    ),
    mutant(
        "lineitem.usable",
        "inelastic-too",
        &["DM-LI-A02", "DM-LINE-040"],
        "Charges line items that are not elastic.",
        |r| {
            r.usable = |item, now, tolerance| {
                let mut elastic = item.clone();
                elastic.attributes.elastic = Some(true);
                line_item::usable(&elastic, now, tolerance)
            };
        },
    ),
    mutant(
        "lineitem.capacity",
        "no-overdraft",
        &["DM-OD-002", "DM-LINE-025"],
        "Stops at the quantity although an overdraft is set.",
        |r| {
            r.capacity = |item| match item.attributes.overdraft_type {
                Some(OverdraftType::Unlimited) => None,
                _ => Some(Tokens::from(item.quantity)),
            };
        },
    ),
    mutant(
        "lineitem.capacity",
        "always-unlimited",
        &["DM-OD-003", "DM-LINE-024", "DM-OD-002", "DM-LINE-025", "DM-CODE-004", "DM-LI-A06"],
        "Never runs out of tokens.",
        |r| r.capacity = |_item| None,
    ),
    mutant(
        "lineitem.capacity",
        "unlimited-is-none",
        &["DM-OD-001", "DM-LINE-025", "DM-LINE-022"],
        "Treats an unlimited overdraft as none.",
        |r| r.capacity = |item| line_item::capacity(item).or_else(|| Some(Tokens::from(item.quantity))),
    ),
    mutant(
        "lineitem.capacity",
        "one-token-short",
        &["DM-OD-004", "DM-OD-003", "DM-LI-A23", "DM-LINE-024", "DM-OD-002"],
        "Never gives out the last token.",
        |r| r.capacity = |item| line_item::capacity(item).map(|capacity| capacity - Tokens::from(1)),
    ),
    mutant(
        "table.applicable",
        "highest-version",
        &["DM-RATE-A03", "DM-RATE-028"],
        "Prices by the highest version string.",
        |r| {
            r.applicable_table =
                |tables, series, now| effective(tables, series, now).max_by_key(|table| &table.version);
        },
    ),
    mutant(
        "table.applicable",
        "oldest",
        &["DM-RATE-A02", "DM-RATE-028"],
        "Prices by the oldest table of the series.",
        |r| {
            r.applicable_table =
                |tables, series, now| effective(tables, series, now).min_by_key(|table| table.effective_from);
        },
    ),
    mutant(
        "table.applicable",
        "future-too",
        &["DM-RATE-A02", "DM-RATE-028"],
        "Prices by tables that are not yet effective.",
        |r| {
            r.applicable_table =
                |tables, series, _now| rate_table::newest_effective(tables, series, i64::MAX);
        },
    ),
    mutant(
        "table.applicable",
        "any-series",
        &["DM-RATE-A01"],
        "Prices by the newest table of any series.",
        |r| {
            r.applicable_table = |tables, _series, now| {
                tables
                    .iter()
                    .filter(|table| table.effective_from <= now)
                    .max_by_key(|table| (table.effective_from, table.sequence))
            };
        },
    ),
    mutant(
        "table.item",
        "blank-matches-any",
        &["DM-RATE-A06", "DM-RATE-032"],
        "Takes a blank version as a wildcard.",
        |r| {
            r.find_item = |table, name, version| {
                table
                    .items
                    .iter()
                    .find(|item| item.name == name && (version.is_empty() || item.version == version))
            };
        },
    ),
    mutant(
        "table.item",
        "version-ignored",
        &["DM-RATE-A05", "DM-RATE-A06"],
        "Prices an item whatever version was asked for.",
        |r| {
            r.find_item = |table, name, _version| table.items.iter().find(|item| item.name == name);
        },
    ),
    mutant("charge.amount", "count-ignored", &["DM-ACC-010"], "Charges one unit whatever the count.", |r| {
        r.charge = |_count, rate| Some(Tokens::rounded(rate));
    }),
    mutant("charge.amount", "whole-counts", &["DM-ACC-017"], "Rounds counts up to whole numbers.", |r| {
        r.charge = |count, rate| count.ceil().checked_mul(rate).map(Tokens::rounded);
    }),
    mutant("charge.amount", "whole-tokens", &["DM-ACC-017"], "Drops the fraction of a charge.", |r| {
        r.charge = |count, rate| count.checked_mul(rate).map(|tokens| Tokens::rounded(tokens.trunc()));
    }),
    mutant(
        "charge.order",
        "last-item-first",
        &["DM-ACC-014"],
        "Processes the items from the last to the first.",
        |r| {
            r.processing_order = |count| (0..count).rev().collect();
        },
    ),
    mutant(
        "charge.oneoff",
        "all-or-nothing",
        &["DM-ACC-015", "DM-CODE-014"],
        "Refuses a whole one-off request for one item.",
        |r| {
            r.oneoff_stands = |granted| granted.iter().all(|granted| *granted);
        },
    ),
    mutant("charge.booked", "half", &["DM-ACC-012"], "Books only half of a charge.", |r| {
        r.booked = |charge| {
            if charge.is_negative() { charge } else { Tokens::rounded(charge.decimal() / Decimal::TWO) }
        };
    }),
    mutant(
        "charge.booked",
        "lost-now-and-then",
        &["DM-ACC-029", "DM-ACC-012"],
        "Loses every tenth charge, as two requests would that do not wait for each other.",
        |r| {
            r.booked = |charge| {
                let lost = CHARGES.fetch_add(1, Ordering::Relaxed) % 10 == 9;
                if lost && !charge.is_negative() { Tokens::ZERO } else { charge }
            };
        },
    ),
    mutant("charge.booked", "not-at-all", &["DM-ACC-012", "DM-LINE-043"], "Never books a charge.", |r| {
        r.booked = |charge| if charge.is_negative() { charge } else { Tokens::ZERO };
    }),
];
