//! What makes a scenario impossible to run: the key, what must hold for it, and the line where it stands.

use std::fmt;

use super::fleet::FleetSpec;
use super::limits::{Limit, Metric};
use super::scenario::LoadScenario;
use super::spec::ItemSpec;

/// Something in a scenario that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key, from the top of the file.
    key: &'static str,
    /// What must hold.
    must: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.key, self.must)
    }
}

impl Problem {
    /// File and line, for editors that jump there.
    pub fn place(&self, origin: &str, text: &str) -> String {
        match line_of(text, self.key) {
            Some(line) => format!("{origin}:{line}"),
            None => origin.to_owned(),
        }
    }
}

/// The line on which a key stands, or else its table, or else the table that it is missing from.
fn line_of(text: &str, key: &str) -> Option<usize> {
    let (table, name) = key.rsplit_once('.').unwrap_or(("", key));
    let below = format!("{key}.");
    let mut here = String::new();
    let (mut own, mut parent) = (None, None);
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.starts_with('[') {
            here = line.trim_matches(['[', ']']).to_owned();
            if here == key || here.starts_with(&below) {
                own = own.or(Some(number));
            } else if here == table {
                parent = parent.or(Some(number));
            }
        } else if here == table && line.split(['=', '.']).next().is_some_and(|left| left.trim() == name) {
            return Some(number);
        }
    }
    own.or(parent)
}

/// The first problem of a scenario, if it has any.
pub fn first_problem(scenario: &LoadScenario) -> Option<Problem> {
    let of_licenses = scenario.licenses.iter().flat_map(|licenses| licenses.rules(scenario.workers));
    let what_is_made: Vec<Rule> = match scenario.licenses {
        Some(_) => vec![(
            scenario.population.instances == 0 && scenario.fleet.is_none() && scenario.retries == 0,
            "licenses",
            "cannot stand beside population, fleet or retries",
        )],
        None => population_rules(scenario),
    };
    let simple = of_licenses.chain(what_is_made).chain(simple_rules(scenario)).find(|(holds, ..)| !holds);
    simple
        .map(|(_, key, must)| Problem { key, must: must.to_owned() })
        .or_else(|| match &scenario.fleet {
            Some(fleet) => fleet_problem(scenario, fleet),
            None => stage_problem(scenario),
        })
        .or_else(|| limit_problem(scenario))
}

type Rule = (bool, &'static str, &'static str);

fn simple_rules(scenario: &LoadScenario) -> Vec<Rule> {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let name_is_plain = scenario.name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    let weights = scenario.mix.weights();
    let mut rules = vec![
        (!scenario.name.is_empty() && name_is_plain, "name", "must consist of letters, digits and hyphens"),
        (
            scenario.workers.is_none_or(|workers| (1..=4000).contains(&workers)),
            "workers",
            "must be between 1 and 4000; leave it out to have it calculated from the rate",
        ),
        (share(scenario.abandon), "abandon", "must be a share between 0 and 1"),
        (scenario.retries <= 10, "retries", "must be at most 10"),
        (
            weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0),
            "mix",
            "must not have negative weights",
        ),
        (
            scenario.has_work_of_its_own() != (weights.iter().sum::<f64>() > 0.0),
            "mix",
            "must give a weight to some kind of work; beside fleet or licenses, it must not be there",
        ),
    ];
    rules.extend(later_rules(scenario));
    rules
}

/// What must hold of instances, line items and the rate table.
fn population_rules(scenario: &LoadScenario) -> Vec<Rule> {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let population = &scenario.population;
    vec![
        ((1..=10_000).contains(&population.instances), "population.instances", "must be between 1 and 10000"),
        (
            (1..=50).contains(&population.sites) && population.sites <= population.instances,
            "population.sites",
            "must be between 1 and 50, and not more than population.instances",
        ),
        (
            population.sites == 1 || scenario.mix.rate_change <= 0.0,
            "population.sites",
            "must be 1 beside mix.rate_change, as a rate table takes effect at one site",
        ),
        ((1..=100).contains(&population.line_items), "population.line_items", "must be between 1 and 100"),
        (population.requesters >= 1, "population.requesters", "must be at least 1"),
        (
            population.limited_instances <= population.instances,
            "population.limited_instances",
            "must not be more than population.instances",
        ),
        (share(population.limited_share), "population.limited_share", "must be a share between 0 and 1"),
        (share(population.split_share), "population.split_share", "must be a share between 0 and 1"),
        (share(population.unknown_items), "population.unknown_items", "must be a share between 0 and 1"),
        (share(population.pairs), "population.pairs", "must be a share between 0 and 1"),
        (!population.items.is_empty(), "population.items", "must not be empty"),
        (
            population.items.iter().all(ItemSpec::is_sound),
            "population.items",
            "must each have a name, a rate above zero, and counts above zero",
        ),
    ]
}

/// What must hold of sessions, the short form and the search.
fn later_rules(scenario: &LoadScenario) -> Vec<Rule> {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let (sessions, quick) = (&scenario.sessions, &scenario.quick);
    vec![
        ((1..=1_000_000).contains(&sessions.count), "sessions.count", "must be between 1 and 1000000"),
        (sessions.think_s.is_finite() && sessions.think_s >= 0.0, "sessions.think_s", "must not be negative"),
        (share(sessions.abandoned), "sessions.abandoned", "must be a share between 0 and 1"),
        (share(sessions.crashes), "sessions.crashes", "must be a share between 0 and 1"),
        (share(sessions.missed), "sessions.missed", "must be a share between 0 and 1"),
        (
            quick.rate_share > 0.0 && quick.rate_share <= 1.0,
            "quick.rate_share",
            "must be above 0 and at most 1",
        ),
        (
            quick.duration_s > 0.0 && quick.duration_s <= 60.0,
            "quick.duration_s",
            "must be above 0 and at most 60",
        ),
        (
            scenario.thresholds.lateness_p99_ms > 0.0,
            "thresholds.lateness_p99_ms",
            "must be above zero, in milliseconds",
        ),
        (
            scenario
                .search
                .is_none_or(|search| search.from > 0.0 && search.to > search.from && search.to.is_finite()),
            "search",
            "must go from a rate above zero to a higher one",
        ),
        (
            scenario.search.is_none_or(|search| (0.005..=0.5).contains(&search.precision)),
            "search.precision",
            "must be a share between 0.005 and 0.5",
        ),
    ]
}

/// What cannot be in a scenario of a fleet, which has a day's work of its own in place of arrivals.
fn fleet_problem(scenario: &LoadScenario, fleet: &FleetSpec) -> Option<Problem> {
    let share = |value: f64| (0.0..=1.0).contains(&value);
    let (clients, days) = (1..=100_000, 1..=30);
    let elsewhere = scenario.arrival.is_none()
        && scenario.stages.is_empty()
        && scenario.duration_s.is_none()
        && scenario.search.is_none()
        && scenario.require.is_empty()
        && scenario.abort.is_empty()
        && scenario.mix.weights().iter().all(|weight| *weight <= 0.0);
    let whole = scenario.population.limited_instances == 0;
    let rules = [
        (
            elsewhere,
            "fleet",
            "cannot stand beside arrival, stages, duration_s, mix, search, require or abort",
        ),
        (clients.contains(&fleet.clients), "fleet.clients", "must be between 1 and 100000"),
        (clients.contains(&fleet.quick_clients), "fleet.quick_clients", "must be between 1 and 100000"),
        (days.contains(&fleet.days), "fleet.days", "must be between 1 and 30"),
        (days.contains(&fleet.quick_days), "fleet.quick_days", "must be between 1 and 30"),
        ((1..=100).contains(&fleet.items), "fleet.items", "must be between 1 and 100"),
        (
            fleet.items <= scenario.population.items.len(),
            "fleet.items",
            "must not be more than there are population.items",
        ),
        (share(fleet.weekend), "fleet.weekend", "must be a share between 0 and 1"),
        (share(fleet.missed), "fleet.missed", "must be a share between 0 and 1"),
        (whole, "population.limited_instances", "must be 0 in a scenario of a fleet"),
    ];
    let broken = rules.into_iter().find(|(holds, ..)| !holds);
    broken.map(|(_, key, must)| Problem { key, must: must.to_owned() })
}

fn stage_problem(scenario: &LoadScenario) -> Option<Problem> {
    let problem = |key, must: String| Some(Problem { key, must });
    match (&scenario.arrival, scenario.stages.is_empty()) {
        (None, true) => {
            return problem("arrival", "is missing; give it, or [[stages]] that each have one".to_owned());
        }
        (Some(_), false) => {
            return problem("stages", "cannot stand beside arrival; leave one of them out".to_owned());
        }
        _ => {}
    }
    if !scenario.stages.is_empty() && scenario.duration_s.is_some() {
        return problem("duration_s", "is given by each of the stages; leave it out here".to_owned());
    }
    let key = if scenario.stages.is_empty() { "arrival" } else { "stages" };
    for stage in scenario.stages() {
        if !stage.shape.is_sound() {
            let must = format!("({}) must have rates that are not negative, and one above zero", stage.name);
            return problem(key, must);
        }
        if !(stage.duration_s.is_finite() && stage.duration_s > 0.0) {
            let key = if scenario.stages.is_empty() { "duration_s" } else { "stages" };
            return problem(key, format!("({}) needs a duration_s above zero, in seconds", stage.name));
        }
    }
    None
}

fn limit_problem(scenario: &LoadScenario) -> Option<Problem> {
    let stages: Vec<&str> = scenario.stages().iter().map(|stage| stage.name).collect();
    let of_require = scenario.require.iter().map(|limit| ("require", limit));
    let of_abort = scenario.abort.iter().map(|abort| ("abort", abort));
    for (key, limit) in of_require.chain(of_abort) {
        let Limit { metric, stage, at_most, at_least, .. } = limit;
        let problem = |must: String| Some(Problem { key, must: format!("({metric}) {must}") });
        if at_most.is_none() && at_least.is_none() {
            return problem("needs at_most or at_least".to_owned());
        }
        if let Some(stage) = stage.as_deref().filter(|stage| !stages.contains(stage)) {
            return problem(format!("names the stage {stage}; there is {}", stages.join(", ")));
        }
        if matches!(metric, Metric::Invariant(..))
            && (key == "abort" || limit.operation.is_some() || stage.is_some())
        {
            return problem("is known after the run only, for all of it".to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_their_tables() {
        let text =
            "rate = 1\n[population]\nrate = 2\n\n[[population.items]]\nname = \"x\"\n[arrival.poisson]\n";
        assert_eq!(line_of(text, "population.rate"), Some(3));
        assert_eq!(line_of(text, "rate"), Some(1));
        assert_eq!(line_of(text, "population.items"), Some(5));
        assert_eq!(line_of(text, "population.pairs"), Some(2), "a missing key is missed in its table");
        assert_eq!(line_of(text, "arrival"), Some(7));
        assert_eq!(line_of(text, "search"), None);
    }
}
