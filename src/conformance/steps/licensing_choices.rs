//! What a license server chooses where the documents are silent.

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::Value;

use super::licensing_answers::{expires, features, statuses};
use super::usage::read;
use super::usage_columns::needs_column;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::licensing::part;
use crate::conformance::stage::Stage;
use crate::conformance::world::World;

/// Read from the last answer, from the token, or from the usage rows.
#[then(regex = r#"^the license server shows its choice of "([^"]*)"$"#)]
async fn shows(world: &mut World, decision: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let choice = if decision.starts_with("cmapi.row.") {
        let rows = read(world, step).await?;
        if matches!(decision.as_str(), "cmapi.row.returned_quantity" | "cmapi.row.denied_status") {
            needs_column(world, "SERVED_CLIENT_STATUS", &rows)?;
        }
        of_rows(&decision, &rows)
    } else {
        of_answer(world, &decision, &body)?
    };
    world.reading(step, &decision, &choice)
}

fn of_answer(stage: &Stage, decision: &str, body: &Value) -> Result<String, StepError> {
    let answer = stage.last()?;
    let ok = answer.ok();
    let either = |yes: bool, one: &str, other: &str| if yes { one.to_owned() } else { other.to_owned() };
    Ok(match decision {
        "cmapi.password.other_letters" => either(ok, "allowed", "refused"),
        "cmapi.password.parentheses" => either(ok, "special", "not-special"),
        "cmapi.producer.disabled" => either(ok, "remembers", "forgets"),
        "cmapi.producer.old_tokens" => either(ok, "accepted", "rejected"),
        "cmapi.producer.roles" => roles(stage)?,
        "cmapi.increment.mixed_signs" => either(statuses(body).is_empty(), "one-by-one", "refused"),
        "cmapi.increment.renews" => {
            let ends: Vec<Option<i64>> = features(body).iter().map(expires).collect();
            either(ends.windows(2).all(|two| two[0] == two[1]), "all-held", "named")
        }
        "cmapi.partial.status" => either(statuses(body).is_empty(), "no-entry", "entry"),
        "cmapi.version_shown" => shown_version(body),
        "cmapi.uncounted" => shown(body, "count", "\"uncounted\"", "uncounted", "largest-number"),
        "cmapi.permanent" => shown(body, "finalExpiry", "\"permanent\"", "permanent", "far-away"),
        "cmapi.features.none" => none(body, "features"),
        "cmapi.statuses.none" => none(body, "statusList"),
        "cmapi.error.body" => error_body(&answer.body, body),
        "cmapi.feature_count" => match body.pointer("/0/featureCount") {
            Some(Value::Number(_)) => "number".to_owned(),
            Some(Value::String(_)) => "text".to_owned(),
            _ => "neither".to_owned(),
        },
        other => return Err(StepError::fault(format!("no step knows how {other} is seen"))),
    })
}

/// The roles in the token that was kept last.
fn roles(stage: &Stage) -> Result<String, StepError> {
    let token = stage.licensing.kept_token.clone().unwrap_or_default();
    let claims = part(&token, 1).ok_or_else(|| StepError::fault("no token was kept"))?;
    let roles = claims.get("roles").and_then(Value::as_str).unwrap_or_default();
    let names: Vec<&str> = roles.split(',').collect();
    Ok(match (names.contains(&"ROLE_ADMIN"), names.contains(&"ROLE_PRODUCER")) {
        (true, true) => "with-producer".to_owned(),
        (true, false) => "as-administrator".to_owned(),
        _ => roles.to_owned(),
    })
}

/// A license of 2.0 that serves a request for 1.0.
fn shown_version(body: &Value) -> String {
    match features(body).first().and_then(|feature| feature.get("version")?.as_str().map(str::to_owned)) {
        Some(version) if version == "2.0" => "of-the-license".to_owned(),
        Some(version) if version == "1.0" => "as-requested".to_owned(),
        other => other.unwrap_or_else(|| "no version".to_owned()),
    }
}

fn shown(body: &Value, member: &str, word: &str, by_word: &str, otherwise: &str) -> String {
    match features(body).first().and_then(|feature| feature.get(member)).map(Value::to_string) {
        Some(found) if found == word => by_word.to_owned(),
        Some(_) => otherwise.to_owned(),
        None => format!("no {member}"),
    }
}

fn none(body: &Value, member: &str) -> String {
    match body.get(member) {
        None => "absent".to_owned(),
        Some(Value::Null) => "null".to_owned(),
        Some(Value::Array(elements)) if elements.is_empty() => "empty".to_owned(),
        Some(other) => other.to_string(),
    }
}

fn error_body(text: &str, body: &Value) -> String {
    match body {
        Value::Object(members) if members.contains_key("key") && members.contains_key("message") => {
            "key-and-message".to_owned()
        }
        Value::Object(members) if members.contains_key("message") => "message".to_owned(),
        Value::Null if text.trim().is_empty() => "none".to_owned(),
        _ => "other JSON".to_owned(),
    }
}

fn of_rows(decision: &str, rows: &[Value]) -> String {
    let text = |row: &Value, column: &str| match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let denied = |row: &&Value| !text(row, "REQUEST_RESPONSE").is_empty();
    let returned =
        |row: &&Value| matches!(text(row, "SERVED_CLIENT_STATUS").as_str(), "RETURNED" | "EXPIRED");
    let missing = || "no such row".to_owned();
    match decision {
        "cmapi.row.meter" => rows.first().map_or_else(missing, |row| text(row, "METER")),
        "cmapi.row.consumer_type" => rows.first().map_or_else(missing, |row| {
            let small = text(row, "CONSUMER_TYPE").chars().all(|letter| !letter.is_uppercase());
            if small { "small-letters".to_owned() } else { "capitals".to_owned() }
        }),
        "cmapi.row.returned_quantity" => rows.iter().find(returned).map_or_else(missing, |row| {
            let below = text(row, "ITEM_QUANTITY").starts_with('-');
            if below { "below-zero".to_owned() } else { "above-zero".to_owned() }
        }),
        "cmapi.row.denied_status" => rows.iter().find(denied).map_or_else(missing, |row| {
            let none = text(row, "SERVED_CLIENT_STATUS").is_empty();
            if none { "null".to_owned() } else { "present".to_owned() }
        }),
        _ => missing(),
    }
}
