//! Which rows there are: all that must be, and no others.

use std::collections::HashSet;

use super::super::amount;
use super::super::ledger::{Answered, Entry};
use super::super::rows::Row;
use super::books::Owner;
use super::{Books, InvariantId, Tally};

/// Each answered request has exactly the rows that its answer demands, under a correlation ID of its own, and
/// there is no row that nobody asked for.
pub fn one_set_of_rows(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::OneSetOfRows);
    if !books.evidence.offers_rows {
        return tally;
    }
    let mut correlations = HashSet::new();
    for (index, entry) in books.entries.iter().enumerate() {
        let Some(answered) = entry.answered() else { continue };
        let Some(correlation) = answered.correlation.as_deref() else { continue };
        if !correlations.insert(correlation) {
            tally.violate(|| format!("two answers carry the correlation ID {correlation}"));
        }
        let demanded = demanded(books, entry, answered);
        let mut found: Vec<_> =
            books.rows_of[index].iter().map(|row| (row.item.as_str(), row.activation.as_deref())).collect();
        found.sort_unstable();
        tally.check(demanded == found, || {
            format!(
                "operation {} ({correlation}): the answer demands {}, there are {}",
                entry.number,
                list(&demanded),
                list(&found)
            )
        });
    }
    for (row, owner) in books.rows().iter().zip(&books.owners) {
        if let Owner::Nobody(why) = owner {
            tally.violate(|| format!("{} {why}", row.place()));
        }
    }
    for line in &books.evidence.unreadable {
        tally.violate(|| format!("a row cannot be read: {line}"));
    }
    tally
}

/// Item and line item of each row that an answer demands: one for each line item charged, one for a refused
/// item.
fn demanded<'a>(books: &Books<'a>, entry: &Entry, answered: &Answered) -> Vec<(&'a str, Option<&'a str>)> {
    let mut demanded = Vec::new();
    for (wanted, outcome) in entry.wanted.iter().zip(&answered.items) {
        let item = books.item_name(wanted.item);
        if !outcome.granted {
            demanded.push((item, None));
        }
        for charge in &outcome.charges {
            let line_item = &books.population.line_items[charge.line_item as usize];
            demanded.push((item, Some(line_item.activation_id.as_str())));
        }
    }
    demanded.sort_unstable();
    demanded
}

fn list(keys: &[(&str, Option<&str>)]) -> String {
    if keys.is_empty() {
        return "no rows".to_owned();
    }
    let texts: Vec<_> = keys
        .iter()
        .map(|(item, activation)| format!("{item} on {}", activation.unwrap_or("nothing")))
        .collect();
    texts.join(", ")
}

/// A refused request has denied rows only, and a denied row takes nothing.
pub fn refusals_without_effect(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::RefusalsWithoutEffect);
    for (index, entry) in books.entries.iter().enumerate() {
        let refused = entry.is_refused();
        for row in &books.rows_of[index] {
            if !refused && !row.is_denied() {
                continue;
            }
            let without_effect = row.quantity.is_zero() && row.activation.is_none() && row.used.is_none();
            tally.check(without_effect && row.is_denied(), || {
                let code = row.code.as_deref().unwrap_or("none");
                format!("{} belongs to a refusal, has code {code} and takes {}", row.place(), row.quantity)
            });
        }
    }
    tally
}

/// A request without an answer was carried out wholly or not at all.
pub fn indeterminate_resolved(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::IndeterminateResolved);
    if !books.evidence.offers_rows {
        return tally;
    }
    for (index, entry) in books.entries.iter().enumerate() {
        if !entry.is_lost() || !entry.kind.charges() {
            continue;
        }
        let fault = fault_of_lost(books, entry, &books.rows_of[index]);
        tally.check(fault.is_none(), || {
            format!("operation {}, which had no answer: {}", entry.number, fault.unwrap_or_default())
        });
    }
    tally
}

/// What shows that a request without an answer was carried out in part or more than once, if anything does.
fn fault_of_lost(books: &Books<'_>, entry: &Entry, rows: &[&Row]) -> Option<String> {
    let first = rows.first()?;
    if rows.iter().any(|row| row.correlation != first.correlation) {
        return Some(
            "its rows have several correlation IDs, so it was carried out more than once".to_owned(),
        );
    }
    let mut granted = 0;
    for wanted in &entry.wanted {
        let item = &books.population.items[usize::from(wanted.item)];
        let (denied, charged): (Vec<&Row>, Vec<&Row>) =
            rows.iter().copied().filter(|row| row.item == item.name).partition(|row| row.is_denied());
        let taken = amount::sum(charged.iter().map(|row| row.quantity));
        match (denied.len(), charged.len()) {
            (1, 0) => {}
            (0, 1..) if item.charge(wanted.count).is_some_and(|price| amount::same(price, taken)) => {
                granted += 1
            }
            (0, 0) => return Some(format!("there is no row for {}", item.name)),
            _ => {
                return Some(format!(
                    "{} rows take {taken} for {} × {}",
                    rows.len(),
                    wanted.count,
                    item.name
                ));
            }
        }
    }
    if entry.kind.in_session() && granted > 0 && granted < entry.wanted.len() {
        return Some(format!("{granted} of {} items of a session request were granted", entry.wanted.len()));
    }
    None
}
