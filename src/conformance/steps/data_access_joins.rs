//! Two reports of the Data Access API that are read together, and what stands beside the reports.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::{then, when};
use reqwest::Url;
use serde_json::Value;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::plain;
use crate::conformance::reports::{field, report_rows};
use crate::conformance::world::World;

/// How far back both reports look: what joins may have been changed on different days.
const DAYS: &str = "30";

#[when(regex = r#"^the reports "([^"]*)" and "([^"]*)" are pulled$"#)]
async fn are_pulled(world: &mut World, first: String, second: String, step: &Step) -> Stepped {
    let mut pages = Vec::new();
    for group in [first, second] {
        let url = world.data_access_url(&group, &[("pastDays".to_owned(), DAYS.to_owned())])?;
        pages.push(world.as_reporter(url).await?);
    }
    let last = pages.last().cloned().unwrap_or_default();
    world.report_pages = pages;
    world.keep(step, last)
}

/// Names with commas between them are compared together. A list names each of its elements.
#[then(regex = r#"^every "([^"]*)" of the second is an? "([^"]*)" of the first$"#)]
async fn leads_to(world: &mut World, ours: String, theirs: String, step: &Step) -> Stepped {
    let [first, second] = world.report_pages.as_slice() else {
        return Err(StepError::fault("two reports have to be pulled before this step"));
    };
    let keys = |rows: Option<Vec<Value>>, names: &str| -> BTreeSet<String> {
        let names: Vec<&str> = names.split(", ").collect();
        rows.iter().flatten().flat_map(|row| joined(row, &names)).collect()
    };
    let known = keys(report_rows(first), &theirs);
    let named = keys(report_rows(second), &ours);
    let unknown: Vec<&String> = named.difference(&known).collect();
    let held = !named.is_empty() && unknown.is_empty();
    let seen = match (named.is_empty(), held) {
        (true, _) => format!("no {ours} at all: {}", second.summary()),
        (false, true) => format!("{} found", named.len()),
        (false, false) => format!("{unknown:?} not among {known:?}"),
    };
    world.assert(step, format!("every {ours} found as {theirs}"), seen, held)
}

/// What the fields of a row say together, once for each element of a list; nothing where one of them is NULL.
fn joined(row: &Value, names: &[&str]) -> Vec<String> {
    let mut keys = vec![String::new()];
    for (at, name) in names.iter().enumerate() {
        let values = field(row, name).map(elements).unwrap_or_default();
        let between = if at == 0 { "" } else { " · " };
        keys = keys
            .iter()
            .flat_map(|key| values.iter().map(move |value| format!("{key}{between}{value}")))
            .collect();
    }
    keys
}

/// The elements of a list, which may be written as text (WH-USAGE-002), or one value.
fn elements(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().flat_map(elements).collect(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) if text.starts_with('[') => {
            serde_json::from_str::<Value>(text).map_or_else(|_| vec![text.clone()], |list| elements(&list))
        }
        other => vec![plain(other)],
    }
}

/// Names and values are one object inside the row.
#[then(regex = r#"^every report row has the attribute "([^"]*)" of "([^"]*)" in "([^"]*)"$"#)]
async fn has_attribute(
    world: &mut World,
    name: String,
    value: String,
    object: String,
    step: &Step,
) -> Stepped {
    let rows = report_rows(world.last()?).unwrap_or_default();
    let is_there = |row: &&Value| {
        let attributes = field(row, &object).and_then(Value::as_object);
        attributes.and_then(|attributes| attributes.get(&name)).is_some_and(|cell| plain(cell) == value)
    };
    let count = rows.iter().filter(is_there).count();
    let seen = format!("{count} of {} rows: {}", rows.len(), world.last()?.summary());
    let held = !rows.is_empty() && count == rows.len();
    world.assert(step, format!("rows with {name} = {value} in the object {object}"), seen, held)
}

/// A name with a period is a member of an object, or one name (DAPI-042).
#[then(regex = r#"^the form of "([^"]*)" is read$"#)]
async fn form_of_name(world: &mut World, name: String, step: &Step) -> Stepped {
    let rows = report_rows(world.last()?).unwrap_or_default();
    let nested = |row: &Value| name.split_once('.').is_some_and(|(object, _)| row.get(object).is_some());
    let value = match rows.as_slice() {
        [] => "no row",
        rows if rows.iter().all(|row| row.get(&name).is_some()) => "flat",
        rows if rows.iter().all(nested) => "nested",
        _ => "mixed",
    };
    world.reading(step, "data_access.period_names", value)
}

#[when(regex = r#"^the page "([^"]*)" of the Data Access API is opened$"#)]
async fn is_opened(world: &mut World, page: String, step: &Step) -> Stepped {
    let report = Url::parse(&world.data_access_url("", &[])?);
    let url = report.and_then(|report| report.join(&format!("../../../{page}")));
    let url = url.map_err(|error| StepError::fault(format!("{page}: {error}")))?;
    let answer = world.as_reporter(url.into()).await?;
    world.keep(step, answer)
}

/// The page itself, or the way to it: what is on it is not described.
#[then(regex = r"^a page for people comes$")]
async fn page_comes(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let header = |wanted: &str| {
        let headers = &answer.exchange.response_headers;
        headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.as_str())
    };
    let is_page = answer.is(200) && header("content-type").is_some_and(|kind| kind.contains("html"));
    let is_redirect =
        answer.status.is_some_and(|status| (301..=308).contains(&status)) && header("location").is_some();
    let expected = "status 200 with HTML, or a redirect to it";
    world.assert(step, expected, answer.summary(), is_page || is_redirect)
}
