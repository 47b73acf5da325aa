//! A service made by hand: what it answers is a function of the page and the days asked for.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::{Days, Mode, Patience, Pull, PullError, Service, Told};
use crate::target::{Client, ReportCaller, Secret};

/// The parameters of a request.
pub(super) struct Asked(HashMap<String, String>);

impl Asked {
    pub(super) fn page(&self) -> usize {
        self.0["pageNumber"].parse().unwrap()
    }

    pub(super) fn of(&self, name: &str) -> &str {
        &self.0[name]
    }
}

/// A service that answers like this.
pub(super) async fn service(
    answer: impl Fn(&Asked) -> ResponseTemplate + Send + Sync + 'static,
) -> MockServer {
    let server = MockServer::start().await;
    let respond = move |request: &Request| {
        answer(&Asked(request.url.query_pairs().into_owned().collect::<HashMap<_, _>>()))
    };
    Mock::given(method("GET")).respond_with(respond).mount(&server).await;
    server
}

/// A page with these rows.
pub(super) fn rows(rows: &[Value]) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "header": {}, "data": rows }))
}

/// A row of usage.
pub(super) fn row(id: usize, time: &str) -> Value {
    let time: Timestamp = time.parse().unwrap();
    json!({ "correlationId": format!("c-{id}"), "usageTime": time.as_millisecond(), "meterQuantity": id })
}

/// What came of a pull.
pub(super) struct Pulled {
    pub(super) result: Result<Vec<String>, PullError>,
    pub(super) told: Vec<Told>,
    /// The pauses that it made, in seconds.
    pub(super) pauses: Vec<u64>,
}

impl Pulled {
    /// The correlation IDs of the rows.
    pub(super) fn ids(&self) -> Vec<&str> {
        self.result.as_ref().unwrap().iter().map(String::as_str).collect()
    }

    /// The message of the failure, which never holds a secret.
    pub(super) fn message(&self) -> String {
        let message = self.result.as_ref().unwrap_err().to_string();
        assert!(!message.contains("hush"), "{message}");
        message
    }

    pub(super) fn notes(&self) -> Vec<&str> {
        let notes = self.told.iter().filter_map(|told| match told {
            Told::Note(text) => Some(text.as_str()),
            _ => None,
        });
        notes.collect()
    }
}

pub(super) fn caller() -> ReportCaller {
    ReportCaller { password: Some(("reports".to_owned(), Secret::new("hush"))), token: None }
}

/// Pulls usage of some days, two rows a page.
pub(super) async fn pull(base: &str, first: &str, last: &str, mode: Mode) -> Pulled {
    let waited = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&waited);
    let patience = Patience::new(4, Duration::from_secs(1), move |pause| {
        seen.lock().unwrap().push(pause.as_secs());
        Box::pin(async {})
    });
    let client = Client::new(Duration::from_secs(20)).unwrap();
    let service = Service::new(client, base, &caller(), patience).unwrap();
    let days =
        Days::new(Some(first.parse().unwrap()), Some(last.parse().unwrap()), Timestamp::now()).unwrap();
    let mut told = Vec::new();
    let pulled =
        Pull { days, mode, page_size: 2 }.report(&service, "usage", &mut |event| told.push(event)).await;
    let result = pulled.map(|report| {
        let text = fs::read_to_string(report.input.path()).unwrap();
        let ids: Vec<String> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).unwrap()["correlationId"].as_str().unwrap().into()
            })
            .collect();
        assert_eq!(ids.len() as u64, report.rows);
        ids
    });
    let pauses = waited.lock().unwrap().clone();
    Pulled { result, told, pauses }
}

/// Pulls one day by page numbers.
pub(super) async fn day(server: &MockServer) -> Pulled {
    pull(&format!("{}/data", server.uri()), "2026-01-15", "2026-01-15", Mode::Batch).await
}
