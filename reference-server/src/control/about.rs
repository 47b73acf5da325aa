//! What the server is, and which decision points it has.

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::operator::Operator;
use crate::mutants::Mutant;
use crate::policy::{self, DecisionPoint};

/// Protocol, implementation and capabilities.
pub(super) async fn about(_operator: Operator) -> Response {
    let about = json!({
        "protocol": 1,
        "implementation": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "capabilities": [
            "sites", "clock", "usage-rows", "policy", "cls", "warehouse-fixtures", "data-access-permission",
        ],
    });
    Json(about).into_response()
}

/// Every decision point with its readings and mutants.
pub(super) async fn policy(_operator: Operator) -> Response {
    let decisions: Vec<Value> = policy::decisions().iter().map(decision).collect();
    Json(json!({ "decisions": decisions })).into_response()
}

fn decision(point: &DecisionPoint) -> Value {
    let mutants: Vec<Value> = point.mutants.iter().copied().map(mutant).collect();
    json!({
        "name": point.name,
        "requirement": point.requirement,
        "readings": point.readings,
        "mutants": mutants,
    })
}

fn mutant(mutant: &Mutant) -> Value {
    json!({ "value": mutant.value, "requirements": mutant.requirements, "says": mutant.says })
}
