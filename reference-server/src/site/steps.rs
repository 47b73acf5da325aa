//! The steps of an operation that only many operations at once, or very many, can show to be wrong.
//!
//! They are a part of [`crate::domain::Rules`] and follow the same rule: the defaults do what the step says and look
//! at nothing else. A step that is replaced may look at the traffic of its site, and keep notes there.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::licensing::Share as LicenseShare;
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
    /// What the last request at a license server has taken, where a step looks at it.
    pub taken: Taken,
}

impl Traffic {
    /// Another operation begins.
    pub(super) fn begin(&mut self) {
        self.operations += 1;
        if let Some(latest) = self.latest.take() {
            self.former = Some(latest);
        }
    }

    /// What the operation right before this one has taken at a license server, if both are under way at once.
    #[must_use]
    pub fn taken_at_once(&self, instance: &str) -> &[LicenseShare] {
        let at_once = self.crowded && self.taken.operation + 1 == self.operations;
        if at_once && *self.taken.instance == *instance { &self.taken.counts } else { &[] }
    }

    /// Counts, and says whether it is the turn of every n-th.
    pub fn every(&mut self, n: u64) -> bool {
        self.count += 1;
        self.count.is_multiple_of(n)
    }
}

/// What one request has changed of the counts of licenses in use.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// The operation.
    pub operation: u64,
    /// The license server.
    pub instance: Arc<str>,
    /// License by license, what was taken, and less than nothing where it was given back.
    pub counts: Vec<LicenseShare>,
}

/// The steps in force at license servers.
#[derive(Clone, Copy, Default)]
pub struct LicenseSteps {
    /// What of the counts in use at a license server a request does not see when it is judged.
    pub unseen: Option<fn(&Traffic, &str) -> Vec<LicenseShare>>,
    /// How much of a change is booked; the flag says whether the license is metered.
    pub booked: Option<fn(&mut Traffic, bool, LicenseShare) -> i64>,
}

impl LicenseSteps {
    /// Whether any of them looks at what a request has changed.
    pub(super) const fn look(&self) -> bool {
        self.unseen.is_some() || self.booked.is_some()
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
    /// The steps at license servers.
    pub licenses: LicenseSteps,
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
            licenses: LicenseSteps::default(),
        }
    }
}
