//! The order in which scenarios run, and how many at once.
//!
//! A scenario has a site or at least names of its own, so neither may matter. The seed is there to prove it, and to
//! repeat a run in which it mattered all the same.

use cucumber::gherkin::{Feature, Rule};
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};

/// How the scenarios of a run follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The seed of the order and of names; without it scenarios run in the order of files and lines.
    pub seed: Option<u64>,
    /// How many scenarios run at once.
    pub concurrency: u16,
}

impl Order {
    /// How many scenarios run at once unless the user wants otherwise.
    pub const CONCURRENCY: u16 = 64;

    /// Puts the scenarios in the order of the seed: those of different features mix.
    pub(super) fn arrange(self, features: Vec<Feature>) -> Vec<Feature> {
        let Some(seed) = self.seed else { return features };
        let mut single: Vec<Feature> = features.into_iter().flat_map(apart).collect();
        single.shuffle(&mut StdRng::seed_from_u64(seed));
        single
    }

    /// What the seed puts in front of a scenario's generated name, so that names sort in an order of the seed.
    pub(super) fn mark(self, scenario: &str) -> Option<String> {
        let seed = self.seed?;
        let folded = scenario.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        Some(format!("{:04x}", StdRng::seed_from_u64(folded).random::<u16>()))
    }

    /// The options that repeat this order.
    pub(super) fn options(self) -> String {
        let seed = self.seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
        if self.concurrency == Self::CONCURRENCY {
            return seed;
        }
        format!("{seed} --concurrency {}", self.concurrency)
    }
}

impl Default for Order {
    fn default() -> Self {
        Self { seed: None, concurrency: Self::CONCURRENCY }
    }
}

/// A feature of its own for each scenario, because scenarios of one feature follow each other closely.
fn apart(mut feature: Feature) -> Vec<Feature> {
    let scenarios = std::mem::take(&mut feature.scenarios);
    let rules = std::mem::take(&mut feature.rules);
    let mut single = Vec::new();
    for scenario in scenarios {
        single.push(Feature { scenarios: vec![scenario], ..feature.clone() });
    }
    for mut rule in rules {
        for scenario in std::mem::take(&mut rule.scenarios) {
            let rule = Rule { scenarios: vec![scenario], ..rule.clone() };
            single.push(Feature { rules: vec![rule], ..feature.clone() });
        }
    }
    single
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::GherkinEnv;

    use super::*;

    fn features() -> Vec<Feature> {
        let text = "Feature: F\n  Background:\n    Given a session\n  Scenario: 1\n    Given a\n  Scenario: 2\n    \
                    Given a\n  Rule: R\n    Scenario: 3\n      Given a\n    Scenario: 4\n      Given a\n";
        vec![Feature::parse(text, GherkinEnv::default()).unwrap()]
    }

    fn names(features: &[Feature]) -> Vec<String> {
        let of = |feature: &Feature| {
            let direct = feature.scenarios.iter();
            let all = direct.chain(feature.rules.iter().flat_map(|rule| &rule.scenarios));
            all.map(|scenario| scenario.name.clone()).collect::<Vec<_>>()
        };
        features.iter().flat_map(of).collect()
    }

    #[test]
    fn a_seed_repeats_its_order_and_loses_nothing() {
        let seeded = |seed| Order { seed: Some(seed), ..Order::default() }.arrange(features());
        assert_eq!(names(&seeded(7)), names(&seeded(7)));
        assert!((1..20).any(|seed| names(&seeded(seed)) != ["1", "2", "3", "4"]));
        let mut all = names(&seeded(7));
        all.sort();
        assert_eq!(all, ["1", "2", "3", "4"]);
        assert!(seeded(7).iter().all(|feature| feature.background.is_some()));
    }

    #[test]
    fn without_a_seed_everything_stays_as_it_is() {
        assert_eq!(Order::default().arrange(features()), features());
        assert_eq!(Order::default().mark("a.feature:1"), None);
        assert_eq!(Order::default().options(), "");
    }

    #[test]
    fn the_options_repeat_the_order() {
        assert_eq!(Order { seed: Some(7), concurrency: 8 }.options(), " --seed 7 --concurrency 8");
        assert_eq!(Order { seed: Some(7), ..Order::default() }.options(), " --seed 7");
    }

    #[test]
    fn the_mark_is_of_the_seed_and_of_the_scenario() {
        let mark = |seed, scenario| Order { seed: Some(seed), ..Order::default() }.mark(scenario).unwrap();
        assert_eq!(mark(7, "a.feature:1"), mark(7, "a.feature:1"));
        assert_ne!(mark(7, "a.feature:1"), mark(8, "a.feature:1"));
        assert_ne!(mark(7, "a.feature:1"), mark(7, "a.feature:2"));
    }
}
