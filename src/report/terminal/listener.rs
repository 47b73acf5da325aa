//! Progress on standard error while a run works.
//!
//! On a terminal there is one bar, redrawn a few times a second at most however many events come. Elsewhere
//! there is a line for each phase and each scenario that failed, which is what a log wants. Nothing here may
//! fail a run: a closed pipe is ignored.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::report::events::{
    Event, Listener, LoadFinished, LoadSecond, LoadStarted, Outcome, ScenarioFinished, Severity,
    SmokeChecked, Stamped, UsageChecked,
};
use crate::report::figures::{count, duration, plural};
use crate::report::model::RunModel;
use crate::report::series::spelled;
use crate::report::verdict;

use super::colour::{ColourChoice, Tone};
use super::live::Live;
use super::wrap::visible;

/// Redraws a second; more cannot be read, and each costs time that a load run needs.
const REDRAWS_PER_SECOND: u8 = 5;

/// What is drawn while the suite runs.
const BAR: &str = "{prefix} [{bar:30}] {human_pos}/{human_len} {elapsed} {wide_msg}";

/// What is drawn while load runs: the second line says what the last second was like.
const LIVE: &str = "{prefix} [{bar:20}] {human_pos}/{human_len} {elapsed}\n  {wide_msg}";

/// Seconds between two lines about a load run where there is no terminal.
const LOG_EVERY_S: u64 = 10;

/// Shows the progress of a run.
pub struct TerminalListener {
    out: Box<dyn Write + Send>,
    colour: bool,
    progress: bool,
    bar: Option<ProgressBar>,
    tally: Tally,
    live: Live,
    // What decides whether a failure is a declared deviation; filled only where any are declared.
    declared: RunModel,
}

/// How the scenarios ended so far.
#[derive(Default)]
struct Tally {
    selected: u64,
    passed: u64,
    bad: u64,
    warned: u64,
    not_tested: u64,
    expected: u64,
}

impl TerminalListener {
    /// A listener that writes to standard error, with a bar if `progress` is wanted and standard error is a
    /// terminal.
    #[must_use]
    pub fn new(colour: ColourChoice, progress: bool) -> Self {
        Self::writing_to(Box::new(io::stderr()), colour.for_stderr(), progress)
    }

    fn writing_to(out: Box<dyn Write + Send>, colour: bool, progress: bool) -> Self {
        Self {
            out,
            colour,
            progress,
            bar: None,
            tally: Tally::default(),
            live: Live::default(),
            declared: RunModel::new(),
        }
    }

    /// Writes one line, above the bar if there is one.
    fn say(&mut self, tone: Tone, text: &str) {
        let mut line = tone.paint(&visible(text).replace('\n', " "), self.colour);
        line.push('\n');
        let out = &mut self.out;
        let mut write = || out.write_all(line.as_bytes()).and_then(|()| out.flush());
        let written = match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        };
        // Nobody is left to tell that standard error is closed.
        drop(written);
    }

    fn start_bar(&mut self, length: u64, name: &str) {
        self.start_bar_with(BAR, length, name);
    }

    fn start_bar_with(&mut self, template: &str, length: u64, name: &str) {
        self.stop_bar();
        if !self.progress {
            return;
        }
        let target = ProgressDrawTarget::stderr_with_hz(REDRAWS_PER_SECOND);
        let bar = ProgressBar::with_draw_target(Some(length), target);
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(visible(name).replace('\n', " "));
        self.bar = Some(bar);
    }

    fn stop_bar(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    fn advance(&self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
        }
    }

    fn message(&self, message: String) {
        if let Some(bar) = &self.bar {
            bar.set_message(message);
        }
    }

    fn smoke(&mut self, check: &SmokeChecked) {
        if !check.ok {
            self.say(Tone::Bad, &format!("smoke test: {}: {}", check.name, check.detail));
        }
    }

    fn suite_started(&mut self, selected: u64) {
        // Scenarios that were left out may have been told before the selection.
        self.tally = Tally { selected, not_tested: self.tally.not_tested, ..Tally::default() };
        self.say(Tone::Strong, &format!("suite: {}", plural(selected, "scenario")));
        self.start_bar(selected, "suite");
    }

    fn scenario_finished(&mut self, finished: &ScenarioFinished) {
        let expected = self.declared.deviations().of_scenario(finished).is_some();
        let tally = &mut self.tally;
        match &finished.outcome {
            _ if expected => tally.expected += 1,
            Outcome::Passed => tally.passed += 1,
            Outcome::Warned => tally.warned += 1,
            Outcome::NotTested(_) => tally.not_tested += 1,
            Outcome::Failed | Outcome::Vacuous | Outcome::Error(_) => tally.bad += 1,
        }
        let done = tally.passed + tally.warned + tally.bad + tally.expected;
        let bad = tally.bad;
        // Scenarios that give up are selected too but do not move the bar: the end clears it anyway.
        self.advance(done.min(self.tally.selected));
        let what = match &finished.outcome {
            _ if expected => "deviates as expected",
            Outcome::Failed => "failed",
            Outcome::Vacuous => "asserted nothing",
            Outcome::Error(_) => "harness fault",
            Outcome::Passed | Outcome::Warned | Outcome::NotTested(_) => return,
        };
        self.message(format!("{} failed", count(bad)));
        let scenario = &finished.scenario;
        let tone = if expected { Tone::Doubtful } else { Tone::Bad };
        self.say(tone, &format!("{what}: {} ({})", scenario.name, scenario.id));
    }

    fn suite_finished(&mut self, duration_ms: u64) {
        self.stop_bar();
        let Tally { passed, bad, warned, not_tested, expected, .. } = self.tally;
        let [passed, failed, warned, not_tested] = [passed, bad, warned, not_tested].map(count);
        let tone = if bad > 0 { Tone::Bad } else { Tone::Good };
        let time = duration(duration_ms);
        let mut counts =
            format!("{passed} passed, {failed} failed, {warned} warned, {not_tested} not tested");
        if expected > 0 {
            counts.push_str(&format!(", {} as expected", count(expected)));
        }
        self.say(tone, &format!("suite: {counts} in {time}"));
    }

    fn load_started(&mut self, plan: &LoadStarted) {
        let requests = plural(plan.planned, "request");
        let seconds = plan.duration_s;
        let line = format!("load {}: {requests} in {seconds:.0} s, seed {}", plan.scenario, plan.seed);
        self.say(Tone::Strong, &line);
        self.live = Live::default();
        self.start_bar_with(LIVE, plan.planned, &format!("load {}", plan.scenario));
    }

    /// The second that is over: under the bar on a terminal; elsewhere a line now and then, for a log of a long
    /// run that nobody could read otherwise.
    fn load_second(&mut self, second: &LoadSecond) {
        self.live.take(second);
        self.message(self.live.says(second));
        if !self.progress && (second.second + 1).is_multiple_of(LOG_EVERY_S) {
            let line = format!("{:>6} s: {}", second.second + 1, self.live.says(second));
            self.say(Tone::Quiet, &line);
        }
    }

    fn load_finished(&mut self, load: &LoadFinished) {
        self.stop_bar();
        let violations = plural(verdict::violations(load), "violation");
        let tone = if verdict::load_failed(load) { Tone::Bad } else { Tone::Good };
        let measured = spelled(load.verdict);
        self.say(tone, &format!("load {}: {violations}, measurement {measured}", load.scenario));
    }

    fn usage_checked(&mut self, usage: &UsageChecked) {
        let errors = verdict::findings(usage, Severity::E);
        let tone = if errors > 0 { Tone::Bad } else { Tone::Good };
        let rows = plural(usage.rows, "row");
        self.say(tone, &format!("usage: {rows} from {}, {}", usage.source, plural(errors, "error")));
    }
}

impl Listener for TerminalListener {
    fn hear(&mut self, stamped: &Stamped) {
        let decides = matches!(stamped.event, Event::Checked(_) | Event::ScenarioFinished(_));
        let declares = matches!(stamped.event, Event::DeviationsExpected(_));
        if declares || (decides && !self.declared.expected.is_empty()) {
            self.declared.apply(stamped);
        }
        match &stamped.event {
            Event::RunStarted(run) => {
                let line = format!("chargeproof {} {}: target {}", run.version, run.command, run.target.name);
                self.say(Tone::Strong, &line);
            }
            Event::SmokeChecked(check) => self.smoke(check),
            Event::ConformanceStarted(selected) => self.suite_started(*selected),
            Event::ScenarioFinished(finished) => self.scenario_finished(finished),
            Event::ConformanceFinished(duration_ms) => self.suite_finished(*duration_ms),
            Event::LoadStarted(plan) => self.load_started(plan),
            Event::LoadProgress(moment) => self.advance(moment.completed),
            Event::LoadSecond(second) => self.load_second(second),
            Event::LoadFinished(load) => self.load_finished(load),
            Event::UsageChecked(usage) => self.usage_checked(usage),
            Event::HarnessFault(fault) => self.say(Tone::Bad, &format!("harness fault: {fault}")),
            Event::Note(note) => self.say(Tone::Plain, &format!("note: {note}")),
            Event::Interrupted => self.say(Tone::Doubtful, "interrupted: what was not reached is not proved"),
            Event::RunFinished(_) => self.stop_bar(),
            Event::Registry(_)
            | Event::DeviationsExpected(_)
            | Event::SuiteOrdered(_)
            | Event::Checked(_)
            | Event::ReadingSeen(_)
            | Event::TrafficCounted(_) => {}
        }
    }
}

impl std::fmt::Debug for TerminalListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TerminalListener")
            .field("colour", &self.colour)
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::report::samples;

    /// Text that the test can read after the listener wrote it.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn said(events: &[Stamped], progress: bool) -> String {
        let shared = Shared::default();
        let mut listener = TerminalListener::writing_to(Box::new(shared.clone()), false, progress);
        for stamped in events {
            listener.hear(stamped);
        }
        let bytes = shared.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn one_line_for_each_phase_and_each_failure() {
        let text = said(&samples::failing_events(), false);
        let expected = "\
chargeproof 0.1.0 verify: target acme-uat
suite: 3 scenarios
failed: Tokens come from the line item that ends first (client/one-off.feature:12)
suite: 1 passed, 1 failed, 1 warned, 2 not tested in 412 ms
load steady: 12,000 requests in 60 s, seed 7
load steady: 0 violations, measurement VALID
usage: 1,204 rows from control, 0 errors
note: usage rows were read from the control protocol
";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_bar_hides_no_line() {
        let events = samples::failing_events();
        assert_eq!(said(&events, true), said(&events, false));
    }

    #[test]
    fn hostile_names_stay_on_their_line() {
        let name = format!("{}\n", samples::HOSTILE);
        let finished = samples::named_scenario("a.feature:1", &name, &[], Outcome::Vacuous);
        let text = said(&[samples::stamped(finished)], false);
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }
}
