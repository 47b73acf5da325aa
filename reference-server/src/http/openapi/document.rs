//! The OpenAPI documents, printed from the declarations.

use std::collections::BTreeMap;

use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::body::MOST_BYTES;
use super::super::reply::respond;
use super::super::schema::Schema;
use super::declared::{
    Answer, Body, Caller, Declared, INSTANCE, MESSAGE, Parameter, Refused, decided, refused,
};
use crate::domain::ApiVersion;
use crate::domain::rules::Statuses;

/// What is said of the whole API.
const SAYS: &str = "Dynamic Monetization of the bundled reference server, under the rules that hold unless a site \
                    is made with others. Times are ms since 1970 in UTC. Amounts are exact: a number that would have \
                    to be rounded is refused.";

/// What is said of tokens (DM-AUTH-002, DM-AUTH-003).
const TOKEN: &str = "A JWT that a registered key has signed. Its claim `cnf.jwk` names the key (`kid`) and its kind \
                     (`kty`: `ADMIN` or `CLIENT`); a client token lists its instances in `aud`.";

/// What is said of the header `x-instance-id` (DM-AUTH-A03, DM-AUTH-A07).
const INSTANCE_HEADER: &str = "The instance, a UUID. A client token needs it; beside an administration token it is \
                               ignored.";

/// Answers with the document of a version, for the site whose address was asked.
pub(in crate::http) fn serve(version: ApiVersion, uri: &Uri, operations: &[&'static Declared]) -> Response {
    let end = format!("/openapi/{}.json", version.word());
    let site = uri.path().strip_suffix(&end).unwrap_or_default();
    respond(200, Some(&document(version, site, operations)))
}

/// The document of a version.
pub(super) fn document(version: ApiVersion, site: &str, operations: &[&'static Declared]) -> Value {
    let statuses = Statuses::default();
    let mut printer = Printer { version, statuses, named: Map::new(), shared: Map::new() };
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for declared in operations {
        let operation = printer.operation(declared);
        paths
            .entry(declared.address(version, 0))
            .or_default()
            .insert(declared.method.word().to_owned(), operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Elastic Access: Dynamic Monetization",
            "version": version.word().trim_start_matches('v'),
            "description": SAYS,
        },
        "servers": [{ "url": format!("{site}/dynamicmonetization") }],
        "security": [{ "bearer": [] }],
        "paths": paths,
        "components": {
            "schemas": printer.named,
            "responses": printer.shared,
            "securitySchemes": {
                "bearer": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": TOKEN,
                },
            },
        },
    })
}

impl Declared {
    /// The address under one of the bases.
    pub(super) fn address(&self, version: ApiVersion, base: usize) -> String {
        format!("{}/{}{}", self.bases.of(version)[base], version.word(), self.path)
    }
}

struct Printer {
    version: ApiVersion,
    statuses: Statuses,
    /// Schemas that have a name.
    named: Map<String, Value>,
    /// Refusals that many operations have.
    shared: Map<String, Value>,
}

/// Statuses whose reason is the same everywhere.
const SHARED: [u16; 6] = [401, 408, 413, 415, 500, 503];

impl Printer {
    fn operation(&mut self, declared: &Declared) -> Value {
        let mut printed = json!({
            "operationId": declared.operation.name(),
            "tags": [declared.tag],
            "summary": declared.summary,
            "description": self.description(declared),
            "responses": self.responses(declared),
        });
        let parameters = self.parameters(declared);
        if !parameters.is_empty() {
            printed["parameters"] = Value::Array(parameters);
        }
        if let Some(body) = &declared.body {
            printed["requestBody"] = json!({ "required": true, "content": self.content(body) });
        }
        printed
    }

    fn description(&self, declared: &Declared) -> String {
        let token = match declared.caller {
            Caller::Administration => "Takes an administration token.",
            _ => "Takes an administration token, or a client token for the instance.",
        };
        let others: Vec<String> = (1..declared.bases.of(self.version).len())
            .map(|base| format!(" Also at `{}`.", declared.address(self.version, base)))
            .collect();
        format!("{token}{} Requirements: {}.", others.concat(), declared.requirements.join(", "))
    }

    fn parameters(&mut self, declared: &Declared) -> Vec<Value> {
        let mut parameters: Vec<Value> = path_names(declared.path).map(path_parameter).collect();
        for parameter in declared.query {
            parameters.push(self.query_parameter(parameter));
        }
        if declared.caller == Caller::InstanceInHeader {
            parameters.push(json!({
                "name": "x-instance-id", "in": "header", "required": false, "schema": { "type": "string" },
                "description": INSTANCE_HEADER,
            }));
        }
        parameters
    }

    fn query_parameter(&mut self, parameter: &Parameter) -> Value {
        json!({
            "name": parameter.name, "in": "query", "required": parameter.required, "description": parameter.says,
            "style": "form", "explode": true,
            "schema": parameter.schema.published(self.version, &mut self.named),
        })
    }

    fn content(&mut self, body: &Body) -> Value {
        let schema = body.schema.published(self.version, &mut self.named);
        json!({ "application/json": { "schema": schema, "example": (body.example)(self.version) } })
    }

    fn responses(&mut self, declared: &Declared) -> Value {
        let mut responses = Map::new();
        for (status, (says, body)) in self.refusals(declared) {
            let schema = body.unwrap_or(&MESSAGE).published(self.version, &mut self.named);
            let content = json!({ "application/json": { "schema": schema } });
            let mut response = json!({ "description": says.join(" "), "content": content });
            if status == 401 {
                let challenge = json!({ "type": "string", "enum": ["Bearer"] });
                response["headers"] =
                    json!({ "WWW-Authenticate": { "required": true, "schema": challenge } });
            }
            if says.len() == 1 && SHARED.contains(&status) {
                self.shared.insert(status.to_string(), response);
                response = json!({ "$ref": format!("#/components/responses/{status}") });
            }
            responses.insert(status.to_string(), response);
        }
        let status = declared.answer.status.of(&self.statuses, self.version);
        responses.insert(status.to_string(), self.success(&declared.answer));
        Value::Object(responses)
    }

    fn success(&mut self, answer: &Answer) -> Value {
        let mut response = json!({ "description": answer.says });
        if let Some(body) = &answer.body {
            response["content"] = self.content(body);
        }
        for link in answer.links {
            for operation in link.operations {
                let from = format!("$response.body#{}", link.pointer);
                let parameters = json!({ link.parameter: from });
                response["links"][operation.name()] =
                    json!({ "operationId": operation.name(), "parameters": parameters });
            }
        }
        response
    }

    /// All refusals by status, those of the operation's kind first, each with its body unless it is the usual one.
    fn refusals(&self, declared: &Declared) -> BTreeMap<u16, (Vec<&'static str>, Option<&'static Schema>)> {
        let general = general_refusals(declared);
        let mut by_status: BTreeMap<u16, (Vec<&'static str>, Option<&'static Schema>)> = BTreeMap::new();
        for Refused { status, says, body } in general.iter().chain(declared.refusals) {
            let entry = by_status.entry(status.of(&self.statuses, self.version)).or_default();
            entry.0.push(says);
            entry.1 = entry.1.or(*body);
        }
        by_status
    }
}

/// What every operation of its kind refuses.
fn general_refusals(declared: &Declared) -> Vec<Refused> {
    const { assert!(MOST_BYTES == 1 << 20, "the document names the limit") };
    let mut refusals = vec![
        refused(401, "There is no token, or it is not to be believed."),
        refused(404, "There is no such site."),
        refused(500, "The server has failed."),
        refused(503, "The server cannot keep data at the moment, or has no connection left."),
    ];
    if declared.body.is_some() {
        refusals.extend([
            refused(400, "The body is no JSON, or does not fit its schema."),
            refused(408, "The body does not arrive."),
            refused(413, "The body is larger than a mebibyte."),
            decided(|statuses| statuses.content_type, "The body does not claim to be JSON."),
        ]);
    }
    if !declared.query.is_empty() {
        refusals.push(refused(400, "The query does not fit its schema."));
    }
    if declared.path.contains("{instanceId}") {
        refusals.push(decided(|statuses| statuses.instance_unknown, "There is no such instance."));
    }
    refusals.push(match declared.caller {
        Caller::Administration => {
            decided(|statuses| statuses.token_wrong_kind, "The token is not an administration token.")
        }
        Caller::InstanceInPath => {
            decided(|statuses| statuses.token_other_instance, "The client token is not for this instance.")
        }
        Caller::InstanceInQuery => {
            decided(|statuses| statuses.token_session_instance, "The client token is not for this instance.")
        }
        Caller::InstanceInHeader => decided(
            |statuses| statuses.token_no_instance_header,
            "A client token comes without the header `x-instance-id`.",
        ),
    });
    refusals
}

fn path_names(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
}

fn path_parameter(name: &str) -> Value {
    let (says, example) = match name {
        "instanceId" => ("The instance, a UUID.", INSTANCE),
        "lineItemId" => ("The line item, by its activation ID.", "ACT01-Elastic"),
        "conditionId" => ("The condition, a UUID.", super::actions::CONDITION),
        "sessionId" => ("The session.", super::sessions::SESSION),
        _ => ("The key, by the ID that it was saved under.", "app-key-7"),
    };
    let mut schema = json!({ "type": "string", "minLength": 1 });
    if name == "sessionId" {
        schema["format"] = json!("uuid");
    }
    json!({
        "name": name, "in": "path", "required": true, "description": says, "schema": schema, "example": example,
    })
}
