//! Instances: where the line items of one account live.

use std::sync::Arc;

use super::outcome::Kind;
use super::{Site, new_id};
use crate::domain::Millis;
use serde::{Deserialize, Serialize};

/// An instance with its six fields (DM-INST-001).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// Made by the server (DM-INST-002).
    pub id: Arc<str>,
    /// Name chosen by the producer.
    pub short_name: String,
    /// Owning account.
    pub account_id: Arc<str>,
    /// Whether auto-provisioned line items go here.
    pub default_instance: bool,
    /// Creation time, ms.
    pub created: Millis,
    /// Time of the last change, ms.
    pub modified: Millis,
    /// Order of creation within the site; not part of the API.
    #[serde(skip)]
    pub sequence: u64,
}

/// An instance as the store keeps it.
#[derive(Serialize, Deserialize)]
pub(super) struct InstanceRecord {
    pub(super) sequence: u64,
    pub(super) instance: Instance,
}

/// What a producer says of a new instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInstance {
    /// Name.
    pub short_name: String,
    /// Owning account; it need not be known (DM-INST-008).
    pub account_id: String,
}

impl Site {
    /// Creates an instance; the first of an account is its default
    /// (DM-INST-003, DM-INST-004, DM-INST-007, DM-INST-009).
    pub fn create_instance(&mut self, new: NewInstance) -> Instance {
        let siblings =
            self.instances.iter().filter(|instance| *instance.account_id == *new.account_id).count();
        let instance = Instance {
            id: new_id().into(),
            short_name: new.short_name,
            account_id: new.account_id.into(),
            default_instance: (self.rules.default_instance)(siblings),
            created: self.now,
            modified: self.now,
            sequence: self.next_sequence(),
        };
        self.add_instance(instance.clone());
        self.touch(Kind::Instance, &*instance.id);
        instance
    }

    pub(super) fn add_instance(&mut self, instance: Instance) {
        self.instance_places.insert(instance.id.to_string(), self.instances.len());
        self.instances.push(Arc::new(instance));
    }

    /// One page of the instances in the order of creation, with the start of the next page or 0
    /// (DM-INST-012).
    #[must_use]
    pub fn list_instances(&self, next: usize, size: usize) -> (Vec<Instance>, usize) {
        let page: Vec<_> =
            self.instances.iter().skip(next).take(size).map(|instance| Instance::clone(instance)).collect();
        let end = next.saturating_add(page.len());
        (page, if end < self.instances.len() { end } else { 0 })
    }

    /// The default instance of an account (DM-INST-017, DM-INST-019, DM-INST-021).
    #[must_use]
    pub fn default_instance_of(&self, account: &str) -> Option<Instance> {
        self.instances
            .iter()
            .find(|instance| *instance.account_id == *account && instance.default_instance)
            .map(|instance| Instance::clone(instance))
    }
}
