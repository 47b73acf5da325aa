//! One site: a producer's state, its clock and its timers.
//!
//! Everything that happens at a site happens inside [`Site::act`], under one lock, in memory: first what has fallen
//! due, then the operation. What must outlive the process is returned as effects, in order. A virtual clock and a
//! real one go through the same code.

mod access;
mod actions;
mod automatic;
mod booking;
mod conditions;
mod configuration;
mod data_access;
mod instances;
mod keys;
mod licensing;
mod line_items;
mod outcome;
mod own_reports;
mod rate_tables;
mod restore;
mod session_requests;
mod sessions;
mod state;
mod steps;
mod timers;

pub use access::{AccessAnswer, AccessRequest, AnsweredItem};
pub use actions::NewAction;
pub use conditions::NewCondition;
pub use configuration::ConfigurationValue;
pub use instances::{Instance, NewInstance};
pub use licensing::{CapabilityAnswer, Judged, NewLicenseServer, Passwords, ProducerChange};
pub use line_items::NewLineItem;
pub use outcome::{Effect, Kind, Refusal};
pub use rate_tables::NewRateTable;
pub use restore::RestoreError;
pub use sessions::{SessionDetail, SessionSummary};
pub use state::{Clock, Site, SiteSettings};
pub use steps::{KindOfRow, LicenseSteps, RefundParts, Steps, Taken, Traffic};
pub use timers::ClockError;

/// A fresh ID.
fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}

#[cfg(test)]
mod conservation;
#[cfg(test)]
mod duty_scenarios;
#[cfg(test)]
mod histories;
#[cfg(test)]
mod settings_scenarios;
#[cfg(test)]
mod test_world;
#[cfg(test)]
mod worked_scenarios;
