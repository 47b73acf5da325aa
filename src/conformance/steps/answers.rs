//! What an answer says.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::then;
use rust_decimal::Decimal;
use serde_json::Value;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::{
    code, code_fits, describe, describe_all, granted, items, nothing_charged, parts, tokens, total,
};
use crate::conformance::numbers::{TOLERANCE, close, decimal, parse, same};
use crate::conformance::stage::{Asked, Stage};
use crate::conformance::tables::{Row, rows};
use crate::conformance::world::World;

#[then(regex = r"^the request is granted$")]
async fn is_granted(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let asked = match world.asked {
        Asked::OneOff(asked) | Asked::InSession(asked) => asked,
        Asked::Other => None,
    };
    let all = items(&body).is_some_and(|items| {
        items.iter().all(granted) && asked.map_or(!items.is_empty(), |asked| asked == items.len())
    });
    let status = world.last()?.status.map(|status| status.to_string()).unwrap_or_default();
    let held = world.last()?.is(200) && all;
    let seen = format!("status {status}, {}", describe_all(&body, &world.names));
    world.assert(step, "status 200 and code 101 for every item", seen, held)
}

/// A refusal is recognised by its body; a call on a session that has ended has no items to answer for.
#[then(regex = r"^the request is refused$")]
async fn is_refused(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let answer = world.last()?;
    let Some(answered) = items(&body) else {
        let held = answer.is(403) || answer.is(409);
        return world.assert(step, "every item refused", answer.summary(), held);
    };
    let held = !answered.is_empty() && answered.iter().all(|item| !granted(item) && nothing_charged(item));
    world.assert(
        step,
        "every item refused, 0 tokens, no line items",
        describe_all(&body, &world.names),
        held,
    )?;
    assert_status(world, step, answered)
}

#[then(regex = r"^the items are answered:$")]
async fn items_are_answered(world: &mut World, step: &Step) -> Stepped {
    let rows = rows(step, &["item", "version", "code", "tokens", "line items", "count", "rate"])?;
    let body = world.last_json()?;
    let Some(answered) = items(&body) else {
        return world.assert(step, "an answer with requestedItems", world.last()?.summary(), false);
    };
    let number = |count: usize| format!("{count} items");
    world.assert(step, number(rows.len()), number(answered.len()), rows.len() == answered.len())?;
    for (row, item) in rows.iter().zip(answered) {
        let held = item_fits(world, row, item)?;
        world.assert(step, row.in_words(), describe(item, &world.names), held)?;
    }
    assert_status(world, step, answered)
}

#[then(regex = r"^(-?\d+(?:\.\d+)?) tokens? (?:are|is) charged$")]
async fn are_charged(world: &mut World, expected: Decimal, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let held = items(&body).is_some() && close(total(&body), expected, TOLERANCE);
    world.assert(step, format!("{expected} tokens charged"), describe_all(&body, &world.names), held)
}

#[then(regex = r"^nothing is charged$")]
async fn nothing_is_charged(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let held = items(&body).into_iter().flatten().all(nothing_charged);
    let seen = format!("{}: {}", world.last()?.summary(), describe_all(&body, &world.names));
    world.assert(step, "no tokens charged", seen, held)
}

#[then(regex = r"^the answer has status (\d{3})$")]
async fn has_status(world: &mut World, status: u16, step: &Step) -> Stepped {
    let answer = world.last()?;
    world.assert(step, format!("status {status}"), answer.summary(), answer.is(status))
}

#[then(regex = r#"^the answer follows the reading "([^"]*)"$"#)]
async fn follows_reading(world: &mut World, decision: String, step: &Step) -> Stepped {
    let status = world.last()?.status.map(|status| status.to_string()).unwrap_or_default();
    world.reading(step, &decision, &status)
}

#[then(regex = r"^the answer holds:$")]
async fn holds(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    for row in rows(step, &["path", "value"])? {
        let path = row.required("path")?;
        let expected = world.fill(row.cell("value").unwrap_or_default());
        let found =
            body.pointer(&format!("/{}", path.trim_start_matches('/'))).map(|found| shown(world, found));
        let held = match expected.as_str() {
            "*" => found.as_ref().is_some_and(|found| !found.is_null()),
            "absent" => found.is_none(),
            text => found.as_ref().is_some_and(|found| same(found, &as_value(text))),
        };
        let seen = match found {
            Some(found) => format!("{path} is {found}"),
            None => format!("no {path} in {}", world.last()?.summary()),
        };
        world.assert(step, format!("{path} is {expected}"), seen, held)?;
    }
    Ok(())
}

#[then(regex = r"^the answer holds a list of (\d+)$")]
async fn holds_a_list(world: &mut World, length: usize, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let held = body.as_array().is_some_and(|list| list.len() == length);
    let seen = match body.as_array() {
        Some(list) => format!("a list of {}", list.len()),
        None => world.last()?.summary(),
    };
    world.assert(step, format!("a list of {length}"), seen, held)
}

#[then(regex = r#"^the errors mention "([^"]*)"$"#)]
async fn errors_mention(world: &mut World, text: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let member = if world.api.version == "v1.0" { "errors" } else { "message" };
    let errors = body.get(member).and_then(Value::as_array);
    let texts = errors.filter(|errors| errors.iter().all(Value::is_string));
    let mentions = |error: &Value| error.as_str().is_some_and(|error| error.contains(&text));
    let held = texts.is_some_and(|errors| errors.iter().any(mentions));
    world.assert(step, format!("an array {member} of texts, one with {text}"), world.last()?.summary(), held)
}

#[then(regex = r"^each answer has its own correlation ID$")]
async fn own_correlation_ids(world: &mut World, step: &Step) -> Stepped {
    let ids: Vec<&str> = world.requests.iter().filter_map(|verdict| verdict.correlation.as_deref()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().filter(|id| !id.is_empty()).collect();
    let asked = world.requests.len();
    let seen = format!("{} different correlation IDs in {asked} answers", distinct.len());
    world.assert(
        step,
        format!("{asked} different correlation IDs"),
        seen,
        asked > 0 && distinct.len() == asked,
    )
}

#[then(regex = r"^exactly (\d+) requests? (?:were|was) granted$")]
async fn number_granted(world: &mut World, number: usize, step: &Step) -> Stepped {
    let verdicts = if world.batch.is_empty() { &world.requests } else { &world.batch };
    let granted = verdicts.iter().filter(|verdict| verdict.granted).count();
    let seen = format!("{granted} of {} granted", verdicts.len());
    world.assert(step, format!("exactly {number} granted"), seen, granted == number)
}

/// The status of an access request: 200 when everything was granted, else a reading of its own for each case.
fn assert_status(stage: &Stage, step: &Step, answered: &[Value]) -> Stepped {
    let answer = stage.last()?;
    let granted = answered.iter().filter(|item| granted(item)).count();
    if granted == answered.len() {
        return stage.assert(step, "status 200", answer.summary(), answer.is(200));
    }
    let decision = match (stage.asked, granted) {
        (Asked::OneOff(_), 0) => "oneoff.all_denied.http",
        (Asked::OneOff(_), _) => "oneoff.mixed.http",
        (Asked::InSession(_), _) => "session.denied.http",
        (Asked::Other, _) => return Err(StepError::fault("the last call was no access request")),
    };
    let status = answer.status.map(|status| status.to_string()).unwrap_or_default();
    stage.reading(step, decision, &status)
}

/// Whether an answered item is what its row says; cells that say nothing are not compared, except `line
/// items`, where nothing means none.
fn item_fits(stage: &Stage, row: &Row<'_>, item: &Value) -> Result<bool, StepError> {
    let text = |member: &str| item.get(member).and_then(Value::as_str).unwrap_or_default();
    let charged = parts(item, &stage.names);
    let mut fits = text("item") == row.required("item")?;
    if let Some(version) = row.cell("version") {
        fits &= text("version") == version;
    }
    if let Some(expected) = row.filled("code") {
        fits &= code_fits(expected, code(item), &stage.api.version);
        // What a code of v1.1 says is not published; whether the item was charged is.
        if let Some(tokens) = tokens(item).filter(|_| stage.api.version != "v1.0") {
            fits &= !tokens.is_sign_positive() || tokens.is_zero() || matches!(expected, "101" | "granted");
        }
    }
    if let Some(expected) = row.filled("tokens") {
        let expected = number(expected)?;
        fits &= tokens(item).is_some_and(|tokens| close(tokens, expected, TOLERANCE));
    }
    if let Some(expected) = row.filled("count") {
        fits &= item.get("count").and_then(decimal) == Some(number(expected)?);
    }
    if let Some(expected) = row.filled("rate") {
        let expected = Some(number(expected)?);
        fits &= !charged.is_empty() && charged.iter().all(|(_, _, rate)| *rate == expected);
    }
    if let Some(expected) = row.cell("line items") {
        fits &=
            item.get("lineItems").is_some_and(Value::is_array) && same_charges(&charges(expected)?, &charged);
    }
    Ok(fits)
}

/// `ACT01: 7, ACT02: 49`.
fn charges(cell: &str) -> Result<Vec<(&str, Decimal)>, StepError> {
    let named = cell.split(',').map(str::trim).filter(|part| !part.is_empty());
    named
        .map(|part| {
            let (name, amount) = part
                .rsplit_once(':')
                .ok_or_else(|| StepError::fault(format!("{part:?} is no charge like \"ACT01: 7\"")))?;
            Ok((name.trim(), number(amount)?))
        })
        .collect()
}

/// Compared as sets, because no document says in which order an answer lists them.
fn same_charges(expected: &[(&str, Decimal)], seen: &[(&str, Option<Decimal>, Option<Decimal>)]) -> bool {
    let charged = |name: &str, amount: Decimal| {
        seen.iter().any(|(id, tokens, _)| {
            *id == name && tokens.is_some_and(|tokens| close(tokens, amount, TOLERANCE))
        })
    };
    expected.len() == seen.len() && expected.iter().all(|(name, amount)| charged(name, *amount))
}

fn number(text: &str) -> Result<Decimal, StepError> {
    parse(text).ok_or_else(|| StepError::fault(format!("{text:?} is no number")))
}

/// A cell as JSON if it is, else as a text.
fn as_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// A value with the name that the feature file uses.
fn shown(stage: &Stage, found: &Value) -> Value {
    match found {
        Value::String(text) => Value::String(stage.names.shown(text).to_owned()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_are_read_and_compared_as_sets() {
        let seven = Decimal::from(7);
        let expected = charges("ACT01: 7, ACT02: 49").unwrap();
        assert_eq!(expected, [("ACT01", seven), ("ACT02", Decimal::from(49))]);
        let seen = [("ACT02", Some(Decimal::from(49)), None), ("ACT01", Some(seven), None)];
        assert!(same_charges(&expected, &seen));
        assert!(!same_charges(&expected, &seen[..1]));
        assert!(charges("").unwrap().is_empty());
        assert!(charges("ACT01 7").is_err());
    }

    #[test]
    fn cells_are_json_when_they_can_be() {
        assert!(same(&as_value("7.0"), &serde_json::json!(7)));
        assert_eq!(as_value("GLOBEX"), Value::String("GLOBEX".to_owned()));
    }
}
