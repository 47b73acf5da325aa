//! Faults that only the usage rows show.

use super::{Mutant, mutant};
use crate::domain::Tokens;
use crate::domain::usage_row::{RowKind, as_it_is};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "rows.written",
        "no-denied-rows",
        &["DM-ACC-030", "WH-USAGE-053"],
        "Leaves no row for a denied item.",
        |r| {
            r.write_row = |kind, row| if kind == RowKind::Denied { Vec::new() } else { as_it_is(kind, row) };
        },
    ),
    mutant(
        "rows.written",
        "no-automatic-rows",
        &["DM-TIME-001", "WH-USAGE-075", "WH-USAGE-072", "WH-USAGE-063"],
        "Leaves no row for automatic charges.",
        |r| {
            r.write_row =
                |kind, row| if kind == RowKind::AutomaticCharge { Vec::new() } else { as_it_is(kind, row) };
        },
    ),
    mutant(
        "rows.written",
        "no-refund-rows",
        &["DM-REF-001", "WH-USAGE-065", "WH-USAGE-072", "WH-USAGE-077"],
        "Leaves no row for refunds.",
        |r| {
            r.write_row = |kind, row| if kind == RowKind::Refund { Vec::new() } else { as_it_is(kind, row) };
        },
    ),
    mutant(
        "rows.written",
        "doubled",
        &["WH-USAGE-067", "WH-USAGE-074", "DM-ACC-012"],
        "Writes every charge row twice.",
        |r| {
            r.write_row = |kind, row| {
                if kind == RowKind::Charge { vec![row.clone(), row] } else { as_it_is(kind, row) }
            };
        },
    ),
    mutant(
        "rows.content",
        "positive-refunds",
        &["WH-USAGE-065", "WH-USAGE-072", "DM-REF-001"],
        "Writes refunds as positive amounts.",
        |r| {
            r.write_row = |kind, mut row| {
                if kind == RowKind::Refund {
                    row.meter_quantity = -row.meter_quantity;
                }
                vec![row]
            };
        },
    ),
    mutant(
        "rows.content",
        "denied-with-line-item",
        &["DM-ACC-030", "WH-USAGE-053", "WH-USAGE-027"],
        "Names a line item on denied rows.",
        |r| {
            r.write_row = |kind, mut row| {
                if kind == RowKind::Denied {
                    row.activation_id = Some(vec!["none".into()]);
                }
                vec![row]
            };
        },
    ),
    mutant(
        "rows.content",
        "used-before",
        &["WH-USAGE-029", "WH-USAGE-072", "DM-ACC-012"],
        "Shows the total before the charge.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.used = row.used.map(|used| used - row.meter_quantity);
                vec![row]
            };
        },
    ),
    mutant("rows.content", "no-metadata", &["DM-USE-003", "WH-USAGE-042"], "Drops the client's data.", |r| {
        r.write_row = |_kind, mut row| {
            row.meta_data = None;
            vec![row]
        };
    }),
    mutant(
        "rows.content",
        "no-rate-table",
        &["WH-USAGE-039", "WH-USAGE-060", "WH-USAGE-050"],
        "Does not name the rate table.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.meter_cost_list = None;
                vec![row]
            };
        },
    ),
    mutant(
        "rows.content",
        "cost-is-total",
        &["WH-USAGE-055", "WH-USAGE-040"],
        "Shows the charge in place of the rate.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.meter_cost = row.meter_cost.map(|_| row.meter_quantity.decimal().abs());
                vec![row]
            };
        },
    ),
    mutant(
        "rows.content",
        "session-state-active",
        &["WH-USAGE-034", "WH-USAGE-063"],
        "Shows every session as ACTIVE.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.session_state = row.session_state.map(|_| "ACTIVE".into());
                vec![row]
            };
        },
    ),
    mutant("rows.content", "wrong-meter", &["WH-USAGE-052", "WH-USAGE-038"], "Misnames the meter.", |r| {
        r.write_row = |_kind, mut row| {
            row.meter = "token".into();
            vec![row]
        };
    }),
    mutant(
        "rows.content",
        "denied-quantity",
        &["WH-USAGE-053", "WH-USAGE-041"],
        "Shows tokens on denied rows.",
        |r| {
            r.write_row = |kind, mut row| {
                if kind == RowKind::Denied {
                    row.meter_quantity = Tokens::from(1);
                }
                vec![row]
            };
        },
    ),
    mutant(
        "rows.correlation",
        "one-each",
        &["WH-USAGE-019", "WH-USAGE-069"],
        "Gives each row a correlation ID of its own.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.correlation_id = uuid::Uuid::new_v4().to_string();
                vec![row]
            };
        },
    ),
    mutant(
        "rows.consumer",
        "type-for-value",
        &["WH-USAGE-023"],
        "Writes the requester's type in place of the value.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.consumer_id.clone_from(&row.consumer_type);
                vec![row]
            };
        },
    ),
    mutant(
        "rows.content",
        "wrong-account",
        &["WH-USAGE-025"],
        "Names the instance in place of the account.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.account_id.clone_from(&row.instance_id);
                vec![row]
            };
        },
    ),
    mutant("rows.content", "time-in-seconds", &["WH-USAGE-021"], "Writes the usage time in seconds.", |r| {
        r.write_row = |_kind, mut row| {
            row.usage_time /= 1000;
            vec![row]
        };
    }),
    mutant(
        "rows.content",
        "overdraft-unlimited",
        &["WH-USAGE-045"],
        "Shows every overdraft as unlimited.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.overdraft_count = None;
                vec![row]
            };
        },
    ),
    mutant("rows.content", "version-missing", &["WH-USAGE-031"], "Drops the version of the item.", |r| {
        r.write_row = |_kind, mut row| {
            row.item_version = None;
            vec![row]
        };
    }),
    mutant(
        "rows.content",
        "license-server-columns",
        &["WH-USAGE-043", "WH-USAGE-050"],
        "Fills a column that belongs to license servers.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.partial = Some(false);
                vec![row]
            };
        },
    ),
];
