//! What a host of a license server sends for a ticket, and what its answer is booked as.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use super::super::audit::InvariantId;
use super::super::ledger::{Kind, operation_id};
use super::super::operations::Received;
use super::super::population::Address;
use super::super::recorder::End;
use super::account::{Accounts, Move};
use super::answers::{Asked, Outcome, understand};
use super::hall::Hall;
use super::hosts::{Counts, Host, HostPool, Menu, Wish};
use super::journal::{Begun, Journal, LicenseFate, Note, Seen};
use super::spec::LicenseSpec;

/// A request of a host that is under way.
#[derive(Debug)]
pub struct Step {
    /// What it is.
    pub kind: Kind,
    number: u64,
    host: Host,
    wanted: Counts,
    moves: Vec<Move>,
    in_race: bool,
}

/// A request that is about to be sent.
#[derive(Debug)]
pub struct Outgoing {
    /// Where to.
    pub url: Address,
    /// Its body.
    pub body: String,
    /// What to book its answer by.
    pub step: Step,
}

/// Makes requests of tickets and books their ends.
#[derive(Debug)]
pub struct LicenseDesk {
    /// The license servers.
    pub hall: Arc<Hall>,
    /// What is held of each feature.
    pub accounts: Accounts,
    /// What the audit must know.
    pub journal: Journal,
    hosts: HostPool,
    menu: Menu,
    contenders: u64,
    race_counts: i64,
}

impl LicenseDesk {
    /// A desk of these license servers, at which nobody holds anything.
    pub fn new(hall: Hall, spec: &LicenseSpec, seed: u64) -> Self {
        Self {
            accounts: Accounts::new(hall.accounts()),
            journal: Journal::default(),
            hosts: HostPool::new(&hall.run, spec, seed),
            menu: Menu::of(spec),
            contenders: spec.contenders as u64,
            race_counts: spec.features[0].wanted.first().map_or(1, |count| i64::from(*count)),
            hall: Arc::new(hall),
        }
    }

    /// The request of this ticket; nothing when no host is free.
    pub fn begin(&self, number: u64) -> Option<Outgoing> {
        if let Some(start) = number.checked_div(self.contenders) {
            // Each start has a feature and hosts of its own; nobody returns what they have won.
            let servers = self.hall.servers.len() as u64;
            let feature = u16::try_from(start / servers).unwrap_or(u16::MAX);
            let server = u32::try_from(start % servers).unwrap_or(0);
            let host = Host::once(server, format!("{}-{number}", self.hall.run).into());
            let wish = Wish { kind: Kind::LicenseCheckout, wanted: vec![(feature, self.race_counts)] };
            return Some(self.send(number, host, wish, Some(start)));
        }
        let mut host = self.hosts.check_out(Instant::now())?;
        let wish = host.wish(&self.menu);
        Some(self.send(number, host, wish, None))
    }

    /// A host's request, noted.
    fn send(&self, number: u64, host: Host, wish: Wish, start: Option<u64>) -> Outgoing {
        let Wish { kind, wanted } = wish;
        let moves = self.moves(host.instance, &host.held, &wanted);
        self.journal.note(Note::Begun(Begun {
            number,
            server: host.instance,
            host: Arc::clone(&host.name),
            before: host.doubts.is_none().then(|| host.held.clone()),
            wanted: wanted.clone(),
            start,
        }));
        Outgoing {
            url: self.hall.access(host.instance),
            body: body(&self.hall, number, &host.name, kind, &wanted),
            step: Step { kind, number, host, wanted, moves, in_race: start.is_some() },
        }
    }

    /// What changes for each feature, those that are asked for first and in their order.
    fn moves(&self, server: u32, before: &Counts, wanted: &Counts) -> Vec<Move> {
        let count = |of: &Counts, feature: u16| {
            of.iter().find(|(other, _)| *other == feature).map_or(0, |(_, count)| *count)
        };
        let left_out = before.iter().filter(|(feature, _)| count(wanted, *feature) == 0);
        let features = wanted.iter().chain(left_out).map(|(feature, _)| *feature);
        features
            .map(|feature| {
                let account = self.hall.account(server, feature);
                self.accounts.begin(account, count(before, feature), count(wanted, feature))
            })
            .collect()
    }

    /// Books the end of a request.
    pub fn finish(&self, step: Step, received: &Received) -> End {
        let fate = match received {
            Received::Lost { deliberate, why } => {
                LicenseFate::Lost { deliberate: *deliberate, why: why.clone() }
            }
            Received::Answer { status, body } => {
                let asked: Vec<Asked<'_>> = step
                    .wanted
                    .iter()
                    .map(|(feature, count)| Asked {
                        feature: &self.hall.features[usize::from(*feature)].name,
                        count: *count,
                    })
                    .collect();
                match understand(step.kind, &step.host.name, &asked, *status, body) {
                    Ok(outcomes) => LicenseFate::Answered(outcomes),
                    Err(why) => LicenseFate::Wrong { why },
                }
            }
        };
        let (end, seen) = match &fate {
            LicenseFate::Answered(outcomes) => {
                let denied = outcomes.iter().filter(|outcome| !outcome.is_granted()).count();
                let refused = denied > 0 && denied == outcomes.len();
                let end = if refused { End::Refused } else { End::Granted };
                (end, self.answered(&step, outcomes))
            }
            LicenseFate::Lost { .. } => (End::Lost, Vec::new()),
            LicenseFate::Wrong { .. } => (End::Wrong, Vec::new()),
        };
        let number = step.number;
        match &fate {
            LicenseFate::Answered(outcomes) => self.give_back(step, outcomes),
            LicenseFate::Lost { .. } | LicenseFate::Wrong { .. } => self.set_aside(step),
        }
        self.journal.note(Note::Ended { number, fate, seen });
        end
    }

    /// Holds the answer against all that can have been held meanwhile.
    fn answered(&self, step: &Step, outcomes: &[Outcome]) -> Vec<Seen> {
        let mut seen = Vec::new();
        for (index, begun) in step.moves.iter().enumerate() {
            let outcome = outcomes.get(index);
            let granted = outcome.is_some_and(Outcome::is_granted);
            let after = if granted { begun.wanted } else { 0 };
            let (certain, others) = self.accounts.answered(begun, after);
            let feature = self.hall.feature(begun.account);
            let (capacity, name) = (feature.capacity, || self.hall.name(begun.account));
            if granted {
                let fault = (certain > capacity)
                    .then(|| format!("request {}: {certain} of {capacity} {} are held", step.number, name()));
                seen.push(Seen { id: InvariantId::HeldWithinEntitled, fault });
            }
            if outcome.is_some() && !granted {
                let fault = (others + begun.wanted <= capacity).then(|| {
                    format!(
                        "request {} was refused {} of {}, while others can have held at most {others} of {capacity}",
                        step.number,
                        begun.wanted,
                        name()
                    )
                });
                seen.push(Seen { id: InvariantId::ExactWinners, fault });
            }
        }
        seen
    }

    /// Nobody knows what the host holds now.
    fn set_aside(&self, step: Step) {
        let Step { host, moves, in_race, .. } = step;
        moves.iter().for_each(|begun| self.accounts.lost(begun));
        let now = Instant::now();
        if in_race || host.doubts.is_some() {
            self.hosts.set_aside(host, moves, now);
        } else {
            self.hosts.check_in_doubtful(host, moves, now);
        }
    }

    fn give_back(&self, step: Step, outcomes: &[Outcome]) {
        let Step { mut host, wanted, in_race, .. } = step;
        if let Some(doubts) = host.doubts {
            // What was consumed stays consumed.
            let comes_back = |lost: &&Move| !self.hall.feature(lost.account).metered;
            return doubts.iter().filter(comes_back).for_each(|lost| self.accounts.settled(lost));
        }
        let held = wanted.iter().zip(outcomes).filter(|((feature, _), outcome)| {
            outcome.is_granted() && !self.hall.features[usize::from(*feature)].metered
        });
        host.held = held.map(|(one, _)| *one).collect();
        if !in_race || !host.held.is_empty() {
            self.hosts.check_in(host);
        }
    }

    /// The requests that give back whatever is still held; numbers count on from this one.
    pub fn closing(&self, first: u64) -> Vec<Outgoing> {
        let full_return = || Wish { kind: Kind::LicenseReturn, wanted: Vec::new() };
        let hosts = (first..).zip(self.hosts.take_all());
        hosts.map(|(number, host)| self.send(number, host, full_return(), None)).collect()
    }
}

/// The body of an access request, put together by hand: it is the hot path, and nothing in it needs escaping that was
/// not escaped when the features were made.
fn body(hall: &Hall, number: u64, host: &str, kind: Kind, wanted: &Counts) -> String {
    let mut body = String::with_capacity(160 + 64 * wanted.len());
    let interval = if kind == Kind::LicenseConsume { "0d" } else { "1d" };
    let operation = operation_id(&hall.run, number);
    // Writing to a string cannot fail.
    let _ = write!(
        body,
        r#"{{"hostId":{{"type":"string","value":"{host}"}},"borrow-interval":"{interval}","vendorDictionary":{{"op":"{operation}"}},"features":["#
    );
    for (index, (feature, count)) in wanted.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        let _ = write!(body, "{}{count}}}", hall.features[usize::from(*feature)].head);
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::hall::fixture::hall;
    use super::*;

    #[test]
    fn bodies_are_json() {
        let hall = hall();
        let text = body(&hall, 7, "r-1", Kind::LicenseCheckout, &vec![(0, 2), (1, 1)]);
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["hostId"]["value"], json!("r-1"));
        assert_eq!(
            read["features"],
            json!([
                { "name": "a", "version": "1.0", "count": 2 }, { "name": "b", "version": "1.0", "count": 1 },
            ])
        );
        assert_eq!(read["vendorDictionary"]["op"], json!("r-7"));
        assert_eq!(read["borrow-interval"], json!("1d"));
        let consumed = body(&hall, 8, "r-1", Kind::LicenseConsume, &vec![(2, 3)]);
        assert!(consumed.contains(r#""borrow-interval":"0d""#), "{consumed}");
    }
}
