//! What happens around every scenario.

use std::panic::resume_unwind;
use std::sync::Arc;

use cucumber::gherkin::{Feature, Scenario};

use super::check::Place;
use super::context::Context;
use super::stage::Stage;
use super::suite::scenario_id;
use super::world::World;

/// Opens the record, makes the site and furnishes the world; a scenario that cannot begin runs no step.
pub(super) async fn enter(context: Arc<Context>, feature: &Feature, scenario: &Scenario, world: &mut World) {
    let id = scenario_id(feature, scenario);
    let record = context.records.open(&id);
    let Some(known) = context.scenario(&id).cloned() else {
        leave_out(format!("{id} is not a scenario of the suite"));
    };
    if *context.stop.borrow() {
        record.not_tested("interrupted");
        leave_out("interrupted".to_owned());
    }
    let mut stage = Stage::new(context, known, record);
    let place = place(scenario);
    if let Err(error) = stage.open(&place).await {
        leave_out(error.to_string());
    }
    world.furnish(stage);
}

/// Judges the usage rows and removes the site.
pub(super) async fn leave(scenario: &Scenario, world: Option<&mut World>) {
    let Some(stage) = world.and_then(World::stage) else { return };
    stage.judge_rows(&place(scenario)).await;
    stage.strike().await;
}

/// The scenario itself as the place of a check that no step made.
fn place(scenario: &Scenario) -> Place {
    Place { step: scenario.name.clone(), line: scenario.position.line }
}

/// Cucumber knows no other way to leave a scenario from a hook than to unwind; the record says why.
fn leave_out(reason: String) -> ! {
    resume_unwind(Box::new(reason))
}
