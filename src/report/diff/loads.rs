//! The load runs of two sides, scenario by scenario. Each side may have been run several times.

use std::collections::BTreeSet;

use super::changes::{LoadChange, LoadFigures, SpeedChange};
use super::noise::{Judgement, Spread, judge};
use crate::report::events::{LoadFinished, Measurement};
use crate::report::expected::Deviations;
use crate::report::model::RunModel;
use crate::report::series::spelled;
use crate::report::verdict;

/// Every load scenario that either side has. With a gate, a figure of speed that got worse by more than so many
/// percent is a regression, too.
pub(super) fn loads(before: &[&RunModel], after: &[&RunModel], gate: Option<f64>) -> Vec<LoadChange> {
    let all = before.iter().chain(after).flat_map(|model| &model.loads);
    let names: BTreeSet<&str> = all.map(|load| load.scenario.as_str()).collect();
    names.into_iter().map(|name| change(name, before, after, gate)).collect()
}

fn change(name: &str, before: &[&RunModel], after: &[&RunModel], gate: Option<f64>) -> LoadChange {
    let (was, is) = (figures_in(before, name), figures_in(after, name));
    let speed = speed(&was, &is, gate);
    let (before, after) = (together(&was), together(&is));
    let worse = worse(before.as_ref(), after.as_ref());
    LoadChange {
        scenario: name.to_owned(),
        regression: !worse.is_empty() || speed.iter().any(|one| one.regression),
        before,
        after,
        before_runs: was.len() as u64,
        after_runs: is.len() as u64,
        worse,
        speed,
    }
}

fn figures_in(models: &[&RunModel], name: &str) -> Vec<LoadFigures> {
    let of_run = |model: &&RunModel| {
        let load = model.loads.iter().rev().find(|load| load.scenario == name);
        load.map(|load| figures(load, &model.deviations()))
    };
    models.iter().filter_map(of_run).collect()
}

fn figures(load: &LoadFinished, deviations: &Deviations<'_>) -> LoadFigures {
    let valid = load.verdict == Measurement::Valid;
    let response = load.latency_us.response;
    // What is declared known is no news.
    let unexpected = load.invariants.iter().filter(|one| deviations.of_invariant(one).is_none());
    LoadFigures {
        verdict: spelled(load.verdict),
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

/// The runs of one side as one: the median of what is measured, the worst of what is judged. A single run is itself.
fn together(runs: &[LoadFigures]) -> Option<LoadFigures> {
    let median = |figures: Vec<f64>| Spread::of(&figures).map(|spread| spread.median);
    // Microseconds and counts of runs are far below the limits of both types.
    let latency = |of: fn(&LoadFigures) -> Option<u64>| {
        median(runs.iter().filter_map(of).map(|us| us as f64).collect()).map(|us| us.round() as u64)
    };
    let worst = |of: fn(&LoadFigures) -> u64| runs.iter().map(of).max().unwrap_or(0);
    let rank =
        |run: &&LoadFigures| ["VALID", "SATURATED", "INVALID"].iter().position(|one| *one == run.verdict);
    Some(LoadFigures {
        verdict: runs.iter().max_by_key(rank)?.verdict,
        requests: median(runs.iter().map(|run| run.requests as f64).collect())?.round() as u64,
        rate: median(runs.iter().map(|run| run.rate).collect())?,
        p50_us: latency(|run| run.p50_us),
        p99_us: latency(|run| run.p99_us),
        p999_us: latency(|run| run.p999_us),
        violations: worst(|run| run.violations),
        wrong: worst(|run| run.wrong),
        missed: worst(|run| run.missed),
    })
}

/// A figure of speed: its name, its unit, whether more of it is worse, and where it stands.
type Figure = (&'static str, &'static str, bool, fn(&LoadFigures) -> Option<f64>);

const FIGURES: [Figure; 4] = [
    ("rate", "requests a second", false, |run| (run.verdict == "VALID").then_some(run.rate)),
    ("response p50", "us", true, |run| run.p50_us.map(|us| us as f64)),
    ("response p99", "us", true, |run| run.p99_us.map(|us| us as f64)),
    ("response p99.9", "us", true, |run| run.p999_us.map(|us| us as f64)),
];

/// Only runs whose measurement is valid have figures of speed.
fn speed(before: &[LoadFigures], after: &[LoadFigures], gate: Option<f64>) -> Vec<SpeedChange> {
    let changes = FIGURES.iter().filter_map(|(figure, unit, more_is_worse, of)| {
        let (was, is): (Vec<f64>, Vec<f64>) =
            (before.iter().filter_map(of).collect(), after.iter().filter_map(of).collect());
        let (was_spread, is_spread) = (Spread::of(&was)?, Spread::of(&is)?);
        let turned = |figures: &[f64]| -> Vec<f64> {
            figures.iter().map(|figure| if *more_is_worse { *figure } else { -figure }).collect()
        };
        let (judgement, chance) = judge(&turned(&was), &turned(&is));
        let change_percent =
            if was_spread.median > 0.0 { (is_spread.median / was_spread.median - 1.0) * 100.0 } else { 0.0 };
        let by = if *more_is_worse { change_percent } else { -change_percent };
        Some(SpeedChange {
            figure,
            unit,
            before: was_spread,
            after: is_spread,
            change_percent,
            judgement,
            chance,
            regression: judgement == Judgement::Worse && gate.is_some_and(|most| by > most),
        })
    });
    changes.collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::events::Event;
    use crate::report::samples::{self, fold};

    /// Runs whose 99th percentile of the response time is so many microseconds.
    fn runs(p99: &[u64]) -> Vec<RunModel> {
        let run = |p99: &u64| {
            let mut load = samples::load(Measurement::Valid);
            load.latency_us.response.p99 = *p99;
            fold(vec![Event::LoadFinished(load)])
        };
        p99.iter().map(run).collect()
    }

    fn compare(before: &[u64], after: &[u64], gate: Option<f64>) -> LoadChange {
        let (before, after) = (runs(before), runs(after));
        let (was, is): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
        loads(&was, &is, gate).remove(0)
    }

    fn p99(change: &LoadChange) -> &SpeedChange {
        change.speed.iter().find(|one| one.figure == "response p99").unwrap()
    }

    const BEFORE: [u64; 4] = [10_000, 10_400, 9_900, 10_200];

    #[test]
    fn a_gate_fails_on_what_is_clear_and_large() {
        let slower = [13_000, 12_500, 13_400, 12_900];
        let change = compare(&BEFORE, &slower, Some(10.0));
        assert!(change.regression && p99(&change).regression);
        assert!(p99(&change).change_percent > 25.0);
        // Without a gate, and with a wider one, it is shown and fails nothing.
        for gate in [None, Some(50.0)] {
            let change = compare(&BEFORE, &slower, gate);
            assert_eq!((p99(&change).judgement, change.regression), (Judgement::Worse, false));
        }
        let better = compare(&slower, &BEFORE, Some(10.0));
        assert_eq!((p99(&better).judgement, better.regression), (Judgement::Better, false));
    }

    #[test]
    fn what_is_inside_the_noise_is_no_regression() {
        // The median is a fifth higher, and two of four runs are as fast as before.
        let change = compare(&BEFORE, &[10_100, 14_000, 10_300, 13_900], Some(10.0));
        assert!(p99(&change).change_percent > 10.0);
        assert_eq!((p99(&change).judgement, change.regression), (Judgement::Noise, false));
    }

    #[test]
    fn too_few_runs_say_nothing() {
        let change = compare(&BEFORE[..2], &[90_000, 91_000], Some(10.0));
        assert_eq!((p99(&change).judgement, change.regression), (Judgement::TooFewRuns, false));
    }

    #[test]
    fn a_lower_rate_is_worse_and_a_saturated_run_has_none() {
        let with = |rates: &[f64], verdict| -> Vec<RunModel> {
            let run = |rate: &f64| {
                let mut load = samples::load(verdict);
                load.rate.achieved = *rate;
                fold(vec![Event::LoadFinished(load)])
            };
            rates.iter().map(run).collect()
        };
        let (before, after) = (
            with(&[200.0, 199.0, 201.0], Measurement::Valid),
            with(&[150.0, 151.0, 149.0], Measurement::Valid),
        );
        let (was, is): (Vec<_>, Vec<_>) = (before.iter().collect(), after.iter().collect());
        let change = loads(&was, &is, Some(10.0)).remove(0);
        assert!(change.speed[0].figure == "rate" && change.speed[0].regression);
        let saturated = with(&[150.0, 151.0, 149.0], Measurement::Saturated);
        let change = loads(&was, &saturated.iter().collect::<Vec<_>>(), Some(10.0)).remove(0);
        assert!(change.speed.is_empty());
        assert_eq!(change.worse, ["the plan was not held any more"]);
    }
}
