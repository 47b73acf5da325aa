//! The decision points of a sale: how items are priced one after the other, and how a charge is split.
//!
//! They are a part of [`super::Rules`] and follow the same rule: the defaults are the specification.

use rust_decimal::Decimal;

use super::{ItemVerdict, Tokens};

/// How the items of a request are sold.
#[derive(Clone, Copy)]
pub struct SaleRules {
    /// Whether the next item is tried after one that came to this (DM-ACC-016).
    pub goes_on_after: fn(&ItemVerdict) -> bool,
    /// The rate of a part of a charge, given the rate of its first part and that of the line item that pays
    /// (DM-RATE-A09).
    pub rate_of_part: fn(Option<Decimal>, Decimal) -> Decimal,
    /// What a line item pays of the tokens wanted when it has these left, at a rate (DM-LI-A25).
    pub part: fn(Tokens, Tokens, Decimal) -> Tokens,
    /// Whether an item is granted for as much of its count as can be paid (DM-ACC-026).
    pub partial_grants: bool,
    /// Whether an item that only unusable line items could price counts as lacking tokens (DM-CODE-006).
    pub unusable_counts: bool,
    /// What becomes of the items of a refused session request (DM-CODE-013).
    pub refused_session_items: fn(&mut [ItemVerdict]),
    /// Whether a request that names an item twice is refused (DM-ACC-025).
    pub repeated_item_refused: bool,
    /// Whether an item that a request names twice is taken for one with both counts (DM-ACC-025).
    pub repeated_items_merged: bool,
    /// Whether a one-off request leaves a session behind (DM-ACC-013).
    pub oneoff_leaves_session: bool,
    /// Whether an answer names the line items in the order in which they were charged (DM-LI-A24).
    pub answer_in_charging_order: bool,
    /// Whether the values of variables are taken from the requested items (DM-RATE-A13).
    pub variables_with_items: bool,
}

impl Default for SaleRules {
    fn default() -> Self {
        Self {
            goes_on_after: |_verdict| true,
            rate_of_part: |_first, own| own,
            part: |wanted, available, _rate| wanted.min(available),
            partial_grants: false,
            unusable_counts: true,
            refused_session_items: block_granted,
            repeated_item_refused: false,
            repeated_items_merged: false,
            oneoff_leaves_session: false,
            answer_in_charging_order: true,
            variables_with_items: true,
        }
    }
}

/// Takes back what could be granted because the request as a whole is not (DM-SES-041).
pub fn block_granted(verdicts: &mut [ItemVerdict]) {
    for verdict in verdicts {
        if verdict.granted() {
            *verdict = ItemVerdict::Blocked;
        }
    }
}

/// What a line item pays where a count cannot be cut (DM-LI-A25).
#[must_use]
pub fn whole_counts(wanted: Tokens, available: Tokens, rate: Decimal) -> Tokens {
    if wanted <= available {
        return wanted;
    }
    let counts = available.decimal().checked_div(rate).map_or(Decimal::ZERO, |counts| counts.floor());
    counts.checked_mul(rate).map_or(Tokens::ZERO, Tokens::rounded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_cannot_be_cut_leaves_tokens_over() {
        let paid = |wanted: i64, available: i64| {
            whole_counts(Tokens::from(wanted), Tokens::from(available), Decimal::from(7))
        };
        assert_eq!(paid(14, 20), Tokens::from(14));
        assert_eq!(paid(14, 10), Tokens::from(7));
        assert_eq!(paid(14, 6), Tokens::ZERO);
    }
}
