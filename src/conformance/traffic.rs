//! Counts what the target answered, by operation and status: coverage that is measured and not claimed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use super::record::lock;
use crate::report::events::{Exchange, OperationSeen, StatusSeen, System};
use crate::spec::Operations;

/// The answers of a run.
#[derive(Debug)]
pub(super) struct Traffic {
    operations: Operations,
    counts: Mutex<HashMap<(usize, String), BTreeMap<u16, u64>>>,
}

impl Traffic {
    /// Nothing seen yet.
    pub(super) fn new(operations: Operations) -> Self {
        Self { operations, counts: Mutex::default() }
    }

    /// Counts an answer; what came back on an address that nobody publishes is of no operation.
    pub(super) fn count(&self, exchange: &Exchange) {
        let Some(status) = exchange.status else { return };
        let address = exchange.url.split('?').next().unwrap_or_default();
        if let Some((operation, version)) = self.operations.of(&exchange.method, address) {
            let mut counts = lock(&self.counts);
            *counts.entry((operation, version.to_owned())).or_default().entry(status).or_default() += 1;
        }
    }

    /// Every operation of the systems that the target has, in the versions that were spoken, with its statuses: the
    /// documented ones and those seen besides.
    pub(super) fn seen(&self, versions: &[String], systems: &[System]) -> Vec<OperationSeen> {
        let counts = lock(&self.counts);
        let mut all = Vec::new();
        for version in versions.iter().map(String::as_str).chain([""]) {
            for (at, operation) in self.operations.all.iter().enumerate() {
                let spoken = match version {
                    "" => operation.versions.is_empty(),
                    version => operation.versions.iter().any(|one| one == version),
                };
                if !spoken || !systems.contains(&operation.system) {
                    continue;
                }
                let seen = counts.get(&(at, version.to_owned())).cloned().unwrap_or_default();
                let mut statuses: BTreeMap<u16, bool> = seen.keys().map(|status| (*status, false)).collect();
                statuses.extend(operation.statuses.iter().map(|status| (*status, true)));
                let status = |(status, documented): (u16, bool)| StatusSeen {
                    status,
                    documented,
                    seen: seen.get(&status).copied().unwrap_or(0),
                    excuse: self.operations.excuse(&operation.name, status).map(str::to_owned),
                };
                all.push(OperationSeen {
                    operation: operation.name.clone(),
                    version: version.to_owned(),
                    system: operation.system,
                    method: operation.method.clone(),
                    path: operation.paths.first().cloned().unwrap_or_default(),
                    statuses: statuses.into_iter().map(status).collect(),
                });
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(method: &str, path: &str, status: u16) -> Exchange {
        let url = format!("http://127.0.0.1:8080/sites/a/dynamicmonetization{path}");
        Exchange { method: method.to_owned(), url, status: Some(status), ..Exchange::default() }
    }

    #[test]
    fn answers_are_counted_by_operation_version_and_status() {
        let traffic = Traffic::new(Operations::embedded().unwrap());
        traffic.count(&answered("GET", "/api/v1.0/sessions?instanceId=i", 200));
        traffic.count(&answered("GET", "/api/v1.0/sessions?instanceId=j", 200));
        traffic.count(&answered("GET", "/api/v1.0/sessions", 418));
        traffic.count(&answered("GET", "/api/v1.0/elsewhere", 200));
        traffic.count(&Exchange { status: None, ..answered("GET", "/api/v1.0/sessions", 0) });
        let all = traffic.seen(&["v1.0".to_owned()], &[System::DynamicMonetization]);
        assert!(all.iter().all(|operation| operation.version == "v1.0"));
        let list = all.iter().find(|operation| operation.operation == "list live sessions").unwrap();
        let status = |status| list.statuses.iter().find(|one| one.status == status).unwrap();
        assert_eq!((status(200).seen, status(200).documented), (2, true));
        assert_eq!((status(418).seen, status(418).documented), (1, false));
        assert_eq!(status(404).seen, 0);
        assert!(status(500).excuse.is_some());
        assert_eq!(all.iter().flat_map(|one| &one.statuses).map(|one| one.seen).sum::<u64>(), 3);
    }

    #[test]
    fn only_systems_that_a_target_has_can_lack_answers() {
        let traffic = Traffic::new(Operations::embedded().unwrap());
        let url = "http://x/sites/a/api/1.0/instances/I/authorize".to_owned();
        traffic.count(&Exchange { method: "POST".to_owned(), url, status: Some(401), ..Exchange::default() });
        let both = [System::DynamicMonetization, System::Cmapi];
        let of = |systems: &[System]| traffic.seen(&["v1.0".to_owned()], systems);
        let authorize = of(&both).into_iter().find(|one| one.operation == "authorize").unwrap();
        assert_eq!((authorize.version.as_str(), authorize.system), ("", System::Cmapi));
        assert_eq!(authorize.statuses.iter().map(|one| one.seen).sum::<u64>(), 1);
        assert!(of(&both[..1]).iter().all(|one| one.system == System::DynamicMonetization));
    }
}
