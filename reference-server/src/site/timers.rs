//! Time at a site: the virtual clock, and what falls due on sessions and borrowed licenses.
//!
//! Whatever falls due happens at its own nominal time and in time order, however late the server gets to it
//! (DM-TIME-018).

use uuid::Uuid;

use super::outcome::{Effect, Kind};
use super::{Clock, Site};
use crate::domain::{DueKind, Millis, Rules, Session};

/// Why a clock did not move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// A real clock moves by itself.
    #[error("the site runs on a real clock, which cannot be advanced")]
    RealClock,
    /// Time does not run backwards.
    #[error("a clock cannot be set back")]
    Backwards,
}

impl Site {
    /// Moves a virtual clock to this time; everything that falls due on the way has happened when it returns.
    ///
    /// # Errors
    /// On a real clock, or for a time that has passed.
    pub fn advance_to(&mut self, to: Millis) -> Result<Millis, ClockError> {
        let Clock::Virtual(now) = self.clock else {
            return Err(ClockError::RealClock);
        };
        if to < now {
            return Err(ClockError::Backwards);
        }
        self.clock = Clock::Virtual(to);
        self.run_due(to);
        self.arrive(to);
        Ok(to)
    }

    /// Moves a virtual clock towards this time until it is there or so many things have fallen due; says whether it
    /// is there. A long way is gone in parts, so that what happens on it need not be held in memory at once.
    ///
    /// # Errors
    /// As [`Site::advance_to`].
    pub fn advance_part(&mut self, to: Millis, most: usize) -> Result<bool, ClockError> {
        match self.clock {
            Clock::Real => return Err(ClockError::RealClock),
            Clock::Virtual(now) if to < now => return Err(ClockError::Backwards),
            Clock::Virtual(_) => {}
        }
        let there = self.run_some(to, most);
        let reached = if there { to } else { self.now };
        self.clock = Clock::Virtual(reached);
        self.arrive(reached);
        Ok(there)
    }

    fn arrive(&mut self, at: Millis) {
        self.now = at;
        self.written = at;
        self.touch(Kind::Site, "site");
    }

    /// Moves a virtual clock by this span.
    ///
    /// # Errors
    /// As [`Site::advance_to`].
    pub fn advance_by(&mut self, by: Millis) -> Result<Millis, ClockError> {
        match self.clock {
            Clock::Real => Err(ClockError::RealClock),
            Clock::Virtual(now) => self.advance_to(now.saturating_add(by)),
        }
    }

    /// Lets everything happen that is due by now.
    pub(super) fn run_due(&mut self, now: Millis) {
        self.run_some(now, usize::MAX);
    }

    /// The same for so many things at most; says whether that was all.
    fn run_some(&mut self, now: Millis, most: usize) -> bool {
        let mut happened = 0;
        loop {
            let session = self.due.first().copied();
            let borrow = self.licensing.first_end();
            let Some(at) = session.map(|(at, _, _)| at).into_iter().chain(borrow).min() else { return true };
            if at > now {
                return true;
            }
            if happened == most {
                return false;
            }
            happened += 1;
            let Some((_, kind, id)) = session.filter(|(session, _, _)| *session == at) else {
                self.come_to(at);
                self.borrow_ends();
                continue;
            };
            self.due.pop_first();
            let rules = &self.rules;
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            let idle_limit = idle_limit(rules, session);
            session.timer = None;
            let Some(due) = session.next_due(idle_limit) else { continue };
            self.come_to(due.nominal);
            match kind {
                DueKind::HeartbeatMissed => self.heartbeat_missed(id),
                DueKind::AutomaticCharge => self.automatic_charge(id),
                DueKind::IdleLimit => self.idle_limit(id),
            }
        }
    }

    /// What happens now happens at its nominal time.
    const fn come_to(&mut self, nominal: Millis) {
        self.now = nominal;
        if matches!(self.clock, Clock::Virtual(_)) {
            self.written = nominal;
        }
    }

    /// Keeps how far a session has come and sets its timer anew.
    pub(super) fn moved_session(&mut self, id: Uuid) {
        self.set_timer(id);
        if let Some(session) = self.sessions.get(&id) {
            let effect = Effect::Progress { session: id, progress: session.progress() };
            self.emit(effect);
        }
    }

    /// Saves a session and sets its timer anew.
    pub(super) fn changed_session(&mut self, id: Uuid) {
        self.touch(Kind::Session, id.to_string());
        self.set_timer(id);
        self.released_by(id);
    }

    pub(super) fn set_timer(&mut self, id: Uuid) {
        let rules = &self.rules;
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let idle_limit = idle_limit(rules, session);
        let next = session.next_due(idle_limit).map(|due| (due.at, due.kind));
        if next == session.timer {
            return;
        }
        if let Some((at, kind)) = session.timer {
            self.due.remove(&(at, kind, id));
        }
        session.timer = next;
        if let Some((at, kind)) = next {
            self.due.insert((at, kind, id));
        }
    }
}

/// How long a session may be idle: one that was never used may be judged by another measure (DM-TIME-010).
const fn idle_limit(rules: &Rules, session: &Session) -> Millis {
    if session.last_access_request == 0 { rules.sessions.unused_idle_limit } else { rules.idle_limit }
}
