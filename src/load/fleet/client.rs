//! One client of a fleet: what it has to do when a quarter of an hour begins, and what follows from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::index;
use rust_decimal::Decimal;

use super::super::answers::{self, Meaning, Question};
use super::super::ground::Ground;
use super::super::ledger::Kind;
use super::super::model::{HOUR, Millis, Tokens, half_period, unused_part};
use super::super::operations::access_body;
use super::super::population::Population;
use super::super::recorder::{End, Moments, Recorder};
use super::super::schedule::Wanted;
use super::books::{Due, Reason};
use super::rhythm::{self, Day, FleetSpec};
use crate::target::{Body, Call};

/// What all clients share.
pub struct Hall {
    /// Where they are.
    pub ground: Arc<Ground>,
    /// What they ask for.
    pub population: Arc<Population>,
    /// The latencies.
    pub recorder: Recorder,
    /// What they are like.
    pub spec: FleetSpec,
    /// Seed of everything.
    pub seed: u64,
    /// Requests sent so far.
    pub sent: AtomicU64,
    /// Number of the next request that asks for items.
    pub operations: AtomicU64,
}

/// What a client did led to this.
#[derive(Debug)]
pub enum Note {
    /// Tokens must move.
    Due(Due),
    /// A session is over, with nothing to pay back.
    Over(Arc<str>),
    /// An answer made sense.
    Sense(Kind),
    /// It did not.
    Nonsense(String),
}

/// A client.
#[derive(Debug)]
pub struct Client {
    number: u32,
    instance: u32,
    day: Option<Day>,
    session: Option<Arc<str>>,
    /// What it uses, each item with its price for a period.
    uses: Vec<(Wanted, Decimal)>,
    /// When the session is charged next, while it uses anything.
    next_charge: Option<Millis>,
    /// Decides whether it forgets a heartbeat.
    habits: SmallRng,
}

impl Client {
    /// A client that has not begun.
    pub fn new(hall: &Hall, number: u32) -> Self {
        let instances = u32::try_from(hall.population.asked().max(1)).unwrap_or(u32::MAX);
        Self {
            number,
            instance: number % instances,
            day: None,
            session: None,
            uses: Vec::new(),
            next_charge: None,
            habits: rhythm::random(hall.seed, number, 0),
        }
    }

    /// A new day begins, and what was left of the old one is forgotten.
    pub fn wake(&mut self, hall: &Hall, number: u32) {
        self.day = rhythm::day(&hall.spec, hall.seed, self.number, number);
        (self.session, self.next_charge) = (None, None);
        let mut random = rhythm::random(!hall.seed, self.number, number);
        let known = hall.population.items.len() - 1;
        let chosen = index::sample(&mut random, known, hall.spec.items.min(known));
        self.uses.clear();
        for item in chosen {
            let counts = &hall.population.items[item].counts;
            let count = counts[random.random_range(0..counts.len())];
            let price = hall.population.items[item].charge(count).unwrap_or_default();
            self.uses.push((Wanted { item: u16::try_from(item).unwrap_or(u16::MAX), count }, price));
        }
        self.habits = random;
    }

    /// Whether it has anything to do, or to pay for, at this time.
    pub fn is_busy(&self, quarter: u32, now: Millis) -> bool {
        let planned =
            self.day.is_some_and(|day| [day.begins, day.lunch, day.back, day.ends].contains(&quarter));
        (planned && (self.session.is_some() || self.day.is_some_and(|day| day.begins == quarter)))
            || self.next_charge == Some(now)
    }

    /// Does what is due.
    pub async fn act(&mut self, hall: &Hall, quarter: u32, now: Millis) -> Vec<Note> {
        let mut notes = Vec::new();
        let Some(day) = self.day else { return notes };
        if self.next_charge == Some(now) {
            self.next_period(hall, now, &mut notes).await;
        }
        if quarter == day.begins {
            self.open(hall, &mut notes).await;
        }
        let Some(session) = self.session.clone() else { return notes };
        if quarter == day.begins || quarter == day.back {
            self.access(hall, &session, now, &mut notes).await;
        } else if quarter == day.lunch || quarter == day.ends {
            self.leave(hall, &session, quarter == day.ends, now, &mut notes).await;
        }
        notes
    }

    /// The session has been charged for another period, after which its client sends a heartbeat, or forgets to.
    async fn next_period(&mut self, hall: &Hall, now: Millis, notes: &mut Vec<Note>) {
        let Some(session) = self.session.clone() else { return };
        let tokens = self.price();
        let due = Due { session: Arc::clone(&session), at: now, tokens, reason: Reason::Period, ends: false };
        notes.push(Note::Due(due.clone()));
        self.next_charge = Some(now + HOUR);
        if self.habits.random::<f64>() < hall.spec.missed {
            let at = now + half_period(HOUR);
            notes.push(Note::Due(Due { at, tokens: -tokens, reason: Reason::Missed, ends: true, ..due }));
            (self.session, self.next_charge) = (None, None);
            return;
        }
        let call = Call::get(hall.ground.api(self.instance).heartbeat(&session));
        self.send(hall, Kind::SessionHeartbeat, call, &[], notes).await;
    }

    async fn open(&mut self, hall: &Hall, notes: &mut Vec<Note>) {
        let id = &hall.population.instances[self.instance as usize].id;
        let call =
            Call::post(hall.ground.api(self.instance).sessions(), serde_json::json!({ "instanceId": id }));
        if let Some(Meaning::Opened(id)) = self.send(hall, Kind::SessionOpen, call, &[], notes).await {
            self.session = Some(Arc::from(id));
        }
    }

    async fn access(&mut self, hall: &Hall, session: &Arc<str>, now: Millis, notes: &mut Vec<Note>) {
        let wanted: Vec<Wanted> = self.uses.iter().map(|(wanted, _)| *wanted).collect();
        let call = self.put(hall, session, Kind::SessionAccess, &wanted);
        let Some(Meaning::Access { items, .. }) =
            self.send(hall, Kind::SessionAccess, call, &wanted, notes).await
        else {
            return;
        };
        if !items.iter().all(|item| item.granted) {
            return notes.push(Note::Nonsense(format!("session {session} was refused what it can pay")));
        }
        self.next_charge = Some(now + HOUR);
        notes.push(Note::Due(Due {
            session: Arc::clone(session),
            at: now,
            tokens: self.price(),
            reason: Reason::Access,
            ends: false,
        }));
    }

    /// Halts the session, or closes it, on the way through a period.
    async fn leave(
        &mut self,
        hall: &Hall,
        session: &Arc<str>,
        closes: bool,
        now: Millis,
        notes: &mut Vec<Note>,
    ) {
        let (kind, call) = if closes {
            (Kind::SessionClose, Call::delete(hall.ground.api(self.instance).session(session)))
        } else {
            (Kind::SessionHalt, self.put(hall, session, Kind::SessionHalt, &[]))
        };
        let done = self.send(hall, kind, call, &[], notes).await.is_some();
        if closes {
            self.session = None;
        }
        let Some(next_charge) = self.next_charge.take().filter(|_| done) else {
            if closes {
                notes.push(Note::Over(Arc::clone(session)));
            }
            return;
        };
        let unused =
            |price: &Decimal| unused_part(Tokens::rounded(*price), next_charge - now, HOUR).decimal();
        let back: Decimal = self.uses.iter().map(|(_, price)| unused(price)).sum();
        notes.push(Note::Due(Due {
            session: Arc::clone(session),
            at: now,
            tokens: -back,
            reason: Reason::Left,
            ends: closes,
        }));
    }

    /// What a period costs.
    fn price(&self) -> Decimal {
        self.uses.iter().map(|(_, price)| *price).sum()
    }

    fn put(&self, hall: &Hall, session: &str, kind: Kind, wanted: &[Wanted]) -> Call {
        let number = hall.operations.fetch_add(1, Ordering::Relaxed);
        let text = access_body(&hall.population, kind, number, self.number, wanted);
        let body = Body::Text { content_type: "application/json".to_owned(), text };
        Call::new(reqwest::Method::PUT, hall.ground.api(self.instance).session(session), body)
    }

    async fn send(
        &self,
        hall: &Hall,
        kind: Kind,
        call: Call,
        wanted: &[Wanted],
        notes: &mut Vec<Note>,
    ) -> Option<Meaning> {
        hall.sent.fetch_add(1, Ordering::Relaxed);
        let sent = Instant::now();
        let answer = hall.ground.client.send(hall.ground.authorized(call)).await;
        let moments = Moments { intended: sent, sent, done: Instant::now() };
        let Some(status) = answer.status else {
            hall.recorder.record(kind, &moments, End::Lost);
            notes.push(Note::Nonsense(format!("{} had no answer: {}", kind.name(), answer.summary())));
            return None;
        };
        let question = Question {
            kind,
            instance: self.instance,
            wanted,
            factors: &[Decimal::ONE],
            population: &hall.population,
        };
        match answers::understand(&question, status, answer.body.as_bytes()) {
            Ok(meaning) => {
                hall.recorder.record(kind, &moments, End::Granted);
                notes.push(Note::Sense(kind));
                Some(meaning)
            }
            Err(why) => {
                hall.recorder.record(kind, &moments, End::Wrong);
                notes.push(Note::Nonsense(why));
                None
            }
        }
    }
}
