//! What a run remembers does not grow with its operations, whatever clients do and however long it takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use serde_json::json;

use super::audit::fixture;
use super::ground::Ground;
use super::ledger::Kind;
use super::operations::{Desk, Job, Received};
use super::pacer::Timeline;
use super::recorder::Moments;
use super::schedule::{Arrival, Wanted, Work};
use super::sessions::SessionPool;
use super::spec::SessionSpec;
use super::wire::Reach;

/// Steps of all sessions together.
const STEPS: u64 = 20_000;

fn desk(habits: SessionSpec) -> Desk {
    let ground = Arc::new(Ground::bare("http://t.example", Reach::Wire).unwrap());
    let sessions = SessionPool::new(20, 1, habits, 7);
    let timeline = Arc::new(Timeline::new(Duration::from_secs(1)));
    Desk::new(ground, Arc::new(fixture::population()), sessions, timeline)
}

fn step(number: u64, hang_up_after: Option<Duration>) -> Arrival {
    Arrival {
        number,
        offset: Duration::ZERO,
        work: Work::SessionStep,
        instance: 0,
        requester: 0,
        stage: 0,
        wanted: vec![Wanted { item: fixture::PHOTO, count: Decimal::ONE }],
        hang_up_after,
        attempt: 0,
    }
}

/// The answer of a target that grants everything.
fn answer(job: &Job, number: u64) -> Received {
    let (status, body) = match job.kind {
        Kind::SessionOpen => (200, json!({ "sessionId": format!("s-{number}") }).to_string()),
        Kind::SessionAccess | Kind::SessionChange => {
            let charged = json!({ "activationId": "big", "tokensCharged": 3 });
            let item = json!({
                "item": "PhotoPrint", "status": { "code": "101" }, "totalTokensCharged": 3, "lineItems": [charged],
            });
            let body = json!({ "correlationId": format!("c-{number}"), "requestedItems": [item] });
            (200, body.to_string())
        }
        Kind::SessionHeartbeat => (204, String::new()),
        _ => (200, "{}".to_owned()),
    };
    Received::Answer { status, body: body.into_bytes() }
}

/// Lets clients take steps; every hundredth of them, as often as the audit would look, the ledger is emptied.
fn live(desk: &Desk, lost: fn(u64) -> bool) {
    for number in 0..STEPS {
        let job = desk.begin(step(number, None)).unwrap();
        let received = if lost(number) {
            Received::Lost { deliberate: true, why: "the client hung up".to_owned() }
        } else {
            answer(&job, number)
        };
        let now = Instant::now();
        desk.finish(job, &Moments { intended: now, sent: now, done: now }, received);
        if number % 100 == 0 {
            let (entries, _) = desk.ledger.take();
            assert!(entries.len() <= 100, "{number}");
            let makes_sense = |entry: &super::ledger::Entry| entry.answered().is_some() || entry.is_lost();
            assert!(entries.iter().all(makes_sense), "{entries:?}");
        }
    }
}

#[test]
fn sessions_that_nobody_closes_are_forgotten_with_their_heartbeats() {
    for habits in [
        SessionSpec { abandoned: 1.0, ..SessionSpec::default() },
        SessionSpec { crashes: 1.0, ..SessionSpec::default() },
    ] {
        let desk = desk(habits);
        live(&desk, |_| false);
        let left = desk.sessions.open_sessions().len();
        assert!(left > 500, "{left} sessions were left alone");
        let remembered = desk.ledger.remembered();
        assert!(remembered <= 20, "{remembered} are remembered, and 20 at once were in use");
    }
}

#[test]
fn sessions_in_doubt_are_forgotten_with_their_heartbeats() {
    let desk = desk(SessionSpec::default());
    live(&desk, |number| number % 7 == 3);
    assert!(desk.ledger.remembered() <= 20, "{}", desk.ledger.remembered());
}

#[test]
fn hang_ups_that_find_no_charging_request_do_not_pile_up() {
    let desk = desk(SessionSpec { heartbeats: 50, ..SessionSpec::default() });
    for number in 0..STEPS {
        let job = desk.begin(step(number, Some(Duration::from_micros(100)))).unwrap();
        let (now, received) = (Instant::now(), answer(&job, number));
        desk.finish(job, &Moments { intended: now, sent: now, done: now }, received);
    }
    assert!(desk.hang_ups_waiting() <= 1_000, "{}", desk.hang_ups_waiting());
}
