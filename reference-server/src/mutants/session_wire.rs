//! Faults of the answers about sessions on their way out.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "wire.session_created",
        "204",
        &["DM-SES-001", "DM-SES-014"],
        "Answers a new session with 204 and nothing in it.",
        |r| r.wire = |answer| empty(answer, Operation::CreateSession, 200),
    ),
    mutant(
        "wire.session_id",
        "without-hyphens",
        &["DM-SES-010"],
        "Writes the ID of a new session without its hyphens.",
        |r| {
            r.wire = |answer| {
                if let Some(id) = member(answer, Operation::CreateSession, "sessionId") {
                    *id = json!(id.as_str().unwrap_or_default().replace('-', ""));
                }
            };
        },
    ),
    mutant(
        "wire.session_refused",
        "404",
        &["DM-SES-012", "DM-SES-013"],
        "Answers 404 to a new session for something that is no instance ID.",
        |r| r.wire = |answer| changed(answer, Operation::CreateSession, 400, 404),
    ),
    mutant("wire.sessions", "in-an-object", &["DM-SES-002"], "Lists live sessions in an object.", |r| {
        r.wire = |answer| {
            if let Some(list) = body(answer, Operation::ListSessions).filter(|body| body.is_array()) {
                *list = json!({ "sessions": list.take() });
            }
        };
    }),
    mutant("wire.sessions", "nothing-is-404", &["DM-SES-027"], "Answers 404 when no session lives.", |r| {
        r.wire = |answer| {
            let nothing = body(answer, Operation::ListSessions).is_some_and(|body| *body == json!([]));
            if nothing {
                (answer.status, answer.body) = (404, Some(json!({ "message": "no sessions" })));
            }
        };
    }),
    mutant("wire.sessions", "of-nobody", &["DM-SES-023"], "Lists nothing when no instance is named.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListSessions && answer.status == 400 {
                (answer.status, answer.body) = (200, Some(json!([])));
            }
        };
    }),
    mutant("wire.session_times", "left-out-when-0", &["DM-SES-024"], "Leaves out times that are 0.", |r| {
        r.wire = |answer| {
            let listed = body(answer, Operation::ListSessions).and_then(Value::as_array_mut);
            for session in listed.into_iter().flatten().filter_map(Value::as_object_mut) {
                session.retain(|_, value| *value != json!(0));
            }
        };
    }),
    mutant("wire.session_detail", "wrapped", &["DM-SES-003"], "Shows details inside of `session`.", |r| {
        r.wire = |answer| {
            if answer.status == 200
                && let Some(detail) = body(answer, Operation::ReadSession)
            {
                *detail = json!({ "session": detail.take() });
            }
        };
    }),
    mutant(
        "wire.session_detail",
        "ended-is-404",
        &["DM-SES-031"],
        "Answers 404 to reading a session that has ended.",
        |r| {
            r.wire = |answer| {
                let ended = json!("TERMINATED");
                if member(answer, Operation::ReadSession, "state").is_some_and(|state| *state == ended) {
                    (answer.status, answer.body) = (404, Some(json!({ "message": "session not found" })));
                }
            };
        },
    ),
    mutant("wire.session_items", "never", &["DM-SES-030"], "Shows no items in use.", |r| {
        r.wire = |answer| {
            if let Some(items) = member(answer, Operation::ReadSession, "items") {
                *items = json!([]);
            }
        };
    }),
    mutant("wire.session_state", "active-is-idle", &["DM-SES-045"], "Shows sessions in use as IDLE.", |r| {
        r.wire = |answer| {
            if let Some(state) = member(answer, Operation::ReadSession, "state")
                && *state == json!("ACTIVE")
            {
                *state = json!("IDLE");
            }
        };
    }),
    mutant(
        "wire.session_closed",
        "204",
        &["DM-SES-006", "DM-SES-070"],
        "Answers 204 to a closed session.",
        |r| r.wire = |answer| empty(answer, Operation::CloseSession, 200),
    ),
    mutant(
        "wire.session_answer",
        "with-refunds",
        &["DM-REF-007"],
        "Shows a refund in the answer to a request.",
        |r| {
            r.wire = |answer| {
                if let Some(items) = member(answer, Operation::SessionRequest, "requestedItems") {
                    for item in items.as_array_mut().into_iter().flatten() {
                        item["tokensRefunded"] = json!(0);
                    }
                }
            };
        },
    ),
];

fn body(answer: &mut WireAnswer, operation: Operation) -> Option<&mut Value> {
    answer.body.as_mut().filter(|_| answer.operation == operation)
}

fn member<'a>(answer: &'a mut WireAnswer, operation: Operation, name: &str) -> Option<&'a mut Value> {
    body(answer, operation)?.get_mut(name)
}

fn changed(answer: &mut WireAnswer, operation: Operation, right: u16, wrong: u16) {
    if answer.operation == operation && answer.status == right {
        answer.status = wrong;
    }
}

fn empty(answer: &mut WireAnswer, operation: Operation, right: u16) {
    if answer.operation == operation && answer.status == right {
        (answer.status, answer.body) = (204, None);
    }
}
