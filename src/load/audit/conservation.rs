//! Tokens are neither made nor lost, and no line item gives out more than it has.

use rust_decimal::Decimal;

use super::super::amount;
use super::super::ledger::Entry;
use super::super::rows::Row;
use super::{Books, InvariantId, Tally};

/// What was taken from a line item is what was charged: the rows sum to the change of `used`, and the rows of
/// each request to its answer.
pub fn conservation(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::Conservation);
    if !books.evidence.offers_rows {
        conservation_by_answers(books, &mut tally);
        return tally;
    }
    for (index, line_item) in books.population.line_items.iter().enumerate() {
        let taken = amount::sum(books.rows_on[index].iter().map(|row| books.rows()[*row].quantity));
        let used = change_of_used(books, index);
        if taken.is_zero() && used.is_zero() && books.rows_on[index].is_empty() {
            continue;
        }
        tally.check(amount::same(taken, used), || {
            format!("{}: its rows sum to {taken}, its used count changed by {used}", line_item.activation_id)
        });
    }
    for (index, entry) in books.entries.iter().enumerate() {
        answer_equals_rows(books, index, entry, &mut tally);
    }
    tally
}

/// Per item and line item, the rows of a request take what its answer says.
fn answer_equals_rows(books: &Books<'_>, index: usize, entry: &Entry, tally: &mut Tally) {
    let Some(answered) = entry.answered() else { return };
    for (wanted, outcome) in entry.wanted.iter().zip(&answered.items) {
        let item = books.item_name(wanted.item);
        for charge in &outcome.charges {
            let activation = &books.population.line_items[charge.line_item as usize].activation_id;
            let of_charge = outcome.charges.iter().filter(|other| other.line_item == charge.line_item);
            let said = amount::sum(of_charge.map(|charge| charge.tokens));
            let of_row = books.rows_of[index].iter().filter(|row| {
                row.item == item
                    && row.activation.as_ref() == Some(activation)
                    && row.quantity > Decimal::ZERO
            });
            let taken = amount::sum(of_row.map(|row| row.quantity));
            tally.check(amount::same(said, taken), || {
                format!(
                    "operation {}: the answer charges {said} for {item} to {activation}, rows take {taken}",
                    entry.number
                )
            });
        }
    }
}

/// Without rows the answers have to do: what was answered was taken, and beyond it at most what was asked for
/// in requests without an answer. Sessions are left out, because answers do not tell refunds.
fn conservation_by_answers(books: &Books<'_>, tally: &mut Tally) {
    if books.entries.iter().any(|entry| entry.kind.in_session()) {
        return;
    }
    let mut answered = vec![Decimal::ZERO; books.population.line_items.len()];
    let mut in_doubt = vec![Decimal::ZERO; books.population.instances.len()];
    for entry in books.entries {
        let Some(answer) = entry.answered() else {
            let asked = entry
                .wanted
                .iter()
                .filter_map(|wanted| books.population.items[usize::from(wanted.item)].charge(wanted.count));
            let doubt = &mut in_doubt[entry.instance as usize];
            *doubt = doubt.saturating_add(amount::sum(asked));
            continue;
        };
        for charge in answer.items.iter().flat_map(|item| &item.charges) {
            let sum = &mut answered[charge.line_item as usize];
            *sum = sum.saturating_add(charge.tokens);
        }
    }
    for (index, line_item) in books.population.line_items.iter().enumerate() {
        let used = change_of_used(books, index);
        let least = answered[index];
        let most = least.saturating_add(in_doubt[line_item.instance as usize]);
        if used.is_zero() && least.is_zero() {
            continue;
        }
        let held = (used >= least && used <= most) || amount::same(used, least) || amount::same(used, most);
        tally.check(held, || {
            format!(
                "{}: the answers charge between {least} and {most}, its used count changed by {used}",
                line_item.activation_id
            )
        });
    }
}

fn change_of_used(books: &Books<'_>, line_item: usize) -> Decimal {
    books.evidence.after[line_item].saturating_sub(books.evidence.before[line_item])
}

/// No row and no final count is above quantity and overdraft. Only line items that are meant to run out count
/// as a test: the others prove nothing.
pub fn no_overspend(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::NoOverspend);
    for (index, line_item) in books.population.line_items.iter().enumerate() {
        let capacity = line_item.capacity();
        let in_rows = books.rows_on[index].iter().map(|row| {
            let row = &books.rows()[*row];
            (row.used.unwrap_or_default(), Some(row))
        });
        let in_the_end = (books.evidence.after[index], None);
        for (used, row) in in_rows.chain([in_the_end]) {
            if line_item.small && !used.is_zero() {
                tally.exercised += 1;
            }
            if used > capacity && !amount::same(used, capacity) {
                tally.violate(|| {
                    let place = row.map_or_else(|| "after the run".to_owned(), Row::place);
                    format!("{place}: {} has given out {used} of {capacity} tokens", line_item.activation_id)
                });
            }
        }
    }
    tally
}
