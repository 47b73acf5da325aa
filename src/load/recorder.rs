//! Latencies, in HDR histograms.
//!
//! Three latencies are kept per kind of operation. *Response* counts from the instant at which the request
//! was due, so a target that stalls cannot hide the requests that had to wait: what a user waits is what is
//! reported. *Service* counts from sending. *Lateness* is the difference, the part that the generator adds. A
//! request whose client hung up has no response time; only its lateness counts.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hdrhistogram::Histogram;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag};

use super::LoadError;
use super::ledger::Kind;
use crate::report::events::{Latencies, OperationFigures, Percentiles};

/// The largest latency that is told apart, in microseconds: an hour.
const LONGEST_US: u64 = 3_600_000_000;

/// Points of a curve, in percent.
const CURVE: [f64; 12] = [0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.99, 100.0];

/// The three instants of a request.
#[derive(Clone, Copy, Debug)]
pub struct Moments {
    /// When it was due.
    pub intended: Instant,
    /// When it was sent.
    pub sent: Instant,
    /// When the end of the answer's body was there, or when it was lost.
    pub done: Instant,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Done, or granted at least in part.
    Granted,
    /// Refused by the rules.
    Refused,
    /// Without an answer.
    Lost,
    /// With an answer that makes no sense.
    Wrong,
}

/// Latencies and counts of one kind of operation, or of all.
#[derive(Clone, Debug)]
struct Track {
    response: Histogram<u64>,
    service: Histogram<u64>,
    lateness: Histogram<u64>,
    requests: u64,
    refused: u64,
    lost: u64,
    wrong: u64,
}

impl Track {
    fn new() -> Self {
        let histogram = || {
            Histogram::new_with_bounds(1, LONGEST_US, 3)
                .expect("the bounds are constants that the type accepts")
        };
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

    fn record(&mut self, moments: &Moments, end: End) {
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

    fn absorb(&mut self, other: &Self) {
        for (own, others) in [
            (&mut self.response, &other.response),
            (&mut self.service, &other.service),
            (&mut self.lateness, &other.lateness),
        ] {
            own.add(others).expect("all histograms have the same bounds");
        }
        self.requests += other.requests;
    }

    fn latencies(&self) -> Latencies {
        Latencies {
            response: percentiles(&self.response),
            service: percentiles(&self.service),
            lateness: percentiles(&self.lateness),
        }
    }

    fn curve(&self) -> Vec<(f64, u64)> {
        if self.response.is_empty() {
            return Vec::new();
        }
        CURVE.iter().map(|percent| (*percent, self.response.value_at_percentile(*percent))).collect()
    }
}

fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn percentiles(histogram: &Histogram<u64>) -> Percentiles {
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

/// The latencies of a run. Each kind of operation has a lock of its own, held for as long as it takes to
/// count.
#[derive(Debug)]
pub struct Recorder {
    tracks: Vec<Mutex<Track>>,
}

/// Picks one of the three latencies.
type Select = fn(&Track) -> &Histogram<u64>;

impl Recorder {
    /// A recorder that has heard nothing.
    pub fn new() -> Self {
        Self { tracks: Kind::ALL.iter().map(|_| Mutex::new(Track::new())).collect() }
    }

    /// Records one request.
    pub fn record(&self, kind: Kind, moments: &Moments, end: End) {
        self.track(kind).record(moments, end);
    }

    fn track(&self, kind: Kind) -> MutexGuard<'_, Track> {
        self.tracks[kind as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn total(&self) -> Track {
        let mut total = Track::new();
        for kind in Kind::ALL {
            total.absorb(&self.track(kind));
        }
        total
    }

    /// Latencies over all operations, and the points of the response-time curve.
    pub fn overall(&self) -> (Latencies, Vec<(f64, u64)>) {
        let total = self.total();
        (total.latencies(), total.curve())
    }

    /// Figures of every kind of operation that was sent.
    pub fn operations(&self) -> Vec<OperationFigures> {
        let figures = |kind: Kind| {
            let track = self.track(kind);
            (track.requests > 0).then(|| OperationFigures {
                name: kind.name().to_owned(),
                requests: track.requests,
                refused: track.refused,
                indeterminate: track.lost,
                wrong: track.wrong,
                latency_us: track.latencies(),
                curve: track.curve(),
            })
        };
        Kind::ALL.into_iter().filter_map(figures).collect()
    }

    /// Writes one interval log a latency into `folder`: first all operations, then each kind under its name.
    pub fn write_logs(
        &self,
        folder: &Path,
        scenario: &str,
        started: SystemTime,
        lasted: Duration,
    ) -> Result<(), LoadError> {
        let failed = |path: &Path, source: std::io::Error| LoadError::Write {
            path: path.display().to_string(),
            source,
        };
        std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
        let total = self.total();
        let selections: [(&str, Select); 3] = [
            ("response", |track| &track.response),
            ("service", |track| &track.service),
            ("lateness", |track| &track.lateness),
        ];
        for (latency, select) in selections {
            let path = folder.join(format!("{scenario}-{latency}.hlog"));
            let mut intervals = vec![(None, select(&total).clone())];
            for kind in Kind::ALL {
                let histogram = select(&self.track(kind)).clone();
                if !histogram.is_empty() {
                    intervals.push((Tag::new(kind.name()), histogram));
                }
            }
            write_log(&path, scenario, &intervals, started, lasted)
                .map_err(|source| failed(&path, source))?;
        }
        Ok(())
    }
}

fn write_log(
    path: &Path,
    scenario: &str,
    intervals: &[(Option<Tag<'_>>, Histogram<u64>)],
    started: SystemTime,
    lasted: Duration,
) -> std::io::Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment(&format!("chargeproof load {scenario}, values in microseconds"));
    builder.with_start_time(started).with_base_time(started);
    let mut log = builder.begin_log_with(&mut file, &mut serializer)?;
    for (tag, histogram) in intervals {
        log.write_histogram(histogram, Duration::ZERO, lasted, *tag).map_err(|error| match error {
            IntervalLogWriterError::IoError(error) => error,
            IntervalLogWriterError::SerializeError(error) => std::io::Error::other(error),
        })?;
    }
    drop(log);
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(recorder: &Recorder, kind: Kind, late_ms: u64, service_ms: u64, end: End) {
        let intended = Instant::now();
        let sent = intended + Duration::from_millis(late_ms);
        let moments = Moments { intended, sent, done: sent + Duration::from_millis(service_ms) };
        recorder.record(kind, &moments, end);
    }

    #[test]
    fn response_counts_from_the_intended_instant() {
        let recorder = Recorder::new();
        record(&recorder, Kind::AccessRequest, 40, 2, End::Granted);
        let (latencies, curve) = recorder.overall();
        assert!(latencies.response.max.abs_diff(42_000) < 50);
        assert!(latencies.service.max.abs_diff(2_000) < 5);
        assert!(latencies.lateness.max.abs_diff(40_000) < 50);
        assert_eq!(curve.len(), CURVE.len());
    }

    #[test]
    fn a_lost_request_has_no_response_time() {
        let recorder = Recorder::new();
        record(&recorder, Kind::AccessRequest, 1, 9, End::Lost);
        let (latencies, curve) = recorder.overall();
        assert_eq!(latencies.response, Percentiles::default());
        assert!(latencies.lateness.max > 0 && curve.is_empty());
        let operations = recorder.operations();
        assert_eq!((operations.len(), operations[0].requests, operations[0].indeterminate), (1, 1, 1));
    }

    #[test]
    fn kinds_are_counted_apart_and_logs_are_written() {
        let recorder = Recorder::new();
        record(&recorder, Kind::SessionOpen, 0, 1, End::Granted);
        record(&recorder, Kind::SessionAccess, 0, 5, End::Refused);
        assert_eq!(recorder.operations().len(), 2);
        let folder = tempfile::tempdir().unwrap();
        recorder.write_logs(folder.path(), "s", SystemTime::now(), Duration::from_secs(1)).unwrap();
        let log = std::fs::read_to_string(folder.path().join("s-response.hlog")).unwrap();
        assert!(log.contains("Tag=session-open,") && log.contains("microseconds"), "{log}");
    }
}
