//! How fast a run lets time pass on a real clock.
//!
//! Most waiting in the suite is for charge periods, which last an hour unless the site is told otherwise. Where it may
//! be told, ten minutes do, and every span is cut in the same proportion. Only what is counted in charge periods may be
//! cut, and only where no document leaves open what a shorter period changes; everything else is not tested.

use cucumber::gherkin::Step;

use super::moments::{DAY_MS, HOUR_MS, MINUTE_MS, span_ms, waiting_ms};

/// The shortest charge period that there is (DM-TIME-012).
pub(super) const SHORT_PERIOD: &str = "PT10M";
/// The same in milliseconds.
pub(super) const SHORT_PERIOD_MS: i64 = 10 * MINUTE_MS;
/// How often it fits into an hour.
const SHORTENED: i64 = HOUR_MS / SHORT_PERIOD_MS;
/// How long the heartbeat window of a period of an hour is (DM-TIME-004).
const WINDOW_MS: i64 = 30 * MINUTE_MS;

/// How time passes without a test clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Pace {
    /// Nobody waits.
    #[default]
    Never,
    /// An hour takes an hour.
    Hours,
    /// An hour takes the ten minutes of a charge period.
    Periods,
}

impl Pace {
    /// How long a span of the feature file takes.
    pub(super) fn real_ms(self, span_ms: i64) -> i64 {
        if self == Self::Periods { span_ms / SHORTENED } else { span_ms }
    }

    /// How long the steps of a scenario wait in all.
    pub(super) fn waits_ms(self, steps: &[Step]) -> i64 {
        steps.iter().filter_map(|step| waiting_ms(&step.value)).map(|span| self.real_ms(span)).sum()
    }

    /// Why a scenario that needs time cannot have it, if it cannot; a day is the most that makes sense to wait.
    pub(super) fn refuses(self, version: &str, steps: &[Step]) -> Option<String> {
        if self == Self::Never {
            return Some("needs the test clock, which the target does not offer".to_owned());
        }
        let hours: i64 = Self::Hours.waits_ms(steps);
        if hours > DAY_MS {
            return Some(format!("would take {} hours of real time", hours / HOUR_MS));
        }
        if self == Self::Hours {
            return None;
        }
        // What v1.0 makes of a setting that it does not know is open (`10` D-16).
        if version == "v1.0" {
            return Some("is about hours: v1.0 knows no charge period of ten minutes".to_owned());
        }
        not_in_periods(steps).map(str::to_owned)
    }
}

/// Why the spans of a scenario cannot be cut, if they cannot.
fn not_in_periods(steps: &[Step]) -> Option<&'static str> {
    if !steps.iter().any(|step| step.value.contains("session")) {
        return Some("is about hours that are no charge periods");
    }
    for step in steps {
        match waiting_ms(&step.value) {
            Some(_) if step.value.contains("minute") => {}
            Some(_) => return Some("is about hours that are no charge periods"),
            None if texts(step).any(|text| text.contains("session.charge.period")) => {
                return Some("sets a charge period of its own");
            }
            None if texts(step).any(names_short_span) => {
                return Some("is about a moment that does not move with the charge period");
            }
            None => {}
        }
    }
    misses_heartbeat(steps).then_some("the heartbeat window of a charge period of ten minutes is left open")
}

/// What a step says, in its table and its text as well.
fn texts(step: &Step) -> impl Iterator<Item = &str> {
    let cells = step.table.iter().flat_map(|table| table.rows.iter().flatten());
    std::iter::once(&step.value).chain(cells).chain(&step.docstring).map(String::as_str)
}

/// Whether a text names a span that charge periods come near to: days are too long.
fn names_short_span(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let short = |amount: &str, unit: &str| span_ms(amount, unit).is_some_and(|span| span < DAY_MS);
    words.windows(2).any(|pair| short(pair[0], pair[1].trim_end_matches([',', ':', '.'])))
}

/// Whether a heartbeat may be missed. How long its window is when a period is not an hour is open (DM-TIME-014), so
/// that no verdict may hang on it. A request restarts the periods if it is granted, and does not if it is refused, which
/// a text does not tell: no heartbeat may be missed in either case.
fn misses_heartbeat(steps: &[Step]) -> bool {
    let (mut now, mut starts, mut beats) = (0, Vec::new(), Vec::new());
    for step in steps {
        let text = &step.value;
        match waiting_ms(text) {
            Some(span) => now += span,
            None if text.contains("sends a heartbeat") => beats.push(now),
            None if text.contains("in the session") => starts.push(now),
            None => {}
        }
    }
    let kept = |charge: i64| beats.iter().any(|beat| *beat > charge && *beat <= charge + WINDOW_MS);
    let periods =
        move |start: i64| (1..).map(move |n| start + n * HOUR_MS).take_while(move |at| at + WINDOW_MS <= now);
    starts.iter().any(|start| periods(*start).any(|charge| !kept(charge)))
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{StepType, Table};

    use super::*;

    fn step(text: &str) -> Step {
        Step::builder().keyword("When ".to_owned()).ty(StepType::When).value(text.to_owned()).build()
    }

    fn steps(texts: &[&str]) -> Vec<Step> {
        texts.iter().map(|text| step(text)).collect()
    }

    const USES: &str = "LisaBarry uses in the session:";
    const BEAT: &str = "the client sends a heartbeat";

    fn refused(texts: &[&str]) -> Option<String> {
        Pace::Periods.refuses("v1.1", &steps(texts))
    }

    #[test]
    fn an_hour_takes_ten_minutes() {
        assert_eq!(Pace::Periods.real_ms(HOUR_MS), SHORT_PERIOD_MS);
        assert_eq!(Pace::Periods.real_ms(75 * MINUTE_MS), 750_000);
        assert_eq!(Pace::Hours.real_ms(HOUR_MS), HOUR_MS);
        assert_eq!(
            Pace::Periods.waits_ms(&steps(&["59 minutes pass", BEAT, "1 minute passes"])),
            SHORT_PERIOD_MS
        );
    }

    #[test]
    fn hours_are_waited_for_and_weeks_are_not() {
        assert_eq!(Pace::Hours.refuses("v1.0", &steps(&["60 minutes pass", "1 hour passes"])), None);
        let weeks = steps(&["31 days pass"]);
        assert_eq!(Pace::Hours.refuses("v1.0", &weeks).unwrap(), "would take 744 hours of real time");
        assert!(Pace::Never.refuses("v1.0", &weeks).unwrap().contains("the test clock"));
    }

    #[test]
    fn charges_and_refunds_are_counted_in_periods() {
        assert_eq!(refused(&[USES, "59 minutes pass", "2 minutes pass"]), None);
        assert_eq!(
            refused(&[USES, "75 minutes pass", BEAT, "65 minutes pass", "the session is closed"]),
            None
        );
        assert!(Pace::Periods.refuses("v1.0", &steps(&[USES, "2 minutes pass"])).unwrap().contains("v1.0"));
    }

    #[test]
    fn what_is_no_charge_period_is_not_cut() {
        let absolute = |texts: &[&str]| refused(texts).unwrap();
        assert!(absolute(&["a line item", "29 minutes pass"]).contains("no charge periods"));
        assert!(absolute(&[USES, "7 hours pass"]).contains("no charge periods"));
        assert!(absolute(&[USES, "46799 seconds pass"]).contains("no charge periods"));
        let own = r#"the producer sets "session.charge.period" to "PT30M""#;
        assert!(absolute(&[own, USES, "9 minutes pass"]).contains("of its own"));
        let ends = r#"a rate table "2" of series "CAD", effective in 10 minutes, with:"#;
        assert!(absolute(&[ends, USES, "9 minutes pass"]).contains("does not move"));
        let far = r#"a rate table "2" of series "CAD", effective in 10 days, with:"#;
        assert_eq!(refused(&[far, USES, "9 minutes pass"]), None);
    }

    #[test]
    fn cells_of_tables_count() {
        let mut item = step("line items:");
        let cells = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        item.table = Some(Table::builder().rows(vec![cells(&["ends"]), cells(&["in 30 minutes"])]).build());
        let scenario = [vec![item], steps(&[USES, "29 minutes pass"])].concat();
        assert!(Pace::Periods.refuses("v1.1", &scenario).unwrap().contains("does not move"));
    }

    #[test]
    fn no_verdict_hangs_on_a_window_whose_length_is_open() {
        let open = |texts: &[&str]| refused(texts).is_some_and(|reason| reason.contains("left open"));
        assert!(open(&[USES, "91 minutes pass"]));
        assert!(!open(&[USES, "80 minutes pass"]));
        assert!(open(&[USES, "50 minutes pass", BEAT, "41 minutes pass"]), "too early");
        assert!(open(&[USES, "75 minutes pass", BEAT, "76 minutes pass"]), "the second window");
        let denied = [USES, "75 minutes pass", "LisaBarry requests in the session:", "16 minutes pass"];
        assert!(open(&denied), "a request that is refused changes nothing");
    }
}
