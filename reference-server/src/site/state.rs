//! What a site is made of, and the one way to do something at it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::data_access::Warehouse;
use super::instances::InstanceRecord;
use super::licensing::Licensing;
use super::outcome::{Effect, Kind};
use super::{Instance, Refusal, Traffic};
use crate::domain::access_rules::Conditions;
use crate::domain::line_item::OrderKey;
use crate::domain::{
    Configuration, DueKind, KeyKind, KeyVersions, LineItem, Millis, RateTable, Rules, Session,
};
use crate::policy::{self, PolicyError};

/// What time it is at a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The machine's time.
    Real,
    /// A time that moves only when it is told to.
    Virtual(Millis),
}

/// How to make a site.
#[derive(Clone, Debug)]
pub struct SiteSettings {
    /// Its clock.
    pub clock: Clock,
    /// The first administration keys as (ID, SPKI PEM); the API cannot make the very first one (DM-AUTH-034).
    pub administration_keys: Vec<(String, String)>,
    /// Decision points that differ from the default.
    pub policy: BTreeMap<String, String>,
    /// How long a saved or deleted key takes to spread, up to ten minutes (DM-AUTH-033).
    pub key_propagation: Millis,
}

/// What of a site itself is kept in the store.
#[derive(Serialize, Deserialize)]
pub(super) struct SiteRecord {
    pub(super) clock: Clock,
    pub(super) policy: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) key_propagation: Millis,
}

/// One producer's site.
#[derive(Debug)]
pub struct Site {
    pub(super) id: Arc<str>,
    pub(super) clock: Clock,
    pub(super) policy: BTreeMap<String, String>,
    pub(super) rules: Rules,
    pub(super) key_propagation: Millis,
    /// Time of what is happening: the nominal time of something due, else the clock's.
    pub(super) now: Millis,
    /// Time at which rows are written.
    pub(super) written: Millis,
    pub(super) keys: BTreeMap<KeyKind, BTreeMap<String, KeyVersions>>,
    pub(super) configuration: Configuration,
    pub(super) warehouse: Warehouse,
    /// In the order of creation.
    pub(super) instances: Vec<Arc<Instance>>,
    pub(super) instance_places: HashMap<String, usize>,
    pub(super) rate_tables: Vec<RateTable>,
    pub(super) conditions: Conditions,
    pub(super) line_items: HashMap<Arc<str>, LineItem>,
    /// The line items of each instance in the order of charging.
    pub(super) mapped: HashMap<String, BTreeMap<OrderKey, Arc<str>>>,
    /// Line items that are deleted, with the sessions that still use them (DM-LI-A12).
    pub(super) released_later: HashMap<String, HashSet<Uuid>>,
    pub(super) sessions: HashMap<Uuid, Box<Session>>,
    /// The sessions of each instance that may be listed, by their order of creation.
    pub(super) sessions_of: HashMap<Arc<str>, BTreeMap<u64, Uuid>>,
    pub(super) due: BTreeSet<(Millis, DueKind, Uuid)>,
    /// License servers, their accounts and their hosts.
    pub(super) licensing: Licensing,
    /// Creation counter: entities of one kind are ordered by it.
    pub(super) sequence: u64,
    pub(super) row_sequence: u64,
    pub(super) traffic: Traffic,
    effects: Vec<Effect>,
    dirty: BTreeSet<(Kind, String)>,
}

impl Site {
    /// A new site and the effects that make it durable.
    ///
    /// # Errors
    /// When the policy names an unknown decision or value.
    pub fn create(
        id: &str,
        settings: SiteSettings,
        wall_now: Millis,
    ) -> Result<(Self, Vec<Effect>), PolicyError> {
        let mut site = Self::empty(id, settings.clock, settings.policy, settings.key_propagation)?;
        let ((), effects) = site.act(wall_now, |site| {
            site.touch(Kind::Site, "site");
            site.install_keys(KeyKind::Admin, settings.administration_keys);
        });
        Ok((site, effects))
    }

    pub(super) fn empty(
        id: &str,
        clock: Clock,
        policy: BTreeMap<String, String>,
        key_propagation: Millis,
    ) -> Result<Self, PolicyError> {
        Ok(Self {
            id: id.into(),
            clock,
            rules: policy::rules(&policy)?,
            policy,
            key_propagation,
            now: 0,
            written: 0,
            keys: BTreeMap::new(),
            configuration: Configuration::default(),
            warehouse: Warehouse::default(),
            instances: Vec::new(),
            instance_places: HashMap::new(),
            rate_tables: Vec::new(),
            conditions: Conditions::new(),
            line_items: HashMap::new(),
            mapped: HashMap::new(),
            released_later: HashMap::new(),
            sessions: HashMap::new(),
            sessions_of: HashMap::new(),
            due: BTreeSet::new(),
            licensing: Licensing::default(),
            sequence: 0,
            row_sequence: 0,
            traffic: Traffic::default(),
            effects: Vec::new(),
            dirty: BTreeSet::new(),
        })
    }

    /// Runs what has fallen due, then the operation; returns its result and all effects in order. `wall_now` is the
    /// machine's time, which only a real clock looks at.
    pub fn act<R>(&mut self, wall_now: Millis, operation: impl FnOnce(&mut Self) -> R) -> (R, Vec<Effect>) {
        let now = match self.clock {
            // The machine's time may be set back; a site's never runs backwards.
            Clock::Real => wall_now.max(self.now),
            Clock::Virtual(now) => now,
        };
        self.traffic.begin();
        self.written = now;
        self.run_due(now);
        self.now = now;
        let result = operation(self);
        self.flush();
        (result, std::mem::take(&mut self.effects))
    }

    /// Says whether other operations are under way at the site.
    pub const fn crowd(&mut self, crowded: bool) {
        self.traffic.crowded = crowded;
    }

    /// The site's ID, which is also the tenant of its usage rows.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The rules in force.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Whether any decision point differs from the default; without one, answers leave as they are made.
    #[must_use]
    pub fn has_policy(&self) -> bool {
        !self.policy.is_empty()
    }

    /// The site's time during an operation, ms.
    #[must_use]
    pub const fn now(&self) -> Millis {
        self.now
    }

    /// The kind of clock with its time.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.clock
    }

    /// How many instances and live sessions there are.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        let live = self.sessions.values().filter(|session| session.state.live()).count();
        (self.instances.len(), live)
    }

    pub(super) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Notes that an entity has changed; it is saved once, as it stands at the end of the operation.
    pub(super) fn touch(&mut self, kind: Kind, id: impl Into<String>) {
        self.dirty.insert((kind, id.into()));
    }

    pub(super) fn emit(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn flush(&mut self) {
        for (kind, id) in std::mem::take(&mut self.dirty) {
            self.before_save(kind, &id);
            let effect = match self.body(kind, &id) {
                Some(body) => Effect::Save { kind, id, body },
                None => Effect::Delete { kind, id },
            };
            self.effects.push(effect);
        }
    }

    /// What is kept apart from an entity starts anew when the whole is saved.
    fn before_save(&mut self, kind: Kind, id: &str) {
        match kind {
            Kind::LineItem => {
                if let Some(item) = self.line_items.get(id) {
                    let id = Arc::clone(&item.activation_id);
                    self.used(&id);
                }
            }
            Kind::Session => {
                let id = Uuid::try_parse(id).unwrap_or_default();
                if let Some(session) = self.sessions.get_mut(&id) {
                    session.revision += 1;
                }
            }
            _ => {}
        }
    }

    /// An entity as JSON text; nothing when it is gone.
    fn body(&self, kind: Kind, id: &str) -> Option<String> {
        match kind {
            Kind::Site => {
                let (policy, key_propagation) = (self.policy.clone(), self.key_propagation);
                json(&SiteRecord { clock: self.clock, policy, key_propagation })
            }
            Kind::Key => {
                let (kind, id) = split_key_id(id)?;
                self.keys.get(&kind)?.get(id).and_then(json)
            }
            Kind::Configuration => json(&self.configuration),
            Kind::Warehouse => self.warehouse.body(id),
            Kind::Instance => {
                let instance = self.find_instance(id)?;
                json(&InstanceRecord { sequence: instance.sequence, instance: Instance::clone(instance) })
            }
            Kind::RateTable => self.rate_tables.iter().find(|table| table_id(table) == id).and_then(json),
            Kind::Condition => self.conditions.get(id).and_then(json),
            Kind::LineItem => self.line_items.get(id).and_then(json),
            Kind::Session => self.sessions.get(&Uuid::try_parse(id).ok()?).and_then(json),
            Kind::LicensingAccounts | Kind::LicenseServer | Kind::MeteredTotal | Kind::ServedClient => {
                self.licensing.body(kind, id)
            }
        }
    }

    /// The instance, or the refusal for one that is unknown or whose ID is malformed (DM-GEN-011).
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn instance(&self, id: &str) -> Result<Instance, Refusal> {
        self.known_instance(id).map(|instance| Instance::clone(&instance))
    }

    pub(super) fn known_instance(&self, id: &str) -> Result<Arc<Instance>, Refusal> {
        let statuses = &self.rules.statuses;
        self.find_instance(id).cloned().ok_or_else(|| {
            let malformed = Uuid::try_parse(id).is_err();
            let status = if malformed { statuses.instance_malformed } else { statuses.instance_unknown };
            Refusal::new(status, "instance not found")
        })
    }

    fn find_instance(&self, id: &str) -> Option<&Arc<Instance>> {
        self.instance_places.get(id).and_then(|place| self.instances.get(*place))
    }
}

/// The ID of a key in the store.
pub(super) fn key_id(kind: KeyKind, id: &str) -> String {
    format!("{}/{id}", kind.word())
}

pub(super) fn split_key_id(stored: &str) -> Option<(KeyKind, &str)> {
    let (word, id) = stored.split_once('/')?;
    let kind = [KeyKind::Admin, KeyKind::Client].into_iter().find(|kind| kind.word() == word)?;
    Some((kind, id))
}

/// The ID of a rate table in the store (DM-RATE-003).
pub(super) fn table_id(table: &RateTable) -> String {
    // As JSON, so that no choice of names can make two tables one.
    serde_json::json!([table.series, table.version]).to_string()
}

pub(super) fn json(entity: &impl Serialize) -> Option<String> {
    // Entities are plain structs with string keys, so that serialising them cannot fail.
    serde_json::to_string(entity).ok()
}

#[cfg(test)]
impl Site {
    /// Marks every entity as changed.
    pub(super) fn touch_everything(&mut self) {
        self.touch(Kind::Site, "site");
        self.touch(Kind::Configuration, "configuration");
        let keys = self.keys.iter().flat_map(|(kind, keys)| keys.keys().map(|id| key_id(*kind, id)));
        let ids: Vec<(Kind, String)> = keys
            .map(|id| (Kind::Key, id))
            .chain(self.instances.iter().map(|instance| (Kind::Instance, instance.id.to_string())))
            .chain(self.rate_tables.iter().map(|table| (Kind::RateTable, table_id(table))))
            .chain(self.conditions.keys().map(|id| (Kind::Condition, id.clone())))
            .chain(self.line_items.keys().map(|id| (Kind::LineItem, id.to_string())))
            .chain(self.sessions.keys().map(|id| (Kind::Session, id.to_string())))
            .collect();
        for (kind, id) in ids.into_iter().chain(self.licensing.everything()) {
            self.touch(kind, id);
        }
    }
}
