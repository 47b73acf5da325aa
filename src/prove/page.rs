//! The kill matrix as a page: for each requirement, the broken servers that the suite is known to catch.

use std::collections::BTreeMap;

use minijinja::{Environment, Value, context};

use super::matrix::{MutantOutcome, MutantResult, ProveReport};
use crate::report::events::Level;
use crate::spec::{Registry, Requirement};

const TEMPLATE: &str = include_str!("page.html");

/// How many of the scenarios that caught a mutant are named.
const NAMED: usize = 3;

/// The page, one file without anything from outside.
///
/// # Errors
/// When the template cannot be rendered, which the tests rule out.
pub(super) fn page(report: &ProveReport, registry: &Registry) -> Result<String, minijinja::Error> {
    let mut breaking: BTreeMap<&str, Vec<&MutantResult>> = BTreeMap::new();
    for mutant in &report.mutants {
        for id in &mutant.requirements {
            breaking.entry(id).or_default().push(mutant);
        }
    }
    let entries: Vec<Value> = registry
        .all()
        .filter_map(|requirement| Some(entry(requirement, breaking.get(requirement.id.as_str())?)))
        .collect();
    let killed = report.mutants.iter().filter(|mutant| mutant.outcome == MutantOutcome::Killed).count();
    let accepted = report.readings.iter().filter(|reading| reading.rejected_by.is_empty()).count();
    let readings: Vec<Value> = report
        .readings
        .iter()
        .map(|reading| {
            let says = registry.reading(&reading.decision).map_or("", |point| point.says.as_str());
            let rejected = !reading.rejected_by.is_empty();
            context! { decision => reading.decision.as_str(), value => reading.value.as_str(), says, rejected }
        })
        .collect();
    let mut environment = Environment::new();
    environment.add_template("page.html", TEMPLATE)?;
    environment.get_template("page.html")?.render(context! {
        entries, readings, killed, accepted,
        mutants => report.mutants.len(), all_readings => report.readings.len(),
    })
}

/// A requirement with the mutants that break it.
fn entry(requirement: &Requirement, mutants: &[&MutantResult]) -> Value {
    let level = match requirement.level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::Reading => "READING",
    };
    let mutants: Vec<Value> = mutants
        .iter()
        .map(|mutant| {
            let named: Vec<&str> = mutant.by.iter().take(NAMED).map(String::as_str).collect();
            context! {
                name => mutant.name.as_str(), says => mutant.says.as_str(), killed => mutant.outcome == MutantOutcome::Killed,
                by => named.join(", "), more => mutant.by.len().saturating_sub(NAMED),
            }
        })
        .collect();
    context! {
        id => requirement.id.as_str(), level, text => requirement.text.as_str(),
        source => requirement.source.as_str(), mutants,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_what_was_caught_and_escapes_what_it_shows() {
        let mutant = MutantResult {
            name: "lineitem.order=latest-end-first".to_owned(),
            says: "Charges <b>last</b> first.".to_owned(),
            requirements: vec!["DM-LI-A20".to_owned()],
            outcome: MutantOutcome::Killed,
            by: (1..=5).map(|line| format!("client/split.feature:{line}")).collect(),
            elsewhere: Vec::new(),
        };
        let report = ProveReport { mutants: vec![mutant], readings: Vec::new() };
        let page = page(&report, &Registry::embedded().unwrap()).unwrap();
        assert!(page.contains("DM-LI-A20") && page.contains("split.feature:3"));
        assert!(page.contains("and 2 more") && !page.contains("split.feature:4"));
        assert!(page.contains("&lt;b&gt;last") && !page.contains("<b>last"));
    }
}
