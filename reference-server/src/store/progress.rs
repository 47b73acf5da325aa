//! How far the store has got, and who waits for it.
//!
//! Waking somebody on another thread is dear: the writer would spend its time on it, and a thread that is called for
//! each of fifty requests of a commit is called fifty times. So a thread that answers requests keeps those who wait on
//! it in a list of its own and attends to the store: the writer calls each such thread once a commit, and the thread
//! wakes its own, each when its operation is on disk. Elsewhere, where little is waited for, each looks for itself after
//! every commit.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::select;
use tokio::sync::{Notify, oneshot};

/// What the writer has achieved.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// Every operation up to this ticket is on disk.
    durable: AtomicU64,
    /// Why there will be no more.
    ended: OnceLock<String>,
    /// Called after every change of the two.
    changed: Notify,
}

thread_local! {
    /// Those who wait on this thread, while it attends to a store.
    static HERE: RefCell<Option<Here>> = const { RefCell::new(None) };
}

/// Those who wait on one thread.
struct Here {
    /// What they wait for.
    progress: Arc<Progress>,
    /// By ascending tickets.
    waiting: VecDeque<(u64, oneshot::Sender<()>)>,
}

impl Progress {
    /// Says that every operation up to a ticket is on disk.
    pub(super) fn reach(&self, ticket: u64) {
        self.durable.store(ticket, Ordering::Release);
        self.changed.notify_waiters();
    }

    /// Says that nothing more will be written, and why; the first reason stays.
    pub(super) fn end(&self, reason: &str) {
        self.ended.get_or_init(|| reason.to_owned());
        self.changed.notify_waiters();
    }

    /// Why nothing more will be written, if it has come to that.
    pub(super) fn failure(&self) -> Option<String> {
        self.ended.get().cloned()
    }

    /// Waits until every operation up to a ticket is on disk.
    ///
    /// # Errors
    /// With the reason, when nothing is written any more.
    pub(super) async fn reached(&self, ticket: u64) -> Result<(), String> {
        loop {
            // Asked for before looking, so that no change is missed in between.
            let changed = self.changed.notified();
            if let Some(reason) = self.ended.get() {
                return Err(reason.clone());
            }
            if self.durable.load(Ordering::Acquire) >= ticket {
                return Ok(());
            }
            match self.wait_here(ticket) {
                // A place that is dropped is a word, too: there is something to look at.
                Some(told) => drop(told.await),
                None => changed.await,
            }
        }
    }

    /// A place among those who wait on this thread, if it attends to this store.
    fn wait_here(&self, ticket: u64) -> Option<oneshot::Receiver<()>> {
        HERE.with_borrow_mut(|here| {
            let here = here.as_mut().filter(|here| std::ptr::eq(Arc::as_ptr(&here.progress), self))?;
            let (waiter, told) = oneshot::channel();
            let place = here.waiting.partition_point(|(wanted, _)| *wanted <= ticket);
            here.waiting.insert(place, (ticket, waiter));
            Some(told)
        })
    }

    /// Does some work on this thread and meanwhile wakes whoever waits here. A thread that attends to a store already
    /// only does the work.
    pub(super) async fn attend<T>(self: &Arc<Self>, work: impl Future<Output = T>) -> T {
        let Some(post) = Post::take(self) else { return work.await };
        let mut work = pin!(work);
        while self.ended.get().is_none() {
            let changed = self.changed.notified();
            post.wake(self.durable.load(Ordering::Acquire));
            select! {
                done = &mut work => return done,
                () = changed => {}
            }
        }
        drop(post);
        work.await
    }
}

/// The attendance of this thread. It cannot be taken to another thread; when it ends, whoever still waits here is told
/// to look for itself.
struct Post(PhantomData<*const ()>);

impl Post {
    fn take(progress: &Arc<Progress>) -> Option<Self> {
        HERE.with_borrow_mut(|here| {
            if here.is_some() {
                return None;
            }
            *here = Some(Here { progress: Arc::clone(progress), waiting: VecDeque::new() });
            Some(Self(PhantomData))
        })
    }

    /// Wakes those who wait for a ticket up to this one.
    fn wake(&self, durable: u64) {
        HERE.with_borrow_mut(|here| {
            let Some(Here { waiting, .. }) = here else { return };
            let reached = waiting.partition_point(|(wanted, _)| *wanted <= durable);
            for (_, waiter) in waiting.drain(..reached) {
                // Whoever has gone away misses nothing.
                let _ = waiter.send(());
            }
        });
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        HERE.set(None);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use tokio::task::{JoinHandle, yield_now};

    use super::*;

    fn wait(progress: &Arc<Progress>, ticket: u64) -> JoinHandle<Result<(), String>> {
        let progress = Arc::clone(progress);
        tokio::spawn(async move { progress.reached(ticket).await })
    }

    fn waiting_here() -> Vec<u64> {
        HERE.with_borrow(|here| {
            here.iter().flat_map(|here| here.waiting.iter().map(|(ticket, _)| *ticket)).collect()
        })
    }

    /// Those who have been woken have had their turn, and so has who wakes them.
    async fn a_while() {
        for _ in 0..10 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn everybody_is_told_when_their_own_ticket_is_reached() {
        let progress = Arc::new(Progress::default());
        let (third, first, second) = (wait(&progress, 3), wait(&progress, 1), wait(&progress, 2));
        a_while().await;
        progress.reach(2);
        assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
        a_while().await;
        assert!(!third.is_finished());
        assert_eq!(progress.reached(2).await, Ok(()));
        progress.end("the disk is full");
        assert_eq!(third.await.unwrap(), Err("the disk is full".to_owned()));
    }

    #[tokio::test]
    async fn a_thread_that_attends_wakes_its_own_and_only_those_who_are_reached() {
        let progress = Arc::new(Progress::default());
        let (third, first, second) = (wait(&progress, 3), wait(&progress, 1), wait(&progress, 2));
        let work = async {
            a_while().await;
            assert_eq!(waiting_here(), [1, 2, 3]);
            thread::scope(|scope| scope.spawn(|| progress.reach(2)).join()).unwrap();
            assert_eq!((first.await.unwrap(), second.await.unwrap()), (Ok(()), Ok(())));
            assert_eq!(waiting_here(), [3]);
            let other = Arc::new(Progress::default());
            let of_other = wait(&other, 1);
            a_while().await;
            assert_eq!(waiting_here(), [3], "who waits for another store is none of ours");
            other.reach(1);
            assert_eq!(of_other.await.unwrap(), Ok(()));
        };
        progress.attend(work).await;
        // The thread attends no more, so that the third has to look for itself.
        a_while().await;
        assert!(waiting_here().is_empty() && !third.is_finished());
        progress.reach(3);
        assert_eq!(third.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn when_the_store_ends_those_who_wait_hear_why_and_the_work_goes_on() {
        let progress = Arc::new(Progress::default());
        let work = async {
            let first = wait(&progress, 1);
            a_while().await;
            progress.end("the disk is full");
            let failed = first.await.unwrap();
            (failed, wait(&progress, 2).await.unwrap())
        };
        let full = Err("the disk is full".to_owned());
        assert_eq!(progress.attend(work).await, (full.clone(), full));
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
