//! How far the store has got, and who waits for it.
//!
//! Whoever waits is woken once, when its own operation is on disk. Waking everybody after every commit would wake
//! most of them for nothing: while one batch is written, the next one is already waiting.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// What the writer has achieved.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Every operation up to this ticket is on disk.
    durable: AtomicU64,
    /// Whether there will be no more.
    ended: AtomicBool,
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// Why there will be no more.
    failure: Option<String>,
    /// By ascending tickets.
    queue: VecDeque<(u64, oneshot::Sender<()>)>,
}

impl Progress {
    /// Says that every operation up to a ticket is on disk.
    pub(super) fn reach(&self, ticket: u64) {
        self.durable.store(ticket, Ordering::Release);
        let reached = {
            let mut waiting = self.lock();
            let count = waiting.queue.partition_point(|(wanted, _)| *wanted <= ticket);
            let later = waiting.queue.split_off(count);
            std::mem::replace(&mut waiting.queue, later)
        };
        for (_, waiter) in reached {
            // Whoever has gone away misses nothing.
            let _ = waiter.send(());
        }
    }

    /// Says that nothing more will be written, and why; the first reason stays.
    pub(super) fn end(&self, reason: &str) {
        let mut waiting = self.lock();
        waiting.failure.get_or_insert_with(|| reason.to_owned());
        self.ended.store(true, Ordering::Release);
        // A waiter that is dropped learns that there is nothing to wait for.
        waiting.queue.clear();
    }

    /// Why nothing more will be written, if it has come to that.
    pub(super) fn failure(&self) -> Option<String> {
        self.lock().failure.clone()
    }

    /// Waits until every operation up to a ticket is on disk.
    ///
    /// # Errors
    /// With the reason, when nothing is written any more.
    pub(super) async fn reached(&self, ticket: u64) -> Result<(), String> {
        let ended = || self.ended.load(Ordering::Acquire);
        if !ended() && self.durable.load(Ordering::Acquire) >= ticket {
            return Ok(());
        }
        let told = self.wait_for(ticket)?;
        match told {
            None => Ok(()),
            Some(told) => told.await.map_err(|_| self.failure().unwrap_or_default()),
        }
    }

    /// A place in the queue; none when the ticket has been reached in the meantime.
    fn wait_for(&self, ticket: u64) -> Result<Option<oneshot::Receiver<()>>, String> {
        let mut waiting = self.lock();
        if let Some(failure) = &waiting.failure {
            return Err(failure.clone());
        }
        // The writer says how far it is before it looks into the queue, so that nobody is forgotten here.
        if self.durable.load(Ordering::Acquire) >= ticket {
            return Ok(None);
        }
        let (waiter, told) = oneshot::channel();
        let place = waiting.queue.partition_point(|(wanted, _)| *wanted <= ticket);
        waiting.queue.insert(place, (ticket, waiter));
        Ok(Some(told))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn everybody_is_told_when_their_own_ticket_is_reached() {
        let progress = Arc::new(Progress::default());
        let wait = |ticket| {
            let progress = Arc::clone(&progress);
            tokio::spawn(async move { progress.reached(ticket).await })
        };
        let (third, first, second) = (wait(3), wait(1), wait(2));
        // Each has taken its place once the others have run.
        while progress.lock().queue.len() < 3 {
            tokio::task::yield_now().await;
        }
        progress.reach(2);
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
        assert_eq!(progress.lock().queue.len(), 1);
        assert_eq!(progress.reached(2).await, Ok(()));
        progress.end("the disk is full");
        assert_eq!(third.await.unwrap(), Err("the disk is full".to_owned()));
    }

    #[tokio::test]
    async fn after_the_end_nothing_is_promised_and_the_first_reason_stays() {
        let progress = Progress::default();
        progress.reach(5);
        progress.end("the disk is full");
        progress.end("it is closed");
        assert_eq!(progress.reached(5).await, Err("the disk is full".to_owned()));
        assert_eq!(progress.failure().as_deref(), Some("the disk is full"));
    }
}
