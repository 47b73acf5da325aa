//! Latencies, in HDR histograms.
//!
//! Three latencies are kept per kind of operation. *Response* counts from the instant at which the request
//! was due, so a target that stalls cannot hide the requests that had to wait: what a user waits is what is
//! reported. *Service* counts from sending. *Lateness* is the difference, the part that the generator adds. A
//! request whose client hung up has no response time; only its lateness counts.
//!
//! A request is counted once, in the interval that is open when it ends. When an interval is closed, its counts
//! go into the totals and to whoever writes them down, so that what is kept does not grow with the duration.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::ledger::Kind;
use super::track::Track;
use crate::report::events::{Latencies, OperationFigures};

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

/// The latencies of a run. Each kind of operation has a lock of its own, held for as long as it takes to
/// count.
#[derive(Debug)]
pub struct Recorder {
    open: Vec<Mutex<Track>>,
    closed: Mutex<Vec<Track>>,
}

/// A track for each kind of operation.
pub fn tracks() -> Vec<Track> {
    Kind::ALL.iter().map(|_| Track::new()).collect()
}

/// The names of the kinds, in the order of their tracks.
pub fn names() -> Vec<&'static str> {
    Kind::ALL.iter().map(|kind| kind.name()).collect()
}

impl Recorder {
    /// A recorder that has heard nothing.
    pub fn new() -> Self {
        Self { open: tracks().into_iter().map(Mutex::new).collect(), closed: Mutex::new(tracks()) }
    }

    /// Records one request.
    pub fn record(&self, kind: Kind, moments: &Moments, end: End) {
        locked(&self.open[kind as usize]).record(moments, end);
    }

    /// Closes the interval: puts what was counted in it into `interval`, whose own content is lost, and adds it
    /// to the totals. The workers wait for as long as it takes to swap two pointers.
    pub fn close_interval(&self, interval: &mut [Track]) {
        let mut closed = locked(&self.closed);
        for ((open, interval), closed) in self.open.iter().zip(interval).zip(closed.iter_mut()) {
            interval.clear();
            std::mem::swap(&mut *locked(open), interval);
            closed.absorb(interval);
        }
    }

    /// What was recorded so far, kind by kind.
    fn so_far(&self) -> Vec<Track> {
        let mut tracks = locked(&self.closed).clone();
        for (track, open) in tracks.iter_mut().zip(&self.open) {
            track.absorb(&locked(open));
        }
        tracks
    }

    /// Latencies over all operations, and the points of the response-time curve.
    pub fn overall(&self) -> (Latencies, Vec<(f64, u64)>) {
        let total = Track::sum(&self.so_far());
        (total.latencies(), total.curve())
    }

    /// Figures of every kind of operation that was sent.
    pub fn operations(&self) -> Vec<OperationFigures> {
        let named = names().into_iter().zip(self.so_far());
        named.filter(|(_, track)| track.requests > 0).map(|(name, track)| track.figures(name)).collect()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::report::events::Percentiles;

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
        assert!(curve.is_sorted_by(|one, next| one.0 < next.0));
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
    fn an_interval_holds_what_ended_in_it_and_the_totals_hold_everything() {
        let recorder = Recorder::new();
        let mut interval = tracks();
        record(&recorder, Kind::SessionOpen, 0, 1, End::Granted);
        recorder.close_interval(&mut interval);
        assert_eq!(Track::sum(&interval).requests, 1);
        record(&recorder, Kind::SessionOpen, 0, 2, End::Granted);
        record(&recorder, Kind::SessionAccess, 0, 5, End::Refused);
        recorder.close_interval(&mut interval);
        let second = Track::sum(&interval);
        assert_eq!((second.requests, second.refused), (2, 1));
        record(&recorder, Kind::SessionAccess, 0, 9, End::Wrong);
        let operations = recorder.operations();
        assert_eq!((operations[0].requests, operations[1].requests, operations[1].wrong), (2, 2, 1));
        assert!(recorder.overall().0.response.max.abs_diff(9_000) < 20);
        recorder.close_interval(&mut interval);
        recorder.close_interval(&mut interval);
        assert_eq!(Track::sum(&interval).requests, 0);
    }
}
