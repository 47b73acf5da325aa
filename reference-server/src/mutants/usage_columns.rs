//! Faults in a single column of the usage rows.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::{Mutant, mutant};
use crate::domain::usage_row::RowKind;
use crate::domain::{HOUR, MINUTE, Rules, Tokens, UsageRow};

/// The fault of a column: a change of the row that the server was going to write.
macro_rules! column {
    ($value:literal, $requirements:expr, $says:literal, |$kind:ident, $row:ident| $change:expr) => {
        mutant("rows.column", $value, $requirements, $says, |rules: &mut Rules| {
            rules.write_row = |$kind: RowKind, mut $row: UsageRow| {
                $change;
                vec![$row]
            };
        })
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    column!("no-tenant", &["WH-USAGE-020"], "Leaves the tenant empty.", |_kind, row| {
        row.tenant_id = Arc::from("");
    }),
    column!(
        "write-time-in-seconds",
        &["WH-USAGE-022", "WH-USAGE-085"],
        "Writes the time of writing in seconds.",
        |_kind, row| row.write_time /= 1000
    ),
    column!(
        "written-before",
        &["WH-USAGE-085"],
        "Dates the writing two minutes before the usage.",
        |_kind, row| row.write_time = row.usage_time - 2 * MINUTE
    ),
    column!(
        "written-late",
        &["WH-USAGE-086", "WH-USAGE-C17"],
        "Writes rows an hour after the usage.",
        |_kind, row| row.write_time = row.usage_time + HOUR
    ),
    column!("consumer-type", &["WH-USAGE-024"], "Gives every requester one type.", |_kind, row| {
        row.consumer_type = Some("consumer".into());
    }),
    column!(
        "instance-is-account",
        &["WH-USAGE-026"],
        "Names the account in place of the instance.",
        |_kind, row| {
            row.instance_id.clone_from(&row.account_id);
        }
    ),
    column!(
        "entitled-is-rest",
        &["WH-USAGE-028", "WH-USAGE-083", "WH-USAGE-C13"],
        "Shows what is left of the line item in place of its whole quantity.",
        |_kind, row| row.mapped_entitled_count = row.mapped_entitled_count.zip(row.used).map(rest)
    ),
    column!("item-in-capitals", &["WH-USAGE-030"], "Writes the item in capitals.", |_kind, row| {
        row.item = row.item.to_uppercase();
    }),
    column!(
        "whole-quantities",
        &["WH-USAGE-032"],
        "Rounds requested counts up to whole ones.",
        |_kind, row| {
            row.item_quantity = row.item_quantity.ceil();
        }
    ),
    column!(
        "no-session",
        &["WH-USAGE-033"],
        "Leaves the session empty and keeps its state.",
        |_kind, row| row.session_id = None
    ),
    column!("no-session-state", &["WH-USAGE-062"], "Leaves the state of the session empty.", |_kind, row| {
        row.session_state = None
    }),
    column!(
        "session-of-its-own",
        &["WH-USAGE-016", "WH-USAGE-C14"],
        "Gives one-off rows a session.",
        |_kind, row| {
            if row.session_id.is_none() {
                row.session_id = Some(row.correlation_id.clone());
                row.session_state = Some("ACTIVE".into());
            }
        }
    ),
    column!("padded-code", &["WH-USAGE-035"], "Pads result codes to five digits.", |_kind, row| {
        row.request_response = row.request_response.map(|code| format!("{code:0>5}").into());
    }),
    column!(
        "denied-as-granted",
        &["WH-USAGE-014", "WH-USAGE-054", "WH-USAGE-C08"],
        "Writes the code of granted items on denied rows.",
        |kind, row| {
            if kind == RowKind::Denied {
                row.request_response = Some("101".into());
            }
        }
    ),
    column!(
        "blocked-as-granted",
        &["WH-USAGE-080", "WH-USAGE-053"],
        "Writes the code of granted items on rows of items that another one held back.",
        |_kind, row| {
            if row.request_response.as_deref() == Some("102") {
                row.request_response = Some("101".into());
            }
        }
    ),
    column!(
        "meter-type-token",
        &["WH-USAGE-012", "WH-USAGE-037", "WH-USAGE-052"],
        "Names another type of meter.",
        |_kind, row| row.meter_type = "token".into()
    ),
    column!(
        "incremental-of-elastic",
        &["WH-USAGE-044"],
        "Says of elastic rows that they are not incremental.",
        |_kind, row| {
            row.incremental = Some(false);
        }
    ),
    column!("articles-of-elastic", &["WH-USAGE-046"], "Names a product on elastic rows.", |_kind, row| {
        row.entitled_articles = Some(vec!["Publication Suite".into()]);
    }),
    column!(
        "article-versions-of-elastic",
        &["WH-USAGE-047"],
        "Names a product version on elastic rows.",
        |_kind, row| {
            row.entitled_article_versions = Some(vec!["1.0".into()]);
        }
    ),
    column!("status-of-elastic", &["WH-USAGE-049"], "Invents a client status.", |_kind, row| {
        row.served_client_status = Some("CONNECTED".into());
    }),
    column!(
        "line-item-twice",
        &["WH-USAGE-057", "WH-USAGE-027"],
        "Names the line item twice in a row.",
        |_kind, row| {
            row.activation_id = row.activation_id.map(|ids| [ids.clone(), ids].concat());
        }
    ),
    column!("line-item-in-lower-case", &["WH-USAGE-097"], "Names line items in lower case.", |_kind, row| {
        let lower = |id: &Arc<str>| Arc::from(id.to_lowercase());
        row.activation_id = row.activation_id.map(|ids| ids.iter().map(lower).collect());
    }),
    column!("overdraft-none", &["WH-USAGE-058"], "Shows every overdraft as none.", |_kind, row| {
        row.overdraft_count = row.mapped_entitled_count.map(|_| 0);
    }),
    column!(
        "no-tokens",
        &["WH-USAGE-055", "WH-USAGE-056", "WH-USAGE-054"],
        "Shows charges of no tokens.",
        |kind, row| {
            if kind == RowKind::Charge {
                row.meter_quantity = Tokens::ZERO;
            }
        }
    ),
    column!(
        "used-of-row",
        &["WH-USAGE-029", "WH-USAGE-073", "WH-USAGE-C11"],
        "Shows the tokens of the row as the total.",
        |_kind, row| row.used = row.used.map(|_| row.meter_quantity)
    ),
    column!(
        "used-without-refunds",
        &["WH-USAGE-C12"],
        "Leaves refunds out of the total that their row shows.",
        |kind, row| {
            if kind == RowKind::Refund {
                row.used = row.used.map(|used| used - row.meter_quantity);
            }
        }
    ),
    column!(
        "refund-of-nothing",
        &["WH-USAGE-017", "WH-USAGE-009", "WH-USAGE-065"],
        "Shows refunds as rows of no tokens.",
        |kind, row| {
            if kind == RowKind::Refund {
                row.meter_quantity = Tokens::ZERO;
            }
        }
    ),
    column!(
        "split-not-shared",
        &["WH-USAGE-070"],
        "Shows the tokens of the whole item on each row of a split charge.",
        |kind, row| {
            let whole = row.meter_cost.and_then(|cost| cost.checked_mul(row.item_quantity));
            if let (RowKind::Charge, Some(whole)) = (kind, whole) {
                row.meter_quantity = Tokens::rounded(whole);
            }
        }
    ),
    column!(
        "unit-price-as-tokens",
        &["WH-USAGE-041", "WH-USAGE-055", "WH-USAGE-098"],
        "Shows the price of one unit in place of the tokens.",
        |kind, row| {
            if let (RowKind::Charge, Some(cost)) = (kind, row.meter_cost) {
                row.meter_quantity = Tokens::rounded(cost);
            }
        }
    ),
    column!(
        "quantity-one",
        &["WH-USAGE-007", "WH-USAGE-070"],
        "Shows a count of 1 on every row.",
        |_kind, row| {
            row.item_quantity = Decimal::ONE;
        }
    ),
    column!(
        "first-rate-table",
        &["WH-USAGE-082", "WH-USAGE-039"],
        "Names the first version of the rate table whatever version priced the item.",
        |_kind, row| {
            if let Some(table) = &mut row.meter_cost_list {
                table.version = Arc::from("1");
            }
        }
    ),
    column!(
        "times-apart",
        &["WH-USAGE-068"],
        "Dates each row by when its item was worked on, seconds apart.",
        |_kind, row| row.usage_time -= 5_000 * i64::from(row.item.starts_with('P'))
    ),
    column!("day-before", &["WH-USAGE-066"], "Dates usage a day and a half before.", |_kind, row| {
        row.usage_time -= 36 * HOUR;
    }),
];

/// What is left of a quantity.
fn rest((quantity, used): (i64, Tokens)) -> i64 {
    quantity - i64::try_from(used.decimal().round()).unwrap_or_default()
}
