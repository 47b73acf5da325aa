//! All invariants at once.

use super::{Books, Tally, answers, conservation, order, sessions, sets};

/// Puts every invariant to the test.
pub fn audit(books: &Books<'_>) -> Vec<Tally> {
    vec![
        answers::make_sense(books),
        conservation::conservation(books),
        conservation::no_overspend(books),
        sets::one_set_of_rows(books),
        order::running_total(books),
        order::real_time_order(books),
        sets::refusals_without_effect(books),
        sessions::refund_exact(books),
        sets::indeterminate_resolved(books),
        sessions::heartbeats_are_free(books),
    ]
}
