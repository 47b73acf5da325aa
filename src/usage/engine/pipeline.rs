//! Two threads, each of which does whatever is due: take a prepared chunk in its order, fetch one, or prepare one.
//!
//! Only one thread at a time fetches, and one takes; chunks wait between the steps. So no thread waits for another as
//! long as there is anything else to do, however the work is divided between the steps.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::super::compact::Compact;
use super::super::settings::Settings;
use super::super::source::{Fed, Feeder};
use super::order::Order;
use super::prepare::Preparer;
use super::prepared::Prepared;
use super::serial::{Outcome, Serial};

/// Chunks that are fetched ahead.
const FETCHED: usize = 3;
/// Prepared chunks that may wait for their turn.
const PREPARED: usize = 8;

struct Done {
    input: usize,
    name: Arc<str>,
    prepared: Prepared,
}

/// Where the chunks are. What a thread works on is not here meanwhile.
struct State {
    feeder: Option<Box<Feeder>>,
    fetched: VecDeque<Fed>,
    preparing: usize,
    done: BTreeMap<u64, Done>,
    serial: Option<Box<Serial>>,
    /// The number of the chunk that is taken next.
    next: u64,
    /// There are no more chunks to be fetched.
    ended: bool,
    /// Nothing more is done: a thread has panicked, so that what it worked on does not come back, or rows are in such a
    /// disorder that another reading has to sort them.
    over: bool,
    /// Emptied memory of rows, to be filled again.
    spare: Vec<Vec<Compact>>,
}

/// What a thread does next.
enum Step {
    Take(Box<Serial>, Done),
    Fetch(Box<Feeder>),
    Prepare(Fed, Vec<Compact>),
    End,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// Judges all rows of the inputs. `unsigned` are the rows that are refunds without a sign.
pub(super) fn run(
    feeder: Feeder,
    settings: &Settings,
    order: Order,
    unsigned: &[u64],
) -> io::Result<Outcome> {
    let state = State {
        feeder: Some(Box::new(feeder)),
        fetched: VecDeque::new(),
        preparing: 0,
        done: BTreeMap::new(),
        serial: Some(Box::new(Serial::new(settings, order))),
        next: 0,
        ended: false,
        over: false,
        spare: Vec::new(),
    };
    let shared = Shared { state: Mutex::new(state), changed: Condvar::new() };
    // A second reading has to know how many rows came before a chunk, which only one reader does.
    let threads = if unsigned.is_empty() { settings.threads.max(1) } else { 1 };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| work(&shared, settings, unsigned));
        }
        work(&shared, settings, unsigned);
    });
    let state = shared.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let serial = state.serial.ok_or_else(|| io::Error::other("a thread that judged rows has ended early"))?;
    serial.finish()
}

/// Ends the other threads, which would wait for ever, when its own one panics.
struct Alarm<'a>(&'a Shared);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().over = true;
            self.0.changed.notify_all();
        }
    }
}

fn work(shared: &Shared, settings: &Settings, unsigned: &[u64]) {
    let _alarm = Alarm(shared);
    let mut preparer = Preparer::new(settings, unsigned);
    let mut state = shared.lock();
    loop {
        match state.step() {
            Some(Step::End) => return,
            None => state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(step) => {
                drop(state);
                state = shared.go(step, &mut preparer);
                shared.changed.notify_all();
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes a step, and puts what comes of it where others find it.
    fn go(&self, step: Step, preparer: &mut Preparer<'_>) -> MutexGuard<'_, State> {
        match step {
            Step::Take(mut serial, done) => {
                serial.take(done.input, &done.name, done.prepared);
                let mut state = self.lock();
                state.spare.extend(std::iter::from_fn(|| serial.emptied()));
                state.next += 1;
                state.over |= serial.is_in_vain();
                state.serial = Some(serial);
                state
            }
            Step::Fetch(mut feeder) => {
                let fed = feeder.next();
                let mut state = self.lock();
                state.ended = fed.is_none();
                state.fetched.extend(fed);
                state.feeder = Some(feeder);
                state
            }
            Step::Prepare(Fed { number, input, name, chunk }, spare) => {
                let prepared = preparer.prepare(chunk, spare);
                let mut state = self.lock();
                state.preparing -= 1;
                state.done.insert(number, Done { input, name, prepared });
                state
            }
            Step::End => self.lock(),
        }
    }
}

impl State {
    /// What is due: what frees memory comes first, and then what others wait for. None means to wait.
    fn step(&mut self) -> Option<Step> {
        if self.over {
            return Some(Step::End);
        }
        if self.serial.is_some()
            && let Some(done) = self.done.remove(&self.next)
        {
            return self.serial.take().map(|serial| Step::Take(serial, done));
        }
        if !self.ended && self.fetched.len() < FETCHED && self.feeder.is_some() {
            return self.feeder.take().map(Step::Fetch);
        }
        // Chunks are prepared in their order, so that the one whose turn it is is done, or on its way.
        if self.done.len() < PREPARED
            && let Some(fed) = self.fetched.pop_front()
        {
            self.preparing += 1;
            return Some(Step::Prepare(fed, self.spare.pop().unwrap_or_default()));
        }
        let empty = self.ended && self.fetched.is_empty() && self.preparing == 0 && self.done.is_empty();
        (empty && self.serial.is_some()).then_some(Step::End)
    }
}
