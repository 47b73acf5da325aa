//! Decision points that show in what a session, a total or a usage row looks like in the end: a table says which
//! sight belongs to which legal value.

use cucumber::gherkin::Step;
use cucumber::then;
use rust_decimal::Decimal;
use serde_json::Value;

use super::sessions::detail;
use super::usage::read;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::plain;
use crate::conformance::numbers::{close, decimal, parse};
use crate::conformance::stage::Stage;
use crate::conformance::tables::rows;
use crate::conformance::world::World;
use crate::target::Call;

#[then(regex = r#"^the state of the session tells the reading "([^"]*)":$"#)]
async fn state_tells(world: &mut World, decision: String, step: &Step) -> Stepped {
    let answer = detail(world).await?;
    let state = answer.json().and_then(|body| body.get("state").map(plain));
    let state = state.unwrap_or_else(|| answer.summary());
    let value = value_of(step, "state", |cell| Ok(cell == state))?;
    world.reading(step, &decision, &value.unwrap_or(state))
}

#[then(regex = r#"^what "([^"]*)" has used tells the reading "([^"]*)":$"#)]
async fn used_tells(world: &mut World, line_item: String, decision: String, step: &Step) -> Stepped {
    let (used, seen) = used(world, step, &line_item).await?;
    let tolerance = world.tolerance();
    let values = values_of(step, "used", |cell| {
        let wanted = parse(cell).ok_or_else(|| StepError::fault(format!("{cell:?} is no number")))?;
        Ok(used.is_some_and(|used| close(used, wanted, tolerance)))
    })?;
    if values.len() > 1 {
        // A real clock charges what the scenario takes as well.
        let values = values.join(" or ");
        return Err(world.not_tested(&format!("takes too long to tell {values} apart as {decision}")));
    }
    world.reading(step, &decision, values.first().unwrap_or(&seen))
}

#[then(regex = r#"^the (\w+) of the last usage row tells the reading "([^"]*)":$"#)]
async fn row_tells(world: &mut World, column: String, decision: String, step: &Step) -> Stepped {
    let rows = read(world, step).await?;
    let seen = rows.last().and_then(|row| row.get(&column)).map_or_else(|| "no row".to_owned(), plain);
    let value = value_of(step, "seen", |cell| Ok(cell == seen))?;
    world.reading(step, &decision, &value.unwrap_or(seen))
}

#[then(regex = r#"^"([^"]*)" has used the charge of the session (\d+(?:\.\d+)?) times$"#)]
async fn has_used_charges(world: &mut World, line_item: String, times: Decimal, step: &Step) -> Stepped {
    let wanted = world.largest_charge.saturating_mul(times);
    let (used, seen) = used(world, step, &line_item).await?;
    let tolerance = world.tolerance();
    let held = !wanted.is_zero() && used.is_some_and(|used| close(used, wanted, tolerance));
    world.assert(step, format!("{line_item} used {wanted}, {times} times the charge"), seen, held)
}

/// The value of the first row of the step's table whose cell fits what was seen.
fn value_of(
    step: &Step,
    column: &str,
    fits: impl Fn(&str) -> Result<bool, StepError>,
) -> Result<Option<String>, StepError> {
    Ok(values_of(step, column, fits)?.into_iter().next())
}

/// The values of all rows of the step's table whose cells fit what was seen, each once.
fn values_of(
    step: &Step,
    column: &str,
    fits: impl Fn(&str) -> Result<bool, StepError>,
) -> Result<Vec<String>, StepError> {
    let mut values: Vec<String> = Vec::new();
    for row in rows(step, &[column, "value"])? {
        let value = row.required("value")?;
        if fits(row.required(column)?)? && !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    Ok(values)
}

/// What a line item has used, with what was answered in words.
async fn used(stage: &mut Stage, step: &Step, name: &str) -> Result<(Option<Decimal>, String), StepError> {
    let instance = stage.instance(step).await?;
    let address = stage.api.line_item(&instance, &stage.names.real(name));
    let answer = stage.as_producer(Call::get(address)).await?;
    let used: Option<Value> = answer.json().and_then(|body| body.get("used").cloned());
    let seen = used.as_ref().map_or_else(|| answer.summary(), |used| format!("{name} used {}", plain(used)));
    Ok((used.as_ref().and_then(decimal), seen))
}
