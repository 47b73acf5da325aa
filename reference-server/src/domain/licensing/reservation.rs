//! Reservations: counts that are kept for a host (CM-RES-001 to CM-RES-008).

use serde::{Deserialize, Serialize};

use super::{FeatureKey, HostId, HostKey};

/// A named group of reservations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationGroup {
    /// Number within the instance.
    pub id: u64,
    /// Name, of which there is one.
    pub name: String,
    /// One for each host.
    pub reservations: Vec<Reservation>,
}

/// What is kept for one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Number within the instance.
    pub id: u64,
    /// The host.
    pub host: HostId,
    /// One for each feature.
    pub entries: Vec<ReservationEntry>,
}

/// How much of one feature is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservationEntry {
    /// Number within the instance.
    pub id: u64,
    /// The feature.
    pub feature: FeatureKey,
    /// How many.
    pub count: i64,
}

/// The reservations of one feature as one host sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// The feature.
    pub feature: FeatureKey,
    /// Kept for this host.
    pub mine: i64,
    /// Kept for others.
    pub others: i64,
    /// What others use of what is kept for them.
    pub others_in_use: i64,
}

/// All reservations as a host sees them, given what each host holds of a feature.
pub(super) fn seen_by(
    groups: &[ReservationGroup],
    host: &HostKey,
    held: impl Fn(&HostKey, &FeatureKey) -> i64,
) -> Vec<Reserved> {
    let mut seen: Vec<Reserved> = Vec::new();
    for reservation in groups.iter().flat_map(|group| &group.reservations) {
        let owner = reservation.host.key();
        for entry in &reservation.entries {
            let place = seen.iter().position(|reserved| reserved.feature == entry.feature);
            let place = place.unwrap_or_else(|| {
                let feature = entry.feature.clone();
                seen.push(Reserved { feature, mine: 0, others: 0, others_in_use: 0 });
                seen.len() - 1
            });
            if owner == *host {
                seen[place].mine += entry.count;
            } else {
                seen[place].others += entry.count;
                seen[place].others_in_use += held(&owner, &entry.feature).min(entry.count);
            }
        }
    }
    seen
}
