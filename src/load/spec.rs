//! The parts of a scenario, as they stand in its file.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::shape::Shape;

/// A stage, as it stands in a file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageSpec {
    /// Name, for limits and reports.
    pub name: String,
    /// Planned seconds; a recording knows its own.
    pub duration_s: Option<f64>,
    /// When requests are due.
    pub arrival: Shape,
}

/// The short form of a scenario.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuickSpec {
    /// Its share of the rate.
    pub rate_share: f64,
    /// Its duration.
    pub duration_s: f64,
    /// Sessions in use at once, in place of those of the full form.
    pub sessions: Option<usize>,
}

impl Default for QuickSpec {
    fn default() -> Self {
        Self { rate_share: 0.25, duration_s: 3.0, sessions: None }
    }
}

/// The search for the highest rate that a target holds.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSpec {
    /// The rate to begin with.
    pub from: f64,
    /// The rate beyond which the search does not go.
    pub to: f64,
    /// How closely the highest rate is to be known, as a share of it.
    #[serde(default = "precisely")]
    pub precision: f64,
}

fn precisely() -> f64 {
    0.05
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
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationSpec {
    /// Sites, each a tenant of its own with the same rate table; the instances are shared out among them.
    #[serde(default = "one_site")]
    pub sites: usize,
    /// Instances of all sites.
    pub instances: usize,
    /// Line items of each instance.
    pub line_items: usize,
    /// Users in whose name is asked for items, each as often as the others.
    #[serde(default = "one")]
    pub requesters: u32,
    /// Instances that have small line items only, so that requests come to be refused.
    #[serde(default)]
    pub limited_instances: usize,
    /// What a limited instance can pay, as a share of what will be asked of it.
    #[serde(default)]
    pub limited_share: f64,
    /// What the small line items of the other instances can pay together; a large one pays the rest, so that
    /// charges come to be split.
    #[serde(default)]
    pub split_share: f64,
    /// Share of the requested items that are in no rate table.
    #[serde(default)]
    pub unknown_items: f64,
    /// Share of the requests that ask for two items.
    #[serde(default)]
    pub pairs: f64,
    /// Items of the rate table.
    pub items: Vec<ItemSpec>,
}

fn one() -> u32 {
    1
}

fn one_site() -> usize {
    1
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
            && !self.name.is_empty()
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
    /// Whether there are always so many, also in a run too short to take each through its whole life.
    pub all: bool,
    /// Heartbeats in a row.
    pub heartbeats: usize,
    /// Think time: how long a session rests at least after each step, in seconds.
    pub think_s: f64,
    /// Share of the sessions that are never closed by their client.
    pub abandoned: f64,
    /// Share of the sessions whose client crashes on the way and is not heard of again.
    pub crashes: f64,
    /// Share of the heartbeats that are not sent.
    pub missed: f64,
}

impl Default for SessionSpec {
    fn default() -> Self {
        Self {
            count: 100,
            all: false,
            heartbeats: 3,
            think_s: 0.0,
            abandoned: 0.0,
            crashes: 0.0,
            missed: 0.0,
        }
    }
}

/// What the generator itself must keep to.
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
