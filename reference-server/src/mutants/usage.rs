//! Faults that only the usage rows show.

use super::{Mutant, mutant};
use crate::domain::usage_row::{RowKind, as_it_is};
use crate::domain::{HOUR, Tokens};

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
        &["DM-TIME-001", "WH-USAGE-075", "WH-USAGE-C19"],
        "Leaves no row for automatic charges.",
        |r| {
            r.write_row =
                |kind, row| if kind == RowKind::AutomaticCharge { Vec::new() } else { as_it_is(kind, row) };
        },
    ),
    mutant(
        "rows.written",
        "no-refund-rows",
        &["DM-REF-001", "WH-USAGE-077", "WH-USAGE-081"],
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
        "rows.written",
        "one-off-refunded",
        &["WH-USAGE-079"],
        "Writes a refund after each one-off charge.",
        |r| {
            r.write_row = |kind, row| {
                if kind != RowKind::Charge || row.session_id.is_some() {
                    return as_it_is(kind, row);
                }
                let mut refund = row.clone();
                refund.used = row.used.map(|used| used - row.meter_quantity);
                refund.meter_quantity = -row.meter_quantity;
                vec![row, refund]
            };
        },
    ),
    mutant(
        "rows.written",
        "charged-after-end",
        &["WH-USAGE-076"],
        "Writes another charge an hour after each refund, as if the session went on.",
        |r| {
            r.write_row = |kind, row| {
                if kind != RowKind::Refund {
                    return as_it_is(kind, row);
                }
                let mut charge = row.clone();
                charge.usage_time += HOUR;
                charge.write_time += HOUR;
                charge.used = row.used.map(|used| used - row.meter_quantity);
                charge.meter_quantity = -row.meter_quantity;
                vec![row, charge]
            };
        },
    ),
    mutant(
        "rows.content",
        "denied-with-line-item",
        &["DM-ACC-030", "WH-USAGE-053", "WH-USAGE-027", "WH-USAGE-C03"],
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
        &["WH-USAGE-029", "WH-USAGE-059", "WH-USAGE-072", "DM-ACC-012"],
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
    mutant(
        "rows.content",
        "wrong-meter",
        &["WH-USAGE-052", "WH-USAGE-038", "WH-USAGE-C16"],
        "Misnames the meter.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.meter = "token".into();
                vec![row]
            };
        },
    ),
    mutant(
        "rows.content",
        "denied-quantity",
        &["WH-USAGE-053", "WH-USAGE-041", "WH-USAGE-C06", "WH-USAGE-C07"],
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
        &["WH-USAGE-023", "WH-USAGE-C10"],
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
    mutant(
        "rows.content",
        "time-in-seconds",
        &["WH-USAGE-021", "WH-USAGE-089"],
        "Writes the usage time in seconds.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.usage_time /= 1000;
                vec![row]
            };
        },
    ),
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
        &["WH-USAGE-043", "WH-USAGE-050", "WH-USAGE-051"],
        "Fills a column that belongs to license servers.",
        |r| {
            r.write_row = |_kind, mut row| {
                row.partial = Some(false);
                vec![row]
            };
        },
    ),
];
