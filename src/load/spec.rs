//! The parts of a scenario, as they stand in its file.

use rust_decimal::Decimal;
use serde::Deserialize;

/// How the arrival rate goes over time, in requests a second.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// Evenly spaced.
    Constant {
        /// Rate.
        rate: f64,
    },
    /// Independent of one another, as requests of many users are: with bursts and gaps.
    Poisson {
        /// Mean rate.
        rate: f64,
    },
    /// Evenly spaced at a rate that goes straight from one value to another.
    Ramp {
        /// Rate at the start.
        from: f64,
        /// Rate at the end.
        to: f64,
    },
}

impl Shape {
    /// The highest rate.
    pub fn peak(self) -> f64 {
        match self {
            Self::Constant { rate } | Self::Poisson { rate } => rate,
            Self::Ramp { from, to } => from.max(to),
        }
    }

    /// The same shape at a multiple of the rate.
    pub fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Constant { rate } => Self::Constant { rate: rate * factor },
            Self::Poisson { rate } => Self::Poisson { rate: rate * factor },
            Self::Ramp { from, to } => Self::Ramp { from: from * factor, to: to * factor },
        }
    }

    /// Whether there are arrivals at all.
    pub fn is_sound(self) -> bool {
        let rates = match self {
            Self::Constant { rate } | Self::Poisson { rate } => [rate, rate],
            Self::Ramp { from, to } => [from, to],
        };
        rates.iter().all(|rate| rate.is_finite() && *rate >= 0.0) && self.peak() > 0.0
    }
}

/// Weights of the kinds of work; only their proportion counts.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mix {
    /// One-off access requests.
    pub access_request: f64,
    /// The next step of some session.
    pub session_step: f64,
    /// Reads of an administrator, who asks for the line items of an instance.
    pub admin_read: f64,
    /// Rate tables that take effect while the load goes on.
    pub rate_change: f64,
}

impl Mix {
    /// All weights.
    pub fn weights(self) -> [f64; 4] {
        [self.access_request, self.session_step, self.admin_read, self.rate_change]
    }
}

/// What is made before the clock starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationSpec {
    /// Instances.
    pub instances: usize,
    /// Line items of each instance.
    pub line_items: usize,
    /// Instances that have small line items only, so that requests come to be refused.
    pub limited_instances: usize,
    /// What a limited instance can pay, as a share of what will be asked of it.
    pub limited_share: f64,
    /// What the small line items of the other instances can pay together; a large one pays the rest, so that
    /// charges come to be split.
    pub split_share: f64,
    /// Share of the requested items that are in no rate table.
    pub unknown_items: f64,
    /// Share of the requests that ask for two items.
    pub pairs: f64,
    /// Items of the rate table.
    pub items: Vec<ItemSpec>,
}

/// One item of the rate table, with the counts in which it is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemSpec {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Tokens for a count of one; written as text, so that it is exact.
    pub rate: Decimal,
    /// Counts, each as likely as the others; written as text too.
    pub counts: Vec<Decimal>,
}

impl ItemSpec {
    /// Whether it has a price and can be asked for.
    pub fn is_sound(&self) -> bool {
        self.rate > Decimal::ZERO
            && !self.counts.is_empty()
            && self.counts.iter().all(|count| *count > Decimal::ZERO)
    }
}

/// How sessions go.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSpec {
    /// Most sessions in use at once.
    pub count: usize,
    /// Heartbeats in a row.
    pub heartbeats: usize,
}

impl Default for SessionSpec {
    fn default() -> Self {
        Self { count: 100, heartbeats: 3 }
    }
}

/// What a run must keep to.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// How late the generator may send 99 % of the requests, in milliseconds.
    pub lateness_p99_ms: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { lateness_p99_ms: 50.0 }
    }
}
