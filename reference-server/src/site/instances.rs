//! Instances: where the line items of one account live.

use std::sync::Arc;

use super::outcome::Kind;
use super::{Refusal, Site};
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
    /// Creates an instance; the first of an account is its default (DM-INST-003, DM-INST-004, DM-INST-007,
    /// DM-INST-009).
    pub fn create_instance(&mut self, new: NewInstance) -> Instance {
        let siblings = self.of_account(&new.account_id).count();
        let instance = Instance {
            id: (self.rules.instances.new_id)().into(),
            default_instance: (self.rules.instances.is_default)(&new.short_name, siblings),
            short_name: new.short_name,
            account_id: new.account_id.into(),
            created: self.now,
            modified: self.now,
            sequence: self.next_sequence(),
        };
        self.add_instance(instance.clone());
        self.touch(Kind::Instance, &*instance.id);
        instance
    }

    /// Whether the name of a new instance can be given again (DM-INST-007).
    ///
    /// # Errors
    /// The status of the rules when the account has an instance of this name and they forbid another one.
    pub fn check_name(&self, new: &NewInstance) -> Result<(), Refusal> {
        let status = self.rules.instances.same_name;
        let taken = status >= 400
            && self.of_account(&new.account_id).any(|instance| instance.short_name == new.short_name);
        if taken { Err(Refusal::new(status, "the account has an instance of this name")) } else { Ok(()) }
    }

    fn of_account(&self, account: &str) -> impl Iterator<Item = &Arc<Instance>> {
        let same = self.rules.instances.same_account;
        self.instances.iter().filter(move |instance| same(&instance.account_id, account))
    }

    pub(super) fn add_instance(&mut self, instance: Instance) {
        self.instance_places.insert(instance.id.to_string(), self.instances.len());
        self.instances.push(Arc::new(instance));
    }

    /// One page of the instances in the order of creation, with the start of the next page or 0
    /// (DM-INST-012).
    #[must_use]
    pub fn list_instances(&self, next: usize, size: usize) -> (Vec<Instance>, usize) {
        let count = self.instances.len();
        let at = |place: usize| if self.rules.instances.newest_first { count - 1 - place } else { place };
        let places = (0..count).skip(next).take(size).map(at);
        let page: Vec<_> =
            places.filter_map(|place| self.instances.get(place)).map(|each| Instance::clone(each)).collect();
        let end = next.saturating_add(page.len());
        (page, if end < count { end } else { 0 })
    }

    /// The default instance of an account (DM-INST-017, DM-INST-019, DM-INST-021).
    #[must_use]
    pub fn default_instance_of(&self, account: &str) -> Option<Instance> {
        self.of_account(account)
            .find(|instance| instance.default_instance)
            .map(|instance| Instance::clone(instance))
    }

    /// Every instance of an account.
    #[must_use]
    pub fn instances_of(&self, account: &str) -> Vec<Instance> {
        self.of_account(account).map(|instance| Instance::clone(instance)).collect()
    }
}
