//! The load runs of two runs, scenario by scenario.

use std::collections::BTreeSet;

use super::changes::{LoadChange, LoadFigures};
use crate::report::events::{LoadFinished, Measurement};
use crate::report::expected::Deviations;
use crate::report::model::RunModel;
use crate::report::verdict;

/// Every load scenario that either run has.
pub(super) fn loads(before: &RunModel, after: &RunModel) -> Vec<LoadChange> {
    let names: BTreeSet<&str> =
        before.loads.iter().chain(&after.loads).map(|load| load.scenario.as_str()).collect();
    names.into_iter().map(|name| change(name, before, after)).collect()
}

fn change(name: &str, before: &RunModel, after: &RunModel) -> LoadChange {
    let figures_in = |model: &RunModel| {
        let load = model.loads.iter().rev().find(|load| load.scenario == name);
        load.map(|load| figures(load, &model.deviations()))
    };
    let (before, after) = (figures_in(before), figures_in(after));
    let worse = worse(before.as_ref(), after.as_ref());
    LoadChange { scenario: name.to_owned(), before, after, regression: !worse.is_empty(), worse }
}

fn figures(load: &LoadFinished, deviations: &Deviations<'_>) -> LoadFigures {
    let valid = load.verdict == Measurement::Valid;
    let response = load.latency_us.response;
    // What is declared known is no news.
    let unexpected = load.invariants.iter().filter(|one| deviations.of_invariant(one).is_none());
    LoadFigures {
        verdict: match load.verdict {
            Measurement::Valid => "VALID",
            Measurement::Saturated => "SATURATED",
            Measurement::Invalid => "INVALID",
        },
        requests: load.requests,
        rate: if load.rate.achieved.is_finite() { load.rate.achieved } else { 0.0 },
        p50_us: valid.then_some(response.p50),
        p99_us: valid.then_some(response.p99),
        p999_us: valid.then_some(response.p999),
        violations: unexpected.map(|one| one.violations).sum(),
        wrong: verdict::wrong_answers(load),
        missed: load.thresholds_failed.len() as u64,
    }
}

fn worse(before: Option<&LoadFigures>, after: Option<&LoadFigures>) -> Vec<&'static str> {
    let Some(after) = after else {
        return vec!["it was not run any more"];
    };
    let was = |figure: fn(&LoadFigures) -> u64| before.map_or(0, figure);
    let valid = |figures: &LoadFigures| figures.verdict == "VALID";
    let mut worse = Vec::new();
    if after.violations > 0 && was(|one| one.violations) == 0 {
        worse.push("an invariant does not hold any more");
    }
    if after.wrong > 0 && was(|one| one.wrong) == 0 {
        worse.push("answers came that no document allows");
    }
    if after.missed > was(|one| one.missed) {
        worse.push("a threshold was missed");
    }
    if before.is_some_and(valid) && !valid(after) {
        worse.push("the plan was not held any more");
    }
    worse
}
