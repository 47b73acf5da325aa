//! Time, on the clock of the site: a virtual one is advanced, a real one is waited for.

use std::time::Duration;

use cucumber::gherkin::Step;
use cucumber::when;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::moments::span_ms;
use crate::conformance::pace::Pace;
use crate::conformance::world::World;

#[when(regex = r"^(\d+(?:\.\d+)?) (seconds?|minutes?|hours?|days?) pass(?:es)?$")]
async fn time_passes(world: &mut World, amount: String, unit: String, step: &Step) -> Stepped {
    let Some(span) = span_ms(&amount, &unit) else {
        return Err(StepError::fault(format!("{amount} {unit} is no length of time")));
    };
    pass(world, step, span).await
}

/// Lets a span of milliseconds pass.
pub(super) async fn pass(world: &mut World, step: &Step, span: i64) -> Stepped {
    if !world.virtual_clock {
        return wait(world, span).await;
    }
    world.advance(step, span).await
}

/// The only wait in the suite: a real clock moves by itself and cannot be hurried.
async fn wait(world: &mut World, span_ms: i64) -> Stepped {
    let pace = world.context.pace;
    if pace == Pace::Never {
        return Err(world.not_tested("needs the test clock, which the target does not offer"));
    }
    let real_ms = pace.real_ms(span_ms).unsigned_abs();
    let mut stop = world.context.stop.clone();
    tokio::select! {
        () = tokio::time::sleep(Duration::from_millis(real_ms)) => {}
        // Nobody who ends a run wants to wait for the end of an hour.
        Ok(_) = stop.wait_for(|stopped| *stopped) => return Err(world.not_tested("interrupted")),
    }
    world.waited_ms += real_ms;
    Ok(())
}
