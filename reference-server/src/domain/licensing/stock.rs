//! The licenses of an instance as one request meets them: which ones serve it, how much of them is left, and what is
//! taken out and put back.

use std::collections::BTreeMap;

use super::granting::Ground;
use super::license::compare_versions;
use super::{Client, Denial, FeatureKey, License, LineItemInfo, Share};

/// What the other hosts leave: the capacity without what is reserved for others, and without what others use beyond
/// their reservations (CM-RES-005, CM-CNT-001, CM-CNT-003).
pub(super) const fn beyond_others(capacity: i64, others_reserved: i64, others_in_use: i64) -> i64 {
    capacity - others_reserved - others_in_use
}

/// All that is asked for, or else what is there if fewer will do (CM-PART-001, CM-PART-002, CM-PART-003).
pub(super) fn all_or_what_is_there(wanted: i64, room: Option<i64>, partial: bool) -> i64 {
    match room {
        Some(room) if room < wanted => {
            if partial {
                room.max(0)
            } else {
                0
            }
        }
        _ => wanted,
    }
}

/// No more can be subtracted than is held (CM-INC-004).
pub(super) const fn at_most_held(held: i64, subtracted: i64) -> Result<i64, Denial> {
    if held == 0 {
        return Err(Denial::DecrementNotFound);
    }
    if subtracted > held { Err(Denial::DecrementTooLarge) } else { Ok(subtracted) }
}

/// The licenses of an instance.
pub(super) struct Stock<'a> {
    pub(super) ground: &'a Ground<'a>,
    pub(super) licenses: &'a mut [License],
}

/// What serves one entry: the licenses of each version, the lowest version first.
pub(super) struct Pools(Vec<(FeatureKey, Vec<usize>)>);

impl Pools {
    pub(super) fn first(&self) -> Option<usize> {
        self.0.first().and_then(|(_, places)| places.first().copied())
    }

    /// Those of one feature alone.
    pub(super) fn only(mut self, feature: &FeatureKey) -> Self {
        self.0.retain(|(other, _)| other == feature);
        self
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Stock<'_> {
    /// The licenses that serve an entry, judged by name, version, dates and selectors in this order (`50` §5.5).
    pub(super) fn pools(
        &self,
        name: &str,
        version: &str,
        selectors: &BTreeMap<String, String>,
    ) -> Result<Pools, Denial> {
        let (rules, now) = (&self.ground.rules.granting, self.ground.now);
        let all = 0..self.licenses.len();
        let license = |place: &usize| &self.licenses[*place];
        let named: Vec<usize> = all.filter(|place| license(place).feature.name == name).collect();
        if named.is_empty() {
            return Err(Denial::NotAvailable);
        }
        let high = |place: &usize| (rules.version_serves)(&license(place).feature.version, version);
        let high: Vec<usize> = named.into_iter().filter(high).collect();
        if high.is_empty() {
            return Err(Denial::VersionNotFound);
        }
        let (mut current, mut ahead) = (Vec::new(), false);
        for place in high {
            let early = (rules.not_started)(license(&place), now);
            ahead |= early;
            if !early && !(rules.expired)(license(&place), now) {
                current.push(place);
            }
        }
        if current.is_empty() {
            return Err(if ahead { Denial::NotStarted } else { Denial::Expired });
        }
        current.retain(|place| (rules.selectors_fit)(&license(place).selectors, selectors));
        if current.is_empty() {
            return Err(Denial::NotAvailable);
        }
        Ok(self.by_version(&current))
    }

    fn by_version(&self, places: &[usize]) -> Pools {
        let mut pools: Vec<(FeatureKey, Vec<usize>)> = Vec::new();
        for place in places {
            let feature = &self.licenses[*place].feature;
            match pools.iter_mut().find(|(other, _)| other == feature) {
                Some((_, pool)) => pool.push(*place),
                None => pools.push((feature.clone(), vec![*place])),
            }
        }
        pools.sort_by(|(one, _), (other, _)| compare_versions(&one.version, &other.version));
        Pools(pools)
    }

    /// How much more a host can have; nothing when there is no bound.
    pub(super) fn room(&self, pools: &Pools, client: &Client) -> Option<i64> {
        pools.0.iter().map(|(feature, places)| self.room_in(feature, places, client)).sum()
    }

    fn room_in(&self, feature: &FeatureKey, places: &[usize], client: &Client) -> Option<i64> {
        let rules = &self.ground.rules.granting;
        let licenses = || places.iter().map(|place| &self.licenses[*place]);
        let capacity: i64 = licenses().map(rules.capacity).sum::<Option<i64>>()?;
        let used: i64 = licenses().map(|license| license.used).sum();
        if licenses().any(|license| license.model.is_metered()) {
            return Some(capacity - used);
        }
        let mine = client.held(feature);
        let reserved = self.ground.reserved.iter().find(|reserved| reserved.feature == *feature);
        let (others, within) = reserved.map_or((0, 0), |reserved| (reserved.others, reserved.others_in_use));
        Some((rules.most)(capacity, others, used - mine - within) - mine)
    }

    /// Takes a count out of the licenses: what was bought first, then the overdraft. What the licenses do not have, a
    /// rule has granted too much; it goes to the last.
    pub(super) fn take(
        &mut self,
        pools: &Pools,
        client: &Client,
        count: i64,
    ) -> Vec<(FeatureKey, Vec<Share>)> {
        let mut left = count;
        let mut taken: Vec<(FeatureKey, Vec<Share>)> = Vec::new();
        let last = pools.0.len().saturating_sub(1);
        for (index, (feature, places)) in pools.0.iter().enumerate() {
            let room = self.room_in(feature, places, client).map_or(left, |room| room.clamp(0, left));
            let here = if index == last { left } else { room };
            if here > 0 {
                taken.push((feature.clone(), self.take_from(places, here)));
                left -= here;
            }
        }
        taken
    }

    fn take_from(&mut self, places: &[usize], mut left: i64) -> Vec<Share> {
        let capacity = self.ground.rules.granting.capacity;
        let mut shares = Vec::new();
        for limit in [(|license: &License| license.count) as fn(&License) -> Option<i64>, capacity] {
            for place in places {
                let license = &mut self.licenses[*place];
                let free = limit(license).map_or(left, |limit| (limit - license.used).clamp(0, left));
                book(license, free, &mut shares);
                left -= free;
            }
        }
        if let Some(last) = places.last() {
            book(&mut self.licenses[*last], left, &mut shares);
        }
        shares
    }

    /// Puts counts back.
    pub(super) fn put_back(&mut self, shares: &[Share]) {
        for share in shares {
            if let Some(license) = self.licenses.iter_mut().find(|license| license.id == share.license) {
                license.used -= share.count;
            }
        }
    }

    /// Takes counts again that were put back.
    pub(super) fn take_again(&mut self, shares: &[Share]) {
        for share in shares {
            if let Some(license) = self.licenses.iter_mut().find(|license| license.id == share.license) {
                license.used += share.count;
            }
        }
    }

    /// The license behind a share.
    pub(super) fn license(&self, share: &Share) -> Option<&License> {
        self.licenses.iter().find(|license| license.id == share.license)
    }

    /// The licenses behind shares.
    pub(super) fn behind(&self, shares: &[Share]) -> Vec<&License> {
        shares.iter().filter_map(|share| self.license(share)).collect()
    }
}

fn book(license: &mut License, count: i64, shares: &mut Vec<Share>) {
    if count > 0 {
        license.used += count;
        super::client::add_share(shares, Share { license: license.id, count });
    }
}

/// What an answer says of the line items behind licenses.
pub(super) fn line_items(licenses: &[&License]) -> Vec<LineItemInfo> {
    let info = |license: &&License| LineItemInfo {
        activation_id: license.activation_id.clone(),
        entitlement_id: license.entitlement_id.clone(),
        product_name: license.product_name.clone(),
        product_version: license.product_version.clone(),
    };
    licenses.iter().map(info).collect()
}
