//! Whether the measurement counts.
//!
//! A latency is only worth quoting when the load was really what the plan says. Whether the target did right
//! is another question, which the invariants answer. A plan that was not held has a cause, and the cause is
//! named, because what to do next depends on it: another machine, more workers, or a slower plan.

use std::time::Duration;

use super::crew::Performance;
use crate::report::events::{CalibrationFigures, Measurement};

/// The share of the planned requests that must be completed in time.
const LEAST_COMPLETED: f64 = 0.99;

/// The share of the machine beyond which a generator measures itself.
const MOST_OF_THE_MACHINE: f64 = 0.95;

/// The share of the tickets beyond which something that happened to them is the cause of what came of it.
const MANY: f64 = 0.005;

/// What the verdict depends on.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Requests planned.
    pub planned: u64,
    /// Requests completed soon enough after the plan.
    pub completed_in_time: u64,
    /// Requests answered in a manner that makes sense.
    pub answered: u64,
    /// Planned duration.
    pub duration: Duration,
    /// How late 99 % of the requests were sent at most.
    pub lateness_p99: Duration,
    /// How late they may be.
    pub lateness_limit: Duration,
    /// How long 99 % of the answers took at most, from sending.
    pub service_p99: Duration,
    /// The highest planned rate.
    pub peak: f64,
    /// How the generator fared.
    pub generator: Performance,
}

/// What the generator reaches on this machine when nothing else can hold it up.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// Whether it held the highest rate of the plan, and with which figures.
    pub figures: CalibrationFigures,
    /// Why, in a sentence.
    pub reason: String,
}

/// The verdict and its reason in a sentence.
pub fn judge(measured: &Measured) -> (Measurement, String) {
    if let Some(reason) = invalid(measured) {
        return (Measurement::Invalid, reason);
    }
    if let Some(reason) = saturated(measured) {
        return (Measurement::Saturated, reason);
    }
    let lateness = format!("99 % were sent at most {:.1} ms late", ms(measured.lateness_p99));
    let mut reason = format!("{} were completed in time, and {lateness}", completion(measured));
    if let Some(cpu) = measured.generator.cpu {
        reason.push_str(&format!("; the generator took {:.1} of {:.0} cores", cpu.busy, cpu.cores));
    }
    (Measurement::Valid, reason)
}

/// Adds what the calibration said. A generator that cannot hold the plan on its own cannot tell what a target
/// would have done.
pub fn with_calibration(
    (verdict, reason): (Measurement, String),
    calibration: &Calibration,
) -> (Measurement, String) {
    match (verdict, calibration.figures.verdict) {
        (_, Measurement::Valid) => {
            let lateness = ms(Duration::from_micros(calibration.figures.lateness_us.p99));
            (
                verdict,
                format!(
                    "{reason}; against a server that only answers, 99 % were at most {lateness:.1} ms late"
                ),
            )
        }
        (Measurement::Invalid, _) => (verdict, reason),
        _ => {
            let why = &calibration.reason;
            let advice = "use a lower rate or a faster machine, or share the load out";
            let reason = format!(
                "this machine cannot produce the planned load, whatever the target does ({why}); {advice}"
            );
            (Measurement::Invalid, reason)
        }
    }
}

fn invalid(measured: &Measured) -> Option<String> {
    let Measured { planned, answered, generator, .. } = measured;
    if let Some(cause) = &generator.cut_short {
        return Some(format!("the run was cut short: {cause}"));
    }
    if *planned == 0 {
        return Some("the plan has no requests at this rate and duration".to_owned());
    }
    if *answered == 0 {
        return Some(format!("none of {planned} planned requests had an answer that makes sense"));
    }
    if !generator.held_up.is_zero() {
        let seconds = generator.held_up.as_secs_f64();
        return Some(format!(
            "the generator itself stood still for {seconds:.1} s: it was paused, or other work kept it from the processor"
        ));
    }
    None
}

fn saturated(measured: &Measured) -> Option<String> {
    let Measured { planned, completed_in_time, generator, .. } = measured;
    let many = *planned as f64 * MANY;
    if generator.undone as f64 > many {
        return Some(format!(
            "for {} of {planned} requests no session was free; raise sessions.count, or lower the rate or \
             sessions.think_s",
            generator.undone
        ));
    }
    if (*completed_in_time as f64) < *planned as f64 * LEAST_COMPLETED {
        let seconds = measured.duration.as_secs_f64();
        return Some(format!(
            "{} were completed within a second of the end: {:.0} a second, planned {:.0}; {}",
            completion(measured),
            *completed_in_time as f64 / seconds,
            *planned as f64 / seconds,
            cause(measured, many)
        ));
    }
    if measured.lateness_p99 > measured.lateness_limit {
        return Some(format!(
            "99 % were sent at most {:.1} ms late, where {:.1} ms are the limit; {}",
            ms(measured.lateness_p99),
            ms(measured.lateness_limit),
            cause(measured, many)
        ));
    }
    let cpu = generator.cpu.filter(|cpu| cpu.busy > cpu.cores * MOST_OF_THE_MACHINE)?;
    Some(format!(
        "the generator took {:.1} of {:.0} cores, so that it measured itself; use a lower rate or a faster machine",
        cpu.busy, cpu.cores
    ))
}

/// Why a plan was not held, as far as the generator can tell, and what to do.
fn cause(measured: &Measured, many: f64) -> String {
    let Measured { generator, peak, service_p99, .. } = measured;
    if generator.short as f64 > many {
        // Little's law: so many requests are under way at once.
        let needed = (peak * service_p99.as_secs_f64()).ceil();
        let advice = if needed > generator.workers as f64 {
            format!("the target is too slow for this rate, or workers must be {needed:.0}")
        } else {
            "the target is too slow for this rate now and then, or the machine is too busy".to_owned()
        };
        return format!(
            "{} requests found all {} workers waiting for the target, whose answers took up to {:.0} ms (p99): \
             {advice}",
            generator.short,
            generator.workers,
            ms(*service_p99)
        );
    }
    if generator.late as f64 > many {
        return format!("{} requests were handed out late: the machine is too busy", generator.late);
    }
    "the workers had no time: the machine is too busy".to_owned()
}

fn completion(measured: &Measured) -> String {
    let Measured { planned, completed_in_time, .. } = measured;
    let share = *completed_in_time as f64 / *planned as f64;
    format!("{completed_in_time} of {planned} planned requests ({:.2} %)", share * 100.0)
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::cpu::CpuUse;
    use super::*;
    use crate::report::events::{Percentiles, Rate};

    fn good() -> Measured {
        Measured {
            planned: 20_000,
            completed_in_time: 19_999,
            answered: 19_950,
            duration: Duration::from_secs(10),
            lateness_p99: Duration::from_millis(2),
            lateness_limit: Duration::from_millis(50),
            service_p99: Duration::from_millis(120),
            peak: 2000.0,
            generator: Performance { workers: 96, ..Performance::default() },
        }
    }

    fn with(generator: Performance) -> Measured {
        Measured { generator, ..good() }
    }

    #[test]
    fn a_plan_that_was_held_is_valid() {
        let (verdict, reason) = judge(&good());
        assert_eq!(verdict, Measurement::Valid);
        assert!(reason.contains("19999 of 20000") && reason.contains("2.0 ms"), "{reason}");
    }

    #[test]
    fn a_plan_that_was_not_held_is_saturated() {
        let slow = Measured { completed_in_time: 12_000, ..good() };
        let (verdict, reason) = judge(&slow);
        assert_eq!(verdict, Measurement::Saturated);
        assert!(reason.contains("1200 a second, planned 2000"), "{reason}");

        let just_enough = Measured { completed_in_time: 19_800, ..good() };
        assert_eq!(judge(&just_enough).0, Measurement::Valid);

        let late = Measured { lateness_p99: Duration::from_millis(51), ..good() };
        let (verdict, reason) = judge(&late);
        assert_eq!(verdict, Measurement::Saturated);
        assert!(reason.contains("51.0 ms late, where 50.0 ms"), "{reason}");
    }

    #[test]
    fn the_cause_is_named() {
        let late = |generator| judge(&Measured { lateness_p99: Duration::from_secs(1), ..with(generator) }).1;
        let few = late(Performance { workers: 96, short: 9000, ..Performance::default() });
        assert!(few.contains("all 96 workers") && few.contains("workers must be 240"), "{few}");
        let busy = late(Performance { late: 9000, ..Performance::default() });
        assert!(busy.contains("handed out late"), "{busy}");
        let (verdict, undone) = judge(&with(Performance { undone: 200, ..Performance::default() }));
        assert_eq!(verdict, Measurement::Saturated);
        assert!(undone.contains("sessions.count"), "{undone}");
    }

    #[test]
    fn a_generator_that_needs_the_whole_machine_measures_itself() {
        let cpu =
            |busy| with(Performance { cpu: Some(CpuUse { busy, cores: 2.0 }), ..Performance::default() });
        assert_eq!(judge(&cpu(1.95)).0, Measurement::Saturated);
        let (verdict, reason) = judge(&cpu(1.2));
        assert_eq!(verdict, Measurement::Valid);
        assert!(reason.contains("1.2 of 2 cores"), "{reason}");
    }

    #[test]
    fn nothing_to_measure_is_invalid() {
        for measured in [
            Measured { planned: 0, ..good() },
            Measured { answered: 0, ..good() },
            with(Performance { cut_short: Some("ctrl-c".to_owned()), ..Performance::default() }),
            with(Performance { held_up: Duration::from_millis(900), ..Performance::default() }),
        ] {
            assert_eq!(judge(&measured).0, Measurement::Invalid);
        }
    }

    #[test]
    fn a_generator_that_fails_alone_proves_nothing_of_the_target() {
        let calibration = |verdict| Calibration {
            figures: CalibrationFigures {
                verdict,
                rate: Rate { planned: 2000.0, achieved: 1000.0 },
                lateness_us: Percentiles { p99: 300, ..Percentiles::default() },
                cores: None,
            },
            reason: "half was completed".to_owned(),
        };
        let (verdict, reason) = with_calibration(judge(&good()), &calibration(Measurement::Valid));
        assert_eq!(verdict, Measurement::Valid);
        assert!(reason.contains("0.3 ms late"), "{reason}");
        let (verdict, reason) = with_calibration(judge(&good()), &calibration(Measurement::Saturated));
        assert_eq!(verdict, Measurement::Invalid);
        assert!(reason.contains("half was completed"), "{reason}");
    }
}
