//! A license server: its features, its administrator, its licensing key, its reservations and the hosts it serves.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::Millis;
use super::answering::line_of;
use super::reservation::seen_by;
use super::{
    BorrowTerms, CapabilityRequest, Client, FeatureKey, Ground, Holding, HostId, HostKey, License,
    LicensingRules, Line, LineKind, Reservation, ReservationEntry, ReservationGroup, Secret, Served,
    ServedStatus, granting,
};

/// A public key with which client JWTs are verified: the DER that was uploaded, in base64 (CM-KEY-003).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LicensingKey(pub String);

/// The key that counts is the last one (CM-KEY-005).
pub(super) fn last_key_counts(keys: &mut Vec<LicensingKey>, new: LicensingKey) {
    *keys = vec![new];
}

/// How an instance works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceTerms {
    /// How it lends.
    pub borrow: BorrowTerms,
    /// Whether licensing calls need a client JWT; hosted instances always want one (CM-JWT-014).
    pub json_security: bool,
}

impl Default for InstanceTerms {
    fn default() -> Self {
        Self { borrow: BorrowTerms::default(), json_security: true }
    }
}

/// A license server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LicenseServer {
    /// Its ID.
    pub id: Arc<str>,
    /// The account that owns it.
    pub account_id: Arc<str>,
    /// How it works.
    pub terms: InstanceTerms,
    /// The administrator's password, once one is set (CM-ADM-002).
    pub administrator: Vec<Secret>,
    /// The licensing key; more than one only where a rule forgets to replace.
    pub keys: Vec<LicensingKey>,
    /// Its features.
    pub licenses: Vec<License>,
    /// Its reservations.
    pub groups: Vec<ReservationGroup>,
    /// The hosts, kept apart.
    #[serde(skip)]
    pub clients: BTreeMap<HostKey, Client>,
    /// The last number that was given out.
    #[serde(default)]
    pub sequence: u64,
}

/// A reservation group before it has numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDraft {
    /// Its name.
    pub name: String,
    /// Hosts with their features and counts.
    pub reservations: Vec<(HostId, Vec<(FeatureKey, i64)>)>,
}

/// Why a reservation group is not added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupFault {
    /// There is one of that name (CM-RES-002).
    NameTaken,
    /// A host occurs twice in the posting (CM-RES-002).
    HostTwice,
    /// The instance does not have so many counts that are not reserved (CM-RES-003).
    Insufficient,
}

impl LicenseServer {
    /// A new one without features.
    #[must_use]
    pub fn new(id: &str, account_id: &str) -> Self {
        Self {
            id: id.into(),
            account_id: account_id.into(),
            terms: InstanceTerms::default(),
            administrator: Vec::new(),
            keys: Vec::new(),
            licenses: Vec::new(),
            groups: Vec::new(),
            clients: BTreeMap::new(),
            sequence: 0,
        }
    }

    /// A fresh number.
    pub fn next_number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Replaces the features. What is in use of a license that stays, stays in use; what was held of one that is gone
    /// is gone with it. Returns the hosts that have lost something.
    pub fn replace_licenses(&mut self, new: Vec<License>) -> Vec<HostKey> {
        let former = std::mem::take(&mut self.licenses);
        for mut license in new {
            match former.iter().find(|other| other.is_same_as(&license)) {
                Some(same) => (license.id, license.used) = (same.id, same.used),
                None => license.id = self.next_number(),
            }
            self.licenses.push(license);
        }
        let licenses = &self.licenses;
        let stays = |id: u64| licenses.iter().any(|license| license.id == id);
        let mut losers = Vec::new();
        for (host, client) in &mut self.clients {
            let before = (client.holdings.len(), client.charges.len());
            for holding in &mut client.holdings {
                holding.shares.retain(|share| stays(share.license));
            }
            client.holdings.retain(|holding| !holding.shares.is_empty());
            client.charges.retain(|share| stays(share.license));
            if before != (client.holdings.len(), client.charges.len()) {
                losers.push(host.clone());
            }
        }
        losers
    }

    /// Serves a request; the host is known from then on (CM-SRV-001).
    pub fn serve(&mut self, rules: &LicensingRules, now: Millis, request: &CapabilityRequest) -> Served {
        let key = request.host.key();
        let reserved = seen_by(&self.groups, &key, |host, feature| self.held(host, feature));
        let mut client = self.clients.remove(&key).unwrap_or_else(|| {
            self.sequence += 1;
            Client::new(self.sequence, request.host.clone(), now)
        });
        let ground = Ground { rules, now, terms: &self.terms.borrow, reserved: &reserved };
        let served = granting::serve(&ground, &mut self.licenses, &mut client, request);
        client.host = request.host.clone();
        client.updated = now;
        if request.vendor_dictionary.is_some() {
            client.vendor_dictionary.clone_from(&request.vendor_dictionary);
        }
        self.clients.insert(key, client);
        served
    }

    /// What a request would come to (CM-PRE-004).
    #[must_use]
    pub fn preview(&self, rules: &LicensingRules, now: Millis, request: &CapabilityRequest) -> Served {
        let key = request.host.key();
        let reserved = seen_by(&self.groups, &key, |host, feature| self.held(host, feature));
        let ground = Ground { rules, now, terms: &self.terms.borrow, reserved: &reserved };
        let known = self.clients.get(&key).cloned();
        let mut client = known.unwrap_or_else(|| Client::new(0, request.host.clone(), now));
        granting::preview(&ground, &mut self.licenses.clone(), &mut client, request)
    }

    fn held(&self, host: &HostKey, feature: &FeatureKey) -> i64 {
        self.clients.get(host).map_or(0, |client| client.held(feature))
    }

    /// Ends the borrows of a host that are over; the counts come back (CM-BOR-011).
    pub fn end_borrows(&mut self, host: &HostKey, now: Millis) -> Vec<Line> {
        let Some(client) = self.clients.get_mut(host) else { return Vec::new() };
        let held = std::mem::take(&mut client.holdings);
        let (over, held): (Vec<_>, Vec<_>) = held.into_iter().partition(|holding| holding.expires <= now);
        client.holdings = held;
        if client.holdings.is_empty() {
            client.status = ServedStatus::Expired;
        }
        self.release(&over, LineKind::Expired)
    }

    /// Deletes what is known of a host; its counts come back (CM-SRV-003).
    pub fn drop_client(&mut self, id: u64) -> Option<(HostKey, Vec<Line>)> {
        let (key, client) = self.clients.iter_mut().find(|(_, client)| client.id == id)?;
        let (key, held) = (key.clone(), std::mem::take(&mut client.holdings));
        client.status = ServedStatus::Dropped;
        Some((key, self.release(&held, LineKind::Released)))
    }

    fn release(&mut self, holdings: &[Holding], kind: LineKind) -> Vec<Line> {
        let mut lines = Vec::new();
        for holding in holdings {
            for share in &holding.shares {
                if let Some(license) = self.licenses.iter_mut().find(|license| license.id == share.license) {
                    license.used -= share.count;
                }
            }
            let behind = |license: &&License| holding.shares.iter().any(|share| share.license == license.id);
            let licenses: Vec<&License> = self.licenses.iter().filter(behind).collect();
            let FeatureKey { name, version } = holding.feature.clone();
            let line = line_of(kind, name, version, &licenses, holding.count());
            lines.push(Line { borrowed_until: Some(holding.expires), ..line });
        }
        lines
    }

    /// Adds a group of reservations as a whole or not at all (CM-RES-002, CM-RES-003).
    ///
    /// # Errors
    /// When its name is taken, a host occurs twice, or there are too few counts.
    pub fn add_group(
        &mut self,
        draft: GroupDraft,
        rules: &LicensingRules,
    ) -> Result<ReservationGroup, GroupFault> {
        if self.groups.iter().any(|group| group.name == draft.name) {
            return Err(GroupFault::NameTaken);
        }
        let hosts: Vec<HostKey> = draft.reservations.iter().map(|(host, _)| host.key()).collect();
        if (1..hosts.len()).any(|place| hosts[..place].contains(&hosts[place])) {
            return Err(GroupFault::HostTwice);
        }
        let mut wanted: BTreeMap<&FeatureKey, i64> = BTreeMap::new();
        for (feature, count) in draft.reservations.iter().flat_map(|(_, entries)| entries) {
            *wanted.entry(feature).or_default() += count;
        }
        if wanted
            .iter()
            .any(|(feature, count)| self.unreserved(feature, rules).is_some_and(|left| left < *count))
        {
            return Err(GroupFault::Insufficient);
        }
        let group = self.numbered(draft);
        self.groups.push(group.clone());
        Ok(group)
    }

    /// Counts that are not reserved; nothing when there is no bound.
    fn unreserved(&self, feature: &FeatureKey, rules: &LicensingRules) -> Option<i64> {
        let of_feature = self.licenses.iter().filter(|license| license.feature == *feature);
        let capacity: i64 = of_feature.map(rules.granting.capacity).sum::<Option<i64>>()?;
        Some(capacity - self.reserved_in_all(feature))
    }

    /// Counts that are reserved, for whomever.
    #[must_use]
    pub fn reserved_in_all(&self, feature: &FeatureKey) -> i64 {
        let reservations = self.groups.iter().flat_map(|group| &group.reservations);
        let entries = reservations.flat_map(|reservation| &reservation.entries);
        entries.filter(|entry| entry.feature == *feature).map(|entry| entry.count).sum()
    }

    /// Counts that are in use by those for whom they are reserved.
    #[must_use]
    pub fn reserved_in_use(&self, feature: &FeatureKey) -> i64 {
        let reservations = self.groups.iter().flat_map(|group| &group.reservations);
        let used = reservations.flat_map(|reservation| {
            let held = self.held(&reservation.host.key(), feature);
            let entries = reservation.entries.iter().filter(|entry| entry.feature == *feature);
            entries.map(move |entry| entry.count.min(held))
        });
        used.sum()
    }

    fn numbered(&mut self, draft: GroupDraft) -> ReservationGroup {
        let id = self.next_number();
        let mut reservations = Vec::new();
        for (host, entries) in draft.reservations {
            let id = self.next_number();
            let number = |(feature, count)| ReservationEntry { id: self.next_number(), feature, count };
            let entries = entries.into_iter().map(number).collect();
            reservations.push(Reservation { id, host, entries });
        }
        ReservationGroup { id, name: draft.name, reservations }
    }

    /// Counts what is in use again from what the hosts hold, and takes the numbers that are given out.
    pub fn count_again(&mut self, metered: &BTreeMap<u64, i64>) {
        let held = self.clients.values().flat_map(|client| &client.holdings);
        let mut used: BTreeMap<u64, i64> = metered.clone();
        for share in held.flat_map(|holding| &holding.shares) {
            *used.entry(share.license).or_default() += share.count;
        }
        for license in &mut self.licenses {
            license.used = used.get(&license.id).copied().unwrap_or_default();
        }
        let last = self.clients.values().map(|client| client.id).max().unwrap_or_default();
        self.sequence = self.sequence.max(last);
    }
}
