//! Served devices: the hosts that licenses are granted to, and what they hold.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::Millis;
use super::FeatureKey;

/// The kinds of host IDs; a request may write them in any case (CM-ACC-003).
const KINDS: [&str; 12] = [
    "STRING",
    "USER",
    "ETHERNET",
    "INTERNET",
    "INTERNET6",
    "FLEXID9",
    "FLEXID10",
    "VM_UUID",
    "VSN",
    "CONTAINER_ID",
    "EXTENDED",
    "PUBLISHER_DEFINED",
];

/// Whether there is such a kind of host ID.
pub(super) fn known_host_type(kind: &str) -> bool {
    KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

/// A host as a request names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostId {
    /// Kind of ID, as sent.
    #[serde(rename = "type")]
    pub kind: String,
    /// The ID.
    pub value: String,
}

/// A host by which it is found: the kind in upper case, in which it also stands on usage rows (CM-USE-004).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostKey {
    /// Kind of ID in upper case.
    pub kind: String,
    /// The ID.
    pub value: String,
}

impl HostId {
    /// What the host is found by.
    #[must_use]
    pub fn key(&self) -> HostKey {
        HostKey { kind: self.kind.to_ascii_uppercase(), value: self.value.clone() }
    }
}

/// What a host is known as (CM-SRV-002).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServedStatus {
    /// It is being served.
    Normal,
    /// It has given everything back.
    Returned,
    /// Its borrow has ended.
    Expired,
    /// Its record was deleted.
    Dropped,
}

impl ServedStatus {
    /// Its name on usage rows.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Returned => "RETURNED",
            Self::Expired => "EXPIRED",
            Self::Dropped => "DROPPED",
        }
    }
}

/// A count out of one license.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The license, by its number.
    pub license: u64,
    /// How much of it.
    pub count: i64,
}

/// What a host holds of one feature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The feature in the version that was granted.
    pub feature: FeatureKey,
    /// From which licenses, in the order of granting.
    pub shares: Vec<Share>,
    /// End of the borrow, ms.
    pub expires: Millis,
}

impl Holding {
    /// The whole count.
    #[must_use]
    pub fn count(&self) -> i64 {
        self.shares.iter().map(|share| share.count).sum()
    }
}

/// A host with what it holds and what it was charged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Number within the instance.
    pub id: u64,
    /// The host as its last request named it.
    pub host: HostId,
    /// Concurrent counts in use.
    pub holdings: Vec<Holding>,
    /// Metered counts that this host was charged and has not given back.
    pub charges: Vec<Share>,
    /// Its status.
    pub status: ServedStatus,
    /// The last vendor dictionary (CM-DIC-002).
    pub vendor_dictionary: Option<Map<String, Value>>,
    /// Correlation ID of its last request.
    pub correlation_id: String,
    /// Time of its last request, ms.
    pub updated: Millis,
}

impl Client {
    /// A host that has just come for the first time (CM-SRV-001).
    #[must_use]
    pub const fn new(id: u64, host: HostId, now: Millis) -> Self {
        Self {
            id,
            host,
            holdings: Vec::new(),
            charges: Vec::new(),
            status: ServedStatus::Normal,
            vendor_dictionary: None,
            correlation_id: String::new(),
            updated: now,
        }
    }

    /// How much it holds of a feature.
    #[must_use]
    pub fn held(&self, feature: &FeatureKey) -> i64 {
        self.holding(feature).map_or(0, Holding::count)
    }

    /// What it holds of a feature.
    #[must_use]
    pub fn holding(&self, feature: &FeatureKey) -> Option<&Holding> {
        self.holdings.iter().find(|holding| holding.feature == *feature)
    }

    /// Adds to what it holds of a feature.
    pub(super) fn add(&mut self, feature: FeatureKey, shares: Vec<Share>, expires: Millis) {
        match self.holdings.iter_mut().find(|holding| holding.feature == feature) {
            None => self.holdings.push(Holding { feature, shares, expires }),
            Some(holding) => {
                for share in shares {
                    add_share(&mut holding.shares, share);
                }
                holding.expires = expires;
            }
        }
    }

    /// When the first of its borrows ends.
    #[must_use]
    pub fn next_end(&self) -> Option<Millis> {
        self.holdings.iter().map(|holding| holding.expires).min()
    }
}

/// Adds a share to those of the same license.
pub(super) fn add_share(shares: &mut Vec<Share>, share: Share) {
    match shares.iter_mut().find(|other| other.license == share.license) {
        Some(other) => other.count += share.count,
        None => shares.push(share),
    }
}

/// Takes a count off shares, the last ones first; returns what was taken.
pub(super) fn take_off(shares: &mut Vec<Share>, mut count: i64) -> Vec<Share> {
    let mut taken = Vec::new();
    while count > 0
        && let Some(last) = shares.last_mut()
    {
        let part = last.count.min(count);
        taken.push(Share { license: last.license, count: part });
        last.count -= part;
        count -= part;
        if last.count == 0 {
            shares.pop();
        }
    }
    taken
}
