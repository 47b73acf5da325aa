//! What hosts hold of each feature, as far as it can be known from outside while requests are under way.
//!
//! Two counts are kept. The *certain* one is raised when a grant has been answered and lowered before the next
//! request of the host is sent, so that the target can never have given out less. The *possible* one is raised before
//! a request is sent and lowered when its answer is there, so that the target can never have given out more. Whatever
//! lies between the two is legal; what lies outside cannot be explained by any order of the requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// How far the counts of one feature went while somebody watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The lowest certain count.
    pub floor: i64,
    /// The highest possible count.
    pub peak: i64,
}

/// A request as the counts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Index of the feature among all features of all license servers.
    pub account: usize,
    /// What the host holds before it.
    pub before: i64,
    /// What it asks to hold after it.
    pub wanted: i64,
    watch: u64,
}

impl Move {
    fn most(&self) -> i64 {
        self.before.max(self.wanted)
    }
}

#[derive(Debug, Default)]
struct Account {
    certain: i64,
    possible: i64,
    /// Those who watch, by a number of their own; as many as there are requests under way.
    watchers: Vec<(u64, Span)>,
    next: u64,
}

impl Account {
    fn change(&mut self, certain: i64, possible: i64) {
        self.certain += certain;
        self.possible += possible;
        for (_, span) in &mut self.watchers {
            span.floor = span.floor.min(self.certain);
            span.peak = span.peak.max(self.possible);
        }
    }

    fn watch(&mut self) -> u64 {
        self.next += 1;
        self.watchers.push((self.next, Span { floor: self.certain, peak: self.possible }));
        self.next
    }

    fn leave(&mut self, watch: u64) -> Span {
        match self.watchers.iter().position(|(other, _)| *other == watch) {
            Some(place) => self.watchers.swap_remove(place).1,
            None => Span { floor: self.certain, peak: self.possible },
        }
    }
}

/// The counts of all features.
#[derive(Debug)]
pub struct Accounts(Vec<Mutex<Account>>);

impl Accounts {
    /// Nothing is held of so many features.
    pub fn new(accounts: usize) -> Self {
        Self((0..accounts).map(|_| Mutex::default()).collect())
    }

    /// Before a request is sent.
    pub fn begin(&self, account: usize, before: i64, wanted: i64) -> Move {
        let mut of = self.locked(account);
        let mut begun = Move { account, before, wanted, watch: 0 };
        of.change(-before, begun.most() - before);
        begun.watch = of.watch();
        begun
    }

    /// When its answer is there, by which the host holds this much. Returns the certain count, and the most that all
    /// others can have held meanwhile.
    pub fn answered(&self, begun: &Move, after: i64) -> (i64, i64) {
        let mut of = self.locked(begun.account);
        let span = of.leave(begun.watch);
        of.change(after, after - begun.most());
        (of.certain, span.peak - begun.most())
    }

    /// When there is no answer: nobody knows what the host holds.
    pub fn lost(&self, begun: &Move) {
        self.locked(begun.account).leave(begun.watch);
    }

    /// When the host has returned everything since: what it may have held is held no more.
    pub fn settled(&self, lost: &Move) {
        self.locked(lost.account).change(0, -lost.most());
    }

    /// Begins to watch a feature.
    pub fn watch(&self, account: usize) -> u64 {
        self.locked(account).watch()
    }

    /// What was seen of it since.
    pub fn leave(&self, account: usize, watch: u64) -> Span {
        self.locked(account).leave(watch)
    }

    /// What is certain and what is possible now.
    #[cfg(test)]
    pub fn now(&self, account: usize) -> Span {
        let of = self.locked(account);
        Span { floor: of.certain, peak: of.possible }
    }

    fn locked(&self, account: usize) -> MutexGuard<'_, Account> {
        self.0[account].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(floor: i64, peak: i64) -> Span {
        Span { floor, peak }
    }

    #[test]
    fn a_count_on_its_way_is_possible_and_not_certain() {
        let accounts = Accounts::new(1);
        let checkout = accounts.begin(0, 0, 3);
        assert_eq!(accounts.now(0), span(0, 3));
        assert_eq!(accounts.answered(&checkout, 3), (3, 0));
        let back = accounts.begin(0, 3, 0);
        assert_eq!(accounts.now(0), span(0, 3));
        accounts.answered(&back, 0);
        assert_eq!(accounts.now(0), span(0, 0));
    }

    #[test]
    fn what_others_can_have_held_is_the_most_of_the_whole_time() {
        let accounts = Accounts::new(1);
        let held = accounts.begin(0, 0, 4);
        accounts.answered(&held, 4);
        let mine = accounts.begin(0, 0, 1);
        let other = accounts.begin(0, 0, 2);
        let back = accounts.begin(0, 4, 0);
        accounts.answered(&back, 0);
        accounts.answered(&other, 0);
        assert_eq!(accounts.answered(&mine, 0), (0, 6), "four were held, and two were asked for");
    }

    #[test]
    fn a_request_without_an_answer_stays_possible() {
        let accounts = Accounts::new(1);
        let lost = accounts.begin(0, 0, 2);
        accounts.lost(&lost);
        assert_eq!(accounts.now(0), span(0, 2));
        let watch = accounts.watch(0);
        let more = accounts.begin(0, 0, 1);
        accounts.answered(&more, 1);
        assert_eq!(accounts.leave(0, watch), span(0, 3));
        accounts.settled(&lost);
        assert_eq!(accounts.now(0), span(1, 1), "the host has returned everything since");
    }
}
