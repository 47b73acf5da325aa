//! What a worker sends for a ticket, and what it books when the answer is there.
//!
//! Each ticket is one request. The desk turns it into a job before sending and takes the job back with the
//! answer; it never waits and never fails, so that a worker can do nothing but send.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Method;

use super::answers::{self, Meaning, Question};
use super::ground::Ground;
use super::ledger::{Answered, Entry, Fate, Kind, Ledger, operation_id};
use super::licenses::{LicenseDesk, Outgoing, Step};
use super::limits::Gauge;
use super::pacer::Timeline;
use super::population::{Address, Population};
use super::prices::NextTable;
use super::recorder::{End, Moments, Recorder};
use super::schedule::{Arrival, Wanted, Work};
use super::sessions::{SessionPool, Slot};

/// A request may end this long after the plan and still counts as completed in time.
pub const GRACE: Duration = Duration::from_secs(1);

/// Hang-ups that wait for a request that charges; where there are too few of those, more would wait for ever.
const MOST_HANG_UPS: usize = 1_000;

/// A request that is about to be sent.
#[derive(Debug)]
pub struct Job {
    /// Kind of the operation.
    pub kind: Kind,
    /// HTTP method.
    pub method: Method,
    /// Absolute address.
    pub url: Address,
    /// JSON body, for methods that have one.
    pub body: Option<String>,
    /// After how long the client hangs up, if it does.
    pub hang_up_after: Option<Duration>,
    number: u64,
    attempt: u32,
    instance: u32,
    requester: u32,
    stage: u16,
    wanted: Vec<Wanted>,
    slot: Option<Slot>,
    table: Option<NextTable>,
    license: Option<Step>,
}

/// What came back.
#[derive(Debug)]
pub enum Received {
    /// An answer, read to its end.
    Answer {
        /// HTTP status.
        status: u16,
        /// Body.
        body: Vec<u8>,
    },
    /// Nothing.
    Lost {
        /// Whether the client hung up on purpose.
        deliberate: bool,
        /// Why nothing came.
        why: String,
    },
}

/// What clients do that had no answer.
#[derive(Debug, Default)]
pub struct Retries {
    /// How often a request is sent again at most.
    pub most: u32,
    /// The number of the next request that is; those of the plan come before.
    pub next: AtomicU64,
}

/// What a measurement counts under.
struct Measured {
    kind: Kind,
    stage: u16,
    attempt: u32,
}

/// Makes jobs of tickets and books their ends.
pub struct Desk {
    /// Where the run takes place.
    pub ground: Arc<Ground>,
    /// What it is about.
    pub population: Arc<Population>,
    /// The account.
    pub ledger: Arc<Ledger>,
    /// The latencies.
    pub recorder: Arc<Recorder>,
    /// The sessions.
    pub sessions: SessionPool,
    /// What clients do that had no answer.
    pub retries: Retries,
    /// The hosts of license servers, in a run that is about them.
    pub licenses: Option<Arc<LicenseDesk>>,
    /// What the target must keep to.
    pub require: Vec<Gauge>,
    /// What ends the run at once.
    pub abort: Vec<Gauge>,
    timeline: Arc<Timeline>,
    undone: AtomicU64,
    completed: AtomicU64,
    completed_in_time: AtomicU64,
    /// Hang-ups that fell on a request that charges nothing; the next one that does takes over.
    hang_ups: Mutex<Vec<Duration>>,
}

impl Desk {
    /// A desk with empty books.
    pub fn new(
        ground: Arc<Ground>,
        population: Arc<Population>,
        sessions: SessionPool,
        timeline: Arc<Timeline>,
    ) -> Self {
        Self {
            ground,
            population,
            ledger: Arc::default(),
            recorder: Arc::new(Recorder::new()),
            sessions,
            retries: Retries::default(),
            licenses: None,
            require: Vec::new(),
            abort: Vec::new(),
            timeline,
            undone: AtomicU64::new(0),
            completed: AtomicU64::new(0),
            completed_in_time: AtomicU64::new(0),
            hang_ups: Mutex::new(Vec::new()),
        }
    }

    /// Requests completed so far, and those of them that were completed in time.
    pub fn completed(&self) -> (u64, u64) {
        (self.completed.load(Ordering::Relaxed), self.completed_in_time.load(Ordering::Relaxed))
    }

    /// Tickets for which there was no session to work on.
    pub fn undone(&self) -> u64 {
        self.undone.load(Ordering::Relaxed)
    }

    /// The request for this arrival; nothing when no session is free.
    pub fn begin(&self, arrival: Arrival) -> Option<Job> {
        let (kind, slot) = match arrival.work {
            Work::AccessRequest => (Kind::AccessRequest, None),
            Work::AdminRead => (Kind::LineItemsRead, None),
            Work::RateChange => (Kind::RateChange, None),
            Work::LicenseStep => return self.begin_licensed(&arrival),
            Work::SessionStep => {
                let Some(mut slot) = self.sessions.check_out(Instant::now()) else {
                    self.undone.fetch_add(1, Ordering::Relaxed);
                    return None;
                };
                (slot.next_step(), Some(slot))
            }
        };
        let instance = slot.as_ref().map_or(arrival.instance, |slot| slot.instance);
        let session = slot.as_ref().and_then(|slot| slot.session.as_deref()).unwrap_or_default();
        let number = arrival.number;
        let wanted = if kind.charges() { arrival.wanted } else { Vec::new() };
        let api = self.ground.api(instance);
        let (method, url) = match kind {
            Kind::AccessRequest => (Method::POST, self.population.access(instance)),
            Kind::SessionOpen => (Method::POST, Address::Text(api.sessions())),
            Kind::SessionHeartbeat => (Method::GET, Address::Text(api.heartbeat(session))),
            Kind::SessionClose => (Method::DELETE, Address::Text(api.session(session))),
            Kind::SessionAccess | Kind::SessionChange | Kind::SessionHalt => {
                (Method::PUT, Address::Text(api.session(session)))
            }
            Kind::LineItemsRead => {
                let id = &self.population.instances[instance as usize].id;
                (Method::GET, Address::Text(api.line_items(id)))
            }
            Kind::RateChange => (Method::POST, Address::Text(api.rate_tables())),
            // These are made at a desk of their own.
            Kind::LicenseCheckout | Kind::LicenseRenewal | Kind::LicenseReturn | Kind::LicenseConsume => {
                return None;
            }
        };
        let table = (kind == Kind::RateChange).then(|| self.population.prices.next(Instant::now()));
        let body = match kind {
            Kind::SessionOpen => {
                Some(format!(r#"{{"instanceId":"{}"}}"#, self.population.instances[instance as usize].id))
            }
            Kind::SessionHeartbeat | Kind::SessionClose | Kind::LineItemsRead => None,
            Kind::RateChange => table.as_ref().map(|table| self.population.rate_table(table).to_string()),
            _ => Some(access_body(&self.population, kind, number, arrival.requester, &wanted)),
        };
        let hang_up_after = self.hang_up(kind, arrival.hang_up_after);
        Some(Job {
            kind,
            method,
            url,
            body,
            hang_up_after,
            number,
            instance,
            attempt: arrival.attempt,
            requester: arrival.requester,
            stage: arrival.stage,
            wanted,
            slot,
            table,
            license: None,
        })
    }

    /// The request of some host of a license server; nothing when none is free.
    fn begin_licensed(&self, arrival: &Arrival) -> Option<Job> {
        let Some(begun) = self.licenses.as_ref().and_then(|licenses| licenses.begin(arrival.number)) else {
            self.undone.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let Outgoing { url, body, step } = begun;
        Some(Job {
            kind: step.kind,
            method: Method::POST,
            url,
            body: Some(body),
            hang_up_after: arrival.hang_up_after,
            number: arrival.number,
            attempt: 0,
            instance: arrival.instance,
            requester: arrival.requester,
            stage: arrival.stage,
            wanted: Vec::new(),
            slot: None,
            table: None,
            license: Some(step),
        })
    }

    /// Books the end of a request; the request that its client sends next, if it tries again.
    pub fn finish(&self, mut job: Job, moments: &Moments, received: Received) -> Option<Arrival> {
        if let (Some(step), Some(licenses)) = (job.license.take(), &self.licenses) {
            let on_purpose = matches!(received, Received::Lost { deliberate: true, .. });
            let end = licenses.finish(step, &received);
            let of = Measured { kind: job.kind, stage: job.stage, attempt: job.attempt };
            self.measure(&of, moments, end, on_purpose);
            return None;
        }
        let again = self.again(&job, &received);
        let Job { kind, number, attempt, instance, stage, wanted, slot, table, .. } = job;
        let mut session = slot.as_ref().and_then(|slot| slot.session.clone());
        let fate = self.judge(kind, instance, &wanted, moments, received, &mut session);
        if let (Some(table), Fate::Answered(answered)) = (table, &fate) {
            self.population.prices.confirm(table.change, answered.at);
        }
        let left = slot.and_then(|slot| self.give_back(slot, kind, &fate, session.as_ref()));
        let on_purpose = matches!(fate, Fate::Lost { deliberate: true, .. });
        let entry = Entry { number, kind, instance, session, wanted, sent: moments.sent, fate };
        let end = match &entry.fate {
            Fate::Lost { .. } => End::Lost,
            Fate::Wrong { .. } => End::Wrong,
            Fate::Answered(_) if entry.is_refused() => End::Refused,
            Fate::Answered(_) => End::Granted,
        };
        self.measure(&Measured { kind, stage, attempt }, moments, end, on_purpose);
        self.ledger.book(entry);
        if let Some(session) = left {
            self.ledger.note_deserted(&session);
        }
        again
    }

    /// Counts how a request went, apart from what it was about.
    fn measure(&self, of: &Measured, moments: &Moments, end: End, on_purpose: bool) {
        self.recorder.record(of.kind, moments, end);
        for gauge in self.require.iter().chain(&self.abort) {
            gauge.record(of.kind, of.stage, moments, end);
        }
        // What is sent again comes on top of the plan.
        if of.attempt == 0 && (end != End::Lost || on_purpose) {
            self.count(moments.done);
        }
    }

    /// The same request once more, under a number of its own, from a client that has hung up and is more patient
    /// now.
    fn again(&self, job: &Job, received: &Received) -> Option<Arrival> {
        let lost = matches!(received, Received::Lost { .. });
        if !lost || job.kind != Kind::AccessRequest || job.attempt >= self.retries.most {
            return None;
        }
        Some(Arrival {
            number: self.retries.next.fetch_add(1, Ordering::Relaxed),
            offset: Duration::ZERO,
            work: Work::AccessRequest,
            instance: job.instance,
            requester: job.requester,
            stage: job.stage,
            wanted: job.wanted.clone(),
            hang_up_after: job
                .hang_up_after
                .filter(|_| job.attempt + 1 < self.retries.most)
                .map(|patience| patience * 2),
            attempt: job.attempt + 1,
        })
    }

    /// The hang-up that falls on this request. One that falls on a request that charges nothing would tell
    /// nothing, so it waits for the next that does.
    fn hang_up(&self, kind: Kind, drawn: Option<Duration>) -> Option<Duration> {
        if kind.charges() && drawn.is_some() {
            return drawn;
        }
        let mut waiting = self.hang_ups.lock().unwrap_or_else(PoisonError::into_inner);
        if kind.charges() {
            return waiting.pop();
        }
        if waiting.len() < MOST_HANG_UPS {
            waiting.extend(drawn);
        }
        None
    }

    /// How many hang-ups wait for a request that charges.
    #[cfg(test)]
    pub fn hang_ups_waiting(&self) -> usize {
        self.hang_ups.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn count(&self, done: Instant) {
        self.completed.fetch_add(1, Ordering::Relaxed);
        if self.timeline.end().is_some_and(|end| done <= end + GRACE) {
            self.completed_in_time.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What became of a request; a session that it opened is put into `session`.
    fn judge(
        &self,
        kind: Kind,
        instance: u32,
        wanted: &[Wanted],
        moments: &Moments,
        received: Received,
        session: &mut Option<Arc<str>>,
    ) -> Fate {
        let (status, body) = match received {
            Received::Answer { status, body } => (status, body),
            Received::Lost { deliberate, why } => return Fate::Lost { deliberate, why },
        };
        let at = moments.done;
        let factors = self.population.prices.factors(moments.sent, at);
        let question = Question { kind, instance, wanted, factors, population: &self.population };
        match answers::understand(&question, status, &body) {
            Err(why) => Fate::Wrong { why },
            Ok(Meaning::Access { correlation, items }) => {
                Fate::Answered(Answered { at, correlation: Some(correlation), items })
            }
            Ok(Meaning::Opened(id)) => {
                *session = Some(Arc::from(id));
                Fate::Answered(Answered { at, correlation: None, items: Vec::new() })
            }
            Ok(Meaning::Read(_)) => Fate::Answered(Answered { at, correlation: None, items: Vec::new() }),
            Ok(Meaning::Done(correlation)) => Fate::Answered(Answered { at, correlation, items: Vec::new() }),
        }
    }

    /// Gives a slot back with the state that the answer leaves its session in. Returns the session that its client
    /// leaves alone from here on, if it does.
    fn give_back(
        &self,
        mut slot: Slot,
        kind: Kind,
        fate: &Fate,
        session: Option<&Arc<str>>,
    ) -> Option<Arc<str>> {
        let Fate::Answered(answered) = fate else { return self.sessions.check_in_doubtful(slot) };
        match kind {
            Kind::SessionOpen => slot.session = session.cloned(),
            Kind::SessionHalt => slot.active = false,
            Kind::SessionClose => (slot.session, slot.active) = (None, false),
            // A refused request rolls back: the session goes on as it was.
            Kind::SessionAccess | Kind::SessionChange if answered.items.iter().any(|item| item.granted) => {
                slot.active = true;
            }
            _ => {}
        }
        self.sessions.check_in(slot, Instant::now())
    }
}

/// The body of an access request, put together by hand: it is the hot path, and nothing in it needs escaping
/// that was not escaped when the population was made.
pub(super) fn access_body(
    population: &Population,
    kind: Kind,
    number: u64,
    requester: u32,
    wanted: &[Wanted],
) -> String {
    let operation = operation_id(&population.run, number);
    let mut body = String::with_capacity(96 + 112 * wanted.len());
    // Writing to a string cannot fail.
    let _ = write!(body, r#"{{"requester":{{"type":"user","value":"load-{requester}"}},"#);
    if kind.in_session() {
        body.push_str(r#""rollbackOnDeny":true,"#);
    }
    body.push_str(r#""requestedItems":["#);
    for (index, one) in wanted.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        let head = &population.items[usize::from(one.item)].json_head;
        let _ = write!(body, r#"{head}{},"metaData":{{"op":"{operation}"}}}}"#, one.count);
    }
    body.push_str("]}");
    body
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;
    use serde_json::{Value, json};

    use super::super::audit::fixture;
    use super::*;

    #[test]
    fn bodies_are_json_with_exact_counts() {
        let population = fixture::population();
        let wanted =
            [Wanted { item: 0, count: "0.5".parse().unwrap() }, Wanted { item: 1, count: Decimal::TWO }];
        let body = access_body(&population, Kind::SessionAccess, 7, 3, &wanted);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["rollbackOnDeny"], json!(true));
        assert_eq!(body["requester"]["value"], json!("load-3"));
        assert_eq!(body["requestedItems"][0]["count"].to_string(), "0.5");
        assert_eq!(body["requestedItems"][1]["metaData"]["op"], json!("run-7"));
    }

    #[test]
    fn an_empty_request_halts() {
        let body = access_body(&fixture::population(), Kind::SessionHalt, 1, 0, &[]);
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["requestedItems"], json!([]));
    }
}
