//! The highest rate that a target holds: with a valid measurement, every limit kept and every invariant whole.
//!
//! The rate is doubled until the target fails, and then the gap between the last good and the first bad rate is
//! halved until it is small. What is reported is one more run at the rate that was found, because a rate that
//! was held once by luck is no capacity. A target that *charges wrong* at any rate ends the search: that is not
//! a matter of speed.

use super::LoadError;
use super::course::LoadOptions;
use super::run::{LoadReport, Site, run_once};
use super::scenario::LoadScenario;
use super::spec::SearchSpec;
use crate::report::events::{Event, LoadFinished, Measurement};

/// In a quick search the rates are this far apart in the end.
const QUICK_PRECISION: f64 = 0.5;

/// Runs at the found rate before a lower one is tried.
const CONFIRMATIONS: usize = 3;

/// Searches for the highest rate that the target holds.
pub async fn search(
    site: &Site<'_>,
    scenario: &LoadScenario,
    options: &LoadOptions,
    spec: SearchSpec,
) -> Result<LoadReport, LoadError> {
    let precision = if options.quick { QUICK_PRECISION.max(spec.precision) } else { spec.precision };
    let mut bracket = Bracket::new(spec, precision);
    let mut why_not = None;
    while let Some(rate) = bracket.next() {
        let report = at(site, scenario, options, rate).await?;
        let outcome = Outcome::of(&report.finished);
        site.events.send(Event::Note(told(scenario.name(), rate, &outcome, &report.finished)));
        match outcome {
            Outcome::Held => bracket.held(rate),
            Outcome::NotHeld(reason) => {
                why_not = Some((rate, reason));
                bracket.not_held(rate);
            }
            // A target that charges wrong, or a run that was ended, is reported as it is.
            Outcome::Over => return Ok(report),
        }
        // Not even the first rate: there is no capacity to speak of.
        if bracket.low.is_none() {
            return Ok(report);
        }
    }
    confirm(site, scenario, options, &bracket, why_not).await
}

/// One more run at the rate that was found, or a little below it when it does not hold a second time.
async fn confirm(
    site: &Site<'_>,
    scenario: &LoadScenario,
    options: &LoadOptions,
    bracket: &Bracket,
    why_not: Option<(f64, String)>,
) -> Result<LoadReport, LoadError> {
    let mut rate = bracket.low.unwrap_or(bracket.spec.from);
    let mut tries = 1;
    loop {
        let mut report = at(site, scenario, options, rate).await?;
        let held = matches!(Outcome::of(&report.finished), Outcome::Held);
        if held || tries == CONFIRMATIONS || *site.stop.borrow() {
            if held {
                let beyond = why_not.map_or_else(
                    || ", the end of the search".to_owned(),
                    |(rate, reason)| format!("; at {rate:.0} a second: {reason}"),
                );
                let found = format!("capacity: {rate:.0} requests a second were held twice{beyond}");
                report.finished.reason = format!("{found}. {}", report.finished.reason);
            }
            return Ok(report);
        }
        rate /= 1.0 + bracket.precision;
        tries += 1;
    }
}

async fn at(
    site: &Site<'_>,
    scenario: &LoadScenario,
    options: &LoadOptions,
    rate: f64,
) -> Result<LoadReport, LoadError> {
    let options = LoadOptions { rate: Some(rate), ..options.clone() };
    run_once(site, scenario, &options).await
}

/// What came of one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    Held,
    NotHeld(String),
    Over,
}

impl Outcome {
    fn of(load: &LoadFinished) -> Self {
        let violated = load.invariants.iter().any(|invariant| invariant.violations > 0);
        match load.verdict {
            _ if violated => Self::Over,
            Measurement::Invalid if load.requests == 0 || load.reason.contains("cut short: it was") => {
                Self::Over
            }
            Measurement::Valid => match load.thresholds_failed.first() {
                None => Self::Held,
                Some(missed) => Self::NotHeld(missed.clone()),
            },
            Measurement::Saturated | Measurement::Invalid => Self::NotHeld(load.reason.clone()),
        }
    }
}

fn told(name: &str, rate: f64, outcome: &Outcome, load: &LoadFinished) -> String {
    match outcome {
        Outcome::Held => format!("{name}: {rate:.0} requests a second were held"),
        Outcome::NotHeld(reason) => format!("{name}: {rate:.0} requests a second were not held: {reason}"),
        Outcome::Over => format!("{name}: the search ends at {rate:.0} requests a second: {}", load.reason),
    }
}

/// The rates between which the capacity lies.
#[derive(Clone, Debug)]
struct Bracket {
    spec: SearchSpec,
    precision: f64,
    low: Option<f64>,
    high: Option<f64>,
}

impl Bracket {
    fn new(spec: SearchSpec, precision: f64) -> Self {
        Self { spec, precision, low: None, high: None }
    }

    /// The next rate to be tried; nothing when the capacity is known closely enough.
    fn next(&self) -> Option<f64> {
        match (self.low, self.high) {
            (None, None) => Some(self.spec.from),
            (None, Some(_)) => None,
            (Some(low), None) if low >= self.spec.to => None,
            (Some(low), None) => Some((low * 2.0).min(self.spec.to)),
            (Some(low), Some(high)) if high / low <= 1.0 + self.precision => None,
            // Halfway by ratio, because precision is one.
            (Some(low), Some(high)) => Some((low * high).sqrt()),
        }
    }

    fn held(&mut self, rate: f64) {
        self.low = Some(rate);
    }

    fn not_held(&mut self, rate: f64) {
        self.high = Some(rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the search finds for a target of this capacity, and how many runs it takes.
    fn found(capacity: f64, precision: f64) -> (Option<f64>, usize) {
        let spec = SearchSpec { from: 100.0, to: 10_000.0, precision };
        let mut bracket = Bracket::new(spec, precision);
        let mut runs = 0;
        while let Some(rate) = bracket.next() {
            runs += 1;
            if rate <= capacity { bracket.held(rate) } else { bracket.not_held(rate) }
        }
        (bracket.low, runs)
    }

    #[test]
    fn the_capacity_is_found_from_below() {
        for capacity in [130.0, 999.0, 7000.0] {
            let (rate, runs) = found(capacity, 0.05);
            let rate = rate.unwrap();
            assert!(rate <= capacity && rate * 1.05 >= capacity, "{rate} for {capacity}");
            assert!(runs <= 12, "{runs} runs for {capacity}");
        }
    }

    #[test]
    fn the_search_ends_at_its_ends() {
        assert_eq!(found(50.0, 0.05), (None, 1));
        assert_eq!(found(1e9, 0.05).0, Some(10_000.0));
        assert!(found(3000.0, 0.5).1 <= 7);
    }
}
