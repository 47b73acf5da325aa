//! A site as it was, put together again from the store.

use serde::de::DeserializeOwned;

use super::instances::InstanceRecord;
use super::outcome::Kind;
use super::state::SiteRecord;
use super::{Instance, Site};
use crate::domain::{LineItem, RateTable, Session, StoredKey};
use crate::policy::PolicyError;

/// Why a site cannot be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// An entity in the store cannot be read.
    #[error("the stored {kind} `{id}` of site `{site}` cannot be read: {reason}")]
    Unreadable {
        /// The site.
        site: String,
        /// Kind of entity.
        kind: &'static str,
        /// Its ID.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The site itself is missing from the store.
    #[error("site `{0}` has entities but no record of its own in the store")]
    NoRecord(String),
    /// The stored policy is unknown to this version.
    #[error("the stored policy of the site is unknown to this version: {0}")]
    Policy(#[from] PolicyError),
}

impl Site {
    /// Rebuilds a site from its stored entities; `last_sequence` is the sequence number of its last usage row.
    ///
    /// # Errors
    /// When something in the store cannot be understood.
    pub fn restore(
        id: &str,
        entities: Vec<(Kind, String, String)>,
        last_sequence: u64,
    ) -> Result<Self, RestoreError> {
        let record = entities
            .iter()
            .find(|(kind, _, _)| *kind == Kind::Site)
            .ok_or_else(|| RestoreError::NoRecord(id.to_owned()))?;
        let settings: SiteRecord = read(id, record)?;
        let mut site = Self::empty(id, settings.clock, settings.policy)?;
        site.row_sequence = last_sequence;
        for entity in &entities {
            site.take_in(entity)?;
        }
        site.put_in_order();
        Ok(site)
    }

    fn take_in(&mut self, entity: &(Kind, String, String)) -> Result<(), RestoreError> {
        match entity.0 {
            Kind::Site => {}
            Kind::Key => {
                let key: StoredKey = read(&self.id, entity)?;
                self.keys.insert((key.kind, key.id.clone()), key);
            }
            Kind::Instance => {
                let record: InstanceRecord = read(&self.id, entity)?;
                let instance = Instance { sequence: record.sequence, ..record.instance };
                self.mapped.entry(instance.id.clone()).or_default();
                self.instances.push(instance);
            }
            Kind::RateTable => {
                let table: RateTable = read(&self.id, entity)?;
                self.sequence = self.sequence.max(table.sequence);
                self.rate_tables.push(table);
            }
            Kind::LineItem => {
                let item: LineItem = read(&self.id, entity)?;
                self.sequence = self.sequence.max(item.sequence);
                self.mapped.entry(item.instance_id.clone()).or_default().push(item.activation_id.clone());
                self.line_items.insert(item.activation_id.clone(), item);
            }
            Kind::Session => {
                let session: Session = read(&self.id, entity)?;
                self.sequence = self.sequence.max(session.sequence);
                let id = session.id.clone();
                self.sessions.insert(id.clone(), session);
                self.set_timer(&id);
            }
        }
        Ok(())
    }

    /// The store keeps no order; creation does.
    fn put_in_order(&mut self) {
        self.instances.sort_by(|a, b| (a.sequence, &a.id).cmp(&(b.sequence, &b.id)));
        self.sequence = self.instances.iter().map(|instance| instance.sequence).fold(self.sequence, u64::max);
        self.rate_tables.sort_by_key(|table| table.sequence);
        let line_items = &self.line_items;
        for mapped in self.mapped.values_mut() {
            mapped.sort_by_key(|id| line_items.get(id).map(|item| item.sequence));
        }
    }
}

fn read<T: DeserializeOwned>(
    site: &str,
    (kind, id, body): &(Kind, String, String),
) -> Result<T, RestoreError> {
    serde_json::from_str(body).map_err(|error| RestoreError::Unreadable {
        site: site.to_owned(),
        kind: kind.word(),
        id: id.clone(),
        reason: error.to_string(),
    })
}
