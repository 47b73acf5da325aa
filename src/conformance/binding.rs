//! Which requirement a line of a scenario speaks for.
//!
//! A scenario is tagged with every requirement that it is about. Where its lines are about different ones, a line
//! says so at its end, in brackets: `Then the heartbeat is refused (DM-HB-002)`, where `*` stands for any text as it
//! does in `--id`. A line that says nothing speaks for all tags of its scenario, so that a scenario with a single
//! requirement needs no such words. The brackets are taken off before a step looks for its definition.

use std::collections::BTreeMap;

use cucumber::gherkin::{Background, Feature, Step};

use super::tags::{id_matches, is_requirement};

/// What the lines of one feature file name, by line: requirements, or patterns of them.
pub(super) type Bindings = BTreeMap<usize, Vec<String>>;

/// Whether a line that names these speaks for a requirement.
pub(super) fn speaks_for(named: &[String], requirement: &str) -> bool {
    named.iter().any(|pattern| id_matches(pattern, requirement))
}

/// A feature file, read.
#[derive(Clone, Debug)]
pub(super) struct FeatureFile {
    /// Its features, with nothing but words in its steps.
    pub(super) feature: Feature,
    /// What its lines speak for.
    pub(super) bindings: Bindings,
}

impl FeatureFile {
    /// Takes the brackets off every step.
    pub(super) fn new(mut feature: Feature) -> Self {
        let mut bindings = Bindings::new();
        for step in all_steps_mut(&mut feature) {
            if let Some((words, requirements)) = split(&step.value) {
                step.value = words;
                bindings.insert(step.position.line, requirements);
            }
        }
        Self { feature, bindings }
    }
}

fn all_steps_mut(feature: &mut Feature) -> impl Iterator<Item = &mut Step> {
    let rules = feature.rules.iter_mut().flat_map(|rule| {
        of_background(&mut rule.background)
            .into_iter()
            .chain(rule.scenarios.iter_mut().map(|scenario| &mut scenario.steps))
    });
    of_background(&mut feature.background)
        .into_iter()
        .chain(feature.scenarios.iter_mut().map(|scenario| &mut scenario.steps))
        .chain(rules)
        .flatten()
}

fn of_background(background: &mut Option<Background>) -> Option<&mut Vec<Step>> {
    background.as_mut().map(|background| &mut background.steps)
}

/// The words of a step and the requirements in brackets behind them, if there are any. The colon of a table stays
/// with the words.
fn split(text: &str) -> Option<(String, Vec<String>)> {
    let text = text.trim_end();
    let (rest, colon) = text.strip_suffix(':').map_or((text, ""), |rest| (rest, ":"));
    let (words, list) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let requirements: Vec<&str> = list.split(',').map(str::trim).collect();
    let named = requirements.iter().all(|requirement| is_requirement(&requirement.replace('*', "0")));
    named.then(|| {
        (format!("{}{colon}", words.trim_end()), requirements.into_iter().map(str::to_owned).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::suite::parse;

    #[test]
    fn brackets_at_the_end_name_requirements() {
        let split = |text: &str| split(text).map(|(words, ids)| (words, ids.join(" ")));
        let expected = |words: &str, ids: &str| Some((words.to_owned(), ids.to_owned()));
        assert_eq!(
            split("the heartbeat is refused (DM-HB-002)"),
            expected("the heartbeat is refused", "DM-HB-002")
        );
        assert_eq!(
            split("the usage rows are (WH-USAGE-029, DM-ACC-012):"),
            expected("the usage rows are:", "WH-USAGE-029 DM-ACC-012")
        );
        assert_eq!(
            split("the usage rows are (WH-USAGE-*, DM-ACC-012):"),
            expected("the usage rows are:", "WH-USAGE-* DM-ACC-012")
        );
        assert_eq!(split("an administration token that is unsigned (alg none)"), None);
        assert_eq!(split("the key (DM-HB-002) is listed"), None);
        assert_eq!(split("the heartbeat is refused ()"), None);
    }

    #[test]
    fn every_step_of_a_file_is_read_by_its_line() {
        let text = "Feature: F\n  Background:\n    Given a session (DM-SES-001)\n  @DM-HB-001\n  Scenario: A\n    \
                    When the client sends a heartbeat\n    Then the heartbeat is accepted (DM-HB-001)\n  Rule: R\n    \
                    @DM-HB-002\n    Scenario: B\n      Then the heartbeat is refused (DM-HB-002)\n";
        let FeatureFile { feature, bindings } = parse("f.feature", text).unwrap();
        let lines: Vec<(usize, &str)> =
            bindings.iter().map(|(line, requirements)| (*line, requirements[0].as_str())).collect();
        assert_eq!(lines, [(3, "DM-SES-001"), (7, "DM-HB-001"), (11, "DM-HB-002")]);
        assert_eq!(feature.scenarios[0].steps[1].value, "the heartbeat is accepted");
        assert_eq!(feature.rules[0].scenarios[0].steps[0].value, "the heartbeat is refused");
    }
}
