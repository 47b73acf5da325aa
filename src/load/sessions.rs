//! Sessions on their way through a cycle.
//!
//! A session is used by one worker at a time: what happens when two requests meet in one session is left open
//! by the documents, and belongs in a conformance test. A session whose last request was lost is set aside,
//! because nobody knows its state any more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::ledger::Kind;

/// The place of one session after another.
#[derive(Debug)]
pub struct Slot {
    /// Index of the instance.
    pub instance: u32,
    /// The session that is open here, if any.
    pub session: Option<Arc<str>>,
    /// Whether it uses anything.
    pub active: bool,
    cycle: Arc<[Kind]>,
    position: usize,
}

impl Slot {
    /// What is done next; steps that make no sense in the state of the session are passed over.
    pub fn next_step(&mut self) -> Kind {
        loop {
            let step = self.cycle[self.position];
            let fits = match step {
                Kind::SessionOpen => self.session.is_none(),
                Kind::SessionHeartbeat | Kind::SessionHalt => self.active,
                _ => self.session.is_some(),
            };
            if fits {
                return step;
            }
            self.advance();
        }
    }

    /// Goes on to the next step of the cycle.
    pub fn advance(&mut self) {
        self.position = (self.position + 1) % self.cycle.len();
    }
}

/// The steps of a session with this many heartbeats in a row.
fn cycle(heartbeats: usize) -> Arc<[Kind]> {
    let beats = || std::iter::repeat_n(Kind::SessionHeartbeat, heartbeats);
    [Kind::SessionOpen, Kind::SessionAccess]
        .into_iter()
        .chain(beats())
        .chain([Kind::SessionChange])
        .chain(beats())
        .chain([Kind::SessionHalt, Kind::SessionAccess])
        .chain(beats())
        .chain([Kind::SessionClose])
        .collect()
}

/// All sessions of a run.
#[derive(Debug)]
pub struct SessionPool {
    free: Mutex<VecDeque<Slot>>,
    set_aside: Mutex<Vec<Arc<str>>>,
}

impl SessionPool {
    /// A pool of this many slots, spread over the instances. Their cycles differ in length, so that the steps
    /// mix.
    pub fn new(slots: usize, instances: usize, heartbeats: usize) -> Self {
        let free = (0..slots).map(|index| Slot {
            instance: u32::try_from(index % instances.max(1)).unwrap_or(0),
            session: None,
            active: false,
            cycle: cycle(heartbeats + index % 3),
            position: 0,
        });
        Self { free: Mutex::new(free.collect()), set_aside: Mutex::new(Vec::new()) }
    }

    /// The slot that has been free for longest.
    pub fn check_out(&self) -> Option<Slot> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// Gives a slot back.
    pub fn check_in(&self, slot: Slot) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push_back(slot);
    }

    /// Gives a slot back whose session is in doubt: the session is set aside and the slot begins anew.
    pub fn check_in_doubtful(&self, mut slot: Slot) {
        if let Some(session) = slot.session.take() {
            self.set_aside.lock().unwrap_or_else(PoisonError::into_inner).push(session);
        }
        slot.active = false;
        slot.position = 0;
        self.check_in(slot);
    }

    /// Every session that may still be open.
    pub fn open_sessions(&self) -> Vec<Arc<str>> {
        let mut sessions = self.set_aside.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.extend(free.iter().filter_map(|slot| slot.session.clone()));
        sessions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_goes_through_its_cycle() {
        let pool = SessionPool::new(1, 1, 1);
        let mut slot = pool.check_out().unwrap();
        let mut steps = Vec::new();
        for _ in 0..9 {
            let step = slot.next_step();
            match step {
                Kind::SessionOpen => slot.session = Some(Arc::from("s")),
                Kind::SessionAccess | Kind::SessionChange => slot.active = true,
                Kind::SessionHalt => slot.active = false,
                Kind::SessionClose => (slot.session, slot.active) = (None, false),
                _ => {}
            }
            slot.advance();
            steps.push(step.name().trim_start_matches("session-"));
        }
        let expected =
            ["open", "access", "heartbeat", "change", "heartbeat", "halt", "access", "heartbeat", "close"];
        assert_eq!(steps, expected);
        assert_eq!(slot.next_step(), Kind::SessionOpen);
    }

    #[test]
    fn an_idle_session_is_neither_halted_nor_kept_alive() {
        let mut slot = SessionPool::new(1, 1, 2).check_out().unwrap();
        slot.session = Some(Arc::from("s"));
        assert_eq!(slot.next_step(), Kind::SessionAccess);
        slot.advance();
        // The access request was refused, so the session is idle still.
        assert_eq!(slot.next_step(), Kind::SessionChange);
    }

    #[test]
    fn a_session_in_doubt_is_set_aside_and_still_closed_in_the_end() {
        let pool = SessionPool::new(2, 1, 1);
        let mut slot = pool.check_out().unwrap();
        slot.session = Some(Arc::from("s"));
        pool.check_in_doubtful(slot);
        assert_eq!(pool.open_sessions(), [Arc::<str>::from("s")]);
        assert!(pool.check_out().unwrap().session.is_none());
    }
}
