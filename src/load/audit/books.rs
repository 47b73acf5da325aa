//! Ledger and evidence side by side: which row belongs to which operation.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::super::evidence::Evidence;
use super::super::ledger::{Entry, Kind, operation_number};
use super::super::population::Population;
use super::super::rows::Row;

/// Where a row belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// To the operation with this index.
    Entry(usize),
    /// To a session of the run, to which it gives tokens back.
    Refund,
    /// To a session of the run in which heartbeats were sent, and to none of its requests.
    Heartbeat,
    /// To nobody, for this reason.
    Nobody(String),
}

/// Ledger and evidence of a run.
pub struct Books<'a> {
    /// What the run was about.
    pub population: &'a Population,
    /// The operations.
    pub entries: &'a [Entry],
    /// Sessions whose end the target confirmed.
    pub closed: &'a HashSet<Arc<str>>,
    /// What the target says.
    pub evidence: &'a Evidence,
    /// The owner of each row.
    pub owners: Vec<Owner>,
    /// The rows of each operation, refunds left out.
    pub rows_of: Vec<Vec<&'a Row>>,
    /// Indices of the rows on each line item, in their order.
    pub rows_on: Vec<Vec<usize>>,
}

impl<'a> Books<'a> {
    /// Lays ledger and evidence side by side.
    pub fn new(
        population: &'a Population,
        entries: &'a [Entry],
        closed: &'a HashSet<Arc<str>>,
        evidence: &'a Evidence,
    ) -> Self {
        let register = Register::new(population, entries);
        let mut rows_of = vec![Vec::new(); entries.len()];
        let mut rows_on = vec![Vec::new(); population.line_items.len()];
        let mut owners = Vec::with_capacity(evidence.rows.len());
        for (index, row) in evidence.rows.iter().enumerate() {
            let owner = register.owner(row);
            if let Owner::Entry(entry) = owner {
                rows_of[entry].push(row);
            }
            owners.push(owner);
            let line_item = row.activation.as_ref().and_then(|id| population.by_activation.get(id));
            if let Some(line_item) = line_item {
                rows_on[*line_item as usize].push(index);
            }
        }
        Self { population, entries, closed, evidence, owners, rows_of, rows_on }
    }

    /// The rows.
    pub fn rows(&self) -> &'a [Row] {
        &self.evidence.rows
    }

    /// The name of a requested item.
    pub fn item_name(&self, item: u16) -> &'a str {
        &self.population.items[usize::from(item)].name
    }
}

/// Everything by which a row can be recognised.
struct Register<'a> {
    population: &'a Population,
    entries: &'a [Entry],
    by_correlation: HashMap<&'a str, usize>,
    by_number: HashMap<u64, usize>,
    sessions: HashSet<&'a str>,
    kept_alive: HashSet<&'a str>,
}

impl<'a> Register<'a> {
    fn new(population: &'a Population, entries: &'a [Entry]) -> Self {
        let mut register = Self {
            population,
            entries,
            by_correlation: HashMap::with_capacity(entries.len()),
            by_number: HashMap::with_capacity(entries.len()),
            sessions: HashSet::new(),
            kept_alive: HashSet::new(),
        };
        for (index, entry) in entries.iter().enumerate() {
            register.by_number.insert(entry.number, index);
            if let Some(correlation) = entry.answered().and_then(|answered| answered.correlation.as_deref()) {
                register.by_correlation.insert(correlation, index);
            }
            if let Some(session) = entry.session.as_deref() {
                register.sessions.insert(session);
                if entry.kind == Kind::SessionHeartbeat {
                    register.kept_alive.insert(session);
                }
            }
        }
        register
    }

    fn owner(&self, row: &Row) -> Owner {
        let session = row.session.as_deref();
        if let Some(activation) = &row.activation
            && !self.population.by_activation.contains_key(activation)
        {
            return Owner::Nobody(format!("is on {activation}, which is no line item of the run"));
        }
        if row.is_refund() {
            return match session {
                Some(session) if self.sessions.contains(session) => Owner::Refund,
                _ => Owner::Nobody("gives tokens back outside the sessions of the run".to_owned()),
            };
        }
        if let Some(entry) = self.by_correlation.get(row.correlation.as_str()) {
            return Owner::Entry(*entry);
        }
        let number = row.operation.as_deref().and_then(|id| operation_number(&self.population.run, id));
        match number.and_then(|number| self.by_number.get(&number)) {
            Some(entry) if self.entries[*entry].answered().is_none() => Owner::Entry(*entry),
            Some(_) => Owner::Nobody("repeats an answered operation under another correlation ID".to_owned()),
            None if session.is_some_and(|session| self.kept_alive.contains(session)) => Owner::Heartbeat,
            None => Owner::Nobody("belongs to no operation of the run".to_owned()),
        }
    }
}
