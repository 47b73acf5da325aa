//! Rules about what the lines of a scenario speak for: nothing but its tags, and every one of them.

use cucumber::gherkin::{Scenario, Step, StepType};

use super::run::Notes;
use crate::conformance::binding::{FeatureFile, speaks_for};
use crate::conformance::tags::is_requirement;

/// Puts the bindings of a file, whose outlines are not expanded, to the rules.
pub(super) fn check_bindings(file: &FeatureFile, notes: &mut Notes) {
    let feature = &file.feature;
    let background =
        |steps: Option<&cucumber::gherkin::Background>| steps.map(|b| b.steps.clone()).unwrap_or_default();
    let common = background(feature.background.as_ref());
    for scenario in &feature.scenarios {
        check_scenario(file, scenario, &[&feature.tags], &common, notes);
    }
    for rule in &feature.rules {
        let mut common = common.clone();
        common.extend(background(rule.background.as_ref()));
        for scenario in &rule.scenarios {
            check_scenario(file, scenario, &[&feature.tags, &rule.tags], &common, notes);
        }
    }
}

fn check_scenario(
    file: &FeatureFile,
    scenario: &Scenario,
    inherited: &[&Vec<String>],
    background: &[Step],
    notes: &mut Notes,
) {
    let tags = inherited.iter().copied().flatten().chain(&scenario.tags).filter(|tag| is_requirement(tag));
    let tags: Vec<&String> = tags.collect();
    let steps: Vec<&Step> = background.iter().chain(&scenario.steps).collect();
    let bound = |step: &Step| file.bindings.get(&step.position.line);
    // Each set of examples may add tags of its own.
    let of_examples: Vec<&[String]> = match scenario.examples.as_slice() {
        [] => vec![&[]],
        examples => examples.iter().map(|one| one.tags.as_slice()).collect(),
    };
    for more in of_examples {
        let tagged = |named: &String| {
            let named = std::slice::from_ref(named);
            tags.iter().copied().chain(more).any(|id| speaks_for(named, id))
        };
        for step in &steps {
            for id in bound(step).into_iter().flatten().filter(|id| !tagged(id)) {
                let message =
                    format!("the line speaks for {id}, with which `{}` is not tagged", scenario.name);
                let advice = "add the tag to the scenario, or take the ID off the line";
                notes.error(step.position.line, "not-tagged", message, advice);
            }
        }
        let asserting = steps.iter().filter(|step| step.ty == StepType::Then);
        if asserting.clone().count() == 0 || asserting.clone().any(|step| bound(step).is_none()) {
            continue;
        }
        let spoken_for =
            |id: &str| steps.iter().filter_map(|step| bound(step)).any(|named| speaks_for(named, id));
        let own = more.iter().filter(|tag| is_requirement(tag));
        for id in tags.iter().copied().chain(own).filter(|id| !spoken_for(id)) {
            let message =
                format!("`{}` is tagged with {id}, for which none of its lines speaks", scenario.name);
            let advice = "name it at the end of the line that shows it, or remove the tag";
            notes.error(scenario.position.line, "unbound-tag", message, advice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::suite::parse;

    fn found(lines: &str) -> Vec<(&'static str, usize)> {
        let text =
            format!("Feature: F\n  @DM-HB-001 @DM-HB-002\n  Scenario: A\n    When 2 hours pass\n{lines}");
        let mut notes = Notes::new(None);
        check_bindings(&parse("f.feature", &text).unwrap(), &mut notes);
        notes.rules()
    }

    #[test]
    fn a_line_without_an_id_speaks_for_every_tag() {
        assert_eq!(found("    Then the heartbeat is refused\n"), []);
        assert_eq!(found("    Then the session is IDLE (DM-HB-001)\n    And the heartbeat is refused\n"), []);
    }

    #[test]
    fn a_line_speaks_for_tags_of_its_scenario() {
        let lines = "    Then the session is IDLE\n    And the heartbeat is refused (DM-HB-003)\n";
        assert_eq!(found(lines), [("not-tagged", 6)]);
        // The lines of a scenario are shared by all its examples.
        let lines = "    Then <n> tokens are charged (DM-HB-003)\n    And the session is IDLE\n\n    \
                     @DM-HB-003\n    Examples:\n      | n |\n      | 1 |\n    Examples:\n      | n |\n      | 2 |\n";
        assert_eq!(found(lines), [("not-tagged", 5)]);
    }

    #[test]
    fn a_tag_for_which_no_line_speaks_tests_nothing() {
        let lines =
            "    Then the session is IDLE (DM-HB-001)\n    And the heartbeat is refused (DM-HB-001)\n";
        assert_eq!(found(lines), [("unbound-tag", 3)]);
        let both = "    Then the session is IDLE (DM-HB-002)\n    And the heartbeat is refused (DM-HB-001)\n";
        assert_eq!(found(both), []);
        assert_eq!(found("    Then the session is IDLE (DM-HB-*)\n"), []);
        assert_eq!(
            found("    Then the session is IDLE (DM-SES-*)\n"),
            [("not-tagged", 5), ("unbound-tag", 3), ("unbound-tag", 3)]
        );
    }
}
