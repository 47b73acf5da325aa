//! Listens to one run of the suite and keeps what a proof needs of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::report::events::{Checked, Event, Listener, Outcome, Stamped};

/// What one run of the suite showed.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Assertions that did not hold, whatever their level.
    pub(super) broken: Vec<Checked>,
    /// Scenarios that failed, asserted nothing or met a harness fault, with the outcome.
    pub(super) failed: BTreeMap<String, Outcome>,
    /// Faults of the harness.
    pub(super) faults: Vec<String>,
    /// The readings seen, by decision point.
    pub(super) readings: BTreeMap<String, BTreeSet<String>>,
}

/// The listener of one run.
#[derive(Clone, Default)]
pub(super) struct Collector(Arc<Mutex<Seen>>);

impl Collector {
    pub(super) fn seen(&self) -> Seen {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Listener for Collector {
    fn hear(&mut self, stamped: &Stamped) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &stamped.event {
            Event::Checked(checked) if !checked.held => {
                seen.broken.push(checked.clone());
            }
            Event::ScenarioFinished(finished) => match &finished.outcome {
                Outcome::Passed | Outcome::Warned | Outcome::NotTested(_) => {}
                Outcome::Error(fault) => {
                    seen.faults.push(format!("{}: {fault}", finished.scenario.id));
                    seen.failed.insert(finished.scenario.id.clone(), finished.outcome.clone());
                }
                outcome => {
                    seen.failed.insert(finished.scenario.id.clone(), outcome.clone());
                }
            },
            Event::ReadingSeen(reading) => {
                seen.readings.entry(reading.decision.clone()).or_default().insert(reading.value.clone());
            }
            Event::HarnessFault(fault) => seen.faults.push(fault.clone()),
            _ => {}
        }
    }
}
