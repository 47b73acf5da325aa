//! Licensing keys: uploads, right and wrong.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cucumber::gherkin::Step;
use cucumber::{given, then, when};

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::licensing::{another_key, der_of, server};
use crate::conformance::world::World;

/// RSA of 1024 bits, whose private half nobody has: too short to be made by good libraries.
const SHORT: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9pyfx6ghk87G0Qxj4MT6VOnZSJwEW6nJt+5hYEUB4PambwLOHZGyCDdVlfi\
    bORvuxUWVjGRIUVwSZsQJujUvhdkWOi7xVs5ytIIeVzSkj+NzPr9syRj2rCBIlKPkmf3H/DH9bL620Yrz5wsoxbz3mxc3z9fiveoQ66xFqijradQ\
    IDAQAB";
/// RSA of 3072 bits.
const LONG: &str = "MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEA31pmtcruD5pr5xkXtyqper+xOtJ+nn3w0/rBKBk4OkVB1MZF5TPKD8N\
    Ub8sS57aCM7kKLhg9Vh+1txn2ANY8EAkJzCI3L4524iveRdtA+uK4mCDhj8DbhTDLNSV0MuHeYJguRSmXw48PgYo+67KrxvfoKO2JYOjIX9KZ5NR\
    dCUmfU2fpfX4QOmqIXqsbGEr1cAonijVPNveW0GE3HNQN4R7k/D03BfauNbcsckT82hYDcLZfQJfom87SnkZ5jmkIYiN9yEwNSpF4WlIAtOBm66A\
    nAUwM57s5Q1cRkfav4uoajvP2e5+e8dSV6ka9mRoExUEjmP8E6PP+xE3tIcZuIcUFCJdWu2m0p41PiFqiJ3QrpKweCzX70QjXNCvRvSBW1PhKTnw\
    SHXm2haClU6KsOsBZB8XW70V1GU+q0dkzlqVD+k1dlgsZ5sCC6Gmvc+VzUeVBYlJRZqm8Wqxfqe0k2oFB9iHQz7qZbfFaKJTo+MC/6s84ruOgQc+\
    CQyQfw84LAgMBAAE=";

/// `the client's key`, `another key`, `a key of 1024 bits`, `a key of 3072 bits`, `PEM text`, `no key at all`.
#[when(regex = r#"^the Producer User uploads "([^"]*)"( to the second license server)?$"#)]
async fn uploads(world: &mut World, what: String, second: String, step: &Step) -> Stepped {
    let key = match what.as_str() {
        "the client's key" => der_of(&world.context.client_key),
        "another key" => der_of(&another_key()?),
        "a key of 1024 bits" => decoded(SHORT)?,
        "a key of 3072 bits" => decoded(LONG)?,
        "PEM text" => world.context.client_key.public_pem().as_bytes().to_vec(),
        "no key at all" => b"no key at all".to_vec(),
        other => return Err(StepError::fault(format!("{other:?} is nothing that can be uploaded"))),
    };
    let answer = world.upload(server(&second), key).await?;
    world.keep(step, answer)
}

#[given(regex = r#"^the client signs with "(the client's key|another key)"$"#)]
async fn signs_with(world: &mut World, key: String) -> Stepped {
    world.licensing.signs_with_another = key == "another key";
    Ok(())
}

#[then(regex = r"^the answer holds the uploaded key$")]
async fn holds_key(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let expected = STANDARD.encode(&world.licensing.uploaded);
    let answer = world.last()?;
    let held = answer.is(200) && body.get("publicKey").and_then(|key| key.as_str()) == Some(&expected);
    world.assert(step, "status 200 with the DER in standard base64, padded", answer.summary(), held)
}

fn decoded(text: &str) -> Result<Vec<u8>, StepError> {
    STANDARD.decode(text).map_err(|error| StepError::fault(error.to_string()))
}
