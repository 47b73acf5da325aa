//! License servers, their features and their hosts, as they stand in a scenario file.

use serde::Deserialize;

/// The most exchanges of one tenant at a time is 60 (CM-LIM-001); the audit needs some of them.
pub const MOST_WORKERS: usize = 48;

/// What hosts of license servers do, in place of a mix.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicenseSpec {
    /// License servers.
    pub instances: usize,
    /// Hosts that check licenses out, renew them and return them, spread over the servers.
    #[serde(default)]
    pub hosts: usize,
    /// Hosts beyond those that only consume metered features.
    #[serde(default)]
    pub consumers: usize,
    /// How many hosts ask for the same license at the same instant, in a scenario that is a race.
    #[serde(default)]
    pub contenders: usize,
    /// The features of each license server; in a race, the one that there is anew for each start.
    pub features: Vec<FeatureSpec>,
}

/// A feature of each license server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureSpec {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Entitled count.
    pub count: u32,
    /// Count beyond it.
    #[serde(default)]
    pub overdraft: u32,
    /// Whether it is consumed and not given back.
    #[serde(default)]
    pub metered: bool,
    /// Counts in which it is asked for, each as likely as the others.
    pub wanted: Vec<u32>,
}

impl FeatureSpec {
    fn is_sound(&self) -> bool {
        !self.name.is_empty()
            && !self.version.is_empty()
            && !self.wanted.is_empty()
            && self.wanted.iter().all(|wanted| *wanted > 0)
    }
}

impl LicenseSpec {
    /// Whether it is a race.
    pub fn is_race(&self) -> bool {
        self.contenders > 0
    }

    /// What must hold for each key, and whether it does.
    pub fn rules(&self, workers: Option<usize>) -> Vec<(bool, &'static str, &'static str)> {
        let metered = self.features.iter().filter(|feature| feature.metered).count();
        let concurrent = self.features.len() - metered;
        let mut names: Vec<&str> = self.features.iter().map(|feature| feature.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let race = self.is_race();
        let place_for_all = workers.is_some_and(|workers| self.contenders <= workers);
        vec![
            (
                workers.is_some_and(|workers| (1..=MOST_WORKERS).contains(&workers)),
                "workers",
                "must be given and at most 48 beside licenses, as a tenant has 60 connections",
            ),
            ((1..=100).contains(&self.instances), "licenses.instances", "must be between 1 and 100"),
            (self.hosts <= 100_000, "licenses.hosts", "must be at most 100000"),
            (self.consumers <= 100_000, "licenses.consumers", "must be at most 100000"),
            (!self.features.is_empty(), "licenses.features", "must not be empty"),
            (
                self.features.iter().all(FeatureSpec::is_sound) && names.len() == self.features.len(),
                "licenses.features",
                "must each have a name of its own, a version, and wanted counts above zero",
            ),
            (
                race || self.hosts + self.consumers > 0,
                "licenses.hosts",
                "must be above zero where there are neither consumers nor contenders",
            ),
            (
                self.hosts == 0 || concurrent > 0,
                "licenses.features",
                "must have one that is not metered, for the hosts",
            ),
            (
                self.consumers == 0 || metered > 0,
                "licenses.features",
                "must have one that is metered, for the consumers",
            ),
            (
                !race || (self.hosts == 0 && self.consumers == 0),
                "licenses.contenders",
                "cannot stand beside hosts and consumers",
            ),
            (!race || place_for_all, "licenses.contenders", "must not be more than there are workers"),
            (
                !race || (self.features.len() == 1 && metered == 0 && self.features[0].wanted.len() == 1),
                "licenses.features",
                "must be one that is not metered, with one wanted count, in a race",
            ),
        ]
    }
}
