//! The duty to send a heartbeat after each automatic charge.
//!
//! The times of charges are the target's, those of heartbeats the harness's, and two clocks never agree. A
//! heartbeat counts as in the window, or as not in it, only when it is far enough from its edges.

use std::time::Instant;

use reference_server::domain::{MINUTE, Millis, session};

use super::sessions::PERIOD;
use super::{InvariantId, Tallies};

/// How far apart the clocks of harness and target may be.
const SKEW: Millis = MINUTE;

/// Heartbeats remembered in a session; an older one is outside of every window that is still undecided.
const BEATS: usize = 64;

/// Gives instants as times.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// An instant.
    pub instant: Instant,
    /// Its time, in milliseconds since 1970.
    pub millis: Millis,
}

impl Clock {
    /// The time of an instant.
    pub fn millis(&self, instant: Instant) -> Millis {
        let span = |earlier: Instant, later: Instant| {
            Millis::try_from(later.saturating_duration_since(earlier).as_millis()).unwrap_or(Millis::MAX)
        };
        self.millis.saturating_add(span(self.instant, instant)).saturating_sub(span(instant, self.instant))
    }
}

/// What a session owes.
#[derive(Debug, Default)]
pub struct Duties {
    /// The latest automatic charge, if nothing has come after it yet.
    charged: Option<Millis>,
    /// Heartbeats and requests, as sent and answered.
    met: Vec<(Millis, Millis)>,
}

/// Whether a heartbeat came in a window.
#[derive(PartialEq, Eq)]
enum Came {
    Surely,
    SurelyNot,
    Unclear,
}

impl Duties {
    /// Notes what meets a duty: it was sent and answered at these times.
    pub fn met_between(&mut self, sent: Millis, answered: Millis) {
        if self.met.len() == BEATS {
            self.met.remove(0);
        }
        self.met.push((sent, answered));
    }

    /// A request was granted: what was owed is owed no more.
    pub fn started_anew(&mut self) {
        self.charged = None;
    }

    /// The session was charged for another period, so it went on beyond the window of the charge before.
    pub fn charged_again(&mut self, session: &str, at: Millis, tallies: &mut Tallies) {
        if let Some(charged) = self.charged.replace(at) {
            match self.came(charged) {
                Came::Surely => tallies.exercise(InvariantId::KeptAlive, 1),
                Came::SurelyNot => tallies.check(InvariantId::EndedWithoutHeartbeat, false, || {
                    format!(
                        "session {session} was charged at {charged} and at {at}, without a heartbeat between"
                    )
                }),
                Came::Unclear => {}
            }
        }
        self.met.retain(|(_, answered)| *answered >= at - SKEW);
    }

    /// The session ended at the end of the window of the latest charge.
    pub fn ended_for_want_of_one(&mut self, session: &str, tallies: &mut Tallies) {
        let Some(charged) = self.charged.take() else { return };
        match self.came(charged) {
            Came::Surely => tallies.check(InvariantId::KeptAlive, false, || {
                format!(
                    "session {session} was charged at {charged}, sent a heartbeat in time and was ended all the same"
                )
            }),
            Came::SurelyNot => tallies.exercise(InvariantId::EndedWithoutHeartbeat, 1),
            Came::Unclear => {}
        }
    }

    fn came(&self, charged: Millis) -> Came {
        let end = charged + session::half_period(PERIOD);
        let inside = |(sent, answered): &(Millis, Millis)| *sent > charged + SKEW && *answered < end - SKEW;
        let near = |(sent, answered): &(Millis, Millis)| *answered > charged - SKEW && *sent < end + SKEW;
        if self.met.iter().any(inside) {
            Came::Surely
        } else if self.met.iter().any(near) {
            Came::Unclear
        } else {
            Came::SurelyNot
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Millis = PERIOD / 2;

    fn violated(story: impl FnOnce(&mut Duties, &mut Tallies)) -> Vec<(&'static str, u64, u64)> {
        let (mut duties, mut tallies) = (Duties::default(), Tallies::new());
        story(&mut duties, &mut tallies);
        let exercised = tallies.into_all().into_iter().filter(|tally| tally.exercised > 0);
        exercised.map(|tally| (tally.id.name(), tally.exercised, tally.violations)).collect()
    }

    #[test]
    fn heartbeats_keep_a_session_alive() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.met_between(PERIOD + HALF / 2, PERIOD + HALF / 2 + 5);
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, [("kept-alive", 1, 0)]);
    }

    #[test]
    fn a_session_that_ends_in_spite_of_its_heartbeat() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.met_between(PERIOD + HALF / 2, PERIOD + HALF / 2 + 5);
            duties.ended_for_want_of_one("s", tallies);
        });
        assert_eq!(seen, [("kept-alive", 1, 1)]);
    }

    #[test]
    fn a_session_that_owes_a_heartbeat_ends() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.ended_for_want_of_one("s", tallies);
        });
        assert_eq!(seen, [("ended-without-heartbeat", 1, 0)]);
    }

    #[test]
    fn a_session_that_goes_on_without_one() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, [("ended-without-heartbeat", 1, 1)]);
    }

    #[test]
    fn what_lies_at_the_edge_says_nothing() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.met_between(PERIOD + HALF - 10, PERIOD + HALF + 10);
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, []);
    }

    #[test]
    fn instants_become_times_in_both_directions() {
        let instant = Instant::now() + std::time::Duration::from_secs(10);
        let clock = Clock { instant, millis: 50_000 };
        assert_eq!(clock.millis(instant + std::time::Duration::from_millis(7)), 50_007);
        assert_eq!(clock.millis(instant - std::time::Duration::from_millis(7)), 49_993);
    }
}
