//! In which versions of the API a scenario runs.
//!
//! The two versions are served at addresses of their own and word some answers differently, while the rules behind
//! them are the same. So one text serves both: a scenario runs in every version that all its requirements hold for,
//! unless it says otherwise. A copy of the file would be a second truth.

use cucumber::gherkin::Step;

use crate::report::events::System;
use crate::spec::Registry;

/// The versions of the API that there are, the older first.
pub(super) const ALL: [&str; 2] = ["v1.0", "v1.1"];

/// The tag of a scenario about what no version changes, for example the form of usage rows.
const ONE_VERSION: &str = "one-version";

/// Stands for the version of a scenario about a system that has none.
pub(super) const NONE: &str = "";

/// How a step begins that says in which version the scenario speaks.
const SPOKEN: &str = "the API is spoken in version ";

/// What begins the mark of a scenario that runs again in another version than its first.
const MARK: &str = "again-in-";

/// The versions of a scenario, the first one being its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    /// The versions in which it may run.
    pub(super) possible: Vec<String>,
    /// Whether one of them is enough.
    pub(super) one: bool,
}

/// The tag of a scenario that is played on license servers, whatever else it is about.
const LICENSE_SERVERS: &str = "cls";

/// The system that a scenario is about. One that has scenarios of its own comes before Dynamic Monetization, and that
/// before the rows which every one of them leaves.
pub(super) fn system_of(tags: &[String], requirements: &[String], registry: &Registry) -> System {
    let known = requirements.iter().filter_map(|id| registry.get(id)).map(|requirement| requirement.system);
    let named: Vec<System> = known.collect();
    let order = [System::Cmapi, System::DataAccess, System::DynamicMonetization, System::UsageTable];
    if tags.iter().any(|tag| tag == LICENSE_SERVERS) {
        return System::Cmapi;
    }
    order.into_iter().find(|system| named.contains(system)).unwrap_or_default()
}

/// Reads tags, steps and requirements: a tag such as `@v1.0` decides, then a step that names a version, and then the
/// versions that all requirements hold for.
pub(super) fn versions_of(
    tags: &[String],
    steps: &[Step],
    requirements: &[String],
    registry: &Registry,
) -> Versions {
    if !system_of(tags, requirements, registry).has_versions() {
        return Versions { possible: vec![NONE.to_owned()], one: true };
    }
    let tagged: Vec<&str> = ALL.into_iter().filter(|version| tags.iter().any(|tag| tag == version)).collect();
    let said = steps.iter().find_map(|step| step.value.strip_prefix(SPOKEN));
    if let (Some(version), true) = (said, tagged.is_empty()) {
        return Versions { possible: vec![version.to_owned()], one: true };
    }
    let from = if tagged.is_empty() { ALL.to_vec() } else { tagged };
    let holds = |version: &&str| {
        let known = requirements.iter().filter_map(|id| registry.get(id));
        known.into_iter().all(|requirement| requirement.versions.iter().any(|one| one == version))
    };
    let common: Vec<&str> = from.iter().copied().filter(holds).collect();
    // Requirements of different versions that still share a scenario are compared in the older one.
    let possible = if common.is_empty() { vec![from[0]] } else { common };
    Versions {
        possible: possible.into_iter().map(str::to_owned).collect(),
        one: tags.iter().any(|tag| tag == ONE_VERSION),
    }
}

impl Versions {
    /// The versions to run in, of those that the target serves. Without any of them the scenario stays with its first
    /// version, so that it can be reported as not tested.
    pub(super) fn to_run(&self, served: &[String]) -> Vec<String> {
        if self.possible == [NONE] {
            return self.possible.clone();
        }
        let listed: Vec<String> =
            self.possible.iter().filter(|version| served.contains(version)).cloned().collect();
        let run = if listed.is_empty() { self.possible.clone() } else { listed.clone() };
        if self.one || listed.is_empty() { run.into_iter().take(1).collect() } else { run }
    }

    /// Whether this is not the version that gives the scenario its plain ID.
    pub(super) fn is_another(&self, version: &str) -> bool {
        self.possible.first().is_some_and(|first| first != version)
    }
}

/// The tag that marks a copy of a scenario which runs in another version than its first.
pub(super) fn mark(version: &str) -> String {
    format!("{MARK}{version}")
}

/// The version of a marked scenario.
pub(super) fn marked(tags: &[String]) -> Option<&str> {
    tags.iter().find_map(|tag| tag.strip_prefix(MARK))
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::StepType;

    use super::*;

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    fn versions(tags: &[&str], steps: &[&str], requirements: &[&str]) -> Versions {
        let step = |text: &&str| {
            Step::builder().keyword("Given ".to_owned()).ty(StepType::Given).value((*text).to_owned()).build()
        };
        let steps: Vec<Step> = steps.iter().map(step).collect();
        versions_of(&strings(tags), &steps, &strings(requirements), &Registry::embedded().unwrap())
    }

    #[test]
    fn requirements_decide_unless_the_scenario_does() {
        let run = |versions: Versions| versions.to_run(&strings(&ALL));
        assert_eq!(run(versions(&[], &[], &["DM-ACC-010"])), ["v1.0", "v1.1"]);
        assert_eq!(run(versions(&[], &[], &["DM-ACC-010", "DM-HB-005"])), ["v1.1"]);
        assert_eq!(run(versions(&["v1.0"], &[], &["DM-ACC-010"])), ["v1.0"]);
        assert_eq!(run(versions(&["one-version"], &[], &["DM-ACC-010"])), ["v1.0"]);
        let said = ["a session", "the API is spoken in version v1.1"];
        assert_eq!(run(versions(&[], &said, &["DM-ACC-010"])), ["v1.1"]);
        assert_eq!(run(versions(&[], &[], &["DM-HB-002", "DM-HB-004"])), ["v1.0"]);
        for none in [versions(&[], &[], &["CM-ACC-001"]), versions(&["cls"], &[], &["WH-USAGE-019"])] {
            assert_eq!(none.to_run(&strings(&["v1.1"])), [NONE], "license servers speak in no version");
        }
    }

    #[test]
    fn a_scenario_is_about_one_system() {
        let registry = Registry::embedded().unwrap();
        let system = |tags: &[&str], ids: &[&str]| system_of(&strings(tags), &strings(ids), &registry);
        assert_eq!(system(&[], &["WH-USAGE-019", "DM-ACC-010"]), System::DynamicMonetization);
        assert_eq!(system(&[], &["WH-USAGE-019"]), System::UsageTable);
        assert_eq!(system(&["cls"], &["WH-USAGE-019"]), System::Cmapi);
        assert_eq!(system(&[], &["DAPI-024"]), System::DataAccess);
    }

    #[test]
    fn a_target_is_asked_in_the_versions_that_it_serves() {
        let both = versions(&[], &[], &["DM-ACC-010"]);
        assert_eq!(both.to_run(&strings(&["v1.1"])), ["v1.1"]);
        let once = versions(&["one-version"], &[], &["DM-ACC-010"]);
        assert_eq!(once.to_run(&strings(&["v1.1"])), ["v1.1"]);
        let old = versions(&["v1.0"], &[], &["DM-ACC-010"]);
        assert_eq!(old.to_run(&strings(&["v1.1"])), ["v1.0"], "kept, to be reported as not tested");
        assert!(both.is_another("v1.1") && !both.is_another("v1.0"));
    }

    #[test]
    fn marks_are_read_back() {
        assert_eq!(marked(&[mark("v1.1")]), Some("v1.1"));
        assert_eq!(marked(&strings(&["v1.1"])), None);
    }
}
