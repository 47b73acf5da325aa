//! Access requests in sessions: all items or none, with the refund of what ran before (`10` §8.4).

use uuid::Uuid;

use super::booking::{Activity, charged_items, unused};
use super::{AccessAnswer, AccessRequest, Instance, Refusal, Site, new_id};
use crate::domain::usage_row::RowKind;
use crate::domain::{
    Asking, ItemVerdict, Millis, Pricing, RequestedItem, Requester, SessionState, Share, Timeline, Tokens,
    session,
};

impl Site {
    /// Replaces the items in use, all or nothing; an empty list halts the session (`10` §8.4).
    ///
    /// # Errors
    /// For an unknown session, or one that has ended (DM-SES-056).
    pub fn request_in_session(
        &mut self,
        id: Uuid,
        request: AccessRequest,
        rollback_on_deny: bool,
    ) -> Result<AccessAnswer, Refusal> {
        let (session, instance) = self.live_session(id, request.version)?;
        let former = session.timeline.clone();
        let idle = session.state == SessionState::Idle;
        let (requester, granted) = (request.requester.clone(), self.rules.codes.granted.of(request.version));
        let answer = if request.items.is_empty() {
            self.halt(id, &instance, request, former.as_ref(), idle)
        } else {
            self.change_items(id, &instance, request, former.as_ref(), rollback_on_deny)
        };
        let granted = answer.items.iter().all(|item| item.code == granted);
        self.note(id, requester, granted);
        self.changed_session(id);
        Ok(answer)
    }

    /// Notes when the last request came (DM-SES-061) and who asked (DM-SES-060).
    fn note(&mut self, id: Uuid, requester: Requester, granted: bool) {
        let rules = self.rules.sessions;
        self.update(id, |session, now| {
            if (rules.notes_request)(granted) {
                session.last_access_request = now;
            }
            session.requester = Some((rules.requester)(session.requester.take(), requester));
        });
    }

    /// DM-SES-046.
    fn halt(
        &mut self,
        id: Uuid,
        instance: &Instance,
        request: AccessRequest,
        former: Option<&Timeline>,
        idle: bool,
    ) -> AccessAnswer {
        let activity = activity(id, instance, &request, SessionState::Idle);
        let owed = former.is_some_and(|timeline| timeline.heartbeat_due.is_some());
        let part = if owed { self.rules.sessions.owed_halt_refund } else { self.rules.refund };
        self.give_back(&activity, former, SessionState::Idle, part);
        let correlation_id = activity.correlation_id.clone();
        let restarts = !idle || self.rules.empty_put_restarts_idle;
        self.update(id, |session, now| session.halt(if restarts { now } else { session.idle_since }));
        let status = if idle { self.rules.statuses.session_empty_put_idle } else { 200 };
        self.answer(status, correlation_id, request, &[])
    }

    /// DM-SES-040.
    fn change_items(
        &mut self,
        id: Uuid,
        instance: &Instance,
        mut request: AccessRequest,
        former: Option<&Timeline>,
        rollback_on_deny: bool,
    ) -> AccessAnswer {
        let in_use: Vec<RequestedItem> = former
            .map(|timeline| timeline.charged.iter().map(|charged| charged.requested.clone()).collect())
            .unwrap_or_default();
        let again = in_use == request.items && !self.rules.sessions.same_items_start_anew;
        request.items = (self.rules.requested_set)(in_use, request.items);
        let pricing = Pricing { at: self.now, period: Some(self.charge_period()) };
        let credits = self.credits(former);
        let asking = Asking {
            dictionary: &request.requester.dictionary,
            admits: self.rules.access.admits_in_session,
            as_granted: &[],
        };
        let mut verdicts = self.price_all(&instance.id, asking, &request.items, pricing, &credits);
        let granted: Vec<bool> = verdicts.iter().map(ItemVerdict::granted).collect();
        let stands = (self.rules.session_stands)(&granted);
        let status = if stands { 200 } else { self.rules.statuses.session_denied };
        let activity = activity(id, instance, &request, SessionState::Active);
        if stands && again {
            // Nothing new is in use, so that what runs goes on.
        } else if stands {
            self.grant(id, &activity, &request.items, &verdicts, former);
        } else {
            (self.rules.sale.refused_session_items)(&mut verdicts);
            self.deny(id, &activity, &request.items, &verdicts, former, rollback_on_deny);
        }
        let correlation_id = activity.correlation_id.clone();
        self.answer(status, correlation_id, request, &verdicts)
    }

    /// What the refund of the items in use would give back, with the charges that it reverses (DM-SES-058).
    fn credits(&self, former: Option<&Timeline>) -> Vec<(Share, Tokens)> {
        let Some(timeline) = former.filter(|_| self.rules.refund_pays) else { return Vec::new() };
        let part = self.rules.sessions.change_refund;
        let refund = part(timeline.charge(), unused(timeline, self.now), timeline.period);
        let parts = self.refund_parts(timeline, refund).into_iter();
        parts.map(|(_, share, part)| (share, part)).collect()
    }

    /// Refunds the rest of the old items, charges a full period for the new ones and starts a new timeline
    /// (DM-SES-042 to DM-SES-045).
    fn grant(
        &mut self,
        id: Uuid,
        activity: &Activity<'_>,
        items: &[RequestedItem],
        verdicts: &[ItemVerdict],
        former: Option<&Timeline>,
    ) {
        let rules = self.rules.sessions;
        self.give_back(activity, former, SessionState::Active, rules.change_refund);
        if rules.charged_at_once {
            self.book(activity, RowKind::Charge, items, verdicts);
        }
        let anchor = (self.rules.new_anchor)(former.map(|timeline| timeline.anchor), self.now);
        let period = self.charge_period();
        // A timeline that kept an old anchor has its next charge in the future all the same.
        let charges = ((self.now - anchor) / period) + 1;
        let timeline = Timeline {
            anchor,
            charges,
            period,
            charged: charged_items(items, verdicts),
            heartbeat_due: (rules.window_after_request)(
                former.and_then(|timeline| timeline.heartbeat_due),
                self.now + (self.rules.heartbeat_window)(period),
            ),
            next_charge: (self.rules.next_charge)(anchor, charges, period, self.now),
        };
        self.update(id, |session, _| {
            session.state = SessionState::Active;
            session.version = activity.version;
            session.timeline = Some(timeline);
        });
    }

    /// Keeps what runs, or ends the session and refunds the rest (DM-SES-048 to DM-SES-051, DM-SES-052,
    /// DM-REF-002).
    fn deny(
        &mut self,
        id: Uuid,
        activity: &Activity<'_>,
        items: &[RequestedItem],
        verdicts: &[ItemVerdict],
        former: Option<&Timeline>,
        rollback_on_deny: bool,
    ) {
        let keeps = (self.rules.denial_keeps)(rollback_on_deny);
        let state = match (keeps, former) {
            (true, Some(_)) => SessionState::Active,
            (true, None) => SessionState::Idle,
            (false, _) => SessionState::Terminated,
        };
        self.book(&activity.with_state(state), RowKind::Denied, items, verdicts);
        if keeps {
            if self.rules.sessions.denial_is_heartbeat {
                self.update(id, session::keep_alive);
            }
            return;
        }
        self.give_back(activity, former, SessionState::Terminated, self.rules.denial_refund);
        let shows_items = self.rules.ended_keeps_items;
        self.update(id, |session, _| session.terminate(shows_items));
    }

    /// Writes the refund that a request causes: a part of what the old items were charged, as the rule has it
    /// (DM-REF-007).
    fn give_back(
        &mut self,
        activity: &Activity<'_>,
        former: Option<&Timeline>,
        state: SessionState,
        part: fn(Tokens, Millis, Millis) -> Tokens,
    ) {
        let Some(timeline) = former else { return };
        let mut reversal = activity.with_state(state);
        if self.rules.refund_own_correlation {
            reversal.correlation_id = new_id();
        }
        let refund = part(timeline.charge(), unused(timeline, self.now), timeline.period);
        self.refund(&reversal, timeline, refund);
    }
}

fn activity<'a>(
    id: Uuid,
    instance: &'a Instance,
    request: &'a AccessRequest,
    state: SessionState,
) -> Activity<'a> {
    Activity {
        correlation_id: new_id(),
        instance,
        requester: Some(&request.requester),
        session: Some((id, state)),
        version: request.version,
    }
}
