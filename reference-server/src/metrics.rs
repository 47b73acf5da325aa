//! What the server counts of itself, as OpenMetrics text.
//!
//! Counting costs an atomic addition each and takes no lock, so that it can stay on under load.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::domain::ApiVersion;
use crate::domain::usage_row::RowKind;
use crate::http::wire::Operation;

/// Upper bounds of durations, seconds.
const SECONDS: [f64; 10] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
/// Upper bounds of operations in one commit.
const SIZES: [f64; 8] = [1.0, 4.0, 16.0, 64.0, 256.0, 1024.0, 2048.0, 4096.0];
/// Classes of HTTP statuses, 1xx to 5xx.
const CLASSES: usize = 5;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    requests: [[[AtomicU64; CLASSES]; 2]; Operation::COUNT],
    request_seconds: Histogram<10>,
    rows: [AtomicU64; RowKind::WORDS.len()],
    commit_size: Histogram<8>,
    commit_seconds: Histogram<10>,
    submitted: AtomicU64,
    durable: AtomicU64,
    connections: AtomicI64,
    refused_connections: AtomicU64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: std::array::from_fn(|_| Default::default()),
            request_seconds: Histogram::new(SECONDS),
            rows: Default::default(),
            commit_size: Histogram::new(SIZES),
            commit_seconds: Histogram::new(SECONDS),
            submitted: AtomicU64::new(0),
            durable: AtomicU64::new(0),
            connections: AtomicI64::new(0),
            refused_connections: AtomicU64::new(0),
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn request(&self, operation: Operation, version: ApiVersion, status: u16, took: Duration) {
        let class = usize::from(status / 100).clamp(1, CLASSES) - 1;
        self.requests[operation as usize][version as usize][class].fetch_add(1, Ordering::Relaxed);
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// A usage row was written.
    pub(crate) fn row(&self, kind: RowKind) {
        self.rows[kind as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// An operation was handed to the store.
    pub(crate) fn submitted(&self) {
        self.submitted.fetch_add(1, Ordering::Relaxed);
    }

    /// Operations were made durable together.
    pub(crate) fn committed(&self, operations: usize, took: Duration) {
        let operations = u32::try_from(operations).unwrap_or(u32::MAX);
        self.durable.fetch_add(u64::from(operations), Ordering::Relaxed);
        self.commit_size.observe(f64::from(operations));
        self.commit_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn connection_refused(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// All of it as OpenMetrics text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        self.render_requests(&mut text);
        self.request_seconds.render(&mut text, "chargeproof_request_seconds", "Time to answer a request.");
        head(&mut text, "chargeproof_usage_rows", "counter", "Usage rows written, by what is behind them.");
        for (kind, word) in RowKind::WORDS {
            let count = self.rows[kind as usize].load(Ordering::Relaxed);
            line(&mut text, &format!("chargeproof_usage_rows_total{{kind=\"{word}\"}}"), count);
        }
        self.commit_size.render(&mut text, "chargeproof_commit_operations", "Operations in one commit.");
        self.commit_seconds.render(&mut text, "chargeproof_commit_seconds", "Time of one commit.");
        let durable = self.durable.load(Ordering::Relaxed);
        let lag = self.submitted.load(Ordering::Relaxed).saturating_sub(durable);
        head(&mut text, "chargeproof_durable_lag", "gauge", "Operations done that are not durable yet.");
        line(&mut text, "chargeproof_durable_lag", lag);
        head(&mut text, "chargeproof_connections", "gauge", "Open connections.");
        line(&mut text, "chargeproof_connections", self.connections.load(Ordering::Relaxed));
        head(&mut text, "chargeproof_refused_connections", "counter", "Connections beyond the limit.");
        let refused = self.refused_connections.load(Ordering::Relaxed);
        line(&mut text, "chargeproof_refused_connections_total", refused);
        text.push_str("# EOF\n");
        text
    }

    fn render_requests(&self, text: &mut String) {
        head(
            text,
            "chargeproof_requests",
            "counter",
            "Requests answered, by operation, version and class of status.",
        );
        for operation in Operation::all() {
            for version in ApiVersion::ALL {
                for class in 1..=CLASSES {
                    let cell = &self.requests[operation as usize][version as usize][class - 1];
                    let count = cell.load(Ordering::Relaxed);
                    if count > 0 {
                        let (name, version) = (operation.name(), version.word());
                        let labels =
                            format!("operation=\"{name}\",version=\"{version}\",status=\"{class}xx\"");
                        line(text, &format!("chargeproof_requests_total{{{labels}}}"), count);
                    }
                }
            }
        }
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    writeln!(text, "# TYPE {name} {kind}\n# HELP {name} {help}")
        .expect("text takes all that is written to it");
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    writeln!(text, "{name} {value}").expect("text takes all that is written to it");
}

/// Counts by upper bound, with the sum in millionths.
#[derive(Debug)]
struct Histogram<const N: usize> {
    bounds: [f64; N],
    counts: [AtomicU64; N],
    beyond: AtomicU64,
    sum_millionths: AtomicU64,
}

impl<const N: usize> Histogram<N> {
    fn new(bounds: [f64; N]) -> Self {
        let counts = std::array::from_fn(|_| AtomicU64::new(0));
        Self { bounds, counts, beyond: AtomicU64::new(0), sum_millionths: AtomicU64::new(0) }
    }

    fn observe(&self, value: f64) {
        let cell = self.bounds.iter().position(|bound| value <= *bound).map(|place| &self.counts[place]);
        cell.unwrap_or(&self.beyond).fetch_add(1, Ordering::Relaxed);
        // Durations and sizes are positive and far below the range of the counter.
        self.sum_millionths.fetch_add((value * 1e6) as u64, Ordering::Relaxed);
    }

    fn render(&self, text: &mut String, name: &str, help: &str) {
        head(text, name, "histogram", help);
        let mut count = 0;
        for (bound, cell) in self.bounds.iter().zip(&self.counts) {
            count += cell.load(Ordering::Relaxed);
            line(text, &format!("{name}_bucket{{le=\"{bound:?}\"}}"), count);
        }
        count += self.beyond.load(Ordering::Relaxed);
        line(text, &format!("{name}_bucket{{le=\"+Inf\"}}"), count);
        line(text, &format!("{name}_count"), count);
        let sum = self.sum_millionths.load(Ordering::Relaxed);
        line(text, &format!("{name}_sum"), format_args!("{}.{:06}", sum / 1_000_000, sum % 1_000_000));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_stands_in_the_text() {
        let metrics = Metrics::default();
        let took = Duration::from_micros(700);
        metrics.request(Operation::AccessRequest, ApiVersion::V1_1, 200, took);
        metrics.row(RowKind::Refund);
        metrics.submitted();
        metrics.submitted();
        metrics.committed(1, took);
        metrics.connection_opened();
        let text = metrics.render();
        for line in [
            "chargeproof_requests_total{operation=\"access_request\",version=\"v1.1\",status=\"2xx\"} 1",
            "chargeproof_request_seconds_bucket{le=\"0.0005\"} 0",
            "chargeproof_request_seconds_bucket{le=\"0.001\"} 1",
            "chargeproof_request_seconds_bucket{le=\"+Inf\"} 1",
            "chargeproof_request_seconds_sum 0.000700",
            "chargeproof_usage_rows_total{kind=\"refund\"} 1",
            "chargeproof_commit_operations_bucket{le=\"1.0\"} 1",
            "chargeproof_durable_lag 1",
            "chargeproof_connections 1",
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn every_sample_belongs_to_a_family_that_was_announced() {
        let text = Metrics::default().render();
        let mut families = Vec::new();
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                families.push(family.split(' ').next().unwrap());
            } else if !line.starts_with('#') {
                let name = line.split([' ', '{']).next().unwrap();
                assert!(name.starts_with(families.last().unwrap()), "{line}");
            }
        }
        assert_eq!(families.len(), 8);
    }
}
