//! Listens to cucumber and closes each scenario with its outcome.
//!
//! All that is taken from cucumber is how far a scenario came; whether it passed stands in its record.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use cucumber::gherkin::{Feature, Scenario};
use cucumber::{Event as Happened, Writer, cli, event, parser, writer};

use super::context::Context;
use super::outcome::{End, decide};
use super::suite::scenario_id;
use super::world::World;
use crate::report::events::{Event, ScenarioFinished};

/// Turns the end of a scenario into its outcome.
pub(super) struct Scribe {
    context: Arc<Context>,
    ends: HashMap<String, End>,
}

impl Scribe {
    /// A scribe for one run.
    pub(super) fn new(context: Arc<Context>) -> Self {
        Self { context, ends: HashMap::new() }
    }

    fn hear(&mut self, feature: &Feature, scenario: &Scenario, happened: event::Scenario<World>) {
        let id = scenario_id(feature, scenario);
        match happened {
            event::Scenario::Step(step, event::Step::Skipped)
            | event::Scenario::Background(step, event::Step::Skipped) => {
                self.note(id, End::Undefined(step.value.clone()));
            }
            event::Scenario::Step(_, event::Step::Failed(_, _, _, error))
            | event::Scenario::Background(_, event::Step::Failed(_, _, _, error)) => {
                self.note(id, End::Stopped(said(&error)));
            }
            event::Scenario::Hook(_, event::Hook::Failed(_, info)) => {
                self.note(id, End::Stopped(payload(&*info)));
            }
            event::Scenario::Finished => self.close(&id),
            _ => {}
        }
    }

    /// Whatever stopped the scenario first is what stopped it.
    fn note(&mut self, id: String, end: End) {
        self.ends.entry(id).or_insert(end);
    }

    fn close(&mut self, id: &str) {
        let (Some(scenario), Some(record)) = (self.context.scenario(id), self.context.records.close(id))
        else {
            let unknown = format!("cucumber finished {id}, which never began");
            return self.context.events.send(Event::HarnessFault(unknown));
        };
        let tally = record.tally();
        let end = self.ends.remove(id).unwrap_or(End::Completed);
        self.context.events.send(Event::ScenarioFinished(ScenarioFinished {
            scenario: scenario.clone(),
            outcome: decide(&tally, &end),
            checks: tally.checks,
            duration_ms: record.elapsed_ms(),
            reproduce: self.context.reproduce(scenario),
        }));
    }
}

impl Writer<World> for Scribe {
    type Cli = cli::Empty;

    async fn handle_event(
        &mut self,
        happened: parser::Result<Happened<event::Cucumber<World>>>,
        _cli: &Self::Cli,
    ) {
        match happened.map(Happened::into_inner) {
            Ok(event::Cucumber::Feature(feature, event::Feature::Scenario(scenario, happened)))
            | Ok(event::Cucumber::Feature(
                feature,
                event::Feature::Rule(_, event::Rule::Scenario(scenario, happened)),
            )) => self.hear(&feature, &scenario, happened.event),
            Ok(_) => {}
            Err(error) => self.context.events.send(Event::HarnessFault(error.to_string())),
        }
    }
}

// Outcomes are keyed by scenario, so the order of events between scenarios does not matter.
impl writer::Normalized for Scribe {}

fn said(error: &event::StepError) -> String {
    match error {
        event::StepError::Panic(info) => payload(&**info),
        other => other.to_string(),
    }
}

/// The text of a panic.
fn payload(info: &(dyn Any + Send)) -> String {
    let text = info.downcast_ref::<String>().cloned();
    let text = text.or_else(|| info.downcast_ref::<&str>().map(|&text| text.to_owned()));
    text.unwrap_or_else(|| "a step stopped without saying why".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_are_read_whatever_their_text_is_made_of() {
        assert_eq!(payload(&"static"), "static");
        assert_eq!(payload(&"owned".to_owned()), "owned");
        assert_eq!(payload(&7_u8), "a step stopped without saying why");
    }
}
