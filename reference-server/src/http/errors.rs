//! Refusals on the wire: `{"message": "…"}`, and the published bodies where there are some (`20` §1.2).

use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::reply::{Reply, respond};
use super::wire::Operation;
use crate::domain::ApiVersion;
use crate::site::Refusal;
use crate::sites::SitesError;

/// A refusal of an operation. Where no body is published, the member that names the reason is left open (DM-ERR-A01).
pub(super) fn reply(
    operation: Operation,
    version: ApiVersion,
    refusal: &Refusal,
    member: Option<&str>,
) -> Reply {
    let text = refusal.messages.join("; ");
    let body = match (operation, refusal.status) {
        // The one body that the versions name differently (DM-LINE-016).
        (Operation::PutLineItem, 400) if version == ApiVersion::V1_0 => json!({ "errors": refusal.messages }),
        (Operation::PutLineItem, 400) => json!({ "message": refusal.messages }),
        (Operation::CreateRateTable, 409) => json!({ "message": text, "error": text }),
        // It names the state of the session (DM-HB-005).
        (Operation::Heartbeat, 409) => json!({ "message": text }),
        _ => match member {
            Some(member) => json!({ member: text }),
            None => return Reply::empty(refusal.status),
        },
    };
    Reply::new(refusal.status, body)
}

/// An answer outside of any operation.
pub(crate) fn message(status: u16, text: &str) -> Response {
    respond(status, Some(&json!({ "message": text })))
}

/// A site that is not there, or a server that cannot keep what it did.
pub(crate) fn of_sites(error: &SitesError) -> Response {
    message(status_of(error), &error.to_string())
}

pub(super) fn status_of(error: &SitesError) -> u16 {
    match error {
        SitesError::Unknown(_) => 404,
        SitesError::Exists(_) => 409,
        SitesError::Policy(_) => 400,
        // What cannot be kept was not done: the caller may try again (and the health check says why).
        SitesError::Store(_) => 503,
        SitesError::Restore(_) | SitesError::Broken(_) => 500,
    }
}

/// No such path.
pub(crate) async fn not_found() -> Response {
    message(404, "there is nothing at this address")
}

/// No such method at this path.
pub(crate) async fn method_not_allowed() -> Response {
    message(405, "this address does not take this method")
}

/// A refusal as an early end of a handler.
pub(crate) struct Refused(pub(crate) Refusal);

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<SitesError> for Refused {
    fn from(error: SitesError) -> Self {
        Self(Refusal::new(status_of(&error), error.to_string()))
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        message(self.0.status, &self.0.messages.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::super::reply::Content;
    use super::*;

    #[test]
    fn published_bodies_are_kept() {
        let refusal = Refusal { status: 400, messages: vec!["a".into(), "b".into()] };
        let body = |operation, version| {
            reply(operation, version, &refusal, Some("message")).body.map(Content::into_value)
        };
        let (old, new) = (ApiVersion::V1_0, ApiVersion::V1_1);
        assert_eq!(body(Operation::PutLineItem, old), Some(json!({ "errors": ["a", "b"] })));
        assert_eq!(body(Operation::PutLineItem, new), Some(json!({ "message": ["a", "b"] })));
        assert_eq!(body(Operation::CreateInstance, new), Some(json!({ "message": "a; b" })));
        let silent = reply(Operation::CreateInstance, new, &refusal, None);
        assert!(silent.status == 400 && silent.body.is_none());
        let taken = Refusal::new(409, "taken");
        assert_eq!(
            reply(Operation::CreateRateTable, new, &taken, None).body.map(Content::into_value),
            Some(json!({ "message": "taken", "error": "taken" }))
        );
    }
}
