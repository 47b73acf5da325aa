//! How a scenario ended, decided from what it asserted.

use super::record::Tally;
use crate::report::events::Outcome;

/// How far a scenario came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Every step ran.
    Completed,
    /// A step has no definition; this is its text.
    Undefined(String),
    /// A step or hook stopped the scenario, and this is what it said.
    Stopped(String),
}

/// The outcome of a scenario.
///
/// A failed check decides before everything else, because it was really seen. After that the harness has to
/// be beyond doubt: a step that does not exist, or that stopped without a check to show for it, is a fault of
/// ours.
pub(super) fn decide(tally: &Tally, end: &End) -> Outcome {
    if let End::Undefined(step) = end {
        return Outcome::Error(format!("no such step: {step}"));
    }
    if tally.failed > 0 {
        return Outcome::Failed;
    }
    if let Some(fault) = &tally.fault {
        return Outcome::Error(fault.clone());
    }
    if let Some(reason) = &tally.not_tested {
        return Outcome::NotTested(reason.clone());
    }
    // A SHOULD that did not hold may leave the following steps without what they need; that is its warning.
    if tally.warned > 0 {
        return Outcome::Warned;
    }
    match end {
        End::Stopped(what) => Outcome::Error(what.clone()),
        _ if tally.checks == 0 => Outcome::Vacuous,
        _ => Outcome::Passed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(checks: u64, failed: u64, warned: u64) -> Tally {
        Tally { checks, failed, warned, ..Tally::default() }
    }

    fn stopped() -> End {
        End::Stopped("expected 7, saw 8".to_owned())
    }

    #[test]
    fn a_scenario_passes_only_by_assertions() {
        assert_eq!(decide(&tally(3, 0, 0), &End::Completed), Outcome::Passed);
        assert_eq!(decide(&tally(0, 0, 0), &End::Completed), Outcome::Vacuous);
    }

    #[test]
    fn a_failed_check_fails_and_a_warning_warns() {
        assert_eq!(decide(&tally(3, 1, 1), &stopped()), Outcome::Failed);
        assert_eq!(decide(&tally(3, 0, 1), &End::Completed), Outcome::Warned);
        assert_eq!(decide(&tally(3, 0, 1), &stopped()), Outcome::Warned);
    }

    #[test]
    fn what_the_harness_did_wrong_is_an_error() {
        let undefined = End::Undefined("a unicorn".to_owned());
        assert_eq!(decide(&tally(1, 1, 0), &undefined), Outcome::Error("no such step: a unicorn".to_owned()));
        assert_eq!(decide(&tally(1, 0, 0), &stopped()), Outcome::Error("expected 7, saw 8".to_owned()));
        let faulty = Tally { fault: Some("no rows".to_owned()), ..tally(1, 0, 0) };
        assert_eq!(decide(&faulty, &End::Completed), Outcome::Error("no rows".to_owned()));
    }

    #[test]
    fn giving_up_keeps_its_reason() {
        let given_up = Tally { not_tested: Some("interrupted".to_owned()), ..Tally::default() };
        assert_eq!(decide(&given_up, &stopped()), Outcome::NotTested("interrupted".to_owned()));
    }
}
