//! Decision points of rate tables, formulas, line items and configuration that show in what an answer says.

use cucumber::gherkin::Step;
use cucumber::{given, then};
use serde_json::Value;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::{code, granted, items, parts, total};
use crate::conformance::world::World;

/// What was asked for, as far as it was granted.
#[then(regex = r#"^the tokens charged follow the reading "([^"]*)"$"#)]
async fn tokens_charged(world: &mut World, decision: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let all = items(&body).is_some_and(|items| !items.is_empty() && items.iter().all(granted));
    let value = if all { total(&body).normalize().to_string() } else { "refused".to_owned() };
    world.reading(step, &decision, &value)
}

/// A request that the target accepts or refuses as a whole, whatever the statuses are.
#[then(regex = r#"^acceptance follows the reading "([^"]*)"$"#)]
async fn acceptance(world: &mut World, decision: String, step: &Step) -> Stepped {
    let value = match world.last()?.status {
        Some(200..=299) => "accepted".to_owned(),
        Some(400 | 403 | 404 | 409 | 422) => "refused".to_owned(),
        other => other.map(|status| status.to_string()).unwrap_or_default(),
    };
    world.reading(step, &decision, &value)
}

/// An item that the target grants or refuses.
#[then(regex = r#"^the grant follows the reading "([^"]*)"$"#)]
async fn grant(world: &mut World, decision: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let value = match items(&body) {
        Some(items) if !items.is_empty() && items.iter().all(granted) => "granted",
        _ => "refused",
    };
    world.reading(step, &decision, value)
}

/// The codes of an unknown item, of one that lacks tokens and of the one in question, in this order.
#[then(regex = r#"^the code of the last item follows the reading "([^"]*)"$"#)]
async fn code_of_last(world: &mut World, decision: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let codes: Vec<Option<&str>> = items(&body).into_iter().flatten().map(code).collect();
    let value = match codes.as_slice() {
        [_, _, None] => "none",
        [..] if codes.len() == 3 && items(&body).and_then(|items| items.last()).is_some_and(granted) => {
            "granted"
        }
        [unknown, _, last] if last == unknown => "not-found",
        [_, lacking, last] if last == lacking => "insufficient",
        [_, _, _] => "own",
        _ => "not three items",
    };
    world.reading(step, &decision, value)
}

#[then(regex = r"^the code of an item that only an expired line item could pay is read$")]
async fn unusable_code(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let first = items(&body).and_then(|items| items.first());
    let value = match first.and_then(code) {
        Some("201") => "not-found",
        Some(_) if first.is_some_and(|item| !granted(item)) => "insufficient",
        _ => "granted",
    };
    world.reading(step, "code.unusable", value)
}

/// The codes of a granted item, of an unknown one and of one that lacks tokens, in this order.
#[then(regex = r"^the four digits of the codes are read$")]
async fn four_digits(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let codes: Vec<&str> = items(&body).into_iter().flatten().filter_map(code).collect();
    let four = |code: &&str| code.len() == 4 && code.bytes().all(|digit| digit.is_ascii_digit());
    let value = match codes.as_slice() {
        ["1101", "1201", _] => "prefixed",
        codes if codes.len() == 3 && codes.iter().all(four) => "other",
        _ => "not four digits",
    };
    world.reading(step, "code.four_digits", value)
}

#[then(regex = r"^whether the variables of formulas are taken is read$")]
async fn variables(world: &mut World, step: &Step) -> Stepped {
    let value = if takes_variables(world)? { "with-items" } else { "elsewhere" };
    world.reading(step, "formula.variables", value)
}

/// Nothing can be said of variables where nobody knows how to send them.
#[given(regex = r"^the variables have been taken$")]
async fn variables_taken(world: &mut World) -> Stepped {
    if takes_variables(world)? {
        return Ok(());
    }
    Err(world.not_tested("the target takes the variables of formulas in a way that no document tells"))
}

fn takes_variables(world: &World) -> Result<bool, StepError> {
    let body = world.last_json()?;
    Ok(items(&body).is_some_and(|items| !items.is_empty() && items.iter().all(granted)))
}

#[then(regex = r"^the order of the charged line items is read$")]
async fn answer_order(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let first = items(&body).and_then(|items| items.first());
    let names: Vec<&str> =
        first.map(|item| parts(item, &world.names)).unwrap_or_default().iter().map(|part| part.0).collect();
    let value = match names.as_slice() {
        ["ACT01", "ACT02", "ACT03"] => "charging",
        [_, _, _] => "other",
        _ => "not three line items",
    };
    world.reading(step, "lineitem.answer_order", value)
}

/// Two items at 7 tokens from a line item of 10 and another.
#[then(regex = r"^the cut between the line items is read$")]
async fn split(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let first = items(&body).and_then(|items| items.first());
    let charged: Vec<String> = first
        .map(|item| parts(item, &world.names))
        .unwrap_or_default()
        .iter()
        .map(|(name, tokens, _)| format!("{name} {}", tokens.unwrap_or_default().normalize()))
        .collect();
    let has = |part: &str| charged.iter().any(|charged| charged == part);
    let value = if has("ACT01 10") && has("ACT02 4") {
        "tokens".to_owned()
    } else if has("ACT01 7") && has("ACT02 7") {
        "counts".to_owned()
    } else {
        charged.join(", ")
    };
    world.reading(step, "lineitem.split", &value)
}

#[then(regex = r"^the repeated item is read$")]
async fn repeated_item(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let value = match items(&body).map(Vec::len) {
        Some(2) => "independent",
        Some(1) => "merged",
        None if world.last()?.is(400) => "refused",
        _ => "neither",
    };
    world.reading(step, "oneoff.repeated_item", value)
}

#[then(regex = r"^granted items have a code of class 1 and refused ones of class 2$")]
async fn code_classes(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let fits = |item: &Value| {
        let class = if granted(item) { '1' } else { '2' };
        code(item).is_some_and(|code| code.starts_with(class))
    };
    let held = items(&body).is_some_and(|items| !items.is_empty() && items.iter().all(fits));
    world.assert(step, "1xx for granted items and 2xx for refused ones", world.last()?.summary(), held)
}
