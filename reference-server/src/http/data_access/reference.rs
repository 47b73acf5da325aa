//! The interactive reference: a page on which people read what can be asked, and ask it (DAPI-012).

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use super::super::errors;
use super::asked::Asked;
use crate::domain::data_access::{Entity, GLOBAL_FILTERS, entities};
use crate::sites::Sites;

/// The lists that can be read, below `api/v1/report/`, and what they hold.
const LISTS: [(&str, &str); 3] = [
    ("report-names", "the groups of reports"),
    ("global-filters", "the filters of every group"),
    ("query-operators", "the operators of queries; the vendor does not publish this address"),
];

const STYLE: &str = ":root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;\
margin:2rem auto;padding:0 1rem}label{display:block;margin:.4rem 0}input{font:inherit;width:100%;max-width:24rem;\
display:block;box-sizing:border-box}summary{cursor:pointer;padding:.3rem 0}code{overflow-wrap:anywhere}\
details{border-bottom:1px solid #8884}button{font:inherit;margin:.6rem 0}";

/// What is left empty is not asked for: a browser would send it as empty text, which is no date and no number.
const ONLY_FILLED: &str = "onsubmit=\"for(const one of this)one.disabled=!one.value&amp;&amp;!!one.name\"";

/// The page. It tells nothing of a site, so that nobody has to be let in; the reports that it asks for are another matter.
pub(super) async fn page(asked: Asked, State(sites): State<Arc<Sites>>) -> Response {
    match sites.act(&asked.site, |site| site.rules().data_access.reference_page).await {
        Err(error) => errors::of_sites(&error),
        Ok(200) => Html(written()).into_response(),
        Ok(status) => StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND).into_response(),
    }
}

fn written() -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>Data Access API</title><style>{STYLE}</style><h1>Data Access API</h1>\
         <p>All calls are GET, with a token (<code>Authorization: Bearer</code>) or with user and password, for which \
         the browser asks. <code>query</code> takes JSON such as <code>{{\"Item\":{{\"$sw\":\"Photo\"}}}}</code>.</p>\
         <h2>What can be asked</h2><ul>"
    );
    for (path, says) in LISTS {
        put(&mut page, format_args!("<li><a href=\"api/v1/report/{path}\"><code>{path}</code></a> — {says}"));
    }
    page.push_str("</ul><h2>Reports</h2>");
    entities().iter().for_each(|entity| form(&mut page, entity));
    page.push_str("</html>");
    page
}

/// A form that pulls a report.
fn form(page: &mut String, entity: &Entity) {
    let group = &entity.group;
    put(
        page,
        format_args!(
            "<details><summary><code>{group}</code>, {fields} fields</summary><p><a \
             href=\"api/v1/report/report-types/{group}\">Its filters</a></p><form action=\"api/v1/report/{group}\" {ONLY_FILLED}>",
            fields = entity.fields.len()
        ),
    );
    let filters = entity.filters.keys().map(|name| (name.as_str(), "equal to"));
    for (name, says) in GLOBAL_FILTERS.iter().map(|filter| (filter.name, filter.says)).chain(filters) {
        put(page, format_args!("<label><code>{name}</code> {says}<input name=\"{name}\"></label>"));
    }
    page.push_str("<button>Pull</button></form></details>");
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("text takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_report_can_be_asked_for_with_its_filters() {
        let page = written();
        for entity in entities() {
            assert!(page.contains(&format!("<form action=\"api/v1/report/{}\"", entity.group)));
        }
        assert!(page.contains("name=\"accountID\"") && page.contains("name=\"limitRecords\""));
    }
}
