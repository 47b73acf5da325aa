//! Reports and refusals as they go over the wire (DAPI-037 to DAPI-043).

use axum::http::header::{HeaderValue, WWW_AUTHENTICATE};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::reply::{respond, send_as};
use super::asked::Asked;
use crate::domain::DataAccessRules;
use crate::domain::data_access::{Entity, Format, Mode, Page, ReportRequest, csv_head, csv_line};
use crate::site::Refusal;

/// A refusal, with the kinds of credential that would do (DAPI-046).
pub(super) fn refused(refusal: &Refusal) -> Response {
    let body = json!({ "message": refusal.messages.join("; ") });
    let mut response = respond(refusal.status, Some(&body));
    if refusal.status == 401 {
        response.headers_mut().append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"reports\""));
    }
    response
}

/// A page of a report.
pub(super) fn report(
    asked: &Asked,
    entity: &Entity,
    request: &ReportRequest,
    rules: &DataAccessRules,
    page: Page,
) -> Response {
    if request.format == Format::Csv {
        let lines = page.into_rows();
        let text: String =
            std::iter::once(csv_head(entity)).chain(lines.iter().map(|row| csv_line(entity, row))).collect();
        return send_as(200, Some(text.into_bytes()), "text/csv; charset=utf-8");
    }
    let header = header(asked, request, rules, &page);
    let status = if page.is_past_end() { rules.past_end } else { 200 };
    let shown = |row| Value::Object((rules.shaped)(entity.filled(row)));
    let rows: Vec<Value> = page.into_rows().into_iter().map(shown).collect();
    let mut body = json!({ "header": header, "data": rows });
    (rules.body)(&mut body);
    respond(status, Some(&body))
}

/// Links in `INTERACTIVE` mode, with the counts (DAPI-037, DAPI-039).
fn header(
    asked: &Asked,
    request: &ReportRequest,
    rules: &DataAccessRules,
    page: &Page,
) -> Map<String, Value> {
    let mut header = Map::new();
    let mut set = |name: &str, value: Value| header.insert(name.to_owned(), value);
    set("pageNumber", json!(request.page));
    set("limitRecords", json!(request.limit));
    if request.mode == Mode::Interactive {
        set("recordCount", json!(page.records()));
        set("pageCount", json!((rules.pages)(page.records(), request.limit)));
    }
    if request.mode == Mode::Interactive || rules.batch_links {
        let link = |is_there: bool, number: usize| is_there.then(|| asked.page(number));
        set("previousPageURL", json!(link(request.page > 1, request.page.saturating_sub(1))));
        set("nextPageURL", json!(link(page.has_next(), request.page.saturating_add(1))));
    }
    header
}
