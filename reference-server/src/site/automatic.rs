//! What happens on sessions by itself: automatic charges, missed heartbeats, the idle limit.

use std::collections::HashMap;

use uuid::Uuid;

use super::Site;
use super::access::block_granted;
use super::booking::{Activity, charged_items};
use crate::domain::usage_row::RowKind;
use crate::domain::{ChargedItem, ItemVerdict, Millis, SessionState, Timeline};

impl Site {
    /// A heartbeat window has passed without a heartbeat: the whole last automatic charge goes back and the session
    /// ends (DM-TIME-005).
    pub(super) fn heartbeat_missed(&mut self, id: &str) {
        let Ok((session, instance)) = self.live_session(id) else { return };
        let session = session.clone();
        self.end(&session, &instance, self.rules.missed_heartbeat_refund);
    }

    /// Charges the items in use for another period, from line items and rates as they are now and all or nothing
    /// (DM-TIME-001, DM-TIME-002, DM-TIME-016); without tokens the session ends (DM-TIME-003).
    pub(super) fn automatic_charge(&mut self, id: &str) {
        let Ok((session, instance)) = self.live_session(id) else { return };
        let Some(timeline) = session.timeline.clone() else { return };
        let requester = session.requester.clone();
        let last_heartbeat = session.last_heart_beat;
        let items: Vec<_> = timeline.charged.iter().map(|charged| charged.requested.clone()).collect();
        let mut verdicts = self.price_all(&instance.id, &items, &HashMap::new());
        let granted: Vec<bool> = verdicts.iter().map(ItemVerdict::granted).collect();
        let stands = (self.rules.session_stands)(&granted);
        let state = if stands { SessionState::Active } else { self.rules.state_without_tokens };
        let activity = Activity {
            correlation_id: Uuid::new_v4().to_string(),
            instance: &instance,
            requester: requester.as_ref(),
            session: Some((id, state)),
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
        self.update(id, |session, now| match state {
            SessionState::Active => session.timeline = Some(next),
            SessionState::Idle => session.halt(now),
            _ => session.terminate(),
        });
    }

    fn next_period(
        &self,
        timeline: Timeline,
        charged: Option<Vec<ChargedItem>>,
        last_heartbeat: Millis,
    ) -> Timeline {
        let charges = timeline.charges + 1;
        let owed = charged.is_some() && (self.rules.heartbeat_owed)(last_heartbeat, self.now);
        let window = (self.rules.heartbeat_window)(timeline.period);
        let next_charge = (self.rules.next_charge)(timeline.anchor, charges, timeline.period, self.now);
        Timeline {
            charges,
            charged: charged.unwrap_or_default(),
            heartbeat_due: owed.then_some(self.now + window),
            next_charge: next_charge.max(self.now + 1),
            ..timeline
        }
    }

    /// Thirty idle days have passed (DM-TIME-010).
    pub(super) fn idle_limit(&mut self, id: &str) {
        self.update(id, |session, _| session.terminate());
    }
}
