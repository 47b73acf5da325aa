//! Rules about the registry: every entry is tested or excused, never both.

use std::path::Path;

use super::finding::Severity;
use super::run::Notes;
use super::sources::requirement_ids;
use crate::spec::{Registry, Requirement, Task};

/// Every entry of the registry that the features answer for is tested, or says why it cannot be.
pub(super) fn check_registry(features: Option<&Path>, registry: &Registry, notes: &mut Notes) {
    for requirement in registry.all().filter(|requirement| is_theirs(features, requirement)) {
        let (file, line) = requirement.place.split_once(':').unwrap_or((&requirement.place, "1"));
        let (file, line) = (notes.inside(&format!("requirements/{file}")), line.parse().unwrap_or(1));
        let id = &requirement.id;
        match (&requirement.untestable, notes.tested.get(id)) {
            (Some(reason), Some(scenario)) => {
                let message = format!("{id} is excused (`{reason}`), but {scenario} tests it");
                let advice = "remove `untestable` from its entry, or the tag from the scenario";
                notes.add(Severity::Error, file.clone(), line, "excused-and-tested", message, advice);
            }
            (None, None) => {
                let message = format!("{id} is neither tested nor excused");
                let advice = "tag a scenario with it, or say in `untestable` why no test can show it";
                notes.add(Severity::Note, file.clone(), line, "untested-requirement", message, advice);
            }
            _ => {}
        }
        for (rule, message, advice) in unassigned(requirement) {
            notes.add(Severity::Error, file.clone(), line, rule, message, advice);
        }
    }
}

/// What an entry does not say of whom it serves, with the rule and the advice.
fn unassigned(requirement: &Requirement) -> Vec<(&'static str, String, &'static str)> {
    let id = &requirement.id;
    let mut missing = Vec::new();
    if requirement.persona.is_none() {
        let message = format!("{id} does not say who relies on it");
        missing.push((
            "no-persona",
            message,
            "add `persona = \"producer\"`, `\"administrator\"` or `\"client\"`",
        ));
    }
    if requirement.tasks.is_empty() && Task::is_due(&requirement.capability) {
        let message = format!("{id} is about {} and names no task", requirement.capability);
        missing.push((
            "no-task",
            message,
            "add `tasks = [9]`, with the numbers of the tasks that it is part of",
        ));
    }
    missing
}

/// The built-in features answer for every entry; a folder for those that it registers itself.
fn is_theirs(features: Option<&Path>, requirement: &Requirement) -> bool {
    let Some(folder) = features else { return true };
    let file = requirement.place.split(':').next().unwrap_or_default();
    folder.join("requirements").join(file).is_file()
}

/// Steps that speak for requirements of their own name registered ones.
pub(super) fn check_code(registry: &Registry, notes: &mut Notes) {
    let families: Vec<&str> = registry.all().filter_map(|one| one.id.split('-').next()).collect();
    for (file, line, id) in requirement_ids() {
        let family = id.split('-').next().unwrap_or_default();
        if registry.get(&id).is_none() && families.contains(&family) {
            let message = format!("the step speaks for {id}, which is not registered");
            let advice = "correct the ID, or register it in requirements/*.toml";
            notes.add(Severity::Error, file, line, "unknown-requirement", message, advice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_tested_or_excused() {
        let registry = Registry::embedded().unwrap();
        let mut notes = Notes::new(None);
        let (mut excused, mut open) = (0, 0);
        for requirement in registry.all() {
            match requirement.untestable {
                Some(_) => excused += 1,
                None => open += 1,
            }
        }
        check_registry(None, &registry, &mut notes);
        assert_eq!(notes.rules().len(), open);
        assert!(notes.rules().iter().all(|(rule, line)| *rule == "untested-requirement" && *line > 1));
        let mut notes = Notes::new(None);
        notes.tested.extend(registry.all().map(|one| (one.id.clone(), "a.feature:1".to_owned())));
        check_registry(None, &registry, &mut notes);
        assert_eq!(notes.rules().len(), excused);
    }

    #[test]
    fn an_entry_says_whom_it_serves() {
        let registry = Registry::embedded().unwrap();
        let rules = |requirement: &Requirement| {
            unassigned(requirement).into_iter().map(|(rule, ..)| rule).collect::<Vec<_>>()
        };
        let request = registry.get("DM-ACC-010").unwrap();
        assert_eq!(rules(request), [""; 0]);
        let bare = Requirement { persona: None, tasks: Vec::new(), ..request.clone() };
        assert_eq!(rules(&bare), ["no-persona", "no-task"]);
        // The vendor gives the work with rules of access no number.
        assert_eq!(rules(registry.get("DM-RULE-001").unwrap()), [""; 0]);
    }

    #[test]
    fn a_folder_answers_for_its_own_entries_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut notes = Notes::new(Some(folder.path()));
        check_registry(Some(folder.path()), &Registry::embedded().unwrap(), &mut notes);
        assert_eq!(notes.rules(), []);
    }
}
