//! Rate tables (`20` §4).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::openapi;
use super::reply::{Reply, json};
use super::router::{Route, route};
use super::schema::{self, RateTableBody};
use super::wire::Operation;
use crate::domain::{ApiVersion, RateItem, RateTable, Rules};
use crate::site::{NewRateTable, Refusal};

pub(super) fn routes() -> Vec<Route> {
    vec![
        route(&openapi::LIST_RATE_TABLES, list),
        route(&openapi::CREATE_RATE_TABLE, create),
        route(&openapi::DELETE_RATE_TABLE, remove),
    ]
}

async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let new = body.read(|body| Ok(Draft::read(body, api.version)));
    api.answer(
        &call,
        Operation::CreateRateTable,
        |site, caller| {
            caller.administration(site.rules())?;
            let draft = new.map_err(|fault| fault.refusal(site.rules()))?;
            let table = draft.table(site.rules())?;
            site.create_rate_table(table)
        },
        |()| Reply::new(201, json!({ "message": "Rate table successfully saved" })),
    )
    .await
}

/// DM-RATE-008, DM-RATE-014.
async fn list(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ListRateTables,
        |site, caller| {
            caller.administration(site.rules())?;
            let query = call.query()?;
            if site.rules().tables.list_parameters_refused && !query.is_empty() {
                return Err(Refusal::invalid("rate tables are listed without parameters"));
            }
            let tables = site.rate_tables(query.text("series")).into_iter();
            Ok(tables.map(|table| listed(table, api.version, site.rules())).collect())
        },
        Reply::ok,
    )
    .await
}

/// An element of the list; `series` is there even when there is none (DM-RATE-009, DM-RATE-010, DM-RATE-027).
fn listed(table: &RateTable, version: ApiVersion, rules: &Rules) -> Value {
    let nameless = table.series.is_empty() && rules.tables.no_series_is_null;
    let items: Vec<RateItem> = match version {
        ApiVersion::V1_0 => table.items.iter().filter_map(rules.tables.shown_to_v1_0).collect(),
        ApiVersion::V1_1 => table.items.clone(),
    };
    json!({
        "series": (!nameless).then_some(&table.series),
        "version": table.version,
        "effectiveFrom": table.effective_from,
        "items": json(&items),
        "created": table.created,
    })
}

async fn remove(State(api): State<Api>, call: Call) -> Response {
    let named = named(&call);
    api.answer(
        &call,
        Operation::DeleteRateTable,
        |site, caller| {
            caller.administration(site.rules())?;
            let (series, version) = named?;
            site.delete_rate_table(&series, &version)
        },
        |()| Reply::empty(204),
    )
    .await
}

/// The table that the query names; without a series it is one that has none (DM-RATE-015, DM-RATE-019).
fn named(call: &Call) -> Result<(String, String), Refusal> {
    let query = call.query()?;
    let series = query.text("series").unwrap_or_default().to_owned();
    match query.text("version") {
        Some(version) if !version.is_empty() => Ok((series, version.to_owned())),
        _ => Err(Refusal::invalid("query parameter `version` is missing")),
    }
}

/// A body before the rules of the site are known.
struct Draft {
    /// What the schema says to it.
    strictly: Result<RateTableBody, Refusal>,
    /// What it says when a missing `effectiveFrom` means "at once", and missing `items` mean none.
    completed: Option<NewRateTable>,
    /// Whether it has `created`, which is for the server to say.
    has_created: bool,
}

impl Draft {
    fn read(body: Value, version: ApiVersion) -> Self {
        let has_created = body.get("created").is_some();
        let completed = completed(&body, version);
        Self { strictly: schema::rate_table(body, version), completed, has_created }
    }

    /// The table under the rules of the site (DM-RATE-012, DM-RATE-022, DM-RATE-024, DM-RATE-025).
    fn table(self, rules: &Rules) -> Result<NewRateTable, Refusal> {
        if self.has_created && rules.tables.created_refused {
            return Err(Refusal::invalid("$: property 'created' is for the server to say"));
        }
        match (self.strictly, self.completed) {
            (Err(_), Some(completed)) if rules.statuses.table_incomplete < 400 => Ok(completed),
            (Err(refusal), _) => Err(refusal),
            (Ok(body), _) => match schema::rate_table_fault(&body, rules) {
                Some(refusal) => Err(refusal),
                None => Ok(body.table),
            },
        }
    }
}

/// A table that lacks `effectiveFrom` or `items`, completed; nothing when it lacks neither, or something else.
fn completed(body: &Value, version: ApiVersion) -> Option<NewRateTable> {
    let without_items = body.get("items").is_none();
    if body.get("effectiveFrom").is_some() && !without_items {
        return None;
    }
    let mut body = body.clone();
    let members = body.as_object_mut()?;
    members.entry("effectiveFrom").or_insert(json!(0));
    members.entry("items").or_insert(json!([{ "name": "none", "rate": 0 }]));
    let mut table = schema::rate_table(body, version).ok()?.table;
    if without_items {
        table.items.clear();
    }
    Some(table)
}
