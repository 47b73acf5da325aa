//! Races for a license: of all hosts that ask at the same instant, exactly as many win as there are counts for.

use std::collections::HashMap;

use super::super::audit::{InvariantId, Tallies};
use super::answers::Outcome;
use super::hall::Hall;
use super::journal::{Begun, LicenseFate};

/// How one start of a race went.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    account: usize,
    count: i64,
    ended: u64,
    won: u64,
    unknown: u64,
}

/// All starts that are not over.
#[derive(Debug)]
pub struct Races {
    contenders: u64,
    under_way: HashMap<u64, Start>,
}

impl Races {
    /// No race has begun; so many take part in each.
    pub fn new(contenders: u64) -> Self {
        Self { contenders, under_way: HashMap::new() }
    }

    /// Takes a request that has ended, if it took part in a race.
    pub fn ended(&mut self, hall: &Hall, begun: &Begun, fate: &LicenseFate, tallies: &mut Tallies) {
        let (Some(number), Some((feature, count))) = (begun.start, begun.wanted.first()) else { return };
        let start = self.under_way.entry(number).or_default();
        (start.account, start.count) = (hall.account(begun.server, *feature), *count);
        start.ended += 1;
        match fate {
            LicenseFate::Answered(outcomes) if outcomes.iter().any(Outcome::is_granted) => start.won += 1,
            LicenseFate::Answered(_) => {}
            LicenseFate::Lost { .. } | LicenseFate::Wrong { .. } => start.unknown += 1,
        }
        if start.ended == self.contenders {
            let start = *start;
            self.under_way.remove(&number);
            judge(hall, start, tallies);
        }
    }

    /// Judges the starts that fewer took part in, because the plan was at its end.
    pub fn close(&mut self, hall: &Hall, tallies: &mut Tallies) {
        for (_, start) in self.under_way.drain() {
            judge(hall, start, tallies);
        }
    }
}

fn judge(hall: &Hall, start: Start, tallies: &mut Tallies) {
    let Start { account, count, ended, won, unknown } = start;
    let capacity = hall.feature(account).capacity;
    let places = u64::try_from(capacity / count.max(1)).unwrap_or(0).min(ended);
    tallies.check(InvariantId::ExactWinners, won <= places && won + unknown >= places, || {
        format!(
            "{}: {ended} asked for {count} of {capacity} at once, so that {places} must win; {won} did",
            hall.name(account)
        )
    });
}
