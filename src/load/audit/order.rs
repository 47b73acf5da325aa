//! The order of rows: totals run on without a gap, and time does not run backwards.

use std::time::Instant;

use super::super::amount;
use super::super::rows::Row;
use super::books::Owner;
use super::{Books, InvariantId, Tally};

/// `USED` of each row is that of the row before plus what the row takes.
///
/// Two forms are legal where one request has several rows on a line item: each with the total so far, or all
/// with the total after the request.
pub fn running_total(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::RunningTotal);
    for (index, on_line_item) in books.rows_on.iter().enumerate() {
        let rows: Vec<&Row> = on_line_item.iter().map(|row| &books.rows()[*row]).collect();
        let mut before = books.evidence.before[index];
        for request in rows.chunk_by(|one, next| one.correlation == next.correlation) {
            let after = before.saturating_add(amount::sum(request.iter().map(|row| row.quantity)));
            let mut so_far = before;
            for row in request {
                so_far = so_far.saturating_add(row.quantity);
                let held =
                    row.used.is_some_and(|used| amount::same(used, so_far) || amount::same(used, after));
                tally.check(held, || {
                    let used = row.used.map_or_else(|| "nothing".to_owned(), |used| used.to_string());
                    let activation = &books.population.line_items[index].activation_id;
                    format!("{}: {activation} should stand at {so_far} and shows {used}", row.place())
                });
            }
            before = request.last().and_then(|row| row.used).unwrap_or(after);
        }
    }
    tally
}

/// On each line item, a request that was answered before another was sent has its rows before the other's.
///
/// It is enough to know the latest sending among the rows so far: if any of them was sent after this row's
/// request had been answered, it stands too early.
pub fn real_time_order(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::RealTimeOrder);
    for on_line_item in &books.rows_on {
        let mut latest: Option<(Instant, usize)> = None;
        for row in on_line_item {
            let Owner::Entry(entry) = books.owners[*row] else { continue };
            let entry = &books.entries[entry];
            if let (Some((sent, earlier)), Some(answered)) = (latest, entry.answered()) {
                tally.check(answered.at >= sent, || {
                    let (this, earlier) = (&books.rows()[*row], &books.rows()[earlier]);
                    let ahead_us = sent.saturating_duration_since(answered.at).as_micros();
                    format!(
                        "{} stands behind {}, sent {ahead_us} µs after its answer",
                        this.place(),
                        earlier.place()
                    )
                });
            }
            if latest.is_none_or(|(sent, _)| entry.sent > sent) {
                latest = Some((entry.sent, *row));
            }
        }
    }
    tally
}
