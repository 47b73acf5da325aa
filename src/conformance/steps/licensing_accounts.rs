//! The Producer User, the administrators of instances, and the tokens that they get.

use std::time::{Duration, Instant};

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::licensing::kept;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::licensing::{PRODUCER_PASSWORD, part, server, token};
use crate::conformance::world::World;
use crate::target::Call;

/// How often each user's password is guessed.
const GUESSES: usize = 16;

#[when(regex = r"^the operator (enables|disables) the Producer User$")]
async fn switches(world: &mut World, what: String, step: &Step) -> Stepped {
    let enabled = json!({ "enabled": what == "enables" });
    world.operate(step, "producer-user", Some(enabled)).await
}

#[when(regex = r#"^the operator gives the Producer User the password "([^"]*)"$"#)]
async fn gives_password(world: &mut World, password: String, step: &Step) -> Stepped {
    world.operate(step, "producer-user", Some(json!({ "password": password }))).await
}

#[when(regex = r"^the operator looks at the Producer User$")]
async fn looks(world: &mut World, step: &Step) -> Stepped {
    world.operate(step, "producer-user", None).await
}

#[when(regex = r"^a license server is made without a password for its administrator$")]
async fn without_administrator(world: &mut World, step: &Step) -> Stepped {
    let features = json!([{ "name": "f1", "count": 3 }]);
    world.put_license_server(step, 1, json!({ "accountId": "ACME", "features": features })).await
}

#[when(regex = r#"^"([^"]*)" authorizes with "([^"]*)"( on the second license server)?$"#)]
async fn authorizes(
    world: &mut World,
    user: String,
    password: String,
    second: String,
    step: &Step,
) -> Stepped {
    let answer = world.authorize(server(&second), &user, &password).await;
    if let Some(token) = token(&answer) {
        world.licensing.kept_token = Some(token);
    }
    world.keep(step, answer)
}

/// From here on the answer is what the token says: `header`, `claims`, `roles`, and `life` in seconds. `ends` is true when
/// the answer's `expires` is the token's `exp`, and `instance` when `iss` names the instance.
#[when(regex = r"^the token is opened$")]
async fn is_opened(world: &mut World, step: &Step) -> Stepped {
    let token = kept(world)?;
    let mut answer = world.last()?.clone();
    let expires = answer.json().and_then(|body| Some(body.get("expires")?.as_str()?.to_owned()));
    // A token that is none has no parts, which the assertions that follow then see.
    let header = part(&token, 0).unwrap_or_default();
    let claims = part(&token, 1).unwrap_or_default();
    // Newer servers have ROLE_OFFLINE as well (CM-ROLE-001).
    let roles = claims.get("roles").and_then(Value::as_str).map(|all| all.replace(",ROLE_OFFLINE", ""));
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
    let ends = expires.and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(|at| at.as_second());
    let instance = claims.get("iss").and_then(Value::as_str) == Some(world.license_server(0));
    answer.body = json!({
        "header": header, "life": seconds("exp").zip(seconds("iat")).map(|(end, made)| end - made),
        "roles": roles, "ends": ends.is_some() && ends == seconds("exp"), "instance": instance, "claims": claims,
    })
    .to_string();
    world.keep(step, answer)
}

/// Two answers to the same question are compared to the letter: a difference would tell users apart.
#[then(regex = r#"^"([^"]*)" and "([^"]*)" are refused alike with "([^"]*)"$"#)]
async fn refused_alike(
    world: &mut World,
    one: String,
    other: String,
    password: String,
    step: &Step,
) -> Stepped {
    let first = world.authorize(0, &one, &password).await;
    let second = world.authorize(0, &other, &password).await;
    let alike = first.status == second.status && first.body == second.body && first.is(401);
    let seen = format!("{} and {}", first.summary(), second.summary());
    world.assert(step, "status 401 with the same body for both", seen, alike)
}

/// The shortest of many tries counts for each of the two, since nothing but the work itself makes every try long.
#[then(regex = r#"^guessing takes as long for "([^"]*)" as for "([^"]*)", to within (\d+) ms and (\d+) %$"#)]
async fn guessed_alike(
    world: &mut World,
    one: String,
    other: String,
    most_ms: u32,
    percent: u32,
    step: &Step,
) -> Stepped {
    let (mut first, mut second) = (Duration::MAX, Duration::MAX);
    let mut alike = false;
    for _ in 0..GUESSES {
        for (user, shortest) in [(&one, &mut first), (&other, &mut second)] {
            let begun = Instant::now();
            world.authorize(0, user, "Wrong-1!secret").await;
            *shortest = begun.elapsed().min(*shortest);
        }
        let within = Duration::from_millis(1) * most_ms + first.max(second) * percent / 100;
        alike = first.abs_diff(second) <= within;
    }
    let ms = |time: Duration| format!("{}.{:03} ms", time.as_millis(), time.subsec_micros() % 1_000);
    let seen = format!("{} for {one}, {} for {other}", ms(first), ms(second));
    world.assert(step, format!("the same time to within {most_ms} ms and {percent} %"), seen, alike)
}

#[then(regex = r#"^the answer does not repeat "([^"]*)"$"#)]
async fn does_not_repeat(world: &mut World, secret: String, step: &Step) -> Stepped {
    let held = !world.last()?.body.contains(&secret);
    // What was repeated is not to be repeated in reports.
    let seen = if held { "an answer without it" } else { "an answer with it" };
    world.assert(step, "an answer that does not repeat what was sent", seen, held)
}

#[then(regex = r"^two tokens of one user differ and both are good$")]
async fn both_good(world: &mut World, step: &Step) -> Stepped {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let token = world.token_of(0, "producer", PRODUCER_PASSWORD).await?;
        let xsrf = part(&token, 1).and_then(|claims| claims.get("xsrfToken").cloned());
        seen.push((token, xsrf.ok_or_else(|| StepError::fault("the token has no xsrfToken"))?));
    }
    let mut statuses = Vec::new();
    for (token, _) in &seen {
        let call = Call::get(world.licensing_url(0, "features")).bearer(token);
        statuses.push(world.send(call).await.status.unwrap_or_default());
    }
    let held = seen[0].1 != seen[1].1 && statuses == [200, 200];
    let differ = if seen[0].1 == seen[1].1 { "the same xsrfToken" } else { "different xsrfTokens" };
    world.assert(step, "different xsrfTokens, both tokens good", format!("{differ}, {statuses:?}"), held)
}
