//! The steps of an operation that only many operations at once, or very many, can show to be wrong.
//!
//! They are a part of [`crate::domain::Rules`] and follow the same rule: the defaults do what the step says and look
//! at nothing else. A step that is replaced may look at the traffic of its site, and keep notes there.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::usage_row::RowKind;
use crate::domain::{LineItem, RequestedItem, Share, Tokens, UsageRow};

/// Parts of a refund with the charges that they reverse.
pub type RefundParts = Vec<(RequestedItem, Share, Tokens)>;

/// A row with what is behind it.
pub type KindOfRow = (RowKind, UsageRow);

/// Picks a line item among those of the site.
pub type Astray = fn(&mut Traffic, &HashMap<Arc<str>, LineItem>) -> Option<Arc<str>>;

/// The traffic of a site as its steps see it.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Operations so far, the present one included.
    pub operations: u64,
    /// Whether other operations are under way: behind the lock, or not durable yet.
    pub crowded: bool,
    /// The last charge of a former operation.
    pub former: Option<(Arc<str>, Tokens)>,
    /// The last charge of the present operation.
    pub latest: Option<(Arc<str>, Tokens)>,
    /// What a step notes of line items: at which operation, and an amount.
    pub notes: HashMap<Arc<str>, (u64, Tokens)>,
    /// Rows that a step holds back, with the operation that wrote them.
    pub held: VecDeque<(u64, KindOfRow)>,
    /// What a step counts.
    pub count: u64,
}

impl Traffic {
    /// Another operation begins.
    pub(super) fn begin(&mut self) {
        self.operations += 1;
        if let Some(latest) = self.latest.take() {
            self.former = Some(latest);
        }
    }

    /// Counts, and says whether it is the turn of every n-th.
    pub fn every(&mut self, n: u64) -> bool {
        self.count += 1;
        self.count.is_multiple_of(n)
    }
}

/// The steps in force.
#[derive(Clone, Copy)]
pub struct Steps {
    /// The total of a line item after a charge or refund, from the total before it.
    pub total: fn(&mut Traffic, &Arc<str>, Tokens, Tokens) -> Tokens,
    /// Another line item on whose total a charge comes to stand, if it goes astray.
    pub astray: Option<Astray>,
    /// How much of what a line item has given out an operation does not see when it looks for tokens.
    pub unseen: Option<fn(&Traffic, &str) -> Tokens>,
    /// How often the charges of a request are booked.
    pub times_booked: fn(&mut Traffic) -> usize,
    /// The parts of a refund that are carried out.
    pub refunded: fn(&mut Traffic, RefundParts) -> RefundParts,
    /// The rows that are written now, given the next one.
    pub written: Option<fn(&mut Traffic, KindOfRow) -> Vec<KindOfRow>>,
    /// The total that a line item shows.
    pub shown: fn(&Traffic, &LineItem) -> Tokens,
    /// Whether a heartbeat that is answered is noted.
    pub noted: fn(&mut Traffic) -> bool,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            total: |_traffic, _line_item, total, change| total + change,
            astray: None,
            unseen: None,
            times_booked: |_traffic| 1,
            refunded: |_traffic, parts| parts,
            written: None,
            shown: |_traffic, item| item.used,
            noted: |_traffic| true,
        }
    }
}
