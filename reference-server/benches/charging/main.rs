//! How fast the server charges, as ratios to a handler that only parses the same body and answers a constant, measured
//! in turns in one run: `cargo bench -p reference-server`. `--quick` takes a tenth of the time.

mod client;
mod world;
mod wrk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use client::{Pace, Requests, closed_loop, open_loop, request};
use world::{BODY, Constant, World};

/// The same allocator as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns that two opponents take. Many short ones, because a machine that others use too is as fast as it pleases from
/// one second to the next.
const ROUNDS: u32 = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let chosen: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let scale = if quick { Scale { time: Duration::from_millis(100), part: 10 } } else { Scale::WHOLE };
    println!("{:<48} {:>12}  {:>12}  verdict", "measured", "value", "target");
    for (name, measure) in MEASURES {
        if chosen.is_empty() || chosen.iter().any(|word| name.contains(word.as_str())) {
            measure(scale);
        }
    }
}

/// How long and how much is measured.
#[derive(Clone, Copy)]
struct Scale {
    time: Duration,
    /// What a quick run divides numbers by.
    part: usize,
}

impl Scale {
    const WHOLE: Self = Self { time: Duration::from_secs(1), part: 1 };
}

/// One thing to measure.
type Measure = fn(Scale);

/// What is measured, by the names that choose among them.
const MEASURES: [(&str, Measure); 6] = [
    ("charges", charges),
    ("wrk", with_wrk),
    ("heartbeats", heartbeats),
    ("sessions", many_sessions),
    ("line-items", many_line_items),
    ("day", days),
];

/// Durable one-off requests against the constant handler, and their delay at half of what is possible.
fn charges(scale: Scale) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let world = World::new(Some(folder.path()), &json!({}));
    let (one_off, plain, constant) = opponents(&world);
    let mut fastest = 0.0;
    for (connections, target) in [(32, 0.4), (128, 0.6)] {
        let before = world.commits();
        let turns = in_turns(
            || closed_loop(world.address, &one_off, 200, connections, scale.time),
            || closed_loop(constant.address, &plain, 200, connections, scale.time),
        );
        show(&format!("constant, {connections} connections"), turns.theirs);
        show(&format!("durable one-off, {connections} connections"), turns.ours);
        at_least(&format!("one-off to constant, {connections} connections"), turns.ratio, target);
        let (operations, commits) = (world.commits().0 - before.0, world.commits().1 - before.1);
        println!("{:<48} {:>12.1}", "operations in a commit", operations / commits);
        fastest = turns.ours.rate;
    }
    // As long as all turns of one opponent, so that a single pause of the disk does not decide.
    let delays = open_loop(world.address, &one_off[0], fastest / 2.0, 128, ROUNDS * scale.time);
    let p99 = delays[delays.len() * 99 / 100];
    at_most("p99 of a charge at half that rate, ms", p99, 5.0);
}

/// The same as `charges` and `heartbeats`, driven by wrk where it is installed.
fn with_wrk(scale: Scale) {
    if !wrk::is_there() {
        println!("wrk is not installed: its ratios are not measured");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let world = World::new(Some(folder.path()), &json!({}));
    let (one_off, plain, constant) = opponents(&world);
    let sessions = world.sessions(1000 / scale.part);
    let heartbeats: Requests =
        Arc::new(sessions.into_iter().map(|session| world.heartbeat(session)).collect());
    for (name, requests, connections, target) in [
        ("one-off", &one_off, 32, 0.4),
        ("one-off", &one_off, 128, 0.6),
        ("heartbeat", &heartbeats, 128, 0.85),
    ] {
        let turns = in_turns(
            || wrk::closed_loop(world.address, requests, connections, scale.time),
            || wrk::closed_loop(constant.address, &plain, connections, scale.time),
        );
        show(&format!("wrk: constant, {connections} connections"), turns.theirs);
        show(&format!("wrk: {name}, {connections} connections"), turns.ours);
        at_least(&format!("wrk: {name} to constant, {connections} connections"), turns.ratio, target);
    }
}

/// The one-off request, what the constant handler is asked, and that handler.
fn opponents(world: &World) -> (Requests, Requests, Constant) {
    let answer = world.call("POST", &one_off_path(world), &serde_json::from_str(BODY).expect("JSON")).1;
    let plain = Arc::new(vec![request("POST", "/constant", "none", BODY)]);
    (Arc::new(vec![world.one_off()]), plain, Constant::new(answer))
}

fn heartbeats(scale: Scale) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let world = World::new(Some(folder.path()), &json!({}));
    let (_, plain, constant) = opponents(&world);
    let sessions = world.sessions(1000 / scale.part);
    let heartbeats: Arc<Vec<Vec<u8>>> =
        Arc::new(sessions.into_iter().map(|session| world.heartbeat(session)).collect());
    let turns = in_turns(
        || closed_loop(world.address, &heartbeats, 204, 128, scale.time),
        || closed_loop(constant.address, &plain, 200, 128, scale.time),
    );
    show("heartbeats, 128 connections", turns.ours);
    at_least("heartbeat to constant, 128 connections", turns.ratio, 0.85);
}

/// What a site with many live sessions costs.
fn many_sessions(scale: Scale) {
    let many = 1_000_000 / scale.part;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let crowded = World::new(Some(folder.path()), &json!({}));
    let before = resident_bytes();
    crowded.sessions(many);
    let grown = (resident_bytes() - before) / many as f64;
    at_most(&format!("memory of a live session ({many}), bytes"), grown, 1024.0);
    against_few(&crowded, &format!("one-off with {many} sessions"), scale);
}

/// What a site with many line items costs.
fn many_line_items(scale: Scale) {
    let many = 1_000_000 / scale.part;
    let folder = tempfile::tempdir().expect("a folder can be made");
    let crowded = World::new(Some(folder.path()), &json!({}));
    crowded.line_items(many);
    against_few(&crowded, &format!("one-off with {many} line items"), scale);
}

/// One-off requests at a crowded site and at one with a thousand sessions and line items.
fn against_few(crowded: &World, name: &str, scale: Scale) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let few = World::new(Some(folder.path()), &json!({}));
    few.sessions(1000);
    few.line_items(1000);
    let (of_many, of_few) = (Arc::new(vec![crowded.one_off()]), Arc::new(vec![few.one_off()]));
    let turns = in_turns(
        || closed_loop(crowded.address, &of_many, 200, 128, scale.time),
        || closed_loop(few.address, &of_few, 200, 128, scale.time),
    );
    at_least(&format!("{name} to 1000"), turns.ratio, 0.8);
}

fn days(scale: Scale) {
    for (name, durable, target) in [("durable", true, 30.0), ("in memory", false, 10.0)] {
        let seconds = advance(durable, 100_000 / scale.part) * scale.part as f64;
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

/// Two measurements taken in turns.
struct Turns {
    /// The turn of ours with the median rate.
    ours: Pace,
    /// The same of the opponent.
    theirs: Pace,
    /// The median of what the turns give that follow each other, so that both had the same machine.
    ratio: f64,
}

fn in_turns(ours: impl Fn() -> Pace, theirs: impl Fn() -> Pace) -> Turns {
    let turns: Vec<(Pace, Pace)> = (0..ROUNDS).map(|_| (ours(), theirs())).collect();
    let (ours, theirs) = turns.iter().copied().unzip();
    let rate = |pace: &Pace| pace.rate;
    Turns {
        ours: median(ours, rate),
        theirs: median(theirs, rate),
        ratio: median(turns.iter().map(|(ours, theirs)| ours.rate / theirs.rate).collect(), |ratio| *ratio),
    }
}

fn median<T: Copy>(mut values: Vec<T>, by: impl Fn(&T) -> f64) -> T {
    values.sort_by(|a, b| by(a).total_cmp(&by(b)));
    values[values.len() / 2]
}

fn show(name: &str, pace: Pace) {
    println!("{name:<48} {:>10.0}/s  {:>9.1} us of processor time each", pace.rate, pace.cpu_us);
}

fn at_least(name: &str, value: f64, target: f64) {
    verdict(name, value, &format!(">= {target}"), value >= target);
}

fn at_most(name: &str, value: f64, target: f64) {
    verdict(name, value, &format!("<= {target}"), value <= target);
}

fn verdict(name: &str, value: f64, target: &str, holds: bool) {
    println!("{name:<48} {value:>12.2}  {target:>12}  {}", if holds { "holds" } else { "misses" });
}

/// Memory of this process that is in use.
fn resident_bytes() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u32 = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    f64::from(pages) * 4096.0
}
