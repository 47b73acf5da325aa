//! What a run must keep to: a metric, for an operation and a stage if need be, and its bounds.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Deserialize;

use super::audit::InvariantId;
use super::course::Course;
use super::ledger::Kind;
use super::recorder::{End, Moments};
use crate::report::events::{Invariant, Threshold};

/// A metric and its bounds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// What is looked at.
    pub metric: Metric,
    /// Of these operations only.
    pub operation: Option<Operation>,
    /// In this stage only.
    pub stage: Option<String>,
    /// Upper bound; times are milliseconds, shares go from 0 to 1.
    pub at_most: Option<f64>,
    /// Lower bound.
    pub at_least: Option<f64>,
    /// Not judged before so many requests have counted, so that the first ones do not decide.
    #[serde(default)]
    pub after_requests: u64,
}

/// A kind of operation, by its name in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Operation(pub Kind);

impl TryFrom<String> for Operation {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name).map(Self).ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            format!("there is no operation `{name}`; there is {}", names.join(", "))
        })
    }
}

/// What a limit looks at.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Metric {
    /// A percentile of a latency, in milliseconds.
    Latency(Latency, Quantile),
    /// The share of requests that ended so.
    Share(Ending),
    /// Requests sent.
    Requests,
    /// How often an invariant was put to the test, or did not hold.
    Invariant(InvariantId, Count),
}

/// The three latencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Latency {
    /// From the instant at which the request was due.
    Response,
    /// From sending.
    Service,
    /// From the instant at which it was due until sending.
    Lateness,
}

/// A percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile(f64);

/// Ends of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Refused by the rules.
    Refused,
    /// Without an answer.
    Lost,
    /// With an answer that makes no sense.
    Wrong,
}

/// The counts of an invariant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// How often it was put to the test.
    Exercised,
    /// How often it did not hold.
    Violations,
}

const LATENCIES: [(&str, Latency); 3] =
    [("response", Latency::Response), ("service", Latency::Service), ("lateness", Latency::Lateness)];
const QUANTILES: [(&str, f64); 7] = [
    ("p50", 50.0),
    ("p90", 90.0),
    ("p95", 95.0),
    ("p99", 99.0),
    ("p99.9", 99.9),
    ("p99.99", 99.99),
    ("max", 100.0),
];
const ENDINGS: [(&str, Ending); 3] =
    [("refused", Ending::Refused), ("lost", Ending::Lost), ("wrong", Ending::Wrong)];

/// How the names of metrics are made, for an error.
const GRAMMAR: &str = "metrics are (response|service|lateness).(p50|p90|p95|p99|p99.9|p99.99|max) in \
    milliseconds, (refused|lost|wrong).share, requests, and NAME.(exercised|violations) of an invariant";

impl TryFrom<String> for Metric {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        fn find<T: Copy>(list: &[(&str, T)], name: &str) -> Option<T> {
            list.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
        }
        let (subject, detail) = name.split_once('.').unwrap_or((&name, ""));
        let latency = find(&LATENCIES, subject)
            .zip(find(&QUANTILES, detail))
            .map(|(latency, percent)| Self::Latency(latency, Quantile(percent)));
        let share = || find(&ENDINGS, subject).filter(|_| detail == "share").map(Self::Share);
        let requests = || (name == "requests").then_some(Self::Requests);
        let invariant = || {
            let counts = [("exercised", Count::Exercised), ("violations", Count::Violations)];
            let text = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(subject);
            let id = InvariantId::deserialize(text).ok()?;
            find(&counts, detail).map(|count| Self::Invariant(id, count))
        };
        let metric = latency.or_else(share).or_else(requests).or_else(invariant);
        metric.ok_or_else(|| format!("there is no metric `{name}`; {GRAMMAR}"))
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn name<T: PartialEq>(list: &[(&'static str, T)], value: &T) -> &'static str {
            list.iter().find(|(_, known)| known == value).map_or("?", |(name, _)| name)
        }
        match self {
            Self::Latency(latency, quantile) => {
                write!(formatter, "{}.{}", name(&LATENCIES, latency), name(&QUANTILES, &quantile.0))
            }
            Self::Share(ending) => write!(formatter, "{}.share", name(&ENDINGS, ending)),
            Self::Requests => formatter.write_str("requests"),
            Self::Invariant(id, Count::Exercised) => write!(formatter, "{}.exercised", id.name()),
            Self::Invariant(id, Count::Violations) => write!(formatter, "{}.violations", id.name()),
        }
    }
}

/// A limit with what it has seen.
#[derive(Debug)]
pub struct Gauge {
    limit: Limit,
    /// Index of its stage; nothing for all.
    stage: Option<u16>,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    requests: u64,
    ended: u64,
    /// Only for latencies.
    latencies: Option<Histogram<u64>>,
}

impl Gauge {
    /// A gauge for this limit in this course.
    pub fn new(limit: &Limit, course: &Course) -> Self {
        let of_name = |name: &String| course.stages.iter().position(|stage| stage.name == *name);
        let stage = limit.stage.as_ref().and_then(of_name).and_then(|index| u16::try_from(index).ok());
        let latencies = matches!(limit.metric, Metric::Latency(..)).then(|| {
            Histogram::new_with_bounds(1, 3_600_000_000, 3)
                .expect("the bounds are constants that the type accepts")
        });
        Self { limit: limit.clone(), stage, seen: Mutex::new(Seen { latencies, ..Seen::default() }) }
    }

    /// Looks at one request.
    pub fn record(&self, kind: Kind, stage: u16, moments: &Moments, end: End) {
        let wanted = self.limit.operation.is_none_or(|operation| operation.0 == kind)
            && self.stage.is_none_or(|own| own == stage);
        if !wanted {
            return;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.requests += 1;
        match self.limit.metric {
            Metric::Latency(latency, _) => {
                let from_to = match latency {
                    Latency::Lateness => (moments.intended, moments.sent),
                    _ if end == End::Lost => return,
                    Latency::Response => (moments.intended, moments.done),
                    Latency::Service => (moments.sent, moments.done),
                };
                if let Some(latencies) = &mut seen.latencies {
                    latencies.saturating_record(us(from_to.1.saturating_duration_since(from_to.0)));
                }
            }
            Metric::Share(ending) => {
                let such = match ending {
                    Ending::Refused => End::Refused,
                    Ending::Lost => End::Lost,
                    Ending::Wrong => End::Wrong,
                };
                seen.ended += u64::from(end == such);
            }
            Metric::Requests | Metric::Invariant(..) => {}
        }
    }

    /// What is missed, in a sentence; nothing when the limit is kept. Invariants are known after the run only.
    pub fn missed(&self, invariants: &[Invariant]) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.requests < self.limit.after_requests {
            return None;
        }
        match self.value(&seen, invariants) {
            Some(value) => self.complaint(value),
            None => Some(format!("{}: nothing was there to be measured", self.name())),
        }
    }

    /// What is passed already while the run goes on, in a sentence.
    pub fn passed(&self) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.requests < self.limit.after_requests {
            return None;
        }
        self.complaint(self.value(&seen, &[])?)
    }

    fn value(&self, seen: &Seen, invariants: &[Invariant]) -> Option<f64> {
        match &self.limit.metric {
            Metric::Latency(_, quantile) => seen
                .latencies
                .as_ref()
                .filter(|latencies| !latencies.is_empty())
                .map(|latencies| latencies.value_at_percentile(quantile.0) as f64 / 1000.0),
            Metric::Share(_) => (seen.requests > 0).then(|| seen.ended as f64 / seen.requests as f64),
            Metric::Requests => Some(seen.requests as f64),
            Metric::Invariant(id, count) => invariants.iter().find(|one| one.id == id.name()).map(|one| {
                let count = if *count == Count::Exercised { one.exercised } else { one.violations };
                count as f64
            }),
        }
    }

    /// The limit as a report shows it, held or missed.
    pub fn threshold(&self, invariants: &[Invariant]) -> Threshold {
        let held = self.missed(invariants).is_none();
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let measured = self.value(&seen, invariants);
        let Limit { at_most, at_least, .. } = self.limit;
        let most = at_most.map(|most| format!("at most {most}{}", self.unit()));
        let least = at_least.map(|least| format!("at least {least}{}", self.unit()));
        Threshold {
            name: self.name(),
            limit: most.into_iter().chain(least).collect::<Vec<_>>().join(", "),
            measured: measured
                .map_or_else(|| "nothing".to_owned(), |value| format!("{}{}", short(value), self.unit())),
            held,
        }
    }

    fn complaint(&self, value: f64) -> Option<String> {
        let Limit { at_most, at_least, .. } = self.limit;
        let bound = match (at_most, at_least) {
            (Some(most), _) if value > most => format!("at most {most}"),
            (_, Some(least)) if value < least => format!("at least {least}"),
            _ => return None,
        };
        let unit = self.unit();
        Some(format!("{} is {}{unit}, required is {bound}{unit}", self.name(), short(value)))
    }

    fn unit(&self) -> &'static str {
        if matches!(self.limit.metric, Metric::Latency(..)) { " ms" } else { "" }
    }

    fn name(&self) -> String {
        let mut name = self.limit.metric.to_string();
        if let Some(operation) = self.limit.operation {
            name.push_str(&format!(" of {}", operation.0.name()));
        }
        if let Some(stage) = &self.limit.stage {
            name.push_str(&format!(" in stage {stage}"));
        }
        name
    }
}

/// At most three digits after the point, and none that say nothing.
fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn us(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::course::fixture::course;
    use super::super::shape::Shape;
    use super::*;

    fn gauge(text: &str) -> Gauge {
        let limit: Limit = toml::from_str(text).unwrap();
        Gauge::new(&limit, &course(Shape::Constant { rate: 1.0 }, 1))
    }

    fn record(gauge: &Gauge, kind: Kind, stage: u16, ms: u64, end: End) {
        let intended = Instant::now();
        let moments = Moments { intended, sent: intended, done: intended + Duration::from_millis(ms) };
        gauge.record(kind, stage, &moments, end);
    }

    #[test]
    fn every_metric_reads_back_by_its_name() {
        for name in ["response.p99.9", "lateness.max", "lost.share", "requests", "conservation.exercised"] {
            assert_eq!(Metric::try_from(name.to_owned()).unwrap().to_string(), name);
        }
        let error = Metric::try_from("response.p98".to_owned()).unwrap_err();
        assert!(error.contains("`response.p98`") && error.contains("p99.9"), "{error}");
    }

    #[test]
    fn a_latency_is_held_to_its_bound() {
        let gauge = gauge("metric = \"response.p50\"\nat_most = 5");
        assert!(gauge.missed(&[]).unwrap().contains("nothing was there"));
        assert_eq!(gauge.passed(), None, "a run that has just begun goes on");
        record(&gauge, Kind::AccessRequest, 0, 4, End::Granted);
        assert_eq!(gauge.missed(&[]), None);
        let patient = super::tests::gauge("metric = \"response.p50\"\nat_most = 5\nafter_requests = 10");
        for _ in 0..9 {
            record(&gauge, Kind::AccessRequest, 0, 8, End::Refused);
            record(&patient, Kind::AccessRequest, 0, 8, End::Refused);
        }
        assert_eq!(patient.missed(&[]), None, "too few to decide");
        let missed = gauge.missed(&[]).unwrap();
        assert!(missed.starts_with("response.p50 is 8") && missed.ends_with("at most 5 ms"), "{missed}");
        let threshold = gauge.threshold(&[]);
        assert_eq!((threshold.limit.as_str(), threshold.held), ("at most 5 ms", false));
    }

    #[test]
    fn only_the_operation_and_stage_count_that_are_named() {
        let gauge =
            gauge("metric = \"lost.share\"\noperation = \"session-open\"\nstage = \"main\"\nat_most = 0.1");
        record(&gauge, Kind::AccessRequest, 0, 1, End::Lost);
        record(&gauge, Kind::SessionOpen, 1, 1, End::Lost);
        record(&gauge, Kind::SessionOpen, 0, 1, End::Granted);
        assert_eq!(gauge.missed(&[]), None);
        record(&gauge, Kind::SessionOpen, 0, 1, End::Lost);
        let missed = gauge.missed(&[]).unwrap();
        assert!(missed.contains("lost.share of session-open in stage main is 0.5"), "{missed}");
    }

    #[test]
    fn invariants_can_be_required_to_be_exercised() {
        let gauge = gauge("metric = \"conservation.exercised\"\nat_least = 10");
        let seen = |exercised| Invariant {
            id: "conservation".to_owned(),
            exercised,
            violations: 0,
            requirements: Vec::new(),
            examples: Vec::new(),
        };
        assert_eq!(gauge.missed(&[seen(10)]), None);
        assert!(gauge.missed(&[seen(9)]).unwrap().contains("is 9"));
    }
}
