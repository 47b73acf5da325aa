//! Who works with Dynamic Monetization, and the numbered tasks that the vendor gives them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Who relies on a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Persona {
    /// Sells software, and provides rate tables, instances and line items.
    Producer,
    /// Looks after the instance of a customer organization.
    Administrator,
    /// The application that requests items for its end user.
    Client,
}

impl fmt::Display for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Producer => "producer",
            Self::Administrator => "administrator",
            Self::Client => "client application",
        })
    }
}

/// One numbered task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub number: u8,
    /// Whose task it is.
    pub persona: Persona,
    /// What is done, in a few words.
    pub does: &'static str,
}

const fn task(number: u8, persona: Persona, does: &'static str) -> Task {
    Task { number, persona, does }
}

/// All tasks, in the order of their numbers.
pub const TASKS: [Task; 13] = [
    task(1, Persona::Producer, "create a rate table"),
    task(2, Persona::Producer, "see the instances"),
    task(3, Persona::Producer, "see the line items of an instance"),
    task(4, Persona::Producer, "watch the usage data"),
    task(5, Persona::Administrator, "get the instance ID from the producer"),
    task(6, Persona::Administrator, "see the line items of the own instance"),
    task(7, Persona::Administrator, "close sessions that the client left open"),
    task(8, Persona::Administrator, "follow live sessions and their states"),
    task(9, Persona::Client, "request items once"),
    task(10, Persona::Client, "open a session"),
    task(11, Persona::Client, "request items in a session"),
    task(12, Persona::Client, "send heartbeats"),
    task(13, Persona::Client, "close the session"),
];

/// Capabilities that exist for numbered tasks alone, so that each of their requirements belongs to one. The others
/// are needed for work that the vendor gives no number.
const OF_TASKS: [&str; 5] = ["access-request", "charging", "refunds", "sessions", "usage-rows"];

impl Task {
    /// The task of a number.
    #[must_use]
    pub fn of_number(number: u8) -> Option<&'static Self> {
        TASKS.iter().find(|task| task.number == number)
    }

    /// Whether every requirement of a capability belongs to a task.
    #[must_use]
    pub fn is_due(capability: &str) -> bool {
        OF_TASKS.contains(&capability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{CAPABILITIES, Registry};

    #[test]
    fn tasks_are_found_by_their_numbers() {
        for (at, task) in TASKS.iter().enumerate() {
            assert_eq!(usize::from(task.number), at + 1);
            assert_eq!(Task::of_number(task.number), Some(task));
        }
        assert_eq!((Task::of_number(0), Task::of_number(14)), (None, None));
        assert!(OF_TASKS.iter().all(|capability| CAPABILITIES.contains(capability)));
    }

    #[test]
    fn every_task_has_requirements() {
        let registry = Registry::embedded().unwrap();
        for task in TASKS {
            let served = registry.all().filter(|requirement| requirement.tasks.contains(&task.number));
            assert!(served.count() > 0, "no requirement is about task {}", task.number);
        }
    }
}
