//! How fast the server charges, as ratios to a handler that only parses the same body and answers a constant, measured
//! in turns in one run: `cargo bench -p reference-server`. `--quick` takes a tenth of the time.

mod client;
mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use client::{closed_loop, open_loop, request};
use world::{BODY, Constant, World};

/// The same allocator as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 3;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let time = Duration::from_millis(if quick { 300 } else { 3000 });
    let scale = if quick { 10 } else { 1 };
    println!("{:<44} {:>12}  {:>12}  verdict", "measured", "value", "target");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let world = World::new(Some(folder.path()), &json!({}));
    let one_off = Arc::new(vec![world.one_off()]);
    let answer = world.call("POST", &one_off_path(&world), &serde_json::from_str(BODY).expect("JSON")).1;
    let constant = Constant::new(answer);
    let plain = Arc::new(vec![request("POST", "/constant", "none", BODY)]);
    let mut fastest = 0.0;
    for (connections, target) in [(32, 0.4), (128, 0.6)] {
        let (ours, theirs) = in_turns(
            || closed_loop(world.address, &one_off, 200, connections, time),
            || closed_loop(constant.address, &plain, 200, connections, time),
        );
        println!("{:<44} {theirs:>10.0}/s", format!("constant, {connections} connections"));
        println!("{:<44} {ours:>10.0}/s", format!("durable one-off, {connections} connections"));
        at_least(&format!("one-off to constant, {connections} connections"), ours / theirs, target);
        fastest = ours;
    }
    let delays = open_loop(world.address, &one_off[0], fastest / 2.0, 128, time);
    let p99 = delays[delays.len() * 99 / 100];
    at_most("p99 of a charge at half that rate, ms", p99, 5.0);
    let heartbeats: Vec<Vec<u8>> =
        world.sessions(1000 / scale).iter().map(|session| world.heartbeat(session)).collect();
    let heartbeats = Arc::new(heartbeats);
    let (ours, theirs) = in_turns(
        || closed_loop(world.address, &heartbeats, 204, 128, time),
        || closed_loop(constant.address, &plain, 200, 128, time),
    );
    at_least("heartbeat to constant, 128 connections", ours / theirs, 0.85);
    let (many, few) = (200_000 / scale, 1000);
    let crowd = tempfile::tempdir().expect("a folder can be made");
    let crowded = World::new(Some(crowd.path()), &json!({}));
    let before = resident_bytes();
    crowded.sessions(many);
    let grown = (resident_bytes() - before) / f64::from(u32::try_from(many).unwrap_or(1));
    at_most(&format!("memory of a live session ({many}), bytes"), grown, 1024.0);
    let request_crowded = Arc::new(vec![crowded.one_off()]);
    let (ours, theirs) = in_turns(
        || closed_loop(crowded.address, &request_crowded, 200, 128, time),
        || closed_loop(world.address, &one_off, 200, 128, time),
    );
    at_least(&format!("one-off with {many} sessions to {few}"), ours / theirs, 0.8);
    drop(crowded);
    for (name, durable, target) in [("durable", true, 30.0), ("in memory", false, 10.0)] {
        let seconds = advance(durable, 100_000 / scale) * scale as f64;
        at_most(&format!("24 h of 100,000 sessions {name}, s"), seconds, target);
    }
}

fn one_off_path(world: &World) -> String {
    format!("/elastic/api/v1.0/instances/{}/access-request", world.instance)
}

/// Seconds that a day of automatic charges takes. No session owes a heartbeat, so that all live through the day.
fn advance(durable: bool, sessions: usize) -> f64 {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let world = World::new(durable.then(|| folder.path()), &json!({ "heartbeat.duty": "never" }));
    world.sessions(sessions);
    let started = Instant::now();
    assert_eq!(world.control("POST", "/clock/advance", &json!({ "by": 86_400_000 })).0, 200);
    let took = started.elapsed().as_secs_f64();
    let path = format!("/api/v1.0/instances/{}/line-items/ACT01", world.instance);
    let item: Value = serde_json::from_str(&world.call("GET", &path, &Value::Null).1).expect("JSON");
    assert_eq!(item["used"], json!(sessions * 25 * 30), "each session is charged at once and 24 times more");
    took
}

/// The medians of two measurements taken in turns.
fn in_turns(ours: impl Fn() -> f64, theirs: impl Fn() -> f64) -> (f64, f64) {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        a.push(ours());
        b.push(theirs());
    }
    (median(a), median(b))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn at_least(name: &str, value: f64, target: f64) {
    verdict(name, value, &format!(">= {target}"), value >= target);
}

fn at_most(name: &str, value: f64, target: f64) {
    verdict(name, value, &format!("<= {target}"), value <= target);
}

fn verdict(name: &str, value: f64, target: &str, holds: bool) {
    println!("{name:<44} {value:>12.2}  {target:>12}  {}", if holds { "holds" } else { "misses" });
}

/// Memory of this process that is in use.
fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u32 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    f64::from(pages) * 4096.0
}
