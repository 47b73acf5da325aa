//! The test control protocol against hand-made answers, right and wrong.

use std::time::Duration;

use serde_json::json;
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, ResponseTemplate};

use super::client::Client;
use super::control::{ControlClient, ControlError, SiteRequest};

const ABOUT: &str = r#"{"protocol":1,"implementation":{"name":"reference","version":"0.1.0"},
    "capabilities":["sites","clock"]}"#;

fn client_of(base: &str) -> ControlClient {
    ControlClient::new(Client::new(Duration::from_secs(5)).unwrap(), base, "control-token")
}

/// A server with one prepared answer below `/_control/v1`, and a client of it.
async fn serving(mock: MockBuilder, answer: ResponseTemplate) -> (MockServer, ControlClient) {
    let server = MockServer::start().await;
    mock.respond_with(answer).mount(&server).await;
    let client = client_of(&format!("{}/_control/v1/", server.uri()));
    (server, client)
}

fn text(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string(body)
}

#[tokio::test]
async fn a_target_tells_who_it_is() {
    let mock = Mock::given(method("GET"))
        .and(path("/_control/v1/"))
        .and(header("authorization", "Bearer control-token"));
    let (_server, client) = serving(mock, text(200, ABOUT)).await;
    let about = client.about().await.unwrap();
    assert_eq!((about.name.as_str(), about.version.as_str()), ("reference", "0.1.0"));
    assert!(about.capabilities.contains("clock"));
}

#[tokio::test]
async fn nobody_there_says_how_to_go_on() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = client_of(&format!("http://{address}")).about().await.unwrap_err();
    assert!(matches!(error, ControlError::Unreachable { .. }));
    assert!(error.to_string().contains("start the target"), "{error}");
    assert!(error.answer().refused_connection());
}

#[tokio::test]
async fn a_web_page_is_not_a_control_protocol() {
    for (status, body) in [(200, "<html>Welcome</html>"), (200, "{\"hello\":1}"), (404, "not found")] {
        let (_server, client) = serving(Mock::given(method("GET")), text(status, body)).await;
        let error = client.about().await.unwrap_err();
        assert!(matches!(error, ControlError::NotControl { .. }), "{error}");
        assert!(error.to_string().contains("correct control.base"), "{error}");
    }
}

#[tokio::test]
async fn a_refused_token_is_told_from_a_wrong_address() {
    for status in [401, 403] {
        let (_server, client) = serving(Mock::given(method("GET")), text(status, "{}")).await;
        let error = client.about().await.unwrap_err();
        assert!(matches!(error, ControlError::TokenRefused { .. }), "{error}");
        assert!(error.to_string().contains("control.token"), "{error}");
        assert!(!error.to_string().contains("control-token"), "{error}");
    }
}

#[tokio::test]
async fn another_version_of_the_protocol_is_refused() {
    let body = ABOUT.replace("\"protocol\":1", "\"protocol\":2");
    let (_server, client) = serving(Mock::given(method("GET")), text(200, &body)).await;
    let error = client.about().await.unwrap_err();
    assert!(matches!(error, ControlError::Version { found: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_site_is_made_as_asked() {
    let body = json!({
        "clock": {"mode": "virtual", "now": 1_768_435_200_000_i64},
        "administrationKeys": [{"id": "k1", "publicKey": "PEM"}],
        "policy": {"session.denied.http": "409"},
    });
    let mock = Mock::given(method("PUT")).and(path("/_control/v1/sites/s%201")).and(body_json(body));
    let made = json!({"siteId": "s 1", "bases": {
        "dynamic_monetization": "http://t/sites/s/dynamicmonetization/",
        "data_access": "http://t/sites/s/data"}});
    let (_server, client) = serving(mock, ResponseTemplate::new(201).set_body_json(made)).await;
    let request = SiteRequest {
        virtual_now_ms: Some(1_768_435_200_000),
        administration_keys: vec![("k1".to_owned(), "PEM".to_owned())],
        policy: [("session.denied.http".to_owned(), "409".to_owned())].into(),
        ..SiteRequest::default()
    };
    let site = client.create_site("s 1", &request).await.unwrap();
    assert_eq!(site.id, "s 1");
    assert_eq!(site.bases.dynamic_monetization, "http://t/sites/s/dynamicmonetization");
    assert_eq!(site.bases.cmapi, None);
}

#[tokio::test]
async fn a_refusal_names_the_call_and_shows_the_answer() {
    let (_server, client) =
        serving(Mock::given(method("PUT")), text(400, "{\"message\":\"unknown decision x\"}")).await;
    let error = client.create_site("s", &SiteRequest::default()).await.unwrap_err();
    assert!(error.to_string().contains("PUT /sites/s"), "{error}");
    assert!(error.to_string().contains("unknown decision x"), "{error}");
    assert!(error.answer().is(400));
}

#[tokio::test]
async fn decisions_come_with_readings_and_mutants() {
    let body = json!({"decisions": [{"name": "token.wrong_kind.http", "requirement": "DM-AUTH-012",
        "readings": ["403", "401"],
        "mutants": [{"value": "200", "requirements": ["DM-AUTH-040"], "says": "lets any kind in"}]}]});
    let (_server, client) =
        serving(Mock::given(path("/_control/v1/policy")), ResponseTemplate::new(200).set_body_json(body))
            .await;
    let decisions = client.policy().await.unwrap();
    assert_eq!(decisions[0].readings, ["403", "401"]);
    assert_eq!(decisions[0].mutants[0].requirements, ["DM-AUTH-040"]);
}

#[tokio::test]
async fn clocks_move_by_and_to() {
    for (body, to) in [(json!({"by": 60_000}), false), (json!({"to": 60_000}), true)] {
        let mock =
            Mock::given(method("POST")).and(path("/_control/v1/sites/s/clock/advance")).and(body_json(body));
        let (_server, client) = serving(mock, text(200, "{\"now\":60000}")).await;
        let now =
            if to { client.advance_to("s", 60_000).await } else { client.advance_by("s", 60_000).await };
        assert_eq!(now.unwrap(), 60_000);
    }
}

#[tokio::test]
async fn usage_rows_come_as_they_are() {
    let rows = "{\"_SEQ\":6,\"METER_COST\":1.50}\n";
    let mock = Mock::given(path("/_control/v1/sites/s/usage-rows"))
        .and(query_param("after", "5"))
        .and(query_param("limit", "10"));
    let (_server, client) = serving(mock, text(200, rows)).await;
    assert_eq!(client.usage_rows("s", 5, 10).await.unwrap(), rows);
}

#[tokio::test]
async fn sessions_fail_and_sites_go_without_a_body() {
    let (_server, client) =
        serving(Mock::given(path("/_control/v1/sites/s/sessions/x/fail")), ResponseTemplate::new(204)).await;
    client.fail_session("s", "x").await.unwrap();
    let (_server, client) = serving(Mock::given(method("DELETE")), ResponseTemplate::new(204)).await;
    client.delete_site("s").await.unwrap();
}

#[tokio::test]
async fn an_answer_that_only_the_target_can_have_spoilt_is_told_from_a_refusal() {
    for (status, of_the_target) in [(400, false), (404, true), (409, false), (500, true), (302, true)] {
        let mock = Mock::given(method("GET"));
        let (_server, client) = serving(mock, text(status, "no")).await;
        let error = client.usage_rows("s", 0, 1).await.unwrap_err();
        assert_eq!(error.is_of_the_target(), of_the_target, "{status}");
    }
}
