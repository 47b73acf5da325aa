//! What lint finds, and how it is shown.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Has to be mended: a suite with it proves less than it says.
    Error,
    /// Worth knowing; counts only when asked to be strict.
    Note,
}

impl Severity {
    const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Note => "note",
        }
    }
}

/// One mistake: where it is, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// The line in it, from 1.
    pub line: usize,
    /// Name of the rule, for example `unbound-step`.
    pub rule: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub advice: String,
}

/// Everything that lint found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LintReport {
    /// How many feature files were read.
    pub files: usize,
    /// How many scenarios they hold, each example being one.
    pub scenarios: usize,
    /// How many step definitions there are.
    pub definitions: usize,
    /// The findings in the order of files and lines.
    pub findings: Vec<Finding>,
}

impl LintReport {
    /// 1 when there is an error, or a note and the check is strict, else 0.
    #[must_use]
    pub fn exit_code(&self, strict: bool) -> u8 {
        u8::from(self.count(Severity::Error) > 0 || (strict && !self.findings.is_empty()))
    }

    /// How many findings weigh so much.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// The findings for people; notes only on demand, because there can be hundreds.
    #[must_use]
    pub fn to_text(&self, notes: bool) -> String {
        let mut text = String::new();
        let shown = |finding: &&Finding| notes || finding.severity == Severity::Error;
        for finding in self.findings.iter().filter(shown) {
            let Finding { file, line, rule, severity, message, advice } = finding;
            let _ = writeln!(text, "{file}:{line}: {}: {message} [{rule}]", severity.word());
            let _ = writeln!(text, "    {advice}");
        }
        let (errors, all_notes) = (self.count(Severity::Error), self.count(Severity::Note));
        let _ = writeln!(
            text,
            "{} in {}, {}: {}, {}",
            plural(self.scenarios, "scenario"),
            plural(self.files, "file"),
            plural(self.definitions, "step definition"),
            plural(errors, "error"),
            plural(all_notes, "note")
        );
        if all_notes > 0 && !notes {
            text.push_str("Notes are shown, and count, with --strict.\n");
        }
        text
    }

    /// The format `chargeproof-lint/1`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let finding = |finding: &Finding| {
            json!({
                "rule": finding.rule,
                "severity": finding.severity.word(),
                "file": finding.file,
                "line": finding.line,
                "message": finding.message,
                "advice": finding.advice,
            })
        };
        json!({
            "format": "chargeproof-lint/1",
            "files": self.files,
            "scenarios": self.scenarios,
            "definitions": self.definitions,
            "errors": self.count(Severity::Error),
            "notes": self.count(Severity::Note),
            "findings": self.findings.iter().map(finding).collect::<Vec<Value>>(),
        })
    }
}

fn plural(number: usize, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(severity: Severity) -> LintReport {
        let finding = Finding {
            file: "a.feature".to_owned(),
            line: 3,
            rule: "long-scenario",
            severity,
            message: "the scenario has 16 lines".to_owned(),
            advice: "split it".to_owned(),
        };
        LintReport { files: 1, scenarios: 1, definitions: 2, findings: vec![finding] }
    }

    #[test]
    fn notes_count_only_when_strict() {
        assert_eq!(
            (report(Severity::Error).exit_code(false), report(Severity::Error).exit_code(true)),
            (1, 1)
        );
        assert_eq!((report(Severity::Note).exit_code(false), report(Severity::Note).exit_code(true)), (0, 1));
        assert_eq!(LintReport::default().exit_code(true), 0);
    }

    #[test]
    fn a_finding_says_where_what_and_what_to_do() {
        let text = report(Severity::Error).to_text(false);
        assert!(
            text.starts_with("a.feature:3: error: the scenario has 16 lines [long-scenario]\n    split it\n")
        );
        assert!(text.ends_with("1 scenario in 1 file, 2 step definitions: 1 error, 0 notes\n"), "{text}");
        assert!(!report(Severity::Note).to_text(false).contains("a.feature"));
        assert!(report(Severity::Note).to_text(true).contains("a.feature"));
    }
}
