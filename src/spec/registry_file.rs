//! Reads the registry's TOML strictly: a misspelt key or a repeated ID would silently weaken every judgement.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::errors::SpecError;
use super::operations;
use super::registry::{CAPABILITIES, ReadingPoint, Requirement};
use super::task::{Persona, TASKS, Task};
use crate::report::events::{Level, System};

const KNOWN_VERSIONS: [&str; 2] = ["v1.0", "v1.1"];

/// A registry file and its text.
pub(super) struct Source {
    /// Name for messages.
    pub(super) file: String,
    /// Contents.
    pub(super) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegistryFile {
    #[serde(default)]
    requirement: Vec<RequirementTable>,
    #[serde(default)]
    reading: Vec<ReadingTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequirementTable {
    id: Spanned<String>,
    level: Level,
    text: String,
    source: String,
    document: String,
    section: String,
    capability: String,
    persona: Option<Persona>,
    #[serde(default)]
    tasks: Vec<u8>,
    #[serde(default)]
    system: System,
    #[serde(default)]
    versions: Vec<String>,
    untestable: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingTable {
    decision: String,
    requirement: String,
    values: Vec<String>,
    says: String,
}

/// All `*.toml` of a folder, by name.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<Source>, SpecError> {
    let unreadable =
        |path: &Path, problem| SpecError::Unreadable { path: path.display().to_string(), problem };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(|problem| unreadable(folder, problem))? {
        let path = entry.map_err(|problem| unreadable(folder, problem))?.path();
        let holds_requirements = path.file_name().is_none_or(|name| name != operations::FILE);
        if holds_requirements && path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut sources = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|problem| unreadable(&path, problem))?;
        sources.push(Source { file: path.display().to_string(), text });
    }
    Ok(sources)
}

/// Reads and checks all files together, because IDs are unique and readings name requirements across files.
pub(super) fn parse(mut sources: Vec<Source>) -> Result<(Vec<Requirement>, Vec<ReadingPoint>), SpecError> {
    sources.sort_by(|a, b| a.file.cmp(&b.file));
    let mut seen = Seen::default();
    let mut requirements = Vec::new();
    let mut readings = Vec::new();
    for Source { file, text } in sources {
        let parsed: RegistryFile = toml::from_str(&text).map_err(|error| SpecError::Malformed {
            file: file.clone(),
            detail: error.to_string().trim_end().to_owned(),
        })?;
        for table in parsed.requirement {
            seen.once(table.id.get_ref(), &file)?;
            let line = text[..table.id.span().start].matches('\n').count() + 1;
            requirements.push(requirement(table, &file, line)?);
        }
        for table in parsed.reading {
            seen.once(&table.decision, &file)?;
            readings.push((table, file.clone()));
        }
    }
    let readings = readings
        .into_iter()
        .map(|(table, file)| seen.reading(table, &file))
        .collect::<Result<Vec<ReadingPoint>, SpecError>>()?;
    Ok((requirements, readings))
}

/// IDs and decisions seen so far, and where.
#[derive(Default)]
struct Seen {
    files: HashMap<String, String>,
}

impl Seen {
    fn once(&mut self, id: &str, file: &str) -> Result<(), SpecError> {
        match self.files.insert(id.to_owned(), file.to_owned()) {
            None => Ok(()),
            Some(first) => Err(SpecError::Duplicate { id: id.to_owned(), first, second: file.to_owned() }),
        }
    }

    fn reading(&self, table: ReadingTable, file: &str) -> Result<ReadingPoint, SpecError> {
        let ReadingTable { decision, requirement, values, says } = table;
        if !self.files.contains_key(&requirement) {
            return Err(wrong(&decision, file, format!("the requirement `{requirement}` does not exist")));
        }
        if values.is_empty() {
            return Err(wrong(&decision, file, "it has no legal value"));
        }
        Ok(ReadingPoint { decision, requirement, values, says })
    }
}

fn requirement(table: RequirementTable, file: &str, line: usize) -> Result<Requirement, SpecError> {
    let id = table.id.into_inner();
    let RequirementTable { level, text, capability, system, versions, .. } = table;
    let place = format!("{}:{line}", file_name(file));
    if text.trim().is_empty() {
        return Err(wrong(&id, file, "its text is empty"));
    }
    if !CAPABILITIES.contains(&capability.as_str()) {
        return Err(wrong(&id, file, format!("the capability `{capability}` is not known")));
    }
    let versions_known = versions.iter().all(|version| KNOWN_VERSIONS.contains(&version.as_str()));
    if system.has_versions() && (versions.is_empty() || !versions_known) {
        return Err(wrong(&id, file, "its versions are not v1.0, v1.1 or both"));
    }
    if !system.has_versions() && !versions.is_empty() {
        return Err(wrong(&id, file, format!("it names versions, and the {system} has none")));
    }
    if let Some(number) = table.tasks.iter().find(|number| Task::of_number(**number).is_none()) {
        return Err(wrong(
            &id,
            file,
            format!("there is no task {number}; they go from 1 to {}", TASKS.len()),
        ));
    }
    Ok(Requirement {
        id,
        level,
        text,
        source: format!("{} §{} — {}", table.document, table.section, table.source),
        document: table.document,
        section: table.section,
        capability,
        persona: table.persona,
        tasks: table.tasks,
        system,
        versions,
        untestable: table.untestable,
        place,
    })
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn wrong(id: &str, file: &str, problem: impl Into<String>) -> SpecError {
    SpecError::Wrong { id: id.to_owned(), file: file.to_owned(), problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[requirement]]\nid = \"DM-ACC-010\"\nlevel = \"MUST\"\ntext = \"t.\"\n\
        source = \"inferred\"\ndocument = \"10\"\nsection = \"3.3\"\ncapability = \"charging\"\n\
        versions = [\"v1.0\"]\n";
    const READING: &str = "[[reading]]\ndecision = \"d\"\nrequirement = \"DM-ACC-010\"\nvalues = [\"a\"]\n\
        says = \"s.\"\n";

    fn parsed(texts: &[&str]) -> Result<(Vec<Requirement>, Vec<ReadingPoint>), SpecError> {
        let source =
            |(at, text): (usize, &&str)| Source { file: format!("{at}.toml"), text: (*text).to_owned() };
        parse(texts.iter().enumerate().map(source).collect())
    }

    fn refused(texts: &[&str]) -> String {
        parsed(texts).unwrap_err().to_string()
    }

    #[test]
    fn readings_may_stand_before_their_requirement() {
        let (requirements, readings) = parsed(&[READING, GOOD]).unwrap();
        assert_eq!(requirements[0].source, "10 §3.3 — inferred");
        assert_eq!(readings[0].decision, "d");
    }

    #[test]
    fn repeated_ids_and_decisions_are_refused() {
        let message = refused(&[GOOD, GOOD]);
        assert!(message.contains("`DM-ACC-010` stands twice, in 0.toml and in 1.toml"), "{message}");
        assert!(refused(&[GOOD, READING, READING]).contains("`d` stands twice"));
    }

    #[test]
    fn unknown_keys_and_values_are_refused() {
        let key = refused(&[&GOOD.replace("text =", "txt =")]);
        assert!(key.contains("0.toml") && key.contains("txt"), "{key}");
        let level = refused(&[&GOOD.replace("MUST", "MAY")]);
        assert!(level.contains("MAY"), "{level}");
        assert!(refused(&[&GOOD.replace("charging", "magic")]).contains("`magic` is not known"));
        assert!(refused(&[&GOOD.replace("v1.0", "v2")]).contains("versions"));
        assert!(refused(&[&GOOD.replace("t.", " ")]).contains("text is empty"));
        let cmapi = GOOD.replace("versions", "system = \"cmapi\"\nversions");
        assert!(refused(&[&cmapi]).contains("names versions, and the Cloud Monetization API has none"));
        assert!(refused(&[&cmapi.replace("cmapi", "magic")]).contains("magic"));
        assert!(parsed(&[&cmapi.replace("versions = [\"v1.0\"]\n", "")]).is_ok());
    }

    #[test]
    fn readings_need_a_known_requirement_and_a_value() {
        assert!(refused(&[READING]).contains("`DM-ACC-010` does not exist"));
        assert!(refused(&[GOOD, &READING.replace("[\"a\"]", "[]")]).contains("no legal value"));
    }
}
