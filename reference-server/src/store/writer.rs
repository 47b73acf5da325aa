//! The one thread that owns the database.
//!
//! It takes what is waiting, commits it as one transaction, and only then says how far the store is durable. When a
//! commit fails it stops for good: what has been promised so far holds, and nothing is promised any more.

use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::batch::Batch;
use super::database::{Database, StoredSite};
use super::progress::Progress;
use crate::metrics::Metrics;
use crate::site::Effect;

/// Why a store that was closed keeps nothing any more.
pub(super) const CLOSED: &str = "it is closed";

/// Most operations in one commit, so that the first of them does not wait for ever.
const MOST_OPERATIONS: usize = 4096;

/// From so many operations in a commit on, the next ones are given time to gather. A commit costs the same for one
/// operation and for a hundred, so that many small ones would take from the requests what they save them in waiting;
/// whoever is alone does not wait.
const BUSY_OPERATIONS: usize = 8;
/// The time that they are given.
const GATHERING: Duration = Duration::from_micros(200);

/// What the thread is asked to do, in the order of asking.
pub(super) enum Command {
    Write { site: String, effects: Vec<Effect>, ticket: u64 },
    UsageRows { site: String, after: u64, limit: u64, reply: oneshot::Sender<rusqlite::Result<Vec<String>>> },
    Load { reply: oneshot::Sender<rusqlite::Result<Vec<StoredSite>>> },
    Close { reply: oneshot::Sender<()> },
}

/// Works until it is told to close, until nobody can ask any more, or until a commit fails.
pub(super) fn run(
    mut database: Database,
    commands: &Receiver<Command>,
    progress: &Progress,
    metrics: &Metrics,
) {
    let mut busy = false;
    while let Ok(first) = commands.recv() {
        if busy {
            // Nobody unparks this thread: it wakes by itself when the time is over.
            thread::park_timeout(GATHERING);
        }
        let (batch, other) = gather(first, commands);
        busy = batch.operations() >= BUSY_OPERATIONS;
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

/// Takes all writes that are waiting, up to the first command of another kind.
fn gather(first: Command, commands: &Receiver<Command>) -> (Batch, Option<Command>) {
    let mut batch = Batch::default();
    let mut next = Some(first);
    while let Some(command) = next {
        match command {
            Command::Write { site, effects, ticket } => batch.add(site, effects, ticket),
            other => return (batch, Some(other)),
        }
        next = if batch.operations() < MOST_OPERATIONS { commands.try_recv().ok() } else { None };
    }
    (batch, None)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn write(ticket: u64) -> Command {
        Command::Write { site: "a".into(), effects: Vec::new(), ticket }
    }

    #[test]
    fn everything_that_waits_is_committed_together_up_to_a_question() {
        let (sender, receiver) = mpsc::channel();
        let (reply, _answer) = oneshot::channel();
        for command in [write(2), write(3), Command::Load { reply }, write(4)] {
            sender.send(command).unwrap();
        }
        let (batch, other) = gather(write(1), &receiver);
        assert_eq!((batch.operations(), batch.ticket), (3, 3));
        assert!(matches!(other, Some(Command::Load { .. })));
        let (batch, other) = gather(receiver.recv().unwrap(), &receiver);
        assert_eq!((batch.operations(), batch.ticket), (1, 4));
        assert!(other.is_none());
    }
}
