//! Reads the list of known deviations strictly: an entry without a reason, a link or an end would stay for ever.

use std::collections::HashSet;
use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use super::registry::Registry;
use crate::report::events::ExpectedDeviation;

/// Why a list of known deviations cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExpectedError {
    /// The file cannot be read.
    #[error("the file of known deviations {path} cannot be read: {problem}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        problem: std::io::Error,
    },
    /// The file is no TOML or holds an unknown key.
    #[error("the file of known deviations {path} cannot be understood\n{detail}")]
    Malformed {
        /// The file.
        path: String,
        /// Line, column and what is wrong there.
        detail: String,
    },
    /// An entry lacks something or names what does not exist.
    #[error("{place}: {problem}")]
    Wrong {
        /// `file:line` of the entry.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFile {
    #[serde(default)]
    expected: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    requirement: Option<String>,
    scenario: Option<String>,
    reason: Option<String>,
    link: Option<String>,
    expires: Option<String>,
}

/// What the entries may speak of, and when they are read.
pub struct ExpectedContext<'a> {
    /// The requirements that exist.
    pub registry: &'a Registry,
    /// How many scenarios of the whole suite name a requirement.
    pub scenarios_of: &'a dyn Fn(&str) -> u64,
    /// How many scenarios have this ID or name.
    pub scenarios_named: &'a dyn Fn(&str) -> u64,
    /// The day of the run.
    pub today: Date,
}

impl std::fmt::Debug for ExpectedContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExpectedContext").field("today", &self.today).finish_non_exhaustive()
    }
}

/// Reads the known deviations of a file.
///
/// # Errors
/// When the file cannot be read or understood, or an entry lacks something, stands twice, or names a requirement
/// or scenario that does not exist.
pub fn read_expected(
    path: &Path,
    context: &ExpectedContext<'_>,
) -> Result<Vec<ExpectedDeviation>, ExpectedError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|problem| ExpectedError::Unreadable { path: name.clone(), problem })?;
    parse(&name, &text, context)
}

fn parse(
    name: &str,
    text: &str,
    context: &ExpectedContext<'_>,
) -> Result<Vec<ExpectedDeviation>, ExpectedError> {
    let file: ExpectedFile = toml::from_str(text).map_err(|error| ExpectedError::Malformed {
        path: name.to_owned(),
        detail: error.to_string().trim_end().to_owned(),
    })?;
    let mut subjects = HashSet::new();
    let mut all = Vec::new();
    for entry in file.expected {
        let line = text[..entry.span().start].matches('\n').count() + 1;
        let wrong = |problem: String| ExpectedError::Wrong { place: format!("{name}:{line}"), problem };
        let deviation = deviation(entry.into_inner(), context).map_err(wrong)?;
        if !subjects.insert((deviation.requirement.clone(), deviation.scenario.clone())) {
            return Err(wrong("an entry above is about the same; keep one of the two".to_owned()));
        }
        all.push(deviation);
    }
    Ok(all)
}

fn deviation(entry: Entry, context: &ExpectedContext<'_>) -> Result<ExpectedDeviation, String> {
    let Entry { requirement, scenario, reason, link, expires } = entry;
    let scenarios = match (&requirement, &scenario) {
        (Some(id), None) if context.registry.get(id).is_some() => (context.scenarios_of)(id),
        (Some(id), None) => {
            return Err(format!("there is no requirement `{id}`; see `chargeproof explain ID`"));
        }
        (None, Some(named)) => match (context.scenarios_named)(named) {
            0 => {
                return Err(format!(
                    "no scenario has the ID or name `{named}`; see `chargeproof conformance --list`"
                ));
            }
            some => some,
        },
        _ => return Err("give either `requirement` or `scenario`".to_owned()),
    };
    let reason = filled("reason", "why the deviation is accepted", reason)?;
    let link = filled("link", "where it is tracked", link)?;
    let expires = filled("expires", "the last day on which it is accepted, like \"2026-12-31\"", expires)?;
    let last: Date = expires
        .parse()
        .map_err(|_| format!("`expires` is {expires:?}, which is no day like \"2026-12-31\""))?;
    let expired = last < context.today;
    Ok(ExpectedDeviation { requirement, scenario, reason, link, expires, expired, scenarios })
}

fn filled(key: &str, says: &str, value: Option<String>) -> Result<String, String> {
    value.filter(|text| !text.trim().is_empty()).ok_or_else(|| format!("`{key}` is missing: {says}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# known\n[[expected]]\nrequirement = \"DM-ACC-010\"\nreason = \"r\"\nlink = \"l\"\n\
        expires = \"2026-12-31\"\n";

    fn read(text: &str, today: &str) -> Result<Vec<ExpectedDeviation>, String> {
        let registry = Registry::embedded().unwrap();
        let context = ExpectedContext {
            registry: &registry,
            scenarios_of: &|_| 3,
            scenarios_named: &|name| u64::from(name == "a.feature:1"),
            today: today.parse().unwrap(),
        };
        parse("known.toml", text, &context).map_err(|error| error.to_string())
    }

    fn refused(text: &str) -> String {
        read(text, "2026-01-01").unwrap_err()
    }

    #[test]
    fn the_last_day_still_counts() {
        let expected = read(GOOD, "2026-12-31").unwrap();
        assert_eq!(
            (expected[0].subject(), expected[0].expired, expected[0].scenarios),
            ("DM-ACC-010", false, 3)
        );
        assert!(read(GOOD, "2027-01-01").unwrap()[0].expired);
        assert!(read("", "2027-01-01").unwrap().is_empty());
    }

    #[test]
    fn every_entry_is_complete() {
        for key in ["reason", "link", "expires"] {
            let lacking: String =
                GOOD.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
            let message = refused(&lacking);
            assert!(message.starts_with("known.toml:2: ") && message.contains(key), "{message}");
        }
        assert!(refused(&GOOD.replace("\"r\"", "\" \"")).contains("`reason` is missing"));
        assert!(refused(&GOOD.replace("2026-12-31", "soon")).contains("\"soon\""));
        assert!(refused(&GOOD.replace("link", "url")).contains("url"));
    }

    #[test]
    fn an_entry_is_about_one_thing_that_exists() {
        assert!(refused(&GOOD.replace("DM-ACC-010", "DM-NONE-1")).contains("`DM-NONE-1`"));
        assert!(
            refused(&GOOD.replace("requirement = \"DM-ACC-010\"", "scenario = \"b.feature:1\""))
                .contains("b.feature")
        );
        assert!(
            read(&GOOD.replace("requirement = \"DM-ACC-010\"", "scenario = \"a.feature:1\""), "2026-01-01")
                .is_ok()
        );
        assert!(refused(&format!("{GOOD}scenario = \"a.feature:1\"\n")).contains("either"));
        assert!(refused(&format!("{GOOD}{GOOD}")).contains("the same"));
    }
}
