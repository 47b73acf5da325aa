//! What a scenario finds when it begins: rate tables, instances, line items, sessions.
//!
//! Set-up steps assert too, for requirements of their own, so that a target which cannot even be set up fails
//! where it fails and not in what was to be tested.

use cucumber::gherkin::Step;
use cucumber::given;
use serde_json::{Value, json};

use super::sessions::open_for;
use crate::conformance::calls::{access_request, requested_item};
use crate::conformance::check::{StepError, Stepped};
use crate::conformance::items::{describe_all, granted, items};
use crate::conformance::moments::{DAY_MS, offset_ms};
use crate::conformance::stage::{Asked, Mapped, Stage};
use crate::conformance::tables::{Row, json as json_cell, rows};
use crate::conformance::world::World;
use crate::target::Call;

/// How long ago rate tables and line items of a scenario began, unless it says otherwise.
const BEGAN_MS: i64 = -30 * DAY_MS;
/// When its line items end, unless it says otherwise.
const ENDS_MS: i64 = 365 * DAY_MS;

/// How many live sessions a list can hold.
const LISTED_AT_MOST: usize = 100;
/// The reading of how many live sessions an instance can have.
const LIMIT: &str = "sessions.limit";

#[given(regex = r#"^a rate table of series "([^"]*)" with:$"#)]
async fn rate_table(world: &mut World, series: String, step: &Step) -> Stepped {
    make_rate_table(world, step, "1", &series, BEGAN_MS).await
}

#[given(regex = r#"^a rate table "([^"]*)" of series "([^"]*)", effective (.+), with:$"#)]
async fn rate_table_from(
    world: &mut World,
    version: String,
    series: String,
    effective: String,
    step: &Step,
) -> Stepped {
    let offset = moment(&effective)?;
    make_rate_table(world, step, &version, &series, offset).await
}

#[given(regex = r#"^an instance of account "([^"]*)"$"#)]
async fn instance(world: &mut World, account: String, step: &Step) -> Stepped {
    world.make_instance(step, &account).await.map(drop)
}

#[given(regex = r#"^another instance of account "([^"]*)"$"#)]
async fn another_instance(world: &mut World, account: String, step: &Step) -> Stepped {
    world.make_instance(step, &account).await.map(drop)
}

#[given(regex = r#"^a line item "([^"]*)" of (\d+(?:\.\d+)?) tokens?$"#)]
async fn line_item(world: &mut World, name: String, tokens: String, step: &Step) -> Stepped {
    let item = LineItem { tokens: json_cell(&tokens)?, ..LineItem::new(&name, &world.series) };
    map(world, step, item).await
}

#[given(regex = r"^line items:$")]
async fn line_items(world: &mut World, step: &Step) -> Stepped {
    const COLUMNS: [&str; 8] =
        ["line item", "tokens", "starts", "ends", "series", "overdraft", "state", "elastic"];
    for row in rows(step, &COLUMNS)? {
        let item = LineItem::read(&row, &world.series)?;
        map(world, step, item).await?;
    }
    Ok(())
}

#[given(regex = r"^a session$")]
async fn session(world: &mut World, step: &Step) -> Stepped {
    world.make_session(step).await
}

#[given(regex = r"^(\d+) sessions$")]
async fn many_sessions(world: &mut World, number: usize, step: &Step) -> Stepped {
    world.make_session(step).await?;
    for _ in 1..number {
        one_more_session(world, step).await?;
    }
    if number > LISTED_AT_MOST { world.reading(step, LIMIT, "none") } else { Ok(()) }
}

/// A further session: nothing says how many of them an instance can have.
async fn one_more_session(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    open_for(world, step, &instance).await?;
    let refused = world.last()?.status.is_some_and(|status| (402..500).contains(&status));
    if refused {
        world.reading(step, LIMIT, "limited")?;
        return Err(world.not_tested("the target limits the live sessions of an instance"));
    }
    let (opened, seen) = (world.last()?.is(200), world.last()?.summary());
    world.assert_set_up(step, &["DM-SES-001", "DM-SES-014"], "status 200", seen, opened)
}

#[given(regex = r"^a client token for the instance$")]
async fn client_token(world: &mut World, step: &Step) -> Stepped {
    let instance = world.instance(step).await?;
    world.register_client(step).await?;
    world.client_of = Some(instance);
    Ok(())
}

#[given(regex = r"^(\w+) uses in a new session:$")]
async fn uses_in_new_session(world: &mut World, requester: String, step: &Step) -> Stepped {
    world.make_session(step).await?;
    uses_in_session(world, requester, step).await
}

#[given(regex = r"^(\w+) uses in the session:$")]
async fn uses_in_session(world: &mut World, requester: String, step: &Step) -> Stepped {
    let mut requested = Vec::new();
    for row in rows(step, &["item", "version", "count"])? {
        let version = row.cell("version").unwrap_or_default();
        requested.push(requested_item(row.required("item")?, version, json_cell(row.required("count")?)?));
    }
    let count = requested.len();
    let call =
        Call::put(world.api.session(&world.session()?), access_request(&requester, requested, Some(true)));
    world.requester = requester;
    let answer = world.in_session(call).await?;
    let (body, is_200) = (answer.json().unwrap_or(Value::Null), answer.is(200));
    world.keep_request(step, answer, Asked::InSession(Some(count)))?;
    let all = items(&body).is_some_and(|items| items.len() == count && items.iter().all(granted));
    let expected = format!("status 200 and {count} items with code 101");
    let seen = describe_all(&body, &world.names);
    world.assert_set_up(step, &["DM-SES-042"], expected, seen, is_200 && all)
}

/// `10 days ago`, `in 30 minutes`, as milliseconds after the start of the scenario.
fn moment(text: &str) -> Result<i64, StepError> {
    offset_ms(text).ok_or_else(|| StepError::fault(format!("{text:?} is no moment like \"10 days ago\"")))
}

async fn make_rate_table(
    stage: &mut Stage,
    step: &Step,
    version: &str,
    series: &str,
    offset_ms: i64,
) -> Stepped {
    if series.is_empty() && stage.site.is_none() {
        return Err(stage.not_tested("a table without series is everyone's, so it needs a site of its own"));
    }
    let mut items = Vec::new();
    for row in rows(step, &["item", "version", "rate"])? {
        let mut item = json!({"name": row.required("item")?, "rate": json_cell(row.required("rate")?)?});
        if let Some(version) = row.filled("version") {
            item["version"] = json!(version);
        }
        items.push(item);
    }
    let mut body = json!({"version": version, "effectiveFrom": stage.start_ms + offset_ms, "items": items});
    if !series.is_empty() {
        body["series"] = json!(stage.names.real(series));
    }
    let answer = stage.as_producer(Call::post(stage.api.rate_tables(), body)).await?;
    stage.series = series.to_owned();
    stage.assert_set_up(step, &["DM-RATE-001"], "status 201", answer.summary(), answer.is(201))
}

/// A line item as the feature file describes it.
struct LineItem {
    name: String,
    tokens: Value,
    starts_ms: i64,
    ends_ms: i64,
    series: String,
    overdraft: Option<Value>,
    state: Option<String>,
    elastic: bool,
}

impl LineItem {
    fn new(name: &str, series: &str) -> Self {
        Self {
            name: name.to_owned(),
            tokens: json!(0),
            starts_ms: BEGAN_MS,
            ends_ms: ENDS_MS,
            series: series.to_owned(),
            overdraft: None,
            state: None,
            elastic: true,
        }
    }

    fn read(row: &Row<'_>, series: &str) -> Result<Self, StepError> {
        // An empty cell leaves the series as it is; a cell with two quotes is "no series".
        let series = match row.filled("series") {
            Some("\"\"") => "",
            Some(named) => named,
            None => series,
        };
        let overdraft = match row.filled("overdraft") {
            Some("Unlimited") => Some(json!("Unlimited")),
            Some(limit) => Some(json_cell(limit)?),
            None => None,
        };
        Ok(Self {
            tokens: json_cell(row.required("tokens")?)?,
            starts_ms: row.filled("starts").map_or(Ok(BEGAN_MS), moment)?,
            ends_ms: row.filled("ends").map_or(Ok(ENDS_MS), moment)?,
            overdraft,
            state: row.filled("state").filter(|&state| state != "DEPLOYED").map(str::to_owned),
            elastic: !matches!(row.filled("elastic"), Some("false" | "no")),
            ..Self::new(row.required("line item")?, series)
        })
    }

    /// The body of the PUT.
    fn body(&self, stage: &Stage) -> Value {
        let mut attributes =
            json!({"elastic": self.elastic, "rateTableSeries": stage.names.real(&self.series)});
        match &self.overdraft {
            Some(limit @ Value::Number(_)) => {
                attributes["overdraftType"] = json!("Number");
                attributes["overdraftLimit"] = limit.clone();
            }
            Some(kind) => attributes["overdraftType"] = kind.clone(),
            None => {}
        }
        json!({
            "activationId": stage.names.real(&self.name), "state": "DEPLOYED", "quantity": self.tokens,
            "start": stage.start_ms + self.starts_ms, "end": stage.start_ms + self.ends_ms,
            "attributes": attributes,
        })
    }
}

/// Maps a line item. Another state than DEPLOYED can only be given to one that exists, so it takes a second
/// call.
async fn map(stage: &mut Stage, step: &Step, item: LineItem) -> Stepped {
    let mut mapped = Mapped { instance: stage.instance(step).await?, body: item.body(stage) };
    let answer = stage.put_line_item(&item.name, mapped.clone()).await?;
    let held = answer.is(200) || answer.is(201);
    stage.assert_set_up(step, &["DM-LINE-001"], "status 200", answer.summary(), held)?;
    let Some(state) = item.state else { return Ok(()) };
    mapped.body["state"] = json!(state);
    let answer = stage.put_line_item(&item.name, mapped).await?;
    let held = answer.is(200) || answer.is(201);
    stage.assert_set_up(step, &["DM-LINE-011"], "status 200", answer.summary(), held)
}
