//! Two threads, each of which does whatever is due: fetch a chunk, prepare it, or take prepared chunks in order.
//!
//! So neither waits for the other, however the work is divided between reading, rules on rows and rules across rows.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::super::compact::Compact;
use super::super::settings::Settings;
use super::super::source::{Fed, Feeder};
use super::order::Order;
use super::prepare::Preparer;
use super::prepared::Prepared;
use super::serial::{Outcome, Serial};

/// Prepared chunks that may wait for their turn.
const WAITING: usize = 8;

struct Done {
    input: usize,
    name: std::sync::Arc<str>,
    prepared: Prepared,
}

struct Taken {
    serial: Serial,
    next: u64,
}

struct Shared {
    feeder: Mutex<Feeder>,
    done: Mutex<BTreeMap<u64, Done>>,
    room: Condvar,
    /// Emptied memory of rows, to be filled again.
    spare: Mutex<Vec<Vec<Compact>>>,
    taken: Mutex<Taken>,
}

/// Judges all rows of the inputs. `unsigned` are the rows that are refunds without a sign.
pub(super) fn run(
    feeder: Feeder,
    settings: &Settings,
    order: Order,
    unsigned: &[u64],
) -> io::Result<Outcome> {
    let shared = Shared {
        feeder: Mutex::new(feeder),
        done: Mutex::default(),
        room: Condvar::new(),
        spare: Mutex::default(),
        taken: Mutex::new(Taken { serial: Serial::new(settings, order), next: 0 }),
    };
    // A second reading has to know how many rows came before a chunk, which only one reader does.
    let threads = if unsigned.is_empty() { settings.threads.max(1) } else { 1 };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| work(&shared, settings, unsigned));
        }
        work(&shared, settings, unsigned);
    });
    shared.take_all(lock(&shared.taken));
    let taken = shared.taken.into_inner().unwrap_or_else(PoisonError::into_inner);
    taken.serial.finish()
}

fn work(shared: &Shared, settings: &Settings, unsigned: &[u64]) {
    let mut preparer = Preparer::new(settings, unsigned);
    loop {
        let fed = lock(&shared.feeder).next();
        let Some(Fed { number, input, name, chunk }) = fed else { break };
        let spare = lock(&shared.spare).pop().unwrap_or_default();
        let prepared = preparer.prepare(chunk, spare);
        let mut done = lock(&shared.done);
        done.insert(number, Done { input, name, prepared });
        drop(done);
        if let Ok(taken) = shared.taken.try_lock() {
            shared.take_all(taken);
        }
        shared.wait_for_room();
    }
}

impl Shared {
    /// Takes every chunk whose turn it is.
    fn take_all(&self, mut taken: MutexGuard<'_, Taken>) {
        loop {
            let Some(done) = lock(&self.done).remove(&taken.next) else { break };
            taken.next += 1;
            let emptied = taken.serial.take(done.input, &done.name, done.prepared);
            lock(&self.spare).push(emptied);
            self.room.notify_all();
        }
    }

    /// Waits while too many chunks wait, unless the one whose turn it is is among them: then takes it.
    fn wait_for_room(&self) {
        loop {
            let done = lock(&self.done);
            if done.len() < WAITING {
                return;
            }
            drop(done);
            // Whoever holds this takes what is due; afterwards it is this thread's business.
            self.take_all(lock(&self.taken));
            let done = lock(&self.done);
            if done.len() >= WAITING {
                // The chunk that is due is still being prepared by the other thread, which tells when it is taken.
                let brief = std::time::Duration::from_millis(5);
                drop(self.room.wait_timeout(done, brief));
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
