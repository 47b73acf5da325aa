//! Sessions: created, charged, kept alive, halted and closed.

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use super::access::block_granted;
use super::booking::{Activity, charged_items, unused};
use super::{AccessAnswer, AccessRequest, Instance, Refusal, Site};
use crate::domain::session::DEFAULT_PERIOD;
use crate::domain::usage_row::RowKind;
use crate::domain::{ItemVerdict, Millis, RequestedItem, Session, SessionState, Timeline, Tokens};

/// One element of the list of live sessions (`10` §8.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the published list")]
pub struct SessionSummary {
    pub session_id: String,
    pub instance_id: String,
    pub state: SessionState,
    pub charged_until: Millis,
    pub last_heart_beat: Millis,
    pub last_access_request: Millis,
}

/// The details of a session (`10` §8.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields are those of the published details")]
pub struct SessionDetail {
    pub session_id: String,
    pub instance_id: String,
    pub state: SessionState,
    pub items: Vec<ItemInUse>,
}

/// An item that a session uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemInUse {
    pub item: String,
    pub version: String,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub count: Decimal,
}

impl Site {
    /// Opens a session: idle, nothing charged (DM-SES-010, DM-SES-011).
    ///
    /// # Errors
    /// 400 for an unknown instance (DM-SES-013).
    pub fn create_session(&mut self, instance: &str) -> Result<String, Refusal> {
        if self.known_instance(instance).is_err() {
            return Err(Refusal::invalid("instanceId names no instance of this site"));
        }
        let id = Uuid::new_v4().to_string();
        let sequence = self.next_sequence();
        let session = Session::new(id.clone(), instance.to_owned(), self.now, sequence);
        self.sessions.insert(id.clone(), session);
        self.changed_session(&id);
        Ok(id)
    }

    /// The live sessions of an instance, newest first, at most 100 (DM-SES-020 to DM-SES-022).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn sessions(&self, instance: &str) -> Result<Vec<SessionSummary>, Refusal> {
        if self.known_instance(instance).is_err() {
            return Err(Refusal::new(self.rules.statuses.list_unknown_instance, "instance not found"));
        }
        let mut listed: Vec<_> = self
            .sessions
            .values()
            .filter(|session| session.instance_id == instance && (self.rules.listed)(session.state))
            .collect();
        listed.sort_by(|a, b| (self.rules.list_order)(a, b));
        listed.truncate(self.rules.list_limit);
        Ok(listed.into_iter().map(|session| self.summary(session)).collect())
    }

    fn summary(&self, session: &Session) -> SessionSummary {
        SessionSummary {
            session_id: session.id.clone(),
            instance_id: session.instance_id.clone(),
            state: session.state,
            charged_until: session.timeline.as_ref().map_or(0, self.rules.charged_until),
            last_heart_beat: session.last_heart_beat,
            last_access_request: session.last_access_request,
        }
    }

    /// The details of a session in any state; reading has no effect (DM-SES-030, DM-SES-031, DM-SES-034).
    ///
    /// # Errors
    /// For an unknown session.
    pub fn session(&mut self, id: &str) -> Result<SessionDetail, Refusal> {
        let now = self.now;
        let on_detail = self.rules.on_detail;
        let unknown = self.rules.statuses.session_unknown;
        let Some(session) = self.sessions.get_mut(id) else {
            return Err(Refusal::new(unknown, "session not found"));
        };
        let before = session.clone();
        on_detail(session, now);
        if *session != before {
            self.changed_session(id);
        }
        Ok(self.detail(&before))
    }

    fn detail(&self, session: &Session) -> SessionDetail {
        let kept = session.last_items.iter().filter(|_| self.rules.ended_keeps_items);
        let in_use: Vec<&RequestedItem> = match &session.timeline {
            Some(timeline) => timeline.charged.iter().map(|charged| &charged.requested).collect(),
            None if !session.state.live() => kept.collect(),
            None => Vec::new(),
        };
        let items = in_use
            .into_iter()
            .map(|item| ItemInUse {
                item: item.item.clone(),
                version: item.version.clone(),
                count: item.count,
            })
            .collect();
        SessionDetail {
            session_id: session.id.clone(),
            instance_id: session.instance_id.clone(),
            state: session.state,
            items,
        }
    }

    /// The instance of a session.
    #[must_use]
    pub fn session_instance(&self, id: &str) -> Option<String> {
        self.sessions.get(id).map(|session| session.instance_id.clone())
    }

    /// Replaces the items in use, all or nothing; an empty list halts the session (`10` §8.4).
    ///
    /// # Errors
    /// For an unknown session, or one that has ended (DM-SES-056).
    pub fn request_in_session(
        &mut self,
        id: &str,
        request: AccessRequest,
        rollback_on_deny: bool,
    ) -> Result<AccessAnswer, Refusal> {
        let (session, instance) = self.live_session(id)?;
        let former = session.timeline.clone();
        let idle = session.state == SessionState::Idle;
        self.update(id, |session, now| {
            session.last_access_request = now;
            session.requester = Some(request.requester.clone());
        });
        let result = if request.items.is_empty() {
            Ok(self.halt(id, &instance, request, former.as_ref(), idle))
        } else {
            Ok(self.change_items(id, &instance, request, former.as_ref(), rollback_on_deny))
        };
        self.changed_session(id);
        result
    }

    fn halt(
        &mut self,
        id: &str,
        instance: &Instance,
        request: AccessRequest,
        former: Option<&Timeline>,
        idle: bool,
    ) -> AccessAnswer {
        let activity = activity(id, instance, &request, SessionState::Idle);
        if let Some(timeline) = former {
            let refund = (self.rules.refund)(timeline.charge(), unused(timeline, self.now), timeline.period);
            self.refund(&activity, timeline, refund);
        }
        let correlation_id = activity.correlation_id.clone();
        self.update(id, |session, now| session.halt(now));
        let status = if idle { self.rules.statuses.session_empty_put_idle } else { 200 };
        self.answer(status, correlation_id, request, &[])
    }

    fn change_items(
        &mut self,
        id: &str,
        instance: &Instance,
        mut request: AccessRequest,
        former: Option<&Timeline>,
        rollback_on_deny: bool,
    ) -> AccessAnswer {
        let in_use = former
            .map(|timeline| timeline.charged.iter().map(|charged| charged.requested.clone()).collect())
            .unwrap_or_default();
        request.items = (self.rules.requested_set)(in_use, request.items);
        let mut verdicts = self.price_all(&instance.id, &request.items, &self.credits(former));
        let granted: Vec<bool> = verdicts.iter().map(ItemVerdict::granted).collect();
        let stands = (self.rules.session_stands)(&granted);
        let status = if stands { 200 } else { self.rules.statuses.session_denied };
        let activity = activity(id, instance, &request, SessionState::Active);
        if stands {
            self.grant(id, &activity, &request.items, &verdicts, former);
        } else {
            block_granted(&mut verdicts);
            self.deny(id, &activity, &request.items, &verdicts, former, rollback_on_deny);
        }
        let correlation_id = activity.correlation_id.clone();
        self.answer(status, correlation_id, request, &verdicts)
    }

    /// What the refund of the items in use would give back to each line item (DM-SES-058).
    fn credits(&self, former: Option<&Timeline>) -> HashMap<String, Tokens> {
        let mut credits = HashMap::new();
        if let Some(timeline) = former.filter(|_| self.rules.refund_pays) {
            let refund = (self.rules.refund)(timeline.charge(), unused(timeline, self.now), timeline.period);
            for (_, share, part) in self.refund_parts(timeline, refund) {
                *credits.entry(share.activation_id).or_insert(Tokens::ZERO) += part;
            }
        }
        credits
    }

    /// Refunds the rest of the old items, charges a full period for the new ones and starts a new timeline
    /// (DM-SES-042 to DM-SES-045).
    fn grant(
        &mut self,
        id: &str,
        activity: &Activity<'_>,
        items: &[RequestedItem],
        verdicts: &[ItemVerdict],
        former: Option<&Timeline>,
    ) {
        if let Some(timeline) = former {
            let refund = (self.rules.refund)(timeline.charge(), unused(timeline, self.now), timeline.period);
            let mut reversal = activity.with_state(SessionState::Active);
            if self.rules.refund_own_correlation {
                reversal.correlation_id = Uuid::new_v4().to_string();
            }
            self.refund(&reversal, timeline, refund);
        }
        self.book(activity, RowKind::Charge, items, verdicts);
        let anchor = (self.rules.new_anchor)(former.map(|timeline| timeline.anchor), self.now);
        let period = DEFAULT_PERIOD;
        // A timeline that kept an old anchor has its next charge in the future all the same.
        let charges = ((self.now - anchor) / period) + 1;
        let timeline = Timeline {
            anchor,
            charges,
            period,
            charged: charged_items(items, verdicts),
            heartbeat_due: None,
            next_charge: (self.rules.next_charge)(anchor, charges, period, self.now),
        };
        self.update(id, |session, _| {
            session.state = SessionState::Active;
            session.last_items = items.to_vec();
            session.timeline = Some(timeline);
        });
    }

    /// Keeps what runs, or ends the session and refunds the rest (DM-SES-048 to DM-SES-051).
    fn deny(
        &mut self,
        id: &str,
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
            return;
        }
        if let Some(timeline) = former {
            let refund =
                (self.rules.denial_refund)(timeline.charge(), unused(timeline, self.now), timeline.period);
            let mut reversal = activity.with_state(SessionState::Terminated);
            if self.rules.refund_own_correlation {
                reversal.correlation_id = Uuid::new_v4().to_string();
            }
            self.refund(&reversal, timeline, refund);
        }
        self.update(id, |session, _| session.terminate());
    }

    /// Takes a heartbeat: it fulfils the duty of the last automatic charge and changes nothing else
    /// (DM-HB-001, DM-HB-012).
    ///
    /// # Errors
    /// 403 for a session that has ended (DM-HB-002).
    pub fn heartbeat(&mut self, id: &str) -> Result<u16, Refusal> {
        let statuses = self.rules.statuses;
        let Some(session) = self.sessions.get(id) else {
            return Err(Refusal::new(statuses.heartbeat_unknown, "session not found"));
        };
        if !session.state.live() {
            return Err(Refusal::new(403, format!("Session is {}", session.state.word())));
        }
        let idle = session.state == SessionState::Idle;
        self.update(id, |session, now| {
            session.last_heart_beat = now;
            if let Some(timeline) = &mut session.timeline {
                timeline.heartbeat_due = None;
            }
        });
        self.changed_session(id);
        if !idle {
            return Ok(204);
        }
        match statuses.heartbeat_idle {
            204 => Ok(204),
            status => Err(Refusal::new(status, "Session is IDLE")),
        }
    }

    /// Ends a session and refunds the unused part of the period (DM-SES-071, DM-SES-072).
    ///
    /// # Errors
    /// For an unknown session, or one that has ended already (DM-SES-074).
    pub fn close_session(&mut self, id: &str) -> Result<(), Refusal> {
        let statuses = self.rules.statuses;
        if self.sessions.get(id).is_some_and(|session| !session.state.live()) {
            if statuses.session_close_again == 200 {
                return Ok(());
            }
            return Err(Refusal::new(statuses.session_close_again, "the session has ended already"));
        }
        let (session, instance) = self.live_session(id)?;
        if let Some(timeline) = session.timeline.clone() {
            let requester = session.requester.clone();
            let refund = (self.rules.refund)(timeline.charge(), unused(&timeline, self.now), timeline.period);
            self.reverse(id, &instance, requester.as_ref(), &timeline, refund);
        }
        self.update(id, |session, _| session.terminate());
        self.changed_session(id);
        Ok(())
    }

    /// Puts a session into the state that only an internal fault leads to (DM-SES-035).
    ///
    /// # Errors
    /// 404 for an unknown session.
    pub fn fail_session(&mut self, id: &str) -> Result<(), Refusal> {
        if !self.sessions.contains_key(id) {
            return Err(Refusal::not_found("session"));
        }
        self.update(id, |session, _| {
            session.state = SessionState::Failed;
            session.timeline = None;
        });
        self.changed_session(id);
        Ok(())
    }

    /// Writes the refund of a session that ends.
    fn reverse(
        &mut self,
        id: &str,
        instance: &Instance,
        requester: Option<&crate::domain::Requester>,
        timeline: &Timeline,
        refund: Tokens,
    ) {
        let activity = Activity {
            correlation_id: Uuid::new_v4().to_string(),
            instance,
            requester,
            session: Some((id, SessionState::Terminated)),
        };
        self.refund(&activity, timeline, refund);
    }

    fn live_session(&self, id: &str) -> Result<(&Session, Instance), Refusal> {
        let statuses = &self.rules.statuses;
        let Some(session) = self.sessions.get(id) else {
            return Err(Refusal::new(statuses.session_unknown, "session not found"));
        };
        if !session.state.live() {
            return Err(Refusal::new(statuses.session_ended, format!("Session is {}", session.state.word())));
        }
        Ok((session, self.known_instance(&session.instance_id)?.clone()))
    }

    fn update(&mut self, id: &str, change: impl FnOnce(&mut Session, Millis)) {
        let now = self.now;
        if let Some(session) = self.sessions.get_mut(id) {
            change(session, now);
        }
    }

    /// A heartbeat window has passed without a heartbeat: the whole last automatic charge goes back and the session
    /// ends (DM-TIME-005).
    pub(super) fn heartbeat_missed(&mut self, id: &str) {
        let Ok((session, instance)) = self.live_session(id) else { return };
        if let Some(timeline) = session.timeline.clone() {
            let requester = session.requester.clone();
            let unused = unused(&timeline, self.now);
            let refund = (self.rules.missed_heartbeat_refund)(timeline.charge(), unused, timeline.period);
            self.reverse(id, &instance, requester.as_ref(), &timeline, refund);
        }
        self.update(id, |session, _| session.terminate());
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
        charged: Option<Vec<crate::domain::ChargedItem>>,
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

fn activity<'a>(
    id: &'a str,
    instance: &'a Instance,
    request: &'a AccessRequest,
    state: SessionState,
) -> Activity<'a> {
    Activity {
        correlation_id: Uuid::new_v4().to_string(),
        instance,
        requester: Some(&request.requester),
        session: Some((id, state)),
    }
}
