//! The Cloud Monetization API over a real socket, as its clients see it.

use std::io::Write;
use std::net::TcpStream;

use serde_json::{Value, json};

use super::super::test_keys::{OTHER_RSA_PUBLIC, RSA_PUBLIC, SHORT_RSA_PUBLIC, Signer};
use super::world::{
    ADMIN_PASSWORD, INSTANCE, NOW, NOW_S, OTHER, PRODUCER_PASSWORD, World, client_claims, der,
};
use crate::StoreLocation;

const DAY: i64 = 86_400_000;

fn features(entries: &[(&str, i64)]) -> Value {
    let entry = |(name, count): &(&str, i64)| json!({ "name": name, "version": "1.0", "count": count });
    Value::Array(entries.iter().map(entry).collect())
}

fn ask(entries: &[(&str, i64)]) -> Value {
    json!({ "features": features(entries) })
}

fn change(entries: &[(&str, i64)]) -> Value {
    json!({ "features": features(entries), "incremental": true })
}

/// What a host holds by its answer, and the codes of the status list.
fn outcome(answer: &Value) -> (Vec<(&str, i64)>, Vec<&str>) {
    let held = answer["features"].as_array().unwrap();
    let held = held.iter().map(|held| (held["name"].as_str().unwrap(), held["count"].as_i64().unwrap()));
    let statuses = answer["statusList"].as_array().unwrap();
    (held.collect(), statuses.iter().map(|status| status["code"].as_str().unwrap()).collect())
}

/// A host, what it sends, what it holds then, and the codes of what it is denied.
type Step = (&'static str, Value, &'static [(&'static str, i64)], &'static [&'static str]);

/// The worked sequence (`50` §5.7), with its rows.
#[tokio::test]
async fn the_worked_sequence_is_answered_and_leaves_its_rows() {
    let world = World::new().await;
    let partial = json!({ "features": features(&[("f1", 2)]), "partial": true });
    let steps: [Step; 9] = [
        ("A", ask(&[("f1", 2)]), &[("f1", 2)], &[]),
        ("B", ask(&[("f1", 2)]), &[], &["FEATURE_COUNT_INSUFFICIENT"]),
        ("B", partial, &[("f1", 1)], &[]),
        ("A", change(&[]), &[("f1", 2)], &[]),
        ("A", change(&[("f1", -1)]), &[("f1", 1)], &[]),
        ("A", change(&[("f1", -2)]), &[("f1", 1)], &["DECREMENTED_COUNT_GREATER_THAN_CURRENT"]),
        ("A", ask(&[("f1", 2)]), &[("f1", 2)], &[]),
        ("A", ask(&[("f1", 3)]), &[], &["FEATURE_COUNT_INSUFFICIENT"]),
        ("B", ask(&[]), &[], &[]),
    ];
    for (number, (host, body, held, codes)) in steps.into_iter().enumerate() {
        let answer = world.access(host, &body).await;
        assert_eq!(answer.status, 200, "step {}: {}", number + 1, answer.text);
        assert_eq!(outcome(&answer.body), (held.to_vec(), codes.to_vec()), "step {}", number + 1);
    }
    let rows = world.rows().await;
    let row = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        let line = [text("CONSUMER_ID"), row["METER_QUANTITY"].to_string(), row["USED"].to_string()];
        format!("{} {} {}", line.join(" "), text("REQUEST_RESPONSE"), text("SERVED_CLIENT_STATUS"))
    };
    let expected = [
        "A 2 2 - NORMAL",
        "B 2 null FEATURE_COUNT_INSUFFICIENT NORMAL",
        "B 2 3 - NORMAL",
        "A -1 2 - NORMAL",
        "A -2 null DECREMENTED_COUNT_GREATER_THAN_CURRENT NORMAL",
        "A 2 3 - NORMAL",
        "A 3 null FEATURE_COUNT_INSUFFICIENT RETURNED",
        "A 2 1 - RETURNED",
        "B 1 0 - RETURNED",
    ];
    assert_eq!(rows.iter().map(row).collect::<Vec<_>>(), expected);
    let denied = &rows[1];
    for (name, value) in [
        ("CONSUMER_TYPE", json!("STRING")),
        ("ACCOUNT_ID", json!("ACME")),
        ("INSTANCE_ID", json!(INSTANCE)),
        ("ACTIVATION_ID", Value::Null),
        ("METER_TYPE", json!("concurrent")),
        ("PARTIAL", json!(false)),
        ("INCREMENTAL", json!(false)),
        ("BORROWED_UNTIL", Value::Null),
    ] {
        assert_eq!(denied[name], value, "{name}");
    }
}

#[tokio::test]
async fn an_answer_says_what_the_specification_has_it_say() {
    let world = World::new().await;
    let body = json!({ "features": features(&[("daily", 2)]), "vendorDictionary": { "seat": 7 } });
    let answer = world.access("A", &body).await.body;
    let expected = json!({
        "requestHostId": { "type": "string", "value": "A" },
        "features": [{
            "name": "daily", "version": "1.0", "count": 2, "maxCount": 10,
            "expires": "2030-01-02T08:00:00.000Z", "finalExpiry": "permanent", "renewInterval": 15,
            "lineItemsInfo": [{
                "activationId": "act-daily-1.0-1", "entitlementId": "ent-1", "productName": "daily",
                "productVersion": "1.0",
            }],
        }],
        "serverLicenseRenewInterval": 15,
        "statusList": [],
    });
    assert_eq!(answer, expected);
    let row = &world.rows().await[0];
    assert_eq!((&row["BORROWED_UNTIL"], &row["META_DATA"]), (&json!(NOW + DAY), &json!({ "seat": 7 })));
    assert_eq!(row["ENTITLED_ARTICLES"], json!(["daily"]));
}

#[tokio::test]
async fn borrows_end_by_the_clock_of_the_site() {
    let world = World::new().await;
    world.access("A", &json!({ "features": features(&[("f1", 3)]), "borrow-interval": "1h" })).await;
    world.advance(3_599_000).await;
    assert_eq!(outcome(&world.access("B", &ask(&[("f1", 1)])).await.body).1, ["FEATURE_COUNT_INSUFFICIENT"]);
    world.advance(1000).await;
    assert_eq!(outcome(&world.access("B", &ask(&[("f1", 1)])).await.body).0, [("f1", 1)]);
    let rows = world.rows().await;
    let expired = &rows[2];
    assert_eq!((&expired["SERVED_CLIENT_STATUS"], &expired["USED"]), (&json!("EXPIRED"), &json!(0)));
    assert_eq!((&expired["USAGE_TIME"], &expired["METER_QUANTITY"]), (&json!(NOW + 3_600_000), &json!(3)));
}

#[tokio::test]
async fn a_restart_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::File(folder.path().join("store.sqlite"));
    let world = World::at(location.clone(), &json!({})).await;
    let token = world.token("admin", ADMIN_PASSWORD).await;
    world
        .access("A", &json!({ "features": features(&[("f1", 2), ("m1", 40)]), "borrow-interval": "1d" }))
        .await;
    let group = json!({ "name": "g", "reservations": [{ "hostId": { "type": "string", "value": "B" },
        "reservationEntries": [{ "featureName": "daily", "featureVersion": "1.0", "featureCount": 4 }] }] });
    let reserved = world.call("POST", INSTANCE, "/reservationgroups", Some(&token), &group).await;
    assert_eq!(reserved.status, 201, "{}", reserved.text);
    let seen = async |world: &World| {
        let read = async |path| world.call("GET", INSTANCE, path, Some(&token), &Value::Null).await.body;
        (read("/features").await, read("/clients").await, read("/reservationgroups").await)
    };
    let before = seen(&world).await;
    world.server.shutdown().await;

    let world = World::start(location).await;
    assert_eq!(seen(&world).await, before, "tokens and state stay");
    assert_eq!(before.0[0]["used"], json!(2));
    assert_eq!(before.0[2]["used"], json!(40));
    assert_eq!(outcome(&world.access("B", &ask(&[("f1", 2)])).await.body).1, ["FEATURE_COUNT_INSUFFICIENT"]);
    assert_eq!(
        outcome(&world.access("C", &ask(&[("daily", 7)])).await.body).1,
        ["FEATURE_COUNT_INSUFFICIENT"]
    );
    assert_eq!(outcome(&world.access("C", &ask(&[("m1", 60)])).await.body).0, [("m1", 60)]);
    world.advance(DAY).await;
    assert_eq!(outcome(&world.access("B", &ask(&[("f1", 3)])).await.body).0, [("f1", 3)]);
}

#[tokio::test]
async fn of_many_requests_for_the_last_licenses_as_many_win_as_there_are() {
    let world = std::sync::Arc::new(World::new().await);
    let mut tasks = tokio::task::JoinSet::new();
    for host in 0..16 {
        let world = world.clone();
        tasks.spawn(async move { world.access(&format!("h{host}"), &ask(&[("f1", 1)])).await.body });
    }
    let answers = tasks.join_all().await;
    let winners = answers.iter().filter(|answer| !outcome(answer).0.is_empty()).count();
    assert_eq!(winners, 3);
}

#[tokio::test]
async fn reads_show_what_is_in_use_and_by_whom() {
    let world = World::new().await;
    world.access("A", &ask(&[("f1", 2)])).await;
    let token = world.token("producer", PRODUCER_PASSWORD).await;
    let read = async |path: &str| world.call("GET", INSTANCE, path, Some(&token), &Value::Null).await;
    let listed = read("/features?activeOnly=true").await.body;
    assert_eq!((&listed[0]["featureName"], &listed[0]["used"]), (&json!("f1"), &json!(2)));
    let one = format!("/features/{}", listed[0]["id"]);
    assert_eq!(read(&one).await.body, listed[0]);
    let clients = read(&format!("{one}/clients")).await.body;
    assert_eq!(
        (&clients[0]["useCount"], &clients[0]["client"]["servedStatus"]),
        (&json!(2), &json!("NORMAL"))
    );
    assert_eq!(read("/features/summaries").await.body["f1"]["1.0"]["totalAvailable"], json!(1));
    assert_eq!(read("/features/99").await.status, 404);
    assert_eq!(read("/configuration").await.body["licensing.renewInterval"], json!(15));
    let patch = json!([{ "name": "security.anonymous", "value": true }]);
    assert_eq!(world.call("PATCH", INSTANCE, "/configuration", Some(&token), &patch).await.status, 403);
    let client = format!("/clients/{}", clients[0]["client"]["id"]);
    assert_eq!(world.call("DELETE", INSTANCE, &client, Some(&token), &Value::Null).await.status, 204);
    assert_eq!(read("/features").await.body[0]["used"], json!(0));
    let health = world.call("GET", INSTANCE, "/health", None, &Value::Null).await.body;
    assert_eq!(health["LLS"]["licensingSecurityJSON"], json!("enabled"));
    assert_eq!(world.call("GET", INSTANCE, "/features", None, &Value::Null).await.status, 401);
}

#[tokio::test]
async fn a_preview_changes_nothing_and_leaves_no_row() {
    let world = World::new().await;
    let token = Signer::Rsa.sign(&client_claims(&json!({})));
    let body =
        json!({ "hostId": { "type": "string", "value": "A" }, "features": features(&[("f1", 2), ("x", 1)]) });
    let preview = world.call("POST", INSTANCE, "/preview_request", Some(&token), &body).await;
    assert_eq!(preview.status, 200, "{}", preview.text);
    assert_eq!(outcome(&preview.body), (vec![("f1", 2)], vec!["FEATURE_NOT_AVAILABLE"]));
    assert_eq!(preview.body["features"][0]["maxCount"], json!(3));
    assert!(preview.body.get("serverLicenseRenewInterval").is_none());
    assert!(world.rows().await.is_empty());
    assert_eq!(outcome(&world.access("B", &ask(&[("f1", 3)])).await.body).0, [("f1", 3)]);
}

#[tokio::test]
async fn keys_are_uploaded_replaced_and_revoked() {
    let world = World::new().await;
    let token = world.token("admin", ADMIN_PASSWORD).await;
    let uploaded = world.upload(INSTANCE, &token, &der(OTHER_RSA_PUBLIC)).await;
    let base64: String = OTHER_RSA_PUBLIC.lines().filter(|line| !line.starts_with('-')).collect();
    assert_eq!((uploaded.status, uploaded.body), (200, json!({ "publicKey": base64 })));
    assert_eq!(world.access("A", &ask(&[])).await.status, 401, "the old key is replaced");
    for (body, what) in [
        (RSA_PUBLIC.as_bytes().to_vec(), "PEM"),
        (der(SHORT_RSA_PUBLIC), "1024 bits"),
        (der(super::super::test_keys::EC_PUBLIC), "EC"),
        (b"nonsense".to_vec(), "nonsense"),
        ([der(RSA_PUBLIC), vec![0]].concat(), "more than the key"),
        (Vec::new(), "nothing"),
    ] {
        assert_eq!(world.upload(INSTANCE, &token, &body).await.status, 400, "{what}");
    }
    assert_eq!(world.upload(INSTANCE, &token, &der(RSA_PUBLIC)).await.status, 200);
    assert_eq!(world.access("A", &ask(&[])).await.status, 200);
    let keys = "/rest_licensing_keys";
    for _ in 0..2 {
        assert_eq!(world.call("DELETE", INSTANCE, keys, Some(&token), &Value::Null).await.status, 410);
    }
    assert_eq!(world.access("A", &ask(&[])).await.status, 401);
    assert_eq!(world.call("POST", INSTANCE, keys, Some(&token), &json!({})).await.status, 415);
}

#[tokio::test]
async fn addresses_are_kept_as_they_were_published() {
    let world = World::new().await;
    let body = json!({ "user": "admin", "password": ADMIN_PASSWORD }).to_string();
    let at = async |path: &str, method: &str| {
        let path = format!("/sites/acme/api/1.0/instances/{path}");
        world.send(method, &path, None, "application/json", body.as_bytes()).await.status
    };
    assert_eq!(at(&format!("{INSTANCE}//authorize"), "POST").await, 200);
    assert_eq!(at(&format!("{INSTANCE}/authorize/"), "POST").await, 200);
    assert_eq!(at("ZZZZZZZZZZZZ/authorize", "POST").await, 404);
    assert_eq!(at("~/authorize", "POST").await, 404, "there are two instances");
    assert_eq!(at(&format!("{INSTANCE}/request"), "POST").await, 404);
    assert_eq!(at(&format!("{INSTANCE}/authorize"), "GET").await, 405);
    assert_eq!(at(&format!("{INSTANCE}/authorize"), "PUT").await, 405);
    let answer = world.authorize(INSTANCE, "admin", ADMIN_PASSWORD).await;
    assert_eq!(answer.body["expires"], json!("2030-01-02T08:00:00.000Z"));
    let path = format!("/sites/acme/api/1.0/instances/{INSTANCE}/authorize");
    assert_eq!(world.send("POST", &path, None, "text/plain", body.as_bytes()).await.status, 415);
}

/// Sixty exchanges whose bodies do not come leave no place for another of the tenant.
#[tokio::test]
async fn the_tenant_has_sixty_connections_over_all_instances() {
    let world = World::new().await;
    let hold = |number: usize| {
        let instance = if number.is_multiple_of(2) { INSTANCE } else { OTHER };
        let mut stream = TcpStream::connect(world.server.address()).unwrap();
        write!(
            stream,
            "POST /sites/acme/api/1.0/instances/{instance}/authorize HTTP/1.1\r\nhost: x\r\n\
             content-type: application/json\r\ncontent-length: 5\r\n\r\n{{"
        )
        .unwrap();
        stream.set_nonblocking(true).unwrap();
        stream
    };
    let mut held: Vec<TcpStream> = (0..60).map(hold).collect();
    let health = async || world.call("GET", INSTANCE, "/health", None, &Value::Null).await.status;
    while health().await == 200 {
        // One that came while that question took the last place was refused, and comes again.
        for (number, stream) in held.iter_mut().enumerate() {
            if stream.peek(&mut [0]).is_ok() {
                *stream = hold(number);
            }
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(health().await, 500);
    drop(held);
    while health().await == 500 {
        tokio::task::yield_now().await;
    }
    for _ in 0..120 {
        assert_eq!(health().await, 200, "one after the other is no crowd");
    }
    assert!(world.rows().await.is_empty());
}

#[tokio::test]
async fn client_tokens_say_what_they_must() {
    let world = World::new().await;
    let colour = json!({ "hostId": { "type": "colour", "value": "x" } });
    assert_eq!(world.access("A", &colour).await.status, 400);
    let body = json!({ "hostId": { "type": "user", "value": "ann@example.com" }, "features": [] });
    let status = async |changed: Value| {
        let token = Signer::Rsa.sign(&client_claims(&changed));
        world.call("POST", INSTANCE, "/access_request", Some(&token), &body).await.status
    };
    assert_eq!(status(json!({ "exp": null, "iat": null })).await, 200);
    assert_eq!(status(json!({ "iat": NOW_S + 3000, "sub": "1234567890" })).await, 200);
    assert_eq!(status(json!({ "exp": NOW_S })).await, 401);
    assert_eq!(status(json!({ "exp": "soon" })).await, 401);
    assert_eq!(status(json!({ "sub": "" })).await, 401);
    for roles in [json!(null), json!("ROLE_READ"), json!("ROLE_ADMIN"), json!(["ROLE_CAPABILITY"])] {
        assert_eq!(status(json!({ "roles": roles })).await, 403, "{roles}");
    }
}
