//! One-off access requests: charged at once, never refunded.

use rust_decimal::Decimal;

use super::booking::Activity;
use super::{Refusal, Site, new_id};
use crate::domain::usage_row::RowKind;
use crate::domain::{ApiVersion, Asking, ItemVerdict, Pricing, RequestedItem, Requester, Share, sale_rules};

/// A well-formed access request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRequest {
    /// Who asks.
    pub requester: Requester,
    /// For what, in the order of processing.
    pub items: Vec<RequestedItem>,
    /// Version of the API that it came by.
    pub version: ApiVersion,
}

/// The answer to an access request (`10` §3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessAnswer {
    /// HTTP status.
    pub status: u16,
    /// Ties the answer to its usage rows.
    pub correlation_id: String,
    /// Echo of the request.
    pub requester: Requester,
    /// One entry for each requested item, in the order of the request.
    pub items: Vec<AnsweredItem>,
}

/// What became of one requested item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnsweredItem {
    /// Item name.
    pub item: String,
    /// Version as requested; empty when it was left out.
    pub version: String,
    /// Requested count, also when nothing was granted (DM-ACC-027).
    pub count: Decimal,
    /// Result code.
    pub code: &'static str,
    /// Its description.
    pub description: &'static str,
    /// Line items that pay; none when nothing was charged.
    pub shares: Vec<Share>,
}

impl Site {
    /// Grants and charges as many items as possible, one after the other (DM-ACC-014, DM-ACC-015, DM-ACC-013,
    /// DM-ACC-028, DM-CODE-014, DM-REF-010).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn request_access(
        &mut self,
        instance: &str,
        request: AccessRequest,
    ) -> Result<AccessAnswer, Refusal> {
        let instance = self.known_instance(instance)?;
        let pricing = Pricing { at: self.now, period: None };
        let asking = Asking {
            dictionary: &request.requester.dictionary,
            admits: self.rules.access.admits_once,
            as_granted: &[],
        };
        let mut verdicts = self.price_all(&instance.id, asking, &request.items, pricing, &[]);
        let granted: Vec<bool> = verdicts.iter().map(ItemVerdict::granted).collect();
        if !(self.rules.oneoff_stands)(&granted) {
            sale_rules::block_granted(&mut verdicts);
        }
        let correlation_id = new_id();
        let activity = Activity {
            correlation_id: correlation_id.clone(),
            instance: &instance,
            requester: Some(&request.requester),
            session: None,
            version: request.version,
        };
        self.book(&activity, RowKind::Charge, &request.items, &verdicts);
        if self.rules.sale.oneoff_leaves_session {
            self.create_session(&instance.id, request.version)?;
        }
        let status = self.one_off_status(&verdicts);
        Ok(self.answer(status, correlation_id, request, &verdicts))
    }

    fn one_off_status(&self, verdicts: &[ItemVerdict]) -> u16 {
        let statuses = &self.rules.statuses;
        let granted = verdicts.iter().filter(|verdict| verdict.granted()).count();
        match (granted, verdicts.len()) {
            (_, 0) => statuses.oneoff_empty,
            (0, _) => statuses.oneoff_all_denied,
            (granted, all) if granted < all => statuses.oneoff_mixed,
            _ => 200,
        }
    }

    pub(super) fn answer(
        &self,
        status: u16,
        correlation_id: String,
        request: AccessRequest,
        verdicts: &[ItemVerdict],
    ) -> AccessAnswer {
        let items = request
            .items
            .into_iter()
            .zip(verdicts)
            .map(|(item, verdict)| {
                let (code, description) = verdict.code(&self.rules, request.version);
                let shown = |share: &&Share| self.rules.free_item_shows_line_item || !share.tokens.is_zero();
                let mut shares: Vec<Share> = verdict.shares().iter().filter(shown).cloned().collect();
                if !self.rules.sale.answer_in_charging_order {
                    shares.reverse();
                }
                AnsweredItem {
                    item: item.item,
                    version: item.version,
                    count: item.count,
                    code,
                    description,
                    shares,
                }
            })
            .collect();
        AccessAnswer { status, correlation_id, requester: request.requester, items }
    }
}
