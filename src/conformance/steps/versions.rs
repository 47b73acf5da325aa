//! The two versions of the API, and what tells them apart.

use cucumber::gherkin::Step;
use cucumber::{given, then};

use crate::conformance::check::Stepped;
use crate::conformance::items::{code, describe_all, items};
use crate::conformance::world::World;

/// A version that the target file does not list is not tested, and said so.
#[given(regex = r"^the API is spoken in version (v1\.[01])$")]
async fn spoken(world: &mut World, version: String) -> Stepped {
    if !world.context.versions.contains(&version) {
        return Err(world.not_tested(&format!("the target file does not list version {version}")));
    }
    world.api = world.api.speaking(&version);
    Ok(())
}

#[then(regex = r#"^the answer names the state "([A-Z]+)"$"#)]
async fn names_state(world: &mut World, state: String, step: &Step) -> Stepped {
    let answer = world.last()?;
    let body = answer.json().unwrap_or_default().to_string().to_ascii_uppercase();
    world.assert(step, format!("a message with {state}"), answer.summary(), body.contains(&state))
}

#[then(regex = r"^every result code has (\d) digits$")]
async fn code_digits(world: &mut World, digits: usize, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let fits = |code: &str| code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit());
    let answered = items(&body).filter(|items| !items.is_empty());
    let held = answered.is_some_and(|items| items.iter().all(|item| code(item).is_some_and(fits)));
    world.assert(step, format!("codes of {digits} digits"), describe_all(&body, &world.names), held)
}
