//! Requirements and readings, looked up by ID and by decision.

use std::collections::HashMap;
use std::path::Path;

use include_dir::{Dir, include_dir};

use super::errors::SpecError;
use super::operations;
use super::registry_file::{self, Source, file_name};
use super::task::Persona;
use crate::report::events::{Level, System};

/// The `features/` folder as it was when this program was built: feature files and `requirements/*.toml`.
pub static FEATURES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/features");

/// Folder of the registry within a features folder.
const REQUIREMENTS: &str = "requirements";

/// What requirements are about. A target file may declare any of these absent.
pub const CAPABILITIES: [&str; 17] = [
    "access-request",
    "charging",
    "cls",
    "configuration",
    "data-access",
    "general",
    "instances",
    "keys",
    "line-items",
    "overdraft",
    "rate-tables",
    "refunds",
    "rules-of-access",
    "sessions",
    "tokens",
    "usage-rows",
    "versions",
];

/// One thing that a target must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// ID, for example `DM-ACC-010`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// What must hold, in a sentence.
    pub text: String,
    /// Where it comes from, for example `10 §3.3 — documented: Exercise 4a`.
    pub source: String,
    /// Number of the document, for example `10`.
    pub document: String,
    /// Section of the document, for example `3.3`.
    pub section: String,
    /// What it is about; one of [`CAPABILITIES`].
    pub capability: String,
    /// Who relies on it.
    pub persona: Option<Persona>,
    /// The numbers of the tasks that it is part of; see [`TASKS`](super::TASKS).
    pub tasks: Vec<u8>,
    /// The system that it is about.
    pub system: System,
    /// Versions of Dynamic Monetization that it holds for; none where the system has none.
    pub versions: Vec<String>,
    /// Why no test can show it, if none can.
    pub untestable: Option<String>,
    /// Where it stands: `file:line`, the file being one of the folder `requirements`.
    pub place: String,
}

/// A place that the documents leave open, with the values that are legal there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingPoint {
    /// Name of the decision, for example `session.denied.http`.
    pub decision: String,
    /// The requirement that leaves it open.
    pub requirement: String,
    /// Legal values, the expected one first.
    pub values: Vec<String>,
    /// What is decided, in a sentence.
    pub says: String,
}

/// Everything that is required, and everything that is left open.
#[derive(Clone, Debug)]
pub struct Registry {
    requirements: Vec<Requirement>,
    by_id: HashMap<String, usize>,
    readings: HashMap<String, ReadingPoint>,
}

impl Registry {
    /// The registry inside this program.
    ///
    /// # Errors
    /// When it was wrong at the time of the build, which the tests rule out.
    pub fn embedded() -> Result<Registry, SpecError> {
        Registry::from_sources("inside this program", embedded_sources())
    }

    /// The registry that goes with a features folder: the one inside this program, and the folder's own
    /// `requirements/*.toml`, if it has any, added to it. A file of the same name takes the other's place.
    ///
    /// # Errors
    /// When a file of the folder cannot be read or understood, repeats an ID or uses a value that is not known.
    pub fn for_features(dir: Option<&Path>) -> Result<Registry, SpecError> {
        let folder = dir.map(|dir| dir.join(REQUIREMENTS)).filter(|folder| folder.is_dir());
        let Some(folder) = folder else { return Registry::embedded() };
        let own = registry_file::read_folder(&folder)?;
        let mut sources = embedded_sources();
        sources.retain(|ours| own.iter().all(|theirs| file_name(&theirs.file) != file_name(&ours.file)));
        sources.extend(own);
        Registry::from_sources(&folder.display().to_string(), sources)
    }

    /// The registry of a features folder: all `requirements/*.toml` in it.
    ///
    /// # Errors
    /// When the folder or a file cannot be read or understood, holds no requirement, repeats an ID,
    /// or uses a value that is not known.
    pub fn load(dir: &Path) -> Result<Registry, SpecError> {
        let folder = dir.join(REQUIREMENTS);
        let sources = registry_file::read_folder(&folder)?;
        Registry::from_sources(&folder.display().to_string(), sources)
    }

    fn from_sources(path: &str, sources: Vec<Source>) -> Result<Registry, SpecError> {
        let (requirements, readings) = registry_file::parse(sources)?;
        if requirements.is_empty() {
            return Err(SpecError::Empty { path: path.to_owned() });
        }
        let by_id = requirements.iter().enumerate().map(|(at, each)| (each.id.clone(), at)).collect();
        let readings = readings.into_iter().map(|reading| (reading.decision.clone(), reading)).collect();
        Ok(Registry { requirements, by_id, readings })
    }

    /// The requirement with this ID.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.by_id.get(id).map(|at| &self.requirements[*at])
    }

    /// All requirements, in the order of the files and of the documents.
    pub fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter()
    }

    /// The most binding level among these IDs; a reading when none of them is known.
    #[must_use]
    pub fn level(&self, ids: &[String]) -> Level {
        ids.iter().filter_map(|id| self.get(id)).map(|each| each.level).max().unwrap_or(Level::Reading)
    }

    /// The reading point of this decision.
    #[must_use]
    pub fn reading(&self, decision: &str) -> Option<&ReadingPoint> {
        self.readings.get(decision)
    }

    /// All reading points, by name of the decision.
    #[must_use]
    pub fn readings(&self) -> Vec<&ReadingPoint> {
        let mut readings: Vec<&ReadingPoint> = self.readings.values().collect();
        readings.sort_by(|a, b| a.decision.cmp(&b.decision));
        readings
    }
}

fn embedded_sources() -> Vec<Source> {
    let files = FEATURES.get_dir(REQUIREMENTS).into_iter().flat_map(|folder| folder.files());
    files
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "toml"))
        .filter(|file| file.path().file_name().is_none_or(|name| name != operations::FILE))
        .map(|file| Source {
            file: file.path().display().to_string(),
            text: String::from_utf8_lossy(file.contents()).into_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded() -> Registry {
        Registry::embedded().unwrap()
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn the_embedded_registry_is_whole() {
        let registry = embedded();
        let of = |prefix: &str| registry.all().filter(|each| each.id.starts_with(prefix)).count();
        assert_eq!(registry.all().count(), 823);
        assert_eq!(of("DM-"), 415);
        assert_eq!(of("WH-USAGE-"), 119);
        assert_eq!(of("CM-"), 194);
        assert_eq!(of("DAPI-"), 95);
        let groups = [
            ("DM-ACC-", 22),
            ("DM-SES-", 57),
            ("DM-HB-", 12),
            ("DM-TIME-", 19),
            ("DM-REF-", 11),
            ("DM-LI-", 20),
            ("DM-OD-", 7),
            ("DM-CODE-", 11),
            ("DM-ROA-", 16),
            ("DM-RATE-", 56),
            ("DM-AUTH-", 40),
            ("DM-ERR-", 4),
            ("DM-USE-", 4),
            ("DM-GEN-", 13),
            ("DM-INST-", 21),
            ("DM-LINE-", 43),
            ("DM-RULE-", 43),
            ("DM-CONF-", 15),
            ("DM-VER-", 1),
            ("CM-AUTH-", 15),
            ("CM-KEY-", 12),
            ("CM-JWT-", 14),
            ("CM-GRANT-", 9),
            ("CM-BOR-", 11),
            ("CM-USE-", 11),
        ];
        for (prefix, count) in groups {
            assert_eq!(of(prefix), count, "{prefix}");
        }
    }

    #[test]
    fn levels_follow_the_basis() {
        let registry = embedded();
        let expected = [
            ("DM-ACC-010", Level::Must),      // documented
            ("DM-GEN-004", Level::Must),      // observed
            ("DM-ACC-016", Level::Should),    // inferred
            ("DM-ACC-018", Level::Reading),   // left open
            ("DM-LINE-010", Level::Must),     // documented, its status left open
            ("WH-USAGE-055", Level::Must),    // E
            ("WH-USAGE-063", Level::Should),  // W, though documented
            ("WH-USAGE-084", Level::Reading), // I
        ];
        for (id, level) in expected {
            assert_eq!(registry.get(id).unwrap().level, level, "{id}");
        }
    }

    #[test]
    fn the_most_binding_level_wins() {
        let registry = embedded();
        assert_eq!(registry.level(&ids(&["DM-ACC-018", "DM-ACC-010", "DM-ACC-016"])), Level::Must);
        assert_eq!(registry.level(&ids(&["DM-ACC-018", "DM-ACC-016"])), Level::Should);
        assert_eq!(registry.level(&ids(&["unknown"])), Level::Reading);
        assert_eq!(registry.level(&[]), Level::Reading);
    }

    #[test]
    fn requirements_tell_where_they_come_from() {
        let registry = embedded();
        let charge = registry.get("DM-ACC-010").unwrap();
        assert_eq!(charge.source, "10 §3.3 — documented: Exercise 4a");
        assert_eq!(charge.versions, ["v1.0", "v1.1"]);
        assert_eq!(registry.get("DM-HB-005").unwrap().versions, ["v1.1"]);
        assert_eq!(registry.get("DM-NONE-001"), None);
    }

    #[test]
    fn requirements_belong_to_a_system() {
        let registry = embedded();
        let systems = [
            ("DM-", System::DynamicMonetization),
            ("CM-", System::Cmapi),
            ("DAPI-", System::DataAccess),
            ("WH-USAGE-", System::UsageTable),
        ];
        for requirement in registry.all() {
            let (_, system) = systems.iter().find(|(prefix, _)| requirement.id.starts_with(prefix)).unwrap();
            assert_eq!(requirement.system, *system, "{}", requirement.id);
            assert_eq!(requirement.versions.is_empty(), !system.has_versions(), "{}", requirement.id);
        }
    }

    #[test]
    fn readings_name_legal_values_the_expected_one_first() {
        let registry = embedded();
        let denied = registry.reading("session.denied.http").unwrap();
        assert_eq!(denied.requirement, "DM-SES-053");
        assert_eq!(denied.values, ["200", "403", "409"]);
        assert_eq!(registry.reading("refund.rounding").unwrap().values, ["none", "hundredths", "whole"]);
        assert_eq!(registry.reading("unknown"), None);
        assert!(registry.readings().len() >= 60);
    }

    #[test]
    fn a_folder_may_add_requirements_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Registry::for_features(Some(folder.path())).unwrap().all().eq(embedded().all()));
        let own = folder.path().join("requirements");
        std::fs::create_dir(&own).unwrap();
        let text = "# ours\n[[requirement]]\nid = \"ACME-001\"\nlevel = \"MUST\"\ntext = \"t.\"\n\
            source = \"ours\"\ndocument = \"A\"\nsection = \"1\"\ncapability = \"charging\"\n\
            versions = [\"v1.0\"]\n";
        std::fs::write(own.join("acme.toml"), text).unwrap();
        let registry = Registry::for_features(Some(folder.path())).unwrap();
        assert_eq!(registry.all().count(), embedded().all().count() + 1);
        assert_eq!(registry.get("ACME-001").unwrap().place, "acme.toml:3");
        let features = Path::new(env!("CARGO_MANIFEST_DIR")).join("features");
        let same = Registry::for_features(Some(&features)).unwrap();
        assert_eq!(same.all().count(), embedded().all().count());
    }

    #[test]
    fn a_folder_holds_the_same_as_this_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("features");
        let registry = Registry::load(&folder).unwrap();
        assert!(registry.all().eq(embedded().all()));
    }
}
