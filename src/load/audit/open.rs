//! Operations that are not reconciled yet.
//!
//! An operation is reconciled one round after its last row has come, so that a row too many that stands next to
//! the others is seen with them; or when its rows have not come in time. Then it is forgotten.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::super::ledger::Entry;
use super::super::rows::Row;
use super::recent::Recent;

/// An operation with the rows that belong to it.
#[derive(Debug)]
pub struct Open {
    /// What was asked and answered.
    pub entry: Entry,
    /// Its rows so far, refunds left out.
    pub rows: Vec<Row>,
    /// How many rows its answer demands.
    demanded: usize,
}

/// The operations that are not reconciled yet.
#[derive(Debug, Default)]
pub struct OpenOperations {
    by_number: HashMap<u64, Open>,
    by_correlation: HashMap<String, u64>,
    /// By the instant at which patience ends.
    deadlines: VecDeque<(Instant, u64)>,
    /// Complete since this round, and since the one before.
    complete: (Vec<u64>, Vec<u64>),
    /// How many lack rows.
    incomplete: usize,
    reconciled: Recent,
}

impl OpenOperations {
    /// Takes an operation in, for whose rows there is this patience if the target offers any; its correlation ID if
    /// another operation had the same.
    pub fn enter(&mut self, entry: Entry, patience: Option<Duration>) -> Option<String> {
        let number = entry.number;
        let answered = entry.answered();
        let demanded = answered.filter(|_| patience.is_some()).map_or(0, |answered| {
            answered.items.iter().map(|item| item.charges.len() + usize::from(!item.granted)).sum()
        });
        let mut repeated = None;
        if let Some(correlation) = answered.and_then(|answered| answered.correlation.clone()) {
            if self.reconciled.knows(&correlation) || self.by_correlation.contains_key(&correlation) {
                repeated = Some(correlation.clone());
            }
            self.by_correlation.insert(correlation, number);
        }
        // Nobody knows whether it was carried out, so its rows may come or not.
        let in_doubt = answered.is_none() && entry.kind.charges();
        if demanded > 0 {
            self.incomplete += 1;
        }
        match patience {
            Some(patience) if demanded > 0 || in_doubt => {
                self.deadlines.push_back((Instant::now() + patience, number));
            }
            _ => self.complete.0.push(number),
        }
        self.by_number.insert(number, Open { entry, rows: Vec::new(), demanded });
        repeated
    }

    /// The operation of a correlation ID.
    pub fn by_correlation(&self, correlation: &str) -> Option<u64> {
        self.by_correlation.get(correlation).copied()
    }

    /// An operation.
    pub fn get(&self, number: u64) -> Option<&Open> {
        self.by_number.get(&number)
    }

    /// Whether the rows of this correlation ID were reconciled a short while ago.
    pub fn was_reconciled(&self, correlation: &str) -> bool {
        self.reconciled.knows(correlation)
    }

    /// Puts a row to its operation.
    pub fn add_row(&mut self, number: u64, row: Row) {
        let Some(open) = self.by_number.get_mut(&number) else { return };
        open.rows.push(row);
        if open.demanded > 0 && open.rows.len() == open.demanded {
            self.incomplete -= 1;
            self.complete.0.push(number);
        }
    }

    /// How many operations lack rows that their answers demand.
    pub fn incomplete(&self) -> usize {
        self.incomplete
    }

    /// How many operations are not reconciled yet.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// The operations that are due: complete for a whole round, or out of patience at this time. With `all`, every
    /// one that is left.
    pub fn take_due(&mut self, now: Instant, all: bool) -> Vec<Open> {
        let complete = std::mem::take(&mut self.complete.0);
        let mut due = std::mem::replace(&mut self.complete.1, complete);
        while let Some((deadline, number)) = self.deadlines.front() {
            let gone = !self.by_number.contains_key(number);
            if !gone && *deadline > now {
                break;
            }
            due.push(*number);
            self.deadlines.pop_front();
        }
        if all {
            due = self.by_number.keys().copied().collect();
            due.sort_unstable();
        }
        due.into_iter().filter_map(|number| self.remove(number)).collect()
    }

    fn remove(&mut self, number: u64) -> Option<Open> {
        let open = self.by_number.remove(&number)?;
        if open.rows.len() < open.demanded {
            self.incomplete -= 1;
        }
        if let Some(correlation) = open.entry.answered().and_then(|answered| answered.correlation.as_deref())
        {
            self.reconciled.remember(correlation);
            self.by_correlation.remove(correlation);
        } else if let Some(row) = open.rows.first() {
            self.reconciled.remember(&row.correlation);
        }
        Some(open)
    }
}
