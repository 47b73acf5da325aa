//! Walks over services that do not behave: each fault has its own message, and none takes forever.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;

use super::test_service::{Asked, Pulled, caller, day, pull, row, rows, service};
use super::{Mode, Patience, PullError, Service, Told};
use crate::target::{Client, ReportCaller};

const NOON: &str = "2026-01-15T12:00:00Z";

async fn day_of(answer: ResponseTemplate) -> Pulled {
    day(&service(move |_: &Asked| answer.clone()).await).await
}

/// A service that fails so often before it answers.
async fn after(failures: usize, failure: ResponseTemplate) -> Pulled {
    let count = AtomicUsize::new(0);
    let server = service(move |asked: &Asked| {
        if count.fetch_add(1, Ordering::Relaxed) < failures {
            return failure.clone();
        }
        if asked.page() == 1 { rows(&[row(1, NOON)]) } else { rows(&[]) }
    })
    .await;
    day(&server).await
}

#[tokio::test]
async fn a_refused_credential_is_told_at_once() {
    let echo = ResponseTemplate::new(401).set_body_json(json!({ "message": "who?", "password": "hush" }));
    let pulled = day_of(echo).await;
    assert!(matches!(pulled.result, Err(PullError::Credential { .. })));
    assert!(pulled.message().contains("401") && pulled.message().contains("get a new token"));
    let pulled = day_of(ResponseTemplate::new(403)).await;
    assert!(pulled.message().contains("permission \"Data Api\""), "{}", pulled.message());
    assert!(pulled.pauses.is_empty());
}

#[tokio::test]
async fn a_busy_service_is_asked_again_after_longer_and_longer_pauses() {
    for status in [408, 429, 500, 502, 503, 504] {
        let pulled = after(3, ResponseTemplate::new(status)).await;
        assert_eq!((pulled.ids(), &pulled.pauses), (vec!["c-1"], &vec![1, 2, 4]), "{status}");
    }
    let pulled = after(1, ResponseTemplate::new(429).insert_header("Retry-After", "7")).await;
    assert_eq!((pulled.ids(), &pulled.pauses), (vec!["c-1"], &vec![7]));
    let Some(Told::Pause { answer, pause, attempt: 1, attempts: 4 }) = pulled.told.first() else {
        panic!("{:?}", pulled.told)
    };
    assert_eq!((answer.trim(), *pause), ("429", Duration::from_secs(7)));
}

#[tokio::test]
async fn patience_ends() {
    let pulled = after(4, ResponseTemplate::new(503).set_body_string("back soon")).await;
    assert_eq!(pulled.pauses, [1, 2, 4]);
    let message = pulled.message();
    assert!(message.contains("no report in 4 attempts: 503 back soon"), "{message}");
    let pulled = after(1, ResponseTemplate::new(429).insert_header("Retry-After", "3600")).await;
    assert!(matches!(pulled.result, Err(PullError::Later { seconds: 3600, .. })), "{}", pulled.message());
    assert!(pulled.pauses.is_empty());
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told_with_its_address() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let pulled = pull(&format!("http://{address}/data"), "2026-01-15", "2026-01-15", Mode::Batch).await;
    let message = pulled.message();
    assert!(message.contains(&address.to_string()) && message.contains("no connection"), "{message}");
    assert_eq!(pulled.pauses.len(), 3);
}

#[tokio::test]
async fn what_is_refused_for_good_is_not_asked_again() {
    let pulled =
        day_of(ResponseTemplate::new(400).set_body_json(json!({ "message": "no such filter" }))).await;
    assert!(pulled.message().contains("no such filter") && pulled.pauses.is_empty());
    let pulled = day_of(ResponseTemplate::new(404)).await;
    assert!(matches!(pulled.result, Err(PullError::Refused { .. })), "{}", pulled.message());
    // Followed, a redirect would take the credential along.
    let pulled = day_of(ResponseTemplate::new(302).insert_header("Location", "http://elsewhere/")).await;
    assert!(pulled.message().contains("302"), "{}", pulled.message());
}

#[tokio::test]
async fn answers_that_are_no_report_are_told_with_the_place() {
    for (body, says) in [
        ("{\"data\": [{\"Item\": \"a\"},", "it is no JSON, at line 1 column"),
        ("<html>sign in</html>", "it is no JSON, at line 1 column 1"),
        ("[]", "it is JSON, but no object"),
        ("{\"header\": {}}", "it has no array `data`"),
        ("{\"data\": {}}", "it has no array `data`"),
    ] {
        let pulled = day_of(ResponseTemplate::new(200).set_body_string(body)).await;
        assert!(pulled.message().contains(says), "{body}: {}", pulled.message());
    }
    let long = ResponseTemplate::new(200).set_body_string("x".repeat(16 * 1024 * 1024 + 1));
    let pulled = day_of(long).await;
    assert!(matches!(pulled.result, Err(PullError::TooLong { .. })), "{}", pulled.message());
}

#[tokio::test]
async fn a_page_that_repeats_ends_the_walk() {
    let server = service(|asked: &Asked| rows(&[row(asked.page() % 2, NOON)])).await;
    let pulled = day(&server).await;
    let message = pulled.message();
    assert!(message.contains("page 3 has the rows of page 1"), "{message}");
}

#[tokio::test]
async fn links_lead_nowhere_but_to_the_service() {
    let thief = service(|_: &Asked| rows(&[])).await;
    let link = format!("{}/data/api/v1/report/usage?pageNumber=2", thief.uri());
    let server = service(move |_: &Asked| {
        ResponseTemplate::new(200)
            .set_body_json(json!({ "header": { "nextPageURL": link }, "data": [row(1, NOON)] }))
    })
    .await;
    let base = format!("{}/data", server.uri());
    let pulled = pull(&base, "2026-01-15", "2026-01-15", Mode::Interactive).await;
    let address = thief.address().to_string();
    assert!(pulled.message().contains(&address), "{}", pulled.message());
    assert!(thief.received_requests().await.unwrap().is_empty());
    let bare = service(|_: &Asked| ResponseTemplate::new(200).set_body_json(json!({ "data": [] }))).await;
    let base = format!("{}/data", bare.uri());
    let pulled = pull(&base, "2026-01-15", "2026-01-15", Mode::Interactive).await;
    assert!(pulled.message().contains("it has no header"), "{}", pulled.message());
}

#[test]
fn addresses_and_callers_are_looked_at_before_anything_is_sent() {
    let made = |base: &str, caller: &ReportCaller| {
        let client = Client::new(Duration::from_secs(1)).unwrap();
        Service::new(client, base, caller, Patience::default())
    };
    for (base, says) in [
        ("acme", "it is no address"),
        ("ftp://acme/data", "it is no HTTP address"),
        ("https://reports:hush@acme/data", "a credential does not belong"),
        ("https://acme/data?x=1", "it has a query"),
    ] {
        let message = made(base, &caller()).unwrap_err().to_string();
        assert!(message.contains(says) && !message.contains("hush"), "{base}: {message}");
    }
    assert!(matches!(made("https://acme/data", &ReportCaller::default()), Err(PullError::NoCredential)));
    let service = made("https://acme/data/", &caller()).unwrap();
    assert_eq!(service.base(), "https://acme/data");
    assert!(!format!("{service:?}").contains("cmVwb3J0czpodXNo"));
    assert_eq!(service.follow("http://acme/data/p?x=2").unwrap().as_str(), "https://acme/data/p?x=2");
    assert!(service.follow("https://acme:8443/data").is_err());
}
