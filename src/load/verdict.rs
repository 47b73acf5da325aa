//! Whether the measurement counts.
//!
//! A latency is only worth quoting when the load was really what the plan says. Whether the target did right
//! is another question, which the invariants answer.

use std::time::Duration;

use crate::report::events::Measurement;

/// The share of the planned requests that must be completed in time.
const LEAST_COMPLETED: f64 = 0.99;

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
    /// What cut the run short, if anything did.
    pub cut_short: Option<String>,
}

/// The verdict and its reason in a sentence.
pub fn judge(measured: &Measured) -> (Measurement, String) {
    let Measured { planned, completed_in_time, answered, .. } = *measured;
    if let Some(cause) = &measured.cut_short {
        return (Measurement::Invalid, format!("the run was cut short: {cause}"));
    }
    if planned == 0 {
        return (Measurement::Invalid, "the plan has no requests at this rate and duration".to_owned());
    }
    if answered == 0 {
        return (
            Measurement::Invalid,
            format!("none of {planned} planned requests had an answer that makes sense"),
        );
    }
    let seconds = measured.duration.as_secs_f64();
    let share = completed_in_time as f64 / planned as f64;
    let completion = format!("{completed_in_time} of {planned} planned requests ({:.2} %)", share * 100.0);
    if share < LEAST_COMPLETED {
        let rate = completed_in_time as f64 / seconds;
        let reason = format!(
            "{completion} were completed within a second of the end: {rate:.0} a second, planned {:.0}",
            planned as f64 / seconds
        );
        return (Measurement::Saturated, reason);
    }
    let lateness = format!("99 % were sent at most {:.1} ms late", ms(measured.lateness_p99));
    if measured.lateness_p99 > measured.lateness_limit {
        let reason = format!("{lateness}, where {:.1} ms are the limit", ms(measured.lateness_limit));
        return (Measurement::Saturated, reason);
    }
    (Measurement::Valid, format!("{completion} were completed in time, and {lateness}"))
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Measured {
        Measured {
            planned: 20_000,
            completed_in_time: 19_999,
            answered: 19_950,
            duration: Duration::from_secs(10),
            lateness_p99: Duration::from_millis(2),
            lateness_limit: Duration::from_millis(50),
            cut_short: None,
        }
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
    fn nothing_to_measure_is_invalid() {
        for measured in [
            Measured { planned: 0, ..good() },
            Measured { answered: 0, ..good() },
            Measured { cut_short: Some("ctrl-c".to_owned()), ..good() },
        ] {
            assert_eq!(judge(&measured).0, Measurement::Invalid);
        }
    }
}
