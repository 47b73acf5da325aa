//! The queue between the pacer and the workers.
//!
//! It is unbounded on purpose: an open loop must not slow down because the target does. It cannot grow beyond
//! the plan. One permit stands for one ticket, so each ticket wakes exactly one worker.

use std::collections::VecDeque;
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
}

impl TicketQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self { tickets: Mutex::new(VecDeque::new()), permits: Semaphore::new(0) }
    }

    /// Hands out one more ticket.
    pub fn put(&self, ticket: Ticket) {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner).push_back(ticket);
        self.permits.add_permits(1);
    }

    /// The next ticket; nothing when there will be none any more.
    pub async fn take(&self) -> Option<Ticket> {
        let permit = self.permits.acquire().await.ok()?;
        permit.forget();
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
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

    use super::super::schedule::Work;
    use super::*;

    fn ticket(number: u64) -> Ticket {
        let arrival = Arrival {
            number,
            offset: Duration::ZERO,
            work: Work::AccessRequest,
            instance: 0,
            wanted: Vec::new(),
            hang_up_after: None,
        };
        Ticket { arrival, intended: Instant::now() }
    }

    #[tokio::test]
    async fn tickets_come_in_order_and_then_an_end_for_each_worker() {
        let queue = TicketQueue::new();
        queue.put(ticket(1));
        queue.put(ticket(2));
        queue.end(2);
        assert_eq!(queue.take().await.unwrap().arrival.number, 1);
        assert_eq!(queue.take().await.unwrap().arrival.number, 2);
        assert!(queue.take().await.is_none());
        assert!(queue.take().await.is_none());
    }

    #[tokio::test]
    async fn closing_leaves_tickets_untaken() {
        let queue = TicketQueue::new();
        queue.put(ticket(1));
        queue.close();
        assert!(queue.take().await.is_none());
        assert!(queue.is_closed());
    }
}
