//! The feature files, read and checked before anything runs.
//!
//! Cucumber's own tag filter drops scenarios without a word and counts nothing as success, so the selection
//! is made here, where every scenario keeps its identity: `file:line`, its requirements and its tags.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cucumber::feature::Ext as _;
use cucumber::gherkin::{Background, Feature, GherkinEnv, Rule, Scenario, Step};
use include_dir::Dir;

use super::binding::{Bindings, FeatureFile, speaks_for};
use super::error::ConformanceError;
use super::select::Selection;
use super::tags::{TagExpression, is_requirement};
use super::versions::{ALL, NONE, Versions, mark, marked, system_of, versions_of};
use crate::report::events::{ScenarioRef, System, without_version};
use crate::spec::{FEATURES, Registry};

/// The scenarios that the user selected, parsed, expanded and checked.
#[derive(Clone, Debug)]
pub struct Suite {
    features: Vec<Feature>,
    entries: Vec<Entry>,
    bindings: Arc<BTreeMap<String, Bindings>>,
}

/// A scenario of the suite.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Who it is.
    pub(super) scenario: ScenarioRef,
    /// All its tags without `@`, those of its rule and feature included.
    pub(super) tags: Vec<String>,
    /// All its steps, those of backgrounds included.
    pub(super) steps: Vec<Step>,
    /// Its name in the file.
    name: String,
    /// The versions of the API in which it may run.
    versions: Versions,
}

impl Suite {
    /// Reads the built-in feature files or those of a folder, and keeps what the tags and IDs select.
    ///
    /// # Errors
    ///
    /// When a file cannot be read as Gherkin, or a scenario names an unknown requirement or none at all. This
    /// holds for every file, selected or not: a suite with a hole in it proves nothing.
    pub fn load(selection: &Selection, registry: &Registry) -> Result<Self, ConformanceError> {
        let expression = selection.tags.as_deref().map(TagExpression::parse).transpose()?;
        let mut suite = Self { features: Vec::new(), entries: Vec::new(), bindings: Arc::default() };
        let mut bindings = BTreeMap::new();
        for (name, text) in sources(selection.features.as_deref())? {
            let file = read(&name, &text)?;
            for entry in entries(&file, registry)?.iter().flat_map(Entry::in_all_versions) {
                let tagged = expression.as_ref().is_none_or(|expression| expression.holds(&entry.tags));
                if tagged && selection.takes(&entry.scenario) {
                    suite.entries.push(entry);
                }
            }
            suite.features.push(file.feature);
            bindings.insert(name, file.bindings);
        }
        suite.bindings = Arc::new(bindings);
        Ok(suite)
    }

    /// The part of the suite that is about any of these requirements.
    #[must_use]
    pub fn about(&self, requirements: &[String]) -> Self {
        let about = |entry: &&Entry| entry.scenario.requirements.iter().any(|id| requirements.contains(id));
        let entries: Vec<Entry> = self.entries.iter().filter(about).cloned().collect();
        let chosen: HashSet<&str> = entries.iter().map(|entry| entry.scenario.id.as_str()).collect();
        let features = self.features_with(&|id| chosen.contains(id));
        Self { features, entries, bindings: Arc::clone(&self.bindings) }
    }

    /// What the lines of each file speak for.
    pub(super) fn bindings(&self) -> Arc<BTreeMap<String, Bindings>> {
        Arc::clone(&self.bindings)
    }

    /// The suite for a target that serves these versions: each scenario once for every version that it is about and
    /// that the target serves. One whose versions the target does not serve stays, to be reported as not tested.
    #[must_use]
    pub fn served_in(&self, served: &[String]) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for entry in &self.entries {
            let run = entry.versions.to_run(served);
            if run.contains(&entry.scenario.version) {
                entries.push(entry.clone());
            } else if entry.versions.one {
                // It was read for its first version, and one that the target serves does as well.
                entries.extend(run.first().map(|version| entry.in_version(version)));
            }
        }
        Self { features: self.features.clone(), entries, bindings: Arc::clone(&self.bindings) }
    }

    /// Each scenario once, in this version where it can, and those about any of these requirements in every version.
    #[must_use]
    pub fn mainly_in(&self, version: &str, requirements: &[String]) -> Self {
        let spoken = |entry: &&Entry| entry.scenario.version == version;
        let there: HashSet<&str> =
            self.entries.iter().filter(spoken).map(|entry| without_version(&entry.scenario.id)).collect();
        let keep = |entry: &&Entry| {
            let first = !entry.versions.is_another(&entry.scenario.version);
            entry.scenario.requirements.iter().any(|id| requirements.contains(id))
                || spoken(entry)
                || (first && !there.contains(without_version(&entry.scenario.id)))
        };
        let entries = self.entries.iter().filter(keep).cloned().collect();
        Self { features: self.features.clone(), entries, bindings: Arc::clone(&self.bindings) }
    }

    /// The part of the suite that is about this system. Dynamic Monetization and the rows that it leaves are one part, and
    /// a choice of the table holds for the rows of license servers, too.
    #[must_use]
    pub fn of_system(&self, system: System) -> Self {
        let keep = |entry: &&Entry| {
            let other = entry.scenario.system;
            let of_table = other == System::Cmapi && system == System::UsageTable;
            other == system || other.has_versions() && system.has_versions() || of_table
        };
        let entries = self.entries.iter().filter(keep).cloned().collect();
        Self { features: self.features.clone(), entries, bindings: Arc::clone(&self.bindings) }
    }

    /// Each scenario once, in its first version.
    #[must_use]
    pub fn once(&self) -> Self {
        let first = |entry: &&Entry| !entry.versions.is_another(&entry.scenario.version);
        let entries = self.entries.iter().filter(first).cloned().collect();
        Self { features: self.features.clone(), entries, bindings: Arc::clone(&self.bindings) }
    }

    /// The selected scenarios in the order of files and lines.
    pub fn scenarios(&self) -> impl Iterator<Item = &ScenarioRef> {
        self.entries.iter().map(|entry| &entry.scenario)
    }

    /// Each selected scenario once, as it stands in its file, with the versions in which it is selected; none where its
    /// system has none.
    #[must_use]
    pub fn texts(&self) -> Vec<(ScenarioRef, Vec<String>)> {
        let mut texts: Vec<(ScenarioRef, Vec<String>)> = Vec::new();
        for entry in &self.entries {
            let plain = entry.versions.possible.first().map(|first| entry.in_version(first));
            let plain = plain.map_or_else(|| entry.scenario.clone(), |plain| plain.scenario);
            let version = Some(entry.scenario.version.clone()).filter(|version| version != NONE);
            match texts.last_mut().filter(|(last, _)| last.id == plain.id) {
                Some((_, versions)) => versions.extend(version),
                None => texts.push((plain, version.into_iter().collect())),
            }
        }
        texts
    }

    /// How many scenarios are selected.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is selected.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The selected scenarios with everything that decides on them.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The features with just these scenarios, ready to run.
    pub(super) fn features_with(&self, chosen: &dyn Fn(&str) -> bool) -> Vec<Feature> {
        let mut features: Vec<Feature> = self.features.iter().flat_map(in_every_version).collect();
        for feature in &mut features {
            let file = file_of(feature);
            let keep = |scenario: &Scenario| chosen(&id_in(&file, scenario));
            feature.scenarios.retain(keep);
            feature.rules.iter_mut().for_each(|rule| rule.scenarios.retain(keep));
            feature.rules.retain(|rule| !rule.scenarios.is_empty());
        }
        features.retain(|feature| !feature.scenarios.is_empty() || !feature.rules.is_empty());
        features
    }
}

/// A feature as it stands, and one more for each version, whose scenarios carry the version in their ID.
fn in_every_version(feature: &Feature) -> Vec<Feature> {
    let again = |version: &str| {
        let mut again = feature.clone();
        let in_rules = again.rules.iter_mut().flat_map(|rule| rule.scenarios.iter_mut());
        for scenario in again.scenarios.iter_mut().chain(in_rules) {
            scenario.tags.push(mark(version));
        }
        again
    };
    std::iter::once(feature.clone()).chain(ALL.into_iter().map(again)).collect()
}

/// The identity of a scenario: `client/one-off.feature:12`, with `@v1.1` when that is not its first version.
pub(super) fn scenario_id(feature: &Feature, scenario: &Scenario) -> String {
    id_in(&file_of(feature), scenario)
}

fn id_in(file: &str, scenario: &Scenario) -> String {
    let place = format!("{file}:{}", scenario.position.line);
    marked(&scenario.tags).map_or_else(|| place.clone(), |version| format!("{place}@{version}"))
}

impl Entry {
    /// The scenario once for each version in which it may run; in one of them when one is enough.
    fn in_all_versions(&self) -> Vec<Entry> {
        let all: Vec<String> = ALL.into_iter().map(str::to_owned).collect();
        self.versions.to_run(&all).iter().map(|version| self.in_version(version)).collect()
    }

    /// The scenario in one version, which is one of its tags too. Its first one leaves ID and name as they are.
    fn in_version(&self, version: &str) -> Entry {
        let mut entry = self.clone();
        entry.scenario.id = without_version(&self.scenario.id).to_owned();
        entry.scenario.name.clone_from(&self.name);
        entry.scenario.version = version.to_owned();
        entry.tags.retain(|tag| !ALL.contains(&tag.as_str()));
        if version != NONE {
            entry.tags.push(version.to_owned());
        }
        if self.versions.is_another(version) {
            entry.scenario.id = format!("{}@{version}", entry.scenario.id);
            entry.scenario.name = format!("{} ({version})", self.name);
        }
        entry
    }
}

fn file_of(feature: &Feature) -> String {
    feature.path.as_deref().map(|path| path.display().to_string()).unwrap_or_default()
}

/// Every feature file by its name relative to the folder, in the order of names.
pub(super) fn sources(folder: Option<&Path>) -> Result<Vec<(String, String)>, ConformanceError> {
    let mut files = Vec::new();
    match folder {
        Some(path) if path.is_file() => files.push((file_name(path), text_of(path)?)),
        Some(path) => collect(path, path, &mut files)?,
        None => collect_embedded(&FEATURES, &mut files),
    }
    if files.is_empty() {
        let path =
            folder.map_or_else(|| "the built-in features".to_owned(), |path| path.display().to_string());
        return Err(ConformanceError::NoFeatureFile { path });
    }
    files.sort();
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) -> Result<(), ConformanceError> {
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if is_feature(&path) {
            let name = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
            files.push((parts.join("/"), text_of(&path)?));
        }
    }
    Ok(())
}

fn collect_embedded(folder: &Dir<'_>, files: &mut Vec<(String, String)>) {
    let features = folder.files().filter(|file| is_feature(file.path()));
    files.extend(features.filter_map(|file| {
        Some((file.path().to_string_lossy().into_owned(), file.contents_utf8()?.to_owned()))
    }));
    folder.dirs().for_each(|inner| collect_embedded(inner, files));
}

fn is_feature(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("feature"))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn text_of(path: &Path) -> Result<String, ConformanceError> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConformanceError {
    ConformanceError::Unreadable { path: path.display().to_string(), reason: error.to_string() }
}

/// Parses a feature file and expands its outlines; each example is a scenario at the line of its row.
fn read(name: &str, text: &str) -> Result<FeatureFile, ConformanceError> {
    let FeatureFile { feature, bindings } = parse(name, text)?;
    Ok(FeatureFile { feature: expand(name, feature)?, bindings })
}

/// Parses a feature file as it stands.
pub(super) fn parse(name: &str, text: &str) -> Result<FeatureFile, ConformanceError> {
    let mut feature =
        Feature::parse(text, GherkinEnv::default()).map_err(|error| not_gherkin(name, &error.to_string()))?;
    feature.path = Some(PathBuf::from(name));
    Ok(FeatureFile::new(feature))
}

/// Makes a scenario of each example.
pub(super) fn expand(name: &str, feature: Feature) -> Result<Feature, ConformanceError> {
    feature.expand_examples().map_err(|error| ConformanceError::Gherkin {
        location: format!("{name}:{}:{}", error.pos.line, error.pos.col),
        reason: format!("no column of the examples is named <{}>", error.name),
    })
}

/// The parser gives its position only as text: `Error at 3:5: {"…", "…"}`.
fn not_gherkin(name: &str, message: &str) -> ConformanceError {
    let position_and_rest = message.strip_prefix("Error at ").and_then(|rest| rest.split_once(": "));
    let (position, expected) = position_and_rest.unwrap_or(("1:1", message));
    let mut expected: Vec<&str> = expected.trim_matches(['{', '}']).split(", ").collect();
    expected.sort_unstable();
    ConformanceError::Gherkin {
        location: format!("{name}:{position}"),
        reason: format!("expected {}", expected.join(" or ")),
    }
}

/// The scenarios of a feature, checked.
fn entries(file: &FeatureFile, registry: &Registry) -> Result<Vec<Entry>, ConformanceError> {
    let feature = &file.feature;
    let direct = feature.scenarios.iter().map(|scenario| (None, scenario));
    let in_rules = feature.rules.iter().flat_map(|rule| rule.scenarios.iter().map(move |s| (Some(rule), s)));
    direct.chain(in_rules).map(|(rule, scenario)| entry(file, rule, scenario, registry)).collect()
}

fn entry(
    file: &FeatureFile,
    rule: Option<&Rule>,
    scenario: &Scenario,
    registry: &Registry,
) -> Result<Entry, ConformanceError> {
    let feature = &file.feature;
    let id = scenario_id(feature, scenario);
    let rule_tags = rule.map(|rule| rule.tags.as_slice()).unwrap_or_default();
    let mut tags: Vec<String> = Vec::new();
    for tag in scenario.tags.iter().chain(rule_tags).chain(&feature.tags) {
        if !tags.contains(tag) {
            tags.push(tag.clone());
        }
    }
    let requirements: Vec<String> = tags.iter().filter(|tag| is_requirement(tag)).cloned().collect();
    if let Some(unknown) = requirements.iter().find(|requirement| registry.get(requirement).is_none()) {
        return Err(ConformanceError::UnknownRequirement { location: id, tag: unknown.clone() });
    }
    if requirements.is_empty() {
        return Err(ConformanceError::NoRequirement { location: id, name: scenario.name.clone() });
    }
    let background =
        |background: Option<&Background>| background.map(|b| b.steps.clone()).unwrap_or_default();
    let mut steps = background(feature.background.as_ref());
    steps.extend(background(rule.and_then(|rule| rule.background.as_ref())));
    steps.extend(scenario.steps.iter().cloned());
    let bound = steps.iter().filter_map(|step| file.bindings.get(&step.position.line)).flatten();
    if let Some(stray) = bound.into_iter().find(|bound| {
        let bound = std::slice::from_ref(*bound);
        !requirements.iter().any(|requirement| speaks_for(bound, requirement))
    }) {
        return Err(ConformanceError::NotTagged { location: id, requirement: stray.clone() });
    }
    let versions = versions_of(&tags, &steps, &requirements, registry);
    let system = system_of(&tags, &requirements, registry);
    let scenario = ScenarioRef {
        id,
        feature: feature.name.clone(),
        name: scenario.name.clone(),
        requirements,
        version: versions.possible.first().cloned().unwrap_or_default(),
        system,
    };
    Ok(Entry { name: scenario.name.clone(), scenario, tags, steps, versions })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Vec<Entry>, ConformanceError> {
        entries(&read("client/one-off.feature", text)?, &Registry::embedded().unwrap())
    }

    #[test]
    fn outlines_are_scenarios_of_their_own() {
        let text = "@client\nFeature: One-off\n\n  @DM-ACC-010\n  Scenario Outline: <n> of them\n    \
                    When LisaBarry requests <n> of \"A\"\n\n    \
                    Examples:\n      | n |\n      | 1 |\n      | 2 |\n";
        let entries = parsed(text).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].scenario.name, "1 of them");
        assert_eq!(entries[0].scenario.requirements, ["DM-ACC-010"]);
        assert_eq!(entries[0].tags, ["DM-ACC-010", "client"]);
        assert_eq!(entries[1].steps[0].value, "LisaBarry requests 2 of \"A\"");
        assert_eq!(entries[0].scenario.id, "client/one-off.feature:10");
        assert_eq!(entries[1].scenario.id, "client/one-off.feature:11");
    }

    #[test]
    fn an_unknown_requirement_stops_the_suite() {
        let error = parsed("Feature: F\n  @DM-ACC-999\n  Scenario: S\n    Given a session\n").unwrap_err();
        assert!(error.to_string().starts_with("client/one-off.feature:3: the tag @DM-ACC-999"));
    }

    #[test]
    fn a_scenario_must_name_a_requirement() {
        let error = parsed("Feature: F\n  Scenario: S\n    Given a session\n").unwrap_err();
        assert!(error.to_string().contains("names no requirement"));
    }

    #[test]
    fn a_line_speaks_for_tags_of_its_scenario_only() {
        let text = |tags: &str| {
            format!("Feature: F\n  {tags}\n  Scenario: S\n    Then the heartbeat is refused (DM-HB-002)\n")
        };
        assert_eq!(
            parsed(&text("@DM-HB-001 @DM-HB-002")).unwrap()[0].steps[0].value,
            "the heartbeat is refused"
        );
        let error = parsed(&text("@DM-HB-001")).unwrap_err().to_string();
        assert!(error.starts_with("client/one-off.feature:3: a line speaks for DM-HB-002"), "{error}");
    }

    #[test]
    fn a_syntax_error_names_file_line_and_column() {
        let error = parsed("Feature: F\n  Nonsense: S\n\n  @tag\n").unwrap_err();
        let ConformanceError::Gherkin { location, .. } = &error else { panic!("{error}") };
        assert!(location.starts_with("client/one-off.feature:"), "{location}");
        assert_eq!(location.split(':').count(), 3, "{location}");
    }

    #[test]
    fn an_empty_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let selection = Selection { features: Some(folder.path().to_owned()), ..Selection::default() };
        let error = Suite::load(&selection, &Registry::embedded().unwrap()).unwrap_err();
        assert!(matches!(error, ConformanceError::NoFeatureFile { .. }));
    }

    #[test]
    fn only_chosen_scenarios_run() {
        let text = "Feature: F\n  @DM-ACC-010\n  Scenario: A\n    Given a session\n\n  \
                    @DM-ACC-011\n  Scenario: B\n    Given a session\n";
        let feature = read("f.feature", text).unwrap().feature;
        let suite = Suite { features: vec![feature], entries: Vec::new(), bindings: Arc::default() };
        let chosen = suite.features_with(&|id| id == "f.feature:3");
        assert_eq!(chosen[0].scenarios.len(), 1);
        assert_eq!(chosen[0].scenarios[0].name, "A");
        assert!(suite.features_with(&|_| false).is_empty());
    }

    #[test]
    fn a_part_of_the_suite_is_about_some_requirements() {
        let whole = Suite::load(&Selection::default(), &Registry::embedded().unwrap()).unwrap();
        let part = whole.about(&["DM-REF-001".to_owned(), "DM-ACC-010".to_owned()]);
        assert!(!part.is_empty() && part.len() < whole.len());
        let about = |scenario: &ScenarioRef| {
            scenario.requirements.iter().any(|id| id == "DM-REF-001" || id == "DM-ACC-010")
        };
        assert!(part.scenarios().all(about));
        assert_eq!(part.len(), whole.scenarios().filter(|scenario| about(scenario)).count());
        assert!(whole.about(&[]).is_empty());
        let texts = whole.texts().len();
        assert!(texts < whole.len());
        assert_eq!(whole.once().len(), texts);
        let newer = whole.mainly_in("v1.1", &[]);
        assert_eq!(newer.len(), texts);
        let spoken = |suite: &Suite| suite.scenarios().filter(|one| one.version == "v1.1").count();
        assert!(spoken(&newer) > spoken(&whole.once()));
        assert!(whole.mainly_in("v1.1", &["DM-ACC-010".to_owned()]).len() > texts);
    }
}
