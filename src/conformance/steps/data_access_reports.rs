//! What reports of the Data Access API say.

use std::collections::BTreeSet;

use cucumber::gherkin::Step;
use cucumber::then;
use serde_json::Value;

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::plain;
use crate::conformance::numbers::parse;
use crate::conformance::reports::{csv_records, field, link, report_rows};
use crate::conformance::stage::Stage;
use crate::conformance::tables::rows as table_rows;
use crate::conformance::world::World;

#[then(regex = r"^the report has (\d+) rows?$")]
async fn has_rows(world: &mut World, count: usize, step: &Step) -> Stepped {
    let rows = report_rows(world.last()?);
    let held = rows.as_ref().is_some_and(|rows| rows.len() == count);
    world.assert(step, format!("status 200 and {count} rows in data"), seen(world, rows.as_deref())?, held)
}

/// A refusal has no rows.
#[then(regex = r"^the report has at most (\d+) rows?$")]
async fn has_at_most(world: &mut World, count: usize, step: &Step) -> Stepped {
    let rows = report_rows(world.last()?);
    let held = rows.as_ref().is_none_or(|rows| rows.len() <= count);
    world.assert(step, format!("at most {count} rows"), seen(world, rows.as_deref())?, held)
}

/// The order of rows is not documented, so that every row has to be found, wherever it stands.
#[then(regex = r"^the report rows are:$")]
async fn rows_are(world: &mut World, step: &Step) -> Stepped {
    let Some((fields, wanted)) = step.table.as_ref().and_then(|table| table.rows.split_first()) else {
        return Err(StepError::fault("the step needs a table with the names of fields"));
    };
    let rows = report_rows(world.last()?);
    let shown = |row: &Value| -> Vec<String> {
        fields.iter().map(|name| field(row, name).map(in_words).unwrap_or_default()).collect()
    };
    let mut found: Vec<Vec<String>> = rows.iter().flatten().map(shown).collect();
    let mut wanted = wanted.to_vec();
    found.sort();
    wanted.sort();
    let text = |rows: &[Vec<String>]| rows.iter().map(|row| row.join(" · ")).collect::<Vec<_>>().join("; ");
    let held = rows.is_some() && found == wanted;
    let seen = if rows.is_some() { text(&found) } else { world.last()?.summary() };
    world.assert(step, format!("rows with {}: {}", fields.join(" · "), text(&wanted)), seen, held)
}

#[then(regex = r"^every report row has the fields:$")]
async fn have_fields(world: &mut World, step: &Step) -> Stepped {
    let rows = report_rows(world.last()?).unwrap_or_default();
    let wanted = table_rows(step, &["field"])?;
    let mut missing = BTreeSet::new();
    for wanted in &wanted {
        let name = wanted.required("field")?;
        if !rows.iter().all(|row| field(row, name).is_some()) {
            missing.insert(name);
        }
    }
    let seen = format!("{} rows, without {missing:?}", rows.len());
    world.assert(step, "rows with each of these fields", seen, !rows.is_empty() && missing.is_empty())
}

#[then(regex = r#"^no report row has the field "([^"]*)"$"#)]
async fn lack_field(world: &mut World, name: String, step: &Step) -> Stepped {
    let rows = report_rows(world.last()?).unwrap_or_default();
    let with = rows.iter().filter(|row| field(row, &name).is_some()).count();
    let seen = format!("{with} of {} rows have it", rows.len());
    world.assert(step, format!("rows without {name}"), seen, !rows.is_empty() && with == 0)
}

/// What clients read of a usage row; numbers may come as text (DAPI-095).
#[then(regex = r"^every report row can be billed$")]
async fn can_be_billed(world: &mut World, step: &Step) -> Stepped {
    let rows = report_rows(world.last()?).unwrap_or_default();
    let number = |row: &Value, name: &str| field(row, name).is_some_and(|cell| parse(&plain(cell)).is_some());
    let time =
        |row: &Value| row.get("usageTime").is_some_and(|cell| cell.is_null() || number(row, "usageTime"));
    let billable = |row: &&Value| {
        let account = field(row, "accountId").and_then(Value::as_str).is_some_and(|id| !id.is_empty());
        account && time(row) && number(row, "used") && number(row, "meterQuantity")
    };
    let count = rows.iter().filter(billable).count();
    let seen =
        format!("{count} of {} rows: {}", rows.len(), rows.first().map(Value::to_string).unwrap_or_default());
    let expected = "rows with accountId, usageTime in ms or NULL, and the numbers used and meterQuantity";
    world.assert(step, expected, seen, !rows.is_empty() && count == rows.len())
}

#[then(regex = r"^no report comes$")]
async fn no_report(world: &mut World, step: &Step) -> Stepped {
    let answer = world.last()?;
    let held = answer.status.is_some() && !answer.ok();
    world.assert(step, "a refusal", answer.summary(), held)
}

/// The names of both counts are not published, so that any two numbers of the header may be they.
#[then(regex = r"^the header counts (\d+) records on (\d+) pages$")]
async fn counts(world: &mut World, records: u64, pages: u64, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let header = body.get("header").and_then(Value::as_object);
    let numbers: Vec<u64> = header
        .into_iter()
        .flatten()
        .filter(|(name, _)| !["pageNumber", "limitRecords"].contains(&name.as_str()))
        .filter_map(|(_, value)| plain(value).parse().ok())
        .collect();
    let held = numbers.contains(&records) && numbers.contains(&pages);
    let seen = header.map_or_else(|| "no header".to_owned(), |header| format!("{header:?}"));
    world.assert(step, format!("the numbers {records} and {pages} in the header"), seen, held)
}

#[then(regex = r"^the header links to the (next|previous) page only$")]
async fn links_to(world: &mut World, which: String, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let there = |name: &str| link(&body, name).is_some();
    let (next, previous) = (there("nextPageURL"), there("previousPageURL"));
    let held = if which == "next" { next && !previous } else { previous && !next };
    let header = body.get("header").map_or_else(|| "no header".to_owned(), Value::to_string);
    world.assert(step, format!("a header with {which}PageURL and no other link"), header, held)
}

#[then(regex = r"^the walk sees (\d+) different rows on (\d+) pages$")]
async fn walk_sees(world: &mut World, count: usize, pages: usize, step: &Step) -> Stepped {
    let rows: Vec<Vec<Value>> = world.report_pages.iter().filter_map(report_rows).collect();
    let filled = rows.iter().filter(|rows| !rows.is_empty()).count();
    let all: Vec<String> = rows.iter().flatten().map(Value::to_string).collect();
    let distinct: BTreeSet<&String> = all.iter().collect();
    let held = (all.len(), distinct.len(), filled) == (count, count, pages);
    let seen = format!("{} rows, {} of them different, on {filled} pages", all.len(), distinct.len());
    world.assert(step, format!("{count} different rows on {pages} pages"), seen, held)
}

#[then(regex = r"^the CSV report has (\d+) lines? below the fields:$")]
async fn is_csv(world: &mut World, count: usize, step: &Step) -> Stepped {
    let answer = world.last()?;
    let records = csv_records(&answer.body);
    let heading: &[String] = records.first().map_or(&[], Vec::as_slice);
    let even = records.iter().all(|record| record.len() == heading.len());
    let mut held = answer.is(200) && even && records.len() == count + 1;
    for row in table_rows(step, &["field"])? {
        let name = row.required("field")?;
        held &= heading.iter().any(|one| one == name);
    }
    world.assert(step, format!("a heading with these fields and {count} lines"), answer.summary(), held)
}

/// Wherever they stand: the form of these lists is not published.
#[then(regex = r"^the answer names:$")]
async fn names(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    named(world, step, &body)
}

/// The filters of a group are listed in `data` (DAPI-009).
#[then(regex = r"^the data of the answer name:$")]
async fn data_name(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let data = body.get("data").filter(|data| data.is_array()).cloned().unwrap_or_default();
    named(world, step, &data)
}

fn named(stage: &Stage, step: &Step, value: &Value) -> Stepped {
    let mut texts = BTreeSet::new();
    collect(value, &mut texts);
    let rows = table_rows(step, &["name"])?;
    let wanted = rows.iter().map(|row| row.required("name")).collect::<Result<Vec<_>, _>>()?;
    let missing: Vec<&str> = wanted.iter().copied().filter(|name| !texts.contains(*name)).collect();
    let seen = format!("without {missing:?}: {}", stage.last()?.summary());
    stage.assert(step, format!("the names {}", wanted.join(", ")), seen, missing.is_empty())
}

/// Every text of a JSON value, names of members included.
fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(elements) => elements.iter().for_each(|element| collect(element, texts)),
        Value::Object(members) => {
            for (name, member) in members {
                texts.insert(name.clone());
                collect(member, texts);
            }
        }
        _ => {}
    }
}

#[then(regex = r"^the end of the range is read$")]
async fn end_of_range(world: &mut World, step: &Step) -> Stepped {
    let value = match report_rows(world.last()?).map(|rows| rows.len()) {
        Some(0) => "excluded",
        Some(1) => "included",
        _ => "neither",
    };
    world.reading(step, "data_access.date_to", value)
}

#[then(regex = r"^the links of the batch are read$")]
async fn batch_links(world: &mut World, step: &Step) -> Stepped {
    let body = world.last_json()?;
    let value = match (body.get("header"), link(&body, "nextPageURL")) {
        (Some(Value::Object(_)), None) => "absent",
        (Some(Value::Object(_)), Some(_)) => "present",
        _ => "no header",
    };
    world.reading(step, "data_access.batch_links", value)
}

/// A cell as tables write it: NULL is empty.
fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Array(elements) => elements.iter().map(in_words).collect::<Vec<_>>().join(","),
        other => plain(other),
    }
}

fn seen(stage: &Stage, rows: Option<&[Value]>) -> Result<String, StepError> {
    let answer = stage.last()?;
    Ok(rows.map_or_else(|| answer.summary(), |rows| format!("{} rows: {}", rows.len(), answer.summary())))
}
