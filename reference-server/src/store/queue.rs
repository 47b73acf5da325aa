//! What waits for the writer, in the order of asking.
//!
//! The writer takes everything at once. It may wait until a commit is worth its cost; it is woken when enough has
//! gathered and not for every single command.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::batch::Change;
use super::writer::Command;
use crate::site::Effect;

/// Longest time that commands are given to gather.
const GATHERING: Duration = Duration::from_micros(200);

/// The commands that wait. Writes are numbered by tickets.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    enough: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    commands: VecDeque<Command>,
    last_ticket: u64,
    /// How many commands the writer waits for.
    wanted: usize,
    /// Set when nobody asks any more.
    left: bool,
    /// Set when nobody answers any more.
    ended: bool,
}

impl Queue {
    /// Adds the effects of an operation; returns their ticket.
    pub(super) fn write(&self, site: &str, effects: Vec<Effect>) -> u64 {
        let changes = effects.into_iter().map(Change::from).collect();
        let mut waiting = self.lock();
        waiting.last_ticket += 1;
        let ticket = waiting.last_ticket;
        self.add(waiting, Command::Write { site: site.to_owned(), changes, ticket });
        ticket
    }

    /// Adds a question. When the writer has ended it is dropped, and with it the way to answer.
    pub(super) fn ask(&self, command: Command) {
        self.add(self.lock(), command);
    }

    fn add(&self, mut waiting: MutexGuard<'_, Waiting>, command: Command) {
        if waiting.ended {
            return;
        }
        waiting.commands.push_back(command);
        if waiting.commands.len() >= waiting.wanted {
            self.enough.notify_one();
        }
    }

    /// The ticket of the latest write; 0 before the first.
    pub(super) fn last_ticket(&self) -> u64 {
        self.lock().last_ticket
    }

    /// Says that nobody asks any more: the writer ends when it has done what is waiting.
    pub(super) fn leave(&self) {
        self.lock().left = true;
        self.enough.notify_one();
    }

    /// Says that nobody answers any more.
    pub(super) fn end(&self) {
        let mut waiting = self.lock();
        waiting.ended = true;
        waiting.commands.clear();
    }

    /// Everything that waits, once there is something; nothing when nobody asks any more. What comes is given some
    /// time to become as many as this.
    pub(super) fn take(&self, worthwhile: usize) -> Option<VecDeque<Command>> {
        let mut waiting = self.lock();
        waiting.wanted = 1;
        waiting = self
            .enough
            .wait_while(waiting, |waiting| waiting.commands.is_empty() && !waiting.left)
            .unwrap_or_else(PoisonError::into_inner);
        if waiting.commands.is_empty() {
            return None;
        }
        if waiting.commands.len() < worthwhile && !waiting.left {
            waiting.wanted = worthwhile;
            let few = |waiting: &mut Waiting| waiting.commands.len() < waiting.wanted && !waiting.left;
            let gathered = self.enough.wait_timeout_while(waiting, GATHERING, few);
            waiting = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        // Until the next call nobody waits who would have to be woken.
        waiting.wanted = usize::MAX;
        Some(std::mem::take(&mut waiting.commands))
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_in_order_and_nothing_after_the_last() {
        let queue = Queue::default();
        assert_eq!((queue.write("a", Vec::new()), queue.write("b", Vec::new())), (1, 2));
        let taken = queue.take(1).unwrap();
        let tickets: Vec<u64> = taken
            .iter()
            .filter_map(|command| match command {
                Command::Write { ticket, .. } => Some(*ticket),
                _ => None,
            })
            .collect();
        assert_eq!(tickets, [1, 2]);
        queue.write("a", Vec::new());
        queue.leave();
        assert_eq!(queue.take(5).unwrap().len(), 1);
        assert!(queue.take(5).is_none());
        assert_eq!(queue.last_ticket(), 3);
    }

    #[test]
    fn a_writer_that_waits_for_more_takes_what_there_is_in_the_end() {
        let queue = Queue::default();
        queue.write("a", Vec::new());
        assert_eq!(queue.take(100).unwrap().len(), 1);
    }

    #[test]
    fn what_nobody_answers_is_dropped() {
        let queue = Queue::default();
        let (reply, answer) = tokio::sync::oneshot::channel();
        queue.end();
        queue.ask(Command::Close { reply });
        assert!(answer.blocking_recv().is_err());
    }
}
