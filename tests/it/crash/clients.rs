//! Clients that charge, change, halt and close for as long as there is a server, and know what they were told.

use chargeproof::target::{Answer, Api, Call};
use rand::Rng;
use rand::rngs::StdRng;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Ground, Running, decimal, photo_prints, text};

/// One client with an instance and a line item of its own.
pub(super) struct Worker {
    pub(super) instance: String,
    pub(super) line_item: String,
    pub(super) uses_sessions: bool,
    pub(super) random: StdRng,
    session: Option<Known>,
    /// What was asked last, if it was not answered.
    attempt: Option<Operation>,
}

/// A session as its client has been told.
#[derive(Clone, Debug)]
struct Known {
    id: String,
    state: &'static str,
    count: i64,
    charged_until: Option<i64>,
    /// The last heartbeat is not older than this.
    heartbeat: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    OneOff,
    Open,
    /// Items in use from now on; none halts the session.
    Items(i64),
    Heartbeat,
    Close,
    Read,
}

/// What a worker was told until the server was gone.
#[derive(Default)]
pub(super) struct Told {
    pub(super) charges: Vec<(String, Decimal)>,
    /// Whether a request was left without an answer that may have charged.
    pub(super) unanswered: bool,
}

impl Worker {
    pub(super) fn new(instance: String, line_item: String, uses_sessions: bool, random: StdRng) -> Self {
        Self { instance, line_item, uses_sessions, random, session: None, attempt: None }
    }

    /// Works until a request is not answered.
    pub(super) async fn work(&mut self, ground: &Ground, api: &Api) -> Told {
        let mut told = Told::default();
        loop {
            let operation = self.next();
            let heartbeat = jiff::Timestamp::now().as_millisecond();
            let answer = ground.send(self.call(operation, api)).await;
            let Some(body) = answered(&answer) else {
                self.attempt = Some(operation);
                told.unanswered = matches!(operation, Operation::OneOff | Operation::Items(1..));
                return told;
            };
            self.learn(operation, &body, heartbeat, &mut told);
        }
    }

    fn next(&mut self) -> Operation {
        if !self.uses_sessions {
            return Operation::OneOff;
        }
        match &self.session {
            None => Operation::Open,
            Some(session) if session.state == "TERMINATED" => Operation::Open,
            // What stands after a change is read once, to be known after a kill.
            Some(session) if session.state == "ACTIVE" && session.charged_until.is_none() => Operation::Read,
            Some(_) => match self.random.random_range(0..10) {
                0..=4 => Operation::Items(self.random.random_range(1..=9)),
                5 => Operation::Items(0),
                6..=7 => Operation::Heartbeat,
                _ => Operation::Close,
            },
        }
    }

    fn call(&mut self, operation: Operation, api: &Api) -> Call {
        let id = self.session.as_ref().map_or("", |session| session.id.as_str());
        match operation {
            Operation::OneOff => {
                let count = self.random.random_range(1..=9);
                Call::post(api.access_request(&self.instance), photo_prints(count))
            }
            Operation::Open => Call::post(api.sessions(), json!({"instanceId": self.instance})),
            Operation::Items(count) => Call::put(api.session(id), photo_prints(count)),
            Operation::Heartbeat => Call::get(api.heartbeat(id)),
            Operation::Close => Call::delete(api.session(id)),
            Operation::Read => Call::get(api.sessions_of(&self.instance)),
        }
    }

    fn learn(&mut self, operation: Operation, body: &Value, now: i64, told: &mut Told) {
        if matches!(operation, Operation::OneOff | Operation::Items(1..)) {
            let tokens = decimal(&body["requestedItems"][0]["totalTokensCharged"]);
            told.charges.push((text(&body["correlationId"]), tokens));
        }
        if operation == Operation::Open {
            let id = text(&body["sessionId"]);
            self.session = Some(Known { id, state: "IDLE", count: 0, charged_until: None, heartbeat: 0 });
        }
        let Some(session) = &mut self.session else { return };
        match operation {
            Operation::Items(count) => session.in_use(count),
            Operation::Heartbeat => session.heartbeat = now,
            Operation::Close => session.state = "TERMINATED",
            Operation::Read => session.charged_until = listed(body, &session.id)["chargedUntil"].as_i64(),
            Operation::OneOff | Operation::Open => {}
        }
    }

    /// After a restart: the session stands where its client was told, or where the request without an answer took it.
    pub(super) async fn look_around(&mut self, running: &Running) {
        let attempt = self.attempt.take();
        let Some(known) = &mut self.session else { return };
        let seen = running.ground.done(Call::get(running.api.session(&known.id))).await;
        let list = running.ground.done(Call::get(running.api.sessions_of(&self.instance))).await;
        let seen = (text(&seen["state"]), seen["items"][0]["count"].as_i64().unwrap_or(0));
        let mut alternative = known.clone();
        match attempt {
            Some(Operation::Items(count)) => alternative.in_use(count),
            Some(Operation::Close) => alternative.state = "TERMINATED",
            _ => {}
        }
        if seen != known.shown() {
            assert_eq!(seen, alternative.shown(), "{known:?} after {attempt:?} without an answer");
            *known = alternative;
        }
        let entry = listed(&list, &known.id);
        if matches!(known.state, "IDLE" | "ACTIVE") {
            assert!(entry["lastHeartBeat"].as_i64() >= Some(known.heartbeat), "{known:?} {entry}");
        }
        // The same items asked for again start a new period.
        if known.state == "ACTIVE"
            && !matches!(attempt, Some(Operation::Items(_)))
            && known.charged_until.is_some()
        {
            assert_eq!(entry["chargedUntil"].as_i64(), known.charged_until, "{known:?}");
        }
        known.charged_until = None;
    }
}

impl Known {
    fn in_use(&mut self, count: i64) {
        self.state = if count == 0 { "IDLE" } else { "ACTIVE" };
        self.count = count;
        self.charged_until = None;
    }

    fn shown(&self) -> (String, i64) {
        (self.state.to_owned(), if self.state == "ACTIVE" { self.count } else { 0 })
    }
}

/// The body of a whole answer, which must be a success; nothing when the server was killed before.
fn answered(answer: &Answer) -> Option<Value> {
    answer.status?;
    assert!(answer.ok(), "{}", answer.summary());
    Some(answer.json().unwrap_or_default())
}

fn listed<'l>(list: &'l Value, id: &str) -> &'l Value {
    static NOTHING: Value = Value::Null;
    let entries = list.as_array().into_iter().flatten();
    entries.into_iter().find(|entry| entry["sessionId"] == *id).unwrap_or(&NOTHING)
}
