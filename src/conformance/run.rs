//! Plays the suite.

use std::sync::Arc;
use std::time::Instant;

use cucumber::gherkin::Feature;
use cucumber::{Cucumber, Parser, cli, parser, runner};
use futures::FutureExt as _;
use futures::stream;
use tokio::sync::watch;

use super::context::Context;
use super::error::ConformanceError;
use super::hooks;
use super::order::Order;
use super::pace::Pace;
use super::quiet::Quiet;
use super::record::lock;
use super::scribe::Scribe;
use super::select::{Selection, announce_waiting};
use super::steps;
use super::suite::Suite;
use super::world::World;
use crate::report::events::{Event, Events, Outcome, ScenarioFinished, ScenarioRef, SuiteOrdered};
use crate::spec::Registry;
use crate::target::Profile;

/// Runs the selected scenarios and sends what they find; the future has to be polled by one thread, as
/// cucumber's is.
///
/// # Errors
///
/// When nothing is selected, or the target file or the target does not let a run begin. What the target does
/// wrong during the run is sent as events and is never an error.
pub async fn run(
    profile: &Profile,
    registry: Arc<Registry>,
    suite: &Suite,
    selection: &Selection,
    events: &Events,
    stop: watch::Receiver<bool>,
) -> Result<(), ConformanceError> {
    if suite.is_empty() {
        return Err(ConformanceError::NothingSelected);
    }
    let started = Instant::now();
    let suite = suite.served_in(&profile.versions);
    let context = Arc::new(Context::open(profile, registry, &suite, selection, events, stop).await?);
    let features = choose(&context, &suite, events);
    play(&context, features).await;
    if let Some(shortened) = &context.shortened
        && let Err(problem) = shortened.end(&context.access).await
    {
        let former = &shortened.former;
        let note = format!("set session.charge.period back to {former} by hand, it could not be: {problem}");
        events.send(Event::Note(note));
    }
    if let Some(checked) = lock(&context.usage).finish() {
        events.send(Event::UsageChecked(checked));
    }
    events.send(Event::TrafficCounted(context.traffic.seen(&profile.versions, &context.systems())));
    events.send(Event::ConformanceFinished(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)));
    Ok(())
}

/// Reports the scenarios that have to be left out, and returns the others.
fn choose(context: &Context, suite: &Suite, events: &Events) -> Vec<Feature> {
    let mut chosen = std::collections::HashSet::new();
    let mut left_out = Vec::new();
    for entry in suite.entries() {
        match context.left_out(entry) {
            Some(reason) => left_out.push((&entry.scenario, reason)),
            None => {
                chosen.insert(entry.scenario.id.as_str());
            }
        }
    }
    let Order { seed, concurrency } = context.order;
    events.send(Event::SuiteOrdered(SuiteOrdered { seed, concurrency, part: context.part }));
    if context.pace != Pace::Never {
        let steps = suite.entries().iter().filter(|entry| chosen.contains(entry.scenario.id.as_str()));
        let waiting = announce_waiting(steps.map(|entry| entry.steps.as_slice()), context.pace, concurrency);
        waiting.into_iter().for_each(|waiting| events.send(Event::Note(waiting)));
    }
    events.send(Event::ConformanceStarted(chosen.len() as u64));
    for (scenario, reason) in left_out {
        events.send(Event::ScenarioFinished(not_tested(context, scenario, reason)));
    }
    context.order.arrange(suite.features_with(&|id| chosen.contains(id)))
}

fn not_tested(context: &Context, scenario: &ScenarioRef, reason: String) -> ScenarioFinished {
    ScenarioFinished {
        scenario: scenario.clone(),
        outcome: Outcome::NotTested(reason),
        checks: 0,
        duration_ms: 0,
        reproduce: context.reproduce(scenario),
    }
}

async fn play(context: &Arc<Context>, features: Vec<Feature>) {
    let _quiet = Quiet::begin();
    let entering = Arc::clone(context);
    let runner = runner::Basic::<World>::default()
        .max_concurrent_scenarios(usize::from(context.order.concurrency))
        .steps(steps::collection())
        .before(move |feature, _rule, scenario, world| {
            hooks::enter(Arc::clone(&entering), feature, scenario, world).boxed_local()
        })
        .after(|_feature, _rule, scenario, _end, world| hooks::leave(scenario, world).boxed_local());
    let scribe = Scribe::new(Arc::clone(context));
    // Options of our own keep cucumber from reading this program's command line.
    let options = cli::Opts::<cli::Empty, runner::basic::Cli, cli::Empty, cli::Empty>::default();
    Cucumber::<World, Ready, (), _, _, cli::Empty>::custom(Ready(features), runner, scribe)
        .with_cli(options)
        .run(())
        .await;
}

/// Features that are parsed already.
struct Ready(Vec<Feature>);

impl Parser<()> for Ready {
    type Cli = cli::Empty;
    type Output = stream::Iter<std::vec::IntoIter<parser::Result<Feature>>>;

    fn parse(self, (): (), _cli: Self::Cli) -> Self::Output {
        stream::iter(self.0.into_iter().map(Ok).collect::<Vec<_>>())
    }
}
