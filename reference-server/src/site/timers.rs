//! Time at a site: the virtual clock, and what falls due on sessions.
//!
//! Whatever falls due happens at its own nominal time and in time order, however late the server gets to it
//! (DM-TIME-018).

use super::outcome::Kind;
use super::{Clock, Site};
use crate::domain::{DueKind, Millis};

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
        self.now = to;
        self.written = to;
        self.touch(Kind::Site, "site");
        Ok(to)
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
        while let Some((at, kind, id)) = self.due.first().cloned() {
            if at > now {
                return;
            }
            self.due.pop_first();
            self.due_of.remove(&id);
            let nominal = self.sessions.get(&id).and_then(|session| session.next_due());
            let Some(due) = nominal else { continue };
            self.now = due.nominal;
            if matches!(self.clock, Clock::Virtual(_)) {
                self.written = due.nominal;
            }
            match kind {
                DueKind::HeartbeatMissed => self.heartbeat_missed(&id),
                DueKind::AutomaticCharge => self.automatic_charge(&id),
                DueKind::IdleLimit => self.idle_limit(&id),
            }
            self.changed_session(&id);
        }
    }

    /// Saves a session and sets its timer anew.
    pub(super) fn changed_session(&mut self, id: &str) {
        self.touch(Kind::Session, id);
        self.set_timer(id);
        self.remove_released_line_items();
    }

    pub(super) fn set_timer(&mut self, id: &str) {
        if let Some((at, kind)) = self.due_of.remove(id) {
            self.due.remove(&(at, kind, id.to_owned()));
        }
        if let Some(due) = self.sessions.get(id).and_then(|session| session.next_due()) {
            self.due.insert((due.at, due.kind, id.to_owned()));
            self.due_of.insert(id.to_owned(), (due.at, due.kind));
        }
    }
}
