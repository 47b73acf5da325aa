//! Instances as the producer keeps them.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::Value;

use crate::conformance::calls::to_the_letter;
use crate::conformance::check::Stepped;
use crate::conformance::items::plain;
use crate::conformance::moments::MINUTE_MS;
use crate::conformance::world::World;
use crate::target::{Answer, Call};

/// More pages than this are taken for a circle.
const LONGEST_PAGING: usize = 200;

#[when(regex = r"^the producer creates the instance:$")]
async fn create(world: &mut World, step: &Step) -> Stepped {
    let text = world.raw(step)?;
    let call = to_the_letter(Call::post(world.api.instances(), Value::Null), text);
    let answer = world.as_producer(call).await?;
    world.made_instance = answer.json().unwrap_or(Value::Null);
    if let Some(id) = created_id(&answer) {
        world.instances.push(id);
    }
    world.keep(step, answer)
}

#[when(regex = r"^the producer lists the instances$")]
async fn list(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.instances());
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the producer lists the instances with "([^"]*)"$"#)]
async fn list_with(world: &mut World, query: String, step: &Step) -> Stepped {
    let call = Call::get(format!("{}?{}", world.api.instances(), world.names.in_query(&query)));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// All pages become one answer, whose body is the list of all instances.
#[when(regex = r"^the producer follows all pages of (\d+) instances?$")]
async fn follow_pages(world: &mut World, size: u64, step: &Step) -> Stepped {
    let (mut next, mut all) = (None::<String>, Vec::new());
    for _ in 0..LONGEST_PAGING {
        let from = next.as_ref().map(|next| format!("&next={next}")).unwrap_or_default();
        let call = Call::get(format!("{}?size={size}{from}", world.api.instances()));
        let mut answer = world.as_producer(call).await?;
        let body = answer.json().unwrap_or(Value::Null);
        let page = body.get("content").and_then(Value::as_array).cloned();
        let held = answer.is(200) && page.is_some();
        world.assert(step, "status 200 with an array content", answer.summary(), held)?;
        all.extend(page.unwrap_or_default());
        // The end is 0, as a number or as a text.
        next = body.get("next").map(plain).filter(|next| next != "0" && next != "null" && !next.is_empty());
        if next.is_none() {
            answer.body = Value::Array(all.clone()).to_string();
            world.keep(step, answer)?;
            return each_once(world, step, &all);
        }
    }
    world.assert(step, "a last page", format!("none after {LONGEST_PAGING} pages"), false)
}

/// No instance comes twice, and none that the scenario made is missing.
fn each_once(world: &World, step: &Step, all: &[Value]) -> Stepped {
    let ids: Vec<&str> = all.iter().filter_map(|instance| instance.get("id")?.as_str()).collect();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    let missing = world.instances.iter().filter(|id| !distinct.contains(id.as_str())).count();
    let seen = format!("{} entries, {} different, {missing} of ours missing", all.len(), distinct.len());
    let held = distinct.len() == all.len() && missing == 0;
    world.assert(step, "every instance exactly once", seen, held)
}

#[when(regex = r"^the producer reads the instance$")]
async fn read(world: &mut World, step: &Step) -> Stepped {
    let id = world.instance(step).await?;
    let call = Call::get(world.api.instance(&id));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r#"^the producer reads instance "([^"]*)"$"#)]
async fn read_by_id(world: &mut World, id: String, step: &Step) -> Stepped {
    let call = Call::get(world.api.instance(&world.fill(&id)));
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// How far the times of a new instance may be from now: clocks differ.
const NEW_MS: u64 = 5 * MINUTE_MS.unsigned_abs();

#[then(regex = r"^the instance was made just now, in milliseconds$")]
async fn made_now(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let now_ms = 1_000 * world.now_s();
    let (created, modified) = (body.get("created").cloned(), body.get("modified").cloned());
    let near = |time: &Value| time.as_i64().is_some_and(|time| time.abs_diff(now_ms) < NEW_MS);
    let held = created.as_ref().is_some_and(near) && created == modified;
    let expected = format!("created and modified equal and about {now_ms}");
    world.assert(step, expected, world.last()?.summary(), held)
}

#[then(regex = r"^its ID is a UUID that no other instance has$")]
async fn id_is_uuid(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let id = body.get("id").and_then(Value::as_str).unwrap_or_default();
    // The hyphens belong to it: other spellings of the same number are no UUIDs in text.
    let is_uuid = id.len() == 36 && uuid::Uuid::try_parse(id).is_ok();
    let times = world.instances.iter().filter(|known| *known == id).count();
    let seen = format!("ID {id:?}, given out {times} times");
    world.assert(step, "a UUID, given out once", seen, is_uuid && times == 1)
}

/// A body that is refused has no effect either.
#[then(regex = r"^the given fields have no effect$")]
async fn given_fields_without_effect(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let is = |field: &str, value: Value| body.get(field) == Some(&value);
    let taken = is("created", Value::from(1)) || is("defaultInstance", Value::from(false));
    let held = !world.last()?.ok() || !taken;
    world.assert(step, "a default instance of now, or none", world.last()?.summary(), held)
}

#[then(regex = r"^the instance is shown as it was made$")]
async fn shown_as_made(world: &mut World, step: &Step) -> Stepped {
    const FIELDS: [&str; 6] = ["id", "shortName", "accountId", "defaultInstance", "created", "modified"];
    let body = world.last_json()?;
    for field in FIELDS {
        let (made, read) = (world.made_instance.get(field), body.get(field));
        let seen = read.map_or_else(|| format!("no {field}"), |read| format!("{field} {read}"));
        let expected =
            made.map_or_else(|| format!("a {field} from the start"), |made| format!("{field} {made}"));
        world.assert(step, expected, seen, made.is_some() && made == read)?;
    }
    Ok(())
}

fn created_id(answer: &Answer) -> Option<String> {
    let body = answer.json().filter(|_| answer.ok())?;
    Some(body.get("id")?.as_str()?.to_owned())
}
