//! Sessions on their way through a cycle.
//!
//! A session is used by one worker at a time: what happens when two requests meet in one session is left open
//! by the documents, and belongs in a conformance test. A session whose last request was lost is set aside,
//! because nobody knows its state any more.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::ledger::Kind;
use super::spec::SessionSpec;

/// Sessions set aside that are closed after the run. Ten megabytes at most, however long it lasts.
const MOST_SET_ASIDE: usize = 100_000;

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
    /// When its client has finished thinking.
    rested_at: Option<Instant>,
    habits: SessionSpec,
    /// Of this slot alone, so that what it does depends on nothing but the seed.
    random: SmallRng,
}

impl Slot {
    /// What is done next; steps that make no sense in the state of the session are passed over, and so are
    /// heartbeats that a client misses.
    pub fn next_step(&mut self) -> Kind {
        loop {
            let step = self.cycle[self.position];
            let fits = match step {
                Kind::SessionOpen => self.session.is_none(),
                Kind::SessionHeartbeat => self.active && !self.happens(self.habits.missed),
                Kind::SessionHalt => self.active,
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

    /// Whether the client leaves its session alone from here on: it crashes, or forgets to close.
    fn is_deserted(&mut self) -> bool {
        // A crash comes at any step of the life, so that its chance is shared out among them.
        let crashed = self.happens(self.habits.crashes / self.cycle.len() as f64);
        let forgotten =
            self.cycle[self.position] == Kind::SessionClose && self.happens(self.habits.abandoned);
        self.session.is_some() && (crashed || forgotten)
    }

    fn happens(&mut self, chance: f64) -> bool {
        chance > 0.0 && self.random.random::<f64>() < chance
    }

    /// Begins anew; the session that it leaves behind, if it had one.
    fn begin_anew(&mut self) -> Option<Arc<str>> {
        (self.active, self.position) = (false, 0);
        self.session.take()
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
    /// With the instance of each. The latest ones only: those before have been ended by time, or will be.
    set_aside: Mutex<VecDeque<(u32, Arc<str>)>>,
}

impl SessionPool {
    /// A pool of this many slots, spread over the instances. Their cycles differ in length, so that the steps
    /// mix.
    pub fn new(slots: usize, instances: usize, habits: SessionSpec, seed: u64) -> Self {
        let cycles = [0, 1, 2].map(|more| cycle(habits.heartbeats + more));
        let free = (0..slots).map(|index| Slot {
            instance: u32::try_from(index % instances.max(1)).unwrap_or(0),
            session: None,
            active: false,
            cycle: Arc::clone(&cycles[index % cycles.len()]),
            position: 0,
            rested_at: None,
            habits,
            random: SmallRng::seed_from_u64(seed.wrapping_add(index as u64)),
        });
        Self { free: Mutex::new(free.collect()), set_aside: Mutex::default() }
    }

    /// The slot that has been free for longest, if its client has finished thinking.
    pub fn check_out(&self, now: Instant) -> Option<Slot> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        // All think for the same time, so that the first in the row is the first to be ready.
        if free.front()?.rested_at.is_some_and(|rested_at| rested_at > now) {
            return None;
        }
        free.pop_front()
    }

    /// Gives a slot back whose step is done, and goes on to the next one. A client that is not heard of again
    /// leaves its session to time, and another client takes the slot. Returns what was left.
    pub fn check_in(&self, mut slot: Slot, now: Instant) -> Option<Arc<str>> {
        slot.advance();
        let left = if slot.is_deserted() { self.set_aside(&mut slot) } else { None };
        self.put_back(slot, now);
        left
    }

    /// Gives a slot back whose session is in doubt: the session is set aside and the slot begins anew. Returns what was
    /// left.
    pub fn check_in_doubtful(&self, mut slot: Slot) -> Option<Arc<str>> {
        let left = self.set_aside(&mut slot);
        self.put_back(slot, Instant::now());
        left
    }

    /// Sets aside what a client left behind.
    fn set_aside(&self, slot: &mut Slot) -> Option<Arc<str>> {
        let session = slot.begin_anew()?;
        let mut set_aside = self.set_aside.lock().unwrap_or_else(PoisonError::into_inner);
        if set_aside.len() == MOST_SET_ASIDE {
            set_aside.pop_front();
        }
        set_aside.push_back((slot.instance, Arc::clone(&session)));
        Some(session)
    }

    fn put_back(&self, mut slot: Slot, now: Instant) {
        let think_s = slot.habits.think_s;
        slot.rested_at = (think_s > 0.0).then(|| now + Duration::from_secs_f64(think_s));
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push_back(slot);
    }

    /// Every session that may still be open, with its instance.
    pub fn open_sessions(&self) -> Vec<(u32, Arc<str>)> {
        let set_aside = self.set_aside.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sessions: Vec<_> = set_aside.iter().cloned().collect();
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.extend(free.iter().filter_map(|slot| Some((slot.instance, slot.session.clone()?))));
        sessions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool(slots: usize, habits: SessionSpec) -> SessionPool {
        SessionPool::new(slots, 1, habits, 1)
    }

    fn with_heartbeats(heartbeats: usize) -> SessionSpec {
        SessionSpec { heartbeats, ..SessionSpec::default() }
    }

    /// The names of the next steps, each of them granted.
    fn life(slot: &mut Slot, steps: usize) -> Vec<&'static str> {
        let step = |_| {
            let step = slot.next_step();
            match step {
                Kind::SessionOpen => slot.session = Some(Arc::from("s")),
                Kind::SessionAccess | Kind::SessionChange => slot.active = true,
                Kind::SessionHalt => slot.active = false,
                Kind::SessionClose => (slot.session, slot.active) = (None, false),
                _ => {}
            }
            slot.advance();
            step.name().trim_start_matches("session-")
        };
        (0..steps).map(step).collect()
    }

    #[test]
    fn a_session_goes_through_its_cycle() {
        let mut slot = pool(1, with_heartbeats(1)).check_out(Instant::now()).unwrap();
        let expected =
            ["open", "access", "heartbeat", "change", "heartbeat", "halt", "access", "heartbeat", "close"];
        assert_eq!(life(&mut slot, 9), expected);
        assert_eq!(slot.next_step(), Kind::SessionOpen);
    }

    #[test]
    fn heartbeats_can_be_missed() {
        let habits = SessionSpec { missed: 1.0, ..with_heartbeats(2) };
        let mut slot = pool(1, habits).check_out(Instant::now()).unwrap();
        assert_eq!(life(&mut slot, 6), ["open", "access", "change", "halt", "access", "close"]);
    }

    #[test]
    fn an_idle_session_is_neither_halted_nor_kept_alive() {
        let mut slot = pool(1, with_heartbeats(2)).check_out(Instant::now()).unwrap();
        slot.session = Some(Arc::from("s"));
        assert_eq!(slot.next_step(), Kind::SessionAccess);
        slot.advance();
        // The access request was refused, so the session is idle still.
        assert_eq!(slot.next_step(), Kind::SessionChange);
    }

    #[test]
    fn a_client_that_thinks_is_not_disturbed() {
        let now = Instant::now();
        let pool = pool(1, SessionSpec { think_s: 2.0, ..SessionSpec::default() });
        let slot = pool.check_out(now).unwrap();
        pool.check_in(slot, now);
        assert!(pool.check_out(now + Duration::from_secs(1)).is_none());
        assert!(pool.check_out(now + Duration::from_secs(2)).is_some());
    }

    #[test]
    fn a_session_that_nobody_closes_is_set_aside() {
        let habits = SessionSpec { abandoned: 1.0, ..with_heartbeats(0) };
        let (pool, now) = (pool(1, habits), Instant::now());
        for _ in 0..5 {
            let mut slot = pool.check_out(now).unwrap();
            let step = slot.next_step();
            assert_ne!(step, Kind::SessionClose);
            slot.session = Some(Arc::from("s"));
            slot.active = step != Kind::SessionHalt;
            pool.check_in(slot, now);
        }
        assert_eq!(pool.open_sessions(), [(0, Arc::<str>::from("s"))]);
        assert!(pool.check_out(now).unwrap().session.is_none());
    }

    #[test]
    fn sessions_set_aside_are_not_kept_without_end() {
        let pool = pool(1, with_heartbeats(1));
        let session: Arc<str> = Arc::from("s");
        for _ in 0..MOST_SET_ASIDE + 10 {
            let mut slot = pool.check_out(Instant::now()).unwrap();
            slot.session = Some(Arc::clone(&session));
            assert_eq!(pool.check_in_doubtful(slot).as_deref(), Some("s"));
        }
        assert_eq!(pool.open_sessions().len(), MOST_SET_ASIDE);
    }

    #[test]
    fn a_session_in_doubt_is_set_aside_and_still_closed_in_the_end() {
        let pool = pool(2, with_heartbeats(1));
        let mut slot = pool.check_out(Instant::now()).unwrap();
        slot.session = Some(Arc::from("s"));
        pool.check_in_doubtful(slot);
        assert_eq!(pool.open_sessions(), [(0, Arc::<str>::from("s"))]);
        assert!(pool.check_out(Instant::now()).unwrap().session.is_none());
    }
}
