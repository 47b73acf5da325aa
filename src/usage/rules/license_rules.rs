//! Rules within a row of a license server (WH-USAGE-090 to -095).

use super::super::cases::{Case, Facts, gave_back};
use super::super::columns::Column;
use super::super::findings::Sheet;
use super::super::numbers::close;
use super::super::row::Row;
use super::{Check, FIELDS, Rule};
use crate::report::events::Severity::{E, W};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "WH-USAGE-090",
        E,
        FIELDS,
        "License-server rows have no rate table and no rate.",
        "Leave METER_COST_LIST and METER_COST NULL; rates belong to elastic usage.",
        Check::Row(no_costs),
    ),
    Rule::new(
        "WH-USAGE-091",
        E,
        FIELDS,
        "On a granted license-server row METER_QUANTITY is the quantity requested.",
        "Write the requested quantity in both columns.",
        Check::Row(quantity_as_requested),
    ),
    Rule::new(
        "WH-USAGE-092",
        W,
        FIELDS,
        "Articles and their versions stand in the order of the activation IDs, one for each.",
        "Write one element in all three arrays for each line item.",
        Check::Row(arrays_align),
    ),
    Rule::new(
        "WH-USAGE-093",
        E,
        FIELDS,
        "Concurrent use is borrowed until after the usage; metered use is never borrowed.",
        "Write the end of the borrow for concurrent use, and NULL for metered use.",
        Check::Row(borrowed_until),
    ),
    Rule::new(
        "WH-USAGE-095",
        W,
        FIELDS,
        "Only concurrent use is incremental.",
        "Write INCREMENTAL true on concurrent rows only.",
        Check::Row(incremental),
    ),
];

fn no_costs(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if !facts.license_server() {
        return;
    }
    for column in [Column::MeterCostList, Column::MeterCost] {
        if row.is_set(column) {
            sheet.error(format!("{} is set", column.name()));
        }
    }
}

/// Which quantity a partial grant or a return shows is not documented, so that those only warn. Either quantity of what
/// is given back may do without its sign.
fn quantity_as_requested(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    if !facts.license_server() || facts.denied {
        return;
    }
    let (Some(taken), Some(requested)) = (row.meter_quantity, row.item_quantity) else { return };
    let but_for_signs = facts.may_give_back(row) && close(taken.abs(), requested.abs());
    if !close(taken, requested) && !but_for_signs {
        let level = if row.partial == Some(true) || gave_back(row) { W } else { E };
        sheet.note(level, format!("METER_QUANTITY is {taken}, ITEM_QUANTITY is {requested}"));
    }
}

fn arrays_align(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let Some(ids) = row.activation_ids.as_ref().filter(|_| facts.license_server()) else { return };
    for (column, articles) in [
        (Column::EntitledArticles, &row.entitled_articles),
        (Column::EntitledArticleVersions, &row.entitled_article_versions),
    ] {
        if let Some(articles) = articles
            && articles.len() != ids.len()
        {
            let (name, found, wanted) = (column.name(), articles.len(), ids.len());
            sheet.warn(format!("{name} has {found} elements, ACTIVATION_ID has {wanted}"));
        }
    }
}

fn borrowed_until(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    match facts.case {
        Case::MeteredGranted | Case::MeteredDenied if row.is_set(Column::BorrowedUntil) => {
            sheet.error("BORROWED_UNTIL is set on a metered row");
        }
        Case::ConcurrentGranted if !gave_back(row) => {
            let (Some(until), Some(used)) = (row.borrowed_until_ms, row.usage_time_ms) else { return };
            if until < used {
                sheet.warn("BORROWED_UNTIL lies before USAGE_TIME");
            }
        }
        _ => {}
    }
}

fn incremental(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    if row.incremental == Some(true) && row.meter_type.as_deref() != Some("concurrent") {
        sheet.warn("INCREMENTAL is true on a row that is not concurrent");
    }
}
