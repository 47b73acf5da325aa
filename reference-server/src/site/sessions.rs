//! Sessions: opened, listed, read, kept alive and closed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Serialize;
use uuid::Uuid;

use super::booking::{Activity, unused};
use super::{Instance, Refusal, Site, new_id};
use crate::domain::{ApiVersion, Millis, RequestedItem, Session, SessionState, Tokens};

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
    /// Opens a session: idle, nothing charged (DM-SES-010, DM-SES-011, DM-SES-015).
    ///
    /// # Errors
    /// 400 for an unknown instance (DM-SES-013).
    pub fn create_session(&mut self, instance: &str, version: ApiVersion) -> Result<Uuid, Refusal> {
        let statuses = self.rules.statuses;
        let Ok(known) = self.known_instance(instance) else {
            let status = statuses.session_of_unknown_instance;
            return Err(Refusal::new(status, "instanceId names no instance of this site"));
        };
        let instance = Arc::clone(&known.id);
        let live = self.sessions_of.get(&instance).map_or(0, BTreeMap::len);
        if live >= self.rules.sessions.most_live {
            return Err(Refusal::new(statuses.session_limit, "the instance has too many live sessions"));
        }
        let id = Uuid::new_v4();
        let sequence = self.next_sequence();
        let mut session = Session::new(id, instance, self.now, sequence);
        (session.state, session.version) = (self.rules.sessions.opening_state, version);
        self.insert_session(session);
        self.changed_session(id);
        Ok(id)
    }

    /// Whether a session is there for those who speak this version (DM-SES-009).
    #[must_use]
    pub fn reachable(&self, id: Uuid, version: ApiVersion) -> bool {
        let reachable = self.rules.sessions.reachable;
        self.sessions.get(&id).is_none_or(|session| reachable(session.version, version))
    }

    /// What becomes of a session on which two requests work at once (DM-SES-062).
    pub fn overlap(&mut self, id: Uuid) {
        let on_overlap = self.rules.sessions.on_overlap;
        self.update(id, |session, _| on_overlap(session));
        self.set_timer(id);
    }

    /// Takes a session in, with its timer and its place in the list.
    pub(super) fn insert_session(&mut self, session: Session) {
        let id = session.id;
        if (self.rules.listed)(session.state) {
            let of_instance = self.sessions_of.entry(session.instance_id.clone()).or_default();
            of_instance.insert(session.sequence, id);
        }
        self.sessions.insert(id, Box::new(session));
        self.set_timer(id);
    }

    /// Takes a session that has ended off the list.
    fn unlist(&mut self, id: Uuid) {
        if let Some(session) = self.sessions.get(&id)
            && !(self.rules.listed)(session.state)
            && let Some(of_instance) = self.sessions_of.get_mut(&session.instance_id)
        {
            of_instance.remove(&session.sequence);
        }
    }

    /// The live sessions of an instance, newest first, at most 100 (DM-SES-020 to DM-SES-022).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn sessions(&self, instance: &str) -> Result<Vec<SessionSummary>, Refusal> {
        if self.known_instance(instance).is_err() {
            return Err(Refusal::new(self.rules.statuses.list_unknown_instance, "instance not found"));
        }
        let newest_first = self.sessions_of.get(instance).into_iter().flat_map(|ids| ids.values().rev());
        let mut listed: Vec<&Session> = newest_first
            .take(self.rules.list_limit)
            .filter_map(|id| self.sessions.get(id).map(Box::as_ref))
            .collect();
        listed.sort_by(|a, b| (self.rules.list_order)(a, b));
        Ok(listed.into_iter().map(|session| self.summary(session)).collect())
    }

    /// DM-SES-024.
    fn summary(&self, session: &Session) -> SessionSummary {
        SessionSummary {
            session_id: session.id.to_string(),
            instance_id: session.instance_id.to_string(),
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
    pub fn session(&mut self, id: Uuid) -> Result<SessionDetail, Refusal> {
        let now = self.now;
        let on_detail = self.rules.on_detail;
        let unknown = self.rules.statuses.session_unknown;
        let Some(session) = self.sessions.get_mut(&id) else {
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
            session_id: session.id.to_string(),
            instance_id: session.instance_id.to_string(),
            state: session.state,
            items,
        }
    }

    /// The instance of a session.
    #[must_use]
    pub fn session_instance(&self, id: Uuid) -> Option<&str> {
        self.sessions.get(&id).map(|session| &*session.instance_id)
    }

    /// Takes a heartbeat: it fulfils the duty of the last automatic charge and changes nothing else
    /// (DM-HB-001, DM-HB-012, DM-HB-006, DM-HB-009, DM-HB-011).
    ///
    /// # Errors
    /// 403 for a session that has ended, 409 in v1.1 (DM-HB-002, DM-HB-004); the message names the state
    /// (DM-HB-005).
    pub fn heartbeat(&mut self, id: Uuid, version: ApiVersion) -> Result<u16, Refusal> {
        let statuses = self.rules.statuses;
        let Some(session) = self.sessions.get(&id) else {
            return Err(Refusal::new(statuses.heartbeat_unknown, "session not found"));
        };
        if !session.state.live() {
            let status = statuses.heartbeat_ended.of(version);
            return Err(Refusal::new(status, format!("Session is {}", session.state.word())));
        }
        let status = match &session.timeline {
            None => statuses.heartbeat_idle,
            Some(timeline) if timeline.heartbeat_due.is_none() => self.rules.sessions.needless_heartbeat,
            Some(_) => 204,
        };
        let state = session.state;
        if (self.rules.steps.noted)(&mut self.traffic) {
            self.update(id, self.rules.sessions.on_heartbeat);
        }
        self.moved_session(id);
        match status {
            204 => Ok(204),
            status => Err(Refusal::new(status, format!("Session is {}", state.word()))),
        }
    }

    /// Ends a session and refunds the unused part of the period (DM-SES-071, DM-SES-072, DM-TIME-009).
    ///
    /// # Errors
    /// For an unknown session, or one that has ended already (DM-SES-074).
    pub fn close_session(&mut self, id: Uuid, version: ApiVersion) -> Result<(), Refusal> {
        let again = self.rules.statuses.session_close_again.of(version);
        if self.sessions.get(&id).is_some_and(|session| !session.state.live()) {
            if again == 200 {
                return Ok(());
            }
            return Err(Refusal::new(again, "the session has ended already"));
        }
        let (session, instance) = self.live_session(id, version)?;
        let session = session.clone();
        if !(self.rules.sessions.closes)(session.state) {
            return Ok(());
        }
        let owed = session.timeline.as_ref().is_some_and(|timeline| timeline.heartbeat_due.is_some());
        let part = if owed { self.rules.sessions.owed_close_refund } else { self.rules.refund };
        self.end(&session, &instance, part);
        self.changed_session(id);
        Ok(())
    }

    /// Puts a session into the state that only an internal fault leads to (DM-SES-035).
    ///
    /// # Errors
    /// 404 for an unknown session.
    pub fn fail_session(&mut self, id: Uuid) -> Result<(), Refusal> {
        if !self.sessions.contains_key(&id) {
            return Err(Refusal::not_found("session"));
        }
        self.update(id, |session, _| {
            session.state = SessionState::Failed;
            session.timeline = None;
        });
        self.changed_session(id);
        Ok(())
    }

    /// Ends a session, with a refund of the part of its last charge that the rule gives back.
    pub(super) fn end(
        &mut self,
        session: &Session,
        instance: &Instance,
        part: fn(Tokens, Millis, Millis) -> Tokens,
    ) {
        if let Some(timeline) = &session.timeline {
            let reversal = Activity {
                correlation_id: new_id(),
                instance,
                requester: session.requester.as_ref(),
                session: Some((session.id, SessionState::Terminated)),
                version: session.version,
            };
            let refund = part(timeline.charge(), unused(timeline, self.now), timeline.period);
            self.refund(&reversal, timeline, refund);
        }
        let shows_items = self.rules.ended_keeps_items;
        self.update(session.id, |session, _| session.terminate(shows_items));
    }

    pub(super) fn live_session(
        &self,
        id: Uuid,
        version: ApiVersion,
    ) -> Result<(&Session, Arc<Instance>), Refusal> {
        let statuses = &self.rules.statuses;
        let Some(session) = self.sessions.get(&id) else {
            return Err(Refusal::new(statuses.session_unknown, "session not found"));
        };
        if !(self.rules.sessions.takes_requests)(session.state) {
            let status = statuses.session_ended.of(version);
            return Err(Refusal::new(status, format!("Session is {}", session.state.word())));
        }
        Ok((session, self.known_instance(&session.instance_id)?))
    }

    pub(super) fn update(&mut self, id: Uuid, change: impl FnOnce(&mut Session, Millis)) {
        let now = self.now;
        if let Some(session) = self.sessions.get_mut(&id) {
            change(session, now);
            self.unlist(id);
        }
    }
}
