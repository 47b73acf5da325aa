//! What a scenario has asserted so far: the only ground on which its outcome is decided.
//!
//! The record lives outside the world, because cucumber drops a world at moments of its own choosing, and a
//! check that was made must never be lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Locks whatever happened to the last holder: these values are whole after every statement.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The sums of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Assertions made.
    pub(super) checks: u64,
    /// Assertions that fail the scenario.
    pub(super) failed: u64,
    /// Assertions that did not hold and only warn.
    pub(super) warned: u64,
    /// Why the scenario was given up, if it was.
    pub(super) not_tested: Option<String>,
    /// What went wrong in the harness, if anything did.
    pub(super) fault: Option<String>,
}

/// The record of one scenario.
#[derive(Debug)]
pub(super) struct Record {
    tally: Mutex<Tally>,
    started: Instant,
}

impl Record {
    fn new() -> Self {
        Self { tally: Mutex::default(), started: Instant::now() }
    }

    /// Counts an assertion.
    pub(super) fn count(&self, held: bool, fails: bool) {
        let mut tally = lock(&self.tally);
        tally.checks += 1;
        tally.failed += u64::from(fails);
        tally.warned += u64::from(!held && !fails);
    }

    /// Gives the scenario up; the first reason stays.
    pub(super) fn not_tested(&self, reason: &str) {
        lock(&self.tally).not_tested.get_or_insert_with(|| reason.to_owned());
    }

    /// Notes a fault of the harness; the first one stays.
    pub(super) fn fault(&self, what: &str) {
        lock(&self.tally).fault.get_or_insert_with(|| what.to_owned());
    }

    /// The sums so far.
    pub(super) fn tally(&self) -> Tally {
        lock(&self.tally).clone()
    }

    /// Milliseconds since the scenario began.
    pub(super) fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The records of the scenarios that are running.
#[derive(Debug, Default)]
pub(super) struct Records(Mutex<HashMap<String, Arc<Record>>>);

impl Records {
    /// Opens the record of a scenario.
    pub(super) fn open(&self, scenario: &str) -> Arc<Record> {
        let record = Arc::new(Record::new());
        lock(&self.0).insert(scenario.to_owned(), Arc::clone(&record));
        record
    }

    /// Closes it.
    pub(super) fn close(&self, scenario: &str) -> Option<Arc<Record>> {
        lock(&self.0).remove(scenario)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_counted_once() {
        let records = Records::default();
        let record = records.open("a.feature:1");
        record.count(true, false);
        record.count(false, true);
        record.count(false, false);
        record.not_tested("first");
        record.not_tested("second");
        let tally = records.close("a.feature:1").unwrap().tally();
        assert_eq!((tally.checks, tally.failed, tally.warned), (3, 1, 1));
        assert_eq!(tally.not_tested.as_deref(), Some("first"));
        assert!(records.close("a.feature:1").is_none());
    }
}
