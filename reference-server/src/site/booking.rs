//! The book: charges and refunds change `used` and leave a usage row in the same step.
//!
//! Nothing else in the server writes `used` or a row, so that the two cannot disagree.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::outcome::{Effect, Kind};
use super::{Instance, RefundParts, Site};
use crate::domain::usage_row::{MeterCostList, RowKind};
use crate::domain::{
    ApiVersion, Asking, ChargedItem, Ground, ItemVerdict, LineItem, Millis, Pool, Pricing, RequestedItem,
    Requester, SessionState, Share, Timeline, Tokens, UsageRow,
};

/// What all rows of one activity have in common.
pub(super) struct Activity<'a> {
    pub(super) correlation_id: String,
    pub(super) instance: &'a Instance,
    pub(super) requester: Option<&'a Requester>,
    /// The session with its state after the activity.
    pub(super) session: Option<(Uuid, SessionState)>,
    /// Version whose code digits stand on the rows (S-14).
    pub(super) version: ApiVersion,
}

impl Activity<'_> {
    pub(super) fn with_state(&self, state: SessionState) -> Activity<'_> {
        Activity {
            correlation_id: self.correlation_id.clone(),
            instance: self.instance,
            requester: self.requester,
            session: self.session.map(|(id, _)| (id, state)),
            version: self.version,
        }
    }
}

impl Site {
    /// Prices items in the order of processing, with refunds that may help to pay (DM-ACC-014, DM-SES-058,
    /// DM-ACC-025, DM-LI-A01, DM-ROA-016).
    pub(super) fn price_all(
        &self,
        instance: &str,
        asking: Asking<'_>,
        items: &[RequestedItem],
        pricing: Pricing,
        credits: &[(Share, Tokens)],
    ) -> Vec<ItemVerdict> {
        let ground = Ground {
            rules: &self.rules,
            tables: &self.rate_tables,
            conditions: &self.conditions,
            now: self.now,
            pricing,
            tolerance: (self.rules.tolerance)(self.configuration.tolerance()),
        };
        let mut pool = Pool::new(ground, asking, self.payers(instance));
        if let Some(unseen) = self.rules.steps.unseen {
            for payer in self.payers(instance) {
                pool.credit(&payer.activation_id, None, unseen(&self.traffic, &payer.activation_id));
            }
        }
        for (share, refund) in credits {
            pool.credit(&share.activation_id, share.action.as_deref(), *refund);
        }
        let mut verdicts = vec![ItemVerdict::Insufficient; items.len()];
        for index in (self.rules.processing_order)(items.len()) {
            let item = &items[index];
            let payable = item.count.is_sign_positive() && !item.count.is_zero();
            verdicts[index] = if payable { pool.price(item) } else { ItemVerdict::Insufficient };
            if !(self.rules.sale.goes_on_after)(&verdicts[index]) {
                break;
            }
        }
        verdicts
    }

    /// Books every item of an activity in the order of processing: a row for each charged line item, or one row
    /// that says why nothing was charged (DM-ACC-030, WH-USAGE-067).
    pub(super) fn book(
        &mut self,
        activity: &Activity<'_>,
        kind: RowKind,
        items: &[RequestedItem],
        verdicts: &[ItemVerdict],
    ) {
        for _ in 0..(self.rules.steps.times_booked)(&mut self.traffic) {
            self.book_once(activity, kind, items, verdicts);
        }
    }

    fn book_once(
        &mut self,
        activity: &Activity<'_>,
        kind: RowKind,
        items: &[RequestedItem],
        verdicts: &[ItemVerdict],
    ) {
        for index in (self.rules.processing_order)(items.len()) {
            let (item, verdict) = (&items[index], &verdicts[index]);
            if let ItemVerdict::Granted(shares) = verdict {
                for share in shares {
                    self.charge(activity, kind, item, share, shares.len() > 1);
                }
            } else {
                let mut row = self.row(activity, item);
                row.request_response = Some(verdict.code(&self.rules, activity.version).0.into());
                self.write(RowKind::Denied, row);
            }
        }
    }

    fn charge(
        &mut self,
        activity: &Activity<'_>,
        kind: RowKind,
        item: &RequestedItem,
        share: &Share,
        split: bool,
    ) {
        let booked = (self.rules.booked)(share.tokens);
        let mut row = self.row(activity, item);
        self.enter(&mut row, activity.version, share, booked, share.tokens);
        self.count(share, (self.rules.access.counted)(share.tokens));
        if split && !self.rules.split_repeats_quantity {
            row.item_quantity = share.count.round_dp(9).normalize();
        }
        self.write(kind, row);
    }

    /// Gives back part of what a timeline has charged for its current period, to the line items that paid
    /// (DM-REF-003). Returns what was given back (DM-REF-004, DM-RULE-049).
    pub(super) fn refund(&mut self, activity: &Activity<'_>, timeline: &Timeline, refund: Tokens) -> Tokens {
        let mut given = Tokens::ZERO;
        let parts = self.refund_parts(timeline, refund);
        for (item, share, part) in (self.rules.steps.refunded)(&mut self.traffic, parts) {
            if part.is_zero() {
                continue;
            }
            let mut row = self.row(activity, &item);
            row.meta_data = None;
            let total = self.line_items.get(&share.activation_id).map_or(part, |item| item.used);
            let taken_off = (self.rules.sessions.refunded)(part, total);
            self.enter(&mut row, activity.version, &share, -taken_off, -part);
            if self.rules.access.refund_restores_allocation {
                self.count(&share, -part);
            }
            self.write(RowKind::Refund, row);
            given += part;
        }
        given
    }

    /// The parts of a refund with the charges that they reverse; those that cannot be credited are left out.
    pub(super) fn refund_parts(&self, timeline: &Timeline, refund: Tokens) -> RefundParts {
        let shares: Vec<(&ChargedItem, &Share)> = timeline
            .charged
            .iter()
            .flat_map(|charged| charged.shares.iter().map(move |share| (charged, share)))
            .collect();
        let charges: Vec<Tokens> = shares.iter().map(|(_, share)| share.tokens).collect();
        let parts = (self.rules.share_refund)(&charges, refund);
        shares
            .into_iter()
            .zip(parts)
            .filter(|((_, share), _)| {
                self.line_items.get(&share.activation_id).is_some_and(self.rules.refundable)
            })
            .map(|((charged, share), part)| (charged.requested.clone(), share.clone(), part))
            .collect()
    }

    /// The line items that may pay for a request to an instance: those that are mapped to it (DM-LI-A01).
    fn payers<'a>(&'a self, instance: &'a str) -> impl Iterator<Item = &'a LineItem> + Clone + use<'a> {
        let others = self.rules.line_items.other_instances_pay.then(|| {
            let others = self.instances.iter().filter(move |other| *other.id != *instance);
            others.flat_map(|other| self.mapped_to(&other.id))
        });
        others.into_iter().flatten().chain(self.mapped_to(instance))
    }

    /// Changes `used` of the share's line item and fills the row with it (DM-ACC-012, DM-LINE-043).
    fn enter(
        &mut self,
        row: &mut UsageRow,
        version: ApiVersion,
        share: &Share,
        booked: Tokens,
        shown: Tokens,
    ) {
        row.request_response = Some(self.rules.codes.granted.of(version).into());
        row.meter_cost = self.shown_cost(share);
        row.meter_cost_list =
            Some(MeterCostList { series: share.series.clone(), version: share.table_version.clone() });
        row.meter_quantity = shown;
        row.activation_id = Some(vec![share.activation_id.clone()]);
        if let Some(line_item) = self.line_items.get_mut(&share.activation_id) {
            let total = self.rules.steps.total;
            line_item.used = total(&mut self.traffic, &share.activation_id, line_item.used, booked);
            self.traffic.latest = Some((Arc::clone(&share.activation_id), booked));
            row.used = Some(line_item.used);
            row.mapped_entitled_count = Some(line_item.quantity);
            row.overdraft_count = line_item.overdraft_count();
        }
        if let Some(astray) = self.rules.steps.astray {
            let other = astray(&mut self.traffic, &self.line_items);
            self.go_astray(other, share, booked);
        }
        // A charge under an action changes more than the total.
        if share.action.is_some() {
            self.touch(Kind::LineItem, &*share.activation_id);
        } else {
            self.used(&share.activation_id);
        }
    }

    /// Puts a charge on the total of another line item than the one that pays.
    fn go_astray(&mut self, other: Option<Arc<str>>, share: &Share, booked: Tokens) {
        let Some(other) = other else { return };
        for (id, change) in [(&share.activation_id, -booked), (&other, booked)] {
            if let Some(line_item) = self.line_items.get_mut(id) {
                line_item.used += change;
            }
        }
        self.used(&other);
    }

    /// The rate as the row shows it; what it shows of a formula is not documented.
    fn shown_cost(&self, share: &Share) -> Option<Decimal> {
        let Some(of_formula) = self.rules.formula_cost else { return Some(share.rate) };
        let mut tables = self.rate_tables.iter();
        let table = tables.find(|table| table.series == share.series && table.version == share.table_version);
        let has_formula = table.is_some_and(|table| table.items.iter().any(|item| item.formula.is_some()));
        if has_formula { of_formula(share.rate) } else { Some(share.rate) }
    }

    /// Keeps the new total of a line item.
    pub(super) fn used(&mut self, line_item: &Arc<str>) {
        if let Some(item) = self.line_items.get(line_item) {
            let effect = Effect::Used { line_item: Arc::clone(line_item), used: item.used };
            self.emit(effect);
        }
    }

    /// Adds to the count of the action that a charge was allowed by. A count that was lost with its action stays
    /// lost (DM-RULE-028, DM-RULE-047).
    fn count(&mut self, share: &Share, tokens: Tokens) {
        let Some(id) = &share.action else { return };
        let line_item = self.line_items.get_mut(&share.activation_id);
        let actions = line_item.map(|item| item.actions.iter_mut()).into_iter().flatten();
        for action in actions.filter(|action| action.id == *id) {
            action.used += tokens;
        }
    }

    /// A row of an activity before anything is charged.
    fn row(&self, activity: &Activity<'_>, item: &RequestedItem) -> UsageRow {
        let version = item.version.as_str();
        UsageRow {
            correlation_id: activity.correlation_id.clone(),
            tenant_id: Arc::clone(&self.id),
            usage_time: self.now,
            write_time: self.written,
            consumer_id: activity.requester.map(|requester| requester.value.clone()),
            consumer_type: activity.requester.map(|requester| requester.kind.clone()),
            account_id: activity.instance.account_id.clone(),
            instance_id: activity.instance.id.clone(),
            activation_id: None,
            mapped_entitled_count: None,
            used: None,
            item: item.item.clone(),
            item_version: (!version.is_empty()).then(|| version.to_owned()),
            item_quantity: item.count.normalize(),
            session_id: activity.session.map(|(id, _)| id.to_string()),
            session_state: activity.session.map(|(_, state)| state.word().into()),
            request_response: None,
            controls_applied: None,
            meter_type: "elastic".into(),
            meter: "elastic token".into(),
            meter_cost_list: None,
            meter_cost: None,
            meter_quantity: Tokens::ZERO,
            meta_data: item.meta_data.clone().filter(has_members),
            partial: None,
            incremental: None,
            overdraft_count: None,
            entitled_articles: None,
            entitled_article_versions: None,
            borrowed_until: None,
            served_client_status: None,
        }
    }

    pub(super) fn write(&mut self, kind: RowKind, row: UsageRow) {
        for row in (self.rules.write_row)(kind, row) {
            match self.rules.steps.written {
                None => self.write_now(kind, row),
                Some(written) => {
                    for (kind, row) in written(&mut self.traffic, (kind, row)) {
                        self.write_now(kind, row);
                    }
                }
            }
        }
    }

    fn write_now(&mut self, kind: RowKind, row: UsageRow) {
        self.row_sequence += 1;
        let sequence = self.row_sequence;
        self.emit(Effect::Row { sequence, kind, row: Box::new(row) });
    }
}

/// Pairs granted items with what they cost. Sessions keep the pairs, so that no spare room is kept along.
pub(super) fn charged_items(items: &[RequestedItem], verdicts: &[ItemVerdict]) -> Vec<ChargedItem> {
    let granted = items.iter().zip(verdicts).filter(|(_, verdict)| verdict.granted());
    let mut charged = Vec::with_capacity(granted.clone().count());
    charged.extend(
        granted.map(|(item, verdict)| ChargedItem {
            requested: item.clone(),
            shares: verdict.shares().to_vec(),
        }),
    );
    charged
}

/// What is left of a paid period.
pub(super) fn unused(timeline: &Timeline, now: Millis) -> Millis {
    timeline.next_charge - now
}

fn has_members(data: &Map<String, Value>) -> bool {
    !data.is_empty()
}
