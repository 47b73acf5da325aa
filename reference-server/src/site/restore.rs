//! A site as it was, put together again from the store.

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;

use super::data_access::CALLERS;
use super::instances::InstanceRecord;
use super::outcome::Kind;
use super::state::{SiteRecord, split_key_id};
use super::{Instance, Site};
use crate::domain::{Condition, KeyVersions, LineItem, RateTable, Session, Tokens};
use crate::policy::PolicyError;
use crate::store::StoredSite;

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
    /// Rebuilds a site from what the store has of it.
    ///
    /// # Errors
    /// When something in the store cannot be understood.
    pub fn restore(stored: &StoredSite) -> Result<Self, RestoreError> {
        let (id, entities) = (stored.id.as_str(), &stored.entities);
        let record = entities
            .iter()
            .find(|(kind, _, _)| *kind == Kind::Site)
            .ok_or_else(|| RestoreError::NoRecord(id.to_owned()))?;
        let settings: SiteRecord = read(id, record)?;
        let mut site = Self::empty(id, settings.clock, settings.policy, settings.key_propagation)?;
        site.row_sequence = stored.last_sequence;
        for entity in entities {
            site.take_in(entity)?;
        }
        site.go_on_from(stored)?;
        site.put_in_order();
        Ok(site)
    }

    fn take_in(&mut self, entity: &(Kind, String, String)) -> Result<(), RestoreError> {
        match entity.0 {
            Kind::Site => {}
            Kind::Key => {
                let versions: KeyVersions = read(&self.id, entity)?;
                if let Some((kind, id)) = split_key_id(&entity.1) {
                    self.keys.entry(kind).or_default().insert(id.to_owned(), versions);
                }
            }
            Kind::Instance => {
                let record: InstanceRecord = read(&self.id, entity)?;
                self.add_instance(Instance { sequence: record.sequence, ..record.instance });
            }
            Kind::RateTable => {
                let table: RateTable = read(&self.id, entity)?;
                self.sequence = self.sequence.max(table.sequence);
                self.rate_tables.push(table);
            }
            Kind::Configuration => self.configuration = read(&self.id, entity)?,
            Kind::Warehouse if entity.1 == CALLERS => self.warehouse.callers = read(&self.id, entity)?,
            Kind::Warehouse => {
                let rows = read(&self.id, entity)?;
                self.warehouse.rows.insert(entity.1.clone(), rows);
            }
            Kind::Condition => {
                let condition: Condition = read(&self.id, entity)?;
                self.sequence = self.sequence.max(condition.sequence);
                self.conditions.insert(condition.id.clone(), condition);
            }
            Kind::LineItem => {
                let item: LineItem = read(&self.id, entity)?;
                self.sequence = self.sequence.max(item.sequence);
                self.insert_line_item(item);
            }
            Kind::Session => {
                let session: Session = read(&self.id, entity)?;
                self.sequence = self.sequence.max(session.sequence);
                self.insert_session(session);
            }
            Kind::LicensingAccounts | Kind::LicenseServer | Kind::MeteredTotal | Kind::ServedClient => {
                let (kind, id, body) = entity;
                let taken = self.licensing.take_in(*kind, id, body);
                taken.map_err(|error| unreadable(&self.id, entity, &error))?;
            }
        }
        Ok(())
    }

    /// Takes in what is kept apart from line items and sessions.
    fn go_on_from(&mut self, stored: &StoredSite) -> Result<(), RestoreError> {
        for (id, used) in &stored.used {
            let Some(item) = self.line_items.get_mut(id.as_str()) else { continue };
            let used = Decimal::from_str_exact(used).map_err(|error| RestoreError::Unreadable {
                site: stored.id.clone(),
                kind: "total of line item",
                id: id.clone(),
                reason: error.to_string(),
            })?;
            item.used = Tokens::rounded(used);
        }
        for (id, progress) in &stored.progress {
            if let Some(session) = self.sessions.get_mut(id) {
                session.resume(*progress);
                self.set_timer(*id);
            }
        }
        Ok(())
    }

    /// The store keeps no order; creation does.
    fn put_in_order(&mut self) {
        self.instances.sort_by(|a, b| (a.sequence, &a.id).cmp(&(b.sequence, &b.id)));
        let places =
            self.instances.iter().enumerate().map(|(place, instance)| (instance.id.to_string(), place));
        self.instance_places = places.collect();
        self.sequence = self.instances.iter().map(|instance| instance.sequence).fold(self.sequence, u64::max);
        self.rate_tables.sort_by_key(|table| table.sequence);
        let deleted = self.line_items.values().filter(|item| item.deleted);
        for id in deleted.map(|item| item.activation_id.clone()).collect::<Vec<_>>() {
            self.release_when_unused(&id);
        }
        self.licensing.put_in_order();
    }
}

fn read<T: DeserializeOwned>(site: &str, entity: &(Kind, String, String)) -> Result<T, RestoreError> {
    serde_json::from_str(&entity.2).map_err(|error| unreadable(site, entity, &error))
}

fn unreadable(
    site: &str,
    (kind, id, _body): &(Kind, String, String),
    error: &serde_json::Error,
) -> RestoreError {
    RestoreError::Unreadable {
        site: site.to_owned(),
        kind: kind.word(),
        id: id.clone(),
        reason: error.to_string(),
    }
}
