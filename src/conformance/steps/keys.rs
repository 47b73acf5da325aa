//! Keys as the producer registers them. They are tenant-wide, so every step here needs a site of its own.

use cucumber::gherkin::Step;
use cucumber::{then, when};
use serde_json::{Value, json};

use super::tokens::sign;
use crate::conformance::access::made_key;
use crate::conformance::calls::to_the_letter;
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::stage::Stage;
use crate::conformance::world::World;
use crate::target::{Call, KeyPair};

#[when(regex = r#"^the producer saves administration key "([^"]*)"$"#)]
async fn saves_administration_key(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let address = world.api.administration_keys();
    save(world, step, address, &id).await?;
    world.saved_keys.push(id);
    Ok(())
}

#[when(regex = r#"^the producer saves client key "([^"]*)"$"#)]
async fn saves_client_key(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let address = world.api.client_keys();
    save(world, step, address, &id).await
}

#[when(regex = r#"^the producer deletes administration key "([^"]*)"$"#)]
async fn deletes_administration_key(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let address = world.api.administration_key(&id);
    delete(world, step, address).await
}

#[when(regex = r#"^the producer deletes client key "([^"]*)"$"#)]
async fn deletes_client_key(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let address = world.api.client_key(&id);
    delete(world, step, address).await
}

/// The key that signs our own tokens goes last, so that every call before is authorized.
#[when(regex = r"^the producer deletes every administration key$")]
async fn deletes_every_administration_key(world: &mut World, step: &Step) -> Stepped {
    world.own_site()?;
    let own = world.context.access.producer.id().to_owned();
    let mut ids = std::mem::take(&mut world.saved_keys);
    ids.retain(|id| *id != own);
    ids.push(own);
    for id in ids {
        let address = world.api.administration_key(&id);
        delete(world, step, address).await?;
    }
    Ok(())
}

#[when(regex = r"^the producer saves the administration keys:$")]
async fn saves_raw(world: &mut World, step: &Step) -> Stepped {
    world.own_site()?;
    let pem = Value::from(world.context.client_key.public_pem()).to_string();
    let text = world.raw(step)?.replace("$PUBLIC_KEY", &pem);
    let call = to_the_letter(Call::put(world.api.administration_keys(), Value::Null), text);
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

#[when(regex = r"^the change of keys takes effect$")]
async fn takes_effect(world: &mut World, step: &Step) -> Stepped {
    world.own_site()?;
    world.let_keys_take_effect(step).await
}

#[when(regex = r#"^the producer saves another key as administration key "([^"]*)"$"#)]
async fn saves_another(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let key = another_key()?;
    let address = world.api.administration_keys();
    save_as(world, step, address, &id, key.public_pem()).await
}

#[when(regex = r#"^the producer saves administration key "([^"]*)" with written line breaks$"#)]
async fn saves_written_breaks(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let pem = world.context.client_key.public_pem().replace('\n', "\\n");
    let address = world.api.administration_keys();
    save_as(world, step, address, &id, &pem).await
}

#[when(regex = r#"^administration key "([^"]*)" deletes itself$"#)]
async fn deletes_itself(world: &mut World, id: String, step: &Step) -> Stepped {
    world.own_site()?;
    let mut claims = world.context.access.admin_claims(world.now_s());
    claims.kid.clone_from(&id);
    let token = sign(&world.context.client_key, &claims.to_json())?;
    let call = Call::delete(world.api.administration_key(&id)).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^the instances are listed with the other key of "([^"]*)"$"#)]
async fn listed_with_other_key(world: &mut World, id: String, step: &Step) -> Stepped {
    let key = another_key()?;
    let mut claims = world.context.access.admin_claims(world.now_s());
    claims.kid = id;
    let call = Call::get(world.api.instances()).bearer(&sign(&key, &claims.to_json())?);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r#"^the line items are listed with client key "([^"]*)"$"#)]
async fn listed_with_client_key(world: &mut World, id: String, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    let key = &world.context.client_key;
    let audience = [instance.clone()];
    let mut claims = world.context.access.client_claims(key, &audience, world.now_s());
    claims.kid = id;
    let token = sign(key, &claims.to_json())?;
    let call = Call::get(world.api.line_items(&instance)).bearer(&token);
    let answer = world.send(call).await;
    world.keep(step, answer)
}

#[when(regex = r"^the producer lists the public keys$")]
async fn lists(world: &mut World, step: &Step) -> Stepped {
    let call = Call::get(world.api.public_keys());
    let answer = world.as_producer(call).await?;
    world.keep(step, answer)
}

/// The shape of the list is left open; the key IDs have to be in it.
#[then(regex = r#"^the public keys name "([^"]*)"$"#)]
async fn keys_name(world: &mut World, id: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let shape = if body.is_array() { "array" } else { "object" };
    let named = names(&body, &id);
    world.assert(step, format!("a list with the key ID {id:?}"), world.last()?.summary(), named)?;
    world.reading(step, "key.list", shape)
}

#[then(regex = r#"^the public keys do not name "([^"]*)"$"#)]
async fn keys_do_not_name(world: &mut World, id: String, step: &Step) -> Stepped {
    let named = names(&world.last_json()?, &id);
    world.assert(step, format!("a list without the key ID {id:?}"), world.last()?.summary(), !named)
}

/// Whether a text stands anywhere in a JSON value, by itself.
fn names(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(elements) => elements.iter().any(|element| names(element, text)),
        Value::Object(members) => members.iter().any(|(name, member)| name == text || names(member, text)),
        _ => false,
    }
}

/// Making an RSA key takes long, so one stand-in serves under every name that a scenario saves.
async fn save(stage: &mut Stage, step: &Step, address: String, id: &str) -> Stepped {
    let pem = stage.context.client_key.public_pem().to_owned();
    save_as(stage, step, address, id, &pem).await
}

/// A key that replaces the stand-in.
fn another_key() -> Result<KeyPair, StepError> {
    made_key("another").map_err(|error| StepError::fault(error.to_string()))
}

async fn save_as(stage: &mut Stage, step: &Step, address: String, id: &str, pem: &str) -> Stepped {
    let body = json!([{"id": id, "publicKey": pem}]);
    let answer = stage.as_producer(Call::put(address, body)).await?;
    stage.keep(step, answer)
}

async fn delete(stage: &mut Stage, step: &Step, address: String) -> Stepped {
    let answer = stage.as_producer(Call::delete(address)).await?;
    stage.keep(step, answer)
}
