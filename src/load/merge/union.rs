//! Segments put together: checks that they belong together, then one verdict over all of them.

use std::path::{Path, PathBuf};

use super::MergeError;
use super::part::{Part, folders};
use super::series::Series;
use crate::load::recorder::names;
use crate::load::run::never_exercised;
use crate::load::track::Track;
use crate::report::events::{
    Event, Events, Invariant, LoadFinished, LoadPart, LoadStarted, Measurement, Rate, RunStarted, TargetInfo,
    Threshold,
};

/// How far apart segments may begin and still be one load, in milliseconds.
const TOGETHER_MS: u64 = 1_000;

/// How many violations are described.
const EXAMPLES: usize = 5;

/// Merges the segments in these folders and sends what one run would have sent, from its start to the findings on
/// its usage rows. Interval logs of the whole are written below `out`.
///
/// # Errors
///
/// When the folders are not the segments of one plan, each of them once, or a file is damaged.
pub fn merge(given: &[PathBuf], out: &Path, mut run: RunStarted, events: &Events) -> Result<(), MergeError> {
    let parts = read(given)?;
    let first = &parts[0].record;
    let scenario = first.scenario.clone();
    let series = Series::merge(&parts, &scenario, out)?;
    run.target = target(&parts);
    events.send(Event::RunStarted(run));
    events.send(Event::LoadStarted(LoadStarted {
        scenario: scenario.clone(),
        planned: first.planned_all,
        duration_s: first.duration_s,
        seed: first.seed,
        part: Some(LoadPart::Merged(first.of)),
    }));
    series.seconds.into_iter().for_each(|second| events.send(Event::LoadSecond(second)));
    events.send(Event::LoadFinished(finished(&parts, &series.totals)));
    for part in parts {
        let number = part.record.segment;
        for mut usage in part.usage {
            usage.source = format!("{}, segment {number}", usage.source);
            events.send(Event::UsageChecked(usage));
        }
    }
    Ok(())
}

/// The segments in the order of their numbers, once they are known to be those of one plan.
fn read(given: &[PathBuf]) -> Result<Vec<Part>, MergeError> {
    let mut parts = folders(given)?.iter().map(|folder| Part::read(folder)).collect::<Result<Vec<_>, _>>()?;
    parts.sort_by_key(|part| part.record.segment);
    let Some((first, others)) = parts.split_first() else {
        return Err(MergeError::NoSegment(given.first().cloned().unwrap_or_default()));
    };
    for other in others {
        let (a, b) = (&first.record, &other.record);
        let rules = [
            (a.scenario == b.scenario, "the scenarios"),
            (a.seed == b.seed, "the seeds"),
            (a.of == b.of, "the numbers of segments"),
            (a.fingerprint == b.fingerprint, "scenario file, rate or duration"),
        ];
        if let Some((_, difference)) = rules.into_iter().find(|(same, _)| !same) {
            let (one, other) = (first.folder.clone(), other.folder.clone());
            return Err(MergeError::OtherPlan { one, other, difference });
        }
    }
    if let Some([one, other]) = parts
        .windows(2)
        .find(|pair| pair[0].record.segment == pair[1].record.segment)
        .and_then(|pair| pair.as_array())
    {
        let (number, one, other) = (one.record.segment, one.folder.clone(), other.folder.clone());
        return Err(MergeError::Twice { number, one, other });
    }
    let of = first.record.of;
    let is_there = |number: &u32| parts.iter().any(|part| part.record.segment == *number);
    let missing: Vec<u32> = (1..=of).filter(|number| !is_there(number)).collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing { missing, of });
    }
    let (sum, all) = (parts.iter().map(|part| part.record.planned).sum(), first.record.planned_all);
    if sum != all {
        return Err(MergeError::NotAll { sum, all });
    }
    Ok(parts)
}

fn target(parts: &[Part]) -> TargetInfo {
    let first = &parts[0].target;
    let mut target = first.clone();
    let others = parts.iter().filter(|part| part.target.name != first.name);
    target.name = others.fold(target.name, |names, part| format!("{names}, {}", part.target.name));
    target
}

/// The end of the whole, from those of its segments and the histograms added up.
pub fn finished(parts: &[Part], totals: &[Track]) -> LoadFinished {
    let all = Track::sum(totals);
    let loads = || parts.iter().map(|part| &part.finished);
    let (verdict, reason) = verdict(parts);
    let invariants = invariants(parts);
    let operations = names().into_iter().zip(totals).filter(|(_, track)| track.requests > 0);
    LoadFinished {
        scenario: parts[0].record.scenario.clone(),
        verdict,
        reason,
        requests: loads().map(|load| load.requests).sum(),
        rate: Rate {
            planned: loads().map(|load| load.rate.planned).sum(),
            achieved: loads().map(|load| load.rate.achieved).sum(),
        },
        latency_us: all.latencies(),
        curve: all.curve(),
        operations: operations.map(|(name, track)| track.figures(name)).collect(),
        thresholds: thresholds(parts),
        thresholds_failed: missed(parts, &invariants),
        invariants,
        duration_ms: loads().map(|load| load.duration_ms).max().unwrap_or(0),
        generator: None,
    }
}

/// The verdict of the segment that fared worst, and INVALID when they did not run at the same time: nobody then
/// sent what the whole plan asks for.
fn verdict(parts: &[Part]) -> (Measurement, String) {
    let begins: Vec<u64> = parts.iter().filter_map(|part| part.record.started_ms).collect();
    let apart = begins.iter().max().zip(begins.iter().min()).map_or(0, |(last, first)| last - first);
    let rank = |measurement: Measurement| match measurement {
        Measurement::Valid => 0,
        Measurement::Saturated => 1,
        Measurement::Invalid => 2,
    };
    let worst = parts.iter().max_by_key(|part| rank(part.finished.verdict));
    let worst = worst.filter(|part| part.finished.verdict != Measurement::Valid);
    if let Some(worst) = worst.filter(|worst| worst.finished.verdict == Measurement::Invalid) {
        return (Measurement::Invalid, of_segment(worst, &worst.finished.reason));
    }
    if apart > TOGETHER_MS {
        let reason = format!(
            "the segments began {:.1} s apart, where {:.1} s are the limit; give all of them the same --start-at",
            apart as f64 / 1000.0,
            TOGETHER_MS as f64 / 1000.0
        );
        return (Measurement::Invalid, reason);
    }
    match worst {
        Some(worst) => (Measurement::Saturated, of_segment(worst, &worst.finished.reason)),
        None => {
            let (number, within) = (parts.len(), apart as f64 / 1000.0);
            let reason = format!("all {number} segments held their plans, which began within {within:.1} s");
            (Measurement::Valid, reason)
        }
    }
}

fn of_segment(part: &Part, text: &str) -> String {
    format!("segment {} of {}: {text}", part.record.segment, part.record.of)
}

/// The tallies added up, in the order in which they are first told.
fn invariants(parts: &[Part]) -> Vec<Invariant> {
    let mut sums: Vec<Invariant> = Vec::new();
    for part in parts {
        for one in &part.finished.invariants {
            let examples = one.examples.iter().map(|example| of_segment(part, example));
            match sums.iter_mut().find(|sum| sum.id == one.id) {
                Some(sum) => {
                    sum.exercised += one.exercised;
                    sum.violations += one.violations;
                    sum.examples.extend(examples);
                    sum.examples.truncate(EXAMPLES);
                }
                None => sums.push(Invariant { examples: examples.take(EXAMPLES).collect(), ..one.clone() }),
            }
        }
    }
    sums
}

/// The thresholds, each as in the segment that fared worst: one that missed it, else the first.
fn thresholds(parts: &[Part]) -> Vec<Threshold> {
    let mut worst: Vec<Threshold> = Vec::new();
    for part in parts {
        for one in &part.finished.thresholds {
            let one = Threshold { measured: of_segment(part, &one.measured), ..one.clone() };
            match worst.iter_mut().find(|other| other.name == one.name && other.limit == one.limit) {
                Some(other) if other.held && !one.held => *other = one,
                Some(_) => {}
                None => worst.push(one),
            }
        }
    }
    worst
}

/// What any segment missed, and the invariants that the scenario declares and none of them exercised. A percentile
/// that is low enough in every part is so in the union, so nothing is passed over; a threshold that one part
/// misses is missed.
fn missed(parts: &[Part], invariants: &[Invariant]) -> Vec<String> {
    let own = parts
        .iter()
        .flat_map(|part| part.finished.thresholds_failed.iter().map(move |missed| of_segment(part, missed)));
    let mut missed: Vec<String> = own.collect();
    let idle = |name: &&String| {
        !invariants.iter().any(|invariant| invariant.id == **name && invariant.exercised > 0)
    };
    let mut names: Vec<&String> = parts.iter().flat_map(|part| &part.record.never_exercised).collect();
    names.sort_unstable();
    names.dedup();
    missed.extend(names.into_iter().filter(idle).map(|name| never_exercised(name)));
    missed
}
