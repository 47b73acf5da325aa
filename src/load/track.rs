//! Latencies and counts of one kind of operation, or of all, over some time.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::recorder::{End, Moments};
use crate::report::events::{Latencies, OperationFigures, Percentiles};

/// The largest latency that is told apart, in microseconds: an hour.
const LONGEST_US: u64 = 3_600_000_000;

/// Points of a curve, in percent: even steps to the median, then ever closer to the largest.
const CURVE: [f64; 23] = [
    0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 75.0, 80.0, 85.0, 90.0, 92.5, 95.0, 97.5, 98.75, 99.0,
    99.5, 99.75, 99.9, 99.95, 99.99, 100.0,
];

/// The three latencies, by their names in files.
pub const LATENCIES: [(&str, Select); 3] = [
    ("response", |track| &track.response),
    ("service", |track| &track.service),
    ("lateness", |track| &track.lateness),
];

/// Picks one of the three latencies.
pub type Select = fn(&Track) -> &Histogram<u64>;

/// Latencies and counts.
#[derive(Clone, Debug)]
pub struct Track {
    /// From the intended instant to the end of the body.
    pub response: Histogram<u64>,
    /// From sending to the end of the body.
    pub service: Histogram<u64>,
    /// From the intended instant to sending.
    pub lateness: Histogram<u64>,
    /// How many ended.
    pub requests: u64,
    /// How many of them were refused by the rules.
    pub refused: u64,
    /// How many ended without an answer.
    pub lost: u64,
    /// How many had an answer that makes no sense.
    pub wrong: u64,
}

/// A histogram with the bounds of all histograms of a run.
pub fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST_US, 3).expect("the bounds are constants that the type accepts")
}

impl Track {
    /// Nothing.
    pub fn new() -> Self {
        Self {
            response: histogram(),
            service: histogram(),
            lateness: histogram(),
            requests: 0,
            refused: 0,
            lost: 0,
            wrong: 0,
        }
    }

    /// Counts one request.
    pub fn record(&mut self, moments: &Moments, end: End) {
        self.requests += 1;
        self.lateness.saturating_record(us(moments.sent.saturating_duration_since(moments.intended)));
        match end {
            End::Lost => {
                self.lost += 1;
                return;
            }
            End::Refused => self.refused += 1,
            End::Wrong => self.wrong += 1,
            End::Granted => {}
        }
        self.response.saturating_record(us(moments.done.saturating_duration_since(moments.intended)));
        self.service.saturating_record(us(moments.done.saturating_duration_since(moments.sent)));
    }

    /// Forgets everything and keeps the memory.
    pub fn clear(&mut self) {
        if self.requests == 0 {
            return;
        }
        for histogram in [&mut self.response, &mut self.service, &mut self.lateness] {
            histogram.reset();
        }
        (self.requests, self.refused, self.lost, self.wrong) = (0, 0, 0, 0);
    }

    /// Adds what another track holds, bucket by bucket: nothing is lost.
    pub fn absorb(&mut self, other: &Self) {
        if other.requests == 0 {
            return;
        }
        for (own, others) in [
            (&mut self.response, &other.response),
            (&mut self.service, &other.service),
            (&mut self.lateness, &other.lateness),
        ] {
            own.add(others).expect("all histograms have the same bounds");
        }
        self.requests += other.requests;
        self.refused += other.refused;
        self.lost += other.lost;
        self.wrong += other.wrong;
    }

    /// Everything in these tracks.
    pub fn sum(tracks: &[Self]) -> Self {
        let mut total = Self::new();
        tracks.iter().for_each(|track| total.absorb(track));
        total
    }

    /// The percentiles.
    pub fn latencies(&self) -> Latencies {
        Latencies {
            response: percentiles(&self.response),
            service: percentiles(&self.service),
            lateness: percentiles(&self.lateness),
        }
    }

    /// The points of the response-time curve.
    pub fn curve(&self) -> Vec<(f64, u64)> {
        if self.response.is_empty() {
            return Vec::new();
        }
        CURVE.iter().map(|percent| (*percent, self.response.value_at_percentile(*percent))).collect()
    }

    /// The figures of the operation with this name.
    pub fn figures(&self, name: &str) -> OperationFigures {
        OperationFigures {
            name: name.to_owned(),
            requests: self.requests,
            refused: self.refused,
            indeterminate: self.lost,
            wrong: self.wrong,
            latency_us: self.latencies(),
            curve: self.curve(),
        }
    }
}

fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// The percentiles of a histogram; zeros when it is empty.
pub fn percentiles(histogram: &Histogram<u64>) -> Percentiles {
    if histogram.is_empty() {
        return Percentiles::default();
    }
    Percentiles {
        p50: histogram.value_at_percentile(50.0),
        p90: histogram.value_at_percentile(90.0),
        p99: histogram.value_at_percentile(99.0),
        p999: histogram.value_at_percentile(99.9),
        max: histogram.max(),
    }
}
