//! What one commit writes: the effects of many operations, each entity once, as it was last.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use uuid::Uuid;

use super::record::Record;
use crate::domain::{SessionProgress, Tokens};
use crate::site::{Effect, Kind};

/// What an operation changes, as it is handed to the writer's thread.
#[derive(Debug)]
pub(super) enum Change {
    /// A new usage row with its sequence number.
    Row(u64, Record),
    /// Anything else.
    Other(Effect),
}

impl From<Effect> for Change {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Row { sequence, row, .. } => Self::Row(sequence, Record::of(&row)),
            other => Self::Other(other),
        }
    }
}

/// Effects of operations that are committed together, by site.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) sites: BTreeMap<String, SiteBatch>,
    /// The latest ticket of the batch.
    pub(super) ticket: u64,
    operations: usize,
}

/// Effects on one site.
#[derive(Default)]
pub(super) struct SiteBatch {
    /// Whether everything that the store has of the site goes first.
    pub(super) dropped: bool,
    /// Entities as they are at the end of the batch; nothing when they are gone.
    pub(super) entities: BTreeMap<(Kind, String), Option<String>>,
    /// What line items have used at the end of the batch.
    pub(super) used: HashMap<Arc<str>, Tokens>,
    /// How far sessions have come at the end of the batch.
    pub(super) progress: HashMap<Uuid, SessionProgress>,
    /// New usage rows in order.
    pub(super) rows: Vec<(u64, Record)>,
}

impl Batch {
    /// Adds the changes of one operation; they come after those that are there.
    pub(super) fn add(&mut self, site: String, changes: Vec<Change>, ticket: u64) {
        let batch = self.sites.entry(site).or_default();
        for change in changes {
            match change {
                Change::Row(sequence, record) => batch.rows.push((sequence, record)),
                Change::Other(effect) => batch.add(effect),
            }
        }
        self.ticket = ticket;
        self.operations += 1;
    }

    /// How many operations the batch holds.
    pub(super) const fn operations(&self) -> usize {
        self.operations
    }
}

impl SiteBatch {
    fn add(&mut self, effect: Effect) {
        match effect {
            Effect::Save { kind, id, body } => {
                self.entities.insert((kind, id), Some(body));
            }
            Effect::Delete { kind, id } => {
                self.entities.insert((kind, id), None);
            }
            Effect::Used { line_item, used } => {
                self.used.insert(line_item, used);
            }
            Effect::Progress { session, progress } => {
                self.progress.insert(session, progress);
            }
            Effect::Row { sequence, row, .. } => self.rows.push((sequence, Record::of(&row))),
            // What came before belongs to the site that is gone.
            Effect::DropSite => *self = Self { dropped: true, ..Self::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes<const N: usize>(effects: [Effect; N]) -> Vec<Change> {
        effects.map(Change::from).into()
    }

    fn save(id: &str, body: &str) -> Effect {
        Effect::Save { kind: Kind::Instance, id: id.into(), body: body.into() }
    }

    #[test]
    fn the_last_save_of_an_entity_is_the_one_that_is_written() {
        let mut batch = Batch::default();
        batch.add("a".into(), changes([save("x", "1"), save("y", "1")]), 1);
        batch.add("a".into(), changes([save("x", "2")]), 2);
        batch.add("b".into(), changes([Effect::Delete { kind: Kind::Instance, id: "x".into() }]), 3);
        let of_a = &batch.sites["a"].entities;
        assert_eq!(of_a[&(Kind::Instance, "x".to_owned())].as_deref(), Some("2"));
        assert_eq!(of_a.len(), 2);
        assert_eq!(batch.sites["b"].entities[&(Kind::Instance, "x".to_owned())], None);
        assert_eq!((batch.ticket, batch.operations()), (3, 3));
    }

    #[test]
    fn dropping_a_site_forgets_what_came_before_and_keeps_what_comes_after() {
        let mut batch = Batch::default();
        batch.add("a".into(), changes([save("x", "1")]), 1);
        batch.add("a".into(), changes([Effect::DropSite]), 2);
        batch.add("a".into(), changes([save("y", "1")]), 3);
        let of_a = &batch.sites["a"];
        assert!(of_a.dropped);
        assert_eq!(of_a.entities.len(), 1);
    }
}
