//! What the user selects, and why a selected scenario may still have to be left out.

use std::path::PathBuf;

use cucumber::gherkin::Step;

use super::given_instance;
use super::moments::{MINUTE_MS, waiting_ms};
use super::order::Order;
use super::pace::Pace;
use super::tags::id_matches;
use crate::report::events::{ScenarioRef, without_version};
use crate::spec::Registry;

/// What the user wants to run, and how strictly.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// A tag expression, for example `@clock and not @site`.
    pub tags: Option<String>,
    /// Patterns of requirement IDs or scenario IDs (`client/one-off.feature:12`), `*` for any text; a scenario is
    /// selected when one of its requirements or its own ID fits one of them.
    pub ids: Vec<String>,
    /// A folder of feature files in place of the built-in ones.
    pub features: Option<PathBuf>,
    /// Whether a SHOULD that does not hold fails its scenario.
    pub strict: bool,
    /// Whether scenarios that need time may wait for it when there is no test clock.
    pub real_time: bool,
    /// In which order, and how many at once.
    pub order: Order,
    /// How many readers crowd around each instance that a scenario makes.
    pub crowd: usize,
}

impl Selection {
    /// Whether it asks for a part of the suite.
    pub(super) fn is_part(&self) -> bool {
        self.tags.is_some() || !self.ids.is_empty() || self.features.is_some()
    }

    /// Whether the ID patterns take a scenario; without patterns every scenario is taken.
    pub(super) fn takes(&self, scenario: &ScenarioRef) -> bool {
        let fits = |pattern: &String| {
            id_matches(pattern, &scenario.id)
                || id_matches(pattern, without_version(&scenario.id))
                || scenario.requirements.iter().any(|id| id_matches(pattern, id))
        };
        self.ids.is_empty() || self.ids.iter().any(fits)
    }
}

/// What the target offers besides the public APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// Sites can be made and deleted.
    pub(super) sites: bool,
    /// Sites have a clock that can be advanced.
    pub(super) clock: bool,
    /// Usage rows of a site can be read.
    pub(super) usage_rows: bool,
    /// License servers can be set up.
    pub(super) licensing: bool,
    /// The target file names a license server instead.
    pub(super) given_instance: bool,
    /// The target is the server in this process, which alone may be put under pressure.
    pub(super) bundled: bool,
}

/// What decides whether a scenario can be tested on this target.
pub(super) struct Conditions<'a> {
    /// What the target offers.
    pub(super) abilities: Abilities,
    /// How time passes.
    pub(super) pace: Pace,
    /// In which version of the API the scenario speaks.
    pub(super) version: &'a str,
    /// Whether the target file leaves a capability in.
    pub(super) has: &'a dyn Fn(&str) -> bool,
}

/// Why a scenario has to be left out, if it has to be.
pub(super) fn left_out(
    tags: &[String],
    requirements: &[String],
    steps: &[Step],
    registry: &Registry,
    conditions: &Conditions<'_>,
) -> Option<String> {
    let known = requirements.iter().filter_map(|id| registry.get(id));
    let mut capabilities = known.map(|requirement| requirement.capability.as_str());
    if let Some(absent) = capabilities.find(|&capability| !(conditions.has)(capability)) {
        return Some(format!("declared absent in the target file: {absent}"));
    }
    let needs = |need: &str| tags.iter().any(|tag| tag == need);
    let abilities = conditions.abilities;
    // What is made for an instance that is given needs neither a site nor license servers of its own.
    let given = abilities.given_instance && needs(given_instance::TAG);
    if needs("site") && !abilities.sites && !given {
        return Some("needs a site of its own, which the target does not offer".to_owned());
    }
    if needs("cls") && !abilities.licensing && !given {
        return Some("needs license servers of its own, which the target does not offer".to_owned());
    }
    if needs("bundled") && !abilities.bundled {
        return Some("is for the bundled server only".to_owned());
    }
    if needs("usage") && !abilities.usage_rows {
        return Some("needs usage rows, which the target does not offer".to_owned());
    }
    let waits = || steps.iter().any(|step| waiting_ms(&step.value).is_some());
    if !abilities.clock && (needs("clock") || waits()) {
        return conditions.pace.refuses(conditions.version, steps);
    }
    None
}

/// What the user should know before scenarios wait for real time: how many do, and how long the longest of them takes.
/// As many as may run at once wait side by side.
pub(super) fn announce_waiting<'a>(
    scenarios: impl Iterator<Item = &'a [Step]>,
    pace: Pace,
    concurrency: u16,
) -> Option<String> {
    let waits: Vec<i64> = scenarios.map(|steps| pace.waits_ms(steps)).filter(|waits| *waits > 0).collect();
    let (longest, all): (i64, i64) = (waits.iter().copied().max()?, waits.iter().sum());
    // No order of scenarios can do with less, and filling the places one after the other needs no more than both.
    let (least, most) =
        (longest.max(all / i64::from(concurrency.max(1))), longest + all / i64::from(concurrency.max(1)));
    let minutes = |ms: i64| ms.div_euclid(MINUTE_MS) + 1;
    Some(format!(
        "real time: {} scenarios wait for time to pass, the longest for {} minutes; together they take {} to {} minutes",
        waits.len(),
        minutes(longest),
        minutes(least),
        minutes(most)
    ))
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::StepType;

    use super::*;
    use crate::report::events::System;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn step(text: &str) -> Step {
        Step::builder().keyword("When ".to_owned()).ty(StepType::When).value(text.to_owned()).build()
    }

    fn reason(tags: &[&str], steps: &[Step], abilities: Abilities, pace: Pace) -> Option<String> {
        let conditions = Conditions { abilities, pace, version: "v1.0", has: &|_| true };
        let registry = Registry::embedded().unwrap();
        left_out(&strings(tags), &strings(&["DM-ACC-010"]), steps, &registry, &conditions)
    }

    #[test]
    fn a_bare_target_leaves_out_what_it_cannot_do() {
        let nothing = Abilities::default();
        assert_eq!(reason(&["client"], &[], nothing, Pace::Never), None);
        assert!(reason(&["clock"], &[], nothing, Pace::Never).unwrap().contains("the test clock"));
        assert!(reason(&["site"], &[], nothing, Pace::Never).unwrap().contains("a site of its own"));
        assert!(reason(&["usage"], &[], nothing, Pace::Never).unwrap().contains("usage rows"));
        assert!(reason(&["cls"], &[], nothing, Pace::Never).unwrap().contains("license servers"));
        let given = Abilities { given_instance: true, ..nothing };
        assert_eq!(reason(&["cls", "site", "given-instance"], &[], given, Pace::Never), None);
        assert!(reason(&["cls", "site", "given-instance"], &[], nothing, Pace::Never).is_some());
        assert!(reason(&["cls", "site"], &[], given, Pace::Never).is_some());
        assert!(reason(&["bundled"], &[], nothing, Pace::Never).unwrap().contains("bundled server only"));
    }

    #[test]
    fn a_target_with_everything_leaves_out_nothing() {
        let all = Abilities {
            sites: true,
            clock: true,
            usage_rows: true,
            licensing: true,
            given_instance: false,
            bundled: true,
        };
        assert_eq!(reason(&["clock", "site", "usage", "cls", "bundled"], &[], all, Pace::Never), None);
    }

    #[test]
    fn the_time_that_a_run_takes_is_known_before_it_starts() {
        let scenarios =
            [vec![step("60 minutes pass")], vec![step("30 minutes pass")], vec![step("a session")]];
        let said = |concurrency| {
            announce_waiting(scenarios.iter().map(Vec::as_slice), Pace::Hours, concurrency).unwrap()
        };
        assert!(said(64).starts_with("real time: 2 scenarios wait"), "{}", said(64));
        assert!(said(64).contains("the longest for 61 minutes; together they take 61 to 62"), "{}", said(64));
        assert!(said(1).ends_with("together they take 91 to 151 minutes"), "{}", said(1));
        assert_eq!(announce_waiting(scenarios[2..].iter().map(Vec::as_slice), Pace::Hours, 8), None);
        let short = announce_waiting(scenarios.iter().map(Vec::as_slice), Pace::Periods, 64).unwrap();
        assert!(short.contains("the longest for 11 minutes"), "{short}");
    }

    #[test]
    fn a_capability_declared_absent_is_said_so() {
        let registry = Registry::embedded().unwrap();
        let conditions = Conditions {
            abilities: Abilities::default(),
            pace: Pace::Never,
            version: "v1.0",
            has: &|_| false,
        };
        let reason = left_out(&[], &strings(&["DM-ACC-010"]), &[], &registry, &conditions).unwrap();
        assert!(reason.starts_with("declared absent in the target file: "));
    }

    #[test]
    fn ids_select_by_any_requirement() {
        let scenario = |requirements: &[&str]| ScenarioRef {
            id: "client/one-off.feature:12".to_owned(),
            feature: "One-off".to_owned(),
            name: "Two items".to_owned(),
            requirements: strings(requirements),
            version: "v1.0".to_owned(),
            system: System::DynamicMonetization,
        };
        let by = |pattern: &str| Selection { ids: strings(&[pattern]), ..Selection::default() };
        assert!(by("DM-SES-*").takes(&scenario(&["DM-ACC-010", "DM-SES-001"])));
        assert!(!by("DM-SES-*").takes(&scenario(&["DM-ACC-010"])));
        assert!(by("client/one-off.feature:12").takes(&scenario(&["DM-ACC-010"])));
        assert!(!by("client/one-off.feature:1").takes(&scenario(&["DM-ACC-010"])));
        assert!(Selection::default().takes(&scenario(&[])));
        let again = |id: &str| ScenarioRef { id: id.to_owned(), ..scenario(&[]) };
        assert!(by("client/one-off.feature:12").takes(&again("client/one-off.feature:12@v1.1")));
        assert!(!by("client/one-off.feature:12@v1.1").takes(&scenario(&[])));
    }
}
