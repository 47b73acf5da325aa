//! The one thread that owns the database.
//!
//! It takes what is waiting, commits it as one transaction, and only then says how far the store is durable. When a
//! commit fails it stops for good: what has been promised so far holds, and nothing is promised any more.

use std::collections::VecDeque;
use std::time::Instant;

use tokio::sync::oneshot;

use super::batch::{Batch, Change};
use super::database::{Database, StoredSite};
use super::progress::Progress;
use super::queue::Queue;
use crate::metrics::Metrics;

/// Why a store that was closed keeps nothing any more.
pub(super) const CLOSED: &str = "it is closed";

/// Most operations in one commit, so that the first of them does not wait for ever.
const MOST_OPERATIONS: usize = 4096;

/// The next commit waits until this part of the last one's operations has come again. A commit costs nearly the same for
/// one operation and for ten, so that the first that comes back alone would take from the others what it saves itself;
/// but whoever waits for more of them lets the disk rest. Measured: a quarter is best for 32 connections and for 128.
const WORTHWHILE_PART: usize = 4;

/// What the thread is asked to do, in the order of asking.
#[derive(Debug)]
pub(super) enum Command {
    Write { site: String, changes: Vec<Change>, ticket: u64 },
    UsageRows { site: String, after: u64, limit: u64, reply: oneshot::Sender<rusqlite::Result<Vec<String>>> },
    Load { reply: oneshot::Sender<rusqlite::Result<Vec<StoredSite>>> },
    Close { reply: oneshot::Sender<()> },
}

/// Works until it is told to close, until nobody can ask any more, or until a commit fails.
pub(super) fn run(mut database: Database, queue: &Queue, progress: &Progress, metrics: &Metrics) {
    let mut worthwhile = 0;
    let mut waiting = VecDeque::new();
    loop {
        if waiting.is_empty() {
            let Some(taken) = queue.take(worthwhile) else { break };
            waiting = taken;
        }
        let (batch, other) = gather(&mut waiting);
        worthwhile = batch.operations() / WORTHWHILE_PART;
        if batch.operations() > 0 {
            let (ticket, operations, started) = (batch.ticket, batch.operations(), Instant::now());
            if let Err(error) = database.commit(batch) {
                tracing::error!(%error, "the store cannot write; every request is refused from now on");
                progress.end(&error);
                return;
            }
            progress.reach(ticket);
            metrics.committed(operations, started.elapsed());
        }
        match other {
            None | Some(Command::Write { .. }) => {}
            // Whoever asked may have gone; then nobody misses the answer.
            Some(Command::UsageRows { site, after, limit, reply }) => {
                let _ = reply.send(database.usage_rows(&site, after, limit));
            }
            Some(Command::Load { reply }) => {
                let _ = reply.send(database.load());
            }
            Some(Command::Close { reply }) => {
                progress.end(CLOSED);
                drop(database);
                let _ = reply.send(());
                return;
            }
        }
    }
    progress.end(CLOSED);
}

/// Takes the writes at the head of what is waiting, with the first command of another kind behind them.
fn gather(waiting: &mut VecDeque<Command>) -> (Batch, Option<Command>) {
    let mut batch = Batch::default();
    while batch.operations() < MOST_OPERATIONS {
        match waiting.pop_front() {
            None => break,
            Some(Command::Write { site, changes, ticket }) => batch.add(site, changes, ticket),
            other => return (batch, other),
        }
    }
    (batch, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(ticket: u64) -> Command {
        Command::Write { site: "a".into(), changes: Vec::new(), ticket }
    }

    #[test]
    fn everything_that_waits_is_committed_together_up_to_a_question() {
        let (reply, _answer) = oneshot::channel();
        let mut waiting = VecDeque::from([write(1), write(2), write(3), Command::Load { reply }, write(4)]);
        let (batch, other) = gather(&mut waiting);
        assert_eq!((batch.operations(), batch.ticket), (3, 3));
        assert!(matches!(other, Some(Command::Load { .. })));
        let (batch, other) = gather(&mut waiting);
        assert_eq!((batch.operations(), batch.ticket), (1, 4));
        assert!(other.is_none());
    }
}
