//! The queue between the pacer and the workers.
//!
//! It is unbounded on purpose: an open loop must not slow down because the target does. It cannot grow beyond
//! the plan. One permit stands for one ticket, so each ticket wakes exactly one worker. The queue also knows
//! how many tickets found no worker free, which tells a pool that is too small from a pacer that is late.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Semaphore;

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
#[derive(Debug)]
pub struct TicketQueue {
    tickets: Mutex<VecDeque<Ticket>>,
    permits: Semaphore,
    /// Workers that wait for a ticket, those included whose ticket is there already.
    waiting: AtomicUsize,
    short: AtomicU64,
}

impl TicketQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self {
            tickets: Mutex::new(VecDeque::new()),
            permits: Semaphore::new(0),
            waiting: AtomicUsize::new(0),
            short: AtomicU64::new(0),
        }
    }

    /// Hands out these tickets, leaving the list empty.
    pub fn put(&self, due: &mut Vec<Ticket>) {
        let number = due.len();
        let free = {
            let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
            let free = self.waiting.load(Ordering::Relaxed).saturating_sub(tickets.len());
            tickets.extend(due.drain(..));
            free
        };
        self.permits.add_permits(number);
        if free < number {
            self.short.fetch_add((number - free) as u64, Ordering::Relaxed);
        }
    }

    /// The next ticket; nothing when there will be none any more.
    pub async fn take(&self) -> Option<Ticket> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let permit = self.permits.acquire().await.ok()?;
        permit.forget();
        let mut tickets = self.tickets.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        tickets.pop_front()
    }

    /// How many tickets found every worker busy when they were due.
    pub fn short(&self) -> u64 {
        self.short.load(Ordering::Relaxed)
    }

    /// Lets each of the workers go home once the tickets are taken: a permit without a ticket is the sign to
    /// leave.
    pub fn end(&self, workers: usize) {
        self.permits.add_permits(workers);
    }

    /// Sends the workers home at once; tickets that are left stay untaken.
    pub fn close(&self) {
        self.permits.close();
    }

    /// Whether the workers were sent home.
    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }
}

#[cfg(test)]
mod tests {
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
    async fn tickets_come_in_order_and_then_an_end_for_each_worker() {
        let queue = TicketQueue::new();
        queue.put(&mut tickets(1..3));
        queue.end(2);
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
}
