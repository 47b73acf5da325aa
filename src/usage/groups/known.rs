//! Rows against what is known beside them: line items, rate tables and the log of a client.

use std::collections::HashSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::compact::hash::{self, HashedMap};
use super::super::compact::{Compact, Correlation};
use super::super::findings::At;
use super::super::knowledge::{Knowledge, LineItem, RateTable};
use super::super::numbers::close;
use super::super::reading::quote;
use super::Book;
use crate::report::events::Severity::W;

const SPAN: &str = "WH-USAGE-066";
const LOGGED: &str = "WH-USAGE-069";
const BALANCE: &str = "WH-USAGE-074";
const RATE: &str = "WH-USAGE-082";
const QUANTITY: &str = "WH-USAGE-083";
const REFERENCE: &str = "WH-USAGE-097";

/// How much longer a line item lasts on either side where the service is tolerant of time zones.
const TOLERANCE_MS: i64 = 12 * 3_600_000;

/// The latest row of a line item.
struct Latest {
    row: u64,
    correlation: Correlation,
    used: Option<Decimal>,
    entitled: Option<Decimal>,
}

/// Compares rows with what is known.
pub(super) struct Known {
    knowledge: Arc<Knowledge>,
    tolerance_ms: i64,
    latest: HashedMap<Latest>,
    seen: HashSet<u64>,
}

impl Known {
    pub(super) fn new(knowledge: Arc<Knowledge>, tolerant: bool) -> Self {
        let tolerance_ms = if tolerant { TOLERANCE_MS } else { 0 };
        Self { knowledge, tolerance_ms, latest: HashedMap::default(), seen: HashSet::new() }
    }

    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        if self.knowledge.logged.as_ref().is_some_and(|logged| logged.contains(&row.correlation.key())) {
            self.seen.insert(row.correlation.key());
        }
        if !row.facts.elastic() || row.facts.denied || row.line_item == 0 {
            return;
        }
        let knowledge = Arc::clone(&self.knowledge);
        let line_item = match &knowledge.line_items {
            None => None,
            Some(line_items) => match line_items.get(&row.activation) {
                Some(line_item) => {
                    self.compare(row, line_item, book);
                    Some(line_item)
                }
                None => {
                    let message = "ACTIVATION_ID is that of no line item".to_owned();
                    return book.add(REFERENCE, W, row, message);
                }
            },
        };
        if let Some(tables) = &knowledge.rate_tables
            && row.facts.charge
        {
            judge_rate(row, line_item, tables, book);
        }
    }

    fn compare(&mut self, row: &Compact, line_item: &LineItem, book: &mut Book) {
        if let Some(time) = row.time_ms.filter(|_| row.facts.charge) {
            let early = line_item.start_ms.is_some_and(|start| time < start - self.tolerance_ms);
            let late = line_item.end_ms.is_some_and(|end| time > end + self.tolerance_ms);
            if early || late {
                let when = if early { "before the start" } else { "after the end" };
                book.add(SPAN, W, row, format!("charged {when} of {}", quote(&line_item.activation_id)));
            }
        }
        let latest = Latest {
            row: row.row,
            correlation: row.correlation.clone(),
            used: row.used,
            entitled: row.entitled,
        };
        self.latest.insert(row.activation, latest);
    }

    /// No more rows come: the latest row of each line item tells its balance.
    pub(super) fn finish(&mut self, book: &mut Book) {
        let line_items = self.knowledge.line_items.iter().flatten();
        for (line_item, latest) in line_items.filter_map(|(key, item)| Some((item, self.latest.get(key)?))) {
            let correlation = latest.correlation.to_string();
            let at = At { row: latest.row, correlation: &correlation, time_ms: None };
            let id = quote(&line_item.activation_id);
            for (rule, column, mine, known) in [
                (BALANCE, "USED", latest.used, line_item.used),
                (QUANTITY, "MAPPED_ENTITLED_COUNT", latest.entitled, line_item.quantity),
            ] {
                if let (Some(mine), Some(known)) = (mine, known)
                    && !close(mine, known)
                {
                    let message = format!("the latest {column} is {mine}, but {id} has {known}");
                    book.findings.add(rule, W, at, message);
                }
            }
        }
        for id in self.knowledge.log.iter().filter(|id| !self.seen.contains(&Correlation::of(id).key())) {
            let message = "the client was answered with this correlation ID, which no row has".to_owned();
            book.findings.add(LOGGED, W, At { row: self.rows(), correlation: id, time_ms: None }, message);
        }
    }

    /// A row number for what no row shows.
    fn rows(&self) -> u64 {
        self.latest.values().map(|latest| latest.row).max().unwrap_or(1)
    }
}

/// WH-USAGE-082. The table that the row names, and where its line item is known, whether that is the one in effect.
fn judge_rate(
    row: &Compact,
    line_item: Option<&LineItem>,
    tables: &HashedMap<Vec<RateTable>>,
    book: &mut Book,
) {
    if row.rate_table == 0 {
        return;
    }
    let Some(named) = tables.values().flatten().find(|table| table.key == row.rate_table) else {
        return book.add(RATE, W, row, "METER_COST_LIST names no known rate table".to_owned());
    };
    match (named.rates.get(&row.item), row.cost) {
        (None, _) if named.versionless => {}
        (None, _) => book.add(RATE, W, row, "the rate table that the row names lacks the item".to_owned()),
        (Some(Some(rate)), Some(cost)) if !close(*rate, cost) => {
            book.add(RATE, W, row, format!("METER_COST is {cost}, the rate is {rate}"));
        }
        _ => {}
    }
    let (Some(line_item), Some(time)) = (line_item, row.time_ms) else { return };
    let series = tables.get(&hash::text(&line_item.series)).map_or(&[] as &[RateTable], Vec::as_slice);
    let effective = series.iter().rev().find(|table| table.effective_ms <= time);
    if let Some(effective) = effective.filter(|effective| effective.key != row.rate_table) {
        let message = format!(
            "the rate table in effect has the version {}, the row names another",
            quote(&effective.version)
        );
        book.add(RATE, W, row, message);
    }
}
