//! Faults of the usage rows of license servers: rows that are not there, and rows that lie.

use super::{Mutant, mutant};
use crate::domain::usage_row::RowKind;
use crate::domain::{DAY, Rules, Tokens, UsageRow};

/// Changes the rows of some kinds.
macro_rules! changed {
    ($kinds:pat, $row:ident => $change:block) => {
        |r: &mut Rules| {
            r.write_row = |kind, row| {
                let mut $row: UsageRow = row;
                if matches!(kind, $kinds) {
                    $change
                }
                vec![$row]
            };
        }
    };
}

/// Leaves rows of some kinds out.
macro_rules! left_out {
    ($kinds:pat) => {
        |r: &mut Rules| {
            r.write_row = |kind, row| if matches!(kind, $kinds) { Vec::new() } else { vec![row] };
        }
    };
}

use RowKind::{LicenseDenied, LicenseExpired, LicenseGranted, LicenseReturned};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "cmapi.rows",
        "no-grants",
        &["CM-USE-001"],
        "Writes no row for a grant.",
        left_out!(LicenseGranted),
    ),
    mutant(
        "cmapi.rows",
        "no-denials",
        &["CM-USE-002"],
        "Writes no row for a denial.",
        left_out!(LicenseDenied),
    ),
    mutant(
        "cmapi.rows",
        "no-returns",
        &["CM-USE-007"],
        "Writes no row for a return.",
        left_out!(LicenseReturned),
    ),
    mutant(
        "cmapi.rows",
        "no-expiries",
        &["CM-USE-007"],
        "Writes no row for an end.",
        left_out!(LicenseExpired),
    ),
    mutant("cmapi.rows", "twice", &["CM-USE-001"], "Writes every grant twice.", |r| {
        r.write_row = |kind, row| match kind {
            LicenseGranted => vec![row.clone(), row],
            _ => vec![row],
        };
    }),
    mutant(
        "cmapi.row",
        "used-is-one-more",
        &["WH-USAGE-029", "CM-USE-008"],
        "Shows one more in use than there is.",
        changed!(LicenseGranted | LicenseReturned, row => { row.used = row.used.map(|used| used + Tokens::from(1)); }),
    ),
    mutant(
        "cmapi.row",
        "used-is-the-quantity",
        &["WH-USAGE-029"],
        "Shows the quantity of the request as what is in use.",
        changed!(LicenseGranted, row => { row.used = Some(row.meter_quantity); }),
    ),
    mutant(
        "cmapi.row",
        "no-activation",
        &["WH-USAGE-027", "CM-USE-001"],
        "Does not say which line items have served.",
        changed!(LicenseGranted, row => { row.activation_id = None; }),
    ),
    mutant(
        "cmapi.row",
        "first-line-item-only",
        &["CM-CNT-004", "CM-USE-001"],
        "Names one line item where several have served.",
        changed!(LicenseGranted, row => {
            for articles in [&mut row.entitled_articles, &mut row.entitled_article_versions].into_iter().flatten() {
                articles.truncate(1);
            }
            if let Some(ids) = &mut row.activation_id { ids.truncate(1); }
        }),
    ),
    mutant(
        "cmapi.row",
        "articles-out-of-line",
        &["CM-USE-001"],
        "Writes more articles than line items.",
        changed!(LicenseGranted, row => { row.entitled_articles.get_or_insert_default().push("Other".into()); }),
    ),
    mutant(
        "cmapi.row",
        "granted-has-response",
        &["CM-USE-002"],
        "Writes a response on granted rows.",
        changed!(LicenseGranted, row => { row.request_response = Some("FEATURE_COUNT_INSUFFICIENT".into()); }),
    ),
    mutant(
        "cmapi.row",
        "denied-without-response",
        &["CM-USE-002"],
        "Makes denied rows look granted.",
        changed!(LicenseDenied, row => { row.request_response = None; }),
    ),
    mutant(
        "cmapi.row",
        "denied-with-other-code",
        &["CM-USE-002"],
        "Writes another code than the answer has.",
        changed!(LicenseDenied, row => { row.request_response = Some("DENIED".into()); }),
    ),
    mutant(
        "cmapi.row",
        "denied-counts",
        &["WH-USAGE-050"],
        "Writes counts on denied rows.",
        changed!(LicenseDenied, row => { row.used = Some(Tokens::ZERO); row.activation_id = Some(vec!["x".into()]); }),
    ),
    mutant(
        "cmapi.row",
        "borrowed-a-day-more",
        &["CM-USE-003"],
        "Shows another end of the borrow than the answer.",
        changed!(LicenseGranted, row => { row.borrowed_until = row.borrowed_until.map(|until| until + DAY); }),
    ),
    mutant(
        "cmapi.row",
        "metered-borrowed",
        &["CM-MET-003", "WH-USAGE-093"],
        "Writes an end of the borrow for metered use.",
        changed!(LicenseGranted, row => { row.borrowed_until.get_or_insert(row.usage_time + DAY); }),
    ),
    mutant(
        "cmapi.row",
        "always-normal",
        &["CM-USE-007"],
        "Calls every host normal that has given all back.",
        changed!(LicenseReturned | LicenseExpired, row => { row.served_client_status = Some("NORMAL".into()); }),
    ),
    mutant(
        "cmapi.row",
        "expired-is-returned",
        &["CM-USE-007"],
        "Calls an end of the borrow a return.",
        changed!(LicenseExpired, row => { row.served_client_status = Some("RETURNED".into()); }),
    ),
    mutant(
        "cmapi.row",
        "never-partial",
        &["WH-USAGE-043"],
        "Does not say that a request was partial.",
        changed!(LicenseGranted | LicenseDenied, row => { row.partial = Some(false); }),
    ),
    mutant(
        "cmapi.row",
        "never-incremental",
        &["WH-USAGE-044"],
        "Does not say that a request was incremental.",
        changed!(LicenseGranted | LicenseReturned | LicenseDenied, row => { row.incremental = Some(false); }),
    ),
    mutant(
        "cmapi.row",
        "no-dictionary",
        &["CM-DIC-001"],
        "Drops the vendor dictionary.",
        changed!(LicenseGranted | LicenseDenied, row => { row.meta_data = None; }),
    ),
    mutant(
        "cmapi.row",
        "consumer-is-the-type",
        &["WH-USAGE-023"],
        "Writes the type of the host where its ID belongs.",
        changed!(LicenseGranted | LicenseDenied, row => { row.consumer_id.clone_from(&row.consumer_type); }),
    ),
    mutant(
        "cmapi.row",
        "correlation-per-feature",
        &["WH-USAGE-019"],
        "Gives each feature of a request a correlation ID of its own.",
        changed!(LicenseGranted | LicenseDenied, row => {
            let own = uuid::Uuid::new_v5(&uuid::Uuid::nil(), row.item.as_bytes());
            row.correlation_id = own.to_string();
        }),
    ),
    mutant(
        "cmapi.row",
        "metered-is-concurrent",
        &["WH-USAGE-037"],
        "Calls metered use concurrent.",
        changed!(LicenseGranted, row => { row.meter_type = "concurrent".into(); }),
    ),
    mutant(
        "cmapi.row",
        "priced",
        &["WH-USAGE-090"],
        "Writes a rate on rows of license servers.",
        changed!(LicenseGranted, row => { row.meter_cost = Some(1.into()); }),
    ),
    mutant(
        "cmapi.row",
        "quantity-is-one",
        &["WH-USAGE-091", "WH-USAGE-041"],
        "Counts every request as one.",
        changed!(LicenseGranted, row => { row.meter_quantity = Tokens::from(1); }),
    ),
    mutant(
        "cmapi.row",
        "other-instance",
        &["WH-USAGE-026"],
        "Names the account where the instance belongs.",
        changed!(LicenseGranted | LicenseDenied, row => { row.instance_id = row.account_id.clone(); }),
    ),
];
