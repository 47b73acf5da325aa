//! Rules about how scenarios are written: tags, examples, names, length, and one behaviour each.

use std::collections::HashMap;

use cucumber::gherkin::{Feature, Scenario, Step};

use super::run::Notes;
use super::steps::Steps;
use crate::conformance::tags::is_requirement;
use crate::spec::Registry;

/// The most lines that a scenario may have: its steps with their tables and texts.
const LONGEST: usize = 15;

/// The topic of steps that record which legal alternative they saw, and may therefore name both.
const READINGS: &str = "readings";

/// Puts a feature, whose outlines are not expanded, to the rules.
pub(super) fn check_scenarios(
    feature: &Feature,
    registry: &Registry,
    steps: &mut Steps<'_>,
    notes: &mut Notes,
) {
    let mut names: HashMap<&str, usize> = HashMap::new();
    let direct = feature.scenarios.iter().map(|scenario| (&[][..], scenario));
    let in_rules =
        feature.rules.iter().flat_map(|rule| rule.scenarios.iter().map(|s| (rule.tags.as_slice(), s)));
    for (rule_tags, scenario) in direct.chain(in_rules) {
        let inherited: Vec<&String> = feature.tags.iter().chain(rule_tags).collect();
        check_tags(scenario, &inherited, registry, notes);
        check_examples(scenario, notes);
        check_length(scenario, notes);
        let line = scenario.position.line;
        match names.insert(&scenario.name, line) {
            Some(first) => {
                let message = format!("line {first} has a scenario of the same name, `{}`", scenario.name);
                notes.error(
                    line,
                    "duplicate-name",
                    message,
                    "name each scenario for the one thing that it shows",
                );
            }
            None if scenario.name.trim().is_empty() => {
                let message = "the scenario has no name".to_owned();
                notes.error(
                    line,
                    "duplicate-name",
                    message,
                    "name each scenario for the one thing that it shows",
                );
            }
            None => {}
        }
    }
    for step in all_steps(feature) {
        check_alternative(step, steps, notes);
    }
}

/// The steps of backgrounds and scenarios.
pub(super) fn all_steps(feature: &Feature) -> impl Iterator<Item = &Step> {
    let in_rules = feature.rules.iter().filter_map(|rule| rule.background.as_ref());
    let backgrounds = feature.background.iter().chain(in_rules).flat_map(|background| &background.steps);
    let in_rules = feature.rules.iter().flat_map(|rule| &rule.scenarios);
    backgrounds.chain(feature.scenarios.iter().chain(in_rules).flat_map(|scenario| &scenario.steps))
}

fn check_tags(scenario: &Scenario, inherited: &[&String], registry: &Registry, notes: &mut Notes) {
    let line = scenario.position.line;
    let own: Vec<&String> = scenario.tags.iter().chain(inherited.iter().copied()).collect();
    // Examples may have tags of their own; a scenario without examples stands for itself.
    let of_examples: Vec<&[String]> = match scenario.examples.as_slice() {
        [] => vec![&[]],
        examples => examples.iter().map(|one| one.tags.as_slice()).collect(),
    };
    for more in of_examples {
        let ids = own.iter().copied().chain(more).filter(|tag| is_requirement(tag));
        let mut known = 0;
        for id in ids {
            if registry.get(id).is_some() {
                known += 1;
                notes.names(id, line);
            } else {
                let message = format!("the tag @{id} names no registered requirement");
                let advice = "correct the ID, or register it in requirements/*.toml";
                notes.error(line, "unknown-requirement", message, advice);
            }
        }
        let tasks = own.iter().filter_map(|tag| tag.strip_prefix("task-")?.parse().ok());
        for task in tasks.filter(|task| !serves(&own, *task, registry)) {
            let message = format!(
                "the scenario `{}` names task {task}, and none of its requirements does",
                scenario.name
            );
            let advice = "tag it with a requirement of the task, or correct `tasks` in requirements/*.toml";
            notes.error(line, "task-without-requirement", message, advice);
        }
        if known == 0 {
            let message = format!("the scenario `{}` names no registered requirement", scenario.name);
            let advice = "tag it with the ID of each requirement that it tests";
            notes.error(line, "no-requirement", message, advice);
        }
    }
}

/// Whether a requirement among the tags is part of a task.
fn serves(tags: &[&String], task: u8, registry: &Registry) -> bool {
    tags.iter().filter_map(|id| registry.get(id)).any(|requirement| requirement.tasks.contains(&task))
}

fn check_examples(scenario: &Scenario, notes: &mut Notes) {
    for examples in &scenario.examples {
        if examples.table.as_ref().is_none_or(|table| table.rows.len() < 2) {
            let message =
                format!("these examples of `{}` hold no example, so that nothing runs", scenario.name);
            notes.error(examples.position.line, "empty-examples", message, "add a row below the header");
        }
    }
    let placeholder = |step: &Step| step.value.split_once('<').is_some_and(|(_, rest)| rest.contains('>'));
    if scenario.examples.is_empty() && scenario.steps.iter().any(placeholder) {
        let message = format!("`{}` has a placeholder and no examples that fill it", scenario.name);
        notes.error(
            scenario.position.line,
            "empty-examples",
            message,
            "add a table `Examples:` below the scenario",
        );
    }
}

fn check_length(scenario: &Scenario, notes: &mut Notes) {
    let lines: usize = scenario.steps.iter().map(lines).sum();
    if lines > LONGEST {
        let message = format!("the scenario `{}` has {lines} lines, more than {LONGEST}", scenario.name);
        let advice = "split it, or let one step say what several say now";
        notes.error(scenario.position.line, "long-scenario", message, advice);
    }
}

/// The lines of a step: its own, the rows of its table, and its text with the two fences.
fn lines(step: &Step) -> usize {
    let table = step.table.as_ref().map_or(0, |table| table.rows.len());
    let text = step.docstring.as_ref().map_or(0, |text| text.trim().lines().count() + 2);
    1 + table + text
}

fn check_alternative(step: &Step, steps: &mut Steps<'_>, notes: &mut Notes) {
    let Some(word) = alternative(&step.value) else { return };
    if steps.fitting(&step.value).iter().any(|definition| definition.topic() == READINGS) {
        return;
    }
    let message = format!("the step leaves open what must hold: `{word}` in `{}`", step.value);
    let advice = "say the one thing that must hold; where the documents leave it open, use a reading";
    notes.error(step.position.line, "alternative", message, advice);
}

/// The word by which a step's text offers a choice: `or`, `either`, or two words with a slash between them.
/// What stands between quotes or in a placeholder is data and says nothing of the kind.
fn alternative(text: &str) -> Option<String> {
    let outside: String = text.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let mut plain = String::new();
    let mut inside = false;
    for letter in outside.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => plain.push(letter),
            _ => {}
        }
    }
    let slashed = |word: &str| {
        let parts: Vec<&str> = word.split('/').collect();
        parts.len() > 1 && parts.iter().all(|part| part.starts_with(|first: char| first.is_alphabetic()))
    };
    let word = |word: &&str| matches!(word.to_lowercase().as_str(), "or" | "either") || slashed(word);
    plain.split(|c: char| c.is_whitespace() || ",;:.()".contains(c)).find(word).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::definitions::definitions;
    use super::*;
    use crate::conformance::suite::parse;

    fn found(text: &str) -> Vec<(&'static str, usize)> {
        let all = definitions();
        let mut notes = Notes::new(None);
        let feature = parse("f.feature", text).unwrap().feature;
        check_scenarios(&feature, &Registry::embedded().unwrap(), &mut Steps::new(&all), &mut notes);
        notes.rules()
    }

    #[test]
    fn every_scenario_names_a_registered_requirement() {
        let text = "Feature: F\n  Scenario: A\n    Given a session\n\n  @DM-ACC-999\n  Scenario: B\n    Given a session\n\
                    \n  @DM-ACC-010\n  Scenario: C\n    Given a session\n";
        assert_eq!(found(text), [("no-requirement", 2), ("unknown-requirement", 6), ("no-requirement", 6)]);
        let tagged = "@DM-ACC-010\nFeature: F\n  Scenario: A\n    Given a session\n";
        assert_eq!(found(tagged), []);
    }

    #[test]
    fn a_task_is_one_of_a_requirement() {
        let text = |task: u8| {
            format!("Feature: F\n  @task-{task} @DM-ACC-010\n  Scenario: A\n    Given a session\n")
        };
        assert_eq!(found(&text(9)), []);
        assert_eq!(found(&text(8)), [("task-without-requirement", 3)]);
    }

    #[test]
    fn examples_hold_examples() {
        let head = "Feature: F\n  @DM-ACC-010\n  Scenario Outline: A\n    Given <n> sessions\n";
        assert_eq!(found(&format!("{head}\n    Examples:\n      | n |\n")), [("empty-examples", 6)]);
        assert_eq!(found(&format!("{head}\n    Examples:\n      | n |\n      | 2 |\n")), []);
        assert_eq!(found(head), [("empty-examples", 3)]);
    }

    #[test]
    fn names_are_unique_in_a_file() {
        let one = "  @DM-ACC-010\n  Scenario: A\n    Given a session\n\n";
        assert_eq!(found(&format!("Feature: F\n{one}{one}")), [("duplicate-name", 7)]);
    }

    #[test]
    fn a_scenario_fits_fifteen_lines() {
        let head = "Feature: F\n  @DM-ACC-010\n  Scenario: A\n";
        let rows = "      | item |\n".repeat(14);
        assert_eq!(found(&format!("{head}    Given line items:\n{rows}")), []);
        let text = format!("{head}    Given line items:\n{rows}    Given a session\n");
        assert_eq!(found(&text), [("long-scenario", 3)]);
    }

    #[test]
    fn a_step_offers_no_choice() {
        for text in
            ["the status is 200 or 409", "the session is either open", "the request is granted/refused"]
        {
            assert!(alternative(text).is_some(), "{text}");
        }
        for text in [
            "the client sends it as \"text/plain or so\"",
            "<a or b> passes",
            "the order for Orlando",
            "1/2 of it",
        ] {
            assert_eq!(alternative(text), None, "{text}");
        }
        let head = "Feature: F\n  @DM-ACC-010\n  Scenario: A\n    Then";
        assert_eq!(found(&format!("{head} the answer has status 200 or 201\n")), [("alternative", 4)]);
        assert_eq!(found(&format!("{head} the refund is seen to pay or not to pay the new charge\n")), []);
    }
}
