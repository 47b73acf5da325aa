//! The OpenAPI document of the Cloud Monetization API, printed from the declarations.

use std::collections::BTreeMap;

use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::super::reply::respond;
use super::licensing::{Licensed, LicensingCaller, Takes};
use crate::domain::ApiVersion;

/// What is said of the whole API.
const SAYS: &str = "The Cloud Monetization API of the bundled reference server, under the rules that hold unless a site \
                    is made with others. A licensing denial is no HTTP error: it stands in `statusList`. Times are ISO \
                    8601 in UTC.";
const END: &str = "/openapi/cmapi.json";

/// Answers with the document, for the site whose address was asked.
pub(in crate::http) fn serve_licensing(uri: &Uri, operations: &[&'static Licensed]) -> Response {
    let site = uri.path().strip_suffix(END).unwrap_or_default();
    respond(200, Some(&licensing_document(site, operations)))
}

/// The document.
pub(super) fn licensing_document(site: &str, operations: &[&'static Licensed]) -> Value {
    let mut named = Map::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for licensed in operations {
        let path = format!("/instances/{{instanceId}}{}", licensed.path);
        let printed = operation(licensed, &mut named);
        paths.entry(path).or_default().insert(licensed.method.word().to_owned(), printed);
    }
    named.insert(
        "Refusal".to_owned(),
        json!({
            "type": "object", "required": ["key", "message", "arguments"],
            "properties": {
                "key": { "type": "string" }, "message": { "type": "string" },
                "arguments": { "type": "array", "items": {} },
            },
        }),
    );
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Cloud Monetization API", "version": "1.0", "description": SAYS },
        "servers": [{ "url": format!("{site}/api/1.0") }],
        "paths": paths,
        "components": {
            "schemas": named,
            "securitySchemes": {
                "account": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "A token of `/authorize`; it is good on its instance only.",
                },
                "client": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                    "description": "A JWT that the client has signed (RS256) with the private half of the licensing \
                                    key; its claim `roles` is `ROLE_CAPABILITY`.",
                },
            },
        },
    })
}

fn operation(licensed: &Licensed, named: &mut Map<String, Value>) -> Value {
    let (says, security) = match licensed.caller {
        LicensingCaller::Anyone => ("Needs no token.".to_owned(), json!([])),
        LicensingCaller::Role(role) => (format!("Needs a token with `{role}`."), json!([{ "account": [] }])),
        LicensingCaller::Client => ("Needs a client JWT.".to_owned(), json!([{ "client": [] }])),
    };
    let mut printed = json!({
        "operationId": licensed.operation.name(),
        "summary": licensed.summary,
        "description": format!("{says} Requirements: {}.", licensed.requirements.join(", ")),
        "security": security,
        "parameters": parameters(licensed),
        "responses": responses(licensed, named),
    });
    let content = match licensed.takes {
        Takes::Nothing | Takes::Flag(_) => return printed,
        Takes::Json(schema, example) => {
            let schema = schema.published(ApiVersion::V1_0, named);
            json!({ "application/json": { "schema": schema, "example": example() } })
        }
        Takes::Octets => json!({ "application/octet-stream": { "schema": {} } }),
    };
    printed["requestBody"] = json!({ "required": true, "content": content });
    printed
}

fn parameters(licensed: &Licensed) -> Vec<Value> {
    let mut parameters = vec![json!({
        "name": "instanceId", "in": "path", "required": true, "example": "3VH8MNZESMSP",
        "description": "The instance; `~` is the only one.", "schema": { "type": "string", "minLength": 1 },
    })];
    if licensed.path.contains("{id}") {
        parameters.push(json!({
            "name": "id", "in": "path", "required": true, "example": "1", "description": "Its number.",
            "schema": { "type": "string", "minLength": 1 },
        }));
    }
    if let Takes::Flag(name) = licensed.takes {
        parameters.push(json!({
            "name": name, "in": "query", "required": false, "schema": { "type": "boolean", "default": false },
        }));
    }
    parameters
}

fn responses(licensed: &Licensed, named: &mut Map<String, Value>) -> Value {
    let mut refusals = vec![
        (404, "There is no such site or instance, or nothing of this number."),
        (500, "The tenant has as many connections as it may have, or the server has failed."),
        (503, "The server cannot keep data at the moment."),
    ];
    if licensed.caller != LicensingCaller::Anyone {
        refusals.push((401, "There is no token, or it is not to be believed."));
        refusals.push((403, "The token does not have the role."));
    } else if matches!(licensed.takes, Takes::Json(..)) {
        refusals.push((401, "User name or password is wrong."));
    }
    if matches!(licensed.takes, Takes::Json(..) | Takes::Octets) {
        refusals.push((400, "The body does not fit."));
        refusals.push((408, "The body does not arrive."));
        refusals.push((413, "The body is larger than a mebibyte."));
        refusals.push((415, "The body claims to be something else."));
    }
    if licensed.operation.name() == "add_reservation_group" {
        refusals.push((409, "There is such a group, or a host occurs twice."));
    }
    let refusal = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Refusal" } } });
    let mut responses: Map<String, Value> = refusals
        .into_iter()
        .map(|(status, says)| (status.to_string(), json!({ "description": says, "content": refusal })))
        .collect();
    let (status, schema) = licensed.answer;
    let mut success = json!({ "description": licensed.summary });
    if let Some(schema) = schema {
        let schema = schema.published(ApiVersion::V1_0, named);
        success["content"] = json!({ "application/json": { "schema": schema } });
    }
    responses.insert(status.to_string(), success);
    Value::Object(responses)
}

#[cfg(test)]
pub(in crate::http) mod judge {
    //! Holds answers against the document.

    use serde_json::Value;

    use super::super::judge::assert_fits;
    use super::licensing_document;
    use crate::http::licensing::operations;

    /// Whether an answer below an instance is declared, status and body.
    pub(in crate::http) fn assert_declared(method: &str, path: &str, status: u16, body: &Value) {
        let path: Vec<&str> = path.split('?').next().unwrap_or_default().split('/').collect();
        let fits = |template: &str| {
            let template: Vec<&str> = template.split('/').collect();
            let same = |(part, segment): (&&str, &&str)| part.starts_with('{') || part == segment;
            template.len() == path.len() && template.iter().zip(&path).all(same)
        };
        let candidates = operations()
            .into_iter()
            .filter(|licensed| licensed.method.word().eq_ignore_ascii_case(method) && fits(licensed.path));
        let Some(licensed) = candidates.min_by_key(|licensed| licensed.path.matches('{').count()) else {
            return;
        };
        let document = licensing_document("", &operations());
        let name = licensed.operation.name();
        let path = format!("/instances/{{instanceId}}{}", licensed.path);
        let response = &document["paths"][path][licensed.method.word()]["responses"][status.to_string()];
        assert!(response.is_object(), "{name}: status {status} is not declared");
        match response["content"].get("application/json") {
            Some(content) => assert_fits(&document, &content["schema"], body, name),
            None => assert!(body.is_null(), "{name}: no body is declared for {status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::judge::assert_fits;
    use super::*;
    use crate::http::licensing::operations;
    use crate::http::wire::Operation;

    #[test]
    fn the_kept_copy_is_the_one_that_is_served() {
        let text = format!("{:#}\n", licensing_document("", &operations()));
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi/cmapi.json");
        if std::env::var_os("UPDATE_OPENAPI").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "{} is not what is served; run the test with UPDATE_OPENAPI=1", path.display());
    }

    #[test]
    fn every_operation_is_declared_once_and_its_example_is_accepted() {
        let declared: Vec<&str> = operations().iter().map(|licensed| licensed.operation.name()).collect();
        let own = || Operation::all().filter(|operation| operation.is_of_licensing());
        assert_eq!(declared.len(), own().count());
        assert!(own().all(|operation| declared.contains(&operation.name())));
        let document = licensing_document("", &operations());
        for licensed in operations() {
            if let Takes::Json(schema, example) = licensed.takes {
                let name = licensed.operation.name();
                let printed = schema.published(ApiVersion::V1_0, &mut Map::new());
                assert_fits(&document, &printed, &example(), name);
                assert!(schema.read(example(), ApiVersion::V1_0, Some).is_ok(), "{name}");
            }
        }
    }
}
