//! Rules about steps: each has exactly one definition, and each definition is of use.

use std::collections::HashMap;

use cucumber::gherkin::{Feature, Step};

use super::definitions::Definition;
use super::finding::Severity;
use super::run::{Notes, place};
use super::scenarios::all_steps;

/// The definitions, and which of them the files examined so far use.
pub(super) struct Steps<'a> {
    all: &'a [Definition],
    used: Vec<bool>,
    // The same text occurs in many scenarios.
    known: HashMap<String, Vec<usize>>,
}

impl<'a> Steps<'a> {
    /// No definition is used yet.
    pub(super) fn new(all: &'a [Definition]) -> Self {
        Self { all, used: vec![false; all.len()], known: HashMap::new() }
    }

    /// The definitions that a step's text fits.
    pub(super) fn fitting(&mut self, text: &str) -> Vec<&'a Definition> {
        let all = self.all;
        let find = || {
            let fits = |at: &usize| all[*at].expression.is_match(text);
            (0..all.len()).filter(fits).collect::<Vec<usize>>()
        };
        let found = self.known.entry(text.to_owned()).or_insert_with(find);
        for &at in found.iter() {
            self.used[at] = true;
        }
        found.iter().map(|&at| &all[at]).collect()
    }

    /// Each step of a feature, whose outlines are expanded, has exactly one definition.
    pub(super) fn check(&mut self, feature: &Feature, notes: &mut Notes) {
        for step in all_steps(feature) {
            self.check_step(step, notes);
        }
    }

    fn check_step(&mut self, step: &Step, notes: &mut Notes) {
        let line = step.position.line;
        match self.fitting(&step.value).as_slice() {
            [_] => {}
            [] => {
                let message = format!("no step is defined that fits `{}`", step.value);
                notes.error(
                    line,
                    "unbound-step",
                    message,
                    "docs/steps.md lists all steps: `chargeproof lint --steps`",
                );
            }
            several => {
                let places: Vec<String> =
                    several.iter().map(|one| format!("{}:{}", place(one).0, place(one).1)).collect();
                let message = format!("`{}` fits {} steps: {}", step.value, places.len(), places.join(", "));
                notes.error(
                    line,
                    "ambiguous-step",
                    message,
                    "narrow the expressions so that one of them fits",
                );
            }
        }
    }
}

/// Every definition is used by some step.
pub(super) fn check_unused(steps: &Steps<'_>, notes: &mut Notes) {
    for (definition, used) in steps.all.iter().zip(&steps.used) {
        if !used {
            let (file, line) = place(definition);
            let message = format!("no feature file uses the step `{}`", definition.expression);
            notes.add(
                Severity::Error,
                file,
                line,
                "unused-step",
                message,
                "use it in a scenario, or remove it",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::definitions::definitions;
    use super::*;
    use crate::conformance::suite::parse;

    #[test]
    fn a_step_without_a_definition_is_found_with_its_line() {
        let all = definitions();
        let (mut steps, mut notes) = (Steps::new(&all), Notes::new(None));
        let text = "Feature: F\n  Background:\n    Given a session\n  Scenario: S\n    Given a unicorn\n    * a session\n";
        steps.check(&parse("f.feature", text).unwrap().feature, &mut notes);
        assert_eq!(notes.rules(), [("unbound-step", 5)]);
        assert_eq!(steps.used.iter().filter(|&&used| used).count(), 1);
        check_unused(&steps, &mut notes);
        assert_eq!(notes.rules().len(), all.len());
    }

    #[test]
    fn a_step_with_two_definitions_is_ambiguous() {
        let mut all = definitions();
        all.extend(definitions());
        let (mut steps, mut notes) = (Steps::new(&all), Notes::new(None));
        let feature = parse("f.feature", "Feature: F\n  Scenario: S\n    Given a session\n").unwrap().feature;
        steps.check(&feature, &mut notes);
        assert_eq!(notes.rules(), [("ambiguous-step", 3)]);
    }
}
