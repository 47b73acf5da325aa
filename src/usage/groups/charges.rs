//! What the rows of one request charge (WH-USAGE-055, -067, -070, -071), once all of them are there.

use rust_decimal::Decimal;

use super::super::cases::Family;
use super::super::compact::Compact;
use super::super::findings::At;
use super::super::forms::Form;
use super::super::knowledge::{Knowledge, LineItem};
use super::super::numbers::{at_most, close};
use super::super::reading::quote;
use super::Book;
use crate::report::events::Severity::{self, E, W};

const COST: &str = "WH-USAGE-055";
const GRAIN: &str = "WH-USAGE-067";
const SPLIT: &str = "WH-USAGE-070";
const ORDER: &str = "WH-USAGE-071";

/// The three numbers of a charge.
#[derive(Clone, Copy)]
struct Charge {
    cost: Decimal,
    quantity: Decimal,
    tokens: Decimal,
}

impl Charge {
    fn of(row: &Compact) -> Option<Self> {
        if !row.facts.charge {
            return None;
        }
        Some(Self { cost: row.cost?, quantity: row.quantity?, tokens: row.tokens? })
    }

    fn product(self) -> Option<Decimal> {
        self.cost.checked_mul(self.quantity)
    }

    fn matches(self) -> bool {
        self.product().is_some_and(|product| close(product, self.tokens))
    }

    /// The part of the item quantity that these tokens pay for.
    fn share(self) -> Option<Decimal> {
        self.tokens.checked_div(self.cost)
    }

    fn says(self) -> String {
        let (cost, quantity, tokens) = (self.cost, self.quantity, self.tokens);
        let product = self.product().map_or_else(|| "too much".to_owned(), |product| product.to_string());
        format!("METER_QUANTITY is {tokens}, but {cost} × {quantity} make {product}")
    }
}

/// Judges a request of a single row.
pub(super) fn judge_row(row: &Compact, book: &mut Book) {
    if let Some(charge) = Charge::of(row)
        && !charge.matches()
    {
        book.add(COST, level_of(row), row, charge.says());
    }
}

/// Judges the rows of a request, item by item.
pub(super) fn judge_rows(mut rows: Vec<&Compact>, knowledge: &Knowledge, book: &mut Book) {
    note_twins(&rows, book);
    rows.sort_by_key(|row| (row.item, row.row));
    for item in rows.chunk_by(|left, right| left.item == right.item) {
        let charges: Vec<(&Compact, Charge)> =
            item.iter().filter_map(|row| Charge::of(row).map(|charge| (*row, charge))).collect();
        if !charges.is_empty() {
            judge_item(&charges, knowledge, book);
        }
    }
}

/// How bad a wrong product is: what formulas cost is not documented (WH-USAGE-098).
fn level_of(row: &Compact) -> Severity {
    if row.facts.formula { W } else { E }
}

/// WH-USAGE-067.
fn note_twins(rows: &[&Compact], book: &mut Book) {
    let mut prints: Vec<(u64, &Compact)> = rows.iter().map(|row| (row.print(), *row)).collect();
    prints.sort_by_key(|(print, row)| (*print, row.row));
    for pair in prints.windows(2) {
        if pair[0].0 == pair[1].0 {
            book.add(GRAIN, W, pair[1].1, format!("the same as row {}", pair[0].1.row));
        }
    }
}

fn judge_item(item: &[(&Compact, Charge)], knowledge: &Knowledge, book: &mut Book) {
    let wrong: Vec<&(&Compact, Charge)> = item.iter().filter(|(_, charge)| !charge.matches()).collect();
    let split = item.iter().any(|(row, _)| row.activation != item[0].0.activation);
    if split {
        judge_order(item, knowledge, book);
        return judge_split(item, &wrong, book);
    }
    for (row, charge) in wrong {
        book.add(COST, level_of(row), row, charge.says());
    }
}

/// WH-USAGE-071: what ends first is charged first, and until it is used up. A line item of another series may have
/// been passed over.
fn judge_order(item: &[(&Compact, Charge)], knowledge: &Knowledge, book: &mut Book) {
    let Some(line_items) = &knowledge.line_items else { return };
    let known = item.iter().filter_map(|(row, _)| Some((*row, line_items.get(&row.activation)?)));
    let mut charged: Vec<(&Compact, &LineItem)> = known.collect();
    charged.sort_by_key(|(_, line_item)| (line_item.end_ms.unwrap_or(i64::MAX), line_item.start_ms));
    for pair in charged.windows(2) {
        let ((earlier, first), (later, second)) = (pair[0], pair[1]);
        let left =
            earlier.used.zip(earlier.entitled).is_some_and(|(used, entitled)| !at_most(entitled, used));
        if left && first.series == second.series && earlier.activation != later.activation {
            let message = format!("charged while {} had tokens left", quote(&first.activation_id));
            book.add(ORDER, W, later, message);
        }
    }
}

/// WH-USAGE-070. With every row right by itself, the rows show their shares; otherwise they repeat the quantity.
fn judge_split(item: &[(&Compact, Charge)], wrong: &[&(&Compact, Charge)], book: &mut Book) {
    let first = item[0].1.quantity;
    let correlation = item[0].0.correlation.to_string();
    let at = At { row: item[0].0.row, correlation: &correlation, time_ms: None };
    let Some((row, charge)) = wrong.first() else {
        if item.iter().any(|(_, charge)| charge.quantity != first) {
            book.forms.record(Family::Elastic, Form::Apportion, at);
        }
        return;
    };
    if shares_add_up(item) {
        book.forms.record(Family::Elastic, Form::Repeat, at);
    } else {
        let message = format!("{}, and the shares do not add up to the quantity", charge.says());
        book.add(SPLIT, W, row, message);
    }
}

/// Whether the shares of rows that repeat a quantity make that quantity, once for each time it was requested.
fn shares_add_up(item: &[(&Compact, Charge)]) -> bool {
    let charges: Vec<Charge> = item.iter().map(|(_, charge)| *charge).collect();
    add_up(charges)
}

fn add_up(mut charges: Vec<Charge>) -> bool {
    charges.sort_by_key(|charge| charge.quantity);
    charges.chunk_by(|left, right| left.quantity == right.quantity).all(|same| {
        if same.iter().all(|charge| charge.matches()) {
            return true;
        }
        let sum = same
            .iter()
            .try_fold(Decimal::ZERO, |sum, charge| sum.checked_add(charge.share()?))
            .unwrap_or_default();
        let Some(times) = sum.checked_div(same[0].quantity).map(|times| times.round()) else { return false };
        let whole = times.checked_mul(same[0].quantity).is_some_and(|whole| close(whole, sum));
        whole && times >= Decimal::ONE && times <= Decimal::from(same.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge(cost: i64, quantity: i64, tokens: i64) -> Charge {
        Charge { cost: cost.into(), quantity: quantity.into(), tokens: tokens.into() }
    }

    #[test]
    fn shares_of_different_rates_add_up_to_the_quantity() {
        assert!(add_up(vec![charge(7, 8, 7), charge(7, 8, 49)]));
        assert!(add_up(vec![charge(7, 8, 28), charge(5, 8, 20)]));
        assert!(!add_up(vec![charge(7, 8, 7), charge(7, 8, 42)]));
    }

    #[test]
    fn an_item_that_is_listed_twice_may_be_split_too() {
        assert!(add_up(vec![charge(7, 8, 7), charge(7, 8, 49), charge(7, 8, 56)]));
        assert!(add_up(vec![charge(7, 8, 7), charge(7, 8, 49), charge(7, 4, 28)]));
    }

    #[test]
    fn free_shares_and_zero_quantities_do_not_divide() {
        assert!(!add_up(vec![charge(0, 8, 7), charge(7, 8, 49)]));
        assert!(!add_up(vec![charge(7, 0, 7), charge(7, 0, 49)]));
    }
}
