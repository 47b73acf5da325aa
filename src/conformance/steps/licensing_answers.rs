//! What answers of license servers say.

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::Value;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::moments::offset_ms;
use crate::conformance::stage::Stage;
use crate::conformance::tables::{Row, rows};
use crate::conformance::world::World;
use crate::target::Call;

/// What stands for a count that does not matter, by name or as the largest number.
const UNCOUNTED: [&str; 2] = ["\"uncounted\"", "2147483647"];

/// `ends` is relative to the start of the scenario, or `none`; `line items` are activation IDs in any order.
#[then(regex = r"^the answer grants:$")]
async fn grants(world: &mut World, step: &Step) -> Stepped {
    let columns = ["feature", "version", "count", "most", "ends", "line items", "vendor string"];
    let wanted = rows(step, &columns)?;
    let body = world.last_json()?;
    let granted = features(&body);
    let seen = format!("status {}: {}", status(world)?, described(&body));
    let mut held = world.last()?.is(200) && granted.len() == wanted.len();
    for row in &wanted {
        let mut fitting = false;
        for feature in &granted {
            fitting |= fits(world, row, feature)?;
        }
        held &= fitting;
    }
    let expected: Vec<String> = wanted.iter().map(Row::in_words).collect();
    world.assert(step, expected.join("; "), seen, held)
}

#[then(regex = r"^nothing is granted$")]
async fn grants_nothing(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let held = world.last()?.is(200) && body.is_object() && features(&body).is_empty();
    world.assert(step, "status 200 with no feature", world.last()?.summary(), held)
}

#[then(regex = r"^nothing is denied$")]
async fn denies_nothing(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let held = world.last()?.is(200) && body.is_object() && statuses(&body).is_empty();
    world.assert(step, "status 200 with an empty statusList", world.last()?.summary(), held)
}

/// The names of codes are not published, so that a named one is held against the choice of the target.
#[then(regex = r#"^"([^"]*)" is denied(?: as "([^"]*)")?$"#)]
async fn is_denied(world: &mut World, feature: String, code: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let entries = statuses(&body);
    let text = |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    let entry = entries.iter().find(|entry| text(entry, "name").as_deref() == Some(feature.as_str()));
    let found = entry.and_then(|entry| text(entry, "code").filter(|code| !code.is_empty()));
    let held =
        world.last()?.is(200) && found.is_some() && features(&body).iter().all(|one| name(one) != feature);
    let expected = format!("status 200 with a code for {feature} in statusList and no grant");
    world.assert(step, expected, world.last()?.summary(), held)?;
    if code.is_empty() {
        return Ok(());
    }
    let choice = if found.as_deref() == Some(code.as_str()) { "as-listed" } else { "others" };
    world.reading(step, "cmapi.code.spelling", choice)
}

#[then(regex = r#"^(\d+) of "([^"]*)" (?:is|are) in use$"#)]
async fn in_use(world: &mut World, count: i64, feature: String, step: &Step) -> Stepped {
    let token = world.producer_token(0).await?;
    let call = Call::get(world.licensing_url(0, "features")).bearer(&token);
    let answer = world.send(call).await;
    let body = answer.json().unwrap_or_default();
    let all = body.as_array().cloned().unwrap_or_default();
    let of_feature = all.iter().filter(|one| text(one, "featureName") == feature);
    let used: Option<i64> = of_feature.map(|one| number(one.get("used"))).sum();
    let seen = used.map_or_else(|| answer.summary(), |used| format!("{used} in use"));
    world.assert(step, format!("{count} of {feature} in use"), seen, answer.is(200) && used == Some(count))
}

/// What is not allowed is 403; a target may say 401.
#[then(regex = r"^the call is forbidden$")]
async fn is_forbidden(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let held = answer.is(403) || answer.is(401);
    world.assert(step, "status 403, or 401", answer.summary(), held)?;
    let status = answer.status.unwrap_or_default().to_string();
    world.reading(step, "cmapi.forbidden.http", &status)
}

/// Who is not authenticated gets 401. A target may say 403, because the two are told apart nowhere.
#[then(regex = r"^the caller is not let in$")]
async fn not_let_in(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let held = answer.is(401) || answer.is(403);
    world.assert(step, "status 401, or 403", answer.summary(), held)
}

/// Features or other elements of a list: each of them has these members, by path.
#[then(regex = r"^each element of the answer has:$")]
async fn each_has(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let elements = body.as_array().cloned().unwrap_or_default();
    for row in rows(step, &["path"])? {
        let path = row.required("path")?;
        let has = |element: &Value| element.pointer(&format!("/{path}")).is_some();
        let held = !elements.is_empty() && elements.iter().all(has);
        world.assert(step, format!("{path} in each of a list"), world.last()?.summary(), held)?;
    }
    Ok(())
}

#[then(regex = r"^the granted times are in ISO 8601 with milliseconds$")]
async fn times_are_iso(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let times: Vec<Value> =
        features(&body).iter().filter_map(|feature| feature.get("expires").cloned()).collect();
    let iso = |time: &Value| {
        let text = time.as_str().unwrap_or_default();
        text.len() == 24 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
    };
    let held = !times.is_empty() && times.iter().all(iso);
    let seen = Value::Array(times).to_string();
    world.assert(step, "times like 2030-01-02T08:00:00.000Z", seen, held)
}

fn fits(stage: &Stage, row: &Row<'_>, feature: &Value) -> Result<bool, StepError> {
    let mut fits = name(feature) == row.required("feature")?;
    if let Some(version) = row.filled("version") {
        fits &= text(feature, "version") == version;
    }
    for (column, member) in [("count", "count"), ("most", "maxCount")] {
        let Some(cell) = row.filled(column) else { continue };
        let found = feature.get(member);
        fits &= match cell {
            "uncounted" => found.is_some_and(|found| UNCOUNTED.contains(&found.to_string().as_str())),
            cell => number(found).is_some_and(|found| found.to_string() == cell),
        };
    }
    if let Some(cell) = row.filled("ends") {
        let found = expires(feature);
        fits &= match cell {
            "none" => feature.get("expires").is_none_or(Value::is_null),
            cell => offset_ms(cell).map(|offset| stage.start_ms + offset) == found,
        };
    }
    if let Some(cell) = row.filled("line items") {
        let infos = feature.get("lineItemsInfo").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut found: Vec<String> = infos.iter().map(|info| text(info, "activationId")).collect();
        found.sort();
        fits &= found.join(", ") == cell;
    }
    if let Some(cell) = row.filled("vendor string") {
        fits &= text(feature, "vendorString") == cell;
    }
    Ok(fits)
}

/// The features of an answer; absent, null and empty are all none.
pub(super) fn features(body: &Value) -> Vec<Value> {
    body.get("features").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The denials of an answer.
pub(super) fn statuses(body: &Value) -> Vec<Value> {
    body.get("statusList").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The end of the borrow of a feature in milliseconds.
pub(super) fn expires(feature: &Value) -> Option<i64> {
    let end: jiff::Timestamp = feature.get("expires")?.as_str()?.parse().ok()?;
    Some(end.as_millisecond())
}

/// A whole number, or a text that is one.
pub(super) fn number(value: Option<&Value>) -> Option<i64> {
    match value? {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

pub(super) fn name(feature: &Value) -> String {
    text(feature, "name")
}

fn text(value: &Value, member: &str) -> String {
    value.get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn status(stage: &Stage) -> Result<String, StepError> {
    Ok(stage.last()?.status.map(|status| status.to_string()).unwrap_or_default())
}

fn described(body: &Value) -> String {
    let one = |feature: &Value| {
        let cell = |member: &str| feature.get(member).map(Value::to_string).unwrap_or_default();
        format!("{} × {} until {}", name(feature), cell("count"), cell("expires"))
    };
    let all: Vec<String> = features(body).iter().map(one).collect();
    if all.is_empty() { "no feature".to_owned() } else { all.join("; ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_features_come_in_three_forms() {
        for body in [json!({}), json!({ "features": null }), json!({ "features": [] })] {
            assert!(features(&body).is_empty(), "{body}");
        }
    }

    #[test]
    fn counts_come_as_numbers_or_texts() {
        assert_eq!(number(Some(&json!(3))), Some(3));
        assert_eq!(number(Some(&json!("3"))), Some(3));
        assert_eq!(number(Some(&json!("uncounted"))), None);
    }
}
