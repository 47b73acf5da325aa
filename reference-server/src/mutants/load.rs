//! Faults that only many operations at once, or very many, reveal: races, and steps left out now and then.
//!
//! A test that sends one request after the other cannot see them. Those of races strike when other operations are
//! under way, those of volume every so many operations; the numbers are such that a run of a second or two meets
//! each of them, and no two meet in step with the order of requests.

use super::{Mutant, mutant};
use crate::domain::usage_row::RowKind;
use crate::domain::{SessionState, Tokens};
use crate::site::{KindOfRow, Traffic};

/// From so many operations on a site counts as busy.
const BUSY: u64 = 200;

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "load.total",
        "lost-update",
        &["DM-ACC-029", "DM-ACC-012", "WH-USAGE-072", "WH-USAGE-074"],
        "Of two charges at once, the second starts from the total before the first.",
        |r| {
            r.steps.total = |traffic, line_item, total, change| {
                let former = traffic.former.as_ref().filter(|(of, _)| traffic.crowded && of == line_item);
                let unseen = former.map_or(Tokens::ZERO, |(_, tokens)| *tokens);
                total - unseen + change
            };
        },
    ),
    mutant(
        "load.total",
        "every-97th-left-out",
        &["DM-ACC-012", "WH-USAGE-072", "WH-USAGE-074"],
        "Every 97th charge is not added to its line item.",
        |r| {
            r.steps.total =
                |traffic, _line_item, total, change| if traffic.every(97) { total } else { total + change };
        },
    ),
    mutant(
        "load.total",
        "on-another-line-item",
        &["DM-LI-A01", "DM-ACC-012", "WH-USAGE-074"],
        "Every 97th charge is added to the line item that is used least.",
        |r| {
            r.steps.astray = Some(|traffic, line_items| {
                let least = line_items.values().min_by_key(|item| (item.used, &item.activation_id));
                least.filter(|_| traffic.every(97)).map(|item| item.activation_id.clone())
            });
        },
    ),
    mutant(
        "load.capacity",
        "stale-read",
        &["DM-ACC-029", "DM-OD-002"],
        "Of two requests at once, the second does not see what the first took, and both get the last tokens.",
        |r| {
            r.steps.total = |traffic, line_item, total, change| {
                traffic.notes.insert(line_item.clone(), (traffic.operations, change));
                total + change
            };
            r.steps.unseen = Some(|traffic, line_item| {
                let last = traffic.notes.get(line_item).filter(|_| traffic.crowded);
                last.map_or(Tokens::ZERO, |(_, tokens)| *tokens)
            });
        },
    ),
    mutant(
        "load.capacity",
        "held-for-nobody",
        &["DM-ACC-029", "DM-CODE-004"],
        "Every 97th charge keeps 500 tokens reserved for good, so that later requests are refused.",
        |r| {
            r.steps.total = |traffic, line_item, total, change| {
                if traffic.every(97) {
                    traffic.notes.insert(line_item.clone(), (0, Tokens::from(-500)));
                }
                total + change
            };
            r.steps.unseen = Some(|traffic, line_item| {
                traffic.notes.get(line_item).map_or(Tokens::ZERO, |(_, tokens)| *tokens)
            });
        },
    ),
    mutant(
        "load.booking",
        "twice-when-crowded",
        &["DM-ACC-028", "WH-USAGE-067", "WH-USAGE-069"],
        "Books a request twice when others are under way, as one that is tried again after a conflict.",
        |r| r.steps.times_booked = |traffic| if traffic.crowded && traffic.every(20) { 2 } else { 1 },
    ),
    mutant(
        "load.booking",
        "answered-and-dropped",
        &["DM-ACC-012", "DM-ACC-030", "WH-USAGE-067", "WH-USAGE-069"],
        "Answers before it is kept, and every 97th request that was answered is not.",
        |r| {
            r.steps.times_booked = |traffic| usize::from(!traffic.every(97));
        },
    ),
    mutant(
        "load.refund",
        "torn",
        &["DM-REF-001", "DM-REF-003", "WH-USAGE-077"],
        "Breaks off in the middle of every tenth refund that has several parts.",
        |r| {
            r.steps.refunded = |traffic, mut parts| {
                if parts.len() > 1 && traffic.every(10) {
                    parts.truncate(1);
                }
                parts
            };
        },
    ),
    mutant(
        "load.refund",
        "row-without-total",
        &["DM-REF-004", "DM-ACC-012", "WH-USAGE-072", "WH-USAGE-074"],
        "Every 20th refund leaves its row and does not lower the total.",
        |r| {
            r.steps.total = |traffic, _line_item, total, change| {
                if change.is_negative() && traffic.every(20) { total } else { total + change }
            };
        },
    ),
    mutant(
        "load.rows",
        "lost",
        &["DM-ACC-030", "WH-USAGE-067", "WH-USAGE-069"],
        "Every 97th row is never written.",
        |r| r.steps.written = Some(|traffic, row| if traffic.every(97) { Vec::new() } else { vec![row] }),
    ),
    mutant(
        "load.rows",
        "twice",
        &["WH-USAGE-067", "WH-USAGE-069"],
        "Every 97th row is written twice, as by a writer that tries again.",
        |r| {
            r.steps.written =
                Some(|traffic, row| if traffic.every(97) { vec![row.clone(), row] } else { vec![row] });
        },
    ),
    mutant(
        "load.rows",
        "late",
        &["DM-ACC-014", "WH-USAGE-072"],
        "Every 97th row is written 50 operations later.",
        |r| {
            r.steps.written = Some(|traffic, row| {
                let late = traffic.every(97);
                held_back(traffic, row, late, 50)
            });
        },
    ),
    mutant(
        "load.rows",
        "mixed",
        &["DM-USE-001", "WH-USAGE-067", "WH-USAGE-069"],
        "The rows of two requests change places with each other's correlation ID, every 97th time.",
        |r| r.steps.written = Some(mixed),
    ),
    mutant(
        "load.session",
        "charged-after-end",
        &["DM-TIME-003", "WH-USAGE-076"],
        "A charge that was on its way is made although the session has ended, every tenth time.",
        |r| {
            r.steps.written = Some(|traffic, (kind, row)| {
                let ends = kind == RowKind::Refund
                    && row.session_state.as_deref() == Some(SessionState::Terminated.word());
                if !ends || !traffic.every(10) {
                    return vec![(kind, row)];
                }
                let mut charge = row.clone();
                charge.correlation_id = format!("{}-again", row.correlation_id);
                charge.meter_quantity = -row.meter_quantity;
                charge.used = row.used.map(|used| used - row.meter_quantity);
                vec![(kind, row), (RowKind::AutomaticCharge, charge)]
            });
        },
    ),
    mutant(
        "load.read",
        "stale",
        &["DM-LINE-043"],
        "Once the site is busy, what a line item has used is shown as it was up to 200 operations ago.",
        |r| {
            r.steps.total = |traffic, line_item, total, change| {
                let now = traffic.operations;
                let noted = traffic.notes.entry(line_item.clone()).or_insert((now, total));
                if noted.0 + BUSY < now {
                    *noted = (now, total);
                }
                total + change
            };
            r.steps.shown = |traffic, item| match traffic.notes.get(&item.activation_id) {
                Some((_, total)) if traffic.operations > BUSY => *total,
                _ => item.used,
            };
        },
    ),
    mutant(
        "load.heartbeat",
        "lost",
        &["DM-HB-001", "DM-TIME-004"],
        "Once the site is busy, every second heartbeat is answered and not noted.",
        |r| r.steps.noted = |traffic| traffic.operations < BUSY || !traffic.every(2),
    ),
];

/// Holds a row back until so many operations later.
fn held_back(traffic: &mut Traffic, row: KindOfRow, late: bool, operations: u64) -> Vec<KindOfRow> {
    let now = traffic.operations;
    let mut rows = Vec::new();
    if late {
        traffic.held.push_back((now, row));
    } else {
        rows.push(row);
    }
    while traffic.held.front().is_some_and(|(since, _)| since + operations <= now) {
        rows.extend(traffic.held.pop_front().map(|(_, row)| row));
    }
    rows
}

/// Holds every 97th row back until a row of another request comes, and gives each the correlation ID of the other.
pub(super) fn mixed(traffic: &mut Traffic, (kind, mut row): KindOfRow) -> Vec<KindOfRow> {
    let of_another = |held: &(u64, KindOfRow)| held.1.1.correlation_id != row.correlation_id;
    if traffic.held.front().is_some_and(of_another) {
        let Some((_, (held_kind, mut held))) = traffic.held.pop_front() else { return vec![(kind, row)] };
        std::mem::swap(&mut held.correlation_id, &mut row.correlation_id);
        return vec![(held_kind, held), (kind, row)];
    }
    let hold = traffic.held.is_empty() && traffic.every(97);
    if hold {
        traffic.held.push_back((traffic.operations, (kind, row)));
        return Vec::new();
    }
    vec![(kind, row)]
}
