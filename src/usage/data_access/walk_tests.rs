//! Walks over services that behave.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use wiremock::matchers::{header, path, query_param};
use wiremock::{Mock, MockServer};

use super::test_service::{Asked, day, pull, row, rows, service};
use super::{Mode, Told};

const NOON: &str = "2026-01-15T12:00:00Z";

#[tokio::test]
async fn pages_are_walked_by_number_until_one_is_empty() {
    // The second page is shorter than asked for, and not the last all the same (DAPI-094).
    let server = service(|asked: &Asked| match asked.page() {
        1 => rows(&[row(1, NOON), row(2, NOON)]),
        2 => rows(&[row(3, NOON)]),
        3 => rows(&[row(4, NOON)]),
        _ => rows(&[]),
    })
    .await;
    let pulled = day(&server).await;
    assert_eq!(pulled.ids(), ["c-1", "c-2", "c-3", "c-4"]);
    let asked: Vec<String> =
        server.received_requests().await.unwrap().iter().map(|one| one.url.to_string()).collect();
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(
        asked[0].ends_with(
            "/data/api/v1/report/usage?dateFrom=2026-01-15&dateTo=2026-01-16&format=json&mode=BATCH\
             &limitRecords=2&pageNumber=1"
        ),
        "{asked:?}"
    );
    let last =
        Told::Page { group: "usage".into(), window: "2026-01-15 to 2026-01-15".into(), page: 3, rows: 4 };
    assert_eq!(pulled.told.last(), Some(&last));
}

#[tokio::test]
async fn no_page_behind_the_last_is_an_end_too() {
    let server = service(|asked: &Asked| match asked.page() {
        1 => rows(&[row(1, NOON)]),
        _ => ResponseTemplate::new(404),
    })
    .await;
    assert_eq!(day(&server).await.ids(), ["c-1"]);
    let nothing = service(|_: &Asked| ResponseTemplate::new(204)).await;
    assert!(day(&nothing).await.ids().is_empty());
}

#[tokio::test]
async fn links_are_followed_to_the_last() {
    let server = MockServer::start().await;
    // The vendor's reference prints addresses without TLS; a link without a host leads to the same one.
    let next = format!("{}/data/api/v1/report/usage?cursor=b", server.uri());
    let page = |rows: &[Value], next: Value| {
        ResponseTemplate::new(200).set_body_json(json!({
            "header": { "nextPageURL": next, "recordCount": 5 }, "data": rows,
        }))
    };
    for (parameter, value, answer) in [
        ("pageNumber", "1", page(&[row(1, NOON), row(2, NOON)], json!(next))),
        ("cursor", "b", page(&[row(3, NOON)], json!("/data/api/v1/report/usage?cursor=c"))),
        ("cursor", "c", page(&[row(4, NOON)], json!(""))),
    ] {
        let mock = Mock::given(path("/data/api/v1/report/usage")).and(query_param(parameter, value));
        mock.and(header("authorization", "Basic cmVwb3J0czpodXNo")).respond_with(answer).mount(&server).await;
    }
    let base = format!("{}/data/", server.uri());
    let pulled = pull(&base, "2026-01-15", "2026-01-15", Mode::Interactive).await;
    assert_eq!(pulled.ids(), ["c-1", "c-2", "c-3", "c-4"]);
    let note = "the usage report of 2026-01-15 to 2026-01-15 counts 5 rows and has 4 on its pages (DAPI-040)";
    assert_eq!(pulled.notes(), [note]);
}

#[tokio::test]
async fn days_that_two_requests_share_count_once() {
    // The service includes the second date, so that the day on which one request ends begins the next, too. Both rows
    // of the pair are in the warehouse twice, and stay so.
    let server = service(|asked: &Asked| {
        let all = [
            row(1, "2026-01-10T00:00:00Z"),
            row(2, "2026-01-30T08:00:00Z"),
            row(2, "2026-01-30T08:00:00Z"),
            row(3, "2026-02-01T00:00:00Z"),
            row(4, "2026-02-03T00:00:00Z"),
        ];
        let millis =
            |day: &str| format!("{day}T00:00:00Z").parse::<jiff::Timestamp>().unwrap().as_millisecond();
        let (from, to) = (millis(asked.of("dateFrom")), millis(asked.of("dateTo")) + 86_400_000);
        let in_range = |row: &&Value| (from..to).contains(&row["usageTime"].as_i64().unwrap());
        let found: Vec<Value> =
            all.iter().filter(in_range).skip(2 * (asked.page() - 1)).take(2).cloned().collect();
        rows(&found)
    })
    .await;
    let base = format!("{}/data", server.uri());
    let pulled = pull(&base, "2026-01-01", "2026-02-02", Mode::Batch).await;
    assert_eq!(pulled.ids(), ["c-1", "c-2", "c-2", "c-3"]);
    assert!(pulled.notes()[0].contains("came twice in one request"), "{:?}", pulled.notes());
}
