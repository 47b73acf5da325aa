//! The words of the feature files, one file per topic.
//!
//! A step finds its function by its text alone: as in other implementations of Gherkin, the keyword in front
//! of it is for the reader. Every expression is anchored, so that no text fits two of them.

mod access;
mod access_rules;
mod actions;
mod addresses;
mod answers;
mod claims;
mod clock;
mod conditions;
mod configuration;
mod data_access;
mod data_access_joins;
mod data_access_reports;
mod instance_pages;
mod instances;
mod keys;
mod licensing;
mod licensing_accounts;
mod licensing_answers;
mod licensing_attacks;
mod licensing_choices;
mod licensing_connections;
mod licensing_keys;
mod licensing_requests;
mod licensing_rows;
mod line_items;
mod open_line_items;
mod open_points;
mod open_tables;
mod operations;
mod rate_tables;
mod readings;
mod session_life;
mod sessions;
mod setup;
mod tells;
mod tokens;
mod unknown;
mod usage;
mod usage_columns;
mod usage_forms;
mod versions;

use cucumber::codegen::{StepConstructor as _, WorldInventory, inventory};
use cucumber::step::Collection;

use super::world::World;

/// All steps, each under every keyword.
pub(super) fn collection() -> Collection<World> {
    let mut all = Collection::new();
    for step in inventory::iter::<<World as WorldInventory>::Given> {
        all = add(all, step.inner());
    }
    for step in inventory::iter::<<World as WorldInventory>::When> {
        all = add(all, step.inner());
    }
    for step in inventory::iter::<<World as WorldInventory>::Then> {
        all = add(all, step.inner());
    }
    all
}

/// Where a step stands, the expression that its text has to fit, and what it does.
pub(super) type Definition =
    (cucumber::step::Location, fn() -> cucumber::codegen::Regex, cucumber::Step<World>);

fn add(all: Collection<World>, (location, regex, function): Definition) -> Collection<World> {
    all.given(Some(location), regex(), function).when(Some(location), regex(), function).then(
        Some(location),
        regex(),
        function,
    )
}

#[cfg(test)]
mod tests {
    use crate::conformance::Suite;
    use crate::conformance::select::Selection;
    use crate::spec::Registry;

    #[test]
    fn every_step_of_the_built_in_features_has_one_definition() {
        let suite = Suite::load(&Selection::default(), &Registry::embedded().unwrap()).unwrap();
        let all = super::collection();
        let problems: Vec<String> = suite
            .entries()
            .iter()
            .flat_map(|entry| entry.steps.iter().map(move |step| (&entry.scenario.id, step)))
            .filter_map(|(id, step)| match all.find(step) {
                Ok(Some(_)) => None,
                Ok(None) => Some(format!("{id}: no such step: {}", step.value)),
                Err(error) => Some(format!("{id}: {}: {error}", step.value)),
            })
            .collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}
