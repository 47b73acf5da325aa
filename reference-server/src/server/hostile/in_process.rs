//! Hostile requests straight at the router.

use std::time::Duration;

use proptest::collection::vec;

use super::bodies;
use super::shot::{ADDRESSES, instance_of, shots};
use super::try_for;
use super::world::{World, administrator};
use crate::http::wire::Operation;

#[test]
fn whatever_is_sent_is_answered_and_nothing_breaks() {
    let world = World::new();
    try_for(Duration::from_secs(5), &vec(shots(), 1..40), |shots| {
        let ids = world.begin();
        for request in shots.iter().filter_map(|shot| shot.request(&ids)) {
            world.send(request)?;
        }
        world.end(&ids)
    });
}

/// A new operation needs a body here, or the mutations would never get past the first check.
#[test]
fn every_operation_is_within_reach() {
    let world = World::new();
    for address in ADDRESSES.iter().filter(|address| address.starts_with("/sites/{siteId}")) {
        for method in ["GET", "PUT", "POST", "PATCH", "DELETE"] {
            let ids = world.begin();
            let queries = ["", "?series=S&version=4", &format!("?instanceId={}", ids.instance)];
            let path = address
                .replace("{siteId}", &ids.site)
                .replace("{instanceId}", instance_of(address, &ids))
                .replace("{sessionId}", &ids.session)
                .replace("{conditionId}", &ids.condition)
                .replace("{lineItemId}", "ACT03")
                .replace("{keyId}", if address.contains("client") { "app" } else { "ops-2" });
            for body in bodies::fitting(address, &ids) {
                for query in queries {
                    world.call(method, &format!("{path}{query}"), &administrator(), &body);
                }
            }
            world.end(&ids).unwrap();
        }
    }
    let metrics = world.call("GET", "/metrics", "", &serde_json::Value::Null).text;
    // Those of license servers that need an account are beyond whoever does not authorize.
    let open = [Operation::RequestLicenses, Operation::PreviewLicenses, Operation::ReadLicensingHealth];
    let within =
        Operation::all().filter(|operation| !operation.is_of_licensing() || open.contains(operation));
    for operation in within.map(Operation::name) {
        let done = format!("operation=\"{operation}\",");
        let reached = |line: &&str| line.contains(&done) && line.contains("status=\"2xx\"");
        assert!(metrics.lines().any(|line| reached(&line)), "{operation}");
    }
}
