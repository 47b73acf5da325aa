//! Holds the answers of the tests' runs against the documents, so that the documents cannot lie.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

use super::super::router::operations;
use super::super::wire::Operation;
use super::declared::Declared;
use super::document::document;
use crate::domain::ApiVersion;

static DOCUMENTS: LazyLock<[Value; 2]> =
    LazyLock::new(|| ApiVersion::ALL.map(|version| document(version, "", &operations())));

/// Which successes have been seen so far.
static SEEN: Mutex<BTreeSet<(&str, &str)>> = Mutex::new(BTreeSet::new());

/// Whether an answer is declared, status and body; addresses of other APIs are not looked at.
pub(in crate::http) fn assert_declared(method: &str, path: &str, status: u16, body: &Value) {
    let path = path.split('?').next().unwrap_or_default();
    let Some((_site, path)) = path.split_once("/dynamicmonetization") else { return };
    let Some((version, declared)) = find(method, path) else { return };
    let operation = declared.operation.name();
    let document = &DOCUMENTS[version as usize];
    let printed = &document["paths"][declared.address(version, 0)][declared.method.word()];
    let response = resolved(document, &printed["responses"][status.to_string()]);
    assert!(response.is_object(), "{operation} {}: status {status} is not declared", version.word());
    match response["content"].get("application/json") {
        Some(content) => assert_fits(document, &content["schema"], body, operation),
        None => assert_eq!(body, "", "{operation}: no body is declared for {status}"),
    }
    if status < 300 {
        SEEN.lock().unwrap().insert((version.word(), operation));
    }
}

/// The operations of a version whose success has not been seen.
pub(super) fn unseen(version: ApiVersion) -> Vec<&'static str> {
    let seen = SEEN.lock().unwrap();
    let own = Operation::all().filter(|operation| !operation.is_of_licensing());
    own.map(Operation::name).filter(|name| !seen.contains(&(version.word(), name))).collect()
}

/// Whether a value fits a schema of a document, by an implementation of JSON Schema that is not ours.
pub(super) fn assert_fits(document: &Value, schema: &Value, value: &Value, what: &str) {
    let faults = faults(document, schema, value);
    assert!(faults.is_empty(), "{what}: {value} does not fit: {faults:?}");
}

/// What is wrong with a value by a schema of a document.
pub(super) fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let schema = json!({ "allOf": [schema], "components": document["components"] });
    let validator = jsonschema::validator_for(&schema).expect("the document has JSON Schema in it");
    validator.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path)).collect()
}

/// A response, or the shared one that it refers to.
fn resolved<'d>(document: &'d Value, response: &'d Value) -> &'d Value {
    let shared = response["$ref"].as_str().and_then(|place| document.pointer(place.trim_start_matches('#')));
    shared.unwrap_or(response)
}

fn find(method: &str, path: &str) -> Option<(ApiVersion, &'static Declared)> {
    let path: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let fits = |template: String| {
        let template: Vec<&str> = template.split('/').collect();
        let same = |(part, segment): (&&str, &&str)| part.starts_with('{') || part == segment;
        template.len() == path.len() && template.iter().zip(&path).all(same)
    };
    ApiVersion::ALL.into_iter().find_map(|version| {
        let candidates = operations().into_iter().filter(|declared| {
            let mut bases = 0..declared.bases.of(version).len();
            declared.method.word().eq_ignore_ascii_case(method)
                && bases.any(|base| fits(declared.address(version, base)))
        });
        // A fixed segment wins over a parameter.
        let declared = candidates.min_by_key(|declared| declared.path.matches('{').count());
        declared.map(|declared| (version, declared))
    })
}
