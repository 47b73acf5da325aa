//! Calls of the Data Access API: reports, by whom and with which parameters, and what can be asked of them.

use cucumber::gherkin::Step;
use cucumber::{given, when};
use serde_json::{Value, json};

use crate::conformance::check::{StepError, Stepped};
use crate::conformance::reports::{link, report_rows};
use crate::conformance::stage::Stage;
use crate::conformance::tables::{Row, docstring, json as json_of, rows};
use crate::conformance::world::World;
use crate::target::{Answer, Call, basic};

/// More pages than any scenario has rows for; a target whose pages never end must not keep the suite.
const MOST_PAGES: usize = 40;

#[given(regex = r"^(\d+) accounts in the warehouse$")]
async fn accounts(world: &mut World, count: usize, step: &Step) -> Stepped {
    let account = |number| json!({"AccountID": format!("A{number}"), "LastUpdated": world.start_ms - 1_000});
    let accounts: Vec<Value> = (1..=count).map(account).collect();
    fill(world, step, "account", Value::Array(accounts)).await
}

#[given(regex = r#"^the warehouse holds as "([^"]*)":$"#)]
async fn warehouse_holds(world: &mut World, group: String, step: &Step) -> Stepped {
    let rows = json_of(&world.fill(docstring(step)?))?;
    fill(world, step, &group, rows).await
}

async fn fill(stage: &mut Stage, step: &Step, group: &str, rows: Value) -> Stepped {
    if !stage.context.reports.fixtures {
        return Err(stage.not_tested("needs rows in the warehouse, which the target does not let be set"));
    }
    let site = stage.own_site()?;
    match stage.control()?.replace_rows(&site, group, rows).await {
        Ok(()) => Ok(()),
        Err(error) => Err(stage.control_failed(step, &error)),
    }
}

#[when(regex = r#"^the "([^"]*)" report is pulled$"#)]
async fn is_pulled(world: &mut World, group: String, step: &Step) -> Stepped {
    pull(world, step, &group, &[]).await
}

#[when(regex = r#"^the "([^"]*)" report is pulled with:$"#)]
async fn is_pulled_with(world: &mut World, group: String, step: &Step) -> Stepped {
    let parameters = parameters(world, step)?;
    pull(world, step, &group, &parameters).await
}

#[when(regex = r#"^"([^"]*)" of the Data Access API is read$"#)]
async fn is_read(world: &mut World, path: String, step: &Step) -> Stepped {
    pull(world, step, &path, &[]).await
}

async fn pull(stage: &mut Stage, step: &Step, path: &str, parameters: &[(String, String)]) -> Stepped {
    let url = stage.data_access_url(path, parameters)?;
    let answer = stage.as_reporter(url).await?;
    stage.keep(step, answer)
}

#[when(regex = r#"^the "([^"]*)" report is pulled by (.+)$"#)]
async fn is_pulled_by(world: &mut World, group: String, who: String, step: &Step) -> Stepped {
    let url = world.data_access_url(&group, &[])?;
    let caller = &world.context.reports.caller;
    let user = caller.password.as_ref().map_or("nobody", |(user, _)| user.as_str());
    let credential = match who.as_str() {
        "password" => caller.basic(),
        "token" => caller.bearer(),
        "a wrong password" => Some(basic(user, "not-the-password")),
        "a wrong token" => Some("Bearer rna_00000000000000000000000000000000".to_owned()),
        "a user without the permission" => {
            world.context.reports.unpermitted.as_ref().and_then(|one| one.basic())
        }
        "nobody" => None,
        _ => return Err(StepError::fault(format!("no caller is known as {who}"))),
    };
    let call = Call::get(url);
    let call = match credential {
        Some(credential) => call.header("Authorization", &credential),
        None if who == "nobody" => call,
        None => return Err(world.not_tested(&format!("needs {who}, which the target does not offer"))),
    };
    let answer = world.send(call).await;
    world.keep(step, answer)
}

/// From page to page by the links in the headers.
#[when(regex = r#"^the "([^"]*)" report is walked by its links with:$"#)]
async fn is_walked_by_links(world: &mut World, group: String, step: &Step) -> Stepped {
    let parameters = parameters(world, step)?;
    let mut next = Some(world.data_access_url(&group, &parameters)?);
    let mut pages = Vec::new();
    while let Some(url) = next.take().filter(|_| pages.len() < MOST_PAGES) {
        let answer = world.as_reporter(url).await?;
        next = answer.json().and_then(|body| link(&body, "nextPageURL"));
        pages.push(answer);
    }
    keep_walk(world, step, pages)
}

/// From page to page by number, until one is empty (DAPI-094).
#[when(regex = r#"^the "([^"]*)" report is walked by page numbers with:$"#)]
async fn is_walked_by_numbers(world: &mut World, group: String, step: &Step) -> Stepped {
    let parameters = parameters(world, step)?;
    let mut pages = Vec::new();
    for number in 1..=MOST_PAGES {
        let mut parameters = parameters.clone();
        parameters.push(("pageNumber".to_owned(), number.to_string()));
        let url = world.data_access_url(&group, &parameters)?;
        let answer = world.as_reporter(url).await?;
        let is_last = report_rows(&answer).is_none_or(|rows| rows.is_empty());
        pages.push(answer);
        if is_last {
            break;
        }
    }
    keep_walk(world, step, pages)
}

/// Keeps every page of a walk, the last one being the answer that is asked about.
fn keep_walk(stage: &mut Stage, step: &Step, pages: Vec<Answer>) -> Stepped {
    let last = pages.last().cloned().unwrap_or_default();
    stage.report_pages = pages;
    stage.keep(step, last)
}

fn parameters(stage: &Stage, step: &Step) -> Result<Vec<(String, String)>, StepError> {
    let rows = rows(step, &["parameter", "value"])?;
    let pair = |row: &Row<'_>| -> Result<(String, String), StepError> {
        let value = stage.fill_dates(row.cell("value").unwrap_or_default());
        Ok((row.required("parameter")?.to_owned(), value))
    };
    rows.iter().map(pair).collect()
}
