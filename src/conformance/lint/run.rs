//! Reads every feature file and puts it to all rules.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::bindings::check_bindings;
use super::definitions::{Definition, definitions};
use super::finding::{Finding, LintReport, Severity};
use super::registry::{check_code, check_registry};
use super::scenarios::check_scenarios;
use super::steps::{Steps, check_unused};
use crate::conformance::error::ConformanceError;
use crate::conformance::suite::{expand, parse, sources};
use crate::spec::Registry;

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct LintOptions {
    /// A folder of feature files in place of the built-in ones.
    pub features: Option<PathBuf>,
    /// Whether steps that a folder of one's own does not use are findings; the built-in features always have to
    /// use them all.
    pub unused: bool,
}

/// Looks for mistakes in feature files.
///
/// # Errors
/// When there is no feature file, or one cannot be read. One that is no Gherkin is a finding.
pub fn lint(options: &LintOptions, registry: &Registry) -> Result<LintReport, ConformanceError> {
    let definitions = definitions();
    let mut steps = Steps::new(&definitions);
    let mut notes = Notes::new(options.features.as_deref());
    let mut report = LintReport { definitions: definitions.len(), ..LintReport::default() };
    for (name, text) in sources(options.features.as_deref())? {
        report.files += 1;
        notes.enter(&name);
        report.scenarios += check_file(&name, &text, registry, &mut steps, &mut notes);
    }
    if options.features.is_none() {
        check_code(registry, &mut notes);
    }
    if options.unused || options.features.is_none() {
        check_unused(&steps, &mut notes);
    }
    check_registry(options.features.as_deref(), registry, &mut notes);
    report.findings = notes.findings;
    report.findings.sort();
    report.findings.dedup_by(|one, other| {
        (&one.file, one.line, one.rule, &one.message) == (&other.file, other.line, other.rule, &other.message)
    });
    Ok(report)
}

/// Puts one file to the rules, and returns how many scenarios it holds.
fn check_file(
    name: &str,
    text: &str,
    registry: &Registry,
    steps: &mut Steps<'_>,
    notes: &mut Notes,
) -> usize {
    let expanded = parse(name, text).and_then(|file| {
        check_scenarios(&file.feature, registry, steps, notes);
        check_bindings(&file, notes);
        expand(name, file.feature)
    });
    match expanded {
        Ok(feature) => {
            steps.check(&feature, notes);
            feature.scenarios.len() + feature.rules.iter().map(|rule| rule.scenarios.len()).sum::<usize>()
        }
        Err(ConformanceError::Gherkin { location, reason }) => {
            let line = location.rsplit(':').nth(1).and_then(|line| line.parse().ok()).unwrap_or(1);
            let message = format!("not readable as Gherkin: {reason}");
            notes.error(
                line,
                "not-gherkin",
                message,
                "write it as the other files under features/ are written",
            );
            0
        }
        Err(other) => {
            notes.error(
                1,
                "not-gherkin",
                other.to_string(),
                "write it as the other files under features/ are written",
            );
            0
        }
    }
}

/// Collects the findings of all rules.
pub(super) struct Notes {
    folder: String,
    file: String,
    /// Requirements that scenarios name, with the first place.
    pub(super) tested: BTreeMap<String, String>,
    findings: Vec<Finding>,
}

impl Notes {
    pub(super) fn new(features: Option<&Path>) -> Self {
        // A single file stands in the folder that its path names.
        let folder = features.map(|path| if path.is_file() { path.parent().unwrap_or(path) } else { path });
        let folder = folder.map_or_else(|| "features".to_owned(), |folder| folder.display().to_string());
        Self { folder, file: String::new(), tested: BTreeMap::new(), findings: Vec::new() }
    }

    /// The findings that follow are in this file of the folder.
    fn enter(&mut self, name: &str) {
        self.file = self.inside(name);
    }

    /// A file of the folder as the user can open it.
    pub(super) fn inside(&self, name: &str) -> String {
        if self.folder.is_empty() {
            name.to_owned()
        } else {
            format!("{}/{name}", self.folder.trim_end_matches('/'))
        }
    }

    /// A scenario at this line of the file under examination names a requirement.
    pub(super) fn names(&mut self, requirement: &str, line: usize) {
        let file = &self.file;
        self.tested.entry(requirement.to_owned()).or_insert_with(|| format!("{file}:{line}"));
    }

    /// A mistake in the file under examination.
    pub(super) fn error(&mut self, line: usize, rule: &'static str, message: String, advice: &str) {
        let file = self.file.clone();
        self.add(Severity::Error, file, line, rule, message, advice);
    }

    /// A finding anywhere.
    pub(super) fn add(
        &mut self,
        severity: Severity,
        file: String,
        line: usize,
        rule: &'static str,
        message: String,
        advice: &str,
    ) {
        let advice = advice.to_owned();
        self.findings.push(Finding { file, line, rule, severity, message, advice });
    }

    /// The findings so far.
    #[cfg(test)]
    pub(super) fn rules(&self) -> Vec<(&'static str, usize)> {
        self.findings.iter().map(|finding| (finding.rule, finding.line)).collect()
    }
}

/// Where a definition stands, as the user can open it.
pub(super) fn place(definition: &Definition) -> (String, usize) {
    (definition.location.path.to_owned(), usize::try_from(definition.location.line).unwrap_or(usize::MAX))
}
