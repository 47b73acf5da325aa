//! A target that is slow is not wrong: what a real clock charges while it takes its time is not held against it.

use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::order::outcomes;
use crate::whole_run::plain;

/// How long the server stands still, and how long it may then work.
const STILL: Duration = Duration::from_millis(700);
const AT_WORK: Duration = Duration::from_millis(300);

fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

/// Stops and continues a process until the work is done; it is left running.
fn in_fits<T>(process: u32, work: impl FnOnce() -> T) -> T {
    let (done, ended) = channel::<()>();
    let stopper = thread::spawn(move || {
        loop {
            signal("-STOP", process);
            let over = ended.recv_timeout(STILL) != Err(RecvTimeoutError::Timeout);
            signal("-CONT", process);
            if over || ended.recv_timeout(AT_WORK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    });
    let worth = work();
    drop(done);
    stopper.join().unwrap();
    worth
}

/// One scenario is in work at a time in the first run, and all share the stops in the second.
#[test]
fn a_target_that_stands_still_now_and_then_gets_the_same_verdicts() {
    let folder = tempfile::tempdir().unwrap();
    let (server, target) = plain(folder.path(), "");
    let part = ["--target", &target, "--tags", "@v1.0", "--id", "DM-SES-*", "--id", "DM-REF-*"];
    let calm = outcomes(&folder.path().join("calm"), &part);
    let disturbed = in_fits(server.id(), || outcomes(&folder.path().join("disturbed"), &part));
    assert!(calm.values().filter(|outcome| outcome.contains("passed")).count() >= 20, "{calm:?}");
    assert_eq!(calm, disturbed);
}
