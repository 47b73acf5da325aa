//! What a served request shows: the answer's features and the lines of usage rows.

use super::granting::Desk;
use super::license::FeatureKey;
use super::stock::line_items;
use super::{Denial, Granted, Holding, License, Line, LineKind, Share, WantedFeature};

impl Desk<'_> {
    /// Fills the answer: all that the host holds now, and what it was charged (CM-INC-005, CM-RSP-002, CM-RSP-003).
    pub(super) fn show(&mut self) {
        let all = self.stock.ground.rules.granting.shows_all_held;
        let named = |holding: &&Holding| {
            all || self.request.features.iter().any(|entry| entry.name == holding.feature.name)
        };
        let held = self.client.holdings.iter().filter(named);
        let mut granted: Vec<Granted> = held
            .map(|holding| {
                let mut shown = self.shown(&holding.feature, &holding.shares, holding.count());
                shown.expires = Some(holding.expires);
                shown
            })
            .collect();
        for (feature, shares, count) in &self.metered {
            granted.push(self.shown(feature, shares, *count));
        }
        self.served.granted = granted;
    }

    /// What could be had of every feature now, for a preview that names none (CM-PRE-005).
    pub(super) fn show_available(&mut self, features: &[FeatureKey]) {
        let mut granted = Vec::new();
        for feature in features {
            let pools = self.stock.pools(&feature.name, &feature.version, &self.request.selectors);
            let Ok(pool) = pools.map(|pools| pools.only(feature)) else { continue };
            let most = self.stock.room(&pool, self.client);
            if most.is_some_and(|most| most <= 0) || pool.is_empty() {
                continue;
            }
            let licenses = self.stock.licenses.iter().filter(|license| license.feature == *feature);
            let shares: Vec<Share> =
                licenses.map(|license| Share { license: license.id, count: 0 }).collect();
            let mut shown = self.shown(feature, &shares, most.unwrap_or(1));
            shown.most = most;
            granted.push(shown);
        }
        self.served.granted = granted;
    }

    fn shown(&self, feature: &FeatureKey, shares: &[Share], count: i64) -> Granted {
        let licenses = self.stock.behind(shares);
        let entry = self.request.features.iter().find(|entry| entry.name == feature.name);
        let pools = self.stock.pools(&feature.name, &feature.version, &self.request.selectors);
        let pool = pools.map(|pools| pools.only(feature)).ok();
        let metered = licenses.iter().any(|license| license.model.is_metered());
        let mine = if metered { 0 } else { self.client.held(feature) };
        // What is held of licenses that serve nobody any more is all that can be had of them.
        let room = pool.map_or(Some(0), |pool| self.stock.room(&pool, self.client));
        Granted {
            feature: feature.clone(),
            requested_version: entry.map(|entry| entry.version.clone()),
            count,
            uncounted: !licenses.is_empty() && licenses.iter().all(|license| license.count.is_none()),
            most: room.map(|room| mine + room),
            expires: None,
            final_expiry: licenses.iter().filter_map(|license| license.end).min(),
            vendor_string: licenses
                .iter()
                .map(|license| &license.vendor_string)
                .max()
                .cloned()
                .unwrap_or_default(),
            line_items: line_items(&licenses),
        }
    }

    /// Notes an entry for the usage rows, with the line items and their counts as they are now. An entry that asked
    /// for nothing leaves none.
    pub(super) fn line(
        &mut self,
        kind: LineKind,
        entry: &WantedFeature,
        shares: &[Share],
        borrowed_until: Option<i64>,
    ) {
        let (name, version) = (entry.name.clone(), entry.version.clone());
        let line = self.line_about(kind, name, version, shares, entry.count);
        self.served.lines.push(Line { borrowed_until, ..line });
    }

    /// Notes what was given back without having been named with a count.
    pub(super) fn line_of_release(&mut self, feature: &FeatureKey, shares: &[Share], count: i64) {
        let FeatureKey { name, version } = feature.clone();
        let line = self.line_about(LineKind::Released, name, version, shares, count);
        self.served.lines.push(Line { borrowed_until: Some(self.stock.ground.now), ..line });
    }

    fn line_about(
        &self,
        kind: LineKind,
        name: String,
        version: String,
        shares: &[Share],
        quantity: i64,
    ) -> Line {
        let licenses = self.stock.behind(shares);
        let model = match kind {
            LineKind::Denied(Denial::NotAvailable) => None,
            _ => self.stock.licenses.iter().find(|license| license.feature.name == name).map(|of| of.model),
        };
        Line { model, ..line_of(kind, name, version, &licenses, quantity) }
    }
}

/// A line about these licenses.
pub(super) fn line_of(
    kind: LineKind,
    name: String,
    version: String,
    licenses: &[&License],
    quantity: i64,
) -> Line {
    Line {
        kind,
        name,
        version,
        quantity,
        model: licenses.first().map(|license| license.model),
        line_items: line_items(licenses),
        entitled: licenses.iter().map(|license| license.count).sum(),
        overdraft: licenses.iter().map(|license| license.overdraft).sum(),
        used: licenses.iter().map(|license| license.used).sum(),
        borrowed_until: None,
    }
}
