//! The queue between the pacer and the workers.
//!
//! It is unbounded on purpose: an open loop must not slow down because the target does. It cannot grow beyond
//! the plan. The queue also knows how many tickets found no worker free, which tells a pool that is too small from
//! a pacer that is late.
//!
//! Waking a worker from the pacer's thread costs a detour through the runtime's shared queue and often a call of
//! the system, so the pacer wakes only one, however many tickets it hands out: a worker that takes a ticket and
//! sees more of them wakes the next worker, which within the runtime costs next to nothing. The worker that began
//! to wait last is woken first, because what it needs is still in the processor's caches.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::schedule::Arrival;

/// A request that is due now.
#[derive(Debug)]
pub struct Ticket {
    /// The request.
    pub arrival: Arrival,
    /// When it should be sent; never later than now when a worker gets it.
    pub intended: Instant,
}

/// Tickets that are due and not yet taken.
#[derive(Debug, Default)]
pub struct TicketQueue {
    hall: Mutex<Hall>,
    closed: AtomicBool,
    short: AtomicU64,
}

/// Where workers wait for tickets, and the other way round.
#[derive(Debug, Default)]
struct Hall {
    tickets: VecDeque<Ticket>,
    /// Workers that nobody has woken, each with the number of its seat, in ascending order.
    asleep: Vec<(u64, Waker)>,
    /// Workers that wait for a ticket, those included that were woken and did not come yet.
    waiting: usize,
    next_seat: u64,
    /// Whether there will be no more tickets of the plan.
    ended: bool,
}

impl Hall {
    /// The worker to wake next, if there is anything for it to do.
    fn next_sleeper(&mut self) -> Option<Waker> {
        if self.tickets.is_empty() { None } else { self.asleep.pop().map(|(_, waker)| waker) }
    }

    /// Makes the worker on this seat wait; the seat that it has from now on.
    fn sleep(&mut self, seat: Option<u64>, waker: &Waker) -> u64 {
        if seat.is_none() {
            self.waiting += 1;
        }
        if let Some((seat, own)) = seat.and_then(|seat| self.find(seat)).map(|index| &mut self.asleep[index])
        {
            own.clone_from(waker);
            return *seat;
        }
        // A worker that was woken for nothing gets a new seat, so that seats stay in order.
        self.next_seat += 1;
        self.asleep.push((self.next_seat, waker.clone()));
        self.next_seat
    }

    /// The worker on this seat waits no more.
    fn leave(&mut self, seat: u64) {
        self.waiting -= 1;
        if let Some(index) = self.find(seat) {
            self.asleep.remove(index);
        }
    }

    fn find(&self, seat: u64) -> Option<usize> {
        self.asleep.binary_search_by_key(&seat, |(taken, _)| *taken).ok()
    }
}

impl TicketQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// Hands out these tickets, leaving the list empty.
    pub fn put(&self, due: &mut Vec<Ticket>) {
        let number = due.len();
        let (free, sleeper) = {
            let mut hall = self.hall();
            let free = hall.waiting.saturating_sub(hall.tickets.len());
            hall.tickets.extend(due.drain(..));
            (free, hall.next_sleeper())
        };
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
        if free < number {
            self.short.fetch_add((number - free) as u64, Ordering::Relaxed);
        }
    }

    /// The next ticket; nothing when there will be none any more.
    pub fn take(&self) -> Take<'_> {
        Take { queue: self, seat: None }
    }

    /// How many tickets found every worker busy when they were due.
    pub fn short(&self) -> u64 {
        self.short.load(Ordering::Relaxed)
    }

    /// Lets the workers go home once the tickets are taken.
    pub fn end(&self) {
        let asleep = {
            let mut hall = self.hall();
            hall.ended = true;
            std::mem::take(&mut hall.asleep)
        };
        asleep.into_iter().for_each(|(_, waker)| waker.wake());
    }

    /// Sends the workers home at once; tickets that are left stay untaken.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.end();
    }

    /// Whether the workers were sent home.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn hall(&self) -> MutexGuard<'_, Hall> {
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker that wants a ticket.
#[derive(Debug)]
#[must_use = "a worker gets its ticket when this is awaited"]
pub struct Take<'a> {
    queue: &'a TicketQueue,
    /// The seat on which it waits.
    seat: Option<u64>,
}

impl Future for Take<'_> {
    type Output = Option<Ticket>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Ticket>> {
        let queue = self.queue;
        let mut hall = queue.hall();
        let ticket = if queue.is_closed() { None } else { hall.tickets.pop_front() };
        if ticket.is_none() && !hall.ended {
            let seat = hall.sleep(self.seat, context.waker());
            drop(hall);
            self.seat = Some(seat);
            return Poll::Pending;
        }
        if let Some(seat) = self.seat.take() {
            hall.leave(seat);
        }
        let sleeper = hall.next_sleeper();
        drop(hall);
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
        Poll::Ready(ticket)
    }
}

impl Drop for Take<'_> {
    /// A worker that leaves before it has its ticket may have been woken for one, which another has to take then.
    fn drop(&mut self) {
        let Some(seat) = self.seat.take() else { return };
        let sleeper = {
            let mut hall = self.queue.hall();
            hall.leave(seat);
            hall.next_sleeper()
        };
        if let Some(sleeper) = sleeper {
            sleeper.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Wake;
    use std::time::Duration;

    use futures::FutureExt;

    use super::super::schedule::Work;
    use super::*;

    fn tickets(numbers: std::ops::Range<u64>) -> Vec<Ticket> {
        let ticket = |number| Ticket {
            arrival: Arrival {
                number,
                offset: Duration::ZERO,
                work: Work::AccessRequest,
                instance: 0,
                requester: 0,
                stage: 0,
                wanted: Vec::new(),
                hang_up_after: None,
                attempt: 0,
            },
            intended: Instant::now(),
        };
        numbers.map(ticket).collect()
    }

    #[tokio::test]
    async fn tickets_come_in_order_and_then_an_end() {
        let queue = TicketQueue::new();
        queue.put(&mut tickets(1..3));
        queue.end();
        assert_eq!(queue.take().await.unwrap().arrival.number, 1);
        assert_eq!(queue.take().await.unwrap().arrival.number, 2);
        assert!(queue.take().await.is_none());
        assert!(queue.take().await.is_none());
    }

    #[tokio::test]
    async fn closing_leaves_tickets_untaken() {
        let queue = TicketQueue::new();
        queue.put(&mut tickets(1..2));
        queue.close();
        assert!(queue.take().await.is_none());
        assert!(queue.is_closed());
    }

    #[tokio::test]
    async fn a_ticket_that_finds_no_worker_free_is_counted() {
        let queue = TicketQueue::new();
        let mut one = Box::pin(queue.take());
        assert!(one.as_mut().now_or_never().is_none());
        queue.put(&mut tickets(0..1));
        assert_eq!(queue.short(), 0, "a worker was waiting");
        queue.put(&mut tickets(1..3));
        assert_eq!(queue.short(), 2, "the worker's ticket was there already");
        assert_eq!(one.await.unwrap().arrival.number, 0);
    }

    #[tokio::test]
    async fn one_worker_that_is_woken_wakes_the_others() {
        let queue = Arc::new(TicketQueue::new());
        let worker = || {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move { queue.take().await.map(|ticket| ticket.arrival.number) })
        };
        let workers = [worker(), worker(), worker()];
        tokio::task::yield_now().await;
        queue.put(&mut tickets(0..3));
        let mut taken: Vec<_> = futures::future::join_all(workers).await.into_iter().flatten().collect();
        taken.sort_unstable();
        assert_eq!(taken, [Some(0), Some(1), Some(2)]);
    }

    #[tokio::test]
    async fn a_worker_that_was_woken_and_left_leaves_its_ticket_to_another() {
        let queue = TicketQueue::new();
        let mut other = Box::pin(queue.take());
        let mut one = Box::pin(queue.take());
        let (mut wakes_one, mut wakes_other) = (task(), task());
        assert!(wakes_other.poll(&mut other).is_none());
        assert!(wakes_one.poll(&mut one).is_none());
        queue.put(&mut tickets(7..8));
        assert!(wakes_one.is_woken() && !wakes_other.is_woken(), "the last to come is woken first");
        drop(one);
        assert!(wakes_other.is_woken());
        assert_eq!(other.await.unwrap().arrival.number, 7);
    }

    #[tokio::test]
    async fn whoever_waits_hears_of_the_end() {
        let queue = TicketQueue::new();
        let mut one = Box::pin(queue.take());
        let mut task = task();
        assert!(task.poll(&mut one).is_none());
        queue.end();
        assert!(task.is_woken() && one.await.is_none());
    }

    /// Counts the times that it is woken.
    #[derive(Default)]
    struct Woken(AtomicU64);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    struct Task(Arc<Woken>);

    fn task() -> Task {
        Task(Arc::default())
    }

    impl Task {
        fn poll(&mut self, take: &mut Pin<Box<Take<'_>>>) -> Option<Option<Ticket>> {
            let waker = Waker::from(Arc::clone(&self.0));
            match take.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(ticket) => Some(ticket),
                Poll::Pending => None,
            }
        }

        fn is_woken(&self) -> bool {
            self.0.0.load(Ordering::Relaxed) > 0
        }
    }
}
