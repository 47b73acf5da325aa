//! One request of one host: what it gives back, what it is granted, and what it is told (`50` §5.4).

use std::collections::HashSet;

use super::super::Millis;
use super::client::{add_share, take_off};
use super::stock::{Pools, Stock};
use super::{
    BorrowTerms, CapabilityRequest, Client, Denial, FeatureKey, Granted, Holding, License, LicensingRules,
    Line, LineKind, Model, Reserved, ServedStatus, Share, Status, WantedFeature,
};

/// What a request meets at an instance.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The rules in force.
    pub rules: &'a LicensingRules,
    /// The site's time, ms.
    pub now: Millis,
    /// How the instance lends.
    pub terms: &'a BorrowTerms,
    /// Reservations as the host sees them.
    pub reserved: &'a [Reserved],
}

/// What became of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Served {
    /// What the host holds now, and what it was charged.
    pub granted: Vec<Granted>,
    /// What was denied.
    pub statuses: Vec<Status>,
    /// What belongs on usage rows.
    pub lines: Vec<Line>,
    /// Metered licenses whose totals have changed.
    pub charged: Vec<u64>,
}

/// Serves a request (CM-GRANT-001, CM-INC-001).
pub fn serve(
    ground: &Ground<'_>,
    licenses: &mut [License],
    client: &mut Client,
    request: &CapabilityRequest,
) -> Served {
    let stock = Stock { ground, licenses };
    let mut desk =
        Desk { stock, client, request, served: Served::default(), metered: Vec::new(), gave_back: false };
    if request.incremental {
        desk.incremental();
    } else {
        desk.complete();
    }
    desk.settle_status();
    desk.show();
    desk.served
}

/// What a request would come to (CM-PRE-001 to CM-PRE-008). It is served on copies: nothing of it stays.
pub fn preview(
    ground: &Ground<'_>,
    licenses: &mut [License],
    client: &mut Client,
    request: &CapabilityRequest,
) -> Served {
    if !request.features.is_empty() {
        return serve(ground, licenses, client, request);
    }
    let mut features: Vec<FeatureKey> = licenses.iter().map(|license| license.feature.clone()).collect();
    let mut seen = HashSet::new();
    features.retain(|feature| seen.insert(feature.clone()));
    let mut stock = Stock { ground, licenses };
    for holding in std::mem::take(&mut client.holdings) {
        stock.put_back(&holding.shares);
    }
    let mut desk =
        Desk { stock, client, request, served: Served::default(), metered: Vec::new(), gave_back: false };
    desk.show_available(&features);
    desk.served
}

/// Where one host is served.
pub(super) struct Desk<'a> {
    pub(super) stock: Stock<'a>,
    pub(super) client: &'a mut Client,
    pub(super) request: &'a CapabilityRequest,
    pub(super) served: Served,
    /// What was charged for metered features, for the answer.
    pub(super) metered: Vec<(FeatureKey, Vec<Share>, i64)>,
    gave_back: bool,
}

impl Desk<'_> {
    const fn rules(&self) -> &LicensingRules {
        self.stock.ground.rules
    }

    /// The request states all that is wanted: what is held is given back, then granted anew (CM-GRANT-001).
    fn complete(&mut self) {
        let rules = self.rules().granting;
        let mut former = Vec::new();
        if rules.gives_back_first {
            former = std::mem::take(&mut self.client.holdings);
            for holding in &former {
                self.stock.put_back(&holding.shares);
            }
        }
        if rules.metered_comes_back {
            let charges = std::mem::take(&mut self.client.charges);
            self.stock.put_back(&charges);
            self.served.charged.extend(charges.iter().map(|share| share.license));
        }
        let wanted = if self.request.features.is_empty() && rules.grants_reserved {
            self.reserved()
        } else {
            self.request.features.clone()
        };
        if rules.left_out_stays {
            let left_out =
                |holding: &&Holding| !wanted.iter().any(|entry| entry.name == holding.feature.name);
            for holding in former.iter().filter(left_out) {
                self.restore(holding);
            }
        }
        let mut blocked = false;
        for entry in &wanted {
            let served = if blocked { Err(Denial::CountInsufficient) } else { self.grant(entry) };
            if let Err(denial) = served {
                blocked |= rules.denial_blocks_rest;
                if rules.denial_keeps {
                    former
                        .iter()
                        .filter(|held| held.feature.name == entry.name)
                        .for_each(|held| self.restore(held));
                }
                self.deny(entry, denial);
            }
        }
        self.note_released(&former);
    }

    /// What is reserved for the host (CM-GRANT-002).
    fn reserved(&self) -> Vec<WantedFeature> {
        let mine = self.stock.ground.reserved.iter().filter(|reserved| reserved.mine > 0);
        mine.map(|reserved| WantedFeature {
            name: reserved.feature.name.clone(),
            version: reserved.feature.version.clone(),
            count: reserved.mine,
        })
        .collect()
    }

    fn restore(&mut self, holding: &Holding) {
        self.stock.take_again(&holding.shares);
        self.client.add(holding.feature.clone(), holding.shares.clone(), holding.expires);
    }

    /// What was held and is not any more was given back (CM-GRANT-005, CM-USE-007).
    fn note_released(&mut self, former: &[Holding]) {
        for holding in former {
            if self.client.holding(&holding.feature).is_none() {
                self.gave_back = true;
                self.line_of_release(&holding.feature, &holding.shares, holding.count());
            }
        }
    }

    /// The request adds and subtracts; what it does not name stays (CM-INC-001, CM-INC-002).
    fn incremental(&mut self) {
        let entries = &self.request.features;
        let mixed =
            entries.iter().any(|entry| entry.count > 0) && entries.iter().any(|entry| entry.count < 0);
        if mixed && !self.rules().granting.signs_mix {
            for entry in entries {
                self.deny(entry, Denial::DataInvalid);
            }
            return;
        }
        let mut successes = 0;
        for entry in entries {
            let served = if entry.count < 0 { self.give_back(entry) } else { self.grant(entry) };
            match served {
                Ok(()) => successes += 1,
                Err(denial) => self.deny(entry, denial),
            }
        }
        if successes > 0 || entries.is_empty() {
            self.renew();
        }
    }

    /// A successful incremental request renews all that is held (CM-BOR-010).
    fn renew(&mut self) {
        let rules = self.rules().borrow;
        if !rules.renews {
            return;
        }
        let named = |holding: &Holding| {
            rules.increment_renews_all
                || self.request.features.iter().any(|entry| entry.name == holding.feature.name)
        };
        let ends: Vec<Option<Millis>> = self
            .client
            .holdings
            .iter()
            .map(|holding| named(holding).then(|| self.end_of_borrow(&holding.shares)))
            .collect();
        for (holding, end) in self.client.holdings.iter_mut().zip(ends) {
            holding.expires = end.unwrap_or(holding.expires);
        }
    }

    /// Grants a count of 0 or more. Nothing of a feature is what a count of 0 asks for (CM-GRANT-006).
    fn grant(&mut self, entry: &WantedFeature) -> Result<(), Denial> {
        let pools = self.stock.pools(&entry.name, &entry.version, &self.request.selectors)?;
        let Some(model) = pools.first().map(|place| self.stock.licenses[place].model) else {
            return Err(Denial::NotAvailable);
        };
        if entry.count == 0 {
            return Ok(());
        }
        let room = self.stock.room(&pools, self.client);
        let rules = &self.rules().granting;
        let granted = (rules.granted)(entry.count, room, self.request.partial);
        if granted <= 0 {
            return Err(Denial::CountInsufficient);
        }
        if granted < entry.count && rules.partial_has_status {
            let (name, version) = (entry.name.clone(), entry.version.clone());
            self.served.statuses.push(Status { name, version, denial: Denial::CountInsufficient });
        }
        match model {
            Model::Concurrent => self.lend(entry, &pools, granted),
            Model::Metered { .. } => self.charge(entry, &pools, granted),
        }
        Ok(())
    }

    /// Lends counts; the borrow of all that is held of the feature begins anew (CM-BOR-009).
    fn lend(&mut self, entry: &WantedFeature, pools: &Pools, granted: i64) {
        let (mut behind, mut first_end) = (Vec::new(), Millis::MAX);
        for (feature, shares) in self.stock.take(pools, self.client, granted) {
            let former = self.client.holding(&feature).map(|holding| holding.expires);
            self.client.add(feature.clone(), shares, 0);
            let Some(holding) = self.client.holding(&feature) else { continue };
            let shares = holding.shares.clone();
            let end = match former {
                Some(former) if !self.rules().borrow.renews => former,
                _ => self.end_of_borrow(&shares),
            };
            self.client.add(feature, Vec::new(), end);
            behind.extend(shares);
            first_end = first_end.min(end);
        }
        self.line(LineKind::Granted, entry, &behind, Some(first_end));
    }

    /// When what is borrowed now ends: the interval of the license that ends first, and no license's own end is
    /// passed (CM-BOR-005, CM-BOR-006, CM-BOR-007).
    fn end_of_borrow(&self, shares: &[Share]) -> Millis {
        let (rules, terms, now) = (&self.rules().borrow, self.stock.ground.terms, self.stock.ground.now);
        let ends = self.stock.behind(shares).into_iter().map(|license| {
            let interval = (rules.interval)(license.borrow_interval, terms, self.request.borrow_interval);
            (rules.within_license)((rules.end)(now, interval, terms.granularity.millis()), license.end)
        });
        ends.min().unwrap_or(now)
    }

    /// Charges a metered feature. Charges add up, and the interval plays no part (CM-MET-002, CM-MET-003).
    fn charge(&mut self, entry: &WantedFeature, pools: &Pools, granted: i64) {
        let charged = (self.rules().granting.metered_charge)(granted);
        let mut behind = Vec::new();
        for (feature, shares) in self.stock.take(pools, self.client, charged) {
            for share in &shares {
                add_share(&mut self.client.charges, *share);
                self.served.charged.push(share.license);
            }
            let count = shares.iter().map(|share| share.count).sum();
            behind.extend(shares.iter().copied());
            self.metered.push((feature, shares, count));
        }
        self.line(LineKind::Granted, entry, &behind, None);
    }

    fn give_back(&mut self, entry: &WantedFeature) -> Result<(), Denial> {
        let named = |license: &&License| license.feature.name == entry.name;
        match self.stock.licenses.iter().find(named).map(|license| license.model) {
            Some(model @ Model::Metered { .. }) => self.uncharge(entry, model),
            _ => self.decrement(entry),
        }
    }

    /// Takes a count off what is held (CM-INC-004).
    fn decrement(&mut self, entry: &WantedFeature) -> Result<(), Denial> {
        let serves = self.rules().granting.version_serves;
        let fits = |holding: &Holding| {
            holding.feature.name == entry.name && serves(&holding.feature.version, &entry.version)
        };
        let held = self.client.holdings.iter().filter(|holding| fits(holding)).map(Holding::count).sum();
        let mut left = (self.rules().granting.decrement)(held, entry.count.saturating_neg())?;
        let mut shares = Vec::new();
        for holding in self.client.holdings.iter_mut().filter(|holding| fits(holding)).rev() {
            let taken = take_off(&mut holding.shares, left);
            left -= taken.iter().map(|share| share.count).sum::<i64>();
            shares.extend(taken);
        }
        self.client.holdings.retain(|holding| !holding.shares.is_empty());
        self.stock.put_back(&shares);
        self.gave_back = true;
        self.line(LineKind::Released, entry, &shares, Some(self.stock.ground.now));
        Ok(())
    }

    /// Gives back what was charged for a reusable metered feature (CM-MET-006).
    fn uncharge(&mut self, entry: &WantedFeature, model: Model) -> Result<(), Denial> {
        if !(self.rules().granting.reusable)(model) {
            return Err(Denial::NotReusable);
        }
        let of_feature = |license: &&License| license.feature.name == entry.name;
        let ids: Vec<u64> = self.stock.licenses.iter().filter(of_feature).map(|license| license.id).collect();
        let mine = |share: &&Share| ids.contains(&share.license);
        let charged: i64 = self.client.charges.iter().filter(mine).map(|share| share.count).sum();
        let returned = entry.count.saturating_neg();
        if charged == 0 {
            return Err(Denial::ReturnNotAvailable);
        }
        if returned > charged {
            return Err(Denial::ReturnInsufficient);
        }
        let (mut of_this, others) = self.client.charges.iter().copied().partition(|share| mine(&share));
        let shares = take_off(&mut of_this, returned);
        self.client.charges = others;
        self.client.charges.extend(of_this);
        self.stock.put_back(&shares);
        self.served.charged.extend(shares.iter().map(|share| share.license));
        let feature = self.stock.license(&shares[0]).map(|license| license.feature.clone());
        self.line(LineKind::Granted, entry, &shares, None);
        self.metered.extend(feature.map(|feature| (feature, shares, entry.count)));
        Ok(())
    }

    fn deny(&mut self, entry: &WantedFeature, denial: Denial) {
        let (name, version) = (entry.name.clone(), entry.version.clone());
        self.served.statuses.push(Status { name, version, denial });
        self.line(LineKind::Denied(denial), entry, &[], None);
    }

    /// The status of the host after the request (CM-SRV-003).
    fn settle_status(&mut self) {
        if !self.client.holdings.is_empty() || !self.metered.is_empty() {
            self.client.status = ServedStatus::Normal;
        } else if self.gave_back {
            self.client.status = ServedStatus::Returned;
        }
    }
}
