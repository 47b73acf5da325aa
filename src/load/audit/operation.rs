//! One operation and its rows: all that must be there, and no others.

use super::super::amount;
use super::super::ledger::{Answered, Entry};
use super::super::population::Population;
use super::super::rows::Row;
use super::open::Open;
use super::prices::prices;
use super::{InvariantId, Tallies};

/// Compares an operation with its rows.
pub fn reconcile(population: &Population, open: &Open, tallies: &mut Tallies) {
    let Open { entry, rows, .. } = open;
    if let Some(answered) = entry.answered() {
        one_set_of_rows(population, entry, answered, rows, tallies);
        answer_equals_rows(population, entry, answered, rows, tallies);
    } else if entry.is_lost() && entry.kind.charges() {
        let fault = fault_of_lost(population, entry, rows);
        tallies.check(InvariantId::IndeterminateResolved, fault.is_none(), || {
            format!("operation {}, which had no answer: {}", entry.number, fault.unwrap_or_default())
        });
    }
    refusals_without_effect(entry, rows, tallies);
}

/// Each answered request has exactly the rows that its answer demands.
fn one_set_of_rows(
    population: &Population,
    entry: &Entry,
    answered: &Answered,
    rows: &[Row],
    tallies: &mut Tallies,
) {
    let Some(correlation) = answered.correlation.as_deref() else { return };
    let demanded = demanded(population, entry, answered);
    let mut found: Vec<_> = rows.iter().map(|row| (row.item.as_str(), row.activation.as_deref())).collect();
    found.sort_unstable();
    tallies.check(InvariantId::OneSetOfRows, demanded == found, || {
        format!(
            "operation {} ({correlation}): the answer demands {}, there are {}",
            entry.number,
            list(&demanded),
            list(&found)
        )
    });
}

/// Item and line item of each row that an answer demands: one for each line item charged, one for a refused
/// item.
fn demanded<'a>(
    population: &'a Population,
    entry: &Entry,
    answered: &Answered,
) -> Vec<(&'a str, Option<&'a str>)> {
    let mut demanded = Vec::new();
    for (wanted, outcome) in entry.wanted.iter().zip(&answered.items) {
        let item = population.items[usize::from(wanted.item)].name.as_str();
        if !outcome.granted {
            demanded.push((item, None));
        }
        for charge in &outcome.charges {
            let line_item = &population.line_items[charge.line_item as usize];
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

/// Per item and line item, the rows of a request take what its answer says.
fn answer_equals_rows(
    population: &Population,
    entry: &Entry,
    answered: &Answered,
    rows: &[Row],
    tallies: &mut Tallies,
) {
    for (wanted, outcome) in entry.wanted.iter().zip(&answered.items) {
        let item = population.items[usize::from(wanted.item)].name.as_str();
        for charge in &outcome.charges {
            let activation = population.line_items[charge.line_item as usize].activation_id.as_str();
            let of_charge = outcome.charges.iter().filter(|other| other.line_item == charge.line_item);
            let said = amount::sum(of_charge.map(|charge| charge.tokens));
            let of_row =
                rows.iter().filter(|row| row.item == item && row.activation.as_deref() == Some(activation));
            let taken = amount::sum(of_row.map(|row| row.quantity));
            tallies.check(InvariantId::Conservation, amount::same(said, taken), || {
                format!(
                    "operation {}: the answer charges {said} for {item} to {activation}, rows take {taken}",
                    entry.number
                )
            });
        }
    }
}

/// A refused request has denied rows only, and a denied row takes nothing.
fn refusals_without_effect(entry: &Entry, rows: &[Row], tallies: &mut Tallies) {
    let refused = entry.is_refused();
    for row in rows.iter().filter(|row| refused || row.is_denied()) {
        let without_effect = row.quantity.is_zero() && row.activation.is_none() && row.used.is_none();
        tallies.check(InvariantId::RefusalsWithoutEffect, without_effect && row.is_denied(), || {
            let code = row.code.as_deref().unwrap_or("none");
            format!("{} belongs to a refusal, has code {code} and takes {}", row.place(), row.quantity)
        });
    }
}

/// What shows that a request without an answer was carried out in part or more than once, if anything does.
fn fault_of_lost(population: &Population, entry: &Entry, rows: &[Row]) -> Option<String> {
    let first = rows.first()?;
    if rows.iter().any(|row| row.correlation != first.correlation) {
        return Some(
            "its rows have several correlation IDs, so it was carried out more than once".to_owned(),
        );
    }
    let mut granted = 0;
    for wanted in &entry.wanted {
        let item = &population.items[usize::from(wanted.item)];
        let (denied, charged): (Vec<&Row>, Vec<&Row>) =
            rows.iter().filter(|row| row.item == item.name).partition(|row| row.is_denied());
        let taken = amount::sum(charged.iter().map(|row| row.quantity));
        match (denied.len(), charged.len()) {
            (1, 0) => {}
            (0, 1..) if prices(population, entry, wanted).iter().any(|price| amount::same(*price, taken)) => {
                granted += 1;
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
