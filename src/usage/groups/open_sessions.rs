//! Which sessions are kept, when there are more of them than memory should hold.
//!
//! A session that has ended has no more rows as a rule, so that those go first, in the order of their ends; then goes
//! the one that began first. A session that had to go while it was alive is remembered by its ID: when it comes again,
//! nobody may say that its charges were never there.

use std::collections::VecDeque;

use super::super::compact::hash::HashedMap;
use super::remembered::Remembered;

/// How many sessions are kept.
const KEPT: usize = 131_072;
/// How many of those that had to go alive are remembered.
const REMEMBERED: usize = 1_048_576;

/// Sessions by the hashes of their IDs.
pub(super) struct Open<S> {
    kept: usize,
    /// Each in memory of its own: where so many come and go, the map takes four places for each of them in the end.
    sessions: HashedMap<Box<S>>,
    /// All sessions in the order of their beginning, with some that are gone among them.
    begun: VecDeque<u64>,
    /// Those that have ended, each with the time from which it may go.
    ended: VecDeque<(u64, i64)>,
    gone_alive: Remembered<()>,
}

impl<S> Open<S> {
    pub(super) fn new() -> Self {
        Self {
            kept: KEPT,
            sessions: HashedMap::default(),
            begun: VecDeque::new(),
            ended: VecDeque::new(),
            gone_alive: Remembered::new(REMEMBERED),
        }
    }

    /// The session of this key. A new one is told whether an earlier part of it had to go.
    pub(super) fn entry(&mut self, key: u64, new: impl FnOnce(bool) -> S) -> &mut S {
        self.sessions.entry(key).or_insert_with(|| {
            self.begun.push_back(key);
            Box::new(new(self.gone_alive.get(key).is_some()))
        })
    }

    /// A session has ended, and has no more rows after this time.
    pub(super) fn ended(&mut self, key: u64, until_ms: i64) {
        self.ended.push_back((key, until_ms));
    }

    /// The session that has to go now, if there are too many.
    pub(super) fn make_room(&mut self, now_ms: i64) -> Option<Box<S>> {
        if self.sessions.len() <= self.kept {
            return None;
        }
        if self.begun.len() > 2 * self.sessions.len() {
            self.begun.retain(|key| self.sessions.contains_key(key));
        }
        while let Some((key, _)) = self.ended.pop_front_if(|(_, until_ms)| *until_ms < now_ms) {
            if let Some(session) = self.sessions.remove(&key) {
                return Some(session);
            }
        }
        while let Some(key) = self.begun.pop_front() {
            if let Some(session) = self.sessions.remove(&key) {
                self.gone_alive.insert(key, ());
                return Some(session);
            }
        }
        None
    }

    /// All sessions that are left, in no order.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Box<S>> {
        self.begun.clear();
        self.ended.clear();
        std::mem::take(&mut self.sessions).into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(kept: usize) -> Open<bool> {
        Open { kept, ..Open::new() }
    }

    #[test]
    fn a_session_that_has_ended_goes_before_one_that_lives() {
        let mut open = open(2);
        for key in 1..=3 {
            open.entry(key, |resumed| resumed);
        }
        open.ended(2, 10);
        assert_eq!(open.make_room(11).as_deref(), Some(&false));
        assert!(open.sessions.contains_key(&1) && !open.sessions.contains_key(&2));
        assert!(
            !*open.entry(2, |resumed| resumed),
            "it had ended, so that this is another part or a mistake"
        );
    }

    #[test]
    fn a_session_that_had_to_go_alive_is_known_when_it_comes_again() {
        let mut open = open(2);
        for key in 1..=3 {
            open.entry(key, |resumed| resumed);
        }
        // Its end is so near that rows of it may still come.
        open.ended(3, 10);
        assert_eq!(open.make_room(10).as_deref(), Some(&false));
        assert_eq!(open.make_room(10), None);
        assert!(!open.sessions.contains_key(&1));
        assert!(*open.entry(1, |resumed| resumed));
    }

    #[test]
    fn what_is_kept_of_the_order_does_not_grow() {
        let mut open = open(10);
        for key in 1..=10_000 {
            open.entry(key, |resumed| resumed);
            open.ended(key, 0);
            open.make_room(1);
        }
        assert!(open.begun.len() <= 22 && open.ended.len() <= 11);
        assert!((1..=10_000).all(|key| open.gone_alive.get(key).is_none()));
    }
}
