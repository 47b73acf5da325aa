//! What happens on sessions by itself: automatic charges, missed heartbeats, the idle limit.

use uuid::Uuid;

use super::Site;
use super::access::block_granted;
use super::booking::{Activity, charged_items};
use crate::domain::usage_row::RowKind;
use crate::domain::{
    ApiVersion, ChargedItem, Dictionary, ItemVerdict, Millis, Pricing, SessionState, Timeline,
};

impl Site {
    /// A heartbeat window has passed without a heartbeat: the whole last automatic charge goes back and the session
    /// ends (DM-TIME-005).
    pub(super) fn heartbeat_missed(&mut self, id: Uuid) {
        let Ok((session, instance)) = self.live_session(id, ApiVersion::V1_0) else { return };
        let session = session.clone();
        self.end(&session, &instance, self.rules.missed_heartbeat_refund);
        self.changed_session(id);
    }

    /// Charges the items in use for another period, from line items and rates as they are now and all or nothing
    /// (DM-TIME-001, DM-TIME-002, DM-TIME-016); without tokens the session ends
    /// (DM-TIME-003, DM-LI-A13, DM-TIME-013, DM-TIME-017).
    pub(super) fn automatic_charge(&mut self, id: Uuid) {
        let Ok((session, instance)) = self.live_session(id, ApiVersion::V1_0) else { return };
        let Some(timeline) = session.timeline.clone() else { return };
        let (requester, version) = (session.requester.clone(), session.version);
        let last_heartbeat = session.last_heart_beat;
        let items: Vec<_> = timeline.charged.iter().map(|charged| charged.requested.clone()).collect();
        let nothing = Dictionary::new();
        let dictionary = requester.as_ref().map_or(&nothing, |requester| &requester.dictionary);
        let pricing = Pricing {
            at: (self.rules.sessions.automatic_rates_of)(timeline.anchor, self.now),
            period: Some((self.rules.next_period)(timeline.period, self.charge_period())),
        };
        let mut verdicts = self.price_all(&instance.id, dictionary, &items, pricing, &[]);
        let granted: Vec<bool> = verdicts.iter().map(ItemVerdict::granted).collect();
        let goes_on = (self.rules.sessions.may_go_on)(self.now - session.created);
        let stands = goes_on && (self.rules.session_stands)(&granted);
        let state = if stands { SessionState::Active } else { self.rules.state_without_tokens };
        let activity = Activity {
            correlation_id: (self.rules.sessions.automatic_correlation)(id),
            instance: &instance,
            requester: requester.as_ref(),
            session: Some((id, state)),
            version,
        };
        if stands {
            self.book(&activity, RowKind::AutomaticCharge, &items, &verdicts);
        } else {
            block_granted(&mut verdicts);
            if self.rules.denied_automatic_rows {
                self.book(&activity, RowKind::Denied, &items, &verdicts);
            }
        }
        let next =
            self.next_period(timeline, stands.then(|| charged_items(&items, &verdicts)), last_heartbeat);
        self.go_on(id, state, next);
    }

    /// Puts the session into the state after an automatic charge. One that goes on as it was is not saved as a whole.
    fn go_on(&mut self, id: Uuid, state: SessionState, next: Timeline) {
        let shows_items = self.rules.ended_keeps_items;
        let mut as_it_was = false;
        self.update(id, |session, now| match state {
            SessionState::Active => {
                let same = |former: &Timeline| {
                    (former.anchor, former.period) == (next.anchor, next.period)
                        && former.charged == next.charged
                };
                as_it_was = session.timeline.as_ref().is_some_and(same);
                session.timeline = Some(next);
            }
            SessionState::Idle => session.halt(now),
            _ => session.terminate(shows_items),
        });
        if as_it_was { self.moved_session(id) } else { self.changed_session(id) }
    }

    /// DM-HB-010, DM-CONF-014.
    fn next_period(
        &self,
        timeline: Timeline,
        charged: Option<Vec<ChargedItem>>,
        last_heartbeat: Millis,
    ) -> Timeline {
        let period = (self.rules.next_period)(timeline.period, self.charge_period());
        // A new length of the period starts a new timeline at this charge (DM-TIME-015).
        let (anchor, charges) =
            if period == timeline.period { (timeline.anchor, timeline.charges + 1) } else { (self.now, 1) };
        let owed = charged.is_some() && (self.rules.heartbeat_owed)(last_heartbeat, self.now);
        let window = (self.rules.heartbeat_window)(period);
        let next_charge = (self.rules.next_charge)(anchor, charges, period, self.now);
        Timeline {
            anchor,
            charges,
            period,
            charged: charged.unwrap_or_default(),
            heartbeat_due: owed.then_some(self.now + window),
            next_charge: next_charge.max(self.now + 1),
        }
    }

    /// Thirty idle days have passed (DM-TIME-010).
    pub(super) fn idle_limit(&mut self, id: Uuid) {
        let shows_items = self.rules.ended_keeps_items;
        self.update(id, |session, _| session.terminate(shows_items));
        self.changed_session(id);
    }
}
