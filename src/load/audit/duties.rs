//! The duty to send a heartbeat after each automatic charge.
//!
//! The times of charges are the target's, those of heartbeats the harness's, and two clocks never agree. A
//! heartbeat counts as in the window, or as not in it, only when it is far enough from its edges.

use std::collections::VecDeque;
use std::time::Instant;

use super::super::model::{MINUTE, Millis, half_period};
use super::sessions::PERIOD;
use super::{InvariantId, Tallies};

/// How far apart the clocks of harness and target may be.
const SKEW: Millis = MINUTE;

/// Heartbeats remembered in a session. They matter only until the row of a charge is read that came before them, and
/// then those that came last tell enough.
const LATEST: usize = 4;

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

/// Something that may meet a duty.
#[derive(Clone, Copy, Debug)]
pub struct Sign {
    /// When it was sent.
    pub sent: Millis,
    /// When it was answered, or given up.
    pub done: Millis,
    /// Whether it is a heartbeat that was answered; a request, or one without an answer, makes things unclear.
    pub sure: bool,
}

/// What a session owes.
#[derive(Debug, Default)]
pub struct Duties {
    window: Option<Window>,
    /// The latest signs.
    latest: VecDeque<Sign>,
}

/// The time after an automatic charge.
#[derive(Clone, Copy, Debug)]
struct Window {
    charged: Millis,
    /// Whether a heartbeat surely came in it.
    surely: bool,
    /// Whether one may have come.
    perhaps: bool,
}

impl Window {
    fn note(&mut self, sign: &Sign) {
        let end = self.charged + half_period(PERIOD);
        self.surely |= sign.sure && sign.sent > self.charged + SKEW && sign.done < end - SKEW;
        self.perhaps |= sign.done > self.charged - SKEW && sign.sent < end + SKEW;
    }
}

impl Duties {
    /// Takes what may meet a duty.
    pub fn note(&mut self, sign: Sign) {
        if let Some(window) = &mut self.window {
            window.note(&sign);
        }
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(sign);
    }

    /// A request was granted: what was owed is owed no more.
    pub fn started_anew(&mut self) {
        self.window = None;
    }

    /// The session was charged for another period, so it went on beyond the window of the charge before.
    pub fn charged_again(&mut self, session: &str, at: Millis, tallies: &mut Tallies) {
        if let Some(Window { charged, surely, perhaps }) = self.window {
            if surely {
                tallies.exercise(InvariantId::KeptAlive, 1);
            } else if !perhaps {
                tallies.check(InvariantId::EndedWithoutHeartbeat, false, || {
                    format!(
                        "session {session} was charged at {charged} and at {at}, without a heartbeat between"
                    )
                });
            }
        }
        let mut window = Window { charged: at, surely: false, perhaps: false };
        self.latest.iter().for_each(|sign| window.note(sign));
        self.window = Some(window);
    }

    /// The session ended at the end of the window of the latest charge.
    pub fn ended_for_want_of_one(&mut self, session: &str, tallies: &mut Tallies) {
        let Some(Window { charged, surely, perhaps }) = self.window.take() else { return };
        if surely {
            tallies.check(InvariantId::KeptAlive, false, || {
                format!(
                    "session {session} was charged at {charged}, sent a heartbeat in time and was ended all the same"
                )
            });
        } else if !perhaps {
            tallies.exercise(InvariantId::EndedWithoutHeartbeat, 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Millis = PERIOD / 2;

    fn beat(at: Millis) -> Sign {
        Sign { sent: at - 5, done: at + 5, sure: true }
    }

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
            duties.note(beat(PERIOD + HALF / 2));
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, [("kept-alive", 1, 0)]);
    }

    #[test]
    fn a_session_that_ends_in_spite_of_its_heartbeat() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.note(beat(PERIOD + HALF / 2));
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
            duties.note(beat(PERIOD + HALF));
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, []);
    }

    #[test]
    fn a_heartbeat_without_an_answer_says_nothing() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            duties.note(Sign { sure: false, ..beat(PERIOD + HALF / 2) });
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, []);
    }

    #[test]
    fn heartbeats_may_be_as_many_as_they_like() {
        let seen = violated(|duties, tallies| {
            duties.charged_again("s", PERIOD, tallies);
            (0..3600).for_each(|second| duties.note(beat(PERIOD + second * 1000)));
            duties.charged_again("s", 2 * PERIOD, tallies);
        });
        assert_eq!(seen, [("kept-alive", 1, 0)]);
    }

    #[test]
    fn instants_become_times_in_both_directions() {
        let instant = Instant::now() + std::time::Duration::from_secs(10);
        let clock = Clock { instant, millis: 50_000 };
        assert_eq!(clock.millis(instant + std::time::Duration::from_millis(7)), 50_007);
        assert_eq!(clock.millis(instant - std::time::Duration::from_millis(7)), 49_993);
    }
}
