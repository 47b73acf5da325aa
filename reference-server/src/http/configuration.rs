//! Configuration (`20` §7).

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};

use super::api::Api;
use super::body::JsonBody;
use super::call::Call;
use super::openapi;
use super::reply::Reply;
use super::router::{Route, route};
use super::schema;
use super::token::Token;
use super::wire::Operation;
use crate::domain::Rules;
use crate::site::{ConfigurationValue, Refusal};

pub(super) fn routes() -> Vec<Route> {
    vec![route(&openapi::READ_CONFIGURATION, read), route(&openapi::CHANGE_CONFIGURATION, change)]
}

/// DM-CONF-015.
async fn read(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ReadConfiguration,
        |site, caller| {
            permitted(site.rules(), caller)?;
            Ok(site.configuration(api.version))
        },
        |values| Reply::ok(values.iter().map(shown).collect()),
    )
    .await
}

/// DM-CONF-005.
async fn change(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let values = body.read(|body| {
        let form = Form::of(&body);
        schema::configuration(body).map(|values| (form, values))
    });
    api.answer(
        &call,
        Operation::ChangeConfiguration,
        |site, caller| {
            permitted(site.rules(), caller)?;
            let (form, values) = values.map_err(|fault| fault.refusal(site.rules()))?;
            form.fault(site.rules()).map_or(Ok(()), |fault| Err(Refusal::invalid(fault)))?;
            let status = site.rules().statuses.configuration_changed;
            Ok((status, site.configure(api.version, values, caller.key_id())?))
        },
        |(status, values)| match status {
            204 => Reply::empty(204),
            _ => Reply::new(status, values.iter().map(shown).collect()),
        },
    )
    .await
}

/// The configuration is the producer's (DM-CONF-015).
fn permitted(rules: &Rules, caller: &Token) -> Result<(), Refusal> {
    if rules.configuration.open_to_clients { Ok(()) } else { caller.administration(rules) }
}

/// How a change is written, which the documents leave open.
struct Form {
    is_list: bool,
    has_booleans: bool,
}

impl Form {
    fn of(body: &Value) -> Self {
        let is_boolean = |value: &Value| value.get("value").is_some_and(Value::is_boolean);
        let has_booleans = is_boolean(body) || body.as_array().into_iter().flatten().any(is_boolean);
        Self { is_list: body.is_array(), has_booleans }
    }

    /// What the rules of the site have against it (DM-CONF-004, DM-CONF-008).
    fn fault(&self, rules: &Rules) -> Option<&'static str> {
        let (lists, single_values) = rules.configuration.body_forms;
        match (self.is_list, self.has_booleans) {
            (true, _) if !lists => Some("$: array found, object expected"),
            (false, _) if !single_values => Some("$: object found, array expected"),
            (_, true) if !rules.configuration.booleans_count => Some("a value must be a string"),
            _ => None,
        }
    }
}

/// A value; time and key of the last change are there only if there was one (DM-CONF-002).
fn shown(value: &ConfigurationValue) -> Value {
    let mut shown = json!({ "name": value.name, "value": value.value });
    if let Some((modified, updated_by)) = &value.changed {
        shown["modified"] = json!(modified);
        shown["updatedBy"] = json!(updated_by);
    }
    shown
}
