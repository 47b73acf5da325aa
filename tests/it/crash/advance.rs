//! A virtual clock that is being moved when the kill comes: moved again, it ends where it would have ended.

use std::path::Path;
use std::time::{Duration, Instant};

use chargeproof::target::{Call, KeyPair};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Ground, Running, SITE, photo_prints, text};

const START: i64 = 1_768_435_200_000;
const HOUR: i64 = 3_600_000;
const SESSIONS: usize = 20;
/// Each of them charges every session over and over. A session that is changed at the end of one is charged at that
/// instant of the hour from then on, which must be no other session's.
const STEPS: [i64; 3] = [200 * HOUR + 100, 400 * HOUR + 200, 600 * HOUR + 300];
/// After so many kills a step is left to come to its end.
const KILLS_A_STEP: usize = 12;

/// What the clients have made, in an order that is the same in every run.
struct World {
    instance: String,
    sessions: Vec<String>,
}

/// When the kills come, and how many of them have found a clock that had gone a part of its way.
struct Kills {
    random: StdRng,
    on_the_way: usize,
}

#[test]
fn an_advance_that_is_killed_and_made_again_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let (ground, key) = Ground::new(START / 1000);
    let undisturbed = run(&runtime, &ground, &key, &folder.path().join("undisturbed.sqlite"), None);
    // A busy machine may let every kill come too late; then the story is told again with other moments.
    let on_the_way = (7..17).any(|seed| {
        let mut kills = Kills { random: StdRng::seed_from_u64(seed), on_the_way: 0 };
        let store = folder.path().join(format!("killed-{seed}.sqlite"));
        let killed = run(&runtime, &ground, &key, &store, Some(&mut kills));
        assert_eq!(undisturbed.len(), killed.len());
        for (undisturbed, killed) in undisturbed.iter().zip(&killed) {
            assert_eq!(undisturbed, killed);
        }
        kills.on_the_way > 0
    });
    assert!(on_the_way, "no kill has found the clock between its start and its end");
    assert!(undisturbed.len() > 10_000, "{} rows", undisturbed.len());
}

/// Runs the same story and returns its rows, without the IDs that are made by chance.
fn run(
    runtime: &Runtime,
    ground: &Ground,
    key: &KeyPair,
    store: &Path,
    mut kills: Option<&mut Kills>,
) -> Vec<Value> {
    let mut running = ground.start(store);
    // Without the duty of heartbeats a clock can go a long way in one piece.
    let policy = [("heartbeat.duty", "never")];
    runtime.block_on(running.make_site(key, Some(START), &policy));
    let world = runtime.block_on(open_sessions(&running));
    for (number, step) in STEPS.into_iter().enumerate() {
        let to = START + step;
        if let Some(kills) = kills.as_deref_mut() {
            running = advance_under_kills(runtime, running, ground, store, to, kills);
        }
        let reached = runtime.block_on(running.control().advance_to(SITE, to)).unwrap();
        assert_eq!(reached, to);
        runtime.block_on(change_something(&running, &world, number));
    }
    let rows = runtime.block_on(running.rows_after(0));
    rows.into_iter().map(|row| comparable(row, &world)).collect()
}

/// Moves the clock and kills the server on the way, again and again.
fn advance_under_kills(
    runtime: &Runtime,
    mut running: Running,
    ground: &Ground,
    store: &Path,
    to: i64,
    kills: &mut Kills,
) -> Running {
    let from = runtime.block_on(running.control().clock(SITE)).unwrap();
    let mut longest = Duration::from_millis(50);
    for kill in 0..KILLS_A_STEP {
        let control = running.control();
        let started = Instant::now();
        let moving = runtime.spawn(async move { control.advance_to(SITE, to).await.is_ok() });
        // Every other kill waits for a clock that is seen on its way; the rest come at any moment.
        if kill % 2 == 0 {
            let start = runtime.block_on(running.control().clock(SITE)).unwrap();
            let seen = || runtime.block_on(running.control().clock(SITE)).unwrap();
            while !moving.is_finished() && seen() == start {}
        } else {
            let longest_ms = u64::try_from(longest.as_millis()).unwrap();
            let moment = Duration::from_millis(kills.random.random_range(0..=longest_ms));
            runtime.block_on(async { tokio::time::sleep(moment).await });
        }
        running.process.kill();
        let there = runtime.block_on(moving).unwrap();
        // The kills spread over the whole way, however fast this machine goes it.
        longest = if there { started.elapsed() / 2 } else { longest * 3 / 2 };
        running = ground.start(store);
        let now = runtime.block_on(running.control().clock(SITE)).unwrap();
        assert!(now <= to && (!there || now == to), "the clock stands at {now} on its way to {to}");
        kills.on_the_way += usize::from(from < now && now < to);
        if there {
            break;
        }
    }
    running
}

/// Sessions that are charged at instants of their own, so that the order of rows is no matter of chance.
async fn open_sessions(running: &Running) -> World {
    let instance = running.make_instance("main", "ACT01").await;
    let mut sessions = Vec::new();
    for number in 1..=SESSIONS {
        let number = i64::try_from(number).unwrap();
        running.control().advance_to(SITE, START + number * 1000).await.unwrap();
        let new = json!({"instanceId": instance});
        let session = text(&running.ground.done(Call::post(running.api.sessions(), new)).await["sessionId"]);
        running.ground.done(Call::put(running.api.session(&session), photo_prints(number))).await;
        sessions.push(session);
    }
    World { instance, sessions }
}

/// Closes, halts and changes one session each, with refunds at a known time.
async fn change_something(running: &Running, world: &World, number: usize) {
    let session = |offset: usize| running.api.session(&world.sessions[3 * number + offset]);
    running.ground.done(Call::delete(session(0))).await;
    running.ground.done(Call::put(session(1), photo_prints(0))).await;
    running.ground.done(Call::put(session(2), photo_prints(5))).await;
    let list = running.ground.done(Call::get(running.api.sessions_of(&world.instance))).await;
    assert_eq!(list.as_array().map(Vec::len), Some(SESSIONS - number - 1));
}

fn comparable(mut row: Value, world: &World) -> Value {
    let session = row["SESSION_ID"].as_str().unwrap_or_default();
    let place = world.sessions.iter().position(|known| known == session);
    row["SESSION_ID"] = json!(place);
    row["INSTANCE_ID"] = json!(row["INSTANCE_ID"] == *world.instance);
    row["CORRELATION_ID"] = Value::Null;
    row
}
