//! Which documented statuses of which operations a run has seen.

use serde::{Deserialize, Serialize};

use super::system::System;

/// An operation in one version of the API, with the statuses of its answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationSeen {
    /// What it does.
    pub operation: String,
    /// Version of the API; empty where the system has none.
    pub version: String,
    /// The system that it belongs to.
    #[serde(default)]
    pub system: System,
    /// HTTP method.
    pub method: String,
    /// Its address below the base.
    pub path: String,
    /// The documented statuses, and those that were seen besides.
    pub statuses: Vec<StatusSeen>,
}

/// A status, and how often it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusSeen {
    /// The status.
    pub status: u16,
    /// Whether it is documented for the operation.
    pub documented: bool,
    /// How many answers had it.
    pub seen: u64,
    /// Why no test can bring it about, if none can.
    pub excuse: Option<String>,
}

impl StatusSeen {
    /// Documented, never seen, and nothing excuses it.
    #[must_use]
    pub fn is_hole(&self) -> bool {
        self.documented && self.seen == 0 && self.excuse.is_none()
    }
}

/// The sums of all operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrafficCounts {
    /// Operations, each once for a version.
    pub operations: u64,
    /// Pairs of operation and documented status.
    pub documented: u64,
    /// Those of them that were seen.
    pub seen: u64,
    /// Those that were not and cannot be.
    pub excused: u64,
    /// Those that were not, without an excuse.
    pub missing: u64,
}

/// The sums of what was seen.
pub(super) fn counts(operations: &[OperationSeen]) -> TrafficCounts {
    let mut sums = TrafficCounts { operations: operations.len() as u64, ..TrafficCounts::default() };
    for status in operations.iter().flat_map(|operation| &operation.statuses).filter(|one| one.documented) {
        sums.documented += 1;
        sums.seen += u64::from(status.seen > 0);
        sums.missing += u64::from(status.is_hole());
        sums.excused += u64::from(status.seen == 0 && status.excuse.is_some());
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documented_status_is_seen_excused_or_missing() {
        let status = |status, documented, seen, excuse: Option<&str>| StatusSeen {
            status,
            documented,
            seen,
            excuse: excuse.map(str::to_owned),
        };
        let statuses = vec![
            status(200, true, 3, None),
            status(404, true, 0, None),
            status(418, false, 1, None),
            status(500, true, 0, Some("none to show")),
        ];
        let sums = counts(&[OperationSeen { statuses, ..OperationSeen::default() }]);
        let expected = TrafficCounts { operations: 1, documented: 3, seen: 1, excused: 1, missing: 1 };
        assert_eq!(sums, expected);
    }
}
